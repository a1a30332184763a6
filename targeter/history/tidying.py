"""Batches that are older than a history keeps them, dropped: one by one, each whole."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from targeter.database import Engine, literal
from targeter.history.contacts import ENTERED, FILE, LEFT, moment_sql
from targeter.history.intact import batches_of, whole_batches
from targeter.history.log import note_dropped
from targeter.history.told import reports_of
from targeter.limits import Span


@dataclass(frozen=True, slots=True)
class Tidied:
    """The batches and reports that were dropped, and the old batches that have to stay."""

    dropped: tuple[str, ...]
    reports: tuple[str, ...]
    needed: tuple[str, ...]


def tidy(engine: Engine, folder: Path, keep: Span, today: dt.date) -> Tidied:
    """Drop the batches that are older than `keep`, and what was told of them.

    A batch by which somebody is in an audience still has to stay: without it they would never be
    taken out. Raises `BadData` where the history isn't whole.
    """
    whole_batches(folder, (FILE,))
    _load(engine, folder)
    now = moment_sql(today)
    old = [
        str(row[0])
        for row in engine.rows(
            "SELECT batch FROM every_contact GROUP BY batch "
            f"HAVING max(contacted_at) + {keep.interval} <= {now} ORDER BY batch"
        )
    ]
    needed = {str(row[0]) for row in engine.rows(_OPEN)}
    dropped = tuple(batch for batch in old if batch not in needed)
    for batch in dropped:
        _drop(folder, batch)
    reports = tuple(_drop_reports(engine, folder))
    return Tidied(dropped, reports, tuple(batch for batch in old if batch in needed))


# The batches by which somebody entered an audience that they didn't leave since.
_OPEN = (
    "SELECT DISTINCT batch FROM (SELECT * FROM every_contact "
    f"WHERE event IN ('{ENTERED}', '{LEFT}') QUALIFY rank() OVER (PARTITION BY person, channel "
    f"ORDER BY contacted_at DESC, event = '{ENTERED}' DESC) = 1) WHERE event = '{ENTERED}'"
)


def _load(engine: Engine, folder: Path) -> None:
    """Fill `every_contact` with all contacts and their batches."""
    columns = {
        "batch": "VARCHAR",
        "person": "VARCHAR",
        "contacted_at": "TIMESTAMP",
        "event": "VARCHAR",
        "channel": "VARCHAR",
    }
    engine.load("every_contact", columns, ())
    for batch in batches_of(folder):
        path = literal(str(batch / FILE))
        engine.run(
            f"INSERT INTO every_contact SELECT {literal(batch.name)}, person, contacted_at, "
            f"event, channel FROM read_parquet({path})"
        )


def _drop(folder: Path, batch: str) -> None:
    """Logged first, gone at once, then removed: who dies between leaves it whole or not at all."""
    note_dropped(folder, batch)
    hidden = folder / f".{batch}.dropped"
    (folder / batch).rename(hidden)
    shutil.rmtree(hidden)


def _drop_reports(engine: Engine, folder: Path) -> Iterator[str]:
    """The files of which every batch is gone."""
    there = {batch.name for batch in batches_of(folder)}
    for _, path in reports_of(folder):
        rows = engine.rows(f"SELECT DISTINCT batch FROM read_parquet({literal(str(path))})")
        if not there & {row[0] for row in rows}:
            note_dropped(folder, path.name)
            path.unlink()
            yield path.name
