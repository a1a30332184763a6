"""What `spark:` says, as declared: what plans in shards, how many, and with which settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from targeter.yaml_source import Fields, Scalar

# More would be more files than people in many a shard.
MOST_SHARDS = 100_000
# Settings of Spark that are ours: others have a key of their own, and these keep values exact.
_SAID_HERE = {
    "spark.master": "the master is spark: {master: …}",
    "spark.remote": "a Spark Connect server is spark: {remote: sc://…}",
    "spark.app.name": "targeter is called so",
    "spark.sql.session.timeZone": "the time zone is time_zone: of the project",
}
EXACT = {
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.writeLegacyFormat": "false",
    # so many envelopes at once are in the memory of a worker, on their way in
    "spark.sql.execution.arrow.maxRecordsPerBatch": "8",
}
RESERVED = frozenset({*_SAID_HERE, *EXACT})


@dataclass(frozen=True, slots=True)
class SparkSettings:
    """What runs a plan in shards: a `master`, or the address of a Spark Connect server (`remote`).

    `shards` is how many there are (None: by the size of the data). `work` is a folder that every
    worker reaches by the same path; None: a temporary one, for workers on this machine. `conf` are
    Spark's own settings and their values.
    """

    master: str | None = None
    remote: str | None = None
    shards: int | None = None
    work: Path | None = None
    conf: tuple[tuple[str, str], ...] = ()


def read_spark(fields: Fields) -> SparkSettings:
    """`spark`; what is wrong goes into `fields.found`."""
    inner = fields.fields("spark", "spark")
    if inner is None:
        return SparkSettings()
    master, remote, work = inner.text("master"), inner.scalar("remote"), inner.scalar("work")
    shards, conf = inner.integer("shards"), tuple(_conf(inner))
    inner.done()
    if shards is not None and not 1 <= shards <= MOST_SHARDS:
        node = inner.entries.get("shards") or inner.entries
        inner.wrong(node, f"'shards' is between 1 and {MOST_SHARDS:,}, not {shards:,}")
        shards = None
    if remote is not None and not remote.text.startswith("sc://"):
        help_ = "for example sc://spark.example.com:15002; a cluster's address is a master"
        inner.wrong(remote, f"'remote' is an address of Spark Connect, not {remote.text!r}", help_)
    if remote is not None and master is not None:
        inner.wrong(remote, "'remote' and 'master' exclude each other", "take one of them out")
    if work is not None and not Path(work.text).is_absolute():
        help_ = "for example /mnt/targeter, which every worker reaches by that path"
        inner.wrong(work, f"'work' is a whole path, not {work.text!r}", help_)
    folder = Path(work.text) if work is not None else None
    return SparkSettings(master, remote.text if remote else None, shards, folder, conf)


def _conf(fields: Fields) -> Iterator[tuple[str, str]]:
    """Spark's own settings, but for those that a plan depends on."""
    for name, value in fields.named("conf"):
        if not name.text.startswith("spark."):
            help_ = "for example spark.executor.memory: 8g"
            fields.wrong(name, f"{name.text!r} is no setting of Spark", help_)
        elif not isinstance(value, Scalar) or not value.text:
            fields.wrong(value, f"{name.text} has one value", "for example spark.task.cpus: 1")
        elif name.text in _SAID_HERE:
            fields.wrong(name, f"{name.text} isn't said here", _SAID_HERE[name.text])
        elif name.text in EXACT:
            help_ = "values would change on their way: take it out"
            fields.wrong(name, f"{name.text} is {EXACT[name.text]!r}, whatever is said", help_)
        else:
            yield name.text, value.text
