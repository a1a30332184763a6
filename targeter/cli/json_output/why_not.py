"""Where everybody's way to one rule's message ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json

if TYPE_CHECKING:
    from targeter.reports import Failed, Seen, WhyNot


def why_not(one: WhyNot) -> Json:
    """The `people` of `stopped`, `failed` and `endings` add up to all."""
    return {
        "rule": one.rule,
        "why": one.why,
        "priority": one.priority,
        "as_of": one.as_of,
        "runs": not one.not_running,
        "not_running": one.not_running or None,
        "people": one.people,
        "matched": one.matched,
        "messages": one.messages,
        "stopped": [
            {
                "outcome": stop.outcome,
                "name": stop.name,
                "detail": stop.detail,
                "people": stop.people,
                "matched": stop.matched,
            }
            for stop in one.stopped
        ],
        "failed": [_failed(failed) for failed in one.failed],
        "endings": [
            {"outcome": ending.outcome, "rule": ending.rule, "people": ending.people}
            for ending in one.endings
        ],
    }


def _failed(failed: Failed) -> Json:
    return {
        "text": failed.text,
        "role": failed.role,
        "path": failed.place.path,
        "line": failed.place.line,
        "people": failed.people,
        "no": failed.no,
        "unknown": failed.unknown,
        "only": failed.only,
        "seen": [_seen(seen) for seen in failed.seen],
    }


def _seen(seen: Seen) -> Json:
    return {
        "what": seen.what,
        "order": seen.order,
        "values": [{"value": value, "people": people} for value, people in seen.values],
        "others": seen.others,
        "unit": seen.unit or None,
        "within": [{"distance": far, "people": people} for far, people in seen.within],
        "missing": seen.missing,
    }
