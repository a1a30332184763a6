"""A line for each finding, `path:line:col: TG202 unknown-column: message`, for editors and grep."""

from __future__ import annotations

import re

from targeter.findings import Severity
from targeter.lint.report import Report, Reported

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_WORDS = {Severity.ERROR: "", Severity.WARNING: "warning ", Severity.INFO: "note "}


def concise(report: Report) -> str:
    """Every finding on a line of its own; nothing where nothing was found."""
    lines = [line(one) for one in report.reported]
    if report.failure:
        lines.append(f"error: {on_one_line(report.failure.message)}")
    return "".join(f"{line}\n" for line in lines)


def line(one: Reported) -> str:
    finding, place = one.finding, one.finding.place
    where = f"{one.path}:{place.line}:{place.column}: " if place else ""
    what = f"{_WORDS[finding.severity]}{finding.code} {finding.name}: {finding.message}"
    return on_one_line(where + what)


def on_one_line(text: str) -> str:
    """A text without line breaks and other characters that a terminal or log would obey."""
    return _CONTROLS.sub(" ", text)
