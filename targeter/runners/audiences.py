"""The audiences of a plan in shards: names and sizes of all, requests where an audience is sent to.

What an earlier batch handed over goes to the shards of its people; how many read each text is
added up; who shares an identifier with somebody who leaves meets them by that identifier. The
people of an audience then meet where its requests are written.
"""

from __future__ import annotations

import pickle
import shutil
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from targeter.database import Engine, identifier
from targeter.decisions import Shard
from targeter.errors import BadData
from targeter.exporters import Export, Exported, audiences
from targeter.exporters.audiences import (
    CALLED,
    CALLED_COLUMNS,
    NUMBERED_COLUMNS,
    READING,
    READING_COLUMNS,
    SPARED,
    SPARED_COLUMNS,
)
from targeter.exporters.creatives import Counts, count_people, write_creatives
from targeter.exporters.past import (
    AUDIENCE_COLUMNS,
    HANDED,
    MEMBER_COLUMNS,
    MEMBERS,
    NAMED,
    kept_in,
    load_named,
    rows_of,
)
from targeter.exporters.uploads import (
    Requests,
    longest,
    people_a_request,
    write_index,
    write_requests,
)
from targeter.folders import sha256_of
from targeter.history import batches_of
from targeter.outgoing import IDENTIFIERS
from targeter.plans import Plan
from targeter.runners.clusters import Envelope
from targeter.runners.envelopes import (
    SHARD,
    Refused,
    closed,
    copy_rows,
    lay_in,
    open_rows,
    raise_refused,
    refused,
    sent_back,
    shard_of,
)
from targeter.runners.job import Job, engine_of
from targeter.runners.shards import Sharded, opened

# So many people of one audience are written by one task, about; of more, by several.
MOST_TOGETHER = 1_000_000
# A manifest names every file in 200 bytes, about, and is read up to 50 MB.
MOST_REQUESTS = 250_000
_NUMBERED, _HANDED_BACK = "audiences", "handed_back"


@dataclass(frozen=True, slots=True)
class Serving:
    """What a step needs to know of an export: the plan, and which channels it serves."""

    plan: Plan
    channels: tuple[str, ...]
    folder: Path
    history: Path

    def of(self, engine: Engine, people: Sharded | Shard) -> Export:
        settings = people.bound.project.settings.channels
        served = tuple(one for one in settings if one.channel.name in self.channels)
        return Export(engine, people.bound, self.plan, served, self.folder, self.history)


