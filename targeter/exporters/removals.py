"""People taken off a network and nothing else: a batch of removals, which no plan made.

It has the requests and lists that a render would have, and the contacts by which it is known who
left. Written twice it is the same batch.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import targeter
from targeter.database import Engine, identifier
from targeter.exporters.identifiers import is_known
from targeter.exporters.interface import Written
from targeter.exporters.past import CELL, HANDED, NAMED
from targeter.exporters.tables import write_rows
from targeter.exporters.uploads import write_uploads
from targeter.folders import sha256_of, whole_folder
from targeter.history import COLUMNS, CONTACTS, FILE, IN_AUDIENCE, REMOVALS, note_rendered
from targeter.outgoing import IDENTIFIERS
from targeter.plans import write_manifest
from targeter.plans.manifest import FORMAT_VERSION
from targeter.plans.rows import exactly, order_free

Why = Literal["forgotten", "opted out"]
# What is asked of whoever fills the tables: by what somebody is known in which audience, and the
# contacts of who left, with the batch by which each came in.
TAKEN_OFF = "taken_off"
TAKEN_OFF_COLUMNS = dict.fromkeys(("person", "audience", *IDENTIFIERS), "VARCHAR")
LEAVERS = "left_for_good"
MEMBERS_NOW = "members_now"
LEAVERS_COLUMNS = {**COLUMNS, "entered_by": "VARCHAR"}


@dataclass(frozen=True, slots=True)
class Removals:
    """A batch of removals: how many people leave audiences, by how many operations."""

    batch: str
    folder: Path
    people: int
    operations: int
    files: tuple[Written, ...]


def create_removals(engine: Engine) -> None:
    """Make the tables `taken_off` and `left_for_good`, empty."""
    engine.load(TAKEN_OFF, TAKEN_OFF_COLUMNS, ())
    engine.load(LEAVERS, LEAVERS_COLUMNS, ())


def members_by_audience(engine: Engine) -> str:
    """Fill a table (person, channel, audience) of who is in which audience, and return its name.

    After `load_past` and `load_memberships`. Whose text is no longer kept is in all of the channel
    that they were handed over for.
    """
    engine.run(
        f"CREATE OR REPLACE TABLE {MEMBERS_NOW} AS SELECT DISTINCT m.person, m.channel, h.audience "
        f"FROM (SELECT *, {CELL} AS cell FROM {IN_AUDIENCE}) AS m "
        f"JOIN {HANDED} AS h ON h.person = m.person AND h.channel = m.channel "
        f"LEFT JOIN {NAMED} AS b ON b.audience = h.audience AND b.channel = h.channel "
        f"WHERE m.text IS NULL OR b.cell = m.cell"
    )
    return MEMBERS_NOW


def spare_others(engine: Engine, members: str) -> None:
    """Leave an identifier in an audience where somebody else is known by it who stays.

    `members` is SQL for those (person, audience) who do.
    """
    for kind in IDENTIFIERS:
        engine.run(
            f"UPDATE {TAKEN_OFF} AS t SET {kind} = NULL WHERE EXISTS (FROM {HANDED} AS h "
            f"JOIN ({members}) AS m ON m.person = h.person AND m.audience = h.audience "
            f"WHERE h.audience = t.audience AND h.{kind} = t.{kind} AND h.person <> t.person)"
        )
    engine.run(f"DELETE FROM {TAKEN_OFF} WHERE NOT ({is_known()})")


def write_removals(engine: Engine, history: Path, day: dt.date, why: Why) -> Removals:
    """Write what the tables hold as a batch of the history. Raises `OSError` where it can't be."""
    engine.run(
        "CREATE OR REPLACE TABLE handed AS SELECT dense_rank() OVER (ORDER BY audience) AS number, "
        f"audience, 'remove' AS operation, {', '.join(IDENTIFIERS)} "
        f"FROM (SELECT DISTINCT audience, {', '.join(IDENTIFIERS)} FROM {TAKEN_OFF})"
    )
    batch = _identity(engine, day, why)
    target = history / batch
    people = int(engine.value(f"SELECT count(DISTINCT person) FROM {TAKEN_OFF}"))
    operations = int(engine.value("SELECT count(*) FROM handed"))
    if target.is_dir():
        return Removals(batch, target, people, operations, ())
    with whole_folder(target) as temporary:
        files, _ = write_uploads(engine, "handed", temporary)
        contacts = _contacts(engine, temporary)
        document = {
            "format_version": FORMAT_VERSION,
            "plan_id": batch,
            "targeter": targeter.__version__,
            "kind": REMOVALS,
            "why": why,
            "as_of": day.isoformat(),
            "people": people,
            "operations": operations,
            "files": [_entry(temporary, file) for file in files] + [contacts],
        }
        write_manifest(temporary, document)
    note_rendered(history, batch, day.isoformat())
    return Removals(batch, target, people, operations, files)


def _identity(engine: Engine, day: dt.date, why: Why) -> str:
    """A digest of what is taken off, of who leaves and of the batches that put them in."""
    parts = [
        order_free(engine, table, exactly(f"{identifier(c)}::VARCHAR" for c in columns))
        for table, columns in (
            ("handed", ("audience", *IDENTIFIERS)),
            (LEAVERS, tuple(LEAVERS_COLUMNS)),
        )
    ]
    return hashlib.sha256(f"{REMOVALS}:{why}:{day}:{parts}".encode()).hexdigest()[:16]


def _entry(folder: Path, file: Written) -> dict[str, object]:
    digest = sha256_of(folder / file.name)
    return {"name": file.name, "what": file.what, "rows": file.rows, "sha256": digest}


def _contacts(engine: Engine, folder: Path) -> dict[str, object]:
    rows = write_rows(engine, f"SELECT * FROM {LEAVERS} ORDER BY ALL", folder / FILE, "parquet")
    return {"name": FILE, CONTACTS: rows, "sha256": sha256_of(folder / FILE)}
