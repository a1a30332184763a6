"""Who was contacted when: every batch that was rendered, and what other tools did.

The folder of batches is the contact history, and the only one: what was exported is what counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from targeter.binding import Bound
from targeter.computing import PERSON
from targeter.database import Engine, identifier, literal
from targeter.history.intact import manifest_of, refuse_altered, whole_batches
from targeter.history.told import TOLD, load_told
from targeter.profiles import rows_of

CONTACTS = "contacts"
FILE = "contacts.parquet"
# What a batch keeps of itself besides: every assignment, and the texts that may not go out.
ASSIGNED, QUARANTINE = "assignments.parquet", "quarantine.jsonl"
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
# The kind of a batch that only takes people off a network, and the columns of its contacts by
# which it is known who left what.
REMOVALS = "removals"
TAKEN_OUT = "taken_out"
_TAKEN_OUT = {
    "person": "VARCHAR",
    "channel": "VARCHAR",
    "contacted_at": "TIMESTAMP",
    "entered_by": "VARCHAR",
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

    What a batch sends by its pace on a later day is a contact from that batch on, so that nobody
    is written to again while their message is under way. A message that the sender couldn't
    deliver is no contact. Raises `BadData` for a batch that was lost, can't be read or was altered.
    """
    batches = load_batches(engine, bound, folder)
    return Held(batches, add_imported(engine, bound))


def load_batches(engine: Engine, bound: Bound, folder: Path) -> int:
    """Fill `contacts` from the batches alone; how many there are."""
    batches = whole_batches(folder, (FILE,))
    load_told(engine, folder)
    create_contacts(engine)
    load_taken_out(engine, batches)
    for batch in batches:
        _add(engine, batch, bound.today)
    return len(batches)


def load_batch(engine: Engine, batch: Path, removals: Iterable[Path], today: dt.date) -> None:
    """Fill `contacts` from one batch, of which only the manifest was looked at yet.

    `removals` are those of the batches that take people off. Raises `BadData` as for all of them.
    """
    refuse_altered(batch, (FILE,))
    load_told(engine, batch.parent)
    create_contacts(engine)
    load_taken_out(engine, removals)
    _add(engine, batch, today)


def _add(engine: Engine, batch: Path, today: dt.date) -> None:
    """Add what a batch has to the contacts, but for what came later or couldn't be delivered."""
    failed = f"SELECT person FROM {TOLD} WHERE batch = {literal(batch.name)} AND NOT sent"
    by_now = f"contacted_at <= {moment_sql(today)}"
    engine.run(
        f"INSERT INTO {CONTACTS} SELECT {', '.join(map(identifier, COLUMNS))} "
        f"FROM ({contacts_sql(batch)}) WHERE {'true' if _is_begun(batch, today) else by_now} "
        f"AND NOT (event = {literal(MESSAGE)} AND person IN ({failed}))"
    )


def add_imported(engine: Engine, bound: Bound) -> int:
    """Add what other tools sent, of the rows of people; how many contacts there are then."""
    for imported in bound.project.settings.history.imported:
        source = bound.project.settings.source(imported.source.text)
        assert source is not None and source.time is not None
        rule = f"{identifier(imported.rule.text)}::VARCHAR" if imported.rule else "NULL"
        engine.run(
            f"INSERT INTO {CONTACTS} SELECT {PERSON}, "
            f"TRY_CAST({identifier(source.time)} AS TIMESTAMP), {literal(MESSAGE)}, "
            f"NULL, {rule}, NULL, NULL, NULL FROM {identifier(rows_of(source))}"
        )
    return int(engine.value(f"SELECT count(*) FROM {CONTACTS}"))


def _is_begun(batch: Path, today: dt.date) -> bool:
    """Whether a batch was for this day or an earlier one, as its manifest says."""
    day = (manifest_of(batch, {}) or {}).get("as_of")
    return day is not None and str(day) <= today.isoformat()


def load_taken_out(engine: Engine, batches: Iterable[Path]) -> None:
    """Fill `taken_out`: who left an audience by a batch of removals, and what put them in."""
    engine.load(TAKEN_OUT, _TAKEN_OUT, ())
    for batch in removals_in(batches):
        path = literal(str(batch / FILE))
        shown = ", ".join(map(identifier, _TAKEN_OUT))
        engine.run(f"INSERT INTO {TAKEN_OUT} SELECT {shown} FROM read_parquet({path})")


def removals_in(batches: Iterable[Path]) -> tuple[Path, ...]:
    """Those of the batches that only take people off a network."""
    return tuple(b for b in batches if (manifest_of(b, {}) or {}).get("kind") == REMOVALS)


def contacts_sql(batch: Path) -> str:
    """SQL for the contacts of a batch.

    Who came in and was taken out at the same moment came in first: a render of that day that puts
    them in once more is another batch.
    """
    is_before = (
        f"event = {literal(ENTERED)} AND (person, channel, contacted_at) IN (SELECT person, "
        f"channel, contacted_at FROM {TAKEN_OUT} WHERE entered_by = {literal(batch.name)})"
    )
    at = f"CASE WHEN {is_before} THEN contacted_at - INTERVAL 1 MICROSECOND ELSE contacted_at END"
    path = literal(str(batch / FILE))
    return f"SELECT * REPLACE ({at} AS contacted_at) FROM read_parquet({path})"


def create_contacts(engine: Engine, contacts: Iterable[Contact] = ()) -> None:
    """Make the table of contacts, from rows in the order of `COLUMNS`."""
    engine.load(CONTACTS, COLUMNS, contacts)
