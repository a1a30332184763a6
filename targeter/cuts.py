"""How many people at most: whose places are taken by people before them.

People stand in one order: who is in the audience already, then the rule by priority, then what its
`rank_by` says, the highest first and the missing last, then an md5 of rule and person. The held-out
take no place; they are cut where they would have been.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from targeter.binding import Bound
from targeter.decisions import Border, Decisions, Everybody, Line, Shard, is_after
from targeter.expressions.compiler import run_text
from targeter.profiles import PROFILES, number_of
from targeter.schema import type_class

# Who has what for now, and who was turned away because the places were taken.
ASSIGNED = "assigned"
OVER = "over_cap"
JUST_CUT = "just_cut"
# What is known of a text once it was written for somebody.
TRIED = "number, person, choice, text, length"


@dataclass(frozen=True, slots=True)
class Cut:
    """At most `people` for some rules (their numbers) together."""

    rules: tuple[int, ...]
    people: int


def cuts_of(bound: Bound, decisions: Decisions) -> tuple[Cut, ...]:
    """The cuts of a plan: rules first, then campaigns, then everything."""
    return tuple(_cuts(bound, decisions))


def _cuts(bound: Bound, decisions: Decisions) -> Iterator[Cut]:
    settings = bound.project.settings
    numbered = list(enumerate(decisions.rules))
    for number, rule in numbered:
        if rule.max_people:
            yield Cut((number,), rule.max_people)
    for campaign in settings.campaigns:
        rules = tuple(n for n, rule in numbered if rule.campaign == campaign.name)
        if campaign.max_people and rules:
            yield Cut(rules, campaign.max_people)
    if settings.max_people and numbered:
        yield Cut(tuple(n for n, _ in numbered), settings.max_people)


def prepare_ranks(shard: Shard) -> None:
    """Where each choice's people stand, before anybody is cut: what `rank_by` says of them."""
    engine, bound, decisions = shard.engine, shard.bound, shard.decisions
    rows = [(c.number, c.rule_number, c.rule.name) for c in decisions.choices]
    columns = {"choice": "INTEGER", "rule": "INTEGER", "name": "VARCHAR"}
    engine.load("choice_rules", columns, rows)
    cases = " ".join(f"WHEN {number} THEN {sql}" for number, sql in _ranks(bound, decisions))
    rank = f"CASE c.rule {cases} END" if cases else "NULL::DOUBLE"
    ranked = f" JOIN {PROFILES} AS p ON {number_of(bound)} = a.number" if cases else ""
    # every column of the order ascends: the highest rank first, and the missing after all
    engine.run(
        "CREATE OR REPLACE VIEW standing AS SELECT * EXCLUDE (rank), NOT staying AS k0, rule AS "
        "k1, rank IS NULL AS k2, coalesce(0e0 - rank, 0e0) AS k3, lot AS k4, person AS k5 FROM ("
        f"SELECT a.*, c.rule, {rank} AS rank, md5(c.name || ':' || a.person) AS lot "
        f"FROM {ASSIGNED} AS a JOIN choice_rules AS c USING (choice){ranked})"
    )


def _ranks(bound: Bound, decisions: Decisions) -> Iterator[tuple[int, str]]:
    """For each rule that ranks, its number and the rank of a profile `p` as a DOUBLE."""
    for number, rule in enumerate(decisions.rules):
        if rule.rank_by is None:
            continue
        compiled = bound.compiled(rule.rank_by)
        sql = run_text(bound.parser, [compiled.tree])[0]
        if type_class(compiled.type) in ("date", "time"):
            sql = f"epoch(({sql})::TIMESTAMP)"
        # what is no number stands with the missing, last
        yield number, f"nullif(TRY_CAST(({sql}) AS DOUBLE), 'nan'::DOUBLE)"


def cut_first(people: Everybody, cuts: Sequence[Cut]) -> bool:
    """Take away the people after the last place of the first cut that has any; whether one had.

    They go from `assigned` into `over_cap`, and stand in `just_cut` until the next cut.
    """
    if not cuts:
        return False
    counts: Counter[int] = Counter()
    for counted in people.ask(holders):
        counts.update(counted)
    full = (one for one in cuts if sum(counts[rule] for rule in one.rules) >= one.people)
    return any(_cut(people, one) for one in full)


def _cut(people: Everybody, one: Cut) -> bool:
    order = "SELECT k0, k1, k2, k3, k4, k5 FROM standing WHERE NOT held_out AND "
    (border,) = people.borders([Line(order + _of(one), one.people)])
    return border is not None and sum(people.each(cut_after, one, border)) > 0


def _of(one: Cut) -> str:
    return f"rule IN ({', '.join(map(str, one.rules))})"


def holders(shard: Shard) -> dict[int, int]:
    """How many people take a place, by rule."""
    query = f"SELECT rule, count(*) FROM {ASSIGNED} JOIN choice_rules USING (choice)"
    return dict(shard.engine.rows(f"{query} WHERE NOT held_out GROUP BY 1"))


def cut_after(shard: Shard, one: Cut, border: Border) -> int:
    """Take away the people who stand after the border; how many."""
    engine = shard.engine
    engine.run(
        f"CREATE OR REPLACE TABLE {JUST_CUT} AS SELECT {TRIED} FROM standing "
        f"WHERE {_of(one)} AND NOT staying AND {is_after(border)}"
    )
    engine.run(f"INSERT INTO {OVER} FROM {JUST_CUT}")
    engine.run(f"DELETE FROM {ASSIGNED} WHERE number IN (SELECT number FROM {JUST_CUT})")
    return int(engine.value(f"SELECT count(*) FROM {JUST_CUT}"))
