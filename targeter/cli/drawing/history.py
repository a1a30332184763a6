"""A contact history as a table, and every batch that isn't what was written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
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


def draw_history(screen: Screen, listed: History) -> None:
    """One line a batch, the oldest first; then what is wrong, and what to do.

    What the sender told stands there once it told anything.
    """
    folder = styled(from_here(listed.folder), TITLE)
    if not listed.entries:
        screen.lines(joined("Nothing was rendered yet: no batch is in ", folder))
        return
    screen.lines(joined(count(len(listed.entries), "batch", "batches"), " in ", folder))
    screen.blank()
    is_told = any(entry.sent or entry.failed for entry in listed.entries)
    told = ("sent", "failed") if is_told else ()
    counts = ("messages", *told, "entered", "left", "handed over")
    table = table_of(
        ("day", "text"), ("plan", "text"), *((name, "right") for name in counts), ("", "text")
    )
    for entry in listed.entries:
        table.add_row(*_cells(entry, is_told=is_told, verified=listed.verified))
    screen.table(table)
    for fault in listed.faults:
        screen.blank()
        screen.lines(joined(styled("error: ", BAD), fault.told))
        screen.lines(styled(fault.help, QUIET), indent=2)
    if not listed.verified:
        screen.blank()
        screen.lines(styled("targeter history --verify checks every file.", QUIET))


def _cells(entry: Entry, *, is_told: bool, verified: bool) -> Iterator[Text]:
    from targeter.history import ENTERED, HANDED_OVER, LEFT, MESSAGE

    yield styled(_day(entry.day))
    yield styled(entry.plan_id)
    for value in (
        entry.count(MESSAGE),
        *((entry.sent, entry.failed) if is_told else ()),
        entry.count(ENTERED),
        entry.count(LEFT),
        entry.count(HANDED_OVER),
    ):
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
