"""A new project written into a folder: whole or not at all, and nothing there is touched."""

from __future__ import annotations

import datetime as dt
import os
import shlex
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from targeter import pipeline
from targeter.database import Engine, EngineError, failed
from targeter.errors import TargeterError, WrongUsage
from targeter.folders import scratch_folder
from targeter.options import Options, Progress, silent
from targeter.project import SETTINGS
from targeter.sources.files import format_of_path
from targeter.starter.drafting import draft
from targeter.starter.places import Places, places_of
from targeter.starter.survey import PEOPLE_FILE, survey

_IGNORED = ("batches/", ".targeter/")
_ANY_DAY = dt.date(2026, 1, 1)
"""Lint needs a day and its findings don't depend on it."""


class NotBegun(TargeterError):
    """The project could not be written; nothing of it is left."""


@dataclass(frozen=True, slots=True)
class Started:
    """What was written (paths relative to `folder`), what to type next, and what to know of it.

    `data_roots` are the folders outside of the project that its commands need as `--data-root`.
    """

    folder: Path
    files: tuple[str, ...]
    next: tuple[str, ...]
    notes: tuple[str, ...] = ()
    data_roots: tuple[Path, ...] = ()


def init(
    folder: Path,
    files: Sequence[Path] = (),
    *,
    person: str | None = None,
    progress: Progress = silent,
) -> Started:
    """Begin a project: a small example, or with files one that reads them.

    `person` is the column that says whose row it is, for files that don't show it. Raises
    `WrongUsage` when something is in the way or nothing says who the people are, `BadData` when a
    file can't be read.
    """
    root = _real(folder)
    _refuse_project(folder)
    with scratch_folder() as scratch:
        stage = scratch.resolve() / "project"
        stage.mkdir()
        if files:
            places, notes = _drafted(stage, root, _given(files), person, progress)
        else:
            places, notes = Places({}, ()), _example(stage)
        ignored = [*_IGNORED, *([PEOPLE_FILE] if (stage / PEOPLE_FILE).exists() else [])]
        written = _written(stage, folder, ignored)
    return Started(folder, written, tuple(_next(folder, places)), notes, places.roots)


def _real(folder: Path) -> Path:
    try:
        return folder.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise WrongUsage(f"{str(folder)!r} is no folder that can be made") from error


def _refuse_project(folder: Path) -> None:
    """A folder may hold data and anything else, but no rules and templates of somebody's."""
    if folder.exists() and not folder.is_dir():
        raise WrongUsage(f"{folder} is a file", help="name a folder, which is made if need be")
    if (folder / SETTINGS).exists():
        raise WrongUsage(
            f"{folder.resolve().name} holds a project already",
            help=f"it begins in {folder / SETTINGS}",
        )
    for name in ("rules", "templates"):
        there = folder / name
        if there.exists() and not (there.is_dir() and not any(there.iterdir())):
            raise WrongUsage(
                f"{there} is in the way: a project keeps its own {name} there",
                help="move it away, or begin in another folder",
            )


# -- the example -----------------------------------------------------------------------------


def _example(stage: Path) -> tuple[str, ...]:
    for path, content in _files_in(resources.files("targeter.starter") / "example"):
        target = stage / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return ("a bicycle workshop with a dozen made-up customers; read rules/targeter.yaml first",)


