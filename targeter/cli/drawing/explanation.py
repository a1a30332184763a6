"""One person's whole way: how it ended, the text, the values, every check and every rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from targeter.cli.drawing.screen import (
    BAD,
    DOUBT,
    GOOD,
    QUIET,
    RESULT_STYLES,
    TITLE,
    Screen,
    cells,
    grid_of,
    joined,
    listed,
    styled,
)
from targeter.cli.drawing.words import OUTCOMES, day, number, outcome, result, safe, value

if TYPE_CHECKING:
    from targeter.explain import (
        Change,
        ConditionResult,
        Explanation,
        PathStep,
        RuleResult,
        Verdict,
    )

_WIDEST_CONDITION = 48  # longer ones don't push everybody else's values to the right

# What TRUE, FALSE and NULL mean for each kind of check, and how good the news is.
_VERDICTS: dict[str, dict[bool | None, tuple[str, str]]] = {
    "handoff": {True: ("holds: no marketing", BAD), False: ("does not hold", QUIET)},
    "purpose": {
        True: ("given", GOOD),
        False: ("refused", BAD),
        None: ("unknown, so not given", DOUBT),
    },
    "requirement": {
        True: ("met", GOOD),
        False: ("not met", BAD),
        None: ("unknown, so not met", DOUBT),
    },
    "suppression": {True: ("holds", DOUBT), False: ("does not hold", QUIET)},
}


def draw_explanation(screen: Screen, one: Explanation) -> None:
    """From the end to the reasons: the outcome first, then everything that led to it."""
    _draw_end(screen, one)
    if one.path:
        screen.title("The way")
        _draw_path(screen, one.path)
    if one.changes is not None:
        _draw_changes(screen, one.changes)
    _draw_values(screen, one)
    if one.verdicts:
        screen.title("Before any rule")
        _draw_verdicts(screen, one.verdicts)
    if one.rules:
        screen.title("Rules by priority")
        _draw_rules(screen, one.rules)


def _draw_end(screen: Screen, one: Explanation) -> None:
    screen.lines(joined(styled(one.person, TITLE), styled(f"  on {day(one.as_of)}", QUIET)))
    is_message = one.outcome == "message"
    ending, style = ("Gets a message", GOOD) if is_message else ("Gets nothing", DOUBT)
    screen.lines(
        joined(
            styled(f"{ending}: ", f"{style} bold"),
            styled(one.reason),
            styled(f"  ({outcome(one.outcome)})" if one.outcome in OUTCOMES else "", QUIET),
        )
    )
    if one.text is None:
        return
    screen.blank()
    screen.message(one.text)
    facts = [styled(name, QUIET) for name in (one.rule, one.template, one.channel) if name]
    if one.length is not None and one.limit is not None:
        facts.append(styled(f"{number(one.length)} of {number(one.limit)}", QUIET))
    screen.lines(listed(facts), indent=4)


# -- the way, and what would change it -------------------------------------------------------

_STAGES = {
    "handed_over": "handoffs",
    "with_service": "handoffs",
    "suppressed": "may be written to",
    "resting": "contact limits",
    "no_rule": "rules",
    "gave_way": "gave way",
    "no_copy": "text",
    "unreachable": "channel",
    "blocked": "block list",
    "audience_too_small": "audience",
    "over_cap": "places",
    "not_in_pilot": "pilot",
    "held_out": "control group",
    "message": "message",
}


def _draw_path(screen: Screen, path: Sequence[PathStep]) -> None:
    grid = grid_of("left", "left", "text")
    for step in path:
        style = QUIET if step.passed else DOUBT
        if step.stage == "message":
            style = GOOD
        mark = styled("✓" if step.passed else "✗", style)
        grid.add_row(mark, styled(_STAGES.get(step.stage, step.stage)), styled(step.told, style))
    screen.table(grid, indent=2)


_CHANGES = {
    "not_running": "the rule does not run",
    "stopped": "stopped before any rule",
    "condition": "condition",
    "resting": "contact limits",
    "rule": "a better rule",
    "template": "text",
    "held_out": "control group",
}


def _draw_changes(screen: Screen, changes: Sequence[Change]) -> None:
    """What stands in the rule's way, in the order of a person's way."""
    if not changes:
        return
    screen.title("What would have to change for it to win")
    width = width_of(condition for change in changes for condition in change.conditions)
    kinds = [_CHANGES.get(change.kind) or outcome(change.kind) for change in changes]
    widest = max(map(cells, kinds))
    for change, kind in zip(changes, kinds, strict=True):
        is_shown = [change.what] == [condition.text for condition in change.conditions]
        what = "" if is_shown else f"{change.what}  "
        head = joined(styled(f"{kind:<{widest}}  ", QUIET), styled(what, TITLE))
        screen.lines(joined(head, styled(change.detail, DOUBT)), indent=2, hang=2)
        draw_conditions(screen, change.conditions, widest + 4, width)


# -- the values that matter ------------------------------------------------------------------


def _draw_values(screen: Screen, one: Explanation) -> None:
    """The values that some condition saw, in the profile's order; the missing ones come last."""
    seen = _seen(one)
    known = {name: one.values[name] for name in seen if one.values[name] is not None}
    missing = [name for name in seen if name not in known]
    if not seen:
        return
    screen.title("What is known, of what the rules ask")
    grid = grid_of("left", "text")
    for name, known_value in known.items():
        grid.add_row(styled(name, QUIET), Text(value(known_value)))
    if missing:
        grid.add_row(styled("missing", DOUBT), styled(", ".join(missing)))
    screen.table(grid, indent=2)


