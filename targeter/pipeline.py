"""The stages in the order data takes, one function a command; nothing here draws or decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from targeter import batches, cache, checks, exporters, plans, reports
from targeter.binding import Assumed, Bound, bind
from targeter.cells import assign
from targeter.database import Engine, EngineError, failed, identifier
from targeter.decisions import Decisions, decide, lasting_columns, needed_columns, plan_decisions
from targeter.errors import BadData, RulesAreWrong
from targeter.findings import Finding, errors_in, in_order
from targeter.folders import scratch_folder, write_text_whole
from targeter.history import all_tombstones, load_contacts, load_forgotten
from targeter.meters import METER
from targeter.options import Options, Progress, day_of, graves_of, history_of, silent
from targeter.outcomes import settle
from targeter.pilots import choose_pilot
from targeter.profiles import PROFILES, Profiles, can_be_view, check_keys
from targeter.project import SETTINGS, Project, read_project
from targeter.runs import Run
from targeter.schema import Column
from targeter.sources.declared import Source
from targeter.sources.files import bytes_of
from targeter.sources.reading import Loaded, folders

# What only one command needs is imported by it: the others start sooner.
if TYPE_CHECKING:
    from targeter import explain, previews, tester
    from targeter.declaring import Declared
    from targeter.editor import EditorFile
    from targeter.lint.report import Report, Request

_LITTLE = 4_000_000  # bytes


def lint(options: Options) -> tuple[Finding, ...]:
    """Everything that can be said of a project without opening a source."""
    return lint_report(options).findings


def lint_report(
    options: Options, request: Request | None = None, *, with_data: bool = False
) -> Report:
    """The same with what was asked for, ignored and touched; `with_data` plans, too.

    Raises `WrongUsage` for a word that is no code, and where git is asked and can't answer.
    """
    from targeter import tester
    from targeter.lint import proofs
    from targeter.lint.report import Request, report

    project = read_project(options.root)
    day = day_of(project, options)
    bound = bind(project, day)
    said = _seen_in_data(options, project, bound) if with_data else _findings(project, bound)
    found = [*said, *tester.check(bound), *proofs.analyse(bound)]
    return report(bound, found, day, request or Request())


def _seen_in_data(options: Options, project: Project, bound: Bound) -> Iterable[Finding]:
    """What a plan shows, with the columns that the data has; where there is none, why not."""
    try:
        with planned(options) as run:
            return reports.seen_in_data(run)
    except (RulesAreWrong, BadData) as error:
        return (*_findings(project, bound), *error.findings)


def run_tests(options: Options, request: tester.Request | None = None) -> tester.Report:
    """Example people and what they must get, run without opening a source.

    Raises `RulesAreWrong` with every error of the rules, or of the tests; `NothingToCheck`
    where no test is wanted.
    """
    from targeter import tester

    project = read_project(options.root)
    bound = bind(project, day_of(project, options))
    _refuse(_findings(project, bound))
    return tester.run_tests(bound, request or tester.Request())


def _findings(project: Project, bound: Bound) -> tuple[Finding, ...]:
    """All findings; what only follows from a file that can't be read is left out."""
    found = [*project.findings, *bound.findings]
    if bound.project.settings.base is not None:
        found += [*checks.check(bound), *exporters.check(bound)]
    return in_order(found)


def read_sources(
    options: Options, progress: Progress = silent
) -> tuple[Project, tuple[Loaded, ...]]:
    """Read every source as `plan` would, for showing what was assumed; raises as it does."""
    project = read_project(options.root)
    _refuse(in_order(project.findings))
    with engine_for(project, options) as engine:
        roots = options.root, options.data_roots
        sources = cache.Sources(engine, project.settings, *roots, store=None)
        return project, _load(sources, progress, 0)


def declare(options: Options, progress: Progress = silent) -> Declared:
    """Write every column that was assumed into the settings; says how many for each source."""
    from targeter.declaring import declare_columns

    project, loaded = read_sources(options, progress)
    settings = project.file(SETTINGS)
    assert settings is not None
    declared = declare_columns(settings, loaded)
    if declared.columns:
        write_text_whole(options.root / SETTINGS, declared.text)
    return declared


def schemas(options: Options, *, write: bool) -> tuple[EditorFile, ...]:
    """What an editor needs to know of a project's YAML; written only if asked to."""
    from targeter.editor import editor_files

    files = editor_files(read_project(options.root))
    for file in files if write else ():
        write_text_whole(options.root / file.path, file.text)
    return files


# The profile columns that are asked about once everybody was decided about; None for all.
Lasting = Callable[[Bound], frozenset[str] | None]


def all_columns(bound: Bound) -> None:
    """Whoever asks may ask about any column."""


