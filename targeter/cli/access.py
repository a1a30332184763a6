"""`targeter access`: what is held of one person, what was used, what they were sent and why."""

from __future__ import annotations

from typing import Annotated

import typer

from targeter.cli.answer import Answer, Format
from targeter.cli.completing import people
from targeter.cli.options import (
    AsOf,
    DataRoots,
    History,
    Memory,
    NoCache,
    OutputFormat,
    ProjectFolder,
    Threads,
    options_of,
)


def access(
    person: Annotated[
        str,
        typer.Argument(metavar="PERSON", help="The person's key.", autocompletion=people),
    ],
    project: ProjectFolder = None,
    output: OutputFormat = Format.TEXT,
    as_of: AsOf = None,
    data_root: DataRoots = None,
    memory: Memory = "4GB",
    threads: Threads = None,
    no_cache: NoCache = False,
    history: History = None,
) -> Answer:
    """Show everything that is known of one person, for an answer to their request.

    Their rows of every source, the values that each rule reads and on what legal basis, and every
    contact with its words and the reason of its rule.
    """
    from targeter.access import access as access_of
    from targeter.cli import json_output
    from targeter.cli.drawing.access import draw_access
    from targeter.cli.drawing.progress import progress_on_screen

    options = options_of(
        project, as_of, data_root, memory, history, cache=not no_cache, threads=threads
    )
    with progress_on_screen() as told:
        found = access_of(options, person, told)
    return Answer(
        output,
        lambda: json_output.access(found),
        lambda screen: draw_access(screen, found),
    )
