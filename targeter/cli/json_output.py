"""Every answer as JSON: `format_version: 1`, dates as ISO, ASCII only, valid also on failure."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from targeter.findings import CODES, Finding

if TYPE_CHECKING:
    from targeter.batches import Rendered
    from targeter.declaring import Declared
    from targeter.editor import EditorFile
    from targeter.explain import ConditionResult, Explanation, RuleResult
    from targeter.lint.report import Report, Reported
    from targeter.reports import PlanReport, RuleRow, Stop, Total
    from targeter.sources.reading import Loaded
    from targeter.starter import Started
    from targeter.tester.results import Coverage, Result, Why
    from targeter.tester.results import Report as TestReport

FORMAT_VERSION = 1
_EXPLAINED = ("what", "why", "wrong", "right")

Json = dict[str, object]


def dumps(data: Mapping[str, object]) -> str:
    """The document as text that any encoding and any terminal can carry."""
    return _dumps(data, 2)


def _dumps(data: Mapping[str, object], indent: int | None) -> str:
    whole = {"format_version": FORMAT_VERSION, **data}
    text = json.dumps(_plain(whole), indent=indent, ensure_ascii=True, allow_nan=False)
    return text.replace("\x7f", "\\u007f")  # the one control character that JSON lets stand


def _plain(value: object) -> object:
    """A value as JSON has it: what is not a number (NaN) is null, a decimal is a number."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return _number(value)
        case dt.date() | dt.time():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case bytes():
            return value.hex()
    return str(value)


def _number(value: Decimal) -> int | float | None:
    if not value.is_finite():
        return None
    return int(value) if value == value.to_integral_value() else float(value)


# -- failures and findings -------------------------------------------------------------------


def failure(message: str, help_: str, findings: Sequence[Finding] = ()) -> Json:
    return {
        "errors": [{"message": message, "help": help_}],
        "findings": _findings(findings),
    }


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
        **_finding(one.finding),
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
    return "".join(f"{_dumps(line, None)}\n" for line in lines)


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


def _findings(findings: Iterable[Finding]) -> list[Json]:
    return [_finding(finding) for finding in findings]


def _finding(finding: Finding) -> Json:
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


# -- plan and render -------------------------------------------------------------------------


def plan(report: PlanReport) -> Json:
    """`suppressions` has one entry a name: a requirement or purpose tells no from unknown."""
    return {
        "plan_id": report.plan_id,
        "as_of": report.as_of,
        "is_pinned": report.is_pinned,
        "people": report.people,
        "messages": report.messages,
        "coverage": report.coverage,
        "outcomes": report.outcomes,
        "rules": [_rule(rule) for rule in report.rules],
        "handoffs": [
            {"name": stop.name, "to": stop.detail, "people": stop.people}
            for stop in report.stops
            if stop.outcome == "handed_over"
        ],
        "suppressions": _suppressions(report.stops),
        "templates": _totals(report.templates),
        "campaigns": _totals(report.campaigns),
        "channels": _totals(report.channels),
        "languages": _totals(report.languages),
        "cells": [
            {
                "channel": cell.channel,
                "template": cell.template,
                "text": cell.text,
                "people": cell.people,
                "smallest": cell.smallest,
            }
            for cell in report.cells
        ],
        "findings": _findings(report.findings),
    }


def _rule(rule: RuleRow) -> Json:
    return {
        "name": rule.name,
        "why": rule.why,
        "priority": rule.priority,
        "campaign": rule.campaign,
        "matched": rule.matched,
        "won": rule.won,
        "held_out": rule.held_out,
        "examples": [
            {"person": one.person, "text": one.text, "length": one.length, "limit": one.limit}
            for one in rule.examples
        ],
    }


def _suppressions(stops: Iterable[Stop]) -> list[Json]:
    entries: list[Json] = []
    for stop in stops:
        if stop.outcome == "handed_over":
            continue
        last = entries[-1] if entries else {}
        if stop.detail == "unknown" and last.get("name") == stop.name:
            last |= {"people": _sum(last["people"], stop.people), "unknown": stop.people}
            continue
        entry: Json = {"name": stop.name, "outcome": stop.outcome, "people": stop.people}
        entries.append(entry | ({"no": stop.people} if stop.detail == "no" else {}))
    return entries


def _sum(people: object, more: int) -> int:
    assert isinstance(people, int)
    return people + more


def _totals(totals: Iterable[Total]) -> list[Json]:
    return [{"name": total.name or None, "messages": total.messages} for total in totals]


def rendered(batch: Rendered) -> Json:
    return {
        "plan_id": batch.plan_id,
        "messages": batch.messages,
        "folder": str(batch.folder),
        "is_new": batch.is_new,
        "files": [
            {"name": file.name, "messages": file.messages, "sha256": file.sha256}
            for file in batch.files
        ],
    }


# -- explain and sources ---------------------------------------------------------------------


def explanation(one: Explanation) -> Json:
    return {
        "person": one.person,
        "as_of": one.as_of,
        "outcome": one.outcome,
        "reason": one.reason,
        "rule": one.rule,
        "template": one.template,
        "channel": one.channel,
        "text": one.text,
        "length": one.length,
        "limit": one.limit,
        "values": one.values,
        "verdicts": [
            {
                "kind": verdict.kind,
                "name": verdict.name,
                "detail": verdict.detail,
                "holds": verdict.holds,
                "conditions": _conditions(verdict.conditions),
            }
            for verdict in one.verdicts
        ],
        "rules": [_explained(rule) for rule in one.rules],
    }


def _explained(rule: RuleResult) -> Json:
    return {
        "name": rule.name,
        "why": rule.why,
        "priority": rule.priority,
        "holds": rule.holds,
        "fate": rule.fate,
        "conditions": _conditions(rule.conditions),
    }


def _conditions(conditions: Iterable[ConditionResult]) -> list[Json]:
    return [
        {"text": one.text, "role": one.role, "result": one.result, "values": one.values}
        for one in conditions
    ]


def sources(loaded: Iterable[Loaded]) -> Json:
    return {"sources": [_source(one) for one in loaded]}


def _source(one: Loaded) -> Json:
    return {
        "name": one.source,
        "rows": one.rows,
        "files": one.files,
        "notes": one.notes,
        "columns": [
            {"name": c.name, "type": c.type, "declared": c.declared, "note": c.note}
            for c in one.columns
        ],
        "findings": _findings(one.findings),
    }


def declared(one: Declared) -> Json:
    return {"declared": [{"source": name, "columns": number} for name, number in one.columns]}


def schemas(files: Sequence[EditorFile], *, written: bool) -> Json:
    return {
        "written": written,
        "schemas": [
            {
                "path": file.path,
                "describes": file.describes,
                "modeline": file.modeline,
                "schema": file.schema,
            }
            for file in files
        ],
    }


def started(one: Started) -> Json:
    return {
        "folder": str(one.folder),
        "files": one.files,
        "next": one.next,
        "notes": one.notes,
        "data_roots": [str(root) for root in one.data_roots],
    }


# -- tests -----------------------------------------------------------------------------------


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
                "conditions": _conditions(verdict.conditions),
            }
            for verdict in why.checks
        ],
        "rule": _explained(why.rule) if why.rule else None,
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
