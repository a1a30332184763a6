"""All people in shards: each step is a task a shard, and what crosses them is asked in rounds.

The tables of a shard are in two files of the work folder: its profiles, which never change, and
how far it has come. A step reads the one and writes the next, under another name until it is
whole: so a step that was killed, or that ran twice, has changed nothing.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from targeter.binding import Bound
from targeter.database import Engine, identifier, list_literal
from targeter.decisions import Border, Decisions, Line, Shard, Totals
from targeter.runners.borders import FEWEST, SHOWN, Stretch, narrowed, show_parts
from targeter.runners.clusters import Cluster, Envelope
from targeter.runners.envelopes import SHARD, closed, copy_rows, exact, open_rows, shard_of
from targeter.runners.job import Job, engine_of, rules_of, whole

P = ParamSpec("P")
T = TypeVar("T")
_OWN = "state.duckdb"
# As what rows were sent, their columns, and the table that they become.
Arriving = tuple[str, Mapping[str, str], str]


@dataclass(slots=True)
class Sharded:
    """Everybody, in the shards of a job. `steps` counts what was done to them so far."""

    job: Job
    cluster: Cluster
    steps: int = 0
    _totals: int = 0

    @property
    def bound(self) -> Bound:
        return rules_of(self.job)[0]

    @property
    def decisions(self) -> Decisions:
        return rules_of(self.job)[1]

    def each(
        self, step: Callable[Concatenate[Shard, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Sequence[T]:
        task = partial(change, self.job, self.steps, Asked(step, args, kwargs))
        said: list[T] = self.cluster.run(task, self.job.shards)
        self.steps += 1
        return said

    def ask(
        self, step: Callable[Concatenate[Shard, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Sequence[T]:
        task = partial(look, self.job, self.steps, Asked(step, args, kwargs))
        return self.cluster.run(task, self.job.shards)

    def borders(self, lines: Sequence[Line]) -> Sequence[Border | None]:
        found: dict[int, Border | None] = {}
        stretches = dict.fromkeys(range(len(lines)), Stretch())
        while stretches:
            asked = [lines[number] for number in stretches]
            # many lines at once show less of each, and take a round more
            most = max(SHOWN // len(asked), FEWEST)
            parts = self.ask(show_parts, asked, list(stretches.values()), most)
            open_: dict[int, Stretch] = {}
            for position, number in enumerate(stretches):
                said = narrowed(lines[number].places, [part[position] for part in parts])
                if isinstance(said, Stretch):
                    open_[number] = said
                else:
                    found[number] = said
            stretches = open_
        return [found[number] for number in range(len(lines))]

    def receive(self, step: str, *arriving: Arriving) -> None:
        """Make tables of the rows that a step sent to each shard."""
        task = partial(receive, self.job, self.steps, step, arriving)
        self.cluster.run(task, self.job.shards)
        self.steps += 1

    def totals(self, table: str, totals: Totals) -> int:
        count = self.total_rows(table, totals)
        if count:
            self.each(open_totals, table, self.files_of(table))
        return count

    def total_rows(self, table: str, totals: Totals) -> int:
        """Sum up into files that every shard may read; how many rows there are."""
        self._totals += 1
        send = partial(send_groups, self.job, self.steps, totals)
        take = partial(add_up, self.job, self._named(table), totals)
        _, counts = self.cluster.deliver(send, self.job.shards, take)
        return sum(counts)

    def files_of(self, table: str) -> list[Path]:
        """The files of the latest totals, of that name."""
        return sorted(self.job.table(self._named(table)).glob("*.parquet"))

    def all_files_of(self, table: str) -> list[Path]:
        """The files of all totals of that name so far."""
        return sorted(self.job.table(table).parent.glob(f"{table}-*/*.parquet"))

    def _named(self, table: str) -> str:
        return f"{table}-{self._totals:06}"


# -- what a task does ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """A step with all that it is given besides the shard."""

    step: Callable[..., T]
    args: Sequence[Any]
    kwargs: Mapping[str, Any]

    def of(self, shard: Shard) -> T:
        return self.step(shard, *self.args, **self.kwargs)


@contextlib.contextmanager
def opened(job: Job, number: int, steps: int) -> Iterator[tuple[Shard, Engine]]:
    """A shard after so many steps."""
    start = job.state(number, steps)
    bound, decisions = rules_of(job)
    with engine_of(
        job,
        database=_OWN,
        start=start if steps else None,
        behind=job.people(number),
    ) as engine:
        yield Shard(engine, bound, decisions), engine


@contextlib.contextmanager
def changed(job: Job, number: int, steps: int) -> Iterator[Shard]:
    """The same, and what the block makes of it is kept."""
    with opened(job, number, steps) as (shard, engine):
        yield shard
        engine.run("CHECKPOINT")  # all of it is in that one file
        engine.close()
        with whole(job, job.state(number, steps + 1)) as target:
            shutil.copyfile(engine.scratch / _OWN, target)
    # a second attempt at the last step may still begin where that one did
    job.state(number, steps - 1).unlink(missing_ok=True)


def change(job: Job, steps: int, asked: Asked[T], number: int) -> T:
    """Run a step on a shard, and keep what it made of it."""
    with changed(job, number, steps) as shard:
        return asked.of(shard)


def receive(job: Job, steps: int, step: str, arriving: Sequence[Arriving], number: int) -> None:
    """Make tables of the rows that arrived for a shard."""
    with changed(job, number, steps) as shard:
        for sent, columns, name in arriving:
            open_rows(shard.engine, "arrived", job.arrived(step, sent, number), columns.items())
            shard.engine.run(f"CREATE OR REPLACE TABLE {identifier(name)} AS FROM arrived")


def look(job: Job, steps: int, asked: Asked[T], number: int) -> T:
    """Run a step on a shard that changes nothing."""
    with opened(job, number, steps) as (shard, _):
        return asked.of(shard)


def send_groups(job: Job, steps: int, totals: Totals, number: int) -> Iterator[Envelope]:
    """A shard's groups, each sent to where all of its kind are added up."""
    with opened(job, number, steps) as (_, engine):
        said = ", ".join(f"coalesce({identifier(key)}::VARCHAR, '')" for key in totals.keys)
        target = shard_of(f"concat_ws(chr(0), {said})", job.shards)
        query = f"SELECT *, {target} AS {identifier(SHARD)} FROM ({totals.query})"
        yield from closed(engine, "groups", query)


