"""A plan in shards written as one batch: each shard its own files, and one record of them all."""

from __future__ import annotations

import shutil
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from operator import add
from pathlib import Path

from targeter import batches, exporters, history, pacing, plans, reports
from targeter.batches import File, Filled, Request
from targeter.database import Engine, identifier
from targeter.decisions import Shard
from targeter.errors import WrongUsage
from targeter.exporters.handoffs import HANDED_OVER
from targeter.exporters.interface import Written
from targeter.exporters.known import BUILT_IN, name_of_exporter
from targeter.exporters.past import LEAVER_COLUMNS, LEAVERS, MEMBER_COLUMNS, MEMBERS
from targeter.exporters.running import forsaken
from targeter.folders import sha256_of
from targeter.options import Options, Progress, history_of, silent
from targeter.plans import ASSIGNMENTS, QUARANTINED, Plan
from targeter.project import read_project
from targeter.runners.audiences import Serving, Told, write_audiences
from targeter.runners.clusters import Cluster
from targeter.runners.days import Going, count_going, give_days
from targeter.runners.planning import STEPS, Where, add_up_promoted, planned
from targeter.runners.records import Record, gather_all, write_record
from targeter.runners.shards import Sharded
from targeter.settings import ChannelSettings

_MESSAGES, _AUDIENCES = "messages", "x_audiences"


def _all_of(file: str, table: str, columns: Iterable[str], what: str) -> Record:
    shown = ", ".join(map(identifier, columns))
    return Record(file, f"SELECT {shown} FROM {table}", "ALL", what)


