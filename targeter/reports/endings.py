"""How everybody's way ended, read once: the one tally that nearly every number of a plan is of."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from targeter.database import Engine
from targeter.reports.tallies import ENDED, TALLIES


@dataclass(frozen=True, slots=True)
class Ended:
    """People who ended alike; the numbers of gate and choice where there is one.

    `first` and `last` are the days until which they rest.
    """

    outcome: str
    gate: int | None
    choice: int | None
    status: str | None
    people: int
    first: dt.date | None
    last: dt.date | None


@dataclass(frozen=True, slots=True)
class Endings:
    """All of them; `counts` are people by choice and outcome."""

    rows: tuple[Ended, ...]
    counts: Mapping[tuple[int | None, str], int]

    def of_choices(self, choices: Iterable[int], outcome: str) -> int:
        """How many people with one of the choices ended with an outcome."""
        return sum(self.counts.get((choice, outcome), 0) for choice in choices)


def endings(engine: Engine) -> Endings:
    """The endings of a plan whose tallies are taken."""
    columns = ", ".join(TALLIES[ENDED].columns)
    rows = tuple(Ended(*row) for row in engine.rows(f"SELECT {columns} FROM {ENDED}"))
    counts = Counter[tuple[int | None, str]]()
    for row in rows:
        counts[row.choice, row.outcome] += row.people
    return Endings(rows, counts)
