"""What a peer is asked to do, and what it says of it."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.people.data import Data


@dataclass(slots=True)
class Asked:
    """One stage for one peer: the data, where its answer goes, and how long it took.

    Who can't take everybody in reasonable time takes the first `sample` people, and says so by
    `people`. `answer` is a Parquet file: whoever gets a message with rule and text, or everybody
    with the columns of a source. `rows` is a file of what is to be sorted and written. `seconds`
    are of the clock, `processor` seconds of all processors; `peak` is in bytes.
    """

    data: Data
    people: int
    sample: int
    answer: Path
    rows: Path
    seconds: float = 0.0
    processor: float = 0.0
    peak: int = 0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """The work itself, or a part of it; what is done for the comparison stands outside."""
        begun, used = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - begun
        self.processor += time.process_time() - used
        self.peak = peak_memory()


def peak_memory() -> int:
    """The greatest memory of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
