"""Which rules could contain another: found by the literals they share, not by trying every pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from targeter.lint.proofs.solver import Known

# A term and the regions left for it.
Claim = tuple[int, int]


@dataclass(slots=True)
class _Node:
    below: dict[int, _Node] = field(default_factory=dict)
    here: list[int] = field(default_factory=list)


class Candidates:
    """Sets of claims, asked for those that all follow from what is known of somebody."""

    def __init__(self, sets: Sequence[Known]) -> None:
        """The sets are numbered as they come."""
        uses = Counter(claim for one in sets for claim in one.items())
        # the rarest first, so that one look leaves most sets behind
        ranked = sorted(uses, key=lambda claim: (uses[claim], claim))
        self._ranks = {claim: rank for rank, claim in enumerate(ranked)}
        self._by_term: dict[int, list[Claim]] = {}
        for claim in ranked:
            self._by_term.setdefault(claim[0], []).append(claim)
        self._following: dict[Claim, tuple[int, ...]] = {}
        self._root = _Node()
        for number, one in enumerate(sets):
            self._insert(sorted(self._ranks[claim] for claim in one.items()), number)

    def _insert(self, ranks: Iterable[int], number: int) -> None:
        node = self._root
        for rank in ranks:
            node = node.below.setdefault(rank, _Node())
        node.here.append(number)

    def within(self, known: Known) -> Iterator[int]:
        """The numbers of the sets that follow from `known`, those of the fewest claims first."""
        ranks = {rank for claim in known.items() for rank in self._followers(claim)}
        nodes = [self._root]
        while nodes:
            following: list[_Node] = []
            for node in nodes:
                yield from node.here
                if len(node.below) < len(ranks):
                    following += [below for rank, below in node.below.items() if rank in ranks]
                else:
                    following += [node.below[rank] for rank in sorted(ranks & node.below.keys())]
            nodes = following

    def _followers(self, claim: Claim) -> tuple[int, ...]:
        if claim not in self._following:
            term, values = claim
            self._following[claim] = tuple(
                self._ranks[other]
                for other in self._by_term.get(term, ())
                if not values & ~other[1]
            )
        return self._following[claim]
