"""Differences of texts are shown by words, and together they are the texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from targeter.tester.wording import compared

WORDS = st.lists(st.sampled_from(("a", "b", "sea", "\n", "fog")), max_size=12).map(" ".join)


@given(first=WORDS, second=WORDS)
def test_the_parts_of_a_text_are_the_text(first: str, second: str) -> None:
    before, after = compared(first, second)
    assert "".join(part.text for part in before) == first
    assert "".join(part.text for part in after) == second


def test_words_that_differ_are_marked_as_one_where_only_a_space_is_between() -> None:
    before, after = compared(
        "we leave the old light on for you", "we leave the new lamp on for you"
    )
    assert [part.text for part in before if part.differs] == ["old light"]
    assert [part.text for part in after if part.differs] == ["new lamp"]


def test_texts_with_little_in_common_are_shown_whole() -> None:
    before, after = compared("deep water, quiet nights", "hear us through any fog")
    assert not any(part.differs for part in (*before, *after))
