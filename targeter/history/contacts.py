"""Who was contacted when: every batch that was rendered, and what other tools did.

The folder of batches is the contact history, and the only one: what was exported is what counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from targeter.binding import Bound
from targeter.database import Engine, identifier, literal
from targeter.history.intact import whole_batches
from targeter.history.told import TOLD, load_told
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


def moment_sql(day: dt.date) -> str:
    """The same as a TIMESTAMP of the engine."""
    return f"{literal(moment(day).isoformat(sep=' '))}::TIMESTAMP"


def load_contacts(engine: Engine, bound: Bound, folder: Path) -> Held:
    """Fill `contacts` with everything up to the pinned moment; after the profiles were built.

    A message that the sender couldn't deliver is no contact. Raises `BadData` for a batch that
    was lost, can't be read or was altered.
    """
    batches = whole_batches(folder, (FILE,))
    load_told(engine, folder)
    create_contacts(engine)
    now = moment_sql(bound.today)
    for batch in batches:
        failed = f"SELECT person FROM {TOLD} WHERE batch = {literal(batch.name)} AND NOT sent"
        engine.run(
            f"INSERT INTO {CONTACTS} SELECT {', '.join(map(identifier, COLUMNS))} "
            f"FROM read_parquet({literal(str(batch / FILE))}) "
            f"WHERE contacted_at <= {now} "
            f"AND NOT (event = {literal(MESSAGE)} AND person IN ({failed}))"
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
    return Held(len(batches), int(engine.value(f"SELECT count(*) FROM {CONTACTS}")))


def create_contacts(engine: Engine, contacts: Iterable[Contact] = ()) -> None:
    """Make the table of contacts, from rows in the order of `COLUMNS`."""
    engine.load(CONTACTS, COLUMNS, contacts)
