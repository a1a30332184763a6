"""Which schema is for which files, and the line that makes an editor use it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from targeter.cli.drawing.screen import QUIET, TITLE, Screen, joined, styled

if TYPE_CHECKING:
    from targeter.editor import EditorFile


def draw_schemas(screen: Screen, files: Sequence[EditorFile], *, written: bool) -> None:
    """Each file with the line to copy; last, what to type if nothing is written yet."""
    for number, file in enumerate(files):
        if number:
            screen.blank()
        screen.lines(joined(styled(file.path, TITLE), f" describes {file.describes}"))
        screen.lines(styled(file.modeline), indent=2)
    screen.blank()
    if written:
        text = "Put the line at the top of a file, and an editor with the YAML language server"
        screen.lines(styled(f"{text} completes and checks it.", QUIET))
        text = "Write them again when names have changed: targeter schema --write"
        screen.lines(styled(text, QUIET))
    else:
        screen.lines(joined("Nothing is written yet: ", styled("targeter schema --write", TITLE)))
