"""How the tests of the rules ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json
from targeter.cli.json_output.explanation import conditions, rule_result

if TYPE_CHECKING:
    from targeter.tester.results import Coverage, Result, Why
    from targeter.tester.results import Report as TestReport


def tested(report: TestReport, fail_under: int | None) -> Json:
    return {
        "tests": len(report.results),
        "failed": len(report.failures),
        "updated": report.updated,
        "results": [_tested(one) for one in report.results],
        "coverage": _coverage(report.coverage, fail_under) if report.coverage else None,
    }


def _tested(one: Result) -> Json:
    return {
        "name": one.example.name,
        "path": one.example.path,
        "line": one.example.place.line,
        "passed": one.passed,
        "got": {
            "outcome": one.got.outcome,
            "rule": one.got.rule,
            "template": one.got.template,
            "text": one.got.text,
            "by": one.got.by,
        },
        "differences": [
            {"what": d.what, "expected": d.expected, "got": d.got, "line": d.place.line}
            for d in one.differences
        ],
        "why": _why(one.why) if one.why else None,
    }


def _why(why: Why) -> Json:
    return {
        "reason": why.reason,
        "notes": why.notes,
        "checks": [
            {
                "kind": verdict.kind,
                "name": verdict.name,
                "holds": verdict.holds,
                "conditions": conditions(verdict.conditions),
            }
            for verdict in why.checks
        ],
        "rule": rule_result(why.rule) if why.rule else None,
    }


def _coverage(coverage: Coverage, fail_under: int | None) -> Json:
    return {
        "won": coverage.won,
        "rules": [
            {"name": r.name, "won": r.won, "matched_but_lost": r.lost, "runs": r.runs}
            for r in coverage.rules
        ],
        "missing": coverage.missing,
        "fail_under": fail_under,
        "enough": None if fail_under is None else coverage.reaches(fail_under),
        "conditions": [
            {
                "owner": c.owner,
                "text": c.text,
                "path": c.place.path,
                "line": c.place.line,
                "seen_true": c.seen_true,
                "seen_not_true": c.seen_not_true,
            }
            for c in coverage.conditions
        ],
    }
