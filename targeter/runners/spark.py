"""Spark as what runs tasks: it starts them, starts them again, and carries envelopes.

The only door to `pyspark`. Spark sees numbers of tasks and closed envelopes, and never a person.
"""

from __future__ import annotations

import os
import pickle
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from targeter.errors import TargeterError, WrongUsage
from targeter.interrupts import hearing
from targeter.runners.addresses import refuse_nobody
from targeter.runners.clusters import BACK, Sender, TableUnreadable, Taker, Task
from targeter.runners.workers import guarded, unfit_said
from targeter.spark_settings import EXACT, SparkSettings

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
# How Spark itself names a Connect server: for an address with a token, which is in no file then.
_REMOTE = "SPARK_REMOTE"
# As Spark writes its types, alone or inside of others.
_INTERVAL = re.compile(r"\binterval (?:year|month|day|hour|minute|second)\b")
# How gRPC says what is wrong, among much else.
_DETAILS = re.compile(r'^\s*details = "(.*)"$', re.MULTILINE)
_PYTHON, _CONF_PYTHON = "PYSPARK_PYTHON", "spark.pyspark.python"


@contextmanager
def session_of(settings: SparkSettings, shards: int, time_zone: str = "UTC") -> Iterator[Spark]:
    """A cluster as the settings say, until the block is left; its session shows times in a zone.

    Raises `WrongUsage` where pyspark isn't installed, `SparkFailed` where Spark doesn't start.
    """
    try:
        import pyarrow  # noqa: F401
        import pyspark.sql  # noqa: F401
    except ImportError:
        message = "--runner spark needs pyspark, which isn't installed"
        raise WrongUsage(message, help=_INSTALL) from None
    conf = dict(settings.conf)
    os.environ.setdefault(_PYTHON, conf.get(_CONF_PYTHON, sys.executable))
    remote = remote_of(settings)
    refuse_nobody(remote or settings.master or "")
    try:
        session = _far(remote, conf) if remote else _near(settings.master, conf)
        ours = {**EXACT, "spark.sql.session.timeZone": time_zone}
        for name, value in ours.items():
            session.conf.set(name, value)
    except Exception as error:
        raise _failed(error, "Spark doesn't start") from error
    try:
        yield Spark(session, shards)
    finally:
        session.stop()


def remote_of(settings: SparkSettings) -> str | None:
    """The address of the Connect server to use, if any."""
    return settings.remote or (None if settings.master else os.environ.get(_REMOTE))


def _near(master: str | None, conf: Mapping[str, str]) -> SparkSession:
    """A session whose driver is on this machine, wherever the workers are."""
    from pyspark.sql import SparkSession

    master = master or (None if _SUBMITTED in os.environ else _HERE)
    builder: Any = SparkSession.builder.appName("targeter")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    builder = builder.master(master) if master else builder
    for name, value in conf.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return cast("SparkSession", session)


