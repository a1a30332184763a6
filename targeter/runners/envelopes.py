"""Rows on their way to other shards: closed into envelopes, and laid into the shard's inbox."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from targeter.cache.tables import AS_TEXT
from targeter.database import Engine, identifier, list_literal, literal
from targeter.errors import BadData
from targeter.findings import Finding
from targeter.runners.clusters import BACK, Envelope
from targeter.runners.job import Job, engine_of, whole

SHARD = "the shard of the row"
# An envelope has at most about so many bytes, as a task holds it whole.
_LARGEST = "32MB"


def shard_of(text: str, shards: int | str) -> str:
    """SQL for the shard of a text, the same on every engine; what is missing has one, too."""
    start = f"substr(md5('shard:' || coalesce({text}, '')), 1, 8)"
    return f"(CAST('0x' || {start} AS BIGINT) % {shards})"


def closed(engine: Engine, table: str, query: str) -> Iterator[Envelope]:
    """The rows of a query, whose last column is `SHARD`, in envelopes to their shards."""
    folder = engine.scratch / "outbox"
    shutil.rmtree(folder, ignore_errors=True)
    engine.run(
        f"COPY ({exact(engine, query)}) TO {literal(str(folder))} (FORMAT parquet, "
        f"PARTITION_BY ({identifier(SHARD)}), FILE_SIZE_BYTES {literal(_LARGEST)})"
    )
    for path in sorted(folder.glob("*=*/*.parquet")):
        yield int(path.parent.name.rpartition("=")[2]), table, path.read_bytes()
        path.unlink()


def exact(engine: Engine, query: str) -> str:
    """A query with its values as Parquet holds them exactly: what it would round is text."""
    shown = [
        f"CAST({identifier(name)} AS VARCHAR) AS {identifier(name)}"
        if type_ in AS_TEXT
        else identifier(name)
        for name, type_ in engine.describe(query)
    ]
    return f"SELECT {', '.join(shown)} FROM ({query})"


def open_rows(
    engine: Engine, table: str, files: Sequence[Path], columns: Iterable[tuple[str, str]]
) -> None:
    """Make a view of what `exact` wrote, with these columns; without files it is empty."""
    typed = [(identifier(name), type_) for name, type_ in columns]
    if files:
        shown = ", ".join(f"CAST({name} AS {type_}) AS {name}" for name, type_ in typed)
        rows = f"SELECT {shown} FROM read_parquet({list_literal(map(str, files))})"
    else:
        nulls = ", ".join(f"NULL::{type_} AS {name}" for name, type_ in typed)
        rows = f"SELECT {nulls} WHERE false"
    engine.run(f"CREATE OR REPLACE VIEW {identifier(table)} AS {rows}")


def lay_in(job: Job, step: str, shard: int, envelopes: Iterable[tuple[str, bytes]]) -> None:
    """Put the envelopes of a shard into its inbox, one file a table."""
    with engine_of(job) as engine:
        files: dict[str, list[Path]] = {}
        for number, (table, content) in enumerate(envelopes):
            path = engine.scratch / f"{number:06}.parquet"
            path.write_bytes(content)
            files.setdefault(table, []).append(path)
        for table, paths in files.items():
            with whole(job, job.inbox(step, table, shard)) as target:
                copy_rows(engine, f"FROM read_parquet({list_literal(map(str, paths))})", target)


def copy_rows(engine: Engine, query: str, target: Path) -> None:
    """Write a query's rows as Parquet."""
    engine.run(f"COPY ({query}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)")


def sent_back(said: object) -> Envelope:
    """What a task says to whoever started it."""
    return BACK, "", pickle.dumps(said)


class Refused(tuple[str, str, tuple[Finding, ...]]):
    """Why a task could not do its part: an error's message, help and findings."""

    __slots__ = ()


def refused(error: BadData) -> Refused:
    return Refused((error.message, error.help, error.findings))


def raise_refused(refusals: Sequence[Refused]) -> None:
    """Raise `BadData` with the findings of all of them, if there are any."""
    if refusals:
        message, help_, _ = refusals[0]
        found = [finding for _, _, findings in refusals for finding in findings]
        raise BadData(message, help=help_, findings=tuple(dict.fromkeys(found)))
