"""The length of a text on X."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings

from targeter.channels import length, links

from .hostile import TEXTS

HEART_COUPLE = "👩‍❤️‍💋‍👨"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("Hello", 5),
        ("Grüezi", 6),
        ("“quoted” – dash…", 17),
        ("東京", 4),
        ("e\u0301", 1),
        ("\ufb2c", 3),  # NFC takes it apart
        ("\u200d", 1),
        ("\ufe0f", 2),
        ("\ufeff", 2),
        ("\ud800", 2),
        ("\r\n", 2),
    ],
)
def test_plain_characters_weigh_what_their_range_says(text: str, weight: int) -> None:
    assert length(text) == weight


@pytest.mark.parametrize(
    "emoji",
    [
        "😀",
        "👨‍👩‍👧‍👦",
        "👩🏽‍💻",
        HEART_COUPLE,
        "🏳️‍🌈",
        "🏴‍☠️",
        "👁‍🗨",
        "🕵️‍♂️",
        "🕵🏽‍♀️",
        "🤷🏽‍♂️",
        "🇩🇪",
        SCOTLAND,
        *("1️⃣", "#⃣", "©️", "☺️", "☝🏿", "👯‍♀️"),
    ],
)
def test_an_emoji_weighs_two_however_many_parts_it_has(emoji: str) -> None:
    assert length(emoji) == 2


@pytest.mark.parametrize(
    ("emoji", "weight"),
    [("🤷‍♂", 5), ("🇨🇶", 4), ("🏳️‍⚧️", 7), ("😀\ufe0f", 4), ("☺\ufe0e", 4), ("©", 1), ("🧑‍🎄", 5)],
)
def test_what_the_list_of_2018_does_not_know_weighs_the_sum_of_its_parts(
    emoji: str, weight: int
) -> None:
    assert length(emoji) == weight


@pytest.mark.parametrize(
    "text",
    [
        "x.co",
        "Anna.It",
        "https://example.com/a/very/long/path?with=a&query=as-well#and-more",
        "dr.no",
    ],
)
def test_a_link_weighs_23_long_or_short(text: str) -> None:
    assert length(text) == 23
    assert length(f"see {text} now") == 4 + 23 + 4


@pytest.mark.parametrize("text", ["a.kids", "x.spa", "Hello.Wrld", "http://あ.music"])
def test_a_dotted_word_weighs_23_even_if_its_domain_is_younger_than_the_list(text: str) -> None:
    assert links(text) == ()
    assert length(text) == 23


@pytest.mark.parametrize(
    "text", ["3.50", "e.g. this", "v1.2.3", "No.一", "a.b.c", "...", "10.30 h", "(.)"]
)
def test_a_dot_that_can_make_no_link_weighs_one(text: str) -> None:
    assert length(text) == len(text) + sum(character == "一" for character in text)


@given(TEXTS)
@settings(max_examples=400, derandomize=True, deadline=None)
def test_no_text_weighs_less_than_half_its_characters_outside_links(text: str) -> None:
    normal = unicodedata.normalize("NFC", text)
    in_links = sum(link.end - link.start for link in links(normal))
    assert length(text) >= 23 * len(links(normal))
    assert length(text) <= 2 * len(normal) + 23 * (normal.count(".") + 1)
    if not in_links:
        assert length(text) * 20 >= len(normal)


@given(TEXTS)
@settings(max_examples=400, derandomize=True, deadline=None)
def test_the_form_of_normalisation_changes_nothing(text: str) -> None:
    assert length(text) == length(unicodedata.normalize("NFD", text))


@given(TEXTS, TEXTS)
@settings(max_examples=400, derandomize=True, deadline=None)
def test_lengths_add_up_where_a_space_begins(left: str, right: str) -> None:
    assert length(f"{left} {right}") == length(left) + length(f" {right}")


@pytest.mark.parametrize(
    "text",
    [
        "a." * 40_000,
        "x.com東" * 10_000,
        "東" * 60_000 + ".com",
        "x.co/" + "(" * 60_000,
        "x.co/" + "(a)" * 20_000,
        "x.co/" + "(a(b)" * 15_000,
        "x.co/" + "a@" * 30_000,
        "http://" * 10_000 + ".a.b",
        "a_b." * 20_000 + "x",
        "👨\u200d" * 30_000,
        "#" * 60_000 + "a",
    ],
    ids=lambda text: f"{text[:12]}…",
)
def test_time_grows_with_the_text_and_not_with_its_square(text: str) -> None:
    started = time.perf_counter()
    length(text)
    assert time.perf_counter() - started < 5