@contextmanager
def planned(
    options: Options,
    progress: Progress = silent,
    project: Project | None = None,
    lasting: Lasting = all_columns,
) -> Iterator[Run]:
    """A plan, computed and open for questions; of `project`, where that was read already.

    Profile columns that don't last may be gone: values of a file are then read once.
    Raises `RulesAreWrong` with every error of the files, `BadData` with every place in a source.
    """
    project = project or read_project(options.root)
    bound = bound_alone(project, day_of(project, options))
    with engine_for(project, options) as engine:
        try:
            yield _run(engine, project, bound, options, progress, lasting)
        except EngineError as error:
            raise failed(error, "the database stopped") from error


def bound_alone(project: Project, day: dt.date) -> Bound:
    """The rules of a project without its data. Raises `RulesAreWrong` where no data could help."""
    bound = bind(project, day)
    found = _findings(project, bound)
    # a column that isn't declared may still be in the data; anything else is wrong already
    if any(not _may_be_assumed(f) for f in errors_in(found)):
        _refuse(found)
    return bound


def bound_with(bound: Bound, loaded: Sequence[Loaded]) -> tuple[Bound, tuple[Finding, ...]]:
    """The same with the columns that the data has, and what is found then.

    Raises `RulesAreWrong` with every error.
    """
    assumed = _assumed(loaded)
    if any(assumed.values()):
        bound = bind(bound.project, bound.today, assumed)
    found = _findings(bound.project, bound)
    _refuse(found)
    return bound, found


def columns_of_messages(bound: Bound) -> frozenset[str] | None:
    """The columns that copy, places and exports ask for; None where an export may ask for any."""
    exported = exporters.columns_of_exports(bound)
    return None if exported is None else exported | lasting_columns(bound)


def needed_of(bound: Bound) -> frozenset[str]:
    """Every profile column that anything asks for."""
    return needed_columns(bound) | exporters.columns_of_handoffs(bound)


@dataclass(frozen=True, slots=True)
class Profiled:
    """Everything that comes before the decisions: the data, and what will be asked of it."""

    bound: Bound
    engine: Engine
    decisions: Decisions
    profiles: Profiles
    loaded: tuple[Loaded, ...]
    findings: tuple[Finding, ...]


@contextmanager
def profiled(
    options: Options,
    progress: Progress = silent,
    project: Project | None = None,
    *,
    rows: bool = False,
) -> Iterator[Profiled]:
    """Profiles as a plan for `options.as_of` would see them; nothing is decided.

    With `rows` the tables of all sources are there, too.
    """
    project = project or read_project(options.root)
    bound = bind(project, day_of(project, options))
    with engine_for(project, options) as engine:
        try:
            yield _profiled(engine, project, bound, options, progress, rows=rows)
        except EngineError as error:
            raise failed(error, "the database stopped") from error


def _profiled(
    engine: Engine,
    project: Project,
    bound: Bound,
    options: Options,
    progress: Progress,
    *,
    rows: bool = False,
    lasting: Lasting = all_columns,
) -> Profiled:
    steps = _steps(project)
    store = cache.open_store(options.root, engine, options.note) if options.cache else None
    roots = options.root, options.data_roots
    sources = cache.Sources(engine, project.settings, *roots, store)
    loaded = _load(sources, progress, steps)
    bound, found = bound_with(bound, loaded)
    progress("profiles", len(loaded) + 1, steps)
    # the questions come before the profiles: they say which traits anybody asks for
    stones = all_tombstones(graves_of(project, options))
    decisions = plan_decisions(bound, forgets=bool(stones))
    columns = lasting(bound) if can_be_view(bound) else None
    profiles = cache.load_profiles(engine, bound, sources, needed_of(bound), columns)
    if rows:
        sources.open_all()
    load_forgotten(engine, stones, f"SELECT {identifier(bound.key)} AS person FROM {PROFILES}")
    noticed = [f for one in loaded for f in one.findings]
    findings = (*found, *noticed, *profiles.findings)
    return Profiled(bound, engine, decisions, profiles, loaded, findings)


