"""A plan in shards: the same stages in the same order, and a report that is added up."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial, reduce
from operator import add
from pathlib import Path

from targeter import plans, reports
from targeter.cells import CLOSED, CLOSED_COLUMNS, CLOSING, assign_all
from targeter.decisions import Shard, decide_alone, fill_capacities
from targeter.findings import Finding
from targeter.history import Held, all_tombstones
from targeter.interrupts import undisturbed
from targeter.options import Options, Progress, day_of, graves_of, history_of, silent
from targeter.outcomes import OUTCOMES, settle
from targeter.pilots import choose_among
from targeter.pipeline import bound_alone, bound_with
from targeter.profiles import PROFILES, Profiles
from targeter.project import Project, read_project
from targeter.reports import tallies
from targeter.runners.clusters import Cluster
from targeter.runners.envelopes import open_rows
from targeter.runners.job import Job, engine_of, project_of, rules_of
from targeter.runners.making import make_people
from targeter.runners.reading import read_all
from targeter.runners.routing import route
from targeter.runners.shards import Sharded
from targeter.runners.workers import refuse_lost, refuse_unfit
from targeter.runs import Run
from targeter.strays import findings_of, refuse_keys

STEPS = 7


@dataclass(frozen=True, slots=True)
class Where:
    """How many shards, and a folder for what they keep; None: a temporary one of this machine."""

    shards: int
    work: Path | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan whose shards can still be asked. `run` has no people, only what is true of all."""

    run: Run
    people: Sharded
    plan_id: str


def plan(
    options: Options,
    cluster: Cluster,
    where: Where,
    *,
    examples: int = 1,
    progress: Progress = silent,
) -> reports.PlanReport:
    """Who would get what, how many, who gets nothing and why: the very report of one machine."""
    with planned(options, cluster, where, progress) as made:
        progress("report", STEPS, STEPS)
        add_up_tallies(made, examples)
        return reports.report_of(made.run, made.plan_id)


@dataclass(frozen=True, slots=True)
class Profiled:
    """Everybody before anything is decided of them; `findings` are of rules and data."""

    people: Sharded
    profiles: Profiles
    held: Held
    findings: tuple[Finding, ...]


@contextmanager
def profiled(
    options: Options,
    cluster: Cluster,
    where: Where,
    progress: Progress = silent,
    project: Project | None = None,
) -> Iterator[Profiled]:
    """Profiles in shards, open until the block is left. Raises as one machine does."""
    project = project or read_project(options.root)
    day = day_of(project, options)
    bound_alone(project, day)
    history, graves = history_of(project, options), graves_of(project, options)
    with work_folder(where) as work:
        job = Job(
            options.root,
            options.data_roots,
            work,
            history.resolve(),
            day,
            project.settings.time_zone,
            where.shards,
            options.memory,
            graves=tuple(grave.resolve() for grave in graves),
            forgets=bool(all_tombstones(graves)),
        )
        _copy(project, job.project)
        progress("sources", 1, STEPS)
        refuse_unfit(job, project, cluster)
        read = read_all(job, cluster)
        job = read.job
        _, found = bound_with(bound_alone(project_of(job.project), day), job.loaded)
        progress("whose rows", 2, STEPS)
        route(job, cluster)
        progress("profiles", 3, STEPS)
        profiles, contacts = _profiles(job, cluster, read.contacts)
        noticed = [f for one in job.loaded for f in one.findings]
        held = Held(read.batches, contacts)
        findings = (*found, *noticed, *profiles.findings)
        yield Profiled(Sharded(job, cluster), profiles, held, findings)


@contextmanager
def planned(
    options: Options,
    cluster: Cluster,
    where: Where,
    progress: Progress = silent,
    project: Project | None = None,
) -> Iterator[Planned]:
    """A plan in shards, open for questions until the block is left. Raises as one machine does."""
    with profiled(options, cluster, where, progress, project) as made:
        people, profiles = made.people, made.profiles
        progress(f"decisions for {profiles.people:,} people", 4, STEPS)
        people.each(decide_alone)
        fill_capacities(people)
        progress("copy", 5, STEPS)
        assign_all(people)
        choose_among(people, options.limit)
        progress("outcomes", 6, STEPS)
        ended = people.each(end)
        outcomes = {name: sum(counts[name] for counts, _ in ended) for name in OUTCOMES}
        job = people.job
        bound, decisions = rules_of(job)
        with engine_of(job) as engine:
            run = Run(
                bound.project,
                bound,
                engine,
                decisions,
                profiles,
                outcomes,
                job.loaded,
                is_pinned=(options.as_of or bound.project.settings.as_of) is not None,
                findings=made.findings,
                held=made.held,
                limit=options.limit,
            )
            plan = plans.identity_of([digest for _, digest in ended], bound.today)
            yield Planned(run, people, plan)


@contextmanager
def work_folder(where: Where) -> Iterator[Path]:
    """A folder of our own, gone when the block is left, in the one that every task reaches."""
    if where.work is not None:
        where.work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="targeter-plan-", dir=where.work)).resolve()
    try:
        yield folder
    finally:
        with undisturbed():
            _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder into which tasks may still write that were told to end."""
    gone = folder.with_name(f"{folder.name}-gone")
    with suppress(OSError):
        folder = folder.replace(gone)
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():  # something was written meanwhile
        shutil.rmtree(folder, ignore_errors=True)


def _copy(project: Project, folder: Path) -> None:
    """The files of a project as they were read, so that every task reads the same."""
    for file in project.files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.text.encode())


def _profiles(job: Job, cluster: Cluster, past: int) -> tuple[Profiles, int]:
    """Every shard's profiles made, of all that was read; and how many contacts there are."""
    bound, _ = rules_of(job)
    made = cluster.run(partial(make_people, job), job.shards)
    refuse_lost(job, bound.project, [one.rows for one in made], past)
    base = bound.project.settings.base
    assert base is not None
    refuse_keys(base, reduce(add, (one.keys for one in made)))
    together = [reduce(add, parts) for parts in zip(*(one.noticed for one in made), strict=True)]
    people = sum(one.people for one in made)
    found: tuple[Finding, ...] = tuple(findings_of(bound, together))
    return Profiles(people, found), sum(one.contacts for one in made)


def end(shard: Shard) -> tuple[dict[str, int], tuple[int, int]]:
    """How everybody's way in a shard ended, counted; and their part of the plan's identity."""
    engine, decisions = shard.engine, shard.decisions
    people = int(engine.value(f"SELECT count(*) FROM {PROFILES}"))
    outcomes = settle(engine, decisions, people)
    plans.tabulate(engine, decisions)
    return outcomes, plans.results_digest(engine, decisions)


def add_up_tallies(made: Planned, examples: int) -> None:
    """Fill the tallies of everybody in the engine of the run."""
    people, engine = made.people, made.run.engine
    parts = people.ask(tallies.some_tallies, examples)
    tallies.put_together(engine, parts, examples)
    add_up_promoted(made)
    open_rows(engine, CLOSED, people.all_files_of(CLOSING), CLOSED_COLUMNS.items())


def add_up_promoted(made: Planned) -> None:
    """Fill only the one of promoted texts."""
    people = made.people
    people.total_rows(tallies.PROMOTED, tallies.promoted_of(people.decisions))
    files = people.files_of(tallies.PROMOTED)
    open_rows(made.run.engine, tallies.PROMOTED, files, tallies.PROMOTED_COLUMNS.items())
