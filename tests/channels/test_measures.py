"""What of a text adds up: pieces measured apart say what the whole text's measure says."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import add

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.channels import CHANNELS, Channel, entities, fits, measured, objections, verdict
from tests.channels.hostile import TEXTS

NARROW: tuple[Channel, ...] = (
    *CHANNELS.values(),
    replace(CHANNELS["sms"], name="long_sms", segments=2),
    replace(CHANNELS["x_promoted"], name="short", limit=12, max_mentions=0, max_emoji=0),
    replace(CHANNELS["mastodon"], name="posts", limit=30, max_hashtags=1, max_links=0),
    replace(CHANNELS["bluesky"], name="narrow", limit=20, byte_limit=30, link_weight=5),
    replace(CHANNELS["x_dm"], name="brief", limit=9, escaped="A."),
)
channels = st.sampled_from(NARROW)
long_texts = st.one_of(TEXTS, st.text(alphabet="ab{}€ł.", min_size=60, max_size=330))


@settings(max_examples=400, deadline=None)
@given(long_texts, channels)
def test_a_verdict_is_what_fits_and_objections_say_of_the_text(text: str, channel: Channel) -> None:
    said, fit = verdict(measured(text, channel), channel), fits(text, channel)
    assert (said.length, said.limit) == (fit.length, fit.limit)
    assert said.fits in (fit.ok, None)
    assert (said.may_go is None) == bool(objections(text, channel))
    if channel.segments == 1:
        assert said.fits is not None


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.lists(st.tuples(st.sampled_from(" \n"), TEXTS), max_size=4), channels)
def test_pieces_that_begin_with_white_space_add_up(
    first: str, rest: list[tuple[str, str]], channel: Channel
) -> None:
    pieces = [first.replace("\r", ""), *(space + text.replace("\r", "") for space, text in rest)]
    apart = reduce(add, (measured(piece, channel) for piece in pieces))
    whole = measured("".join(pieces), channel)
    # these say only whether there is any
    apart, whole = (replace(m, said=bool(m.said), refused=bool(m.refused)) for m in (apart, whole))
    assert apart == whole


@pytest.mark.parametrize("text", [".＠", ".x", "a.x", "a. b.x", "..", "a.\N{NO-BREAK SPACE}"])
def test_a_full_stop_is_only_even_before_a_space_or_an_end(text: str) -> None:
    """Python 3.11.2 forgot what it looked ahead for inside a possessive group."""
    x = CHANNELS["x"]
    assert measured(text, x).length == fits(text, x).length
    assert measured(text, x).links == sum(one.kind == "link" for one in entities(text))
