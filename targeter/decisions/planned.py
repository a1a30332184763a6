"""A project's conditions as one signature, and every question about it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from targeter.binding import Bound
from targeter.conditions import Condition
from targeter.decisions.choices import Choice, Codes, choices_of
from targeter.decisions.gates import Gate, gates_of
from targeter.project import Project
from targeter.resting import Limits, limits_of
from targeter.rules import Rule
from targeter.signature import ALWAYS, Both, Builder, Either, Formula, Signature, Without, question


@dataclass(frozen=True, slots=True)
class Decisions:
    """Everything that is asked about the signature, and the signature itself.

    Who doesn't meet a rule's `rested` got it too lately or too often, and has their next rule.
    """

    signature: Signature
    gates: tuple[Gate, ...]
    rules: tuple[Rule, ...]
    rule_formulas: tuple[Formula, ...]
    choices: tuple[Choice, ...]
    builder: Builder
    rested: tuple[Formula, ...]
    limits: Limits

    @property
    def forgets(self) -> bool:
        """Whether anybody has a tombstone, so that it is asked who."""
        return any(gate.is_tombstone for gate in self.gates)

    def by_rule(self) -> Iterator[tuple[int, list[Choice]]]:
        """The choices of each rule that has any, best rule first."""
        for number, choices in itertools.groupby(self.choices, key=lambda c: c.rule_number):
            yield number, list(choices)

    @property
    def codes(self) -> Codes:
        """The codes of the choices."""
        return Codes(self.choices)

    def first_choice(self, after: str | None = None, *, coded: bool = False) -> str:
        """SQL for the number, or the code, of the first possible choice (after another), or NULL.

        A rule is asked about once for all its templates: this text grows with every rule.
        """
        named = self.codes.of if coded else int

        def later(number: int) -> str:
            return f"{after} < {number} AND " if after else ""

        found = []
        for number, choices in self.by_rule():
            holds = Both((self.rule_formulas[number], self.rested[number]))
            possible = [(c.number, Both((c.writable, c.reachable))) for c in choices]
            if len(choices) == 1:  # the masks of rule and template are one test
                only, may = possible[0]
                found.append(f"WHEN {later(only)}{question(Both((holds, may)))} THEN {named(only)}")
                continue
            tests = [(n, f"{later(n)}{question(may)}") for n, may in possible]
            some = " OR ".join(test for _, test in tests)
            first = " ".join(f"WHEN {test} THEN {named(n)}" for n, test in tests)
            found.append(f"WHEN {question(holds)} AND ({some}) THEN CASE {first} END")
        return f"CASE {' '.join(found)} END" if found else "NULL::INTEGER"

    def first_rule(self) -> str:
        """SQL for the number of the best rule that holds, or NULL."""
        return _first(list(enumerate(map(question, self.rule_formulas))))

    def best_rule(self) -> str:
        """The same over a row of `decided`, for whom no gate stops.

        It isn't kept there: whoever has a message needn't be asked, and they are the most.
        """
        return f"CASE WHEN gate IS NULL THEN {self.first_rule()} END"

    def first_gate(self, *, resting: bool) -> str:
        """SQL for the number of the first gate that stops a person: of rest, or any other."""
        return _first(
            [
                (number, question(gate.formula))
                for number, gate in enumerate(self.gates)
                if (gate.outcome == "resting") == resting
            ]
        )

    def stays(self, member_of: str) -> str:
        """SQL: the rule still holds by which a person entered an audience (a choice), and may."""
        cases = [
            f"WHEN {c.number} THEN "
            + question(Both((self.rule_formulas[c.rule_number], c.reachable, c.permitted)))
            for c in self.choices
            if c.channel.delivery == "promoted"
        ]
        if not cases:
            return "false"
        # few are members: nobody else is asked
        held = f"coalesce(CASE {member_of} {' '.join(cases)} END, false)"
        return f"CASE WHEN {member_of} IS NULL THEN false ELSE {held} END"


def _first(tests: Sequence[tuple[int, str]]) -> str:
    cases = " ".join(f"WHEN {test} THEN {number}" for number, test in tests)
    return f"CASE {cases} END" if cases else "NULL::INTEGER"


def running(rule: Rule, project: Project, day: dt.date) -> bool:
    """Whether a rule takes part: enabled, and its campaign runs on that day."""
    if not rule.enabled:
        return False
    campaign = project.settings.campaign(rule.campaign) if rule.campaign else None
    return campaign is None or campaign.runs_on(day)


def plan_decisions(bound: Bound, *, forgets: bool = False) -> Decisions:
    """Turn the project's conditions into one signature and the questions about it.

    With `forgets` people who are in the table `forgotten` are stopped before anything else.
    """
    project = bound.project
    segments = {segment.name.casefold(): segment.when for segment in project.segments}
    texts = frozenset(c.name.casefold() for c in bound.profile if c.type == "VARCHAR")
    builder = Builder(bound.parser, bound.expressions, segments, texts)
    rules = tuple(r for r in project.rules if running(r, project, bound.today))
    builder.foresee(_conditions(project, rules))
    builder.foresee([one.when for one in project.requirements], negated=True)
    formulas = tuple(_rule_formula(rule, builder) for rule in rules)
    limits = limits_of(bound, rules)
    limited = {number: builder.leaf(f"h.rule{number}") for number, _ in limits.rules}
    rested = tuple(Without(limited[n]) if n in limited else ALWAYS for n in range(len(rules)))
    choices = choices_of(bound, builder, rules)
    gates = tuple(gates_of(bound, builder, choices, limits, forgets=forgets))
    return Decisions(builder.signature(), gates, rules, formulas, choices, builder, rested, limits)


def _conditions(project: Project, rules: Sequence[Rule]) -> Iterator[Condition]:
    """Every condition that may be asked about, segments included."""
    for rule in rules:
        yield rule.when
        yield from rule.unless
    yield from (segment.when for segment in project.segments)
    yield from (handoff.when for handoff in project.handoffs)
    yield from (requirement.when for requirement in project.requirements)
    yield from (suppression.when for suppression in project.suppressions)


def _rule_formula(rule: Rule, builder: Builder) -> Formula:
    """`when` is TRUE, and nothing under `unless` is TRUE."""
    holds = builder.holds(rule.when)
    if not rule.unless:
        return holds
    return Both((holds, Without(Either(tuple(builder.holds(part) for part in rule.unless)))))
