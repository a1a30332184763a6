"""Who is left in peace for now, until when and because of what; and who stays in an audience.

Windows are lengths of time up to the pinned moment. A message counts once. An audience counts once
when it is entered, and rests from when it is left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from targeter.binding import Bound
from targeter.database import Engine, literal
from targeter.history import CONTACTS, HANDED_OVER, LEFT, in_audience, moment_sql
from targeter.limits import Rest, Span
from targeter.rules import Rule

# One row for everybody contacted lately: until when they rest, and flags for the signature.
RESTS = "rests"
# One row for each rule that leaves a person in peace for now.
RULE_RESTS = "rule_rests"
_RULE_RESTS = {"person": "VARCHAR", "rule": "INTEGER", "until": "DATE"}
# Every audience that a person entered and didn't leave; one row a person: the last of them.
MEMBERSHIPS = "memberships"
MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a project limits: everything, single rules (by number), and handoffs (by number)."""

    rest: Rest
    rules: tuple[tuple[int, Rule], ...]
    handoffs: tuple[tuple[int, str, Span], ...]

    @property
    def asks(self) -> bool:
        """Whether anything depends on who was contacted before."""
        return bool(self.rest or self.rules or self.handoffs)


def limits_of(bound: Bound, rules: Sequence[Rule]) -> Limits:
    """The limits of a project, with the running rules in their order."""
    limited = tuple((number, rule) for number, rule in enumerate(rules) if rule.rest)
    handoffs = tuple(
        (number, handoff.name, handoff.again_after)
        for number, handoff in enumerate(bound.project.handoffs)
        if handoff.again_after is not None
    )
    return Limits(bound.project.settings.rest, limited, handoffs)


def find_resting(engine: Engine, bound: Bound, limits: Limits) -> None:
    """Fill `rests`, `rule_rests` and `members` from the contacts."""
    now = moment_sql(bound.today)
    _members(engine)
    if not engine.value(f"SELECT count(*) FROM {CONTACTS}"):
        _nobody_rests(engine, limits)
        return
    _of_everything(engine, limits.rest, now)
    _of_rules(engine, limits.rules, now)
    _of_handoffs(engine, limits.handoffs, now)
    flags = ", ".join(f"{sql} AS {name}" for name, sql in _flags(limits).items())
    engine.run(
        f"CREATE OR REPLACE TABLE {RESTS} AS SELECT person, "
        "greatest(cooling_until, capped_until) AS until, "
        f"{flags} FROM (SELECT *, {literal(bound.today.isoformat())}::DATE AS today "
        "FROM resting_from_all FULL JOIN "
        "(SELECT person, list(rule) AS rules FROM rule_rests GROUP BY 1) USING (person) "
        "FULL JOIN (SELECT person, list(handoff) AS handoffs FROM handoff_rests GROUP BY 1) "
        "USING (person))"
    )


def _flags(limits: Limits) -> dict[str, str]:
    """The flags of somebody who rests, each with its SQL."""
    flags = {
        "cooling": "coalesce(cooling_until > today, false)",
        "capped": "coalesce(capped_until > today, false)",
    }
    rules = ((f"rule{n}", f"list_contains(rules, {n}) IS TRUE") for n, _ in limits.rules)
    handoffs = (
        (f"handoff{n}", f"list_contains(handoffs, {n}) IS TRUE") for n, _, _ in limits.handoffs
    )
    return {**flags, **dict(rules), **dict(handoffs)}


def _nobody_rests(engine: Engine, limits: Limits) -> None:
    """The same tables where nobody was contacted before: nothing has to be asked."""
    flags = dict.fromkeys(_flags(limits), "BOOLEAN")
    engine.load(RESTS, {"person": "VARCHAR", "until": "DATE", **flags}, ())
    engine.load(RULE_RESTS, _RULE_RESTS, ())


def _members(engine: Engine) -> None:
    """Who is in an audience now, on each channel; of several the one entered last is theirs."""
    engine.run(f"CREATE OR REPLACE TABLE {MEMBERSHIPS} AS {in_audience(CONTACTS)}")
    engine.run(
        f"CREATE OR REPLACE TABLE {MEMBERS} AS SELECT * FROM {MEMBERSHIPS} QUALIFY row_number() "
        "OVER (PARTITION BY person ORDER BY contacted_at DESC, channel, rule, template, text) = 1"
    )


