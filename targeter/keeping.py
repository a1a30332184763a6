"""Plans that outlive their run: saved, compared with another, executed exactly as they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from targeter import batches, pipeline, plans, reports
from targeter.errors import BadData, PlanRefused, RulesAreWrong
from targeter.folders import scratch_folder
from targeter.options import Options, Progress, day_of, graves_of, history_of, silent
from targeter.pipeline import Profiled, planned, profiled
from targeter.project import Project, read_project
from targeter.runs import Run

GIT = "git:"
_SENT = "sent"
_BEFORE = "plan_before"
# What is done with a saved plan, given the options of its day and the project.
Execute = Callable[[plans.SavedPlan, Options, Project], batches.Rendered]


@dataclass(frozen=True, slots=True)
class Request:
    """What to do with a plan besides showing it.

    `out` is the folder it is saved in. `against` is a plan's folder, `sent` or `git:REF`.
    `examples` are the messages shown a rule, or the people shown of each change.
    """

    out: Path | None = None
    against: str | None = None
    examples: int = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan as it was shown, saved, and compared; what wasn't asked for is None."""

    report: reports.PlanReport | None
    saved: plans.Saved | None
    comparison: plans.Comparison | None


def plan(options: Options, request: Request, progress: Progress = silent) -> Kept:
    """Plan, and keep or compare it. Raises `NothingToCheck` when nothing was sent to compare with.

    Without a comparison there is a report, and with one there is none.
    """
    if request.out is None and request.against is None:
        report = pipeline.plan(options, examples=request.examples, progress=progress)
        return Kept(report, None, None)
    return _kept(options, request, progress)


def _kept(options: Options, request: Request, progress: Progress) -> Kept:
    with _compared_with(options, request, progress) as before, planned(options, progress) as run:
        history = history_of(run.project, options)
        if request.out:
            reports.refuse_clashes(run)
        # shown before it is saved: digests look at the whole history, later days included
        report = reports.plan_report(run, request.examples) if before is None else None
        comparison = _comparison(run, before, request) if before else None
        saved = plans.save(run, request.out, history) if request.out else None
        return Kept(report, saved, comparison)


@dataclass(frozen=True, slots=True)
class _Before:
    """The rows of a plan to compare with."""

    name: str
    saved: plans.SavedPlan


@contextmanager
def _compared_with(
    options: Options, request: Request, progress: Progress
) -> Iterator[_Before | None]:
    """The plan to compare with: of a folder, of the last batch, or made for a revision."""
    name = request.against
    if name is None:
        yield None
    elif name.startswith(GIT):
        with scratch_folder() as folder:
            yield _Before(name, _of_revision(options, name, folder, progress))
    else:
        yield _Before(name, before_of(options, name))


def before_of(options: Options, name: str) -> plans.SavedPlan:
    """The plan to compare with that is there: of a folder, or of the last batch."""
    if name == _SENT:
        return plans.last_sent(history_of(read_project(options.root), options))
    return plans.open_rows(Path(name))


def _of_revision(options: Options, name: str, folder: Path, progress: Progress) -> plans.SavedPlan:
    """What the rules and templates of a revision make of today's data, day and history."""
    ref = name.removeprefix(GIT)
    then, project = of_revision(options, ref, folder)
    try:
        with planned(then, progress, project) as run:
            return plans.set_aside(run, folder)
    except (RulesAreWrong, BadData) as error:
        raise plans.wrong_there(error, ref) from error


def of_revision(options: Options, ref: str, folder: Path) -> tuple[Options, Project]:
    """The rules and templates of a revision, written into a folder, for today's day and history."""
    plans.write_revision(options.root, ref, folder / "project")
    project = read_project(options.root)
    day = day_of(project, options)
    then = replace(options, as_of=day, history=history_of(project, options))
    return then, read_project(folder / "project")


def _comparison(run: Run, before: _Before, request: Request) -> plans.Comparison:
    this = plans.plan_of(run)
    plans.load_rows(run.engine, before.saved, plans.ASSIGNMENTS, _BEFORE)
    then = before.saved.plan
    against = plans.Against(before.name, then.plan_id, then.as_of)
    return plans.compare(run.engine, _BEFORE, against, (this.plan_id, this.as_of), request.examples)


# -- executing a saved plan ------------------------------------------------------------------


def render_plan(
    options: Options,
    folder: Path,
    request: batches.Request,
    *,
    drop_changed: bool = False,
    progress: Progress = silent,
) -> batches.Rendered:
    """Write the messages of a saved plan, exactly: nothing is decided again.

    Raises `PlanRefused` when the plan is damaged, or was made by another version, from other files
    or other data; `drop_changed` makes a new plan without the people whose data changed.
    """

    def execute(saved: plans.SavedPlan, then: Options, project: Project) -> batches.Rendered:
        with profiled(then, progress, project) as now:
            plans.refuse_other_engine(saved, now.engine)
            graves = graves_of(project, options)
            return _rendered(
                now, saved, request, history_of(project, options), graves, drop_changed
            )

    return executed(options, folder, request, execute)


def executed(
    options: Options, folder: Path, request: batches.Request, execute: Execute
) -> batches.Rendered:
    """What was rendered of a saved plan before, or what `execute` makes of it on its own day.

    Raises `PlanRefused` for a plan of other files; where its rules no longer fit today's data, the
    data is what changed.
    """
    saved = plans.open_plan(folder)
    project = read_project(options.root)
    history = history_of(project, options)
    there = batches.already_there(saved.plan.plan_id, request, history)
    if there is not None:
        return there
    plans.refuse_other_files(saved, project)
    try:
        with batches.writing(history):
            return execute(saved, replace(options, as_of=saved.plan.as_of), project)
    except RulesAreWrong as error:
        raise PlanRefused(
            "the data no longer has what the rules of this plan ask for",
            help="plan again with targeter plan --out DIR",
            findings=error.findings,
        ) from error


def _rendered(
    now: Profiled,
    saved: plans.SavedPlan,
    request: batches.Request,
    history: Path,
    graves: Sequence[Path],
    drop_changed: bool,
) -> batches.Rendered:
    engine, plan = now.engine, saved.plan
    plans.load_plan(engine, now.bound, saved)
    plans.find_forgotten(engine, now.bound, graves)
    plans.take_digests(engine, now.bound, now.decisions, history, plan.plan_id)
    changes = plans.changes_since(engine, plan.plan_id, plans.KEPT, saved.columns)
    if not drop_changed or not changes.people:
        plans.refuse_other_data(changes)
        return batches.write(engine, now.bound, plan, request, history)
    # who was forgotten before the plan was made is counted in it, and has no row
    named = plans.people_in(engine)
    fewer = plans.without_changed(engine, plan)
    rendered = batches.write(engine, now.bound, fewer, request, history)
    notes = (*left_out(named - fewer.people, changes.new),)
    notes = (*notes, *plans.too_small(engine, now.bound))
    return replace(rendered, notes=(*notes, *rendered.notes))


def left_out(dropped: int, new: int) -> Iterator[str]:
    """What to say of people who were dropped from a plan, and of those it never knew."""
    if dropped:
        noun = "person is" if dropped == 1 else "people are"
        yield f"{dropped:,} {noun} left out, whose data changed since the plan was made"
    if new:
        noun = "person wasn't" if new == 1 else "people weren't"
        yield f"{new:,} {noun} there when the plan was made"
