"""A plan in shards written as one batch: each shard its own files, and one record of them all."""

from __future__ import annotations

import shutil
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from targeter import batches, exporters, history, pacing, plans
from targeter.batches import File, Filled, Request
from targeter.database import list_literal
from targeter.decisions import Shard
from targeter.errors import WrongUsage
from targeter.exporters.known import name_of_exporter
from targeter.exporters.tables import write_rows
from targeter.folders import sha256_of
from targeter.pipeline import Options, Progress, history_of, silent
from targeter.plans import ASSIGNMENTS, QUARANTINED, Plan
from targeter.project import read_project
from targeter.reports import tallies
from targeter.runners.clusters import Cluster
from targeter.runners.job import Job, engine_of
from targeter.runners.planning import STEPS, Planned, Where, add_up_tallies, planned

_MESSAGES = "messages"
# The record of a batch: each table with the columns that its rows are sorted by.
_RECORD = {
    ASSIGNMENTS: ("person",),
    history.CONTACTS: batches.CONTACTS_ORDER,
    QUARANTINED: ("ALL",),
}


@dataclass(frozen=True, slots=True)
class Part:
    """What a shard wrote, and where; `rows` are those of each table of the record."""

    folder: Path
    files: tuple[File, ...]
    rows: dict[str, int]


def render(
    options: Options,
    cluster: Cluster,
    where: Where,
    request: Request,
    progress: Progress = silent,
) -> batches.Rendered:
    """The messages of the plan that one machine makes, in files of each shard.

    Raises `WrongUsage` for what can't be written from shards yet: audiences, and paces.
    """
    folder = history_of(read_project(options.root), options)
    with batches.writing(folder), planned(options, cluster, where, progress) as made:
        add_up_tallies(made, 0)
        _refuse(made)
        plan = plans.plan_called(made.plan_id, made.run)
        progress("batches", STEPS, STEPS)
        return batches.lay_down(plan, request, folder, partial(_fill, made, plan, request, cluster))


def _refuse(made: Planned) -> None:
    """What crosses people in a way of its own isn't written from shards: by name, before it is."""
    engine, settings = made.run.engine, made.run.bound.project.settings
    used = {
        made.run.decisions.choices[choice].channel.name
        for (choice,) in engine.rows(
            f"SELECT DISTINCT choice FROM {tallies.ENDED} WHERE outcome = 'message'"
        )
    }
    used |= {str(name) for (name,) in engine.rows(f"SELECT channel FROM {tallies.LEAVERS}")}
    help_ = "render without --runner spark"
    for name in sorted(used):
        channel = settings.channel(name)
        if channel is None:
            message = f"channel {name!r} is gone, and who leaves it can't be told in shards yet"
        elif (exporter := name_of_exporter(channel)) != _MESSAGES:
            message = f"channel {name!r}: the exporter {exporter!r} can't write from shards yet"
        elif channel.outgoing.pace is not None:
            message = f"channel {name!r} has a pace, and days can't be given in shards yet"
        else:
            continue
        raise WrongUsage(message, help=help_)


def _fill(made: Planned, plan: Plan, request: Request, cluster: Cluster, temporary: Path) -> Filled:
    job = made.people.job
    out = job.work / "out"
    parts = made.people.ask(write_part, plan, request, out, job.history)
    with_rows = [(n, part) for n, part in enumerate(parts) if any(f.rows for f in part.files)]
    files = tuple(_moved(with_rows or [(0, parts[0])], temporary))
    record = list(_RECORD)
    cluster.run(partial(gather, job, [part.folder for part in parts], out), len(record))
    rows: Counter[str] = Counter()
    for part in parts:
        rows.update(part.rows)
    shutil.move(out / _name(ASSIGNMENTS), temporary / _name(ASSIGNMENTS))
    shutil.move(out / _name(history.CONTACTS), temporary / history.FILE)
    digest = sha256_of(temporary / _name(ASSIGNMENTS))
    kept: tuple[dict[str, object], ...] = (
        {"name": _name(ASSIGNMENTS), "sha256": digest},
        batches.contacts_entry(temporary, rows[history.CONTACTS]),
    )
    held = None
    if rows[QUARANTINED]:
        shutil.move(out / batches.QUARANTINE, temporary / batches.QUARANTINE)
        held = batches.quarantine_entry(temporary, rows[QUARANTINED])
    return Filled(files, kept, exporters.Outcome((), (), (), {}), held)


def _name(table: str) -> str:
    return f"{table}.parquet"


def _moved(parts: Sequence[tuple[int, Part]], temporary: Path) -> Iterator[File]:
    """The files of the shards, each named after its shard; those without a row are left out."""
    for number, part in parts:
        for file in part.files:
            if file.rows or len(parts) == 1:
                stem, _, ending = file.name.rpartition(".")
                name = f"{stem}-part{number:05}.{ending}"
                shutil.move(part.folder / file.name, temporary / name)
                yield File(name, file.what, file.rows, file.sha256)


# -- what a task does ------------------------------------------------------------------------


def write_part(shard: Shard, plan: Plan, request: Request, out: Path, past: Path) -> Part:
    """Write a shard's messages and its part of the record; another attempt has another folder."""
    engine = shard.engine
    folder = out / uuid.uuid4().hex
    folder.mkdir(parents=True)
    pacing.give_days(engine, (), plan.as_of, ASSIGNMENTS)
    files, _ = batches.export(engine, shard.bound, plan, request, folder, past)
    queries = {
        ASSIGNMENTS: batches.assignments_of(),
        history.CONTACTS: batches.contacts_of(plan),
        QUARANTINED: f"SELECT * FROM {QUARANTINED}",
    }
    rows = {
        table: write_rows(engine, query, folder / _name(table), "parquet")
        for table, query in queries.items()
    }
    return Part(folder, files, rows)


def gather(job: Job, folders: Sequence[Path], out: Path, number: int) -> None:
    """Write one table of the record whole and sorted: a stream from disk to disk."""
    table = list(_RECORD)[number]
    paths = list_literal(str(folder / _name(table)) for folder in folders)
    order = ", ".join(_RECORD[table])
    query = f"SELECT * FROM read_parquet({paths}) ORDER BY {order}"
    with engine_of(job) as engine:
        if table == QUARANTINED:
            write_rows(engine, query, out / batches.QUARANTINE, "jsonl")
        else:
            write_rows(engine, query, out / _name(table), "parquet")
