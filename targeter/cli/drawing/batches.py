"""What a render wrote, and where a plan was kept, in a few lines."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from targeter.cli.drawing.places import from_here
from targeter.cli.drawing.screen import DOUBT, QUIET, TITLE, Screen, grid_of, joined, styled
from targeter.cli.drawing.words import count, number

if TYPE_CHECKING:
    from targeter.batches import Rendered
    from targeter.plans import Saved

_MOST_FILES = 20


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
    grid = grid_of("left", "right", "left")
    for file in rendered.files[:_MOST_FILES]:
        grid.add_row(styled(file.name), styled(number(file.rows)), styled(file.what, QUIET))
    screen.table(grid, indent=2)
    if len(rendered.files) > _MOST_FILES:
        screen.lines(styled(f"and {len(rendered.files) - _MOST_FILES} more files", QUIET), indent=2)
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
