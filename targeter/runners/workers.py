"""What workers must be: as this process is, and in reach of what it works on. Else they say so.

A plan is the same wherever it ran only if the same code and the same engine made it; and a worker
that can't see a folder would find nobody in it.
"""

from __future__ import annotations

import functools
import hashlib
import os
import pickle
import re
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import targeter
from targeter.errors import BadData, TargeterError
from targeter.filters import formats_version
from targeter.project import Project
from targeter.runners.clusters import UNFIT, Cluster
from targeter.runners.job import OUT_OF_REACH, Job, engine_of
from targeter.runners.reading import PAST
from targeter.sources.files import files_of

_SAID = re.compile(rf"{re.escape(UNFIT)}(.+)")
# What Spark itself says before anything of ours begins; a module of ours is in `_SAID`.
_LACKING = re.compile(r"^ModuleNotFoundError: No module named '(pyarrow|pandas|numpy)[.\w]*'", re.M)
# So many tasks look at the beginning; every later one looks at the least for itself.
_LOOKING = 16
Work = Callable[[Iterable[Any]], Iterator[Any]]


class WorkerUnfit(TargeterError):
    """A worker has other versions, or doesn't reach what it is to work on."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the worker on a host doesn't reach, of the paths that it was asked for."""

    host: str
    missing: tuple[Path, ...]


@functools.cache
def versions() -> Mapping[str, str]:
    """What a plan depends on besides rules and data, as this process has it."""
    return {
        "targeter": f"{targeter.__version__} ({_code()})",
        "DuckDB": _installed("duckdb"),
        "Jinja": _installed("jinja2"),
        "the formats of languages": formats_version() or "none",
    }


def _code() -> str:
    """A digest of the package's files: whoever works on targeter changes them, not the number."""
    folder, digest = Path(targeter.__file__).parent, hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return f"files {digest.hexdigest()[:8]}"


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"


def guarded(work: Work) -> Work:
    """`work` for workers that may not be as this process is: such a one says so, and ends.

    What is returned names nothing of targeter, so that Spark carries its code; `work` goes along as
    bytes, which only a worker opens that has all that it names.
    """
    ours, carried, unfit = dict(versions()), pickle.dumps(work), UNFIT

    def run(batches: Iterable[Any]) -> Iterator[Any]:
        import pickle
        import socket
        from importlib import import_module

        try:
            theirs = dict(import_module("targeter.runners.workers").versions())
        except Exception as error:  # it isn't there, or can't begin, or is one without this
            theirs = {"targeter": f"none ({error})"}
        here = [(n, v, theirs.get(n, v)) for n, v in ours.items() if theirs.get(n, v) != v]
        if here:
            said = "; ".join(f"{name} is {its}, and here {own}" for name, own, its in here)
            raise RuntimeError(f"{unfit}on {socket.gethostname()} {said}")
        yield from pickle.loads(carried)(batches)

    return run


def unfit_said(text: str) -> WorkerUnfit | None:
    """What an unfit worker said, in the words of Spark about its failed tasks."""
    if lacking := _LACKING.search(text):
        message = f"the Python of a worker has no module {lacking[1]!r}"
        return WorkerUnfit(message, help='it takes the same pip install "targeter[spark]"')
    found = _SAID.search(text)
    if found is None:
        return None
    help_ = "install the same targeter for the Python of every worker, with the same extras"
    if OUT_OF_REACH in found[1]:
        help_ = "name one that every worker reaches by that path: spark: {work: /mnt/…}"
    return WorkerUnfit(f"a worker can't take part: {found[1][:500]}", help=help_)


def refuse_unfit(job: Job, project: Project, cluster: Cluster) -> None:
    """Have workers look for the work folder, the sources and the history before all else.

    Raises `WorkerUnfit`.
    """
    names = {path: f"of source {name!r}" for name, path in _first_files(job, project)}
    # a worker that saw no tombstone would let people come back
    names |= {folder: "the history" for folder in job.graves if folder.is_dir()}
    looking = min(job.shards, _LOOKING)
    for seen in cluster.run(partial(look_around, job, tuple(names)), looking):
        for path in seen.missing:
            message = f"the worker on {seen.host} doesn't see {path}, {names[path]}"
            raise WorkerUnfit(message, help="every worker reads sources and history by that path")


def refuse_lost(job: Job, project: Project, found: Sequence[Mapping[str, int]], past: int) -> None:
    """Refuse to go on where shards didn't find all rows that were read, and all contacts.

    A file that one worker wrote another may not see yet, and then it is as if nothing were there.
    Raises `WorkerUnfit`.
    """
    read = {one.source: one.rows for one in job.loaded} | {PAST: past}
    of_nobody = {s.name for s in project.settings.sources if s.owner is None}
    for name, rows in read.items():
        here = [some[name] for some in found]
        count = min(here) if name in of_nobody else sum(here)
        if count != rows:
            message = f"of {rows:,} rows of {name!r} that were read workers found {count:,}"
            help_ = "what is written into spark: {work: …} must be seen by all workers at once"
            raise WorkerUnfit(message, help=f"{help_}; NFS: mount it with lookupcache=none")


def _first_files(job: Job, project: Project) -> Iterator[tuple[str, Path]]:
    for source in project.settings.sources:
        if source.path is not None and not source.is_derived:
            try:
                files = files_of(source, job.root, job.data_roots)
            except BadData:
                continue  # whoever reads it says what is wrong
            yield from ((source.name, file.path) for file in files[:1])


# -- what a task does ------------------------------------------------------------------------


def look_around(job: Job, paths: Iterable[Path], number: int) -> Seen:
    """Which of the paths the worker doesn't reach."""
    with engine_of(job):
        missing = tuple(path for path in paths if not os.access(path, os.R_OK))
    return Seen(socket.gethostname(), missing)
