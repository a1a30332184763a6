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
    Memory,
    OutputFormat,
    ProjectFolder,
    options_of,
    whole_number,
)


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
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            file_okay=False,
            help="Where the batch's folder goes. Without it: batches/ in the project.",
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
) -> Answer:
    """Write the messages of the plan as files, with one manifest.

    A batch is a folder named after its plan; a plan that was written already stays as it is.
    """
    from targeter import batches, pipeline
    from targeter.cli import json_output
    from targeter.cli.drawing.batches import draw_rendered
    from targeter.cli.drawing.progress import progress_on_screen

    options = options_of(project, as_of, data_root, memory)
    folder = out.absolute() if out else options.root / "batches"
    request = batches.Request(folder, file_format.value, batch_size)
    with progress_on_screen() as told:
        rendered = pipeline.render(options, request, told)
    return Answer(
        output,
        lambda: json_output.rendered(rendered),
        lambda screen: draw_rendered(screen, rendered),
    )
