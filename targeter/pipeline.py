"""The stages in the order data takes, one function a command; nothing here draws or decides."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from targeter import batches, checks, explain, reports
from targeter.binding import Assumed, Bound, bind
from targeter.cells import assign
from targeter.database import Engine, EngineError, failed
from targeter.decisions import decide, needed_columns, plan_decisions
from targeter.declaring import Declared, declare_columns
from targeter.errors import RulesAreWrong
from targeter.findings import Finding, errors_in, in_order
from targeter.outcomes import settle
from targeter.profiles import build_profiles
from targeter.project import SETTINGS, Project, read_project
from targeter.runs import Run
from targeter.schema import Column
from targeter.sources.declared import Source
from targeter.sources.reading import Loaded, folders, load

# Told what begins, which step it is, and of how many.
Progress = Callable[[str, int, int], None]


def silent(stage: str, step: int, steps: int) -> None:
    """The progress of somebody who doesn't look."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a command may be told: which project, which day, where data may lie, how much memory.

    `as_of` wins over the project's own day; `today` is used where neither pins one.
    """

    root: Path
    today: dt.date
    as_of: dt.date | None = None
    data_roots: tuple[Path, ...] = ()
    memory: str = "4GB"
    threads: int | None = None


def lint(options: Options) -> tuple[Finding, ...]:
    """Everything that can be said of a project without opening a source."""
    project = read_project(options.root)
    return _findings(project, bind(project, _day(project, options)))


def _findings(project: Project, bound: Bound) -> tuple[Finding, ...]:
    """All findings; what only follows from a file that can't be read is left out."""
    found = [*project.findings, *bound.findings]
    if bound.project.settings.base is not None:
        found += checks.check(bound)
    return in_order(found)


def _day(project: Project, options: Options) -> dt.date:
    return options.as_of or project.settings.as_of or options.today


def read_sources(
    options: Options, progress: Progress = silent
) -> tuple[Project, tuple[Loaded, ...]]:
    """Read every source as `plan` would, for showing what was assumed; raises as it does."""
    project = read_project(options.root)
    _refuse(in_order(project.findings))
    with _engine(project, options) as engine:
        return project, _load(engine, project, options, progress, 0)


def declare(options: Options, progress: Progress = silent) -> Declared:
    """Write every column that was assumed into the settings; says how many for each source."""
    project, loaded = read_sources(options, progress)
    settings = project.file(SETTINGS)
    assert settings is not None
    declared = declare_columns(settings, loaded)
    if declared.columns:
        target = options.root / SETTINGS
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        temporary.write_bytes(declared.text.encode())
        temporary.replace(target)
    return declared


@contextmanager
def planned(options: Options, progress: Progress = silent) -> Iterator[Run]:
    """A plan, computed and open for questions.

    Raises `RulesAreWrong` with every error of the files, `BadData` with every place in a source.
    """
    project = read_project(options.root)
    day = _day(project, options)
    bound = bind(project, day)
    found = _findings(project, bound)
    # a column that isn't declared may still be in the data; everything else is wrong already
    _refuse(f for f in found if not (_may_be_assumed(f) and _has_undeclared(project)))
    with _engine(project, options) as engine:
        try:
            yield _run(engine, project, bound, options, progress)
        except EngineError as error:
            raise failed(error, "the database stopped") from error


def _run(
    engine: Engine, project: Project, bound: Bound, options: Options, progress: Progress
) -> Run:
    steps = _steps(project)
    loaded = _load(engine, project, options, progress, steps)
    assumed = _assumed(loaded)
    if any(assumed.values()):
        bound = bind(project, bound.today, assumed)
    found = _findings(project, bound)
    _refuse(found)
    progress("profiles", len(loaded) + 1, steps)
    # the questions come before the profiles: they say which traits anybody asks for
    decisions = plan_decisions(bound)
    tables = {one.source: one.table for one in loaded}
    profiles = build_profiles(engine, bound, tables, needed_columns(bound))
    progress("decisions", len(loaded) + 2, steps)
    decide(engine, bound, decisions)
    progress("copy", len(loaded) + 3, steps)
    assign(engine, bound, decisions)
    progress("outcomes", len(loaded) + 4, steps)
    outcomes = settle(engine, decisions, profiles.people)
    noticed = [f for one in loaded for f in one.findings]
    return Run(
        project,
        bound,
        engine,
        decisions,
        profiles,
        outcomes,
        loaded,
        is_pinned=(options.as_of or project.settings.as_of) is not None,
        findings=(*found, *noticed, *profiles.findings),
    )


def _steps(project: Project) -> int:
    return sum(not source.is_derived for source in project.settings.sources) + 5


def _refuse(findings: Iterable[Finding]) -> None:
    """Stop here when there are errors, with all of them."""
    errors = errors_in(findings)
    if errors:
        count = len(errors)
        noun = "error" if count == 1 else "errors"
        raise RulesAreWrong(f"{count} {noun} in the project", findings=errors)


def _may_be_assumed(finding: Finding) -> bool:
    return finding.code in ("TG202", "TG214", "TG503")


def _has_undeclared(project: Project) -> bool:
    """Whether a source may hold more columns than are declared: every file may."""
    return any(not source.is_derived for source in project.settings.sources)


def _assumed(loaded: Sequence[Loaded]) -> Assumed:
    return {
        one.source: [Column(c.name, c.type) for c in one.columns if not c.declared]
        for one in loaded
    }


@contextmanager
def _engine(project: Project, options: Options) -> Iterator[Engine]:
    """An engine that may read the sources' folders and write to a scratch folder and batches."""
    scratch = Path(tempfile.mkdtemp(prefix="targeter-"))
    sources = project.settings.sources
    allowed = [*folders(sources, options.root, options.data_roots), scratch]
    engine = Engine(
        folders=allowed,
        scratch=scratch,
        time_zone=project.settings.time_zone,
        memory=options.memory,
        threads=options.threads,
    )
    try:
        yield engine
    finally:
        engine.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _load(
    engine: Engine, project: Project, options: Options, progress: Progress, steps: int
) -> tuple[Loaded, ...]:
    sources: list[Source] = [s for s in project.settings.sources if not s.is_derived]
    loaded = []
    for number, source in enumerate(sources, start=1):
        progress(f"source {source.name}", number, steps or len(sources))
        identifiers = project.settings.identifiers if source.is_base else ()
        loaded.append(
            load(engine, source, options.root, options.data_roots, engine.scratch, identifiers)
        )
    return tuple(loaded)


# -- the commands ----------------------------------------------------------------------------


def plan(options: Options, *, examples: int = 1, progress: Progress = silent) -> reports.PlanReport:
    """Who would get what, how many, who gets nothing and why. Nothing is written."""
    with planned(options, progress) as run:
        progress("report", _steps(run.project), _steps(run.project))
        return reports.plan_report(run, examples)


def render(
    options: Options,
    request: batches.Request,
    progress: Progress = silent,
) -> batches.Rendered:
    """The same, written as batches."""
    with planned(options, progress) as run:
        progress("batches", _steps(run.project), _steps(run.project))
        return batches.write(run, request)


def explain_person(
    options: Options, person: str, progress: Progress = silent
) -> explain.Explanation:
    """One person's whole way. Raises `WrongUsage` for somebody who isn't in the data."""
    with planned(options, progress) as run:
        return explain.explain(run, person)