# What later batches ask of who is in an audience, and of who left it.
_MEMBERS = (
    _all_of(MEMBERS, "members_handed", MEMBER_COLUMNS, "members"),
    _all_of(LEAVERS, "leaving_by", LEAVER_COLUMNS, "leavers"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """What a shard wrote, and where; `rows` are those of each file of the record."""

    folder: Path
    files: tuple[File, ...]
    rows: Mapping[str, int]


def render(
    options: Options,
    cluster: Cluster,
    where: Where,
    request: Request,
    progress: Progress = silent,
) -> batches.Rendered:
    """The messages of the plan that one machine makes, in files of each shard; its very audiences.

    Raises `WrongUsage` for what can't be written from shards: by exporters of other packages.
    """
    folder = history_of(read_project(options.root), options)
    with batches.writing(folder), planned(options, cluster, where, progress) as made:
        add_up_promoted(made)
        reports.refuse_counted_clashes(made.run)
        progress("batches", STEPS, STEPS)
        plan = plans.plan_called(made.plan_id, made.run)
        return write(made.people, made.run.engine, plan, request, folder)


def write(
    people: Sharded, engine: Engine, plan: Plan, request: Request, folder: Path
) -> batches.Rendered:
    """Write a plan, whose rows the shards have, into the history; `engine` has nobody in it."""
    going = reduce(add, people.ask(count_going))
    served = tuple(_served(people, going))
    fill = partial(_fill, people, engine, plan, request, going, served)
    return batches.lay_down(plan, request, folder, fill)


def _served(people: Sharded, going: Going) -> Iterator[ChannelSettings]:
    """The channels that anybody gets a message on or leaves; others' exporters are refused."""
    for channel in people.bound.project.settings.channels:
        name = channel.channel.name
        if name not in going.channels:
            continue
        if (exporter := name_of_exporter(channel)) not in BUILT_IN:
            message = f"channel {name!r}: the exporter {exporter!r} can't write from shards yet"
            raise WrongUsage(message, help="render without --runner spark")
        yield channel


def _fill(
    people: Sharded,
    engine: Engine,
    plan: Plan,
    request: Request,
    going: Going,
    served: Sequence[ChannelSettings],
    temporary: Path,
) -> Filled:
    job = people.job
    promoted, direct = _by(served, _AUDIENCES), _by(served, _MESSAGES)
    is_paced = give_days(people, going, plan.as_of)
    told = None
    if promoted:
        serving = Serving(plan, promoted, temporary, job.history)
        told = write_audiences(people, engine, serving)
    record = (*_record(plan), *(_MEMBERS if told and told.has_members else ()))
    out = job.work / "out"
    serving = Serving(plan, direct, out, job.history)
    parts = people.ask(write_part, serving, request, record, is_paced=is_paced)
    gather_all(people, record, [part.folder for part in parts], out)
    rows = sum((Counter(part.rows) for part in parts), Counter[str]())
    leaving = sorted(going.leaving.items())
    done = exporters.Outcome((), (), tuple(forsaken(served, leaving)), {})
    files = list(_moved(parts, temporary, or_none=bool(promoted)))
    if told is not None:
        files += _of_audiences(told, rows, out, temporary)
        said = told.exported
        facts: dict[str, object] = {_AUDIENCES: dict(said.facts)}
        done = exporters.Outcome((), said.told, (*said.notes, *done.notes), facts)
    # as on one machine: each exporter's files in the order of their names, then who is handed over
    files.sort(key=lambda file: file.what == HANDED_OVER)
    return _filled(tuple(files), rows, done, out, temporary)


def _by(served: Sequence[ChannelSettings], exporter: str) -> tuple[str, ...]:
    return tuple(one.channel.name for one in served if name_of_exporter(one) == exporter)


def _record(plan: Plan) -> tuple[Record, ...]:
    """What a batch keeps of itself."""
    order = ", ".join(batches.CONTACTS_ORDER)
    return (
        Record(history.ASSIGNED, batches.assignments_of(), "person"),
        Record(history.FILE, batches.contacts_of(plan), order),
        Record(batches.QUARANTINE, f"SELECT * FROM {QUARANTINED}", "ALL"),
    )


def _filled(
    files: tuple[File, ...], rows: Counter[str], done: exporters.Outcome, out: Path, target: Path
) -> Filled:
    """The files, and the record of the batch, moved to where it belongs."""
    for name in (history.ASSIGNED, history.FILE):
        shutil.move(out / name, target / name)
    kept: tuple[dict[str, object], ...] = (
        {"name": history.ASSIGNED, "sha256": sha256_of(target / history.ASSIGNED)},
        batches.contacts_entry(target, rows[history.FILE]),
    )
    held = None
    if rows[batches.QUARANTINE]:
        shutil.move(out / batches.QUARANTINE, target / batches.QUARANTINE)
        held = batches.quarantine_entry(target, rows[batches.QUARANTINE])
    return Filled(files, kept, done, held)


def _moved(parts: Sequence[Part], temporary: Path, *, or_none: bool) -> Iterator[File]:
    """The files of the shards, each named after its shard; those without a row are left out.

    A batch without a message says so in a file, too, unless there may be none.
    """
    is_empty = not any(file.rows for part in parts for file in part.files)
    for number, part in enumerate(parts):
        for file in part.files:
            if file.rows or (is_empty and number == 0 and not or_none):
                stem, _, ending = file.name.rpartition(".")
                name = f"{stem}-part{number:05}.{ending}"
                shutil.move(part.folder / file.name, temporary / name)
                yield File(name, file.what, file.rows, file.sha256)


def _of_audiences(told: Told, rows: Counter[str], out: Path, temporary: Path) -> Iterator[File]:
    """The files of audiences, the record of who is in them and who leaves among them."""
    *written, audiences = told.exported.files
    if told.has_members:
        for one in _MEMBERS:
            if rows[one.file] or one.file == MEMBERS:
                shutil.move(out / one.file, temporary / one.file)
                written.append(Written(one.file, str(one.what), rows[one.file]))
    for file in (*written, audiences):
        digest = told.digests.get(file.name) or sha256_of(temporary / file.name)
        yield File(file.name, file.what, file.rows, digest)


# -- what a task does ------------------------------------------------------------------------


def write_part(
    shard: Shard,
    serving: Serving,
    request: Request,
    record: Sequence[Record],
    *,
    is_paced: bool,
) -> Part:
    """Write a shard's messages and its part of the record; another attempt has another folder."""
    engine = shard.engine
    folder = serving.folder / uuid.uuid4().hex
    folder.mkdir(parents=True)
    if not is_paced:
        pacing.give_days(engine, (), serving.plan.as_of, ASSIGNMENTS)
    export = replace(serving.of(engine, shard), folder=folder, format=request.format)
    export = replace(export, batch_size=request.batch_size, by=request.by)
    done = exporters.write_out(export)
    files = tuple(
        File(one.name, one.what, one.rows, sha256_of(folder / one.name)) for one in done.files
    )
    rows = write_record(engine, record, folder)
    return Part(folder, files, rows)
