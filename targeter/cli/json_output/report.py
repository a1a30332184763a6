"""What a plan does, whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json
from targeter.cli.json_output.plan import shut_texts, slow_templates, templates

if TYPE_CHECKING:
    from targeter.reports import Crossing, Followers, Report


def report(one: Report) -> Json:
    """`outcomes` add up to `people`; `waterfall` is the same with who is left after each."""
    plan = one.plan
    return {
        "plan_id": plan.plan_id,
        "as_of": plan.as_of,
        "people": plan.people,
        "messages": plan.messages,
        "coverage": plan.coverage,
        "matched": one.matched,
        "followers": _followers(one.followers) if one.followers else None,
        "outcomes": plan.outcomes,
        "waterfall": [
            {"outcome": step.outcome, "people": step.people, "left": step.left}
            for step in one.waterfall
        ],
        "rules": [
            {
                "name": rule.name,
                "priority": rule.priority,
                "campaign": rule.campaign,
                "matched": rule.matched,
                "won": rule.won,
                "held_out": rule.held_out,
            }
            for rule in plan.rules
        ],
        **_crossing(one.crossing),
        **_copy(one),
        **_audiences(one),
    }


def _followers(one: Followers) -> Json:
    """An upper bound: one person may follow several."""
    return {
        "column": one.column,
        "at_most": one.followers,
        "people": one.people,
        "unknown": one.unknown,
    }


def _copy(one: Report) -> Json:
    return {
        "templates": templates(one.plan.templates),
        "slow_templates": slow_templates(one.plan.slow),
        "missing": [
            {
                "template": value.template,
                "variable": value.variable,
                "required": value.required,
                "held": value.held,
                "lacking": value.lacking,
            }
            for value in one.missing
        ],
    }


def _audiences(one: Report) -> Json:
    return {
        "audiences": [
            {
                "channel": cell.channel,
                "template": cell.template,
                "text": cell.text,
                "people": cell.people,
                "match_rate": cell.match_rate,
                "recognised": cell.recognised,
                "smallest": cell.smallest,
            }
            for cell in one.audiences
        ],
        "shut": shut_texts(one.plan),
        "costs": [
            {
                "channel": cost.channel,
                "messages": cost.messages,
                "each": cost.each,
                "total": cost.total,
            }
            for cost in one.costs
        ],
    }


def _crossing(one: Crossing) -> Json:
    return {
        "rules_by_person": [{"rules": rules, "people": people} for rules, people in one.counts],
        "overlaps": [
            {"wins": pair.first, "loses": pair.second, "people": pair.people}
            for pair in one.overlaps
        ],
        "rules_without_overlaps": one.uncounted,
        "beaten": [
            {
                "rule": beaten.rule,
                "matched": beaten.matched,
                "instead": [{"name": name, "people": people} for name, people in beaten.instead],
            }
            for beaten in one.beaten
        ],
    }
