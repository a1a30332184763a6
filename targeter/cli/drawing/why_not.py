"""Why a rule reaches no more people: a funnel in numbers, and those who came close."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from targeter.cli.drawing.screen import (
    DOUBT,
    GOOD,
    QUIET,
    TITLE,
    Screen,
    grid_of,
    joined,
    listed,
    styled,
    table_of,
)
from targeter.cli.drawing.words import count, day, number, outcome, share, stopped_by, value

if TYPE_CHECKING:
    from targeter.reports import Ending, Failed, Seen, WhyNot

_ENDINGS = {
    "message": "get its message",
    "no_copy": "none of its texts can be written",
    "unreachable": "its channels don't reach them",
    "audience_too_small": "too few people would share the text",
    "over_cap": "others had its places",
    "resting": "had it a short time ago",
    "blocked": "the text is blocked",
    "staying": "stay in the audience of another",
}


def draw_why_not(screen: Screen, one: WhyNot) -> None:
    """From everybody to those who get it, then those who nearly do."""
    _draw_headline(screen, one)
    _draw_stopped(screen, one)
    _draw_failed(screen, one)
    _draw_endings(screen, one)
    _draw_close(screen, one)


def _draw_headline(screen: Screen, one: WhyNot) -> None:
    screen.lines(
        joined(
            styled(one.rule, TITLE),
            styled(f"  priority {one.priority}, on {day(one.as_of)}", QUIET),
        )
    )
    if one.why:
        screen.lines(styled(one.why, QUIET))
    if one.not_running:
        screen.lines(styled(f"It does not run: {one.not_running}. This is who it is about.", DOUBT))
    facts = (
        styled(count(one.people, "person", "people")),
        styled(f"holds for {number(one.matched)} whom nothing stops before"),
        styled(count(one.messages, "message"), f"{GOOD} bold" if one.messages else DOUBT),
    )
    screen.lines(listed(facts))


def _draw_stopped(screen: Screen, one: WhyNot) -> None:
    if not one.stopped:
        return
    people = sum(stop.people for stop in one.stopped)
    screen.title(f"{count(people, 'person is', 'people are')} stopped before any rule")
    table = table_of(("by", "text"), ("people", "right"), ("it would hold for", "right"))
    for stop in one.stopped:
        label = stopped_by(stop.outcome, stop.name, stop.detail)
        table.add_row(styled(label), number(stop.people), number(stop.matched))
    screen.table(table)


def _draw_failed(screen: Screen, one: WhyNot) -> None:
    people = sum(failed.people for failed in one.failed)
    screen.title(f"{count(people, 'person fails', 'people fail')} a condition: the first that does")
    table = table_of(
        ("condition", "text"), ("no", "right"), ("unknown", "right"), ("only this", "right")
    )
    for failed in one.failed:
        quiet = "" if failed.people or failed.only else QUIET
        figures = (failed.no, failed.unknown, failed.only)
        table.add_row(styled(_told(failed), quiet), *(styled(number(n), quiet) for n in figures))
    screen.table(table)
    screen.lines(styled("unknown: NULL, and unknown is not yes. only this: all else holds", QUIET))


def _told(failed: Failed) -> str:
    return f"unless: {failed.text}" if failed.role == "unless" else failed.text


def _draw_endings(screen: Screen, one: WhyNot) -> None:
    if not one.matched:
        screen.title("It holds for nobody whom nothing stops before.")
        return
    screen.title(f"It holds for {count(one.matched, 'person', 'people')}")
    table = table_of(("and they", "text"), ("people", "right"), ("share", "right"))
    for ending in one.endings:
        style = GOOD if ending.outcome == "message" else ""
        people = number(ending.people)
        table.add_row(styled(_ending(ending), style), people, share(ending.people, one.matched))
    screen.table(table)


def _ending(ending: Ending) -> str:
    has = f"get {ending.rule}" if ending.rule else "get nothing"
    if ending.outcome == "lost":
        return f"get {ending.rule}, which comes first"
    if ending.outcome == "not_running":
        return has
    words = _ENDINGS.get(ending.outcome) or outcome(ending.outcome)
    return f"{words}, so they {has}" if ending.rule else words


# -- who came close --------------------------------------------------------------------------


def _draw_close(screen: Screen, one: WhyNot) -> None:
    close = sorted((f for f in one.failed if f.only), key=lambda f: -f.only)
    if not close:
        return
    screen.title("So close: they miss one condition only")
    for failed in close:
        who = count(failed.only, "person misses", "people miss")
        screen.lines(joined(styled(f"{who} only ", TITLE), styled(_told(failed))), hang=2)
        grid = grid_of("left", "text")
        for seen in failed.seen:
            grid.add_row(styled(seen.what, QUIET), listed(_values(seen)))
        screen.table(grid, indent=2)


def _values(seen: Seen) -> Iterator[Text]:
    for one, people in seen.values:
        yield joined(value(one), styled(f" ({number(people)})", QUIET))
    for far, people in seen.within:
        yield joined(f"within {_distance(seen, far)}", styled(f" ({number(people)})", QUIET))
    if seen.others:
        others = "all" if seen.within else "others"
        yield joined(others, styled(f" ({number(seen.others)})", QUIET))
    if seen.missing:
        yield joined(styled("missing", DOUBT), styled(f" ({number(seen.missing)})", QUIET))


def _distance(seen: Seen, far: float) -> str:
    return count(int(far), "day") if seen.unit == "days" else f"{far:g}"
