"""`targeter preview`: a template's messages as their channel shows them."""

from __future__ import annotations

from typing import Annotated

import typer

from targeter.cli.answer import Answer, Format
from targeter.cli.completing import complete_template, people, rule_names
from targeter.cli.options import (
    AsOf,
    DataRoots,
    Memory,
    NoCache,
    OutputFormat,
    ProjectFolder,
    Threads,
    options_of,
)


def preview(
    template: Annotated[
        str,
        typer.Argument(
            metavar="TEMPLATE",
            help="NAME for every language of a template, NAME.de for one.",
            autocompletion=complete_template,
        ),
    ],
    project: ProjectFolder = None,
    output: OutputFormat = Format.TEXT,
    as_of: AsOf = None,
    data_root: DataRoots = None,
    memory: Memory = "4GB",
    threads: Threads = None,
    no_cache: NoCache = False,
    person: Annotated[
        list[str] | None,
        typer.Option(
            "--person",
            metavar="PERSON",
            help="Somebody's key; can be repeated. Without it: telling people of the data.",
            autocompletion=people,
        ),
    ] = None,
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule",
            metavar="NAME",
            help="The rule that fills in the link. Without it: the first that uses the template.",
            autocompletion=rule_names,
        ),
    ] = None,
) -> Answer:
    """Show a message as its channel would, and what became of each value.

    Without --person: the shortest, the longest and another, of the people who could get it.
    """
    from targeter import pipeline
    from targeter.cli import json_output
    from targeter.cli.drawing.preview import draw_preview
    from targeter.cli.drawing.progress import progress_on_screen
    from targeter.previews import Request

    options = options_of(project, as_of, data_root, memory, cache=not no_cache, threads=threads)
    with progress_on_screen() as told:
        shown = pipeline.preview(options, Request(template, tuple(person or ()), rule), told)
    return Answer(
        output,
        lambda: json_output.preview(shown),
        lambda screen: draw_preview(screen, shown),
    )
