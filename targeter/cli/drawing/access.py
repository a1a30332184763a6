"""What is known of one person, in three parts: held, used, sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.drawing.screen import DOUBT, QUIET, TITLE, Screen, grid_of, joined, styled
from targeter.cli.drawing.words import count, day, value

if TYPE_CHECKING:
    from targeter.access import Access, Rows, Sent, Use

_EVENTS = {
    "message": "got a message",
    "entered": "entered an audience",
    "left": "left an audience",
    "handed_over": "was handed over",
}


def draw_access(screen: Screen, found: Access) -> None:
    screen.lines(joined("All that is known of ", styled(found.person, TITLE)))
    if found.is_forgotten:
        _draw_forgotten(screen, found)
    screen.title("What is held")
    for one in found.held:
        _draw_rows(screen, one)
    screen.title("What rules read")
    for use in found.used:
        _draw_use(screen, use)
    screen.title("What was sent")
    for sent in found.sent:
        _draw_sent(screen, sent)
    if not found.sent:
        screen.lines(styled("Nothing.", QUIET), indent=2)


def _draw_forgotten(screen: Screen, found: Access) -> None:
    screen.lines(
        styled(
            "They were forgotten. A salted digest of their key is kept, so that nothing goes to "
            "them again; removals that were written then hold their hashes, and no name."
        )
    )
    if any(one.rows for one in found.held):
        screen.lines(styled("The sources have them still: delete them there, too.", DOUBT))
    if found.sent:
        screen.lines(styled("Batches name them still: targeter history forget again.", DOUBT))


def _draw_rows(screen: Screen, one: Rows) -> None:
    named = f", named in {count(one.named, 'row')} of others" if one.named else ""
    screen.lines(
        joined(styled(one.source, TITLE), f"  {count(len(one.rows), 'row')}{named}"), indent=2
    )
    for number, row in enumerate(one.rows):
        if number:
            screen.blank()
        grid = grid_of("left", "text")
        for name, seen in zip(one.columns, row, strict=True):
            grid.add_row(styled(name, QUIET), styled(value(seen)))
        screen.table(grid, indent=4)


def _draw_use(screen: Screen, use: Use) -> None:
    bases = ", ".join(f"{name} ({basis})" for name, basis in use.purposes)
    screen.lines(joined(styled(use.rule, TITLE), f"  {bases}" if bases else ""), indent=2)
    if use.why:
        screen.lines(styled(use.why, QUIET), indent=4)
    grid = grid_of("left", "text")
    for name, seen in use.values:
        grid.add_row(styled(name, QUIET), styled(value(seen)))
    screen.table(grid, indent=4)


def _draw_sent(screen: Screen, sent: Sent) -> None:
    what = _EVENTS.get(sent.event, sent.event)
    by = f" by {sent.rule}" if sent.rule else ""
    on = f" on {sent.channel}" if sent.channel else ""
    screen.lines(joined(styled(day(sent.at.date()), TITLE), f"  {what}{on}{by}"), indent=2)
    if sent.why:
        screen.lines(styled(sent.why, QUIET), indent=4)
    if sent.text:
        screen.message(sent.text, indent=4)
