"""What tests have seen of the rules: who won, who lost, which conditions never came out so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from targeter.conditions import scalars
from targeter.database import Engine, identifier, list_literal
from targeter.decisions import DECIDED
from targeter.outcomes import RESULTS
from targeter.profiles import PROFILES
from targeter.project import Project
from targeter.runs import Run
from targeter.signature import question
from targeter.tester.results import ConditionCoverage, Coverage, RuleCoverage
from targeter.yaml_source import Scalar

_TOGETHER = 200  # conditions asked about in one statement


@dataclass(slots=True)
class Tally:
    """Counts over every universe of tests."""

    won: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    seen: dict[tuple[str, int], tuple[bool, bool]] = field(default_factory=dict)

    def add(self, run: Run, people: Sequence[str]) -> None:
        """Count one universe; `people` are those of tests, without the others on their rows."""
        among = f"IN (SELECT unnest({list_literal(people)}))"
        self._rules(run, among)
        self._conditions(run, among)

    def _rules(self, run: Run, among: str) -> None:
        rules = run.decisions.rules
        for rule in rules:
            self.held.setdefault(rule.name, 0)
        tests = [question(formula) for formula in run.decisions.rule_formulas]
        for start in range(0, len(tests), _TOGETHER):
            part = tests[start : start + _TOGETHER]
            sums = ", ".join(f"sum(CASE WHEN {test} THEN 1 ELSE 0 END)" for test in part)
            row = run.engine.row(
                f"SELECT {sums} FROM {DECIDED} WHERE gate IS NULL AND person {among}"
            )
            for rule, count in zip(rules[start:], row, strict=False):
                self.held[rule.name] += int(count or 0)
        rows = run.engine.rows(
            f"SELECT choice, count(*) FROM {RESULTS} WHERE outcome = 'message' "
            f"AND person {among} GROUP BY 1"
        )
        for choice, count in rows:
            name = run.decisions.choices[choice].rule.name
            self.won[name] = self.won.get(name, 0) + int(count)

    def _conditions(self, run: Run, among: str) -> None:
        running = {rule.name for rule in run.decisions.rules}
        asked = [scalar for _, scalar in conditions_of(run.project, running)]
        written = run.decisions.builder.whole(asked)
        for start in range(0, len(written), _TOGETHER):
            part = written[start : start + _TOGETHER]
            listed = ", ".join(
                f"coalesce(bool_or(({one}) IS TRUE), false), "
                f"coalesce(bool_or(({one}) IS NOT TRUE), false)"
                for one in part
            )
            key = identifier(run.bound.key)
            row = self._asked(run.engine, f"SELECT {listed} FROM {PROFILES} AS p", key, among)
            pairs = zip(row[::2], row[1::2], strict=True)
            for scalar, (is_true, is_not) in zip(asked[start:], pairs, strict=False):
                before = self.seen.get(scalar.key, (False, False))
                self.seen[scalar.key] = (before[0] or is_true, before[1] or is_not)

    def _asked(self, engine: Engine, query: str, key: str, among: str) -> tuple[bool, ...]:
        return tuple(bool(value) for value in engine.row(f"{query} WHERE p.{key} {among}"))

    def coverage(self, project: Project) -> Coverage:
        """What was counted, for the rules that are switched on, in the order they are tried."""
        rules = [rule for rule in project.rules if rule.enabled]
        names = {rule.name for rule in rules}
        return Coverage(
            tuple(
                RuleCoverage(
                    rule.name,
                    rule.place,
                    self.won.get(rule.name, 0),
                    self.held.get(rule.name, 0) - self.won.get(rule.name, 0),
                    rule.name in self.held,
                )
                for rule in rules
            ),
            tuple(
                ConditionCoverage(
                    owner,
                    " ".join(scalar.text.split()),
                    scalar.place,
                    *self.seen.get(scalar.key, (False, False)),
                )
                for owner, scalar in conditions_of(project, names)
            ),
        )


def conditions_of(project: Project, rules: set[str]) -> Iterator[tuple[str, Scalar]]:
    """Every single condition and whose it is; of the rules only those that are named."""
    for what, group in (
        ("handoff", project.handoffs),
        ("requirement", project.requirements),
        ("suppression", project.suppressions),
        ("segment", project.segments),
    ):
        for one in group:
            for scalar in scalars(one.when):
                yield f"{what} {one.name!r}", scalar
    for rule in project.rules:
        if rule.name in rules:
            for part in (rule.when, *rule.unless):
                for scalar in scalars(part):
                    yield f"rule {rule.name!r}", scalar
