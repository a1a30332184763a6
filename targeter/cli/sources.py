"""`targeter sources`: what was read, and what was assumed where nothing is declared."""

from __future__ import annotations

from typing import Annotated

import typer

from targeter.cli.answer import Answer, Format
from targeter.cli.options import AsOf, DataRoots, Memory, OutputFormat, ProjectFolder, options_of
from targeter.errors import WrongUsage
from targeter.findings import did_you_mean


def sources(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[SOURCE]", help="Show every column of this source."),
    ] = None,
    project: ProjectFolder = None,
    output: OutputFormat = Format.TEXT,
    as_of: AsOf = None,
    data_root: DataRoots = None,
    memory: Memory = "4GB",
) -> Answer:
    """Read every source and show its rows, its columns, and what was assumed of them."""
    from targeter import pipeline
    from targeter.cli import json_output
    from targeter.cli.drawing.progress import progress_on_screen
    from targeter.cli.drawing.sources import draw_sources

    options = options_of(project, as_of, data_root, memory)
    with progress_on_screen() as told:
        _, loaded = pipeline.read_sources(options, told)
    if name is not None:
        names = [one.source for one in loaded]
        if name not in names:
            raise WrongUsage(f"there is no source {name!r}", help=did_you_mean(name, names))
        loaded = tuple(one for one in loaded if one.source == name)
    return Answer(
        output,
        lambda: json_output.sources(loaded),
        lambda screen: draw_sources(screen, loaded, whole=name is not None),
    )
