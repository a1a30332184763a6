"""Two plans compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json

if TYPE_CHECKING:
    from targeter.plans import Change, Comparison, Side


def comparison(one: Comparison) -> Json:
    """`from` and `to` are a rule, or an outcome without message; `absent` is in one plan only."""
    return {
        "plan_id": one.plan_id,
        "as_of": one.as_of,
        "against": {
            "name": one.against.name,
            "plan_id": one.against.plan_id,
            "as_of": one.against.as_of,
        },
        "people": one.people,
        "messages_before": one.messages_before,
        "messages_after": one.messages_after,
        "differs": one.differs,
        "unchanged": one.unchanged,
        **{str(kind): people for kind, people in one.counts.items()},
        "changes": [_change(change) for change in one.changes],
    }


def _change(change: Change) -> Json:
    return {
        "kind": change.kind,
        "from": change.before,
        "to": change.after,
        "people": change.people,
        "samples": [
            {"person": s.person, "before": _side(s.before), "after": _side(s.after)}
            for s in change.samples
        ],
    }


def _side(side: Side) -> Json:
    return {
        "outcome": side.outcome,
        "rule": side.rule,
        "template": side.template,
        "channel": side.channel,
        "text": side.text,
        "link": side.link,
    }
