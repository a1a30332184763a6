"""Hostile texts, here and in the reference implementation."""

from __future__ import annotations

import pytest

from targeter.channels import entities, invalid_characters, length
from targeter.channels.graphemes import count

from .hostile import many
from .reference import reference


def compare(texts: list[str]) -> int:
    """Assert what must hold for every text, and return how many texts hold other entities."""
    others = 0
    for text, answer in zip(texts, reference(texts), strict=True):
        assert length(text) >= answer["length"], ascii(text)
        assert count(text) >= answer["graphemes"], ascii(text)
        assert bool(invalid_characters(text)) is answer["refused"], ascii(text)
        found = [(entity.kind, entity.start, entity.end) for entity in entities(text)]
        others += found != [tuple(entity) for entity in answer["entities"]]
    return others


def test_3000_hostile_texts_never_count_less_than_in_the_reference() -> None:
    # The reference reads halves of astral characters where it looks at what precedes a link.
    assert compare(list(many(3_000, seed=1))) <= 3


@pytest.mark.slow
def test_150000_hostile_texts_never_count_less_than_in_the_reference() -> None:
    assert compare(list(many(150_000, seed=2))) <= 75
