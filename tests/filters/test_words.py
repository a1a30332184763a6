"""Filters for words: right in every script, and every one does what its example says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from targeter.channels import entities, valid
from targeter.filters import FILTERS, Example, can_format, filters_of
from targeter.inert import Listed, neutralise
from targeter.templates import environment

from ..channels.hostile import TEXTS

EXAMPLES = [(name, example) for name, one in FILTERS.items() for example in one.examples]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_every_filter_does_what_its_example_says(name: str, example: Example) -> None:
    if FILTERS[name].by_locale and not can_format():
        pytest.skip("Babel is not installed")
    value = Listed.of(example.value) if isinstance(example.value, list) else example.value
    variable = example.body[3:].split("|")[0]
    written = environment(example.language).from_string(example.body).render({variable: value})
    assert written == example.text


def test_every_filter_has_words_and_leaves_what_is_missing_missing() -> None:
    for name, one in FILTERS.items():
        assert one.doc and one.examples, name
        assert filters_of("en")[name](None, *(["x"] if name == "default" else [])) in (None, "x")


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("anna o'neil", "Anna O'Neil"),
        ("ANNA O’NEIL", "Anna O’Neil"),
        ("dell'acqua", "Dell'Acqua"),
        ("anna's", "Anna's"),
        ("don't", "Don't"),
        ("jean-luc", "Jean-Luc"),
        ("mcdonald", "Mcdonald"),
        ("McDonald", "McDonald"),
        ("VAN DER BERG", "Van Der Berg"),
        ("Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("iPhone", "iPhone"),
        ("3rd street", "3rd Street"),
        ("ǆemal", "ǅemal"),
        ("ßa", "Ssa"),
        ("ΟΔΥΣΣΕΥΣ", "Οδυσσευς"),
        ("зоя", "Зоя"),
        ("m\u0304ark", "M\u0304ark"),
        ("李小龙", "李小龙"),
        ("さくら", "さくら"),
        ("أحمد", "أحمد"),
        ("अनुष्का", "अनुष्का"),
        ("İSTANBUL", "İstanbul"),
        ("5", "5"),
        ("", ""),
    ],
)
def test_names_begin_large_unless_somebody_took_care_already(typed: str, title: str) -> None:
    assert filters_of("en")["title"](typed) == title


@pytest.mark.parametrize(
    ("name", "language", "value", "text"),
    [
        ("title", "tr", "IŞIL", "Işıl"),
        ("title", "tr", "izmir", "İzmir"),
        ("lower", "az", "IĞDIR İ", "ığdır i"),
        ("upper", "tr-TR", "ılı", "ILI"),
        ("capitalize", "tr", "izmir", "İzmir"),
        ("title", "nl", "ijsbrand", "IJsbrand"),
        ("title", "nl", "rijn", "Rijn"),
        ("upper", "de", "straße", "STRASSE"),
        ("capitalize", "en", "iPhone", "IPhone"),
        ("upper", "en", "日本", "日本"),
    ],
)
def test_cases_follow_the_language(name: str, language: str, value: str, text: str) -> None:
    assert filters_of(language)[name](value) == text


@given(TEXTS)
@settings(max_examples=300, derandomize=True, deadline=None)
def test_no_filter_for_words_lets_a_value_act(value: str) -> None:
    inert = neutralise(value)
    if inert is None:
        return
    for language in ("en", "tr", "nl"):
        for name in ("upper", "lower", "capitalize", "title", "trim"):
            text = filters_of(language)[name](inert)
            assert entities(text) == () and valid(text), (name, ascii(inert))


@given(TEXTS)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_a_title_of_a_title_is_itself(value: str) -> None:
    title = filters_of("en")["title"]
    assert title(title(value)) == title(value)
