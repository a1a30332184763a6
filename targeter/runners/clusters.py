"""What runs tasks, each as often as it takes; and this process, which can do it, too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
# To which shard, of which table, and its rows as Parquet. Nobody on the way looks inside.
Envelope = tuple[int, str, bytes]
# An envelope for whoever started the tasks: what a task says, pickled.
BACK = -1
Task = Callable[[int], T]
Sender = Callable[[int], Iterator[Envelope]]
Taker = Callable[[int, Iterable[tuple[str, bytes]]], Any]


class Cluster(Protocol):
    """Runs tasks by their number. A task may run twice, at once or after it was killed."""

    def run(self, task: Task[T], count: int) -> list[T]:
        """Run a task for each number below `count`; what each said, in order."""
        ...

    def deliver(self, send: Sender, count: int, take: Taker) -> tuple[list[bytes], list[Any]]:
        """Run `send` for each number, and `take` for each shard that has envelopes.

        What was sent back, in no order, and what the takers said.
        """
        ...


@dataclass(frozen=True, slots=True)
class Here:
    """This process, one task after another: right for tests, and for trying out."""

    def run(self, task: Task[T], count: int) -> list[T]:
        return [task(number) for number in range(count)]

    def deliver(self, send: Sender, count: int, take: Taker) -> tuple[list[bytes], list[Any]]:
        back: list[bytes] = []
        by_shard: dict[int, list[tuple[str, bytes]]] = {}
        for number in range(count):
            for shard, table, content in send(number):
                if shard == BACK:
                    back.append(content)
                else:
                    by_shard.setdefault(shard, []).append((table, content))
        return back, [take(shard, by_shard[shard]) for shard in sorted(by_shard)]