def _seen(one: Explanation) -> list[str]:
    conditions = [c for verdict in one.verdicts for c in verdict.conditions]
    conditions += [c for rule in one.rules for c in rule.conditions]
    asked = {name for condition in conditions for name in condition.values}
    return [name for name in one.values if name in asked]


# -- checks and rules ------------------------------------------------------------------------


def _draw_verdicts(screen: Screen, verdicts: Sequence[Verdict]) -> None:
    widest = max(cells(safe(verdict.name)) for verdict in verdicts)
    width = width_of(condition for verdict in verdicts for condition in verdict.conditions)
    for verdict in verdicts:
        words, style = _VERDICTS.get(verdict.kind, {}).get(
            verdict.holds, (result(verdict.holds), RESULT_STYLES[verdict.holds])
        )
        head = joined(
            styled(f"{verdict.kind:<13}", QUIET),
            styled(verdict.name, TITLE),
            _pad(verdict.name, widest),
            styled(words, style),
            styled(f"  {verdict.detail}" if verdict.detail else "", QUIET),
        )
        screen.lines(head, indent=2, hang=2)
        draw_conditions(screen, verdict.conditions, 15, width)


def _draw_rules(screen: Screen, rules: Sequence[RuleResult]) -> None:
    widest = max(cells(safe(rule.name)) for rule in rules)
    width = width_of(condition for rule in rules for condition in rule.conditions)
    for rule in rules:
        head = joined(
            styled(f"{rule.priority:>4}  ", QUIET),
            styled(rule.name, TITLE if rule.holds else ""),
            _pad(rule.name, widest),
            _fate(rule),
        )
        screen.lines(head, hang=6)
        draw_conditions(screen, failing_first(rule), 6, width)


def _pad(text: str, width: int) -> str:
    return " " * (max(width - cells(safe(text)), 0) + 2)


def _fate(rule: RuleResult) -> Text:
    if not rule.holds:
        return styled("does not hold", QUIET)
    if rule.fate == "wins":
        return styled("wins", f"{GOOD} bold")
    return styled(f"holds, {rule.fate}" if rule.fate else "holds", DOUBT)


def failing_first(rule: RuleResult) -> Sequence[ConditionResult]:
    """The conditions that kept a rule from holding, then the others: a stable sort."""
    if rule.holds:
        return rule.conditions
    any_holds = any(c.result is True for c in rule.conditions if c.role == "any")
    return sorted(rule.conditions, key=lambda c: not _fails(c, any_holds=any_holds))


def _fails(condition: ConditionResult, *, any_holds: bool) -> bool:
    if condition.role == "unless":
        return condition.result is True
    if condition.role == "any":
        return not any_holds
    return condition.result is not True


def width_of(every: Iterable[ConditionResult]) -> int:
    """How many columns of a terminal the conditions of a section take, without the longest ones."""
    widths = (cells(_told(condition)) for condition in every)
    return max((w for w in widths if w <= _WIDEST_CONDITION), default=_WIDEST_CONDITION)


def draw_conditions(
    screen: Screen,
    conditions: Sequence[ConditionResult],
    indent: int,
    width: int,
) -> None:
    """One condition a line: its result, its text, and the values it saw, in columns if they fit.

    `width` is that of the texts, the same for all of a section: `width_of` its conditions.
    """
    if screen.is_comfortable:
        _draw_columns(screen, conditions, indent, width)
        return
    for condition in conditions:
        told = _told(condition)
        gap = "  " if screen.is_bounded else _pad(told, width)
        head = _result(condition)
        line = joined(head, "  ", Text(told), gap if condition.values else "", _values(condition))
        screen.lines(line, indent=indent, hang=9)


def _draw_columns(
    screen: Screen, conditions: Sequence[ConditionResult], indent: int, width: int
) -> None:
    grid = grid_of("left", "text", "text")
    grid.columns[0].width = len("FALSE")
    grid.columns[1].width = width
    for condition in conditions:
        grid.add_row(_result(condition), Text(_told(condition)), _values(condition))
    screen.table(grid, indent=indent)


def _result(condition: ConditionResult) -> Text:
    return styled(f"{result(condition.result):<5}", RESULT_STYLES[condition.result])


def _told(condition: ConditionResult) -> str:
    role = "" if condition.role == "all" else f"{condition.role}: "
    return safe(role + condition.text)


def _values(condition: ConditionResult) -> Text:
    """What a condition saw; a condition that is one name needs no name beside its value."""
    seen = [
        safe("" if name == condition.text else f"{name} ") + value(one)
        for name, one in condition.values.items()
    ]
    return Text(", ".join(seen), style=QUIET)
