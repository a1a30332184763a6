"""GitHub's workflow commands: annotations in a pull request, within what a step may make.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the others silently, so
those are written as plain lines and a last notice says how many they are. How the commands are
escaped: the toolkit of GitHub's actions, `packages/core/src/command.ts`.
"""

from __future__ import annotations

from collections.abc import Iterable

from targeter.findings import Severity
from targeter.lint.formats.concise import line, on_one_line
from targeter.lint.report import Report, Reported

_MOST = 10
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(report: Report) -> str:
    """Errors first; what is over GitHub's limit stands behind, without an annotation."""
    if report.failure:
        return f"::error title=targeter lint::{_text(_failed(report))}\n"
    by_kind = [[o for o in report.reported if o.finding.severity is s] for s in Severity]
    is_cut = any(len(ones) > _MOST for ones in by_kind)
    most = {Severity.INFO: _MOST - 1} if is_cut or len(by_kind[-1]) > _MOST else {}
    shown: list[Reported] = []
    rest: list[Reported] = []
    for severity, ones in zip(Severity, by_kind, strict=True):
        at_most = most.get(severity, _MOST)
        shown += ones[:at_most]
        rest += ones[at_most:]
    lines = [_annotation(one) for one in shown]
    lines += [_plain(one) for one in rest]
    if rest:
        more = f"{len(rest)} more: GitHub shows ten of a kind, the log of this step has them all"
        lines.append(f"::notice title=targeter lint::{_text(more)}")
    return "".join(f"{one}\n" for one in lines)


def _failed(report: Report) -> str:
    assert report.failure is not None
    return "\n".join(filter(None, (report.failure.message, report.failure.help)))


def _annotation(one: Reported) -> str:
    finding, place = one.finding, one.finding.place
    properties: list[tuple[str, object]] = []
    if place:
        properties = [
            ("file", one.path),
            ("line", place.line),
            ("endLine", place.line),
            ("col", place.column),
            ("endColumn", place.column + place.length),
        ]
    properties.append(("title", f"{finding.code} {finding.name}"))
    text = finding.message + (f"\nhelp: {finding.help}" if finding.help else "")
    return f"::{_COMMANDS[finding.severity]} {_joined(properties)}::{_text(text)}"


def _joined(properties: Iterable[tuple[str, object]]) -> str:
    return ",".join(f"{name}={_property(str(value))}" for name, value in properties)


def _text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")


def _plain(one: Reported) -> str:
    """A line that no log takes for a command: neither `::` at its start nor `##[` in it."""
    text = on_one_line(line(one)).replace("##[", "## [")
    return f"./{text}" if text.lstrip().startswith("::") else text
