"""Batches that are older than a history keeps them, dropped: one by one, each whole."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from targeter.database import Engine, literal
from targeter.history.contacts import FILE, moment_sql
from targeter.history.intact import batches_of, manifest_of, whole_batches
from targeter.history.log import note_dropped
from targeter.history.memberships import EVERY_CONTACT, IN_AUDIENCE, load_memberships
from targeter.history.told import reports_of
from targeter.limits import Span


@dataclass(frozen=True, slots=True)
class Tidied:
    """The batches and reports that were dropped, and the old batches that have to stay.

    `blanked` are the batches whose texts are older than they are kept, and missing now.
    """

    dropped: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    blanked: tuple[str, ...] = ()


def tidy(engine: Engine, folder: Path, keep: Span, today: dt.date) -> Tidied:
    """Drop the batches that are older than `keep`, and what was told of them.

    A batch by which somebody is in an audience still has to stay: without it they would never be
    taken out. Raises `BadData` where the history isn't whole.
    """
    whole_batches(folder, (FILE,))
    load_memberships(engine, folder)
    old = older_than(engine, folder, keep, today)
    needed = {str(row[0]) for row in engine.rows(f"SELECT DISTINCT batch FROM {IN_AUDIENCE}")}
    dropped = tuple(batch for batch in old if batch not in needed)
    for batch in dropped:
        _drop(folder, batch)
    reports = tuple(_drop_reports(engine, folder))
    return Tidied(dropped, reports, tuple(batch for batch in old if batch in needed))


def older_than(engine: Engine, folder: Path, keep: Span, today: dt.date) -> tuple[str, ...]:
    """The batches of which nothing is younger than that, sorted; after `load_memberships`.

    A batch without a contact is as old as the day it was made for.
    """
    days = [
        (batch.name, (manifest_of(batch, {}) or {}).get("as_of")) for batch in batches_of(folder)
    ]
    engine.load("batch_days", {"batch": "VARCHAR", "day": "VARCHAR"}, days)
    newest = "coalesce(max(contacted_at), any_value(TRY_CAST(day AS TIMESTAMP)))"
    rows = engine.rows(
        f"SELECT batch FROM batch_days LEFT JOIN {EVERY_CONTACT} USING (batch) GROUP BY batch "
        f"HAVING {newest} + {keep.interval} <= {moment_sql(today)} ORDER BY batch"
    )
    return tuple(str(batch) for (batch,) in rows)


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
