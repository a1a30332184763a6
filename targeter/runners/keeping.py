"""A plan in shards that outlives its run: saved, or compared with another."""

from __future__ import annotations

import datetime as dt
import pickle
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from targeter import plans, reports
from targeter.database import identifier
from targeter.decisions import Shard
from targeter.errors import BadData, PlanRefused, RulesAreWrong
from targeter.folders import sha256_of
from targeter.history import COLUMNS, CONTACTS
from targeter.keeping import GIT, Kept, Request, before_of, of_revision
from targeter.options import Options, Progress, history_of, silent
from targeter.plans import ASSIGNMENTS
from targeter.project import read_project
from targeter.runners.clusters import Cluster, Envelope
from targeter.runners.envelopes import SHARD, closed, lay_in, sent_back, shard_of
from targeter.runners.job import Job, engine_of
from targeter.runners.making import IMPORTED
from targeter.runners.planning import (
    STEPS,
    Planned,
    Where,
    add_up_tallies,
    planned,
    work_folder,
)
from targeter.runners.reading import PAST, read_past
from targeter.runners.records import Record, gather_all, write_record
from targeter.runners.shards import Sharded

_BEFORE, _EVER = "plan_before", "ever"


def plan(
    options: Options,
    cluster: Cluster,
    where: Where,
    request: Request,
    progress: Progress = silent,
) -> Kept:
    """Plan, and keep or compare it: what one machine keeps and says.

    Raises as that does.
    """
    history = history_of(read_project(options.root), options)
    if request.out:
        plans.refuse_history(request.out, history)
    with (
        _before(options, cluster, where, request.against, progress) as before,
        planned(options, cluster, where, progress) as made,
    ):
        progress("report", STEPS, STEPS)
        add_up_tallies(made, request.examples if before is None else 0)
        if request.out:
            reports.refuse_counted_clashes(made.run)
        report = reports.report_of(made.run, made.plan_id) if before is None else None
        comparison = _compared(made, before, request) if before else None
        saved = _saved(made, request.out) if request.out else None
        return Kept(report, saved, comparison)


@contextmanager
def _before(
    options: Options, cluster: Cluster, where: Where, name: str | None, progress: Progress
) -> Iterator[plans.SavedPlan | None]:
    """The plan to compare with: one that is there, or made for a revision, in a folder of ours."""
    if name is None or not name.startswith(GIT):
        yield before_of(options, name) if name else None
        return
    ref = name.removeprefix(GIT)
    with work_folder(where) as folder:
        then, project = of_revision(options, ref, folder)
        try:
            with planned(then, cluster, where, progress, project) as made:
                saved = _set_aside(made, folder)
        except (RulesAreWrong, BadData) as error:
            raise plans.wrong_there(error, ref) from error
        yield saved


def _set_aside(made: Planned, folder: Path) -> plans.SavedPlan:
    """The rows of a plan in a folder, where they outlive its shards."""
    record = (_record(ASSIGNMENTS),)
    parts = made.people.ask(write_tables, made.people.job.work / "out", record)
    gather_all(made.people, record, parts, made.people.job.work / "out")
    path = shutil.move(made.people.job.work / "out" / record[0].file, folder / record[0].file)
    plan = plans.plan_called(made.plan_id, made.run)
    return plans.SavedPlan(folder, plan, {}, {record[0].file: sha256_of(Path(path))})


def _compared(made: Planned, before: plans.SavedPlan, request: Request) -> plans.Comparison:
    """Each shard's people with their rows of the other plan, which go to them."""
    people, job = made.people, made.people.job
    back, _ = people.cluster.deliver(
        partial(send_before, job, before), 1, partial(lay_in, job, _BEFORE)
    )
    raise_plan_refused(back)
    people.receive(_BEFORE, (_BEFORE, plans.TABLES[ASSIGNMENTS][0], _BEFORE))
    parts = people.ask(compare_some, request.examples)
    against = plans.Against(str(request.against), before.plan.plan_id, before.plan.as_of)
    this = made.plan_id, made.run.bound.today
    return plans.put_together(parts, against, this, request.examples)


def raise_plan_refused(back: Sequence[bytes]) -> None:
    """Raise `PlanRefused` with what a task said, if one did."""
    for message, help_ in map(pickle.loads, back):
        raise PlanRefused(message, help=help_)


def _saved(made: Planned, folder: Path) -> plans.Saved:
    """The tables of a plan sorted from disk to disk, and digests of its data added up."""
    people, job = made.people, made.people.job
    read_ever(people)
    digests = digests_of(people.each(take_digests, made.plan_id))
    out, record = job.work / "out", tuple(map(_record, plans.TABLES))
    gather_all(people, record, people.ask(write_tables, out, record), out)
    plan = plans.plan_called(made.plan_id, made.run)
    files = [out / one.file for one in record]
    return plans.save_files(plan, digests, files, folder)


def read_ever(people: Sharded) -> None:
    """Give each shard the contacts of its people on all days, as `ever`."""
    # who was contacted after the plan's day was contacted since it was made
    read_past(replace(people.job, day=dt.date.max), people.cluster, _EVER)
    people.receive(_EVER, (PAST, COLUMNS, _EVER))


def digests_of(parts: Sequence[Mapping[str, int | None]]) -> dict[str, str]:
    """The digests of columns, of what the shards say of them."""
    return plans.digests_of({name: _sum([part[name] for part in parts]) for name in parts[0]})


def _sum(values: Sequence[int | None]) -> int | None:
    there = [value for value in values if value is not None]
    return sum(there) if there else None


def _record(table: str) -> Record:
    columns, order = plans.TABLES[table]
    shown = ", ".join(map(identifier, columns))
    return Record(f"{table}.parquet", f"SELECT {shown} FROM {table}", ", ".join(order))


# -- what a task does ------------------------------------------------------------------------


def send_before(job: Job, before: plans.SavedPlan, number: int) -> Iterator[Envelope]:
    """The rows of a plan, sent to the shards of its people."""
    with engine_of(job) as engine:
        try:
            plans.load_rows(engine, before, ASSIGNMENTS, _BEFORE)
        except PlanRefused as error:
            yield sent_back((error.message, error.help))
            return
        shard = shard_of("person", job.shards)
        query = f"SELECT *, {shard} AS {identifier(SHARD)} FROM {_BEFORE}"
        yield from closed(engine, _BEFORE, query)


def compare_some(shard: Shard, samples: int) -> plans.Compared:
    """What is different for the people of a shard."""
    return plans.compare_some(shard.engine, _BEFORE, samples)


def take_digests(shard: Shard, plan: str) -> dict[str, int | None]:
    """Digests of a shard's people; the sums of which the digests of columns are made."""
    digest_people(shard, plan)
    return plans.column_sums(shard.engine, plan)


def digest_people(shard: Shard, plan: str) -> None:
    """Digests of a shard's people; their contacts are those of all days from here on."""
    engine = shard.engine
    engine.run(f"CREATE OR REPLACE TABLE {CONTACTS} AS FROM {_EVER} UNION ALL FROM {IMPORTED}")
    plans.digest_people(engine, shard.bound, shard.decisions, plan)


def write_tables(shard: Shard, out: Path, record: Sequence[Record]) -> Path:
    """A shard's part of the tables of a plan; another attempt has another folder."""
    folder = out / uuid.uuid4().hex
    folder.mkdir(parents=True)
    write_record(shard.engine, record, folder)
    return folder
