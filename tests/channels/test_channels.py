"""The catalogue of channels, a project's own ones, and what a channel refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from targeter.channels import CHANNELS, ChannelSettingError, channel_from, fits, length, objections

X, PROMOTED = CHANNELS["x"], CHANNELS["x_promoted"]


def test_a_channel_is_found_by_its_own_name() -> None:
    assert list(CHANNELS) == [channel.name for channel in CHANNELS.values()]
    assert {"x", "x_promoted", "x_dm", "bluesky", "mastodon", "threads", "linkedin", "sms"} == set(
        CHANNELS
    )


def test_only_the_promoted_post_needs_an_audience() -> None:
    assert {c.name: c.min_audience for c in CHANNELS.values() if c.min_audience > 1} == {
        "x_promoted": 100
    }
    assert PROMOTED.delivery == "promoted" and PROMOTED.link_place == "card"


def test_a_project_changes_what_it_names_and_keeps_the_rest() -> None:
    assert channel_from("x_promoted", {"match_rate": 0.6}, PROMOTED) == replace(
        PROMOTED, match_rate=0.6
    )


def test_a_new_channel_can_begin_with_a_built_in_one() -> None:
    channel = channel_from("our_server", {"like": "mastodon", "limit": 1000})
    assert (channel.name, channel.limit, channel.link_weight) == ("our_server", 1000, 23)
    assert fits("a" * 1000, channel).ok and not fits("a" * 1001, channel).ok


def test_a_new_channel_can_be_said_in_full() -> None:
    channel = channel_from(
        "letter", {"delivery": "direct", "unit": "codepoints", "limit": 2000, "address": "street"}
    )
    assert (channel.purpose, channel.address, channel.min_audience) == ("marketing", "street", 1)


def test_a_text_message_takes_segments_instead_of_a_limit() -> None:
    channel = channel_from("sms", {"segments": 2}, CHANNELS["sms"])
    assert fits("a" * 306, channel).ok and not fits("a" * 307, channel).ok
    assert fits("a" * 306, channel).limit == 306
    assert channel_from("text", {"delivery": "direct", "unit": "gsm7"}).segments == 1


def test_the_weight_of_a_link_is_the_channels() -> None:
    channel = channel_from("x", {"link_weight": 30}, X)
    assert length("see x.co and a.kids", channel) == 4 + 30 + 5 + 30


@pytest.mark.parametrize(
    ("settings", "sentence", "key"),
    [
        ({"limt": 5}, "a channel has no setting 'limt': did you mean limit?", "limt"),
        ({"zzz": 5}, "a channel has no setting 'zzz': there are delivery,", "zzz"),
        ({"limit": 0}, "limit is a whole number of 1 or more, not 0", "limit"),
        ({"limit": True}, "limit is a whole number of 1 or more, not True", "limit"),
        ({"limit": "many"}, "limit is a whole number of 1 or more, not 'many'", "limit"),
        ({"match_rate": 60}, "match_rate is a share above 0 and up to 1, not 60", "match_rate"),
        ({"delivery": "owl"}, "delivery is one of direct, promoted, not 'owl'", "delivery"),
        ({"link_place": []}, "link_place is one of text, card, not []", "link_place"),
        (
            {"bare_domains_link": 1},
            "bare_domains_link is true or false, not 1",
            "bare_domains_link",
        ),
        ({"purpose": " "}, "purpose is a text, not ' '", "purpose"),
        ({"like": "owl"}, "like names one of x,", "like"),
        ({"like": {}}, "like names one of x,", "like"),
        ({"segments": 2}, "segments are for channels that count gsm7", "segments"),
        ({"unit": "gsm7"}, "a text message carries a link in full", "link_weight"),
        ({"unit": "gsm7", "limit": 9}, "the limit of a text message follows", "limit"),
        ({"match_rate": 0.5}, "match_rate is for promoted channels", "match_rate"),
    ],
)
def test_what_a_channel_can_not_be_is_a_sentence_with_its_key(
    settings: dict[str, object], sentence: str, key: str
) -> None:
    with pytest.raises(ChannelSettingError) as error:
        channel_from("x", settings, X)
    assert str(error.value).startswith(sentence)
    assert error.value.key == key


def test_a_new_channel_says_what_it_lacks() -> None:
    with pytest.raises(ValueError, match="needs delivery, limit, or like: and a channel"):
        channel_from("letter", {"unit": "codepoints"})


@pytest.mark.parametrize(
    ("text", "channel", "sentences"),
    [
        ("Hello", "x", ()),
        (" ", "x", ("the text is empty",)),
        ("a\ufeff", "x", ("x refuses a text with U+FEFF",)),
        ("$ABC and $DEF", "x", ("x takes at most 1 cashtag, and the text holds $ABC, $DEF",)),
        ("x.co", "x_promoted", ("x_promoted takes no links, and the text holds x.co",)),
        ("#sale", "x_promoted", ("x_promoted takes no hashtags, and the text holds #sale",)),
        ("😀", "x_promoted", ()),
        ("😀☺", "x_promoted", ("x_promoted takes at most 1 emoji, and the text holds 😀, ☺",)),
        ("😀 #sale x.co", "x", ()),
        (
            "a.co b.co c.co d.co e.co f.co",
            "threads",
            ("threads takes at most 5 links, and the text holds a.co, b.co, c.co, d.co, e.co",),
        ),
    ],
)
def test_a_channel_objects_in_sentences(
    text: str, channel: str, sentences: tuple[str, ...]
) -> None:
    assert objections(text, channel) == sentences
