"""`targeter sources`: what was read, and what was assumed where nothing is declared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from targeter.cli.answer import Answer, Format
from targeter.cli.completing import source_names
from targeter.cli.options import (
    AsOf,
    DataRoots,
    Memory,
    OutputFormat,
    ProjectFolder,
    Threads,
    options_of,
)
from targeter.errors import WrongUsage
from targeter.findings import did_you_mean

if TYPE_CHECKING:
    from targeter.declaring import Declared
    from targeter.sources.reading import Loaded


def sources(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="SOURCE",
            help="Show every column of this source.",
            autocompletion=source_names,
        ),
    ] = None,
    project: ProjectFolder = None,
    output: OutputFormat = Format.TEXT,
    as_of: AsOf = None,
    data_root: DataRoots = None,
    memory: Memory = "4GB",
    threads: Threads = None,
    write: Annotated[
        bool,
        typer.Option("--write", help="Declare what was assumed, in rules/targeter.yaml."),
    ] = False,
) -> Answer:
    """Show every source as it was read, and what was assumed of it."""
    from targeter import pipeline
    from targeter.cli.drawing.progress import progress_on_screen

    options = options_of(project, as_of, data_root, memory, threads=threads)
    if write and name is not None:
        raise WrongUsage("--write declares the columns of all sources", help=f"leave out {name}")
    with progress_on_screen() as told:
        if write:
            return _declared(output, pipeline.declare(options, told))
        _, loaded = pipeline.read_sources(options, told)
    return _read(output, loaded, name)


def _read(output: Format, loaded: Sequence[Loaded], name: str | None) -> Answer:
    from targeter.cli import json_output
    from targeter.cli.drawing.sources import draw_sources

    names = [one.source for one in loaded]
    if name is not None and name not in names:
        raise WrongUsage(f"there is no source {name!r}", help=did_you_mean(name, names))
    shown = tuple(one for one in loaded if name in (None, one.source))
    return Answer(
        output,
        lambda: json_output.sources(shown),
        lambda screen: draw_sources(screen, shown, whole=name is not None),
    )


def _declared(output: Format, declared: Declared) -> Answer:
    from targeter.cli import json_output
    from targeter.cli.drawing.sources import draw_declared

    return Answer(
        output,
        lambda: json_output.declared(declared),
        lambda screen: draw_declared(screen, declared),
    )
