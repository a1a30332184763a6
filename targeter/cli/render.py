"""`targeter render`: the messages of a plan, written as files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from targeter.cli.answer import Answer, Format
from targeter.cli.options import (
    AsOf,
    DataRoots,
    History,
    Limit,
    Memory,
    NoCache,
    OutputFormat,
    ProjectFolder,
    Runner,
    RunnerName,
    Threads,
    not_on_spark,
    options_of,
    whole_number,
)
from targeter.errors import WrongUsage


class SplitBy(StrEnum):
    """What message files are told apart by."""

    DAY = "day"
    CHANNEL = "channel"
    RULE = "rule"


class FileFormat(StrEnum):
    """The format of the written files."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


def render(
    project: ProjectFolder = None,
    output: OutputFormat = Format.TEXT,
    as_of: AsOf = None,
    data_root: DataRoots = None,
    memory: Memory = "4GB",
    threads: Threads = None,
    no_cache: NoCache = False,
    history: History = None,
    limit: Limit = None,
    runner: Runner = RunnerName.LOCAL,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            metavar="DIR",
            help="A plan that plan --out wrote: it is executed exactly, or refused. Without it: "
            "plan first.",
        ),
    ] = None,
    drop_changed: Annotated[
        bool,
        typer.Option(
            "--drop-changed",
            help="With --plan: leave out the people whose data changed since, as a new plan.",
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            file_okay=False,
            help="A folder that gets a copy of the batch; the batch itself is in the history.",
        ),
    ] = None,
    file_format: Annotated[
        FileFormat, typer.Option("--file-format", help="The format of the written files.")
    ] = FileFormat.JSONL,
    batch_size: Annotated[
        int | None,
        typer.Option(
            "--batch-size",
            metavar="N",
            parser=whole_number(1),
            help="At most so many messages a file. Without it: all in one.",
        ),
    ] = None,
    by: Annotated[
        SplitBy,
        typer.Option(
            "--by",
            help="What message files are told apart by; those of different days always are.",
        ),
    ] = SplitBy.DAY,
) -> Answer:
    """Write the messages of the plan as files, with one manifest, into the contact history.

    A batch is a folder named after its plan; a plan that was written already stays as it is. What
    is written counts as sent: caps and cooldowns look at it.
    """
    from targeter import batches, keeping, pipeline
    from targeter.cli import json_output
    from targeter.cli.drawing.batches import draw_rendered
    from targeter.cli.drawing.progress import progress_on_screen

    if plan is not None:
        _changes_no_choice(as_of is not None, "--as-of")
        _changes_no_choice(limit is not None, "--limit")
    elif drop_changed:
        message = "--drop-changed is for a plan that was kept"
        raise WrongUsage(message, help="name it with --plan DIR")
    options = options_of(
        project, as_of, data_root, memory, history, limit, cache=not no_cache, threads=threads
    )
    copy_to = out.absolute() if out else None
    request = batches.Request(file_format.value, batch_size, copy_to, by.value)
    with progress_on_screen() as told:
        if runner is RunnerName.SPARK:
            from targeter.runners.starting import render_on_spark, render_plan_on_spark

            not_on_spark(threads=threads is not None)
            rendered = (
                render_on_spark(options, request, told)
                if plan is None
                else render_plan_on_spark(
                    options, plan, request, drop_changed=drop_changed, progress=told
                )
            )
        elif plan is None:
            rendered = pipeline.render(options, request, told)
        else:
            rendered = keeping.render_plan(
                options, plan, request, drop_changed=drop_changed, progress=told
            )
    return Answer(
        output,
        lambda: json_output.rendered(rendered),
        lambda screen: draw_rendered(screen, rendered),
    )


def _changes_no_choice(wanted: bool, option: str) -> None:
    if wanted:
        message = f"{option} would change what the plan chose, and --plan executes it exactly"
        raise WrongUsage(message, help=f"leave it out, or plan again with plan {option} --out DIR")
