"""twitter-text's own conformance suite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from targeter.channels import Entity, cashtags, hashtags, invalid_characters, links, mentions
from targeter.channels.weighted import weigh

from .public import conformance

WEIGHTED = {
    # The second configuration counts each part of an emoji.
    "WeightedTweetsCounterTest": False,
    "WeightedTweetsWithDiscountedEmojiCounterTest": True,
    "UnicodeDirectionalMarkerCounterTest": True,
}
LINKS = {
    "urls": 91,
    "urls_with_indices": 10,
    "urls_with_directional_markers": 2,
    "tco_urls_with_params": 5,
}
ENTITIES: dict[str, tuple[Callable[[str], tuple[Entity, ...]], str]] = {
    "mentions": (mentions, ""),
    "mentions_with_indices": (mentions, "screen_name"),
    "hashtags": (hashtags, ""),
    "hashtags_from_astral": (hashtags, ""),
    "hashtags_with_indices": (hashtags, "hashtag"),
    "cashtags": (cashtags, ""),
    "cashtags_with_indices": (cashtags, "cashtag"),
}


def failures(cases: list[dict[str, Any]], answer: Callable[[str], Any]) -> list[tuple[str, Any]]:
    """Return the descriptions of the cases that come out otherwise, with what came out."""
    return [
        (case["description"], answer(case["text"]))
        for case in cases
        if answer(case["text"]) != case["expected"]
    ]


def test_all_44_weighted_lengths_are_the_references() -> None:
    suite = conformance("validate.yml")
    cases = [(case, joined) for name, joined in WEIGHTED.items() for case in suite[name]]
    wrong = [
        (case["description"], weigh(case["text"], joined_emoji=joined))
        for case, joined in cases
        if weigh(case["text"], joined_emoji=joined) != case["expected"]["weightedLength"]
    ]
    assert (len(cases), wrong) == (44, [])


def test_a_text_the_reference_calls_valid_is_valid_here() -> None:
    suite = conformance("validate.yml")
    for name, joined in WEIGHTED.items():
        for case in suite[name]:
            fits = 0 < weigh(case["text"], joined_emoji=joined) <= 280
            valid = fits and not invalid_characters(case["text"])
            assert valid is case["expected"]["valid"], case["description"]


@pytest.mark.parametrize("section", LINKS)
def test_all_108_cases_of_links_come_out_as_the_references(section: str) -> None:
    cases = conformance("extract.yml")[section]

    def answer(text: str) -> list[Any]:
        if section in ("urls", "tco_urls_with_params"):
            return [link.text for link in links(text)]
        return [{"url": link.text, "indices": [link.start, link.end]} for link in links(text)]

    assert (len(cases), failures(cases, answer)) == (LINKS[section], [])


def test_all_1574_top_level_domains_make_a_link() -> None:
    suite = conformance("tlds.yml")
    cases = suite["country"] + suite["generic"]
    wrong = failures(cases, lambda text: [link.text for link in links(text)])
    assert (len(cases), wrong) == (1574, [])


@pytest.mark.parametrize("section", ENTITIES)
def test_mentions_hashtags_and_cashtags_are_the_references(section: str) -> None:
    find, key = ENTITIES[section]

    def answer(text: str) -> list[Any]:
        found = find(text)
        if not key:
            return [entity.text[1:] for entity in found]
        return [{key: e.text[1:], "indices": [e.start, e.end]} for e in found]

    assert failures(conformance("extract.yml")[section], answer) == []
