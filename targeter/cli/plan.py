"""`targeter plan`: who would get what, how many, and who gets nothing and why."""

from __future__ import annotations

from typing import Annotated

import typer

from targeter.cli.answer import Answer, Format
from targeter.cli.options import (
    AsOf,
    DataRoots,
    Memory,
    OutputFormat,
    ProjectFolder,
    options_of,
    whole_number,
)


def plan(
    project: ProjectFolder = None,
    output: OutputFormat = Format.TEXT,
    as_of: AsOf = None,
    data_root: DataRoots = None,
    memory: Memory = "4GB",
    examples: Annotated[
        int,
        typer.Option(
            "--examples",
            metavar="N",
            parser=whole_number(0),
            help="How many messages to show a rule: the shortest, the longest, then any.",
        ),
    ] = 1,
) -> Answer:
    """Show who would get what, how many, and who gets nothing and why.

    Nothing is sent and nothing is written.
    """
    from targeter import pipeline
    from targeter.cli import json_output
    from targeter.cli.drawing.plan import draw_plan
    from targeter.cli.drawing.progress import progress_on_screen

    options = options_of(project, as_of, data_root, memory)
    with progress_on_screen() as told:
        report = pipeline.plan(options, examples=examples, progress=told)
    return Answer(
        output, lambda: json_output.plan(report), lambda screen: draw_plan(screen, report)
    )
