"""What runs tasks, each as often as it takes; and this process, which can do it, too."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
# To which shard, of which table, and its rows as Parquet. Nobody on the way looks inside.
Envelope = tuple[int, str, bytes]
# An envelope for whoever started the tasks: what a task says, pickled.
BACK = -1
# How what a worker says begins that is not as this process is; it stands in the words of Spark.
UNFIT = "targeter's worker: "
Task = Callable[[int], T]
Sender = Callable[[int], Iterator[Envelope]]
Taker = Callable[[int, Iterable[tuple[str, bytes]]], Any]


class TableUnreadable(Exception):
    """A table of the catalogue can't be read, and why."""


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

    def export(self, table: str, folder: Path) -> None:
        """Write the rows of a table of the catalogue into a new folder, as Parquet files.

        Raises `TableUnreadable`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Here:
    """This process, one task after another: right for tests, and for trying out.

    Its catalogue is a folder with a folder of Parquet files for each table.
    """

    catalogue: Path | None = None

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

    def export(self, table: str, folder: Path) -> None:
        if self.catalogue is None or not (self.catalogue / table).is_dir():
            raise TableUnreadable("there is no such table")
        shutil.copytree(self.catalogue / table, folder)
