"""A saved plan executed in shards, exactly: nothing is decided again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from targeter import plans
from targeter.batches import Rendered, Request
from targeter.database import Engine, identifier
from targeter.decisions import Shard, Totals
from targeter.errors import PlanRefused
from targeter.keeping import executed, left_out
from targeter.options import Options, Progress, history_of, silent
from targeter.outcomes import OUTCOMES
from targeter.plans import ASSIGNMENTS, DIGESTS, KEPT, LEAVING, QUARANTINED, TABLES, Plan, SavedPlan
from targeter.plans.manifest import damaged
from targeter.project import Project
from targeter.runners import rendering
from targeter.runners.clusters import Cluster, Envelope
from targeter.runners.envelopes import SHARD, closed, lay_in, open_rows, sent_back, shard_of
from targeter.runners.job import Job, engine_of
from targeter.runners.keeping import digest_people, digests_of, raise_plan_refused, read_ever
from targeter.runners.planning import STEPS, Where, profiled
from targeter.runners.shards import Sharded

_SAVED, _TEXTS = "saved", "texts_left"
_TEXT_COLUMNS = {"channel": "VARCHAR", "text": "VARCHAR", "people": "BIGINT"}
# The tables of a plan, and what they are called where it is executed.
_TABLES = {ASSIGNMENTS: ASSIGNMENTS, LEAVING: LEAVING, QUARANTINED: QUARANTINED, DIGESTS: KEPT}


def render_plan(
    options: Options,
    cluster: Cluster,
    where: Where,
    folder: Path,
    request: Request,
    *,
    drop_changed: bool = False,
    progress: Progress = silent,
) -> Rendered:
    """Write the messages of a saved plan. Raises `PlanRefused` as one machine does."""

    def execute(saved: SavedPlan, then: Options, project: Project) -> Rendered:
        history = history_of(project, options)
        with (
            profiled(then, cluster, where, progress, project) as made,
            engine_of(made.people.job) as engine,
        ):
            plans.refuse_other_engine(saved, engine)
            _load(made.people, saved)
            changes = _changes(made.people, saved)
            progress("batches", STEPS, STEPS)
            if drop_changed and changes.people:
                return _fewer(made.people, engine, saved.plan, request, history, changes)
            plans.refuse_other_data(changes)
            return rendering.write(made.people, engine, saved.plan, request, history)

    return executed(options, folder, request, execute)


def _load(people: Sharded, saved: SavedPlan) -> None:
    """Each shard's rows of the plan. Raises `PlanRefused` where they aren't what was written."""
    job = people.job
    send = partial(send_table, job, saved)
    back, _ = people.cluster.deliver(send, len(_TABLES), partial(lay_in, job, _SAVED))
    raise_plan_refused(back)
    people.receive(_SAVED, *((table, TABLES[table][0], name) for table, name in _TABLES.items()))
    if plans.identity_of(people.ask(digest_rows), saved.plan.as_of) != saved.plan.plan_id:
        raise damaged(saved.folder, f"{ASSIGNMENTS}.parquet")


def _changes(people: Sharded, saved: SavedPlan) -> plans.Changes:
    """How today's data differs from what the plan was made from."""
    read_ever(people)
    plan = saved.plan.plan_id
    counts = sum(people.each(count_changes, plan, people.job.graves), Counter[str]())
    return plans.changes_of(
        counts, lambda: digests_of(people.ask(sums_of_kept, plan)), saved.columns
    )


def _fewer(
    people: Sharded,
    engine: Engine,
    plan: Plan,
    request: Request,
    history: Path,
    changes: plans.Changes,
) -> Rendered:
    """The plan without the people whose data changed, and what is to be said of that."""
    named = sum(people.ask(count_people))
    parts = people.each(leave_out)
    outcomes = {name: sum(counts[name] for counts, _ in parts) for name in OUTCOMES}
    fewer = plan.without(plans.identity_of([part for _, part in parts], plan.as_of), outcomes)
    texts = Totals(plans.TEXTS_LEFT, ("channel", "text"), {"people": "sum"})
    people.total_rows(_TEXTS, texts)
    open_rows(engine, _TEXTS, people.files_of(_TEXTS), _TEXT_COLUMNS.items())
    notes = (
        *left_out(named - fewer.people, changes.new),
        *plans.too_small(engine, people.bound, f"FROM {_TEXTS}"),
    )
    rendered = rendering.write(people, engine, fewer, request, history)
    return replace(rendered, notes=(*notes, *rendered.notes))


# -- what a task does ------------------------------------------------------------------------


def send_table(job: Job, saved: SavedPlan, number: int) -> Iterator[Envelope]:
    """A table of the plan, sent to the shards of its people."""
    table = list(_TABLES)[number]
    with engine_of(job) as engine:
        try:
            plans.load_rows(engine, saved, table, "rows_of_plan")
        except PlanRefused as error:
            yield sent_back((error.message, error.help))
            return
        shard = shard_of("person", job.shards)
        query = f"SELECT *, {shard} AS {identifier(SHARD)} FROM rows_of_plan"
        yield from closed(engine, table, query)


def digest_rows(shard: Shard) -> tuple[int, int]:
    """A shard's part of the plan's identity."""
    return plans.rows_digest(shard.engine)


def count_changes(shard: Shard, plan: str, graves: Sequence[Path]) -> Counter[str]:
    """Digests of a shard's people, and how many of them changed, by how."""
    plans.find_forgotten(shard.engine, shard.bound, graves)
    digest_people(shard, plan)
    plans.number_people(shard.engine, shard.bound)
    return Counter(plans.count_changes(shard.engine, KEPT))


def count_people(shard: Shard) -> int:
    """How many people of a shard the plan has rows of."""
    return plans.people_in(shard.engine)


def leave_out(shard: Shard) -> tuple[dict[str, int], tuple[int, int]]:
    """Drop who changed; the outcomes of those who are left, and their part of the identity."""
    outcomes = plans.drop_changed(shard.engine)
    return outcomes, plans.rows_digest(shard.engine)


def sums_of_kept(shard: Shard, plan: str) -> dict[str, int | None]:
    """What the digests of columns are made of, for the people that the plan knew."""
    return plans.column_sums(shard.engine, plan, KEPT)
