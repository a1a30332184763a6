"""`targeter schema`: what an editor needs to complete and check a project's YAML."""

from __future__ import annotations

from typing import Annotated

import typer

from targeter.cli.answer import Answer, Format
from targeter.cli.options import OutputFormat, ProjectFolder, options_of


def schema(
    project: ProjectFolder = None,
    output: OutputFormat = Format.TEXT,
    write: Annotated[
        bool,
        typer.Option("--write", help="Write them into .targeter/, for editors to find."),
    ] = False,
) -> Answer:
    """Describe settings, rules and tests to an editor, with this project's own names.

    With these JSON Schemas it completes them and underlines what can't be. No source is opened.
    """
    from targeter import pipeline
    from targeter.cli import json_output
    from targeter.cli.drawing.schemas import draw_schemas

    options = options_of(project, None)
    files = pipeline.schemas(options, write=write)
    return Answer(
        output,
        lambda: json_output.schemas(files, written=write),
        lambda screen: draw_schemas(screen, files, written=write),
    )
