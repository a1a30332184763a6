"""Every condition of a project, read and turned into formulas: what all proofs start from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from targeter.binding import Bound
from targeter.conditions import Condition, scalars
from targeter.database import EngineError
from targeter.findings import Place
from targeter.lint.proofs.formulas import All, Formula, TooLarge, all_of, opposite
from targeter.lint.proofs.reading import Reader
from targeter.lint.proofs.solver import Known, boxes, satisfiable, settled
from targeter.lint.proofs.statements import Statement, joined
from targeter.lint.proofs.terms import Terms
from targeter.lint.proofs.truths import Truth, Truths
from targeter.policies import Suppression
from targeter.rules import Rule


@dataclass(frozen=True, slots=True)
class Case:
    """One rule, segment or policy: whom it is for.

    `formula` is met by exactly those (a rule's `unless` taken out), `against` by all others.
    `known` are the regions left for each term, `is_plain` that they say it all; `boxes` are the
    same for each of its alternatives, where they are few.
    """

    kind: str
    name: str
    place: Place
    written: tuple[Condition, ...]
    when: Statement
    unless: Statement | None
    formula: Formula
    against: Formula
    known: Known
    boxes: tuple[Known, ...]
    is_plain: bool
    is_dead: bool
    rule: Rule | None = None
    suppression: Suppression | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}"


@dataclass(frozen=True, slots=True)
class _Declared:
    kind: str
    name: str
    place: Place
    when: Condition
    unless: tuple[Condition, ...] = ()
    rule: Rule | None = None
    suppression: Suppression | None = None


class Cases:
    """A bound project as cases; those that couldn't be compiled or are too large are left out."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self.terms = Terms(bound.profile, _counts(bound), bound.parser)
        declared = [one for one in _declared(bound) if self._is_compiled(one)]
        every = (s for one in declared for c in (one.when, *one.unless) for s in scalars(c))
        compiled = [bound.compiled(scalar) for scalar in every]
        try:
            reader = Reader(bound, self.terms, compiled)
        except EngineError:  # a constant that the engine can't compute: then nothing is proved
            declared = []
            reader = Reader(bound, self.terms, [])
        read = [found for one in declared if (found := _read(reader, one))]
        for topic in bound.project.settings.topics:
            self.terms.stance(topic.topic.name)
        segments = {one.name.casefold(): when for one, when, _ in read if one.kind == "segment"}
        self.truths = Truths(self.terms, segments)
        self.all = [case for one, when, unless in read if (case := self._case(one, when, unless))]
        self._by_kind: dict[str, list[Case]] = {}
        for case in self.all:
            self._by_kind.setdefault(case.kind, []).append(case)

    def of(self, kind: str) -> list[Case]:
        return self._by_kind.get(kind, [])

    @property
    def rules(self) -> list[Case]:
        return self.of("rule")

    def required(self) -> Formula:
        """Who fulfils every requirement."""
        return All(tuple(case.formula for case in self.of("requirement")))

    def reached(self) -> Formula:
        """Who may get something: fulfils what is required, is neither handed over nor suppressed.

        Conditions that couldn't be read are left out, so it may be more people than that.
        """
        gates = [case.against for case in self.all if _stops_everything(case)]
        return All((self.required(), *gates))

    def truth(self, statement: Statement) -> Truth | None:
        try:
            return self.truths.of(statement)
        except (TooLarge, RecursionError):
            return None

    def _is_compiled(self, one: _Declared) -> bool:
        written = (s for c in (one.when, *one.unless) for s in scalars(c))
        return all(scalar.key in self.bound.expressions for scalar in written)

    def _case(self, one: _Declared, when: Statement, unless: Statement | None) -> Case | None:
        try:
            formula = self.truths.of(when).yes
            if unless is not None:
                formula = all_of([formula, opposite(self.truths.of(unless).yes)])
            against = opposite(formula)
        except (TooLarge, RecursionError):
            return None
        first = settled(formula)
        known, left = first if first else ({}, ())
        is_dead = first is None or (bool(left) and not satisfiable(formula))
        return Case(
            one.kind,
            one.name,
            one.place,
            (one.when, *one.unless),
            when,
            unless,
            formula,
            against,
            known,
            (known,) if not left else boxes(formula) or (known,),
            not left,
            is_dead,
            one.rule,
            one.suppression,
        )


def _stops_everything(case: Case) -> bool:
    if case.kind == "handoff":
        return True
    return case.suppression is not None and case.suppression.is_for_everything


def _read(reader: Reader, one: _Declared) -> tuple[_Declared, Statement, Statement | None] | None:
    try:
        return one, reader.read(one.when), _any(reader, one.unless)
    except RecursionError:
        return None


def _any(reader: Reader, conditions: Sequence[Condition]) -> Statement | None:
    """`unless`: one of the conditions is enough."""
    return joined("any", [reader.read(c) for c in conditions]) if conditions else None


def _declared(bound: Bound) -> Iterator[_Declared]:
    project = bound.project
    for segment in project.segments:
        yield _Declared("segment", segment.name, segment.place, segment.when)
    for handoff in project.handoffs:
        yield _Declared("handoff", handoff.name, handoff.place, handoff.when)
    for requirement in project.requirements:
        yield _Declared("requirement", requirement.name, requirement.place, requirement.when)
    for one in project.suppressions:
        yield _Declared("suppression", one.name, one.place, one.when, suppression=one)
    for rule in project.rules:
        yield _Declared("rule", rule.name, rule.place, rule.when, rule.unless, rule)


def _counts(bound: Bound) -> Iterable[str]:
    """The columns of the profile that are counts of rows, so at least 0."""
    for level in bound.levels:
        for trait in level:
            if trait.trait.source and trait.trait.value and trait.trait.default is None:
                tree = trait.values[0].tree
                if str(tree.get("function_name")) in ("count", "count_star"):
                    yield trait.columns[0].name
