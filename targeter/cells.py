"""One message a person: copy that can be written, and audiences that are large enough.

A cell is a (channel, text). A direct message is a cell of one; a promoted text is shown to an
audience, and one that is too small isn't shown at all. Nothing is closed at first. Then,
repeated: every person takes the best choice whose cell isn't closed; the cells are counted
without the held-out; all that are too small are closed at once; until none is. It ends because
closed cells stay closed, and the order of people changes nothing. It is not the largest reach
possible: a person may be the one that another cell was short of.
"""

from __future__ import annotations

import math

from targeter.binding import Bound
from targeter.channels import Channel
from targeter.database import Engine
from targeter.decisions import DECIDED, Decisions
from targeter.rendering import render_choices

ASSIGNED = "assigned"
REFUSED = "refused"
TOO_SMALL = "audience too small"


def smallest_audience(channel: Channel) -> int:
    """How many people a promoted text needs: the network's floor, divided by who it recognises."""
    if channel.delivery != "promoted":
        return 1
    return math.ceil(channel.min_audience / (channel.match_rate or 1.0))


def assign(engine: Engine, bound: Bound, decisions: Decisions) -> None:
    """Fill `assigned` (person, choice, text, length, held_out): at most one row a person.

    `refused` (person, choice, why) keeps what was tried before and couldn't be.
    """
    engine.run(
        f"CREATE OR REPLACE TABLE {ASSIGNED} "
        "(person VARCHAR, choice INTEGER, text VARCHAR, length INTEGER, held_out BOOLEAN)"
    )
    engine.run(f"CREATE OR REPLACE TABLE {REFUSED} (person VARCHAR, choice INTEGER, why VARCHAR)")
    engine.run(
        "CREATE OR REPLACE TABLE waiting AS SELECT person, first_choice AS choice "
        f"FROM {DECIDED} WHERE first_choice IS NOT NULL"
    )
    _channels(engine, decisions)
    while True:
        _write_waiting(engine, bound, decisions)
        if not _close_cells(engine, decisions):
            return


def _channels(engine: Engine, decisions: Decisions) -> None:
    rows = [(c.number, c.channel.name, smallest_audience(c.channel)) for c in decisions.choices]
    columns = {"choice": "INTEGER", "channel": "VARCHAR", "smallest": "INTEGER"}
    engine.load("choice_channels", columns, rows)
    engine.run("CREATE OR REPLACE TABLE closed (channel VARCHAR, text VARCHAR)")


def _write_waiting(engine: Engine, bound: Bound, decisions: Decisions) -> None:
    """Everybody who waits takes the first choice that can be written and isn't closed."""
    while engine.value("SELECT count(*) FROM waiting"):
        render_choices(engine, bound, decisions.choices, "waiting", "drafts")
        engine.run(
            "CREATE OR REPLACE TABLE tried AS SELECT d.person, d.choice, d.text, d.length, "
            f"CASE WHEN x.text IS NOT NULL THEN '{TOO_SMALL}' ELSE d.why END AS why "
            "FROM drafts AS d JOIN choice_channels AS c USING (choice) "
            "LEFT JOIN closed AS x ON x.channel = c.channel AND x.text = d.text"
        )
        engine.run(
            f"INSERT INTO {ASSIGNED} SELECT t.person, t.choice, t.text, t.length, d.held_out "
            f"FROM tried AS t JOIN {DECIDED} AS d USING (person) WHERE t.why IS NULL"
        )
        engine.run(
            f"INSERT INTO {REFUSED} SELECT person, choice, why FROM tried WHERE why IS NOT NULL"
        )
        _next_choices(engine, decisions, "tried WHERE why IS NOT NULL")


def _next_choices(engine: Engine, decisions: Decisions, turned_away: str) -> None:
    """Those turned away wait with their next choice; who has none stops waiting."""
    # each step on its own: above a join or below a filter the engine would take the long
    # expression apart again and again
    engine.run(
        f"CREATE OR REPLACE TABLE turned AS SELECT d.*, t.choice AS tried_choice FROM {DECIDED} "
        f"AS d JOIN (SELECT person, choice FROM {turned_away}) AS t USING (person)"
    )
    engine.run(
        "CREATE OR REPLACE TABLE waiting AS "
        f"SELECT person, {decisions.first_choice('tried_choice')} AS choice FROM turned"
    )
    engine.run("DELETE FROM waiting WHERE choice IS NULL")


def _close_cells(engine: Engine, decisions: Decisions) -> bool:
    """Close every cell that is too small, and let its people take their next choice."""
    engine.run(
        "CREATE OR REPLACE TABLE closing AS SELECT c.channel, a.text "
        f"FROM {ASSIGNED} AS a JOIN choice_channels AS c USING (choice) WHERE c.smallest > 1 "
        "GROUP BY ALL HAVING count(*) FILTER (WHERE NOT a.held_out) < max(c.smallest)"
    )
    if not engine.value("SELECT count(*) FROM closing"):
        return False
    engine.run("INSERT INTO closed SELECT * FROM closing")
    engine.run(
        "CREATE OR REPLACE TABLE leaving AS SELECT a.person, a.choice "
        f"FROM {ASSIGNED} AS a JOIN choice_channels AS c USING (choice) "
        "JOIN closing AS x ON x.channel = c.channel AND x.text = a.text"
    )
    engine.run(f"DELETE FROM {ASSIGNED} WHERE person IN (SELECT person FROM leaving)")
    engine.run(f"INSERT INTO {REFUSED} SELECT person, choice, '{TOO_SMALL}' FROM leaving")
    _next_choices(engine, decisions, "leaving")
    return True