def add_up(
    job: Job, name: str, totals: Totals, number: int, envelopes: Iterable[tuple[str, bytes]]
) -> int:
    """The totals of the groups that came here; how many are kept."""
    with engine_of(job) as engine:
        files = []
        for part, (_, content) in enumerate(envelopes):
            path = engine.scratch / f"{part:06}.parquet"
            path.write_bytes(content)
            files.append(str(path))
        source = f"read_parquet({list_literal(files)})"
        types = dict(engine.describe(f"FROM {source}"))
        keys = ", ".join(map(identifier, totals.keys))
        # a sum has the type of what is summed, as on one machine
        merged = ", ".join(
            f"{how}({identifier(name)})::{types[name]} AS {identifier(name)}"
            for name, how in totals.merged.items()
        )
        engine.run(
            f"CREATE TABLE added AS SELECT * FROM (SELECT {keys}, {merged} FROM {source} "
            f"GROUP BY {keys}) WHERE {totals.where}"
        )
        count = int(engine.value("SELECT count(*) FROM added"))
        if count:
            with whole(job, job.table(name) / f"{number:06}.parquet") as target:
                copy_rows(engine, exact(engine, "FROM added"), target)
        return count


def open_totals(shard: Shard, table: str, files: Sequence[Path]) -> None:
    """Make totals a view of the shard, over files that all shards read."""
    rows = f"read_parquet({list_literal(map(str, files))})"
    shard.engine.run(f"CREATE OR REPLACE VIEW {identifier(table)} AS FROM {rows}")
