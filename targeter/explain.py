"""One person's whole way: every gate and rule, each condition, and the values it saw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from targeter.cells import REFUSED
from targeter.conditions import Condition, scalars
from targeter.database import identifier
from targeter.decisions import DECIDED, Choice
from targeter.errors import WrongUsage
from targeter.findings import did_you_mean
from targeter.outcomes import RESULTS
from targeter.policies import Suppression
from targeter.profiles import PROFILES
from targeter.rendering import limit_of
from targeter.rules import Rule
from targeter.runs import Run
from targeter.signature import Formula, question
from targeter.yaml_source import Scalar

Role = Literal["all", "any", "unless"]


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One condition as it came out for this person: TRUE, FALSE or NULL, and what it saw."""

    text: str
    role: Role
    result: bool | None
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A handoff, purpose, requirement or suppression, and whether it holds (None: unknown).

    `detail` says to whom a handoff goes, and what a suppression is only for.
    """

    kind: str
    name: str
    holds: bool | None
    conditions: tuple[ConditionResult, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A rule: whether it holds, its conditions, and what became of it if it does."""

    name: str
    why: str
    priority: int
    holds: bool
    fate: str
    conditions: tuple[ConditionResult, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that decided about one person. `reason` is a sentence."""

    person: str
    as_of: dt.date
    outcome: str
    reason: str
    rule: str | None
    template: str | None
    channel: str | None
    text: str | None
    length: int | None
    limit: int | None
    values: dict[str, object]
    verdicts: tuple[Verdict, ...]
    rules: tuple[RuleResult, ...]


def explain(run: Run, person: str) -> Explanation:
    """The explanation for one person of a computed plan; `WrongUsage` when there is nobody."""
    row = run.engine.rows(
        f"SELECT outcome, gate, best_rule, choice, text, length FROM {RESULTS} WHERE person = $1",
        [person],
    )
    if not row:
        raise _nobody(run, person)
    asked = _Asked(run, person)
    outcome, gate, best_rule, choice, text, length = row[0]
    chosen = run.decisions.choices[choice] if choice is not None else None
    rules = tuple(_rules(run, asked, gate, choice))
    return Explanation(
        person=person,
        as_of=run.bound.today,
        outcome=outcome,
        reason=_reason(run, outcome, gate, best_rule, choice),
        rule=chosen.rule.name if chosen else None,
        template=chosen.template.id if chosen else None,
        channel=chosen.channel.name if chosen else None,
        text=text,
        length=length,
        limit=limit_of(text, chosen.channel) if chosen else None,
        values=asked.values,
        verdicts=tuple(_verdicts(run, asked)),
        rules=rules,
    )


def _nobody(run: Run, person: str) -> WrongUsage:
    rows = run.engine.rows(
        f"SELECT person FROM {RESULTS} ORDER BY jaro_winkler_similarity(person, $1) DESC, "
        "person LIMIT 5",
        [person],
    )
    help_ = did_you_mean(person, [row[0] for row in rows])
    return WrongUsage(f"there is nobody called {person!r} in the data", help=help_)


class _Asked:
    """A person's values and the outcome of every condition, asked in one query each."""

    def __init__(self, run: Run, person: str) -> None:
        self._run = run
        self._person = person
        self._results = self._ask(list(self._all_conditions()))
        self.values = self._profile()

    def _all_conditions(self) -> Iterator[Scalar]:
        project = self._run.project
        for group in (project.handoffs, project.requirements, project.suppressions):
            for one in group:
                yield from scalars(one.when)
        for purpose in project.settings.purposes:
            if purpose.when:
                yield purpose.when
        for rule in self._run.decisions.rules:
            yield from scalars(rule.when)
            for condition in rule.unless:
                yield from scalars(condition)

    def _ask(self, conditions: Sequence[Scalar]) -> dict[tuple[str, int], bool | None]:
        if not conditions:
            return {}
        whole = self._run.decisions.builder.whole(conditions)
        listed = ", ".join(f"({expression})" for expression in whole)
        key = identifier(self._run.bound.key)
        row = self._run.engine.row(
            f"SELECT {listed} FROM {PROFILES} AS p WHERE {key} = $1", [self._person]
        )
        return {scalar.key: value for scalar, value in zip(conditions, row, strict=True)}

    def _profile(self) -> dict[str, object]:
        names = [
            name
            for name, _ in self._run.engine.columns_of(PROFILES)
            if not name.startswith("purpose(")
        ]
        listed = ", ".join(identifier(name) for name in names)
        key = identifier(self._run.bound.key)
        row = self._run.engine.row(
            f"SELECT {listed} FROM {PROFILES} WHERE {key} = $1", [self._person]
        )
        return dict(zip(names, row, strict=True))

    def results(self, condition: Condition, role: Role) -> Iterator[ConditionResult]:
        """Each single expression of a condition with its result and the values it saw."""
        if isinstance(condition, Scalar):
            columns = self._run.bound.condition_columns(condition)
            seen = {name: self.values.get(name) for name in columns}
            text = " ".join(condition.text.split())
            yield ConditionResult(text, role, self._results[condition.key], seen)
            return
        inner: Role = role if role == "unless" else condition.kind
        for part in condition.parts:
            yield from self.results(part, inner)

    def truth(self, condition: Condition) -> bool | None:
        """A whole condition: as `all` and `any` combine what may be NULL."""
        if isinstance(condition, Scalar):
            return self._results[condition.key]
        parts = {self.truth(part) for part in condition.parts}
        settles = condition.kind == "any"
        if settles in parts:
            return settles
        return None if None in parts else not settles

    def meets(self, formulas: Sequence[Formula]) -> list[bool]:
        """Whether the person's signature meets each formula."""
        if not formulas:
            return []
        listed = ", ".join(question(formula) for formula in formulas)
        row = self._run.engine.row(
            f"SELECT {listed} FROM {DECIDED} WHERE person = $1", [self._person]
        )
        return [bool(value) for value in row]

    def refusals(self) -> dict[int, str]:
        """The choices that were tried and why they were turned away."""
        rows = self._run.engine.rows(
            f"SELECT choice, why FROM {REFUSED} WHERE person = $1 ORDER BY choice", [self._person]
        )
        return {choice: str(why) for choice, why in rows}


def _verdicts(run: Run, asked: _Asked) -> Iterator[Verdict]:
    project = run.project
    for handoff in project.handoffs:
        holds = asked.truth(handoff.when) is True
        results = tuple(asked.results(handoff.when, "all"))
        yield Verdict("handoff", handoff.name, holds, results, f"to {handoff.to}")
    for purpose in project.settings.purposes:
        if purpose.when is not None:
            results = tuple(asked.results(purpose.when, "all"))
            yield Verdict("purpose", purpose.name, asked.truth(purpose.when), results)
    for requirement in project.requirements:
        results = tuple(asked.results(requirement.when, "all"))
        yield Verdict("requirement", requirement.name, asked.truth(requirement.when), results)
    for suppression in project.suppressions:
        holds = asked.truth(suppression.when) is True
        results = tuple(asked.results(suppression.when, "all"))
        yield Verdict("suppression", suppression.name, holds, results, _scope(suppression))


def _scope(suppression: Suppression) -> str:
    """What a suppression is only for, '' when it is for everything."""
    scopes = {
        "topic": suppression.topic,
        "channel": suppression.channel,
        "campaign": suppression.campaign,
    }
    named = [f"{what} {scalar.text}" for what, scalar in scopes.items() if scalar]
    return f"only {', '.join(named)}" if named else ""


def _rules(run: Run, asked: _Asked, gate: int | None, choice: int | None) -> Iterator[RuleResult]:
    decisions = run.decisions
    holds = asked.meets(decisions.rule_formulas)
    winner = decisions.choices[choice].rule_number if choice is not None else None
    given_way = _given_way(run, asked)
    for number, rule in enumerate(decisions.rules):
        fate = ""
        if holds[number]:
            fate = _stopped(run, rule, number, gate, winner) or given_way[number]
        results = (
            *asked.results(rule.when, "all"),
            *(r for part in rule.unless for r in asked.results(part, "unless")),
        )
        yield RuleResult(rule.name, rule.why, rule.priority, holds[number], fate, results)


def _stopped(run: Run, rule: Rule, number: int, gate: int | None, winner: int | None) -> str:
    """What became of a rule that holds, '' when it had its turn and gave way."""
    if gate is not None:
        return f"stopped before any rule by {run.decisions.gates[gate].name}"
    if winner is None or winner > number:
        return ""
    if winner == number:
        return "wins"
    best = run.decisions.rules[winner]
    if best.priority == rule.priority:
        return f"loses to {best.name} (both {rule.priority}, so by name)"
    return f"loses to {best.name} ({best.priority} over {rule.priority})"


def _given_way(run: Run, asked: _Asked) -> list[str]:
    """For each rule why none of its templates could be sent."""
    choices = run.decisions.choices
    refusals = asked.refusals()
    written = asked.meets([choice.writable for choice in choices])
    reached = asked.meets([choice.reachable for choice in choices])
    tried: dict[int, list[str]] = {}
    for choice in choices:
        why = refusals.get(choice.number)
        if not written[choice.number]:
            why = _unwritten(choice, asked)
        elif not reached[choice.number]:
            why = f"{choice.channel.name} doesn't reach this person"
        tried.setdefault(choice.rule_number, []).append(f"{choice.template.id}: {why}")
    return [
        "no message: " + "; ".join(tried.get(number, ["it has no template"]))
        for number in range(len(run.decisions.rules))
    ]


def _unwritten(choice: Choice, asked: _Asked) -> str:
    missing = [name for name in sorted(choice.template.required) if _lacks(asked, name)]
    if missing:
        return f"{', '.join(missing)} missing"
    return "for another language, or suppressed"


def _lacks(asked: _Asked, name: str) -> bool:
    return name in asked.values and asked.values[name] is None


def _reason(
    run: Run, outcome: str, gate: int | None, best_rule: int | None, choice: int | None
) -> str:
    if gate is not None:
        one = run.decisions.gates[gate]
        if outcome == "handed_over":
            return f"handed to {one.detail} by {one.name}: no marketing"
        words = {"no": "is not met", "unknown": "is unknown, and unknown is not yes"}
        return f"{one.name} {words.get(one.detail, 'holds')}"
    if choice is not None:
        chosen = run.decisions.choices[choice]
        sentence = f"{chosen.rule.name} is the best rule that holds and can be written"
        if outcome == "held_out":
            return f"in the control group; would have had {chosen.rule.name}"
        return sentence
    if best_rule is None:
        return "no rule matched"
    name = run.decisions.rules[best_rule].name
    return {
        "audience_too_small": f"{name} holds, but too few people would get its text",
        "unreachable": f"{name} holds, but its channels don't reach this person",
    }.get(outcome, f"{name} holds, but none of its templates can be written")
