"""Spark as what runs tasks: it starts them, starts them again, and carries envelopes.

The only door to `pyspark`. Spark sees numbers of tasks and closed envelopes, and never a person.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from targeter.errors import TargeterError, WrongUsage
from targeter.runners.clusters import BACK, Sender, TableUnreadable, Taker, Task
from targeter.settings import SparkSettings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

T = TypeVar("T")
_SAID = "said binary"
_ENVELOPES = "shard int, name string, content binary"
_INSTALL = 'pip install "targeter[spark]"'


class SparkFailed(TargeterError):
    """Spark can't be reached, or gave a task up."""


# What spark-submit sets, which knows the master; and the master where nobody does: all processors,
# and a task that fails is tried twice more.
_SUBMITTED, _HERE = "PYSPARK_GATEWAY_PORT", "local[*,3]"
# Times to the microsecond as they are, and days before the Gregorian calendar as they are.
_EXACT = (
    ("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS"),
    ("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED"),
    ("spark.sql.parquet.writeLegacyFormat", "false"),
)
# So many envelopes at once are in the memory of a worker, on their way in.
_AT_ONCE = ("spark.sql.execution.arrow.maxRecordsPerBatch", "8")


@contextmanager
def session_of(settings: SparkSettings, shards: int) -> Iterator[Spark]:
    """A cluster as the settings say, until the block is left.

    Raises `WrongUsage` where pyspark isn't installed, `SparkFailed` where Spark doesn't start.
    """
    try:
        import pyarrow  # noqa: F401
        from pyspark.sql import SparkSession
    except ImportError:
        message = "--runner spark needs pyspark, which isn't installed"
        raise WrongUsage(message, help=_INSTALL) from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder: Any = SparkSession.builder
    builder = builder.appName("targeter")
    if settings.remote:
        builder = builder.remote(settings.remote)
    else:
        builder = builder.config("spark.ui.showConsoleProgress", "false")
        master = settings.master or (None if _SUBMITTED in os.environ else _HERE)
        builder = builder.master(master) if master else builder
    try:
        session = builder.getOrCreate()
        for setting in (_AT_ONCE, *_EXACT):
            session.conf.set(*setting)
        if not settings.remote:
            session.sparkContext.setLogLevel("ERROR")
    except Exception as error:
        raise _failed(error, "Spark doesn't start") from error
    try:
        yield Spark(session, shards)
    finally:
        session.stop()


@dataclass(frozen=True, slots=True)
class Spark:
    """A Spark session as a `Cluster`."""

    session: SparkSession
    shards: int

    def run(self, task: Task[T], count: int) -> list[T]:
        if not count:
            return []
        rows = self._numbers(count).mapInArrow(_running(task), _SAID)
        said = dict(pickle.loads(row.said) for row in _collected(rows))
        return [said[number] for number in range(count)]

    def deliver(self, send: Sender, count: int, take: Taker) -> tuple[list[bytes], list[Any]]:
        if not count:
            return [], []
        envelopes = self._numbers(count).mapInArrow(_sending(send), _ENVELOPES)
        # sorted as a stream that goes to disk, so that a task sees one envelope at a time
        sorted_ = envelopes.repartition(self.shards + 1, "shard").sortWithinPartitions("shard")
        rows = _collected(sorted_.mapInArrow(_taking(take), _SAID))
        said = [pickle.loads(row.said) for row in rows]
        back = [content for shard, content in said if shard == BACK]
        taken = sorted(((s, content) for s, content in said if s != BACK), key=lambda one: one[0])
        return back, [content for _, content in taken]

    def export(self, table: str, folder: Path) -> None:
        try:
            self.session.table(table).write.parquet(folder.as_uri())
        except Exception as error:
            raise TableUnreadable(_first_line(error)) from error

    def _numbers(self, count: int) -> DataFrame:
        """A number a task."""
        return self.session.range(0, count, 1, count)


def _collected(rows: DataFrame) -> list[Any]:
    try:
        return list(rows.collect())
    except Exception as error:
        raise _failed(error, "Spark gave a task up") from error


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0][:300]


def _failed(error: Exception, doing: str) -> SparkFailed:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # the last line of a worker's own words says most
    own = [line for line in lines if "Error: " in line or "Exception: " in line]
    first = (own or lines or [type(error).__name__])[0]
    help_ = "the log of Spark says more; settings of it are under spark: in targeter.yaml"
    return SparkFailed(f"{doing}: {first[:300]}", help=help_)


# -- what runs on a worker -------------------------------------------------------------------

Batches = Iterable[Any]


def _running(task: Task[T]) -> Callable[[Batches], Iterator[Any]]:
    def run(batches: Batches) -> Iterator[Any]:
        for batch in batches:
            for number in batch.column("id").to_pylist():
                yield _batch(said=[pickle.dumps((number, task(number)))])

    return run


def _sending(send: Sender) -> Callable[[Batches], Iterator[Any]]:
    def run(batches: Batches) -> Iterator[Any]:
        for batch in batches:
            for number in batch.column("id").to_pylist():
                for shard, name, content in send(number):
                    yield _batch(shard=[shard], name=[name], content=[content])

    return run


def _taking(take: Taker) -> Callable[[Batches], Iterator[Any]]:
    def run(batches: Batches) -> Iterator[Any]:
        for shard, envelopes in groupby(_envelopes(batches), key=lambda one: one[0]):
            if shard == BACK:
                for _, _, content in envelopes:
                    yield _batch(said=[pickle.dumps((BACK, content))])
            else:
                said = take(shard, ((name, content) for _, name, content in envelopes))
                yield _batch(said=[pickle.dumps((shard, said))])

    return run


def _envelopes(batches: Batches) -> Iterator[tuple[int, str, bytes]]:
    for batch in batches:
        columns = [batch.column(name) for name in ("shard", "name", "content")]
        for row in range(batch.num_rows):
            shard, name, content = (column[row].as_py() for column in columns)
            yield shard, name, content


_TYPES = {"shard": "int32", "name": "string", "content": "binary", "said": "binary"}


def _batch(**columns: list[Any]) -> Any:
    import pyarrow as pa

    arrays = [pa.array(values, getattr(pa, _TYPES[name])()) for name, values in columns.items()]
    return pa.RecordBatch.from_arrays(arrays, names=list(columns))
