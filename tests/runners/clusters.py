"""Clusters for tests: one that is as unlucky as a real one may be."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from targeter.runners.clusters import Cluster, Envelope, Here, Sender, Taker, Task

T = TypeVar("T")


class Killed(BaseException):
    """A worker is gone, in the middle of what it did."""


@dataclass(frozen=True, slots=True)
class Unlucky:
    """Every task is killed just before its file is whole, then runs twice; the last one counts."""

    def run(self, task: Task[T], count: int) -> list[T]:
        return Here().run(lambda number: _unlucky(lambda: task(number)), count)

    def deliver(self, send: Sender, count: int, take: Taker) -> tuple[list[bytes], list[Any]]:
        def sent(number: int) -> Iterator[Envelope]:
            # what a task sent before it was killed is thrown away
            return iter(_unlucky(lambda: list(send(number))))

        def taken(shard: int, envelopes: Any) -> Any:
            kept = list(envelopes)
            # they come in whatever order
            return _unlucky(lambda: take(shard, reversed(kept)))

        return Here().deliver(sent, count, taken)

    def export(self, table: str, folder: Path) -> None:
        Here().export(table, folder)


def _unlucky(work: Callable[[], T]) -> T:
    with _killed_while_renaming():
        try:
            work()
        except Killed:
            pass
    work()
    return work()


@contextmanager
def _killed_while_renaming() -> Iterator[None]:
    def killed(*_: object) -> Path:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        yield


@dataclass(frozen=True, slots=True)
class Dying:
    """Another cluster, whose first worker of each job is killed once its work is done."""

    inner: Cluster
    marks: Path

    def run(self, task: Task[T], count: int) -> list[T]:
        return self.inner.run(partial(_ran_and_died, task, self.marks / uuid.uuid4().hex), count)

    def deliver(self, send: Sender, count: int, take: Taker) -> tuple[list[bytes], list[Any]]:
        sent = partial(_sent_and_died, send, self.marks / uuid.uuid4().hex)
        taken = partial(_took_and_died, take, self.marks / uuid.uuid4().hex)
        return self.inner.deliver(sent, count, taken)

    def export(self, table: str, folder: Path) -> None:
        self.inner.export(table, folder)


def _ran_and_died(task: Task[T], mark: Path, number: int) -> T:
    said = task(number)
    _die_once(mark)
    return said


def _sent_and_died(send: Sender, mark: Path, number: int) -> Iterator[Envelope]:
    for envelope in send(number):
        yield envelope
        _die_once(mark)


def _took_and_died(take: Taker, mark: Path, shard: int, envelopes: Any) -> Any:
    said = take(shard, envelopes)
    _die_once(mark)
    return said


def _die_once(mark: Path) -> None:
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