def _far(remote: str, conf: Mapping[str, str]) -> SparkSession:
    """A session of a Connect server."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    from pyspark.sql.connect.client.retries import DefaultPolicy

    warnings.filterwarnings("ignore", r"\[RETRIES_EXCEEDED\]")  # the error says so, too
    session: Any = SparkSession.builder.remote(remote).getOrCreate()
    # half a minute, and not ten: a server that comes back knows nothing of its sessions
    session.client.set_retry_policies([DefaultPolicy(max_retries=5)])
    for name, value in conf.items():
        session.conf.set(name, value)
    return cast("SparkSession", session)


@dataclass(frozen=True, slots=True)
class Spark:
    """A Spark session as a `Cluster`."""

    session: SparkSession
    shards: int

    def run(self, task: Task[T], count: int) -> list[T]:
        if not count:
            return []
        rows = self._numbers(count).mapInArrow(guarded(partial(_run, task)), _SAID)
        said = dict(pickle.loads(row.said) for row in _collected(rows))
        return [said[number] for number in range(count)]

    def deliver(self, send: Sender, count: int, take: Taker) -> tuple[list[bytes], list[Any]]:
        if not count:
            return [], []
        envelopes = self._numbers(count).mapInArrow(guarded(partial(_send, send)), _ENVELOPES)
        # sorted as a stream that goes to disk, so that a task sees one envelope at a time
        sorted_ = envelopes.repartition(self.shards + 1, "shard").sortWithinPartitions("shard")
        rows = _collected(sorted_.mapInArrow(guarded(partial(_take, take)), _SAID))
        said = [pickle.loads(row.said) for row in rows]
        back = [content for shard, content in said if shard == BACK]
        taken = sorted(((s, content) for s, content in said if s != BACK), key=lambda one: one[0])
        return back, [content for _, content in taken]

    def export(self, table: str, folder: Path) -> None:
        try:
            rows = self.session.table(table)
            _refuse_intervals(rows)
            with _stoppable(self.session):
                rows.write.parquet(folder.as_uri())
        except TableUnreadable:
            raise
        except Exception as error:
            raise TableUnreadable(_first_line(error)) from error

    def _numbers(self, count: int) -> DataFrame:
        """A number a task."""
        return self.session.range(0, count, 1, count)


@contextmanager
def _stoppable(session: SparkSession) -> Iterator[None]:
    """Ctrl-C ends the jobs of the session. It would interrupt Spark's own client in the middle."""

    def stop() -> None:
        with suppress(Exception):  # it is asked again, until the job has ended
            if _is_far(session):
                session.interruptAll()
            else:
                session.sparkContext.setLogLevel("OFF")  # that tasks end then is no news
                session.sparkContext.cancelAllJobs()

    with hearing(stop):
        yield


def _is_far(session: SparkSession) -> bool:
    return type(session).__module__.startswith("pyspark.sql.connect.")


def _refuse_intervals(rows: DataFrame) -> None:
    """Intervals are bare numbers in Parquet, and nothing there says of what."""
    for column in rows.schema.fields:
        if _INTERVAL.search(column.dataType.simpleString()):
            message = f"column {column.name!r} is an interval, which Parquet keeps as a number"
            raise TableUnreadable(f"{message}; name a view that casts it, or leaves it out")


def _collected(rows: DataFrame) -> list[Any]:
    try:
        with _stoppable(rows.sparkSession):
            return list(rows.collect())
    except Exception as error:
        raise _failed(error, "Spark gave a task up") from error


def _first_line(error: Exception) -> str:
    return _lines(error)[0][:300]


def _lines(error: Exception) -> list[str]:
    text = str(error)
    if details := _DETAILS.search(text):
        text = details[1] or text
    lines = [line.strip().removeprefix(": ") for line in text.splitlines() if line.strip()]
    return lines or [type(error).__name__]


def _failed(error: Exception, doing: str) -> TargeterError:
    if unfit := unfit_said(str(error)):
        return unfit
    lines = _lines(error)
    # the last line of a worker's own words says most
    own = [line for line in lines if "Error: " in line or "Exception: " in line]
    first = (own or lines)[0]
    help_ = "the log of Spark says more; settings of it are under spark: in targeter.yaml"
    return SparkFailed(f"{doing}: {first[:300]}", help=help_)


# -- what runs on a worker -------------------------------------------------------------------

Batches = Iterable[Any]


def _run(task: Task[T], batches: Batches) -> Iterator[Any]:
    for batch in batches:
        for number in batch.column("id").to_pylist():
            yield _batch(said=[pickle.dumps((number, task(number)))])


def _send(send: Sender, batches: Batches) -> Iterator[Any]:
    for batch in batches:
        for number in batch.column("id").to_pylist():
            for shard, name, content in send(number):
                yield _batch(shard=[shard], name=[name], content=[content])


def _take(take: Taker, batches: Batches) -> Iterator[Any]:
    for shard, envelopes in groupby(_envelopes(batches), key=lambda one: one[0]):
        if shard == BACK:
            for _, _, content in envelopes:
                yield _batch(said=[pickle.dumps((BACK, content))])
        else:
            said = take(shard, ((name, content) for _, name, content in envelopes))
            yield _batch(said=[pickle.dumps((shard, said))])


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
