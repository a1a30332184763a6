"""Why a rule does not reach more people: where everybody's way to its message ends."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from targeter.cells import BLOCKED, REFUSED, TOO_SMALL
from targeter.cuts import OVER
from targeter.database import identifier, list_literal, literal
from targeter.decisions import DECIDED, Choice
from targeter.errors import WrongUsage
from targeter.findings import Place, did_you_mean
from targeter.outcomes import RESULTS
from targeter.profiles import PROFILES
from targeter.reports.asking import CHOICE_RULES, load_choice_rules
from targeter.reports.idle import idle_because
from targeter.reports.nearest import Seen, values_seen
from targeter.reports.walking import WALKED, Role, Step, steps_of, walk
from targeter.resting import RULE_RESTS
from targeter.rules import Rule
from targeter.runs import Run
from targeter.signature import Both, Either, Formula, Without, question

# Ends of a rule's way that are no outcome of a person.
LOST, STAYING, NOT_RUNNING = "lost", "staying", "not_running"


@dataclass(frozen=True, slots=True)
class Stopped:
    """People whom something stopped before any rule; the rule would hold for `matched` of them."""

    outcome: str
    name: str
    detail: str
    people: int
    matched: int


@dataclass(frozen=True, slots=True)
class Failed:
    """People for whom a condition is the first that fails, in the order written.

    For `no` people it is FALSE (or TRUE, under `unless`), for `unknown` people NULL. `only`
    people miss nothing but this condition, whichever comes first; `seen` are their values.
    """

    text: str
    role: Role
    place: Place
    no: int
    unknown: int
    only: int
    seen: tuple[Seen, ...]

    @property
    def people(self) -> int:
        return self.no + self.unknown


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of people for whom the rule holds and whom nothing stopped before.

    `outcome` is `message`, another outcome, `lost` (a better rule has them), `staying` (in the
    audience of another rule) or `not_running`; `rule` is whose message they get instead.
    """

    outcome: str
    rule: str | None
    people: int


@dataclass(frozen=True, slots=True)
class WhyNot:
    """A rule, and everybody: `stopped`, `failed` and `endings` partition the people.

    `not_running` is why the rule doesn't run, '' when it does.
    """

    rule: str
    why: str
    priority: int
    as_of: dt.date
    not_running: str
    people: int
    stopped: tuple[Stopped, ...]
    failed: tuple[Failed, ...]
    endings: tuple[Ending, ...]

    @property
    def matched(self) -> int:
        return sum(ending.people for ending in self.endings)

    @property
    def messages(self) -> int:
        return sum(ending.people for ending in self.endings if ending.outcome == "message")


def why_not(run: Run, name: str) -> WhyNot:
    """Where everybody's way to one rule's message ends; `WrongUsage` when there is no such rule."""
    rule = rule_called(run, name)
    steps = steps_of(rule)
    walk(run, steps)
    ways = _ways(run, _number(run, rule))
    return WhyNot(
        rule=rule.name,
        why=rule.why,
        priority=rule.priority,
        as_of=run.bound.today,
        not_running=idle_because(rule, run.project, run.bound.today),
        people=sum(way.people for way in ways),
        stopped=tuple(_stopped(run, ways)),
        failed=tuple(_failed(run, steps, ways)),
        endings=_endings(run, rule, ways),
    )


def rule_called(run: Run, name: str) -> Rule:
    """A rule of the project, running or not; `WrongUsage` when there is none of that name."""
    for rule in run.project.rules:
        if rule.name == name:
            return rule
    help_ = did_you_mean(name, [rule.name for rule in run.project.rules])
    message = f"there is no rule called {name!r}"
    raise WrongUsage(message, help=help_ or "targeter plan lists the rules that run")


def _number(run: Run, rule: Rule) -> int | None:
    """A rule's place among those that run, None when it doesn't."""
    return next((n for n, one in enumerate(run.decisions.rules) if one is rule), None)


@dataclass(frozen=True, slots=True)
class _Way:
    """A way that some people went. `is_only`: nothing but the first failing step fails."""

    gate: int | None
    first: int | None
    is_unknown: bool
    is_only: bool
    outcome: str
    winner: int | None
    stays: bool
    given_way: str | None
    people: int


def _ways(run: Run, number: int | None) -> list[_Way]:
    """All the ways people went, each once."""
    load_choice_rules(run.engine, run.decisions)
    _give_way(run, number)
    rows = run.engine.rows(
        "SELECT r.gate, w.first, w.is_unknown, w.failed = 1, r.outcome, c.rule, "
        "r.status IS NOT DISTINCT FROM 'staying', "
        f"CASE WHEN w.first IS NULL THEN g.why END, count(*) FROM {WALKED} AS w "
        f"JOIN {RESULTS} AS r USING (person) LEFT JOIN {CHOICE_RULES} AS c USING (choice) "
        "LEFT JOIN given_way AS g ON g.number = r.number GROUP BY ALL ORDER BY ALL"
    )
    return [_Way(*row) for row in rows]


