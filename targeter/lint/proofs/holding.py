"""Conditions that hold for nobody, or for everybody: TG304 and TG404."""

from __future__ import annotations

import re
from collections.abc import Iterator

from targeter.expressions.checking import place_of, written
from targeter.findings import Finding
from targeter.lint.proofs.cases import Case, Cases
from targeter.lint.proofs.formulas import Formula, opposite, terms_of
from targeter.lint.proofs.solver import satisfiable
from targeter.lint.proofs.statements import (
    Is,
    Known,
    Missing,
    Not,
    Origin,
    Statement,
    Test,
    parts_of,
)


def constant_parts(cases: Cases) -> Iterator[Finding]:
    """TG304: a test that comes out the same for everybody, and conditions made of such."""
    verdicts: dict[Statement, bool | None] = {}
    for case in cases.all:
        found = list(_in_statement(cases, case.when, verdicts))
        if case.unless is not None:
            found += _in_statement(cases, case.unless, verdicts)
        yield from found
        if not found:
            yield from _whole(cases, case)


def _in_statement(
    cases: Cases, statement: Statement, verdicts: dict[Statement, bool | None]
) -> Iterator[Finding]:
    """The smallest parts that are constant, each where it stands."""
    origin = statement.origin if isinstance(statement, Test | Not | Known) else None
    whole = statement.part if isinstance(statement, Not) else statement
    if origin is not None and isinstance(whole, Test | Missing | Known):
        if statement not in verdicts:
            verdicts[statement] = _verdict(cases, statement)
        verdict = verdicts[statement]
        if verdict is not None:
            yield _constant(origin, verdict)
            return
    if not isinstance(statement, Is):
        for part in parts_of(statement):
            yield from _in_statement(cases, part, verdicts)


def _verdict(cases: Cases, statement: Statement) -> bool | None:
    """True for always, False for never, None where it depends or isn't known."""
    truth = cases.truth(statement)
    if truth is None:
        return None
    if not satisfiable(truth.yes):
        return False
    return None if satisfiable(opposite(truth.yes)) else True


def _constant(origin: Origin, always: bool) -> Finding:
    text = " ".join(written(origin.scalar, origin.tree).split())
    message = f"{text} is {'always' if always else 'never'} TRUE"
    help_ = "take it out" if always else "no value there can be makes it so: see how it is written"
    if to_null := re.fullmatch(r"(.+?) *(=|<>|!=) *null", text, re.IGNORECASE):
        is_not = "" if to_null[2] == "=" else " not"
        help_ = f"nothing equals null, nor differs from it: write {to_null[1]} is{is_not} null"
    return Finding("TG304", message, place_of(origin.scalar, origin.tree), help_)


def _whole(cases: Cases, case: Case) -> Iterator[Finding]:
    """A condition made of parts that could each be met or not, and all the same can't be."""
    if case.is_dead:
        message = f"{case} can't hold: no values fulfil all of its conditions"
        yield Finding("TG404", message, case.place, "two of its conditions exclude each other")
        return
    if isinstance(case.when, Known) or case.kind == "rule":
        return
    is_constant = not satisfiable(case.against)
    if is_constant:
        message = f"{case} holds for everybody, whatever their values are"
        yield Finding("TG304", message, case.place, "one of its alternatives is always TRUE")


def unreachable_rules(cases: Cases) -> Iterator[Finding]:
    """TG404: rules whose people are all stopped before any rule is looked at."""
    gates = [case for case in cases.all if not case.is_dead and _is_gate(case)]
    passed: list[tuple[Case, Formula]] = [
        (gate, gate.formula if gate.kind == "requirement" else gate.against) for gate in gates
    ]
    for rule in cases.rules:
        if rule.is_dead:
            continue
        for gate, formula in passed:
            if _meets(rule, formula) and not satisfiable(rule.formula, formula):
                message = f"{rule} can't hold for anybody whom {gate} leaves"
                help_ = f"{gate} stands at {gate.place}"
                yield Finding("TG404", message, rule.place, help_)
                break


def _is_gate(case: Case) -> bool:
    is_whole = case.suppression is not None and case.suppression.is_for_everything
    return case.kind in ("requirement", "handoff") or is_whole


def _meets(rule: Case, formula: Formula) -> bool:
    """Whether a rule and a gate speak of any term in common; else neither excludes the other."""
    return not terms_of(formula).isdisjoint(terms_of(rule.formula))
