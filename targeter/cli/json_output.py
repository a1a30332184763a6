"""Every answer as JSON: `format_version: 1`, dates as ISO, ASCII only, valid also on failure."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from targeter.findings import Finding

if TYPE_CHECKING:
    from targeter.batches import Rendered
    from targeter.declaring import Declared
    from targeter.explain import ConditionResult, Explanation, RuleResult
    from targeter.reports import PlanReport, RuleRow, Stop, Total
    from targeter.sources.reading import Loaded
    from targeter.starter import Started

FORMAT_VERSION = 1

Json = dict[str, object]


def dumps(data: Mapping[str, object]) -> str:
    """The document as text that any encoding and any terminal can carry."""
    whole = {"format_version": FORMAT_VERSION, **data}
    text = json.dumps(_plain(whole), indent=2, ensure_ascii=True, allow_nan=False)
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


def lint(findings: Sequence[Finding]) -> Json:
    return {"findings": _findings(findings)}


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


def started(one: Started) -> Json:
    return {
        "folder": str(one.folder),
        "files": one.files,
        "next": one.next,
        "notes": one.notes,
        "data_roots": [str(root) for root in one.data_roots],
    }
