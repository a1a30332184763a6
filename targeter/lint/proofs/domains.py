"""The values a term can have, cut into regions at every constant that it is compared with."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

# A text, an exact number (moments are microseconds since 1970), a double, or a truth value.
Point = str | Fraction | float | bool
Sign = Literal["=", "<", "<=", ">", ">="]

NULL = 1
FLIPPED: dict[Sign, Sign] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Domain:
    """Regions as bits: bit 0 is NULL, then by turns what lies between two points and a point.

    `whole` has the regions that can hold a value at all: there is no whole number between 3
    and 4. Where it isn't known whether a region is empty it counts as not empty, so that nothing
    is proved by it. NaN, greater than every number, lies in the last region.
    """

    points: tuple[Point, ...]
    whole: int

    @property
    def present(self) -> int:
        """Every region but NULL."""
        return self.whole & ~NULL

    def where(self, sign: Sign, point: Point) -> int:
        """The regions in which `term SIGN point` is TRUE."""
        position = bisect.bisect_left(self.points, point)
        below, here = 1 << (2 * position + 2), 1 << (2 * position + 2)
        under = (below - 1) & ~NULL
        if sign == "=":
            chosen = here
        elif sign in ("<", "<="):
            chosen = under | (here if sign == "<=" else 0)
        else:
            chosen = ~(under | NULL | (here if sign == ">" else 0))
        return chosen & self.whole


def closed(values: Iterable[Point], *, nullable: bool) -> Domain:
    """A term that has one of these values and no other."""
    points = tuple(sorted(set(values)))
    whole = sum(1 << (2 * n + 2) for n in range(len(points)))
    return Domain(points, whole | (NULL if nullable else 0))


def of_closed(values: Iterable[Point], named: Iterable[Point], *, nullable: bool) -> Domain:
    """As `closed`, with room for constants that are none of its values."""
    real = set(values)
    points = tuple(sorted(real | set(named)))
    whole = sum(1 << (2 * n + 2) for n, point in enumerate(points) if point in real)
    return Domain(points, whole | (NULL if nullable else 0))


def ordered(
    named: Iterable[Point],
    *,
    nullable: bool,
    step: int | None = None,
    least: int | None = None,
) -> Domain:
    """A term of ordered values: multiples of `step` (None: anything), none below `least`."""
    points = tuple(sorted(set(named)))
    whole = NULL if nullable else 0
    for n in range(len(points) + 1):
        low = points[n - 1] if n else None
        high = points[n] if n < len(points) else None
        if _has_between(low, high, step, least):
            whole |= 1 << (2 * n + 1)
        if high is not None and _can_be(high, step, least):
            whole |= 1 << (2 * n + 2)
    return Domain(points, whole)


def _can_be(point: Point, step: int | None, least: int | None) -> bool:
    if not isinstance(point, Fraction):
        return True
    return (step is None or point % step == 0) and (least is None or point >= least)


def _has_between(
    low: Point | None, high: Point | None, step: int | None, least: int | None
) -> bool:
    if high is None or step is None or not isinstance(high, Fraction):
        return True
    lowest = (math.floor(low / step) + 1) * step if isinstance(low, Fraction) else least
    if lowest is None:
        return True
    return (lowest if least is None else max(lowest, least)) < high
