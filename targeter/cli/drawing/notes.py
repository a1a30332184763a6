"""What a command goes on without, on standard error: one quiet line."""

from __future__ import annotations

import sys

from targeter.cli.drawing.screen import QUIET, Screen, styled


def note_on_screen(note: str) -> None:
    """Say it at once, while the command runs."""
    Screen(sys.stderr).lines(styled(note, QUIET))
    sys.stderr.flush()
