"""What the work at hand counts, for whoever looks on; one for the process, as it has one screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Share = Callable[[], float]


@dataclass(slots=True)
class Count:
    """So many of so many: `what` is their plural noun. Whoever counts sets `done`."""

    of: int
    what: str
    done: int = 0


@dataclass(slots=True)
class Meter:
    """Written by the thread that works, read by the one that draws; nothing here has effects."""

    # How much of the statement that runs is done, 0 to 1; below 0 where the engine can't tell.
    # Another object for each statement.
    share: Share | None = None
    _counts: list[Count] = field(default_factory=list)

    @property
    def count(self) -> Count | None:
        """What is counted now, the innermost of it."""
        counts = self._counts[-1:]
        return counts[0] if counts else None

    @contextmanager
    def counting(self, of: int, what: str) -> Iterator[Count]:
        """Count something in this block; yields what is counted up."""
        count = Count(of, what)
        self._counts.append(count)
        try:
            yield count
        finally:
            self._counts[:] = [one for one in self._counts if one is not count]


METER = Meter()