def _run(
    engine: Engine,
    project: Project,
    bound: Bound,
    options: Options,
    progress: Progress,
    lasting: Lasting,
) -> Run:
    made = _profiled(engine, project, bound, options, progress, lasting=lasting)
    bound, decisions = made.bound, made.decisions
    steps = _steps(project)
    progress(f"decisions for {made.profiles.people:,} people", steps - 3, steps)
    held = load_contacts(engine, bound, history_of(project, options))
    decide(engine, bound, decisions, made.profiles.lasting)
    if made.profiles.keys_later:
        check_keys(engine, bound)
    progress("copy", steps - 2, steps)
    assign(engine, bound, decisions)
    choose_pilot(engine, bound, decisions, options.limit)
    progress("outcomes", steps - 1, steps)
    outcomes = settle(engine, decisions, made.profiles.people)
    return Run(
        project,
        bound,
        engine,
        decisions,
        made.profiles,
        outcomes,
        made.loaded,
        is_pinned=(options.as_of or project.settings.as_of) is not None,
        findings=made.findings,
        held=held,
        limit=options.limit,
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
    """Whether a source may turn out to have the column that is missed here."""
    return finding.code in ("TG202", "TG214", "TG503")


def _assumed(loaded: Sequence[Loaded]) -> Assumed:
    return {
        one.source: [Column(c.name, c.type) for c in one.columns if not c.declared]
        for one in loaded
    }


@contextmanager
def engine_for(project: Project, options: Options) -> Iterator[Engine]:
    """An engine that may read the sources' folders and write to a scratch folder and batches."""
    sources = project.settings.sources
    allowed = folders(sources, options.root, options.data_roots)
    history = history_of(project, options)
    little = _is_little(sources, options)
    with scratch_folder() as scratch:
        engine = Engine(
            folders=[*allowed, scratch, *_kept(options), *([history] if history.is_dir() else [])],
            scratch=scratch,
            time_zone=project.settings.time_zone,
            memory=options.memory,
            threads=options.threads or (1 if little else None),
            little=little,
        )
        with engine:
            yield engine


def _is_little(sources: Sequence[Source], options: Options) -> bool:
    """Whether a statement is planned for longer than it runs, and one thread is done soonest."""
    size = bytes_of(sources, options.root, options.data_roots)
    return size is not None and size < _LITTLE


def _kept(options: Options) -> tuple[Path, ...]:
    return (cache.folder_of(options.root),) if options.cache else ()


def _load(sources: cache.Sources, progress: Progress, steps: int) -> tuple[Loaded, ...]:
    """What is known of every source; it is only told of those that are read."""
    declared = [s for s in sources.settings.sources if not s.is_derived]
    sizes = [bytes_of([source], sources.root, sources.data_roots) or 0 for source in declared]
    loaded: list[Loaded] = []
    with METER.counting(sum(sizes) // 1_000_000, "MB") as read:
        for number, source in enumerate(declared, start=1):
            rows = sum(one.rows for one in loaded)
            said = f"source {source.name}" + (f" ({rows:,} rows so far)" if rows else "")
            begin = partial(progress, said, number, steps or len(declared))
            loaded.append(sources.look(source, begin))
            read.done = sum(sizes[:number]) // 1_000_000
    return tuple(loaded)


# -- the commands ----------------------------------------------------------------------------


def plan(options: Options, *, examples: int = 1, progress: Progress = silent) -> reports.PlanReport:
    """Who would get what, how many, who gets nothing and why. Nothing is written but a cache."""
    with planned(options, progress, lasting=lasting_columns) as run:
        progress("report", _steps(run.project), _steps(run.project))
        return reports.plan_report(run, examples)


def render(
    options: Options,
    request: batches.Request,
    progress: Progress = silent,
) -> batches.Rendered:
    """The same, written as batches."""
    project = read_project(options.root)
    history = history_of(project, options)
    asked = columns_of_messages
    with batches.writing(history), planned(options, progress, project, asked) as run:
        reports.refuse_clashes(run)
        plan = plans.plan_of(run)
        progress("batches", _steps(run.project), _steps(run.project))
        return batches.write(run.engine, run.bound, plan, request, history)


def whole_report(options: Options, progress: Progress = silent) -> reports.Report:
    """What a plan does, whole: reach, coverage, overlaps, copy, audiences, cost."""
    with planned(options, progress) as run:
        progress("report", _steps(run.project), _steps(run.project))
        return reports.whole_report(run)


def why_not(options: Options, rule: str, progress: Progress = silent) -> reports.WhyNot:
    """Where everybody's way to a rule's message ends. Raises `WrongUsage` for an unknown rule."""
    with planned(options, progress) as run:
        progress("report", _steps(run.project), _steps(run.project))
        return reports.why_not(run, rule)


def preview(
    options: Options, request: previews.Request, progress: Progress = silent
) -> previews.Preview:
    """A template's messages as their channel shows them, from the profiles alone.

    Raises `WrongUsage` for a template, a rule or a person that isn't there.
    """
    from targeter import previews

    with profiled(options, progress) as made:
        progress("copy", _steps(made.bound.project), _steps(made.bound.project))
        people = made.profiles.people
        return previews.preview(made.engine, made.bound, made.decisions, people, request)


def explain_person(
    options: Options, person: str, progress: Progress = silent, rule: str | None = None
) -> explain.Explanation:
    """One person's whole way, and what a rule would need to win them.

    Raises `WrongUsage` for somebody who isn't in the data, or a rule that isn't there.
    """
    from targeter import explain

    with planned(options, progress) as run:
        return explain.explain(run, person, rule)
