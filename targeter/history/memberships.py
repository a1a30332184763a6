"""Who is in an audience now, as the contacts say: who came in and didn't leave since."""

from __future__ import annotations

from pathlib import Path

from targeter.database import Engine, literal
from targeter.history.contacts import COLUMNS, ENTERED, LEFT, contacts_sql, load_taken_out
from targeter.history.intact import batches_of

EVERY_CONTACT = "every_contact"
IN_AUDIENCE = "in_audience"
_COLUMNS = {"batch": "VARCHAR", **COLUMNS}


def load_memberships(engine: Engine, folder: Path) -> None:
    """Fill `every_contact`, each with its batch, and `in_audience`: who is in one, by channel."""
    batches = batches_of(folder)
    load_taken_out(engine, batches)
    engine.load(EVERY_CONTACT, _COLUMNS, ())
    shown = ", ".join(COLUMNS)
    for batch in batches:
        engine.run(
            f"INSERT INTO {EVERY_CONTACT} SELECT {literal(batch.name)}, {shown} "
            f"FROM ({contacts_sql(batch)})"
        )
    engine.run(f"CREATE OR REPLACE TABLE {IN_AUDIENCE} AS {in_audience(EVERY_CONTACT, 'batch')}")


def in_audience(contacts: str, *ties: str) -> str:
    """SQL: of a table of contacts those by which people are in an audience, one a channel.

    On each channel the last event decides; of two at one moment, coming in.
    """
    newest = ("contacted_at DESC", f"event = '{ENTERED}' DESC", "rule", "template", "text", *ties)
    return (
        f"SELECT * FROM (SELECT * FROM {contacts} WHERE event IN ('{ENTERED}', '{LEFT}') QUALIFY "
        f"row_number() OVER (PARTITION BY person, channel ORDER BY {', '.join(newest)}) = 1) "
        f"WHERE event = '{ENTERED}'"
    )
