"""How many people at most: whose places are taken by people before them.

People stand in one order: who is in the audience already, then the rule by priority, then what its
`rank_by` says, the highest first and the missing last, then an md5 of rule and person. The held-out
take no place; they are cut where they would have been.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from targeter.binding import Bound
from targeter.database import Engine, identifier
from targeter.decisions import Decisions
from targeter.expressions.compiler import run_text
from targeter.profiles import PROFILES, number_of
from targeter.schema import type_class

# Who has what for now, and who was turned away because the places were taken.
ASSIGNED = "assigned"
OVER = "over_cap"
JUST_CUT = "just_cut"


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


def prepare_ranks(engine: Engine, bound: Bound, decisions: Decisions) -> None:
    """Where each choice's people stand, before anybody is cut: what `rank_by` says of them."""
    rows = [(c.number, c.rule_number, c.rule.name) for c in decisions.choices]
    columns = {"choice": "INTEGER", "rule": "INTEGER", "name": "VARCHAR"}
    engine.load("choice_rules", columns, rows)
    cases = " ".join(f"WHEN {number} THEN {sql}" for number, sql in _ranks(bound, decisions))
    rank = f"CASE c.rule {cases} END" if cases else "NULL::DOUBLE"
    key = f"p.{identifier(bound.key)}"
    engine.run(
        f"CREATE OR REPLACE VIEW standing AS SELECT a.number, {key} AS person, a.choice, a.text, "
        f"a.length, a.held_out, a.staying, c.rule, {rank} AS rank, "
        f"md5(c.name || ':' || {key}) AS lot FROM {ASSIGNED} AS a "
        "JOIN choice_rules AS c USING (choice) "
        f"JOIN {PROFILES} AS p ON {number_of(bound)} = a.number"
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


def cut(engine: Engine, one: Cut) -> bool:
    """Take away the people after the last place; whether there were any.

    They go from `assigned` into `over_cap`, and stand in `just_cut` until the next cut.
    """
    rules = ", ".join(map(str, one.rules))
    count = engine.value(
        f"SELECT count(*) FROM {ASSIGNED} JOIN choice_rules USING (choice) "
        f"WHERE rule IN ({rules}) AND NOT held_out"
    )
    if count < one.people:
        return False
    order = "staying DESC, rule, rank DESC NULLS LAST, lot, person"
    engine.run(
        f"CREATE OR REPLACE TABLE {JUST_CUT} AS SELECT number, choice, text, length FROM ("
        "SELECT *, count(*) FILTER (WHERE NOT held_out) OVER (ORDER BY "
        f"{order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before "
        f"FROM standing WHERE rule IN ({rules})) "
        f"WHERE before >= {one.people} AND NOT staying"
    )
    if not engine.value(f"SELECT count(*) FROM {JUST_CUT}"):
        return False
    engine.run(f"INSERT INTO {OVER} SELECT number, choice, text, length FROM {JUST_CUT}")
    engine.run(f"DELETE FROM {ASSIGNED} WHERE number IN (SELECT number FROM {JUST_CUT})")
    return True
