"""What is known of one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json

if TYPE_CHECKING:
    from targeter.access import Access


def access(found: Access) -> Json:
    return {
        "person": found.person,
        "is_forgotten": found.is_forgotten,
        "held": [
            {
                "source": one.source,
                "rows": [dict(zip(one.columns, row, strict=True)) for row in one.rows],
                "named_in_rows_of_others": one.named,
            }
            for one in found.held
        ],
        "used": [
            {
                "rule": use.rule,
                "why": use.why,
                "values": dict(use.values),
                "sources": use.sources,
                "purposes": [{"name": name, "basis": basis} for name, basis in use.purposes],
            }
            for use in found.used
        ],
        "sent": [
            {
                "at": sent.at.isoformat(),
                "event": sent.event,
                "campaign": sent.campaign,
                "rule": sent.rule,
                "why": sent.why,
                "template": sent.template,
                "channel": sent.channel,
                "text": sent.text,
            }
            for sent in found.sent
        ],
    }
