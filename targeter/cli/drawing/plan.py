"""A plan as its reader needs it before it goes out: how many, which rules, what words, why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from targeter.cli.drawing.findings import draw_findings, summary
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
from targeter.cli.drawing.words import count, day, number, outcome, safe_lines, share, stopped_by

if TYPE_CHECKING:
    from targeter.pacing import Paced
    from targeter.rendering import SlowPart
    from targeter.reports import (
        Back,
        Example,
        PlanReport,
        RuleRow,
        Stop,
        TemplateRow,
        Total,
        Turnover,
    )

_SHUT = 3  # texts that were shut are shown
_SLOW = 3  # parts of templates that are slow to write are named
_GAP = 6  # columns between tables that stand side by side


def draw_plan(screen: Screen, report: PlanReport) -> None:
    """The whole plan, most wanted first, warnings last: that is where a terminal stops."""
    _draw_headline(screen, report)
    _draw_rules(screen, report)
    _draw_totals(screen, report)
    _draw_templates(screen, report)
    _draw_audiences(screen, report)
    _draw_shut(screen, report)
    _draw_nothing(screen, report)
    _draw_warnings(screen, report)


def _draw_headline(screen: Screen, report: PlanReport) -> None:
    pinned = "pinned" if report.is_pinned else "today; --as-of DATE or as_of: pins it"
    screen.lines(
        joined(
            styled(f"Plan for {day(report.as_of)}", TITLE),
            styled(f" ({pinned})", QUIET),
            styled(f"  {report.plan_id}", QUIET),
        )
    )
    facts = (
        styled(count(report.people, "person", "people")),
        styled(count(report.messages, "message"), f"{GOOD} bold" if report.messages else DOUBT),
        styled(f"{share(report.messages, report.people)} reached"),
    )
    screen.lines(listed(facts))


# -- the rules -------------------------------------------------------------------------------


def _draw_rules(screen: Screen, report: PlanReport) -> None:
    if not report.rules:
        screen.title("No rule runs on this day, so nobody gets anything.")
        return
    screen.title("Rules by priority")
    beside = screen.is_wide and all(len(rule.examples) <= 1 for rule in report.rules)
    beside = beside and any(rule.examples for rule in report.rules)
    screen.table(_rules_table(report, beside=beside))
    screen.lines(styled("won: people who get its message. share: of all messages", QUIET))
    if not beside:
        _draw_examples(screen, report.rules)


def _rules_table(report: PlanReport, *, beside: bool) -> Table:
    columns = [("", "right"), ("rule", "left")]
    columns += [(heading, "right") for heading in ("matched", "won", "share")]
    table = table_of(*columns, *([("for example", "text")] if beside else []))
    table.leading = int(beside)  # sentences need air between them
    for rule in report.rules:
        quiet = "" if rule.won else QUIET
        cells = [
            styled(str(rule.priority), QUIET),
            styled(rule.name, quiet or TITLE),
            styled(number(rule.matched), quiet),
            styled(number(rule.won), quiet),
            styled(share(rule.won, report.messages), quiet),
        ]
        table.add_row(*cells, *([_beside(rule)] if beside else []))
    return table


def _beside(rule: RuleRow) -> Text:
    """The example of a rule beside its numbers, with the length that counts."""
    return Text("\n").join(
        joined(Text("\n".join(safe_lines(one.text))), styled(f"  {_length(one)}", QUIET))
        for one in rule.examples
    )


def _length(example: Example) -> str:
    return f"{number(example.length)}/{number(example.limit)}"


def _draw_examples(screen: Screen, rules: Sequence[RuleRow]) -> None:
    shown = [rule for rule in rules if rule.examples]
    if not shown:
        return
    screen.title("What they would read")
    for rule in shown:
        screen.blank()
        screen.lines(joined(styled(rule.name, TITLE), styled(f"  {rule.why}", QUIET)), hang=2)
        for example in rule.examples:
            screen.message(example.text)
            told = f"{_length(example)} · for example to {example.person}"
            screen.lines(styled(told, QUIET), indent=4)


# -- totals ----------------------------------------------------------------------------------


def _draw_totals(screen: Screen, report: PlanReport) -> None:
    if not report.messages:
        return
    screen.title("Messages by campaign, channel and language")
    groups = (
        ("campaign", report.campaigns, "without one"),
        ("channel", report.channels, ""),
        ("language", report.languages, "one text for all"),
    )
    tables = [
        _totals_table(heading, totals, nameless, report.messages)
        for heading, totals, nameless in groups
    ]
    if screen.fits(tables, _GAP):
        side_by_side = grid_of("left", "left", "left", gap=_GAP)
        side_by_side.add_row(*tables)
        screen.table(side_by_side)
    else:
        for position, table in enumerate(tables):
            if position:
                screen.blank()
            screen.table(table)
    for one in report.paces:
        screen.lines(_paced(one), hang=2)


def _paced(one: Paced) -> Text:
    """On how many days a channel's messages go out."""
    days = f"on {count(len(one.days), 'day')}, the last {day(one.last)}"
    facts = (count(one.messages, "message"), f"{number(one.pace)} per day", days)
    return joined(styled(f"{one.channel}  ", TITLE), listed(styled(fact) for fact in facts))


