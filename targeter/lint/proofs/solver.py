"""Whether anybody can meet a formula: decided by cases, with a bound on the work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from targeter.lint.proofs.formulas import All, Formula, Literal, Some

BUDGET = 20_000

# What is known of each term on one path: the regions that are left (bit sets).
Known = dict[int, int]


class _Exhausted(Exception):
    """The bound on the work was reached."""


def satisfiable(*formulas: Formula, known: Known | None = None, budget: int = BUDGET) -> bool:
    """Whether all formulas can be met together; False is a proof that they can't.

    True says only that no contradiction was found: terms that are opaque here may contradict
    each other all the same, and so may a question that needs more than `budget` steps.
    """
    try:
        return _Search(budget).run(dict(known or {}), list(formulas))
    except _Exhausted:
        return True


def implies(formula: Formula, against: Formula, known: Known | None = None) -> bool:
    """Whether a formula is proved to lie within another, of which the opposite is given."""
    return not satisfiable(formula, against, known=known)


def settled(formula: Formula) -> tuple[Known, tuple[Some, ...]] | None:
    """What follows from a formula without cases, and the alternatives left; None: never met."""
    known: Known = {}
    try:
        left = _Search(BUDGET).settle(known, [formula])
    except _Exhausted:
        return {}, ()
    return None if left is None else (known, tuple(left))


def boxes(formula: Formula, most: int = 16) -> tuple[Known, ...]:
    """The cases of a formula, each as the regions of its terms; none when they are more."""
    search = _Search(BUDGET)
    try:
        found = tuple(islice(search.cases({}, [formula]), most + 1))
    except _Exhausted:
        return ()
    return found if len(found) <= most else ()


class _Search:
    def __init__(self, budget: int) -> None:
        self._left = budget

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise _Exhausted

    def run(self, known: Known, waiting: list[Formula]) -> bool:
        return next(self.cases(known, waiting), None) is not None

    def cases(self, known: Known, waiting: list[Formula]) -> Iterator[Known]:
        """Each way to meet everything that waits, as the regions it leaves."""
        paths = [(known, waiting)]
        while paths:
            known, waiting = paths.pop()
            left = self.settle(known, waiting)
            if left is None:
                continue
            if not left:
                yield known
                continue
            shortest = min(left, key=lambda some: len(some.parts))
            rest: list[Formula] = [some for some in left if some is not shortest]
            for part in reversed(shortest.parts):
                paths.append((dict(known), [part, *rest]))

    def settle(self, known: Known, waiting: list[Formula]) -> list[Some] | None:
        """Take in everything that leaves no choice; the choices left, or None for none at all."""
        alternatives: list[Some] = []
        while waiting:
            if not self._take(known, waiting, alternatives):
                return None
            left: list[Some] = []
            for some in alternatives:
                alive = self._alive(known, some)
                if alive is None:
                    continue
                if not alive:
                    return None
                if len(alive) == 1:
                    waiting.append(alive[0])
                else:
                    left.append(some if len(alive) == len(some.parts) else Some(tuple(alive)))
            alternatives = left
        return alternatives

    def _take(self, known: Known, waiting: list[Formula], alternatives: list[Some]) -> bool:
        """Literals and conjunctions into `known`; False when a term has no region left."""
        while waiting:
            self._spend(1)
            part = waiting.pop()
            if isinstance(part, Literal):
                left = known.get(part.term, part.whole) & part.values
                if not left:
                    return False
                known[part.term] = left
            elif isinstance(part, All):
                waiting.extend(part.parts)
            else:
                alternatives.append(part)
        return True

    def _alive(self, known: Known, some: Some) -> list[Formula] | None:
        """The parts that can still be met; None when one of them is already."""
        alive = []
        for part in some.parts:
            verdict = self._verdict(known, part)
            if verdict is True:
                return None
            if verdict is None:
                alive.append(part)
        return alive

    def _verdict(self, known: Known, part: Formula) -> bool | None:
        """Met already, impossible already, or open (None)."""
        self._spend(1)
        if isinstance(part, Literal):
            here = known.get(part.term, part.whole)
            left = here & part.values
            return False if not left else True if left == here else None
        if isinstance(part, Some):
            return None
        return _together(self._verdict(known, inner) for inner in part.parts)


def _together(verdicts: Iterable[bool | None]) -> bool | None:
    result: bool | None = True
    for verdict in verdicts:
        if verdict is False:
            return False
        if verdict is None:
            result = None
    return result
