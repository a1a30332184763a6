"""Two plans compared: how many gain, lose and move, from which rule to which, and samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from targeter.cli.drawing.screen import (
    BAD,
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
from targeter.cli.drawing.words import count, day, number

if TYPE_CHECKING:
    from targeter.plans import Change, Comparison, Kind, Sample, Side

# What happened to people, for one and for more, and how it is to be looked at.
KINDS: dict[Kind, tuple[str, str, str]] = {
    "gains": ("gains a message", "gain a message", GOOD),
    "loses": ("loses their message", "lose their message", BAD),
    "moves": ("moves to another rule", "move to another rule", DOUBT),
    "rewritten": (
        "gets other words, link or channel",
        "get other words, link or channel",
        DOUBT,
    ),
    "outcome": ("gets nothing for another reason", "get nothing for another reason", QUIET),
}
_MOST_ROWS = 60
_MOST_SAMPLED = 20


def draw_comparison(screen: Screen, comparison: Comparison) -> None:
    """The whole difference: its size, from which rule to which, and people it happens to."""
    against = comparison.against
    then = f" of {day(against.as_of)}" if against.as_of != comparison.as_of else ""
    screen.lines(
        joined(
            styled(f"Plan for {day(comparison.as_of)} against {against.name}{then}", TITLE),
            styled(f"  {against.plan_id} → {comparison.plan_id}", QUIET),
        )
    )
    facts = (
        styled(count(comparison.people, "person", "people")),
        styled(f"{count(comparison.messages_before, 'message')} before"),
        styled(f"{number(comparison.messages_after)} now"),
    )
    screen.lines(listed(facts))
    screen.blank()
    if not comparison.differs:
        screen.lines(styled("Nothing differs: everybody gets what they got.", GOOD))
        return
    _draw_counts(screen, comparison)
    _draw_ways(screen, comparison)
    _draw_samples(screen, comparison)


def _draw_counts(screen: Screen, comparison: Comparison) -> None:
    grid = grid_of("right", "text")
    for kind, (one, many, style) in KINDS.items():
        people = comparison.counts[kind]
        if people:
            grid.add_row(styled(number(people), style), styled(one if people == 1 else many))
    quiet = (styled(number(comparison.unchanged), QUIET), styled("as before", QUIET))
    grid.add_row(*quiet)
    screen.table(grid, indent=2)


def _draw_ways(screen: Screen, comparison: Comparison) -> None:
    screen.title("From which rule to which")
    table = table_of(("from", "text"), ("to", "text"), ("people", "right"), ("", "left"))
    for change in comparison.changes[:_MOST_ROWS]:
        table.add_row(
            _end(change.before, has_message=change.kind not in ("gains", "outcome")),
            _end(change.after, has_message=change.kind not in ("loses", "outcome")),
            number(change.people),
            styled("other words" if change.kind == "rewritten" else "", QUIET),
        )
    screen.table(table)
    more = len(comparison.changes) - _MOST_ROWS
    if more > 0:
        screen.lines(styled(f"and {count(more, 'smaller change')}; --format json has all", QUIET))


def _end(name: str, *, has_message: bool) -> Text:
    return styled(name) if has_message else styled(f"no message: {name}", QUIET)


def _draw_samples(screen: Screen, comparison: Comparison) -> None:
    read = [c for c in comparison.changes if c.samples and c.kind != "outcome"]
    if not read:
        return
    screen.title("What they would read")
    for change in read[:_MOST_SAMPLED]:
        screen.blank()
        people = styled(f"  {count(change.people, 'person', 'people')}", QUIET)
        screen.lines(joined(styled(_way(change), TITLE), people), hang=2)
        for sample in change.samples:
            _draw_sample(screen, sample)


def _way(change: Change) -> str:
    if change.kind == "rewritten":
        return f"{change.after}: other words, link or channel"
    return f"{change.before} → {change.after}"


def _draw_sample(screen: Screen, sample: Sample) -> None:
    screen.lines(styled(sample.person), indent=2)
    for title, side in (("before", sample.before), ("now", sample.after)):
        _draw_side(screen, title, side)


def _draw_side(screen: Screen, title: str, side: Side) -> None:
    if side.text is None:
        screen.lines(styled(f"{title}: nothing ({side.outcome})", QUIET), indent=4)
        return
    told = " · ".join(part for part in (side.template, side.channel, side.link) if part)
    screen.lines(styled(f"{title}: {told}", QUIET), indent=4)
    screen.message(side.text, indent=4)