def _totals_table(heading: str, totals: Sequence[Total], nameless: str, whole: int) -> Table:
    table = table_of((heading, "left"), ("messages", "right"), ("share", "right"))
    for total in totals:
        name = styled(total.name) if total.name else styled(nameless, QUIET)
        table.add_row(name, number(total.messages), share(total.messages, whole))
    return table


def _draw_templates(screen: Screen, report: PlanReport) -> None:
    """What was written, how near the longest comes to its limit, and for whom it was too long."""
    shown = [row for row in report.templates if row.messages or row.too_long]
    if not shown:
        return
    screen.title("Messages by template")
    some_too_long = any(row.too_long for row in shown)
    columns = [("template", "left"), ("messages", "right"), ("longest", "right")]
    table = table_of(*columns, *([("did not fit", "right")] if some_too_long else []))
    for row in shown:
        cells = [styled(row.name), styled(number(row.messages)), styled(_longest(row), QUIET)]
        too_long = styled(number(row.too_long), DOUBT if row.too_long else QUIET)
        table.add_row(*cells, *([too_long] if some_too_long else []))
    screen.table(table)
    _draw_slow(screen, report.slow)


def _draw_slow(screen: Screen, slow: Sequence[SlowPart]) -> None:
    """Which templates are outside the fast subset, and why."""
    if not slow:
        return
    parts = [f"{one.template} (line {one.place.line}: {', '.join(one.columns)})" for one in slow]
    more = [f"{count(len(parts) - _SLOW, 'more part')}"] if len(parts) > _SLOW else []
    told = "Slow to write, once for each combination of values: "
    screen.lines(styled(told + "; ".join([*parts[:_SLOW], *more]), QUIET), hang=2)


def _longest(row: TemplateRow) -> str:
    if row.longest is None or row.limit is None:
        return "–"
    return f"{number(row.longest)}/{number(row.limit)}"


def _draw_audiences(screen: Screen, report: PlanReport) -> None:
    """Promoted texts are shown to audiences: how many texts, and whether the smallest will do."""
    cells = report.cells
    moving = [one for one in report.audiences if one.staying or one.leaving]
    if cells or moving:
        screen.title("Audiences of promoted texts")
    named = list(dict.fromkeys(cell.channel for cell in cells))
    for channel in named:
        mine = [cell for cell in cells if cell.channel == channel]
        smallest = min(mine, key=lambda cell: cell.people)
        facts = (
            styled(count(len(mine), "text")),
            styled(f"the smallest has {count(smallest.people, 'person', 'people')}"),
            styled(f"{number(smallest.smallest)} are needed"),
        )
        screen.lines(joined(styled(f"{channel}  ", TITLE), listed(facts)), hang=2)
        for one in moving:
            if one.channel == channel:
                screen.lines(_turnover(one), indent=2)
    for one in moving:
        if one.channel not in named:
            screen.lines(joined(styled(f"{one.channel}  ", TITLE), _turnover(one)), hang=2)


def _turnover(one: Turnover) -> Text:
    """Who enters an audience, who stays in it and who leaves."""
    moves = ((one.new, "new"), (one.staying, "staying"), (one.leaving, "leaving"))
    return listed(styled(f"{number(people)} {what}") for people, what in moves)


def _draw_shut(screen: Screen, report: PlanReport) -> None:
    """Where people end without an audience: the texts that came nearest to being large enough."""
    if not report.outcomes.get("audience_too_small") or not report.shut:
        return
    if not report.cells and not any(one.staying or one.leaving for one in report.audiences):
        screen.title("Audiences of promoted texts")
    told = f"{count(report.shut_count, 'text was', 'texts were')} shut with too few people"
    screen.lines(styled(f"{told}. The largest:", DOUBT), hang=2)
    grid = grid_of("right", "left", "text")
    for cell in report.shut[:_SHUT]:
        needed = styled(f"{number(cell.smallest)} needed", QUIET)
        grid.add_row(styled(number(cell.people)), needed, styled(cell.text))
    screen.table(grid, indent=2)


# -- who gets nothing ------------------------------------------------------------------------


def _draw_nothing(screen: Screen, report: PlanReport) -> None:
    nothing = report.people - report.messages
    if not nothing:
        return
    screen.title(f"{count(nothing, 'person gets', 'people get')} nothing")
    table = table_of(("why", "text"), ("people", "right"), ("of all", "right"))
    for name, people in report.outcomes.items():
        if name == "message" or not people:
            continue
        table.add_row(outcome(name), number(people), share(people, report.people))
        for label, part in _parts(report.stops, name):
            table.add_row(joined("  ", styled(label, QUIET)), styled(number(part), QUIET), "")
        if name == "resting" and report.back:
            table.add_row(joined("  ", styled(_back(report.back), QUIET)), "", "")
    screen.table(table)


def _back(back: Back) -> str:
    """When they may get a message again."""
    if back.first == back.last:
        return f"back on {day(back.first)}"
    return f"back from {day(back.first)} to {day(back.last)}"


def _parts(stops: Sequence[Stop], name: str) -> Iterator[tuple[str, int]]:
    """What an outcome is made of: to whom people went, and no told apart from unknown."""
    for stop in stops:
        if stop.outcome == name and stop.people:
            yield stopped_by(stop.outcome, stop.name, stop.detail), stop.people


def _draw_warnings(screen: Screen, report: PlanReport) -> None:
    if not report.findings:
        return
    screen.title(summary(report.findings).replace(", ", " and "))
    draw_findings(screen, report.findings, lines=False)
