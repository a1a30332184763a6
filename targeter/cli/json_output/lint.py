"""What lint reports, as one document and as lines, and what its codes mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json, document
from targeter.cli.json_output.findings import one_finding
from targeter.findings import CODES

if TYPE_CHECKING:
    from targeter.lint.report import Report, Reported

_EXPLAINED = ("what", "why", "wrong", "right")


def lint(report: Report) -> Json:
    """`path` is the project's own, `repository_path` begins at the top of the git repository."""
    return {
        "findings": [_reported(one) for one in report.reported],
        "suppressed": report.suppressed,
        "untouched": report.untouched,
        "exit_code": report.exit_code,
    }


def _reported(one: Reported) -> Json:
    return {
        **one_finding(one.finding),
        "repository_path": one.path,
        "thing": one.thing or None,
        "fingerprint": one.fingerprint,
    }


def lint_lines(report: Report) -> str:
    """A JSON object a line: every finding, and last what there is to say of them all."""
    last: Json = {
        "suppressed": report.suppressed,
        "untouched": report.untouched,
        "exit_code": report.exit_code,
    }
    if report.failure:
        last["errors"] = [{"message": report.failure.message, "help": report.failure.help}]
    lines = [*(_reported(one) for one in report.reported), last]
    return "".join(f"{document(line, None)}\n" for line in lines)


def explained(codes: Iterable[str]) -> Json:
    from targeter.lint.catalogue import CATALOGUE

    return {
        "codes": [
            {
                "code": code,
                "name": CODES[code].name,
                "severity": CODES[code].severity.value,
                **{name: getattr(CATALOGUE[code], name) for name in _EXPLAINED},
            }
            for code in codes
        ]
    }
