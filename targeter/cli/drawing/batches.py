"""What a render wrote, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.drawing.places import from_here
from targeter.cli.drawing.screen import QUIET, TITLE, Screen, grid_of, joined, styled
from targeter.cli.drawing.words import count, number

if TYPE_CHECKING:
    from targeter.batches import Rendered

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
        grid.add_row(styled(file.name), styled(number(file.messages)), styled("messages", QUIET))
    screen.table(grid, indent=2)
    if len(rendered.files) > _MOST_FILES:
        screen.lines(styled(f"and {len(rendered.files) - _MOST_FILES} more files", QUIET), indent=2)
    screen.lines(styled("manifest.json says what was written and from which rules.", QUIET))
