"""A history as it is listed: each batch with its day, its counts and its faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from targeter.database import Engine, EngineError, literal
from targeter.folders import MANIFEST, scratch_folder
from targeter.history.contacts import ENTERED, FILE, HANDED_OVER, LEFT, MESSAGE
from targeter.history.intact import LOST, Fault, batches_of, faults, manifest_of
from targeter.history.log import expected, order_of
from targeter.history.told import TOLD, load_told
from targeter.history.tombstones import read_tombstones


@dataclass(frozen=True, slots=True)
class Entry:
    """One batch; counts are None where its contacts can't be read.

    `sent` and `failed` count the messages of which the sender told.
    """

    plan_id: str
    day: str | None
    format: str | None
    events: Mapping[str, int] | None
    sent: int
    failed: int
    faults: tuple[Fault, ...]

    @property
    def is_lost(self) -> bool:
        return any(fault.what == LOST and fault.file is None for fault in self.faults)

    def count(self, event: str) -> int | None:
        return None if self.events is None else self.events.get(event, 0)


@dataclass(frozen=True, slots=True)
class History:
    """A folder of batches, the oldest first; `verified` says that every file was looked at."""

    folder: Path
    entries: tuple[Entry, ...]
    verified: bool

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(fault for entry in self.entries for fault in entry.faults)


EVENTS = (MESSAGE, ENTERED, LEFT, HANDED_OVER)


@contextmanager
def opened(folder: Path) -> Iterator[Engine]:
    """An engine that reads a history and nothing else, with a scratch folder of its own."""
    there = [folder] if folder.is_dir() else []
    with (
        scratch_folder() as scratch,
        Engine(folders=[*there, scratch], scratch=scratch) as engine,
    ):
        yield engine


def list_history(engine: Engine, folder: Path, *, verify: bool = False) -> History:
    """Every batch that is or should be there; `verify` looks at every byte of every file.

    Raises `BadData` where the log, what the sender told or, verifying, the list of who was
    forgotten can't be read.
    """
    if verify:
        read_tombstones(folder)
    found: dict[str, list[Fault]] = {}
    for fault in faults(folder, None if verify else (FILE,)):
        found.setdefault(fault.batch, []).append(fault)
    load_told(engine, folder)
    told = {
        batch: (sent, failed)
        for batch, sent, failed in engine.rows(
            "SELECT batch, count(*) FILTER (sent), count(*) FILTER (NOT sent) "
            f"FROM {TOLD} GROUP BY batch"
        )
    }
    logged = expected(folder)
    names = {batch.name for batch in batches_of(folder)} | set(found)
    entries = [
        _entry(
            engine,
            folder / name,
            manifest_of(folder / name, logged.get(name, {})) or logged.get(name, {}),
            told.get(name, (0, 0)),
            tuple(found.get(name, ())),
        )
        for name in names
    ]
    order = order_of(folder)
    entries.sort(key=lambda e: (e.day or "", order.get(e.plan_id, len(order)), e.plan_id))
    return History(folder, tuple(entries), verify)


def _entry(
    engine: Engine,
    batch: Path,
    manifest: Mapping[str, Any],
    told: tuple[int, int],
    found: tuple[Fault, ...],
) -> Entry:
    day = manifest.get("as_of") or manifest.get("day")
    is_read = not any(fault.file in (None, FILE, MANIFEST) for fault in found)
    return Entry(
        batch.name,
        str(day) if day else None,
        str(manifest["format"]) if "format" in manifest else None,
        _events(engine, batch / FILE) if is_read else None,
        *told,
        found,
    )


def _events(engine: Engine, file: Path) -> Mapping[str, int] | None:
    path = literal(str(file))
    try:
        rows = engine.rows(f"SELECT event, count(*) FROM read_parquet({path}) GROUP BY event")
    except EngineError:
        return None
    return {str(event): int(count) for event, count in rows}
