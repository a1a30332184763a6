"""The words of old messages made missing; who was contacted when, and by what, stays."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

from targeter.database import Engine, literal
from targeter.exporters.past import AUDIENCES, LEAVERS, MEMBERS
from targeter.folders import MANIFEST
from targeter.forgetting.erasing import OF_NETWORKS, rewrite_file
from targeter.history import (
    ASSIGNED,
    ENTERED,
    FILE,
    IN_AUDIENCE,
    QUARANTINE,
    TABLE,
    Draft,
    RowFile,
    load_memberships,
    load_rows,
    older_than,
    rewritten,
)
from targeter.limits import Span

_OLD = "old_texts"
_NEEDED = "texts_needed"


def blank_texts(engine: Engine, folder: Path, keep: Span, today: dt.date) -> tuple[str, ...]:
    """Blank the texts of every batch that is older than `keep`; returns the batches changed.

    The text by which somebody is in an audience stays in their contact until they leave it: by it
    they stay, or are taken out.
    """
    load_memberships(engine, folder)
    return tuple(b for b in older_than(engine, folder, keep, today) if _blank(engine, folder, b))


def _blank(engine: Engine, folder: Path, batch: str) -> bool:
    engine.run(
        f"CREATE OR REPLACE TABLE {_NEEDED} AS SELECT person, channel FROM {IN_AUDIENCE} "
        f"WHERE batch = {literal(batch)}"
    )
    _load_texts(engine, folder / batch)
    names = list(_with_texts(folder / batch))
    if not any(_is_told_in(engine, folder / batch / name) for name in names):
        return False
    with rewritten(folder, batch) as draft:
        for name in names:
            _blank_in(engine, draft, name)
        return draft.is_changed


def _with_texts(batch: Path) -> Iterator[str]:
    """The files of a batch in which a text can stand."""
    for entry in json.loads((batch / MANIFEST).read_bytes())["files"]:
        name = str(entry["name"])
        if entry.get("what") not in OF_NETWORKS and name not in (AUDIENCES, LEAVERS, MEMBERS):
            yield name


def _load_texts(engine: Engine, batch: Path) -> None:
    """Fill `old_texts` with every text of a batch."""
    engine.load(_OLD, {"text": "VARCHAR"}, ())
    for name in (ASSIGNED, FILE, QUARANTINE):
        file = load_rows(engine, batch / name) if (batch / name).is_file() else None
        if file is None or "text" not in file.names:
            continue
        text = file.columns["text"]
        # as it stands, and as it is disarmed for a spreadsheet
        engine.run(
            f"INSERT INTO {_OLD} SELECT DISTINCT unnest([{text}, '''' || {text}]) "
            f"FROM {TABLE} WHERE {text} IS NOT NULL"
        )


def _is_told_in(engine: Engine, path: Path) -> bool:
    """Whether a file has a text that isn't needed; one that can't be read may have any."""
    file = load_rows(engine, path)
    if file is None:
        return True
    tests = " OR ".join(test for _, test in _texts(file, _is_needed(file)))
    return bool(engine.rows(f"SELECT 1 FROM {TABLE} WHERE {tests} LIMIT 1"))


def _is_needed(file: RowFile) -> str:
    if file.path.name != FILE:
        return "false"
    person, channel, event = (file.columns[name] for name in ("person", "channel", "event"))
    return f"({event} = {literal(ENTERED)} AND ({person}, {channel}) IN (FROM {_NEEDED}))"


def _blank_in(engine: Engine, draft: Draft, name: str) -> None:
    """Blank what is a text in a file; one that can't be read goes whole."""
    file = load_rows(engine, draft.folder / name)
    if file is None:
        draft.remove(name)
        return
    needed = _is_needed(file)
    rewrite_file(engine, draft, file, "false", dict(_texts(file, needed)))


def _texts(file: RowFile, needed: str) -> Iterator[tuple[str, str]]:
    for name, column in file.columns.items():
        yield name, f"{column}::VARCHAR IN (SELECT text FROM {_OLD}) AND NOT {needed}"