# How far a rule's texts got with a person, the furthest first; the rule's own rest comes before.
_FURTHEST = (
    "resting",
    "over_cap",
    "audience_too_small",
    "blocked",
    "unreachable",
    "no_copy",
)


def _give_way(run: Run, number: int | None) -> None:
    """Fill `given_way` (number, why): why the rule had no message for them, as an outcome."""
    choices = [c for c in run.decisions.choices if c.rule_number == number]
    ours = f"list_contains({list_literal(c.number for c in choices)}::INTEGER[], choice)"
    lost = Either(tuple(_out_of_reach(choice) for choice in choices))
    turned_away = (
        f"CASE WHEN why = {literal(TOO_SMALL)} THEN 'audience_too_small' "
        f"WHEN starts_with(why, {literal(BLOCKED)}) THEN 'blocked' ELSE 'no_copy' END"
    )
    rested = (
        f"SELECT d.number, 'resting' AS why FROM {RULE_RESTS} AS r JOIN {DECIDED} AS d "
        f"USING (person) WHERE r.rule = {literal(number)}"
    )
    reasons = (
        rested,
        f"SELECT number, 'over_cap' FROM {OVER} WHERE {ours}",
        f"SELECT number, {turned_away} FROM {REFUSED} WHERE {ours}",
        f"SELECT number, 'unreachable' FROM {DECIDED} WHERE {question(lost)}",
    )
    furthest = list_literal(_FURTHEST)
    run.engine.run(
        "CREATE OR REPLACE TABLE given_way AS SELECT number, "
        f"({furthest})[min(list_position({furthest}, why))] AS why "
        f"FROM ({' UNION ALL '.join(reasons)}) GROUP BY number"
    )


def _out_of_reach(choice: Choice) -> Formula:
    return Both((choice.writable, Without(choice.reachable)))


# -- told ------------------------------------------------------------------------------------


def _stopped(run: Run, ways: Sequence[_Way]) -> Iterator[Stopped]:
    people, matched = Counter[int](), Counter[int]()
    for way in ways:
        if way.gate is not None:
            people[way.gate] += way.people
            matched[way.gate] += way.people if way.first is None else 0
    for number, gate in enumerate(run.decisions.gates):
        if people[number]:
            yield Stopped(gate.outcome, gate.name, gate.detail, people[number], matched[number])


def _failed(run: Run, steps: Sequence[Step], ways: Sequence[_Way]) -> Iterator[Failed]:
    no, unknown, only = Counter[int](), Counter[int](), Counter[int]()
    for way in ways:
        if way.gate is None and way.first is not None:
            (unknown if way.is_unknown else no)[way.first] += way.people
            only[way.first] += way.people if way.is_only else 0
    for number, step in enumerate(steps):
        seen = _values(run, number, step) if only[number] else ()
        yield Failed(
            step.text, step.role, step.place, no[number], unknown[number], only[number], seen
        )


def _values(run: Run, number: int, step: Step) -> tuple[Seen, ...]:
    """What those have who miss this step and no other."""
    missing = (
        f"FROM {WALKED} AS w JOIN {RESULTS} AS r USING (person) "
        f"JOIN {PROFILES} AS p ON p.{identifier(run.bound.key)} = w.person "
        f"WHERE w.first = {number} AND w.failed = 1 AND r.gate IS NULL"
    )
    return values_seen(run.engine, run.bound, step.condition, missing)


def _endings(run: Run, rule: Rule, ways: Sequence[_Way]) -> tuple[Ending, ...]:
    """The rule's own message first, then the largest."""
    counts = Counter[tuple[str, str | None]]()
    for way in ways:
        if way.gate is None and way.first is None:
            counts[_ending(run, rule, way)] += way.people
    endings = [Ending(outcome, name, people) for (outcome, name), people in counts.items()]
    order = sorted(endings, key=lambda e: (-e.people, e.outcome, e.rule or ""))
    return tuple(sorted(order, key=lambda e: e.outcome != "message"))


def _ending(run: Run, rule: Rule, way: _Way) -> tuple[str, str | None]:
    number = _number(run, rule)
    has = run.decisions.rules[way.winner].name if way.winner is not None else None
    if number is None:
        return NOT_RUNNING, has
    if way.winner == number:
        return way.outcome, None
    if way.winner is not None and way.winner < number:
        return LOST, has
    if way.stays:
        return STAYING, has
    return way.given_way or "no_copy", has
