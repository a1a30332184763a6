"""GitLab's code quality report: a list of issues in the Code Climate form that GitLab reads."""

from __future__ import annotations

import json

from targeter.findings import Severity
from targeter.lint.report import Report, Reported

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def gitlab(report: Report) -> str:
    """One issue a finding; GitLab needs a file, so what has none stands at the settings."""
    issues = [_issue(one, report.settings) for one in report.reported]
    if report.failure:
        issues.append(_failed(report.failure.message, report.settings))
    return json.dumps(issues, indent=2) + "\n"


def _issue(one: Reported, settings: str) -> dict[str, object]:
    finding = one.finding
    return {
        "description": f"{finding.code} {finding.message}",
        "check_name": finding.name,
        "fingerprint": one.fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": _location(one.path or settings, finding.place.line if finding.place else 1),
    }


def _failed(message: str, settings: str) -> dict[str, object]:
    return {
        "description": f"targeter lint could not do its job: {message}",
        "check_name": "lint-failed",
        "fingerprint": "lint-failed",
        "severity": "blocker",
        "location": _location(settings, 1),
    }


def _location(path: str, line: int) -> dict[str, object]:
    return {"path": path, "lines": {"begin": line}}
