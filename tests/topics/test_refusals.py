"""A refusal around a name is against; what only looks like one is not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.database import Engine
from targeter.topics import Topic, refusal_exception_pattern, refusal_patterns, refusal_sql
from targeter.topics.mentions import MOST_WORDS
from tests.topics.labelled_lines import judged, share

BLACKBERRY = Topic("blackberry", ("blackberry", "black berry"))


def refuses(engine: Engine, text: str, topic: Topic = BLACKBERRY) -> bool:
    query = f"SELECT {refusal_sql('text', topic)} FROM (SELECT ?::VARCHAR AS text)"
    return bool(engine.value(query, [text]))


REFUSALS = [
    "would not want a BlackBerry if you gave it to me free",
    "I wouldn't want a BlackBerry if you gave it to me free",
    "I wouldn’t want a BlackBerry",
    "i wouldnt want a blackberry",
    "I WOULD NOT WANT A BLACKBERRY",
    "I would *never* want a #BlackBerry",
    "never going back to @BlackBerry",
    "I'd never ever, honestly, take another black  berry again",
    "Not buying a BlackBerry 9900 ever again",
    "Love my old phone. Never again a BlackBerry.",
    "I'd rather have an iPhone than a BlackBerry",
    "😡 done with BlackBerry 😡",
    "Keep your BlackBerry, thanks",
    "BlackBerry? No thanks!",
    "Ich möchte kein BlackBerry.",
    "Die Nase voll von meinem BlackBerry!",
]

NO_REFUSALS = [
    "",
    "BlackBerry",
    "I wouldn't want anything but a BlackBerry",
    "I don't want to lose my BlackBerry",
    "never been happier with my BlackBerry",
    "can't wait to get a BlackBerry",
    "don't take my BlackBerry away",
    "I would never want that. BlackBerry is lovely",
    "I would not want a nettle or a blackberrybush",
    "I would not want BlackBerry's market share",
    "Would you not want a BlackBerry?",
    "Who would not want a BlackBerry?",
    "He would not want a BlackBerry",
    "I'd rather have a BlackBerry than an iPhone",
    "I never said I would not want a BlackBerry",
    "I don't have a BlackBerry",
    "Ich will nie wieder ohne BlackBerry sein",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_a_text_refuses(engine: Engine, text: str) -> None:
    assert refuses(engine, text)


@pytest.mark.parametrize("text", NO_REFUSALS)
def test_a_text_does_not_refuse(engine: Engine, text: str) -> None:
    assert not refuses(engine, text)


def test_a_name_in_another_script_is_refused_too(engine: Engine) -> None:
    assert refuses(engine, "I would never buy an Айфон.", Topic("iphone", ("айфон", "苹果手机")))
    assert refuses(engine, "I would never buy a 苹果手机!", Topic("iphone", ("айфон", "苹果手机")))


def test_on_our_200_lines_against_is_precise_and_its_recall_is_known(engine: Engine) -> None:
    """Opinions, so by refusal or by score; of what is missed most is irony."""
    lines = judged(engine, "labelled.tsv")
    against = [line for line in lines if line.opinion == -1]
    right = sum(line.label == "against" for line in against)
    assert len(lines) == 200
    assert share(right, len(against)) >= 0.9  # measured: 75 of 79, .95
    assert share(right, sum(line.label == "against" for line in lines)) >= 0.88  # 75 of 84, .89


def test_on_our_200_lines_a_refusal_is_hardly_ever_wrong(engine: Engine) -> None:
    lines = judged(engine, "labelled.tsv")
    refused = [line for line in lines if line.refuses]
    assert [line.text for line in refused if line.label != "against"] == []
    assert share(len(refused), sum(line.label == "against" for line in lines)) >= 0.8


def test_on_lines_written_after_the_patterns_refusals_stay_precise(engine: Engine) -> None:
    """Before they were mended for these lines: precision .94, recall .53 (near misses abound)."""
    lines = judged(engine, "fresh.tsv")
    refused = [line for line in lines if line.refuses]
    right = sum(line.label == "against" for line in refused)
    assert share(right, len(refused)) >= 0.9
    assert share(right, sum(line.label == "against" for line in lines)) >= 0.6


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20
).filter(lambda w: bool(w.strip()))


@settings(deadline=None, max_examples=40)
@given(words=st.lists(WORDS, min_size=1, max_size=3))
def test_any_words_make_patterns_that_the_engine_takes(engine: Engine, words: list[str]) -> None:
    for pattern in (*refusal_patterns(words), refusal_exception_pattern(words)):
        assert engine.value("SELECT regexp_matches('a text', ?)", [pattern]) in (True, False)


@settings(deadline=None, max_examples=40)
@given(
    word=st.sampled_from([".*", "a|b", "(x", "[y", "z]", "<name>", "\\", "<my>", "{2}", "?", "'"])
)
def test_a_word_is_a_literal_and_no_grammar(engine: Engine, word: str) -> None:
    topic = Topic("odd", (word,))
    assert refuses(engine, f"I would never buy a {word}.", topic)
    assert not refuses(engine, "I would never buy a quince.", topic)


def test_the_most_words_are_patterns_the_engine_takes(engine: Engine) -> None:
    words = tuple(f"Ж{i:03}é手{'ß' * 13}" for i in range(MOST_WORDS))
    assert refuses(engine, f"I would never buy a {words[7]}.", Topic("many", words))


@pytest.mark.parametrize(
    "text",
    [
        "I would never " * 100_000 + "BlackBerry",
        "BlackBerry " * 100_000,
        "I'd rather " + "a b c " * 200_000 + "than a BlackBerry",
        "never again, really, " * 100_000,
        "." * 1_000_000 + "BlackBerry",
    ],
)
def test_a_long_hostile_text_takes_bounded_time(engine: Engine, text: str) -> None:
    started = time.perf_counter()
    refuses(engine, text)
    assert time.perf_counter() - started < 3
