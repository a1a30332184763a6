"""SARIF 2.1.0, as GitHub's code scanning reads it (OASIS standard, errata 01)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

import targeter
from targeter.findings import CODES, Place, Severity
from targeter.lint.catalogue import CATALOGUE
from targeter.lint.report import Failure, Report, Reported

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

Json = dict[str, object]


def sarif(report: Report) -> str:
    """One run. Paths are relative to the repository and percent-encoded; columns count code
    points from 1."""
    codes = sorted({one.finding.code for one in report.reported})
    driver: Json = {
        "name": "targeter",
        "semanticVersion": targeter.__version__,
        "rules": [_rule(code) for code in codes],
    }
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report.failure)],
        "results": [_result(one, codes, report.settings) for one in report.reported],
    }
    document: Json = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _rule(code: str) -> Json:
    entry, kind = CATALOGUE[code], CODES[code]
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in kind.name.split("-")),
        "shortDescription": {"text": entry.what},
        "fullDescription": {"text": entry.why},
        "help": {"text": f"Wrong:\n{entry.wrong}\n\nRight:\n{entry.right}"},
        "defaultConfiguration": {"level": _LEVELS[kind.severity]},
    }


def _invocation(failure: Failure | None) -> Json:
    if failure is None:
        return {"executionSuccessful": True}
    said = "\n".join(filter(None, (failure.message, failure.help)))
    return {
        "executionSuccessful": False,
        "exitCode": failure.exit_code,
        "toolExecutionNotifications": [{"level": "error", "message": {"text": said}}],
    }


def _result(one: Reported, codes: Sequence[str], settings: str) -> Json:
    finding = one.finding
    help_ = f"\n{finding.help}" if finding.help else ""
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message + help_},
        "partialFingerprints": {"targeter/v1": one.fingerprint},
        "locations": [{"physicalLocation": _location(one.path or settings, finding.place)}],
    }


def _location(path: str, place: Place | None) -> Json:
    where: Json = {"artifactLocation": {"uri": quote(path, errors="replace")}}
    if place is None:
        return where
    region: Json = {
        "startLine": place.line,
        "startColumn": place.column,
        "endColumn": place.column + place.length,
    }
    if place.excerpt:
        region["snippet"] = {"text": place.excerpt}
    return {**where, "region": region}
