"""A plan in numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json
from targeter.cli.json_output.findings import all_findings

if TYPE_CHECKING:
    from targeter.rendering import SlowPart
    from targeter.reports import PlanReport, RuleRow, Stop, TemplateRow, Total


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
        "back": {"first": report.back.first, "last": report.back.last} if report.back else None,
        "templates": templates(report.templates),
        "slow_templates": slow_templates(report.slow),
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
        "audiences": [
            {
                "channel": one.channel,
                "new": one.new,
                "staying": one.staying,
                "leaving": one.leaving,
            }
            for one in report.audiences
        ],
        "paces": [
            {
                "channel": one.channel,
                "pace": one.pace,
                "messages": one.messages,
                "days": len(one.days),
                "last": one.last,
            }
            for one in report.paces
        ],
        "shut": shut_texts(report),
        "shut_count": report.shut_count,
        "findings": all_findings(report.findings),
    }


def templates(rows: Iterable[TemplateRow]) -> list[Json]:
    """`longest` and `limit` in the unit of the channel; `too_long` people it did not fit."""
    return [
        {
            "name": row.name,
            "channel": row.channel,
            "messages": row.messages,
            "longest": row.longest,
            "limit": row.limit,
            "too_long": row.too_long,
        }
        for row in rows
    ]


def slow_templates(parts: Iterable[SlowPart]) -> list[Json]:
    """Parts that are rendered once for each combination of their columns' values."""
    return [
        {
            "template": part.template,
            "line": part.place.line,
            "columns": part.columns,
            "why": str(part),
        }
        for part in parts
    ]


def shut_texts(report: PlanReport) -> list[Json]:
    """The largest of the promoted texts that had too few people."""
    return [
        {
            "channel": cell.channel,
            "template": cell.template,
            "text": cell.text,
            "people": cell.people,
            "smallest": cell.smallest,
        }
        for cell in report.shut
    ]


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
