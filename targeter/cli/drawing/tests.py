"""Results of tests: what failed and why, what was never seen, and one line that sums it up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from targeter.cli.drawing.explanation import draw_conditions, failing_first, width_of
from targeter.cli.drawing.screen import (
    BAD,
    DOUBT,
    GOOD,
    QUIET,
    TITLE,
    Screen,
    joined,
    styled,
    table_of,
)
from targeter.cli.drawing.words import count, number, outcome, result, safe

if TYPE_CHECKING:
    from targeter.tester import Report, Rewrite
    from targeter.tester.results import (
        ConditionCoverage,
        Coverage,
        Difference,
        Result,
        RuleCoverage,
        Why,
    )
    from targeter.tester.wording import Part


def draw_report(screen: Screen, report: Report, fail_under: int | None) -> None:
    for failure in report.failures:
        _draw_failure(screen, failure)
        screen.blank()
    if report.coverage is not None:
        _draw_coverage(screen, report.coverage)
        screen.blank()
    if report.updated:
        screen.lines(styled(f"{count(report.updated, 'expected text')} rewritten.", DOUBT))
    _draw_summary(screen, report)
    if report.coverage is not None and fail_under is not None:
        _draw_threshold(screen, report.coverage, fail_under)


def _draw_summary(screen: Screen, report: Report) -> None:
    files = f" in {count(report.files, 'file')}" if report.files > 1 else ""
    failed = len(report.failures)
    if not failed:
        screen.lines(styled(f"{count(len(report.results), 'test')} passed{files}.", GOOD))
        return
    passed = len(report.results) - failed
    line = joined(styled(f"{number(failed)} failed", f"{BAD} bold"), f", {passed:,} passed{files}.")
    screen.lines(line)


# -- failures --------------------------------------------------------------------------------


def _draw_failure(screen: Screen, failure: Result) -> None:
    example = failure.example
    head = joined(
        styled("FAILED ", f"{BAD} bold"),
        styled(example.name, TITLE),
        styled(f"  {example.path}:{example.place.line}", QUIET),
    )
    screen.lines(head, hang=4)
    for difference in failure.differences:
        _draw_difference(screen, difference)
    if failure.why is not None:
        _draw_why(screen, failure, failure.why)
    else:
        more = "only the first failures are explained: --run REGEX picks one"
        screen.lines(styled(more, QUIET), indent=4)


def _draw_difference(screen: Screen, one: Difference) -> None:
    if one.what == "text" and one.got is not None:
        _draw_texts(screen, one.expected, one.got)
        return
    expected = "anything else" if one.what.startswith("not_") else one.expected
    got = one.got if one.got is not None else "none"
    line = joined(
        styled(f"{one.what}: ", QUIET),
        "expected ",
        styled(expected, GOOD),
        ", got ",
        styled(got, BAD),
        styled(f"  line {one.place.line}", QUIET),
    )
    screen.lines(line, indent=4, hang=4)


def _draw_texts(screen: Screen, expected: str, got: str) -> None:
    """Both texts whole; what only one of them has stands in [-brackets-] or {+braces+}."""
    from targeter.tester.wording import compared

    before, after = compared(expected, got.rstrip("\n"))
    screen.lines(styled("text:", QUIET), indent=4)
    screen.lines(joined("expected  ", _marked(before, "[-", "-]", GOOD)), indent=6, hang=10)
    screen.lines(joined("got       ", _marked(after, "{+", "+}", BAD)), indent=6, hang=10)


def _marked(parts: Iterable[Part], opening: str, closing: str, style: str) -> Text:
    line = Text()
    for part in parts:
        text = safe(part.text.replace("\n", "↵"))
        line.append(f"{opening}{text}{closing}" if part.differs else text, style * part.differs)
    return line


def _draw_why(screen: Screen, failure: Result, why: Why) -> None:
    how = f"  ({outcome(failure.got.outcome)})" if failure.got.outcome != "message" else ""
    screen.lines(joined(styled("why: ", QUIET), why.reason, styled(how, QUIET)), indent=4, hang=5)
    for note in why.notes:
        screen.lines(joined(styled("note: ", DOUBT), note), indent=4, hang=6)
    of_rule = why.rule.conditions if why.rule else ()
    width = width_of([*(c for check in why.checks for c in check.conditions), *of_rule])
    for verdict in why.checks:
        told = f"{verdict.kind} {verdict.name}: {result(verdict.holds)}"
        screen.lines(styled(told, TITLE), indent=4)
        draw_conditions(screen, verdict.conditions, 6, width)
    if why.rule is not None:
        fate = why.rule.fate if why.rule.holds else "does not hold"
        head = joined(styled(f"rule {why.rule.name} ", TITLE), styled(fate, QUIET))
        screen.lines(head, indent=4, hang=4)
        draw_conditions(screen, failing_first(why.rule), 6, width)


def draw_rewrites(screen: Screen, rewrites: Sequence[Rewrite]) -> None:
    """Every text that would be written, beside the one that stands there."""
    for rewrite in rewrites:
        place = rewrite.scalar.place
        head = joined(styled(rewrite.test, TITLE), styled(f"  {place.path}:{place.line}", QUIET))
        screen.lines(head, hang=4)
        _draw_texts(screen, rewrite.before, rewrite.text)
        screen.blank()


# -- coverage --------------------------------------------------------------------------------


def _draw_coverage(screen: Screen, coverage: Coverage) -> None:
    screen.title("Rules")
    table = table_of(("rule", "text"), ("won", "right"), ("held, but lost", "right"), ("", "text"))
    for rule in coverage.rules:
        table.add_row(
            styled(rule.name, "" if rule.won else DOUBT),
            number(rule.won),
            number(rule.lost),
            styled(_never(rule), DOUBT),
        )
    screen.table(table, indent=2)
    unseen = [c for c in coverage.conditions if not (c.seen_true and c.seen_not_true)]
    if unseen:
        screen.title("Conditions that always came out the same")
        for owner, conditions in groupby(unseen, key=lambda c: c.owner):
            screen.lines(styled(owner), indent=2)
            for condition in conditions:
                _draw_condition(screen, condition)


def _never(rule: RuleCoverage) -> str:
    if rule.won:
        return ""
    if not rule.runs:
        return "never: its campaign runs on the day of no test"
    return "matched, never won" if rule.lost else "never"


def _draw_condition(screen: Screen, condition: ConditionCoverage) -> None:
    if condition.seen_true:
        told = "never other than TRUE"
    else:
        told = "never TRUE" if condition.seen_not_true else "never asked"
    line = joined(
        styled(f"{told}  ", DOUBT),
        condition.text,
        styled(f"  {condition.place.path}:{condition.place.line}", QUIET),
    )
    screen.lines(line, indent=4, hang=4)


def _draw_threshold(screen: Screen, coverage: Coverage, fail_under: int) -> None:
    told = f"{coverage.won:,} of {count(len(coverage.rules), 'rule')} won at least once"
    if coverage.reaches(fail_under):
        screen.lines(styled(f"{told}: at least {fail_under} %.", GOOD))
        return
    missing = ", ".join(coverage.missing)
    line = joined(styled(f"{told}: less than {fail_under} %. ", BAD), f"No test for {missing}.")
    screen.lines(line)
