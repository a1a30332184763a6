"""Numbers, shares and values as words: they never say more than is known."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targeter.cli.drawing.words import count, day, outcome, safe, safe_lines, share, value
from targeter.outcomes import OUTCOMES


@given(st.integers(1, 10**9), st.data())
def test_a_share_is_nothing_or_all_only_when_it_is_exactly_that(
    whole: int, data: st.DataObject
) -> None:
    part = data.draw(st.integers(0, whole))
    shown = share(part, whole)
    assert (shown == "0 %") == (part == 0)
    assert (shown == "100 %") == (part == whole)
    assert "0.0 %" not in (shown, f" {shown}")
    assert "100.0 %" not in shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (1, 3, "33.3 %"),
        (1, 10_000, "<0.1 %"),
        (9_999, 10_000, ">99.9 %"),
        (1, 1_000, "0.1 %"),
        (0, 0, "–"),
    ],
)
def test_a_share_is_honest(part: int, whole: int, shown: str) -> None:
    assert share(part, whole) == shown


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = safe(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in shown)
    assert not set(shown) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b"
    )
    assert "".join(safe_lines(text)) == shown.replace("\\n", "") or "\\n" in text


def test_what_is_harmless_stays_as_it_is() -> None:
    harmless = "Zoë 日本語 👩‍👩‍👧 naïve [bold]x[/bold] \\ می‌خواهم"
    assert safe(harmless) == harmless


def test_what_is_not_is_spelled_out() -> None:
    assert safe("\x1b[31mred\n\t\x9b\u202e") == "\\x1b[31mred\\n\\t\\x9b\\u202e"


@pytest.mark.parametrize(
    ("seen", "shown"),
    [
        (None, "NULL"),
        (True, "true"),
        ("it's", "'it's'"),
        (Decimal("51.000000"), "51"),
        (Decimal("100"), "100"),
        (0.25, "0.25"),
        (dt.date(2026, 11, 1), "2026-11-01"),
        (["a", None], "['a', NULL]"),
    ],
)
def test_a_value_shows_its_type(seen: object, shown: str) -> None:
    assert value(seen) == shown


def test_a_long_value_is_shortened_and_says_so() -> None:
    shown = value("x" * 5_000)
    assert len(shown) < 200
    assert shown.endswith("…")


def test_counts_agree_with_their_noun() -> None:
    assert count(1, "error") == "1 error"
    assert count(2_000, "person", "people") == "2,000 people"


def test_a_day_reads_the_same_in_every_language() -> None:
    assert day(dt.date(2026, 5, 9)) == "9 May 2026"


@pytest.mark.parametrize("name", [name for name in OUTCOMES if name != "message"])
def test_every_outcome_has_words(name: str) -> None:
    assert "_" not in outcome(name)
    assert outcome(name) != name
