"""Tables that shards have parts of, written as one sorted file each: from disk to disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from targeter.database import Engine, list_literal
from targeter.exporters.tables import write_rows
from targeter.runners.job import Job, engine_of, whole
from targeter.runners.shards import Sharded


@dataclass(frozen=True, slots=True)
class Record:
    """A file of a batch's or plan's record: the rows of a shard in it, and their order in all.

    `what` says what its rows are, where exporters wrote it; None for what a batch keeps itself.
    """

    file: str
    query: str
    order: str
    what: str | None = None


def gather_all(
    people: Sharded, record: Sequence[Record], folders: Sequence[Path], out: Path
) -> None:
    """Write every file of the record into a folder, of the parts in the folders of shards."""
    task = partial(gather, people.job, tuple(record), tuple(folders), out)
    people.cluster.run(task, len(record))


# -- what a task does ------------------------------------------------------------------------


def write_record(engine: Engine, record: Sequence[Record], folder: Path) -> dict[str, int]:
    """Write a shard's part of every file of the record; how many rows each has."""
    return {
        one.file: write_rows(engine, one.query, folder / _part_of(one), "parquet") for one in record
    }


def _part_of(one: Record) -> str:
    return f"{one.file}.part"


def gather(
    job: Job, record: Sequence[Record], folders: Sequence[Path], out: Path, number: int
) -> None:
    """Write one file of the record whole and sorted."""
    one = record[number]
    paths = list_literal(str(folder / _part_of(one)) for folder in folders)
    query = f"SELECT * FROM read_parquet({paths}) ORDER BY {one.order}"
    with engine_of(job) as engine:
        is_text = one.file.endswith(".jsonl")
        # a second attempt may still write when the first one's file has been moved on
        with whole(job, out / one.file) as target:
            write_rows(engine, query, target, "jsonl" if is_text else "parquet")
