"""Negations that NULL slips through: TG301 in rules and segments, TG302 where they protect."""

from __future__ import annotations

from collections.abc import Iterator

from targeter.expressions import trees
from targeter.expressions.checking import place_of, written
from targeter.findings import Finding
from targeter.lint.proofs.cases import Case, Cases
from targeter.lint.proofs.formulas import TRUE, All, Formula, TooLarge, opposite
from targeter.lint.proofs.solver import satisfiable
from targeter.lint.proofs.statements import Not, Origin, Statement, granted, negations
from targeter.lint.proofs.terms import is_segment
from targeter.schema import Schema

_PROTECTING = ("suppression", "handoff")


def dropped(cases: Cases) -> Iterator[Finding]:
    """Each negation for which somebody is passed over only because a value is missing.

    Silent where the same condition settles what missing means (`or x is null`, `and x is not
    null`, `coalesce`), and where nobody reaches it whose value could be missing.
    """
    required = cases.required()
    for case in cases.all:
        if case.kind == "requirement":  # what is unknown doesn't fulfil it: that is its purpose
            continue
        around = TRUE if case.kind in ("handoff", "segment") else required
        yield from _in_condition(cases, case, case.when, around, is_kept_out=False)
        if case.unless is not None:
            truth = cases.truth(case.when)
            met = All((around, truth.yes)) if truth else around
            yield from _in_condition(cases, case, case.unless, met, is_kept_out=True)


def _in_condition(
    cases: Cases, case: Case, whole: Statement, around: Formula, *, is_kept_out: bool
) -> Iterator[Finding]:
    outer = cases.truth(whole)
    for negation in negations(whole) if outer else ():
        if negation.origin is None or outer is None:
            continue
        columns = _nullable(negation.origin, cases.bound.profile)
        if columns and _drops(cases, whole, negation, All((opposite(outer.yes), around))):
            yield _finding(case, negation.origin, columns, is_kept_out)


def _nullable(origin: Origin, profile: Schema) -> list[str]:
    """The columns of an expression that can be missing, as they are named."""
    names = {
        str(node["column_names"][-1])
        for node in trees.walk(origin.tree)
        if node["class"] == "COLUMN_REF" and not is_segment(node)
    }
    return sorted(n for n in names if (column := profile.get(n)) and column.nullable)


def _drops(cases: Cases, whole: Statement, negation: Not, around: Formula) -> bool:
    """Whether somebody would be meant if the negation were TRUE, and isn't since it is NULL."""
    inner = cases.truth(negation)
    if inner is None:
        return False
    try:
        if not satisfiable(inner.unknown, around):
            return False
        other = cases.truth(granted(whole, negation))
        return other is not None and satisfiable(inner.unknown, other.yes, around)
    except TooLarge:
        return False


def _finding(case: Case, origin: Origin, columns: list[str], is_kept_out: bool) -> Finding:
    text = " ".join(written(origin.scalar, origin.tree).split())
    names = " or ".join(columns)
    place = place_of(origin.scalar, origin.tree)
    nulls = " or ".join(f"{column} is null" for column in columns)
    if case.kind in _PROTECTING:
        message = f"{text} is NULL where {names} is missing, so {case} doesn't hold there"
        help_ = "write the opposite under require: unknown is not yes there"
        help_ += f"; or add: or {nulls}"
        return Finding("TG302", message, place, help_)
    if is_kept_out:
        message = f"{text} is NULL where {names} is missing, so that keeps nobody out of {case}"
        return Finding("TG301", message, place, f"to keep them out too, add: or {nulls}")
    message = f"{text} is NULL where {names} is missing, so {case} passes over whoever that is"
    present = " and ".join(f"{column} is not null" for column in columns)
    help_ = f"if that is meant, say so: and {present}; if not: or {nulls}"
    return Finding("TG301", message, place, help_)