def _of_everything(engine: Engine, rest: Rest, now: str) -> None:
    """The days until which the project's own cap and cooldown leave each person in peace.

    Who is in an audience and doesn't stay leaves it now, and rests from now.
    """
    cooling, capped, kept, leaving = "NULL::DATE", "NULL::DATE", [], "NULL::DATE"
    if rest.cooldown:
        span = rest.cooldown.interval
        cooling, leaving = f"(max(contacted_at) + {span})::DATE", f"({now} + {span})::DATE"
        kept.append(f"contacted_at + {span} > {now}")
    if rest.cap:
        span, times = rest.cap.span.interval, rest.cap.times
        counted = f"max(contacted_at, {times}) FILTER (event <> '{LEFT}')"
        capped = f"(({counted})[{times}] + {span})::DATE"
        kept.append(f"contacted_at + {span} > {now}")
    engine.run(
        "CREATE OR REPLACE TABLE resting_from_all AS SELECT person, coalesce(leaving, cooling) "
        f"AS cooling_until, capped AS capped_until FROM (SELECT person, {cooling} AS cooling, "
        f"{capped} AS capped FROM {CONTACTS} WHERE event <> '{HANDED_OVER}' "
        f"AND ({' OR '.join(kept) or 'false'}) GROUP BY person) FULL JOIN "
        f"(SELECT person, {leaving} AS leaving FROM {MEMBERS}) USING (person)"
    )


def because(engine: Engine, day: dt.date, person: str, rule: str | None = None) -> str | None:
    """The last contact in words, of a rule or of any; None for who was never contacted.

    One after the pinned `day` is under way still. Of two at one moment the words decide.
    """
    words = (
        f"CASE WHEN c.event = '{LEFT}' THEN 'left the audience of ' "
        "WHEN m.person IS NOT NULL THEN 'leaves the audience of ' "
        f"WHEN c.contacted_at > {moment_sql(day)} THEN 'gets ' ELSE 'got ' END "
        "|| coalesce(c.template, c.rule, 'a message') "
        "|| CASE WHEN m.person IS NOT NULL THEN '' ELSE ' on ' || c.contacted_at::DATE END"
    )
    of_rule = "" if rule is None else f" AND c.rule = {literal(rule)}"
    and_member = "" if rule is None else " AND m.rule = c.rule"
    rows = engine.rows(
        f"SELECT {words} AS words FROM {CONTACTS} AS c LEFT JOIN {MEMBERS} AS m "
        f"ON m.person = c.person{and_member} WHERE c.person = $1 AND c.event <> '{HANDED_OVER}'"
        f"{of_rule} ORDER BY c.contacted_at DESC, words DESC LIMIT 1",
        [person],
    )
    return str(rows[0][0]) if rows else None


def _of_rules(engine: Engine, rules: Sequence[tuple[int, Rule]], now: str) -> None:
    """The rules that leave a person in peace: their own caps and cooldowns."""
    engine.load(RULE_RESTS, _RULE_RESTS, ())
    # most rules rest alike, and those that do are asked about together
    for rest in dict.fromkeys(rule.rest for _, rule in rules):
        alike = [(number, rule.name) for number, rule in rules if rule.rest == rest]
        named = ", ".join(f"({number}, {literal(name)})" for number, name in alike)
        until = _until(rest, now)
        engine.run(
            f"INSERT INTO {RULE_RESTS} SELECT person, number, {until}::DATE "
            "FROM (SELECT c.*, r.number, m.person IS NOT NULL AS is_member FROM "
            f"{CONTACTS} AS c JOIN (VALUES {named}) AS r(number, name) ON r.name = c.rule "
            f"LEFT JOIN {MEMBERS} AS m ON m.person = c.person AND m.rule = c.rule "
            f"WHERE c.event <> '{HANDED_OVER}') "
            f"GROUP BY person, number HAVING {until} > {now}"
        )


def _until(rest: Rest, now: str) -> str:
    """When a rule's own cap and cooldown are over for the contacts of a group (SQL)."""
    untils = []
    if rest.cooldown:
        last = f"CASE WHEN bool_or(is_member) THEN {now} ELSE max(contacted_at) END"
        untils.append(f"({last} + {rest.cooldown.interval})")
    if rest.cap:
        times, span = rest.cap.times, rest.cap.span.interval
        counted = f"max(contacted_at, {times}) FILTER (event <> '{LEFT}')"
        untils.append(f"(({counted})[{times}] + {span})")
    return f"greatest({', '.join(untils)})"


def _of_handoffs(engine: Engine, handoffs: Sequence[tuple[int, str, Span]], now: str) -> None:
    """Who was handed over so lately that they are with service still."""
    engine.run("CREATE OR REPLACE TABLE handoff_rests (person VARCHAR, handoff INTEGER)")
    for number, name, span in handoffs:
        engine.run(
            f"INSERT INTO handoff_rests SELECT DISTINCT person, {number} FROM {CONTACTS} "
            f"WHERE event = '{HANDED_OVER}' AND rule = {literal(name)} "
            f"AND contacted_at + {span.interval} > {now}"
        )
