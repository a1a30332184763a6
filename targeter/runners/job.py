"""What every task knows: where the project, its data and the work folder are; and the rules."""

from __future__ import annotations

import datetime as dt
import functools
import os
import shutil
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from targeter.binding import Bound, bind
from targeter.database import Engine
from targeter.decisions import Decisions, plan_decisions
from targeter.folders import scratch_folder
from targeter.pipeline import bound_with
from targeter.project import Project, read_project
from targeter.runners.clusters import UNFIT
from targeter.sources.reading import Loaded, folders

# In what such a worker says.
OUT_OF_REACH = "where targeter works"


class OutOfReach(Exception):
    """This worker doesn't see the work folder of the plan, or may not write there."""

    def __init__(self, folder: Path) -> None:
        what = "may not write into" if folder.is_dir() else "doesn't see"
        said = f"{socket.gethostname()} {what} {folder}, {OUT_OF_REACH}"
        super().__init__(f"{UNFIT}{said}")


@dataclass(frozen=True, slots=True)
class Job:
    """One plan in shards. `work` is a folder that every task reaches by the same path.

    `loaded` are the sources once they were read, `again` those of them that one task had to read.
    """

    root: Path
    data_roots: tuple[Path, ...]
    work: Path
    history: Path
    day: dt.date
    time_zone: str
    shards: int
    memory: str
    loaded: tuple[Loaded, ...] = ()
    again: frozenset[str] = frozenset()
    graves: tuple[Path, ...] = ()
    forgets: bool = False

    @property
    def project(self) -> Path:
        """The files of the project as they were when the plan began."""
        return self.work / "project"

    def inbox(self, step: str, table: str, shard: int) -> Path:
        """The rows of a table that a step sent to a shard."""
        return self.work / "inbox" / step / table / f"{shard:06}.parquet"

    def arrived(self, step: str, table: str, shard: int) -> list[Path]:
        """The file of those rows, if there were any."""
        path = self.inbox(step, table, shard)
        return [path] if path.is_file() else []

    def everywhere(self, step: str, table: str) -> Path:
        """A folder of the rows of a table about nobody, as a step read them, for every shard."""
        return self.work / "everywhere" / step / table

    def catalogued(self, source: str) -> Path:
        """A folder of the Parquet files of a source that is a table of a catalogue."""
        return self.work / "catalogued" / source

    def people(self, shard: int) -> Path:
        """The profiles and contacts of a shard; once there they don't change."""
        return self.work / "people" / f"{shard:06}.duckdb"

    def state(self, shard: int, number: int) -> Path:
        """How far a shard has come after so many steps."""
        return self.work / "state" / f"{shard:06}" / f"{number:06}.duckdb"

    def table(self, name: str) -> Path:
        """A folder of Parquet files that every shard may read."""
        return self.work / "tables" / name


def reach(work: Path) -> None:
    """Raise `OutOfReach` where the work folder of a plan isn't, or may not be written into.

    Who began the plan made it. A worker without it would find no rows, and make one of its own.
    """
    if not os.access(work, os.R_OK | os.W_OK | os.X_OK):
        raise OutOfReach(work)


@functools.lru_cache(maxsize=4)
def project_of(folder: Path) -> Project:
    """The project of a job; read once by a process."""
    reach(folder.parent)
    return read_project(folder)


@functools.lru_cache(maxsize=4)
def rules_of(job: Job) -> tuple[Bound, Decisions]:
    """The rules of a job, and the questions about them: the same wherever they are asked."""
    bound, _ = bound_with(bind(project_of(job.project), job.day), job.loaded)
    return bound, plan_decisions(bound, forgets=job.forgets)


@contextmanager
def engine_of(
    job: Job,
    *,
    sources: bool = False,
    database: str | None = None,
    start: Path | None = None,
    behind: Path | None = None,
) -> Iterator[Engine]:
    """An engine for one task, on one thread. Only with `sources` it may read their folders.

    With `database` it keeps its tables in that file of its scratch folder, which begins as a copy
    of `start`.
    """
    reach(job.work)
    with scratch_folder() as scratch:
        own = scratch / database if database else None
        if own and start:
            shutil.copyfile(start, own)
        named = project_of(job.project).settings.sources if sources else ()
        allowed = folders(named, job.root, job.data_roots)
        engine = Engine(
            folders=[*allowed, job.work, scratch, *([job.history] if job.history.is_dir() else [])],
            scratch=scratch,
            time_zone=job.time_zone,
            memory=job.memory,
            threads=1,
            database=own,
            behind=behind,
        )
        try:
            yield engine
        finally:
            engine.close()


def make_folder(job: Job, folder: Path) -> None:
    """Make a folder of the work folder, but not that one itself, which is gone with its plan."""
    if folder != job.work:
        make_folder(job, folder.parent)
        folder.mkdir(exist_ok=True)


@contextmanager
def whole(job: Job, target: Path) -> Iterator[Path]:
    """A name for a file of the work folder that becomes `target` when the block ends well.

    Two attempts at one task may write at once: each has a name of its own, and the last one wins
    with the same rows. An attempt that comes when the plan is over makes no folder again.
    """
    make_folder(job, target.parent)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}")
    try:
        yield temporary
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
