"""Findings and errors: the place, what is wrong, the line with carets, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from targeter.cli.drawing.screen import (
    BAD,
    DOUBT,
    GOOD,
    QUIET,
    TITLE,
    Screen,
    cells,
    joined,
    styled,
)
from targeter.cli.drawing.words import count, safe, safe_lines
from targeter.findings import Finding, Place, Severity

if TYPE_CHECKING:
    from targeter.lint.report import Report

_STYLES = {Severity.ERROR: BAD, Severity.WARNING: DOUBT, Severity.INFO: QUIET}
_WORDS = {Severity.ERROR: "", Severity.WARNING: "warning: ", Severity.INFO: "note: "}
_LEFT_OF_WORD = 20  # columns kept before a word when its line is too long for the screen


def draw_lint(screen: Screen, report: Report) -> None:
    """Every finding in order, and one line that sums them up."""
    draw_findings(screen, report.findings)
    aside = _aside(report)
    if not report.reported:
        found = "Nothing to report" if aside else "Nothing found: the files are fine."
        screen.lines(joined(styled(found, GOOD), styled(aside, QUIET)))
        return
    screen.blank()
    screen.lines(joined(styled(summary(report.findings), TITLE), styled(aside, QUIET)))


def _aside(report: Report) -> str:
    """What there is besides what is shown, so that nobody thinks it is not there."""
    parts = []
    if report.suppressed:
        parts.append(f"{report.suppressed:,} ignored by comments")
    if report.untouched:
        parts.append(f"{report.untouched:,} not touched by the change")
    return f" ({', '.join(parts)})" if parts else ""


def draw_error(screen: Screen, message: str, help_: str, findings: Sequence[Finding]) -> None:
    """One block: what was found where, what that means, and the next step."""
    draw_findings(screen, findings)
    if findings:
        screen.blank()
    screen.lines(joined(styled("error: ", f"{BAD} bold"), message), hang=7)
    _draw_help(screen, help_, 0)


def draw_findings(screen: Screen, findings: Sequence[Finding], *, lines: bool = True) -> None:
    """Findings one after the other; `lines` shows the lines they stand on."""
    for number, finding in enumerate(findings):
        if number and lines:
            screen.blank()
        draw_finding(screen, finding, lines=lines)


def draw_finding(screen: Screen, finding: Finding, *, lines: bool = True) -> None:
    style = _STYLES[finding.severity]
    where = f"{finding.place}: " if finding.place else ""
    first, *more = safe_lines(finding.message)
    head = joined(
        styled(where, TITLE),
        styled(finding.code, style),
        " ",
        styled(_WORDS[finding.severity], style),
        first,
    )
    screen.lines(head, hang=4)
    for line in more:
        screen.lines(Text(line), indent=4)
    if lines and finding.place and finding.place.excerpt:
        _draw_place(screen, finding.place, style)
    _draw_help(screen, finding.help, 4)


def _draw_place(screen: Screen, place: Place, style: str) -> None:
    """The line, and carets under exactly the characters that are meant."""
    number = f"{place.line:>5} │ "
    start = place.column - 1
    before, word, after = (
        _line(place.excerpt[:start]),
        _line(place.excerpt[start : start + place.length]),
        _line(place.excerpt[start + place.length :]),
    )
    if screen.is_bounded:
        before, word, after = _window(before, word, after, screen.width - len(number))
    screen.lines(joined(styled(number, QUIET), Text(before), Text(word, style), Text(after)))
    margin = " " * (len(number) - 2) + "│ "
    carets = "^" * max(cells(word), 1)
    screen.lines(
        joined(styled(margin, QUIET), Text(" " * cells(before)), Text(carets, f"{style} bold"))
    )


def _line(text: str) -> str:
    return safe(text.replace("\t", "    "))


def _window(before: str, word: str, after: str, room: int) -> tuple[str, str, str]:
    """The part of a long line that the word stands in."""
    if cells(before + word + after) <= room:
        return before, word, after
    word = _cut(word, room - 2)
    if cells(before) + cells(word) + 1 > room:
        keep = max(min(_LEFT_OF_WORD, room - cells(word) - 2), 0)
        before = "…" + _cut(before[::-1], keep, "")[::-1]
    return before, word, _cut(after, max(room - cells(before) - cells(word), 0))


def _cut(text: str, room: int, mark: str = "…") -> str:
    """As much of a text's beginning as fits, with a mark where it goes on."""
    if cells(text) <= room:
        return text
    while text and cells(text) + cells(mark) > room:
        text = text[:-1]
    return text + mark if room > 0 else ""


def _draw_help(screen: Screen, help_: str, indent: int) -> None:
    if not help_:
        return
    first, *more = safe_lines(help_)
    screen.lines(joined(styled("help: ", QUIET), first), indent=indent, hang=6)
    for line in more:
        screen.lines(Text(line), indent=indent + 6)


def summary(findings: Sequence[Finding]) -> str:
    """`2 errors, 1 warning`, most serious first."""
    numbers = (
        (sum(f.severity is severity for f in findings), word)
        for severity, word in (
            (Severity.ERROR, "error"),
            (Severity.WARNING, "warning"),
            (Severity.INFO, "note"),
        )
    )
    return ", ".join(count(n, word) for n, word in numbers if n)
