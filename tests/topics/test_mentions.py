"""Words are named whole, in any case and any script, whatever stands around them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.database import Engine
from targeter.topics import mention_pattern
from targeter.topics.mentions import LONGEST_WORD, MOST_WORDS, script


def names(engine: Engine, text: str, *words: str) -> bool:
    found = engine.value(
        "SELECT regexp_matches(nfc_normalize(?), ?)", [text, mention_pattern(words)]
    )
    return bool(found)


NAMED = [
    ("iPhone", "iPhone"),
    ("iphone", "my IPHONE is new"),
    ("iPhone", "iPhoneが好き"),
    ("iPhone", "新しいiPhone"),
    ("iPhone", "айфон/iPhone"),
    ("iPhone", "мойiPhone"),
    ("BlackBerry", "#BlackBerry"),
    ("BlackBerry", "@blackberry why"),
    ("BlackBerry", "BlackBerry's keys"),
    ("BlackBerry", "BlackBerry’s keys"),
    ("BlackBerry", "blackberry.com"),
    ("BlackBerry", "(blackberry)"),
    ("BlackBerry", "❤️BlackBerry❤️"),
    ("BlackBerry", "first\nBlackBerry\nlast"),
    ("new phone", "a new \t\n phone, please"),
    ("new phone", "new\u00a0phone"),
    ("new phone", "new\u3000phone"),
    ("don't", "I don’t"),
    ("don’t", "I don't"),
    ("O2", "my o2 bill"),
    ("5G", "faster 5g!"),
    ("5G", "用5G上网"),
    ("C++", "I write c++11"),
    ("🍎", "an🍎a day"),
    ("café", "Cafe\u0301 Noir"),
    ("cafe\u0301", "CAFÉ"),
    ("телефон", "Мой ТЕЛЕФОН!"),
    ("Ελλάδα", "ΕΛΛΆΔΑ"),
    ("λόγος", "ΛΌΓΟΣ"),
    ("هاتف", "هذا هاتف جديد"),
    ("טלפון", "זה טלפון."),
    ("फ़ोन", "नया फ़ोन है"),
    ("手机", "我的手机坏了"),
    ("ケータイ", "新しいケータイを買う"),
    ("โทรศัพท์", "ซื้อโทรศัพท์ใหม่"),
    ("ໂທລະສັບ", "ຊື້ໂທລະສັບໃໝ່"),
    ("ទូរស័ព្ទ", "ទិញទូរស័ព្ទថ្មី"),
    ("ဖုန်း", "အသစ်ဖုန်းဝယ်"),
    ("아이폰", "아이폰 샀다"),
    ("아이폰", "아이폰을 샀다"),
    ("հեռախոս", "Նոր հեռախոս"),
    ("ტელეფონი", "ახალი ტელეფონი"),
]

NOT_NAMED = [
    ("iphone", "iphones"),
    ("iphone", "myiphone"),
    ("iPhone", "iPhone15"),
    ("iphone", "iphone_fan"),
    ("iphone", "iphone\u0301"),
    ("O2", "CO2"),
    ("5G", "15g"),
    ("5G", "5GB"),
    ("a.b", "axb"),
    (".*", "anything"),
    ("new phone", "newphone"),
    ("cafe", "café"),
    ("телефон", "телефоны"),
    ("Ελλάδα", "Ελλάδας"),
    ("هاتف", "هاتفي"),
    ("کتاب", "کتاب\u200cها"),
    ("फ़ोन", "फ़ोनों"),
    ("아이폰", "아이폰팬"),
    ("phone", "ｐｈｏｎｅ"),
]


@pytest.mark.parametrize(("word", "text"), NAMED)
def test_a_text_names_a_word(engine: Engine, word: str, text: str) -> None:
    assert names(engine, text, word)


@pytest.mark.parametrize(("word", "text"), NOT_NAMED)
def test_a_text_does_not_name_a_word(engine: Engine, word: str, text: str) -> None:
    assert not names(engine, text, word)


def test_one_of_several_words_is_enough(engine: Engine) -> None:
    words = ("new phone", "手机", "телефон", "C++")
    assert [names(engine, text, *words) for text in ("買手机", "телефон?", "c++", "phone")] == [
        True,
        True,
        True,
        False,
    ]


def test_the_order_and_number_of_words_change_nothing() -> None:
    assert mention_pattern(["b", "a", "手"]) == mention_pattern(["手", "a", "b", "a"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "at least one word"),
        (["  "], "an empty word"),
        (["x" * (LONGEST_WORD + 1)], "longer than 100 characters"),
        ([f"word{i}" for i in range(MOST_WORDS + 1)], "at most 200 words"),
        ([f"{i:099}" for i in range(100)], "4,000 characters"),
        (["\ud800"], "half a character"),
        (["a\x00b"], "a control character"),
    ],
)
def test_words_that_cannot_be_looked_for_are_refused(words: list[str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        mention_pattern(words)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20
).filter(lambda w: bool(w.strip()))


@settings(deadline=None, max_examples=150)
@given(words=st.lists(WORDS, min_size=1, max_size=5))
def test_any_word_is_found_where_it_stands_alone(engine: Engine, words: list[str]) -> None:
    assert all(names(engine, f"« {word} »", *words) for word in words)


@settings(deadline=None, max_examples=50)
@given(word=WORDS, text=st.text(st.characters(codec="utf-8", exclude_categories=["Cs"])))
def test_any_word_and_any_text_have_an_answer(engine: Engine, word: str, text: str) -> None:
    assert names(engine, text, word) in (True, False)


def test_every_script_we_tell_apart_is_known_to_the_engine(engine: Engine) -> None:
    letters = "aαбאבاաकককกກကकហ漢あア한აሀᎠᠠⴰࠀ߀ꀀ가ㄅ"
    found = {script(letter) for letter in letters} - {"", "any"}
    assert all(engine.value("SELECT regexp_matches('x', ?)", [rf"\p{{{s}}}|x"]) for s in found)


def test_the_most_words_are_one_pattern_the_engine_takes(engine: Engine) -> None:
    words = [f"Ж{i:03}é手{'ß' * 13}" for i in range(MOST_WORDS)]
    assert names(engine, f"« {words[-1].upper()} » {words[0]}", *words)


def test_a_long_hostile_text_takes_bounded_time(engine: Engine) -> None:
    started = time.perf_counter()
    assert not names(engine, "black berr" * 200_000, "black berry", "手机")
    assert time.perf_counter() - started < 3
