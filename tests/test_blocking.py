"""The block list: whole words in any case and width, in every script, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter import blocking
from targeter.database import Engine, Parser

from . import worlds

WORDS = ("spam", "for free", "Straße", "don't", "東京", "C++")

HOLDING = [
    ("Spam!", "spam"),
    ("no SPAM.", "spam"),
    ("ｓｐａｍ", "spam"),
    ("ＳＰＡＭ and more", "spam"),
    ("ſpam", "spam"),
    ("Now for  free", "for free"),
    ("Now\nFOR\nFREE", "for free"),
    ("STRASSE", "Straße"),
    ("straße", "Straße"),
    ("I DON’T know", "don't"),
    ("in東京で", "東京"),
    (r"\#spam\_", "spam"),
    ("c++", "C++"),
    ("https://example.com/spam?x", "spam"),
    ("for free spam", "spam"),
]
NOT_HOLDING = [
    "spammer",
    "antispam",
    "spam5",
    "spam_",
    "forfree",
    "for freedom",
    "Strassen",
    "京東",
    "",
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(folders=[], scratch=tmp_path_factory.mktemp("scratch"))


def blocked(engine: Engine, words: tuple[str, ...], texts: list[str]) -> dict[str, str]:
    engine.load("texts", {"text": "VARCHAR"}, [(text,) for text in texts])
    blocking.find_blocked(engine, words, "SELECT text FROM texts", "blocked")
    return dict(engine.rows("SELECT text, word FROM blocked"))


def test_a_text_that_holds_a_word_is_found_with_the_first_one(engine: Engine) -> None:
    texts = [text for text, _ in HOLDING]
    assert blocked(engine, WORDS, texts + NOT_HOLDING) == dict(HOLDING)


@pytest.mark.parametrize(("text", "word"), HOLDING)
def test_lint_finds_the_same(text: str, word: str) -> None:
    assert blocking.blocked_word(Parser(), WORDS, text) == word


def test_lint_finds_nothing_where_nothing_is() -> None:
    parser = Parser()
    assert [blocking.blocked_word(parser, WORDS, text) for text in NOT_HOLDING] == [None] * 9
    assert blocking.blocked_word(parser, (), "spam") is None


def test_without_words_nothing_is_blocked(engine: Engine) -> None:
    assert blocked(engine, (), ["spam"]) == {}


def test_a_long_list_is_looked_for_in_parts(engine: Engine) -> None:
    words = tuple(f"word{number}" for number in range(450))
    assert blocked(engine, words, ["a word7 b", "word449", "word"]) == {
        "a word7 b": "word7",
        "word449": "word449",
    }


@pytest.mark.parametrize("word", ["", " ", "a" * 101, "a\x00b"])
def test_a_word_that_cant_be_looked_for_is_said_to_be(word: str) -> None:
    assert blocking.unfit(word)


PIECES = st.lists(
    st.sampled_from(
        [
            "spam",
            "ＳＰＡＭ",
            "ß",
            "😀",
            "я",
            "SpAm",
            "x",
            " ",
            "_",
            "ſ",
            "é",
            "²",
            "…",
            "\u200d",
            "東",
            "-",
        ]
    ),
    max_size=6,
).map("".join)


@given(st.lists(PIECES, max_size=20))
@settings(max_examples=15, derandomize=True, deadline=None)
def test_folding_in_the_engine_and_in_python_is_one(engine: Engine, texts: list[str]) -> None:
    found = blocked(engine, ("spam",), texts)
    folded = blocked(engine, ("spam",), [blocking.folded(text) for text in texts])
    assert {blocking.folded(text) for text in found} == set(folded)


def test_what_the_engine_takes_as_it_is_folds_to_itself_but_for_its_case() -> None:
    taken = [c for c in map(chr, range(0x110000)) if re.fullmatch(blocking._PLAIN, c)]
    assert len(taken) > 30_000
    for one in taken:
        assert blocking.folded(one) == one.casefold() == one.lower()
        assert not unicodedata.combining(one)


@given(st.text(max_size=40))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_a_folded_text_is_in_one_form(text: str) -> None:
    folded = blocking.folded(text)
    assert unicodedata.is_normalized("NFKC", folded)


def test_words_are_read_from_the_settings_and_unfit_ones_are_findings(tmp_path: Path) -> None:
    settings = worlds.PEOPLE + f"block:\n  - cheap\n  - {'a' * 101}\n"
    worlds.write(tmp_path, {"rules/targeter.yaml": settings})
    found = worlds.errors(tmp_path)
    assert [(f.code, f.place.line) for f in found if f.place] == [("TG105", 13)]
    assert "is longer than 100 characters" in found[0].message


def test_a_footer_that_holds_a_word_is_a_finding(tmp_path: Path) -> None:
    settings = worlds.PEOPLE + "block: cheap\nchannels:\n  x_dm: {footer: All is cheap}\n"
    worlds.write(tmp_path, {"rules/targeter.yaml": settings})
    assert [f.message for f in worlds.errors(tmp_path)] == [
        "the footer of x_dm holds 'cheap', which is on the block list"
    ]


@pytest.mark.parametrize(
    ("body", "column"),
    [
        ("Hi {{ name }}, it is cheap", 14),
        ("Hi {{ name|default('Cheap') }}", 21),
        ("{{ 'cheap' if name == 'x' else 'dear' }}", 5),
        ("{% if name == 'cheap' %}x{% endif %}y", None),
        ("Hi {{ name }}, it is cheaper", None),
    ],
)
def test_fixed_words_of_a_template_are_looked_at_wherever_they_stand(
    tmp_path: Path, body: str, column: int | None
) -> None:
    files = {
        "rules/targeter.yaml": worlds.PEOPLE + "block: cheap\n",
        "templates/hi.j2": f"---\nchannel: x_dm\n---\n{body}\n",
    }
    found = [f for f in worlds.errors(worlds.write(tmp_path, files)) if f.code == "TG516"]
    assert [(f.place.line, f.place.column) for f in found if f.place] == (
        [(4, column)] if column else []
    )
