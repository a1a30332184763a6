"""A lint report as the text of each format, on standard output and in files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from targeter.cli import json_output
from targeter.cli.answer import LintFormat
from targeter.errors import WrongUsage
from targeter.lint import formats
from targeter.lint.report import Failure, Report


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report in one format, to be written to a file besides what is shown."""

    format: LintFormat
    path: Path

    @classmethod
    def parse(cls, text: str) -> ReportFile:
        """`sarif=FILE`. Raises `WrongUsage` for anything else."""
        name, _, path = text.partition("=")
        if name not in list(LintFormat) or not path:
            known = ", ".join(LintFormat)
            raise WrongUsage(
                f"--report {text}: a report is written FORMAT=FILE",
                help=f"for example --report sarif=lint.sarif; formats: {known}",
            )
        return cls(LintFormat(name), Path(path))


def written(report: Report, format: LintFormat) -> str:
    """The whole document in one format."""
    return _WRITERS[format](report)


def _text(report: Report) -> str:
    from targeter.cli.drawing.findings import draw_lint
    from targeter.cli.drawing.screen import Screen

    stream = StringIO()
    draw_lint(Screen(stream), report)
    return stream.getvalue()


def _json(report: Report) -> str:
    return json_output.dumps(json_output.lint(report)) + "\n"


_WRITERS: Mapping[LintFormat, Callable[[Report], str]] = {
    LintFormat.TEXT: _text,
    LintFormat.CONCISE: formats.concise,
    LintFormat.JSON: _json,
    LintFormat.JSONL: json_output.lint_lines,
    LintFormat.GITHUB: formats.github,
    LintFormat.GITLAB: formats.gitlab,
    LintFormat.SARIF: formats.sarif,
    LintFormat.JUNIT: formats.junit,
}


def write_files(report: Report, files: Sequence[ReportFile]) -> None:
    """Write every file that was asked for; a folder that is missing is made."""
    for file in files:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        text = written(report, file.format)
        file.path.write_bytes(text.encode("utf-8", "backslashreplace"))


def write_failure(failure: Failure, shown: Sequence[str], files: Sequence[str]) -> None:
    """The documents of a lint that could not do its job; words that ask for nothing are passed
    over, and a file that can't be written can't be what the user is told of."""
    report = Report(failure=failure)
    for word in files:
        try:
            write_files(report, [ReportFile.parse(word)])
        except (OSError, WrongUsage):
            continue
    # people read the others on standard error, and the boundary writes JSON for every command
    readers = (LintFormat.JSONL, LintFormat.GITHUB, LintFormat.GITLAB)
    if shown and shown[-1] in (*readers, LintFormat.SARIF, LintFormat.JUNIT):
        sys.stdout.write(written(report, LintFormat(shown[-1])))
        sys.stdout.flush()
