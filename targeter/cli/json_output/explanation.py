"""One person's whole way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json

if TYPE_CHECKING:
    from targeter.explain import Change, ConditionResult, Explanation, RuleResult


def explanation(one: Explanation) -> Json:
    return {
        "person": one.person,
        "as_of": one.as_of,
        "outcome": one.outcome,
        "reason": one.reason,
        "status": one.status,
        "until": one.until,
        "because": one.because,
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
                "conditions": conditions(verdict.conditions),
            }
            for verdict in one.verdicts
        ],
        "rules": [rule_result(rule) for rule in one.rules],
        "path": [
            {"stage": step.stage, "passed": step.passed, "told": step.told} for step in one.path
        ],
        "changes": None if one.changes is None else [_change(change) for change in one.changes],
    }


def rule_result(rule: RuleResult) -> Json:
    return {
        "name": rule.name,
        "why": rule.why,
        "priority": rule.priority,
        "holds": rule.holds,
        "fate": rule.fate,
        "conditions": conditions(rule.conditions),
    }


def _change(change: Change) -> Json:
    return {
        "kind": change.kind,
        "what": change.what,
        "detail": change.detail,
        "conditions": conditions(change.conditions),
    }


def conditions(conditions: Iterable[ConditionResult]) -> list[Json]:
    return [
        {"text": one.text, "role": one.role, "result": one.result, "values": one.values}
        for one in conditions
    ]
