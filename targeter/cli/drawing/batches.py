"""What a render wrote, and where a plan was kept, in a few lines."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from targeter.cli.drawing.files import draw_files
from targeter.cli.drawing.places import from_here
from targeter.cli.drawing.screen import DOUBT, QUIET, TITLE, Screen, joined, styled
from targeter.cli.drawing.words import count

if TYPE_CHECKING:
    from targeter.batches import Rendered
    from targeter.plans import Saved


def draw_rendered(screen: Screen, rendered: Rendered) -> None:
    """The batch's folder and its files; nothing is new when the plan was there already."""
    folder = styled(from_here(rendered.folder), TITLE)
    messages = count(rendered.messages, "message")
    if not rendered.is_new:
        screen.lines(joined("This plan was rendered before, so nothing was written: ", folder))
    elif rendered.messages == 0:
        screen.lines(joined("Nobody gets a message, and that is written down: ", folder))
    else:
        screen.lines(joined(f"{messages} written to ", folder))
    draw_files(screen, rendered.files)
    if rendered.copy:
        screen.lines(joined("A copy is in ", styled(from_here(rendered.copy), TITLE)))
    for line in rendered.told:
        screen.lines(styled(line))
    for note in rendered.notes:
        screen.lines(styled(note, DOUBT))
    screen.lines(styled("manifest.json says what was written and from which rules.", QUIET))


def draw_saved(screen: Screen, saved: Saved) -> None:
    """Where a plan is kept, and the command that executes it."""
    screen.blank()
    folder = from_here(saved.folder)
    there = "This plan was kept before, so nothing was written: "
    screen.lines(joined("Kept in " if saved.is_new else there, styled(folder, TITLE)))
    screen.lines(styled(f"targeter render --plan {shlex.quote(folder)} executes it.", QUIET))
