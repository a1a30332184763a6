"""What is proved about: `the value of a term lies in these regions`, under AND and OR.

There is no NOT here. A literal's opposite is the other regions of the same term, NULL among them,
so a formula is met or not and never NULL.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MAX_SIZE = 5_000


class TooLarge(Exception):
    """A formula that grew past `MAX_SIZE` literals: nothing is proved about it."""


@dataclass(frozen=True, slots=True)
class Literal:
    """The value of a term lies in one of the regions `values`, of `whole` (both bit sets)."""

    term: int
    values: int
    whole: int

    @property
    def size(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class All:
    """Every part is met; without any, it is met."""

    parts: tuple[Formula, ...]
    size: int = 0


@dataclass(frozen=True, slots=True)
class Some:
    """A part is met; without any, it isn't."""

    parts: tuple[Formula, ...]
    size: int = 0


Formula = Literal | All | Some
TRUE: Formula = All(())
FALSE: Formula = Some(())


def literal(term: int, values: int, whole: int) -> Formula:
    """A literal, or what it comes to: no region is never met, every region always."""
    values &= whole
    if not values:
        return FALSE
    return TRUE if values == whole else Literal(term, values, whole)


def all_of(parts: Iterable[Formula]) -> Formula:
    """The conjunction, with the literals of one term taken together."""
    literals: dict[int, Formula] = {}
    others: dict[Formula, None] = {}
    for part in _flat(parts, All):
        if part == FALSE:
            return FALSE
        if isinstance(part, Literal):
            old = literals.get(part.term)
            values = part.values & old.values if isinstance(old, Literal) else part.values
            if not values:
                return FALSE
            literals[part.term] = Literal(part.term, values, part.whole)
        else:
            others[part] = None
    found = [*(literals[term] for term in sorted(literals)), *others]
    return found[0] if len(found) == 1 else All(tuple(found), _size(found))


def some_of(parts: Iterable[Formula]) -> Formula:
    """The disjunction, with the literals of one term taken together."""
    literals: dict[int, Formula] = {}
    others: dict[Formula, None] = {}
    for part in _flat(parts, Some):
        if part == TRUE:
            return TRUE
        if isinstance(part, Literal):
            old = literals.get(part.term)
            values = part.values | old.values if isinstance(old, Literal) else part.values
            if values == part.whole:
                return TRUE
            literals[part.term] = Literal(part.term, values, part.whole)
        else:
            others[part] = None
    found = [*(literals[term] for term in sorted(literals)), *others]
    return found[0] if len(found) == 1 else Some(tuple(found), _size(found))


def _flat(parts: Iterable[Formula], kind: type[All] | type[Some]) -> Iterable[Formula]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part


def _size(parts: Iterable[Formula]) -> int:
    size = sum(part.size for part in parts)
    if size > MAX_SIZE:
        raise TooLarge
    return size


def opposite(formula: Formula) -> Formula:
    """The formula that is met exactly where this one isn't."""
    if isinstance(formula, Literal):
        return Literal(formula.term, formula.whole & ~formula.values, formula.whole)
    parts = [opposite(part) for part in formula.parts]
    return some_of(parts) if isinstance(formula, All) else all_of(parts)


def terms_of(formula: Formula) -> set[int]:
    """The terms a formula speaks of."""
    if isinstance(formula, Literal):
        return {formula.term}
    return {term for part in formula.parts for term in terms_of(part)}
