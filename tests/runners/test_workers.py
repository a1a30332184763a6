"""Workers that don't reach what they are to work on say so, and nothing is lost in silence."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from targeter import remembering
from targeter.runners.clusters import Here, Sender, Taker, Task
from targeter.runners.job import OutOfReach
from targeter.runners.planning import Where, plan
from targeter.runners.workers import WorkerUnfit, unfit_said
from tests import worlds
from tests.decisions.small import crowd, project
from tests.runners import awkward
from tests.runners.clusters import T

_SLOW = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Forgetful(Here):
    """A cluster on which a file that one worker wrote isn't there for the others."""

    work: Path = Path()
    lost: str = ""

    def run(self, task: Task[T], count: int) -> list[T]:
        for path in self.work.glob(f"*/{self.lost}"):
            path.unlink() if path.is_file() else shutil.rmtree(path)
        return Here.run(self, task, count)


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        pytest.param("inbox/read/people/000000.parquet", "rows of 'people'", marks=_SLOW),
        pytest.param("inbox/read/visits/000001.parquet", "of 600 rows of 'visits'", marks=_SLOW),
        pytest.param(
            "inbox/read/past contacts/000001.parquet", "rows of 'past contacts'", marks=_SLOW
        ),
        ("inbox/home/posts/000000.parquet", "of 240 rows of 'posts' that were read workers found"),
        ("everywhere/*/cities/*.parquet", "of 3 rows of 'cities' that were read workers found 0"),
    ],
)
def test_rows_that_are_lost_on_their_way_are_noticed(tmp_path: Path, lost: str, said: str) -> None:
    root, work = awkward.project(tmp_path / "project"), tmp_path / "work"
    cluster = Forgetful(work=work, lost=lost)
    with pytest.raises(WorkerUnfit, match=said) as raised:
        plan(worlds.options(root), cluster, Where(2, work))
    assert "lookupcache=none" in raised.value.help
    assert not list(work.iterdir())


def test_a_worker_without_the_work_folder_says_so(tmp_path: Path) -> None:
    cluster = Forgetful(work=tmp_path / "work", lost="")
    with pytest.raises(OutOfReach) as raised:
        plan(worlds.options(project(tmp_path / "project")), cluster, Where(2, tmp_path / "work"))
    unfit = unfit_said(f"Traceback\ntargeter.runners.job.OutOfReach: {raised.value}\n\tat x")
    assert unfit is not None
    assert "doesn't see " in unfit.message and "spark: {work: " in unfit.help


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A cluster whose workers don't have a folder that is here."""

    away: Path

    def run(self, task: Task[T], count: int) -> list[T]:
        hidden = self.away.rename(self.away.with_name("hidden"))
        try:
            return Here().run(task, count)
        finally:
            hidden.rename(self.away)

    def deliver(self, send: Sender, count: int, take: Taker) -> tuple[list[bytes], list[Any]]:
        return Here().deliver(send, count, take)

    def export(self, table: str, folder: Path) -> None:
        Here().export(table, folder)


def test_a_source_that_workers_do_not_see_is_told_before_it_is_read(tmp_path: Path) -> None:
    root = awkward.project(tmp_path)
    with pytest.raises(WorkerUnfit, match=r"doesn't see .*/visits/0\.parquet, of source 'visits'"):
        plan(worlds.options(root), Elsewhere(root / "visits"), Where(2))


def test_who_was_forgotten_is_not_asked_of_workers_that_can_not_see_it(tmp_path: Path) -> None:
    root = project(tmp_path, people=crowd(3))
    remembering.forget(worlds.options(root), ["p1"])
    tries = worlds.options(root, history=tmp_path / "tries")
    assert plan(tries, Here(), Where(2)).outcomes["suppressed"] == 1
    with pytest.raises(WorkerUnfit, match=r"doesn't see .*/batches, the history"):
        plan(tries, Elsewhere(root / "batches"), Where(2))


def test_a_python_without_what_spark_needs_is_told() -> None:
    said = "File worker.py, line 3\nModuleNotFoundError: No module named 'pyarrow'\n"
    unfit = unfit_said(said)
    assert unfit is not None and "no module 'pyarrow'" in unfit.message
    assert unfit_said("ValueError: something else") is None
