"""A template's messages as their channel shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json

if TYPE_CHECKING:
    from targeter.previews import Card, Preview


def preview(one: Preview) -> Json:
    return {
        "template": one.template,
        "people": one.people,
        "cards": [_card(card) for card in one.cards],
        "notes": list(one.notes),
    }


def _card(card: Card) -> Json:
    return {
        "template": card.template,
        "language": card.language,
        "channel": card.channel,
        "is_promoted": card.is_promoted,
        "rule": card.by,
        "person": card.person,
        "chosen": card.chosen,
        "text": card.text,
        "shown": card.shown,
        "length": card.length,
        "limit": card.limit,
        "unit": card.unit,
        "links": list(card.links),
        "mentions": list(card.mentions),
        "hashtags": list(card.hashtags),
        "link": card.beside,
        "why": card.why,
        "absent": [{"name": one.name, "was": one.was} for one in card.absent],
        "changed": [
            {"name": one.name, "was": one.was, "written": one.written} for one in card.changed
        ],
    }