@dataclass(frozen=True, slots=True)
class Sent:
    """The requests of some audiences, in a folder of their own, with the sha256 of each file."""

    folder: Path
    requests: Requests
    digests: dict[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of the audiences, the files but for the record, and what that is made of."""

    exported: Exported
    digests: dict[str, str]
    has_members: bool


def write_audiences(
    people: Sharded, engine: Engine, serving: Serving, most: int = MOST_TOGETHER
) -> Told:
    """Write creatives, requests and their index into the folder of the export; `engine` is for
    what is of everybody.

    Each shard keeps `members_handed` and `leaving_by`, of which the record is made. Raises
    `BadData` where an earlier batch was altered.
    """
    named = _hand_back(people, engine)
    people.each(find_readers, serving, named)
    _count(people, engine)
    audiences.name_audiences(engine)
    export = serving.of(engine, people)
    files, counts, sent = list(write_creatives(export)), Counter[tuple[str, str]](), list[Sent]()
    if has_members := audiences.any_known(export):
        sent = _hand_over(people, engine, serving.folder, most)
        files += write_index([one.requests for one in sent], serving.folder)
        for one in sent:
            counts += audiences.moved(engine, one.requests.requests)
    for counted in people.ask(count, serving):
        counts += counted
    for one in sent:
        for name in one.digests:
            shutil.move(one.folder / name, serving.folder / name)
    return Told(
        audiences.finished(export, files, counts),
        {name: digest for one in sent for name, digest in one.digests.items()},
        has_members,
    )


def _hand_back(people: Sharded, engine: Engine) -> Path:
    """What earlier batches handed over, sent to its people; a file of how audiences were named."""
    job = people.job
    load_named(engine, job.history)
    path = job.table(NAMED)
    path.parent.mkdir(parents=True, exist_ok=True)
    copy_rows(engine, f"FROM {NAMED}", path)
    batches = tuple(batches_of(job.history))
    send = partial(send_handed, job, batches)
    back, _ = people.cluster.deliver(send, len(batches), partial(lay_in, job, HANDED))
    raise_refused([Refused(one) for one in map(pickle.loads, back)])
    people.receive(HANDED, (HANDED, MEMBER_COLUMNS, _HANDED_BACK))
    return path


def _count(people: Sharded, engine: Engine) -> None:
    """Who reads which text and who leaves which, added up, in the engine of the run."""
    for table, totals, columns in (
        (READING, audiences.reading(), READING_COLUMNS),
        (CALLED, audiences.called(), CALLED_COLUMNS),
    ):
        people.total_rows(table, totals)
        open_rows(engine, table, people.files_of(table), columns.items())


def _hand_over(people: Sharded, engine: Engine, folder: Path, most: int) -> list[Sent]:
    """The requests of everybody: who is added and taken out meets by audience."""
    job = people.job
    path = job.table(_NUMBERED)
    shown = ", ".join(map(identifier, NUMBERED_COLUMNS))
    copy_rows(engine, f"SELECT {shown} FROM {_NUMBERED}", path)
    people.each(find_members, path)
    spared: list[Path] = []
    if engine.value(f"SELECT count(*) FROM {_NUMBERED} WHERE leaving > 0"):
        people.total_rows(SPARED, audiences.shared())
        spared = people.files_of(SPARED)
    handed = people.each(find_handed, spared)
    size = people_a_request(max(longest for longest, _ in handed))
    refuse_too_many(sum(count for _, count in handed), size)
    send = partial(send_over, job, people.steps, most)
    take = partial(write_here, job, size)
    _, sent = people.cluster.deliver(send, job.shards, take)
    return sent


def refuse_too_many(people: int, size: int) -> None:
    """Raise `BadData` where so many people, so many a request, are more requests than a batch
    has room for."""
    requests = -(-people // size)
    if requests > MOST_REQUESTS:
        message = f"{people:,} people come into audiences or leave them, {size:,} a request: that "
        message += f"is {requests:,} requests, and a batch has room for {MOST_REQUESTS:,}"
        raise BadData(message, help="render a part of them first: --limit, or max_people of rules")


# -- what a task does ------------------------------------------------------------------------


def send_handed(job: Job, batches: Sequence[Path], number: int) -> Iterator[Envelope]:
    """Whom a batch handed over, and by what, sent to the shards of the people."""
    try:
        path = kept_in(batches[number], MEMBERS)
    except BadData as error:
        yield sent_back(refused(error))
        return
    if path is not None:
        with engine_of(job) as engine:
            shard = shard_of("person", job.shards)
            rows = rows_of([path], MEMBER_COLUMNS)
            query = f"SELECT *, {shard} AS {identifier(SHARD)} FROM ({rows})"
            yield from closed(engine, HANDED, query)


def find_readers(shard: Shard, serving: Serving, named: Path) -> None:
    """Who of a shard reads and leaves what, and by what they are known."""
    open_rows(shard.engine, NAMED, [named], AUDIENCE_COLUMNS.items())
    # two batches may have handed over the same
    shard.engine.run(f"CREATE OR REPLACE TABLE {HANDED} AS SELECT DISTINCT * FROM {_HANDED_BACK}")
    audiences.find_readers(serving.of(shard.engine, shard))


def find_members(shard: Shard, numbered: Path) -> None:
    """Who of a shard is in which audience, and who leaves it by what."""
    open_rows(shard.engine, _NUMBERED, [numbered], NUMBERED_COLUMNS.items())
    audiences.find_members(shard.engine)


def find_handed(shard: Shard, spared: Sequence[Path]) -> tuple[int, int]:
    """Whom a shard adds and takes out: how long the longest is in a request, and how many."""
    engine = shard.engine
    open_rows(engine, SPARED, spared, SPARED_COLUMNS.items())
    audiences.spare(engine)
    audiences.find_handed(engine)
    count = int(engine.value("SELECT count(*) FROM handed"))
    return longest(engine, "SELECT *, 0 AS lot FROM handed"), count


def send_over(job: Job, steps: int, most: int, number: int) -> Iterator[Envelope]:
    """Whom a shard adds and takes out, sent to where the requests of the audience are written."""
    with opened(job, number, steps) as (_, engine):
        # the same identifiers are in the same lot, so that each is written once
        known_by = ", ".join(f"coalesce(h.{kind}, '')" for kind in IDENTIFIERS)
        lots = f"((greatest(a.size, a.leaving) - 1) // {most} + 1)"
        draw = shard_of(f"concat_ws('|', {known_by})", lots)
        lot = f"CASE WHEN {lots} > 1 THEN 1 + {draw} ELSE 0 END"
        home = shard_of("concat_ws('-', operation, number, lot)", job.shards)
        yield from closed(
            engine,
            "handed",
            f"SELECT *, {home} AS {identifier(SHARD)} FROM (SELECT h.*, {lot} AS lot "
            f"FROM handed AS h JOIN {_NUMBERED} AS a USING (number))",
        )


def write_here(job: Job, size: int, number: int, envelopes: Iterable[tuple[str, bytes]]) -> Sent:
    """The requests of the audiences that came here; another attempt has another folder."""
    folder = job.work / "out" / uuid.uuid4().hex
    folder.mkdir(parents=True)
    with engine_of(job) as engine:
        paths = []
        for part, (_, content) in enumerate(envelopes):
            paths.append(engine.scratch / f"{part:06}.parquet")
            paths[-1].write_bytes(content)
        shown = ("number", "audience", "operation", *IDENTIFIERS, "lot")
        requests = write_requests(engine, rows_of(paths, shown), size, folder)
    return Sent(folder, requests, {path.name: sha256_of(path) for path in folder.iterdir()})


def count(shard: Shard, serving: Serving) -> Counts:
    """How many people of a shard leave each channel, and are known by nothing."""
    return count_people(serving.of(shard.engine, shard))
