"""A pilot: some of those who would get a message, spread over the rules as the whole is.

On promoted channels it takes whole cells, because an audience that is too small isn't shown at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from targeter.binding import Bound
from targeter.cuts import ASSIGNED
from targeter.database import Engine
from targeter.decisions import (
    Border,
    Decisions,
    Everybody,
    Line,
    Shard,
    Totals,
    is_after,
    together,
)

OUTSIDE = "outside_pilot"
# Every promoted text with its people, before any is left out.
CELLS = "pilot_cells"
_CELLS = "SELECT channel, text, count(*) AS people FROM candidates WHERE promoted GROUP BY ALL"
_LOT = "md5('pilot:' || {0})"


def choose_pilot(engine: Engine, bound: Bound, decisions: Decisions, limit: int | None) -> None:
    """Fill `outside_pilot` (number) with everybody who would get a message and isn't in it.

    At most `limit` people are in it; None: everybody. The choice is an md5 of the person (of the
    text for whole cells), so the same people are in it tomorrow and more are in a larger one. Who
    stays in an audience is neither counted nor left out.
    """
    choose_among(together(engine, bound, decisions), limit)


def choose_among(people: Everybody, limit: int | None) -> None:
    """The same for everybody, wherever they are."""
    people.each(nobody_outside)
    if limit is None:
        return
    counts: Counter[int | None] = Counter()
    for counted in people.ask(candidates_by_rule):
        counts.update(counted)
    quotas = shares({rule: counts[rule] for rule in sorted(counts, key=_promoted_first)}, limit)
    quota = quotas.pop(None, 0)
    if counts[None]:
        people.totals(CELLS, Totals(_CELLS, ("channel", "text"), {"people": "sum"}))
        people.each(leave_cells_out, quota)
    full = {
        rule: quota for rule, quota in quotas.items() if rule is not None and quota < counts[rule]
    }
    some = {rule: quota for rule, quota in full.items() if quota}
    borders = people.borders([Line(_in_line(rule), quota) for rule, quota in some.items()])
    found = dict(zip(some, borders, strict=True))
    if full:
        people.each(leave_out, [(rule, found.get(rule)) for rule in full])


def _promoted_first(rule: int | None) -> int:
    return -1 if rule is None else rule


def nobody_outside(shard: Shard) -> None:
    """Make the tables of a pilot, with everybody in it."""
    engine = shard.engine
    engine.run(f"CREATE OR REPLACE TABLE {OUTSIDE} (number INTEGER)")
    rows = [
        (c.number, c.rule_number, c.channel.name, c.channel.delivery == "promoted")
        for c in shard.decisions.choices
    ]
    columns = {"choice": "INTEGER", "rule": "INTEGER", "channel": "VARCHAR", "promoted": "BOOLEAN"}
    engine.load("pilot_choices", columns, rows)
    engine.run(
        "CREATE OR REPLACE VIEW candidates AS SELECT a.number, a.person, a.text, c.rule, "
        f"c.channel, c.promoted FROM {ASSIGNED} AS a JOIN pilot_choices AS c USING (choice) "
        "WHERE NOT a.held_out AND NOT a.staying"
    )


def candidates_by_rule(shard: Shard) -> dict[int | None, int]:
    """How many people of each rule; of all promoted messages together under None."""
    return dict(
        shard.engine.rows(
            "SELECT CASE WHEN NOT promoted THEN rule END AS rule, count(*) FROM candidates "
            "GROUP BY 1"
        )
    )


def _in_line(rule: int) -> str:
    lot = _LOT.format("person")
    of_rule = f"FROM candidates WHERE NOT promoted AND rule = {rule}"
    return f"SELECT {lot} AS k0, person AS k1 {of_rule}"


def leave_out(shard: Shard, rules: Sequence[tuple[int, Border | None]]) -> None:
    """The people of these rules who stand after its border aren't in it; without one, nobody is."""
    for rule, border in rules:
        after = "true" if border is None else is_after(border)
        shard.engine.run(
            f"INSERT INTO {OUTSIDE} SELECT number FROM candidates WHERE NOT promoted AND "
            f"rule = {rule} AND person IN (SELECT k1 FROM ({_in_line(rule)}) WHERE {after})"
        )


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


def leave_cells_out(shard: Shard, quota: int) -> None:
    """The people of the promoted cells that don't fit into the quota as a whole aren't in it."""
    lot = _LOT.format("channel || ':' || text")
    cells = shard.engine.rows(
        f"SELECT channel, text, people FROM {CELLS} ORDER BY {lot}, channel, text"
    )
    outside = []
    for channel, text, people in cells:
        if people <= quota:
            quota -= people
        else:
            outside.append((channel, text))
    engine = shard.engine
    engine.load("outside_cells", {"channel": "VARCHAR", "text": "VARCHAR"}, outside)
    engine.run(
        f"INSERT INTO {OUTSIDE} SELECT number FROM candidates "
        "SEMI JOIN outside_cells USING (channel, text) WHERE promoted"
    )
