"""For each statement two formulas: where it is TRUE, and where it is FALSE; NULL is the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from targeter.lint.proofs.domains import NULL, Domain
from targeter.lint.proofs.formulas import (
    FALSE,
    TRUE,
    Formula,
    TooLarge,
    all_of,
    literal,
    opposite,
    some_of,
)
from targeter.lint.proofs.statements import (
    And,
    Choice,
    First,
    Holds,
    Is,
    Known,
    Missing,
    Not,
    Or,
    Same,
    Statement,
    Test,
)
from targeter.lint.proofs.terms import Terms


@dataclass(frozen=True, slots=True)
class Truth:
    """Where a statement is TRUE and where it is FALSE."""

    yes: Formula
    no: Formula

    @property
    def unknown(self) -> Formula:
        """Where it is NULL."""
        return all_of([opposite(self.yes), opposite(self.no)])


class Truths:
    """Makes formulas of statements, once every constant of the project has been read."""

    def __init__(self, terms: Terms, segments: Mapping[str, Statement]) -> None:
        self._terms = terms
        self._segments = segments
        self._free = {name: terms.free(f"segment {name}") for name in segments}
        self._domains = {name: term.domain() for name, term in terms.known.items()}
        self._held: dict[str, Formula] = {}
        self._tested: dict[Test, Truth] = {}

    def of(self, statement: Statement) -> Truth:
        """Raises `TooLarge` for a statement that nothing can be proved about in time."""
        match statement:
            case Known():
                return Truth(
                    _constant(statement.value is True), _constant(statement.value is False)
                )
            case Test():
                if statement not in self._tested:
                    self._tested[statement] = self._test(statement)
                return self._tested[statement]
            case Same(term, point):
                yes = self._inside(term, self._domain(term).where("=", point))
                return Truth(yes, opposite(yes))
            case Missing(term):
                yes = self._inside(term, NULL)
                return Truth(yes, opposite(yes))
            case Holds(segment):
                yes = self._segment(segment)
                return Truth(yes, opposite(yes))
            case Not(part):
                inner = self.of(part)
                return Truth(inner.no, inner.yes)
            case And(parts):
                every = [self.of(part) for part in parts]
                return Truth(all_of(t.yes for t in every), some_of(t.no for t in every))
            case Or(parts):
                every = [self.of(part) for part in parts]
                return Truth(some_of(t.yes for t in every), all_of(t.no for t in every))
            case Is(part, value):
                inner = self.of(part)
                yes = inner.unknown if value is None else inner.yes if value else inner.no
                return Truth(yes, opposite(yes))
            case First(parts):
                return self._first(parts)
            case Choice():
                return self._choice(statement)

    def _domain(self, term: str) -> Domain:
        return self._domains[term]

    def _test(self, test: Test) -> Truth:
        domain = self._domain(test.term)
        held = 0
        for point in test.points:
            held |= domain.where(test.sign, point)
        yes = self._inside(test.term, held)
        if test.with_null:
            return Truth(yes, FALSE)
        return Truth(yes, self._inside(test.term, domain.present & ~held))

    def _inside(self, name: str, values: int) -> Formula:
        """The term lies in these regions; that it isn't NULL says so of its columns too."""
        term, domain = self._terms.known[name], self._domain(name)
        present = [
            literal(column.number, inner.present, inner.whole)
            for column, inner in ((self._terms.known[n], self._domain(n)) for n in term.needs)
        ]
        if not (values & NULL):
            return all_of([literal(term.number, values, domain.whole), *present])
        if not term.nullable:
            return literal(term.number, values, domain.whole)
        if not (term.is_total and term.needs):
            return literal(term.number, values, domain.whole)
        held = literal(term.number, values, domain.whole)
        return some_of([all_of([held, *present]), *map(opposite, present)])

    def _segment(self, name: str) -> Formula:
        if name not in self._held:
            free = self._free.get(name)
            # while it is being made, and where it is too large, a segment is a free truth value
            self._held[name] = self._unread(name)
            if free is not None:
                try:
                    self._held[name] = self.of(self._segments[name]).yes
                except TooLarge:
                    self._held[name] = self._unread(name)
        return self._held[name]

    def _unread(self, name: str) -> Formula:
        term = self._free.get(name) or self._terms.free(f"segment {name}")
        domain = self._domains.setdefault(term, self._terms.known[term].domain())
        held = domain.where("=", point=True)
        return literal(self._terms.known[term].number, held, domain.whole)

    def _first(self, parts: tuple[Statement, ...]) -> Truth:
        yes, no, before = [], [], TRUE
        for part in parts:
            truth = self.of(part)
            yes.append(all_of([before, truth.yes]))
            no.append(all_of([before, truth.no]))
            before = all_of([before, truth.unknown])
        return Truth(some_of(yes), some_of(no))

    def _choice(self, choice: Choice) -> Truth:
        test, yes, no = self.of(choice.test), self.of(choice.yes), self.of(choice.no)
        otherwise = opposite(test.yes)
        return Truth(
            some_of([all_of([test.yes, yes.yes]), all_of([otherwise, no.yes])]),
            some_of([all_of([test.yes, yes.no]), all_of([otherwise, no.no])]),
        )


def _constant(held: bool) -> Formula:
    return TRUE if held else FALSE
