"""How other channels count, and what fits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.channels import CHANNELS, Fit, channel_named, emoji, escape, fits, length
from targeter.channels.graphemes import count, graphemes

from .hostile import TEXTS


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_counts_plain_words_alike(channel: str) -> None:
    assert length("Hello Anna", channel) == 10


@pytest.mark.parametrize("channel", CHANNELS)
@given(text=TEXTS)
@settings(max_examples=100, derandomize=True, deadline=None)
def test_every_channel_counts_any_text(channel: str, text: str) -> None:
    fit = fits(text, channel)
    assert fit.length >= 0 and isinstance(fit.ok, bool)
    assert fit.length == length(text, channel)


@pytest.mark.parametrize(
    ("text", "channel", "expected"),
    [
        ("see https://example.com/a/long/way", "mastodon", 4 + 23),
        ("see example.com", "mastodon", 15),
        ("see https://example.com", "bluesky", 23),
        ("👨‍👩‍👧‍👦", "bluesky", 1),
        ("👨‍👩‍👧‍👦", "threads", 25),
        ("a😀b☺️", "threads", 2 + 4 + 6),
        ("東京", "threads", 2),
        ("Tom & #Ann (x)", "linkedin", 14 + 3),
        ("😀", "linkedin", 2),
        ("👨‍👩‍👧‍👦", "x_dm", 7),
        ("see https://example.com", "x_dm", 23),
        ("€5 {off}", "sms", 8 + 3),
        ("O’Neil", "sms", 6),
        ("😀", "sms", 2),
    ],
)
def test_a_channel_counts_in_its_own_unit(text: str, channel: str, expected: int) -> None:
    assert length(text, channel) == expected


def test_linkedin_gets_its_backslashes_and_nobody_else_does() -> None:
    assert escape("a_b [c]", "linkedin") == r"a\_b \[c\]"
    assert escape("a_b [c]", "x") == "a_b [c]"


def test_280_fit_on_x_and_281_do_not() -> None:
    assert fits("a" * 280) == Fit(280, 280, "weighted characters", ok=True)
    assert not fits("a" * 281).ok
    assert str(fits("a" * 281)) == "281 of 280 weighted characters"


def test_bluesky_bounds_bytes_besides_characters() -> None:
    family = "👨‍👩‍👧‍👦" * 130
    fit = fits(family, "bluesky")
    assert (fit.length, fit.bytes, fit.ok) == (130, 3_250, False)
    assert str(fit) == "130 of 300 characters, 3,250 of 3,000 bytes"
    assert fits("東" * 300, "bluesky").ok


@pytest.mark.parametrize(
    ("text", "ok", "limit", "segments"),
    [
        ("a" * 160, True, 160, 1),
        ("a" * 161, False, 160, 2),
        ("€" * 80, True, 160, 1),
        ("ł" * 70, True, 70, 1),
        ("ł" * 71, False, 70, 2),
        ("a" * 69 + "’", True, 70, 1),
        ("a" * 306, False, 160, 2),
        ("a" * 307, False, 160, 3),
        # An escaped sign is never cut in half: 152 and the first half would fill the segment.
        ("a" * 152 + "€" + "a" * 151 + "€", False, 160, 3),
    ],
)
def test_a_text_message_fits_by_its_alphabet(
    text: str, ok: bool, limit: int, segments: int
) -> None:
    fit = fits(text, "sms")
    assert (fit.ok, fit.limit, fit.segments) == (ok, limit, segments)


def test_a_text_message_says_which_character_halved_its_room() -> None:
    assert str(fits("a" * 80 + "’", "sms")) == "81 of 70 16-bit units, because GSM 7-bit has no ’"


def test_an_unknown_channel_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean bluesky"):
        length("a", "blueski")
    with pytest.raises(ValueError, match="there are x, x_promoted"):
        channel_named("pigeon")


@pytest.mark.parametrize(
    ("text", "clusters"),
    [
        ("e\u0301", 1),
        ("\r\n", 1),
        ("a\r\nb", 3),
        ("🇩🇪🇫🇷", 2),
        ("👩🏽‍💻", 1),
        ("กำ", 2),  # the annex says one: too many is the safe side
        ("คุณ", 2),
        ("\u200b\u0301", 2),
        ("1️⃣", 1),
        ("❤\u0903\u200d❤", 2),
    ],
)
def test_graphemes_are_never_too_few(text: str, clusters: int) -> None:
    assert count(text) == clusters


@given(TEXTS)
@settings(max_examples=400, derandomize=True, deadline=None)
def test_graphemes_joined_again_are_the_text(text: str) -> None:
    assert "".join(graphemes(text)) == text
    assert count(text) == len(graphemes(text)) <= len(text)


@given(TEXTS, st.characters(categories=["Lu", "Ll", "Nd", "Zs"], max_codepoint=0x2FF))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_a_letter_or_space_always_begins_a_grapheme(text: str, letter: str) -> None:
    assert count(f"{text}{letter}") == count(text) + 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I ❤ NY 😀👨‍👩‍👧‍👦", 3),
        ("Acme™ © 2026", 0),
        ("🫠", 1),
        ("1 2 3 #", 0),
        ("1️⃣", 1),
        ("plain", 0),
    ],
)
def test_emoji_are_counted_joined_and_new_ones_too(text: str, found: int) -> None:
    assert len(emoji(text)) == found
