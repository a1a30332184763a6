"""`targeter init`: a small new project, or one that fits files somebody has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from targeter.cli.answer import Answer, Format
from targeter.cli.options import OutputFormat
from targeter.errors import WrongUsage


def init(
    words: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="DIR|FILE",
            help="The new project's folder (without it: this one); more files after --from.",
            show_default=False,
        ),
    ] = None,
    output: OutputFormat = Format.TEXT,
    start_from: Annotated[
        list[Path] | None,
        typer.Option("--from", metavar="FILE", help="A file of yours; several may follow."),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--person",
            metavar="COLUMN",
            help="The column that says whose row it is, for files that don't show it.",
        ),
    ] = None,
) -> Answer:
    """Begin a project: a small example, or one for your files.

    With --from it writes the columns, types and formats that it found in them. Nothing that
    exists is changed.
    """
    from targeter import starter
    from targeter.cli import json_output
    from targeter.cli.drawing.progress import progress_on_screen
    from targeter.cli.drawing.started import draw_started

    folder, files = _sorted_out(words or [], start_from or [])
    with progress_on_screen() as told:
        started = starter.init(folder, files, person=person, progress=told)
    return Answer(
        output,
        lambda: json_output.started(started),
        lambda screen: draw_started(screen, started),
    )


def _sorted_out(words: Sequence[Path], files: Sequence[Path]) -> tuple[Path, list[Path]]:
    """The folder and the files: after `--from A` more files may follow, as a shell's * gives them.

    With `--from` every word that is a file is one; at most one word is the folder.
    """
    more = [word for word in words if files and word.is_file()]
    folders = [word for word in words if word not in more]
    if len(folders) > 1:
        raise WrongUsage(
            f"one folder, not {len(folders)}: {', '.join(map(str, folders))}",
            help="files stand after --from, and have to be there",
        )
    return (folders[0] if folders else Path()), [*files, *more]
