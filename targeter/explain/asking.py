"""One person's values, and what every condition and formula comes to for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from targeter.cells import REFUSED
from targeter.conditions import Condition, scalars
from targeter.cuts import OVER
from targeter.database import identifier
from targeter.decisions import DECIDED
from targeter.explain.results import ConditionResult, Role
from targeter.outcomes import RESULTS
from targeter.profiles import NUMBER, PROFILES
from targeter.resting import RULE_RESTS, because
from targeter.rules import Rule
from targeter.runs import Run
from targeter.signature import Formula, is_met
from targeter.yaml_source import Scalar


@dataclass(frozen=True, slots=True)
class End:
    """How a person's way ended, as the plan has it: numbers of a gate, a rule, a choice."""

    outcome: str
    gate: int | None
    best_rule: int | None
    choice: int | None
    text: str | None
    length: int | None
    status: str | None
    until: dt.date | None
    because: str | None = None


def end_of(run: Run, person: str) -> End | None:
    """How somebody's way ended; None for somebody who isn't in the data."""
    rows = run.engine.rows(
        "SELECT outcome, gate, best_rule, choice, text, length, status, until "
        f"FROM {RESULTS} WHERE person = $1",
        [person],
    )
    if not rows:
        return None
    end = End(*rows[0])
    if end.until is None:
        return end
    by_rule = run.decisions.rules[end.best_rule].name if end.best_rule is not None else None
    return replace(end, because=because(run.engine, run.bound.today, person, by_rule))


class Asked:
    """A person's values and the outcome of every condition, asked in one query each."""

    def __init__(self, run: Run, person: str, also: Sequence[Rule] = ()) -> None:
        """`also` are rules to be asked about that don't run."""
        self.run, self.person = run, person
        self._rules = (*run.decisions.rules, *also)
        self._results = self._ask(list(self._all_conditions()))
        self.values = self._profile()

    def _all_conditions(self) -> Iterator[Scalar]:
        project = self.run.project
        for group in (project.handoffs, project.requirements, project.suppressions):
            for one in group:
                yield from scalars(one.when)
        for purpose in project.settings.purposes:
            if purpose.when:
                yield purpose.when
        for rule in self._rules:
            yield from scalars(rule.when)
            for condition in rule.unless:
                yield from scalars(condition)

    def _ask(self, conditions: Sequence[Scalar]) -> dict[tuple[str, int], bool | None]:
        if not conditions:
            return {}
        whole = self.run.decisions.builder.whole(conditions)
        distinct = list(dict.fromkeys(whole))
        listed = ", ".join(f"({expression})" for expression in distinct)
        key = identifier(self.run.bound.key)
        row = self.run.engine.row(
            f"SELECT {listed} FROM {PROFILES} AS p WHERE {key} = $1", [self.person]
        )
        values = dict(zip(distinct, row, strict=True))
        return {
            scalar.key: values[expression]
            for scalar, expression in zip(conditions, whole, strict=True)
        }

    def _profile(self) -> dict[str, object]:
        names = [
            name
            for name, _ in self.run.engine.columns_of(PROFILES)
            if not name.startswith("purpose(") and name != NUMBER
        ]
        listed = ", ".join(identifier(name) for name in names)
        key = identifier(self.run.bound.key)
        row = self.run.engine.row(
            f"SELECT {listed} FROM {PROFILES} WHERE {key} = $1", [self.person]
        )
        return dict(zip(names, row, strict=True))

    def results(self, condition: Condition, role: Role) -> Iterator[ConditionResult]:
        """Each single expression of a condition with its result and the values it saw."""
        if isinstance(condition, Scalar):
            columns = self.run.bound.condition_columns(condition)
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
        return [is_met(formula, self._words) for formula in formulas]

    @cached_property
    def _words(self) -> Sequence[int]:
        """The person's signature."""
        columns = self.run.decisions.signature.columns
        if not columns:
            return ()
        return self.run.engine.row(
            f"SELECT {', '.join(columns)} FROM {DECIDED} WHERE person = $1", [self.person]
        )

    @cached_property
    def choices_met(self) -> list[tuple[bool, bool]]:
        """For each choice whether it could be written and would reach the person."""
        choices = self.run.decisions.choices
        formulas = [f for choice in choices for f in (choice.writable, choice.reachable)]
        met = self.meets(formulas)
        return list(zip(met[::2], met[1::2], strict=True))

    @cached_property
    def rules_met(self) -> list[bool]:
        """For each rule that runs whether it holds."""
        return self.meets(self.run.decisions.rule_formulas)

    def rests(self) -> dict[int, tuple[dt.date, str]]:
        """The rules that leave the person in peace for now: until when, and because of what."""
        rows = self.run.engine.rows(
            f"SELECT rule, until FROM {RULE_RESTS} WHERE person = $1", [self.person]
        )
        names, day = [rule.name for rule in self.run.decisions.rules], self.run.bound.today
        return {
            rule: (until, because(self.run.engine, day, self.person, names[rule]) or "")
            for rule, until in rows
        }

    def refusals(self) -> dict[int, str]:
        """The choices that were tried and why they were turned away."""
        rows = self.run.engine.rows(
            f"SELECT f.choice, f.why FROM (SELECT number, choice, why FROM {REFUSED} UNION ALL "
            f"SELECT number, choice, 'its places went to others' FROM {OVER}) AS f "
            f"JOIN {RESULTS} AS r USING (number) WHERE r.person = $1 ORDER BY ALL",
            [self.person],
        )
        return {choice: str(why) for choice, why in rows}