def _files_in(folder: Traversable, above: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _files_in(entry, f"{above}{entry.name}/")
        elif not entry.name.startswith((".", "__")):
            yield f"{above}{entry.name}", entry.read_bytes()


# -- from files ------------------------------------------------------------------------------


def _given(files: Sequence[Path]) -> list[Path]:
    """The real paths of the files, each once."""
    real: dict[Path, None] = {}
    for file in files:
        if not file.is_file():
            kind = "a folder" if file.is_dir() else "not there"
            help_ = "name its files one by one" if file.is_dir() else "is the path right?"
            raise WrongUsage(f"{file} is {kind}", help=help_)
        if format_of_path(file.name) == "duckdb":
            raise WrongUsage(
                f"{file} is a database, and a project begins from files",
                help="declare its tables in rules/targeter.yaml: path: and table: of a source",
            )
        real[file.resolve()] = None
    return list(real)


def _drafted(
    stage: Path, root: Path, files: Sequence[Path], person: str | None, progress: Progress
) -> tuple[Places, tuple[str, ...]]:
    scratch = stage.parent / "scratch"
    scratch.mkdir()
    folders = [*dict.fromkeys(file.parent for file in files), scratch, stage]
    engine = Engine(folders=folders, scratch=scratch)
    try:
        progress("reading", 1, 2)
        surveyed = survey(engine, files, stage, scratch, person)
    except EngineError as error:
        raise failed(error, "reading the files") from error
    finally:
        engine.close()
    progress("writing", 2, 2)
    places = places_of(root, files)
    paths = {**places.paths}
    if surveyed.is_made:
        paths[surveyed.base.path] = PEOPLE_FILE
    drafted = draft(surveyed, paths)
    for path, text in drafted.files.items():
        (stage / path).parent.mkdir(parents=True, exist_ok=True)
        (stage / path).write_text(text, encoding="utf-8", newline="\n")
    _refuse_findings(stage)
    return places, drafted.notes


def _refuse_findings(stage: Path) -> None:
    """A project that would not pass its own lint is not handed over."""
    # traits that no rule uses yet are what a beginning offers
    said = pipeline.lint(Options(root=stage, today=_ANY_DAY))
    found = tuple(finding for finding in said if finding.code != "TG408")
    if found:
        raise NotBegun(
            "the project drafted from these files would not pass its own lint",
            help="this is a fault of targeter: please report it with the names of the columns",
            findings=found,
        )


# -- into the folder -------------------------------------------------------------------------


def _written(stage: Path, folder: Path, ignored: Sequence[str]) -> tuple[str, ...]:
    """Copy the staged files; on any trouble take back what was copied."""
    paths = sorted(p.relative_to(stage).as_posix() for p in stage.rglob("*") if p.is_file())
    for path in paths:
        if (folder / path).exists():
            raise WrongUsage(f"{folder / path} is in the way", help="move it away")
    made: list[Path] = []
    try:
        for path in paths:
            _copy(stage / path, folder / path, made)
        if _ignore(folder / ".gitignore", ignored):
            paths.append(".gitignore")
    except OSError as error:
        for path_ in reversed(made):
            _take_back(path_)
        reason = (error.strerror or "unknown").lower()
        raise NotBegun(f"{folder} can't be written: {reason}") from error
    return tuple(sorted(paths))


def _copy(source: Path, target: Path, made: list[Path]) -> None:
    missing = [p for p in target.parents if not p.exists()]
    for folder in reversed(missing):
        folder.mkdir()
        made.append(folder)
    with target.open("xb") as stream:
        made.append(target)
        with source.open("rb") as original:
            shutil.copyfileobj(original, stream)


def _take_back(path: Path) -> None:
    try:
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
    except OSError:
        pass  # the first trouble is the one to tell


def _ignore(file: Path, lines: Sequence[str]) -> bool:
    """Add what git should not keep to `.gitignore`; what stands there stays."""
    before = file.read_text(encoding="utf-8", errors="surrogateescape") if file.exists() else ""
    missing = [line for line in lines if line not in before.splitlines()]
    if not missing:
        return False
    gap = "" if not before or before.endswith("\n") else "\n"
    text = before + gap + "".join(f"{line}\n" for line in missing)
    file.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
    return True


# -- what next -------------------------------------------------------------------------------


def _next(folder: Path, places: Places) -> Iterator[str]:
    if folder.resolve() != Path.cwd():
        yield f"cd {shlex.quote(str(folder))}"
    roots = "".join(f" --data-root {shlex.quote(_seen_from(folder, r))}" for r in places.roots)
    yield "targeter lint"
    yield f"targeter plan{roots}"


def _seen_from(folder: Path, root: Path) -> str:
    """A data root as one types it in the project's folder: whichever way is shorter."""
    relative = os.path.relpath(root, folder.resolve())
    return min(relative, str(root), key=len)
