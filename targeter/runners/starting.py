"""A plan on Spark as a project's settings say: which session, how many shards, which folder."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from targeter import batches
from targeter.errors import WrongUsage
from targeter.keeping import Kept, Request
from targeter.options import Options, Progress, silent
from targeter.project import read_project
from targeter.runners import executing, keeping, planning, rendering, spark
from targeter.runners.clusters import Cluster
from targeter.settings import Settings
from targeter.sources.files import bytes_of
from targeter.spark_settings import MOST_SHARDS

# A shard of so much data needs little memory and few seconds a step.
_SHARD = 256_000_000  # bytes
_FEWEST = 4


def plan_on_spark(options: Options, request: Request, progress: Progress = silent) -> Kept:
    """The plan of one machine, made by Spark, and kept or compared.

    Raises as that does; `WrongUsage` without pyspark.
    """
    with _started(options) as (cluster, where):
        return keeping.plan(options, cluster, where, request, progress)


def render_on_spark(
    options: Options, request: batches.Request, progress: Progress = silent
) -> batches.Rendered:
    """The same, written as a batch of the history."""
    with _started(options) as (cluster, where):
        return rendering.render(options, cluster, where, request, progress)


def render_plan_on_spark(
    options: Options,
    plan: Path,
    request: batches.Request,
    *,
    drop_changed: bool = False,
    progress: Progress = silent,
) -> batches.Rendered:
    """A saved plan, executed by Spark."""
    with _started(options) as (cluster, where):
        return executing.render_plan(
            options, cluster, where, plan, request, drop_changed=drop_changed, progress=progress
        )


@contextmanager
def _started(options: Options) -> Iterator[tuple[Cluster, planning.Where]]:
    settings = read_project(options.root).settings
    chosen = settings.spark
    is_far = spark.remote_of(chosen) or not (chosen.master or "local").startswith("local")
    if is_far and chosen.work is None:
        message = "the workers of a cluster need a folder that all of them reach"
        raise WrongUsage(message, help="name it in targeter.yaml: spark: {work: /mnt/…}")
    if chosen.shards is None and any(source.is_catalogued for source in settings.sources):
        message = "how much the tables of a catalogue hold isn't known before they are read"
        raise WrongUsage(message, help="name how many shards: spark: {shards: 200}")
    shards = chosen.shards or _enough(settings, options)
    with spark.session_of(chosen, shards, settings.time_zone) as cluster:
        yield cluster, planning.Where(shards, chosen.work)


def _enough(settings: Settings, options: Options) -> int:
    """As many shards as the files have parts of a good size."""
    size = bytes_of(settings.sources, options.root, options.data_roots) or 0
    return min(max(math.ceil(size / _SHARD), _FEWEST), MOST_SHARDS)
