"""Who is in an audience now, as the contacts say: who came in and didn't leave since."""

from __future__ import annotations

from pathlib import Path

from targeter.database import Engine, literal
from targeter.history.contacts import ENTERED, LEFT, contacts_sql, load_taken_out
from targeter.history.intact import batches_of

EVERY_CONTACT = "every_contact"
IN_AUDIENCE = "in_audience"
_COLUMNS = {
    "batch": "VARCHAR",
    "person": "VARCHAR",
    "contacted_at": "TIMESTAMP",
    "event": "VARCHAR",
    "campaign": "VARCHAR",
    "rule": "VARCHAR",
    "template": "VARCHAR",
    "channel": "VARCHAR",
    "text": "VARCHAR",
}


def load_memberships(engine: Engine, folder: Path) -> None:
    """Fill `every_contact`, each with its batch, and `in_audience`, one row a person and channel.

    On each channel the last event decides; of two at one moment, coming in.
    """
    batches = batches_of(folder)
    load_taken_out(engine, batches)
    engine.load(EVERY_CONTACT, _COLUMNS, ())
    shown = ", ".join(name for name in _COLUMNS if name != "batch")
    for batch in batches:
        engine.run(
            f"INSERT INTO {EVERY_CONTACT} SELECT {literal(batch.name)}, {shown} "
            f"FROM ({contacts_sql(batch)})"
        )
    order = f"contacted_at DESC, event = '{ENTERED}' DESC, batch, rule, template, text"
    engine.run(
        f"CREATE OR REPLACE TABLE {IN_AUDIENCE} AS SELECT * FROM (SELECT * FROM {EVERY_CONTACT} "
        f"WHERE event IN ('{ENTERED}', '{LEFT}') QUALIFY row_number() OVER "
        f"(PARTITION BY person, channel ORDER BY {order}) = 1) WHERE event = '{ENTERED}'"
    )
