"""A pilot: some of those who would get a message, spread over the rules as the whole is.

On promoted channels it takes whole cells, because an audience that is too small isn't shown at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from targeter.cuts import ASSIGNED
from targeter.database import Engine
from targeter.decisions import DECIDED, Decisions

OUTSIDE = "outside_pilot"
_LOT = "md5('pilot:' || {0})"


def choose_pilot(engine: Engine, decisions: Decisions, limit: int | None) -> None:
    """Fill `outside_pilot` (number) with everybody who would get a message and isn't in it.

    At most `limit` people are in it; None: everybody. The choice is an md5 of the person (of the
    text for whole cells), so the same people are in it tomorrow and more are in a larger one. Who
    stays in an audience is neither counted nor left out.
    """
    engine.run(f"CREATE OR REPLACE TABLE {OUTSIDE} (number INTEGER)")
    if limit is None:
        return
    rows = [
        (c.number, c.rule_number, c.channel.name, c.channel.delivery == "promoted")
        for c in decisions.choices
    ]
    columns = {"choice": "INTEGER", "rule": "INTEGER", "channel": "VARCHAR", "promoted": "BOOLEAN"}
    engine.load("pilot_choices", columns, rows)
    engine.run(
        "CREATE OR REPLACE VIEW candidates AS SELECT a.number, d.person, a.text, c.rule, "
        f"c.channel, c.promoted FROM {ASSIGNED} AS a JOIN pilot_choices AS c USING (choice) "
        f"JOIN {DECIDED} AS d USING (number) "
        "WHERE NOT a.held_out AND NOT a.staying"
    )
    quotas = _quotas(engine, limit)
    promoted = _outside_cells(engine, quotas.pop(None, 0))
    engine.run(f"INSERT INTO {OUTSIDE} {promoted}")
    for rule, quota in quotas.items():
        lot = _LOT.format("person")
        engine.run(
            f"INSERT INTO {OUTSIDE} SELECT number FROM candidates WHERE NOT promoted AND "
            f"rule = {rule} QUALIFY row_number() OVER (ORDER BY {lot}, person) > {quota}"
        )


def _quotas(engine: Engine, limit: int) -> dict[int | None, int]:
    """How many people of each rule; of all promoted messages together under None."""
    rows = engine.rows(
        "SELECT CASE WHEN NOT promoted THEN rule END AS rule, count(*) FROM candidates "
        "GROUP BY 1 ORDER BY 1 NULLS FIRST"
    )
    return shares(dict(rows), limit)


def shares(counts: Mapping[int | None, int], limit: int) -> dict[int | None, int]:
    """A limit spread as the counts are: largest remainders first, then as they come."""
    total = sum(counts.values())
    if total <= limit:
        return dict(counts)
    exact = {key: Fraction(count * limit, total) for key, count in counts.items()}
    given = {key: int(share) for key, share in exact.items()}
    by_rest = sorted(exact, key=lambda key: given[key] - exact[key])
    for key in by_rest[: limit - sum(given.values())]:
        given[key] += 1
    return given


def _outside_cells(engine: Engine, quota: int) -> str:
    """SQL: the people of the promoted cells that don't fit into the quota as a whole."""
    lot = _LOT.format("channel || ':' || text")
    cells = engine.rows(
        "SELECT * FROM (SELECT channel, text, count(*) FROM candidates WHERE promoted "
        f"GROUP BY ALL) ORDER BY {lot}, channel, text"
    )
    outside = []
    for channel, text, people in cells:
        if people <= quota:
            quota -= people
        else:
            outside.append((channel, text))
    engine.load("outside_cells", {"channel": "VARCHAR", "text": "VARCHAR"}, outside)
    return "SELECT number FROM candidates SEMI JOIN outside_cells USING (channel, text)"
