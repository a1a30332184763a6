"""The row at which a line of people is cut, found among shards that each know a part of the line.

Each shard shows a few of its rows, evenly through its part, and how many there are. Between two of
them the border must be: only that stretch is asked about next, until it is short enough to be
shown whole. Three rounds find one row of a billion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from targeter.decisions import Border, Line, Shard, is_after

# How many rows of its part a shard shows in one round; from 8 on a stretch halves, at least.
SHOWN, FEWEST = 256, 8


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a line's border is: after `low`, and at `high` at the latest; None: an end of it."""

    low: Border | None = None
    high: Border | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A shard's part of a stretch: how many rows are before it, how many in it, and some of them.

    `shown` ascend, and each stands for the `step` rows up to it; the last for what is left.
    """

    before: int
    count: int
    step: int
    shown: tuple[Border, ...]


def show_parts(
    shard: Shard, lines: Sequence[Line], stretches: Sequence[Stretch], most: int = SHOWN
) -> list[Part]:
    """This shard's part of each stretch."""
    return [_part(shard, *both, most) for both in zip(lines, stretches, strict=True)]


def _part(shard: Shard, line: Line, stretch: Stretch, most: int) -> Part:
    after = is_after(stretch.low) if stretch.low is not None else "true"
    beyond = is_after(stretch.high) if stretch.high is not None else "false"
    engine = shard.engine
    count, before = engine.row(
        f"SELECT count(*) FILTER ({after} AND NOT {beyond}), count(*) FILTER (NOT {after}) "
        f"FROM ({line.query})"
    )
    step = max(-(-count // most), 1)
    order = ", ".join(name for name, _ in engine.describe(line.query))
    rows = engine.rows(
        f"SELECT {order} FROM (SELECT *, row_number() OVER (ORDER BY {order}) AS n FROM ("
        f"SELECT * FROM ({line.query}) WHERE {after} AND NOT {beyond})) "
        f"WHERE n % {step} = 0 OR n = {count} ORDER BY n"
    )
    return Part(before, count, step, tuple(rows))


def narrowed(places: int, parts: Sequence[Part]) -> Stretch | Border | None:
    """What the parts of a stretch say of the row that takes a line's last place.

    The row itself, the shorter stretch that it is in, or None where places are left.
    """
    wanted = places - sum(part.before for part in parts)
    if sum(part.count for part in parts) < wanted:
        return None
    shown = sorted((row, n) for n, part in enumerate(parts) for row in part.shown)
    weights = [_weights(part) for part in parts]
    # so many rows, at most, may stand between a row of this shard and its next shown one
    gaps = [next(iter(some), 1) - 1 for some in weights]
    low: Border | None = None
    up_to, gap = 0, sum(gaps)
    for row, n in shown:
        gap -= gaps[n]
        up_to += weights[n].pop(0)
        # up to this row there are so many rows, and at most the others' gaps more
        if up_to + gap < wanted:
            low = row
        if up_to >= wanted:
            return row if up_to == wanted and not gap else Stretch(low, row)
        gaps[n] = next(iter(weights[n]), 1) - 1
        gap += gaps[n]
    raise AssertionError("a line is as long as its parts")


def _weights(part: Part) -> list[int]:
    """How many rows each shown one stands for."""
    if not part.shown:
        return []
    others = len(part.shown) - 1
    return [*[part.step] * others, part.count - part.step * others]
