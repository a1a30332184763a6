"""Findings, and the answer of a command that failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from targeter.cli.json_output.documents import Json
from targeter.findings import Finding


def failure(message: str, help_: str, findings: Sequence[Finding] = ()) -> Json:
    return {
        "errors": [{"message": message, "help": help_}],
        "findings": all_findings(findings),
    }


def all_findings(findings: Iterable[Finding]) -> list[Json]:
    return [one_finding(finding) for finding in findings]


def one_finding(finding: Finding) -> Json:
    place = finding.place
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "path": place.path if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "length": place.length if place else None,
        "help": finding.help,
    }
