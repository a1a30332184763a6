"""A contact history as a table, and every batch that isn't what was written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter, methodcaller
from typing import TYPE_CHECKING

from rich.text import Text

from targeter.cli.drawing.places import from_here
from targeter.cli.drawing.screen import (
    BAD,
    GOOD,
    QUIET,
    TITLE,
    Screen,
    joined,
    styled,
    table_of,
)
from targeter.cli.drawing.words import count, day, number

if TYPE_CHECKING:
    from targeter.history import Entry, History, Tidied, Told

    Count = Callable[[Entry], int | None]


def draw_history(screen: Screen, listed: History) -> None:
    """One line a batch, the oldest first; then what is wrong, and what to do."""
    folder = styled(from_here(listed.folder), TITLE)
    if not listed.entries:
        screen.lines(joined("Nothing was rendered yet: no batch is in ", folder))
        return
    screen.lines(joined(count(len(listed.entries), "batch", "batches"), " in ", folder))
    screen.blank()
    counted = _counted(listed.entries)
    headings = ((heading, "right") for heading, _ in counted)
    table = table_of(("day", "text"), ("plan", "text"), *headings, ("", "text"))
    for entry in listed.entries:
        table.add_row(*_cells(entry, counted, verified=listed.verified))
    screen.table(table)
    for fault in listed.faults:
        screen.blank()
        screen.lines(joined(styled("error: ", BAD), fault.told))
        screen.lines(styled(fault.help, QUIET), indent=2)
    if not listed.verified:
        screen.blank()
        screen.lines(styled("targeter history --verify checks every file.", QUIET))


def _counted(entries: Sequence[Entry]) -> list[tuple[str, Count]]:
    """Messages, and whatever else any batch has: the ids of plans need the room of the others."""
    from targeter.history import ENTERED, HANDED_OVER, LEFT, MESSAGE

    moves = ((ENTERED, "entered"), (LEFT, "left"), (HANDED_OVER, "handed\nover"))
    is_told = any(entry.sent or entry.failed for entry in entries)
    return [
        ("messages", methodcaller("count", MESSAGE)),
        *((name, attrgetter(name)) for name in ("sent", "failed") if is_told),
        *(
            (heading, methodcaller("count", event))
            for event, heading in moves
            if any(entry.count(event) for entry in entries)
        ),
    ]


def _cells(entry: Entry, counted: Sequence[tuple[str, Count]], *, verified: bool) -> Iterator[Text]:
    yield styled(_day(entry.day))
    yield styled(entry.plan_id)
    for _, count_of in counted:
        value = count_of(entry)
        yield styled("–" if value is None else number(value))
    if entry.faults:
        yield styled("lost" if entry.is_lost else "altered", BAD)
    else:
        yield styled("intact" if verified else "", GOOD)


def _day(text: str | None) -> str:
    try:
        return day(dt.date.fromisoformat(text or ""))
    except ValueError:
        return "unknown"


def draw_told(screen: Screen, told: Told) -> None:
    """What was recorded of the sender's report."""
    if told.file is None:
        screen.lines(joined("Nothing new: ", count(told.known, "message"), " told before."))
        return
    screen.lines(joined(count(told.sent, "message"), " sent, ", number(told.failed), " failed."))
    if told.failed:
        screen.lines(styled("What failed counts no longer as contact.", QUIET))


def draw_tidied(screen: Screen, done: Tidied) -> None:
    """What was dropped, what is old and has to stay, and whose words are gone."""
    dropped = count(len(done.dropped), "batch", "batches")
    screen.lines(
        joined(f"{dropped} dropped." if done.dropped else "No batch is old enough to drop.")
    )
    for name in (*done.dropped, *done.reports):
        screen.lines(styled(name, QUIET), indent=2)
    if done.needed:
        kept = count(len(done.needed), "old batch stays", "old batches stay")
        screen.lines(joined(f"{kept}, because people they put into an audience are in it still:"))
    for name in done.needed:
        screen.lines(styled(name, QUIET), indent=2)
    if done.blanked:
        screen.lines(
            joined("Old texts blanked in ", count(len(done.blanked), "batch", "batches"), ":")
        )
    for name in done.blanked:
        screen.lines(styled(name, QUIET), indent=2)
