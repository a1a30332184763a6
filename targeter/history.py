"""Who was contacted when: every batch that was rendered, and what other tools did.

The folder of batches is the contact history, and the only one: what was exported is what counts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from targeter.binding import Bound
from targeter.database import Engine, identifier, literal
from targeter.errors import BadData
from targeter.profiles import PERSON, rows_of

CONTACTS = "contacts"
FILE = "contacts.parquet"
COLUMNS = {
    "person": "VARCHAR",
    "contacted_at": "TIMESTAMP",
    "event": "VARCHAR",
    "campaign": "VARCHAR",
    "rule": "VARCHAR",
    "template": "VARCHAR",
    "channel": "VARCHAR",
    "text": "VARCHAR",
}
# A direct message; an audience entered or left; a handover, whose rule is the handoff.
MESSAGE, ENTERED, LEFT, HANDED_OVER = "message", "entered", "left", "handed_over"

Contact = tuple[str, dt.datetime, str, str | None, str | None, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Held:
    """What a run knows of the past: how many batches, and how many contacts by anybody."""

    batches: int
    contacts: int


NOTHING_HELD = Held(0, 0)


def moment(day: dt.date) -> dt.datetime:
    """The pinned moment of a day: its end."""
    return dt.datetime.combine(day, dt.time.max)


def load_contacts(engine: Engine, bound: Bound, folder: Path) -> Held:
    """Fill `contacts` with everything up to the pinned moment; after the profiles were built.

    Raises `BadData` for a batch that can't be read or was altered.
    """
    files = [_checked(batch) for batch in _batches(folder)]
    create_contacts(engine)
    now = literal(moment(bound.today).isoformat(sep=" "))
    for file in files:
        engine.run(
            f"INSERT INTO {CONTACTS} SELECT {', '.join(map(identifier, COLUMNS))} "
            f"FROM read_parquet({literal(str(file))}) WHERE contacted_at <= {now}::TIMESTAMP"
        )
    for imported in bound.project.settings.history.imported:
        source = bound.project.settings.source(imported.source.text)
        assert source is not None and source.time is not None
        rule = f"{identifier(imported.rule.text)}::VARCHAR" if imported.rule else "NULL"
        engine.run(
            f"INSERT INTO {CONTACTS} SELECT {PERSON}, "
            f"TRY_CAST({identifier(source.time)} AS TIMESTAMP), {literal(MESSAGE)}, "
            f"NULL, {rule}, NULL, NULL, NULL FROM {identifier(rows_of(source))}"
        )
    return Held(len(files), int(engine.value(f"SELECT count(*) FROM {CONTACTS}")))


def create_contacts(engine: Engine, contacts: Iterable[Contact] = ()) -> None:
    """Make the table of contacts, from rows in the order of `COLUMNS`."""
    engine.load(CONTACTS, COLUMNS, contacts)


def _batches(folder: Path) -> Sequence[Path]:
    """The batches of a history; a folder without a manifest was never finished or isn't ours."""
    if not folder.is_dir():
        return ()
    found = (path for path in folder.iterdir() if not path.name.startswith("."))
    return sorted(path for path in found if (path / "manifest.json").is_file())


def _checked(batch: Path) -> Path:
    """The contacts of a batch, unaltered since they were written."""
    file = batch / FILE
    help_ = "restore the batch, or move its folder out of the history: then nobody was contacted"
    try:
        manifest = json.loads((batch / "manifest.json").read_text(encoding="utf-8"))
        expected = dict(_digests(manifest))[FILE]
        with file.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadData(f"the batch {batch.name} has no contacts that can be read", help=help_) from (
            error
        )
    if found != expected:
        raise BadData(f"the batch {batch.name} was altered after it was written", help=help_)
    return file


def _digests(manifest: dict[str, list[dict[str, str]]]) -> Iterator[tuple[str, str]]:
    for file in manifest["files"]:
        yield file["name"], file["sha256"]
