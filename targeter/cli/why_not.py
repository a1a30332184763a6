"""`targeter why-not`: where everybody's way to one rule's message ends."""

from __future__ import annotations

from typing import Annotated

import typer

from targeter.cli.answer import Answer, Format
from targeter.cli.completing import rule_names
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


def why_not(
    rule: Annotated[
        str,
        typer.Argument(metavar="RULE", help="The rule's name.", autocompletion=rule_names),
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
    """Show why a rule does not reach more people.

    Who is stopped before it, which condition the others fail first, who misses it by one condition
    only and what their values are, and who has a better rule or no text.
    """
    from targeter import pipeline
    from targeter.cli import json_output
    from targeter.cli.drawing.progress import progress_on_screen
    from targeter.cli.drawing.why_not import draw_why_not

    options = options_of(
        project, as_of, data_root, memory, history, cache=not no_cache, threads=threads
    )
    with progress_on_screen() as told:
        answer = pipeline.why_not(options, rule, told)
    return Answer(
        output,
        lambda: json_output.why_not(answer),
        lambda screen: draw_why_not(screen, answer),
    )
