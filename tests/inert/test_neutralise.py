"""Values that enter a text can't act there."""

from __future__ import annotations

import csv
import json
import unicodedata

import pytest
from hypothesis import given, settings

from targeter.channels import CHANNELS, channel_from, entities, length, valid
from targeter.channels.graphemes import count
from targeter.inert import joint_objection, neutralise

from ..channels.hostile import TEXTS, many
from ..channels.public import public
from ..channels.reference import reference

# Templates with one hole, of every kind whose joints are safe.
AROUND = (
    ("", ""),
    ("Hi ", ", good news"),
    ("“", "”: you"),
    ("(", ") it"),
    ("Dear ", "'s friend, 5"),
    ("x ", ". It"),
    ("Hello-", "!"),
    ("b.co ", " b.co/x"),
    ("", "さん、"),
)


@pytest.mark.parametrize(
    "name",
    [
        *("Anna", "O'Neil", "O’Neil", "Jean-Luc", "St. Mary's", "J. R.", "Smith, John"),
        *("José", "Nguyễn Văn", "Зоя", "さくら", "김민준", "اَحْمَد", "अनुष्का", "ကျွန်တော်", "מֹשֶׁה"),
        *("葛\U000e0100城", "می\u200cخواهم", "ශ්\u200dරී", "👨‍👩‍👧‍👦 & Co", "🇩🇪", "❤️", "N/A"),
        *("3.50", "£3.50", "$5.00", "US$5", "12:30:45", "50 %", "C#", "Ke$ha", "R&B", "100+"),
    ],
)
def test_what_people_and_things_are_called_stays_as_it_is(name: str) -> None:
    assert neutralise(name) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("@bob", "bob"),
        ("＠bob", "bob"),
        ("anna@example.com", "anna example. com"),
        ("#sale ＃sale", "sale sale"),
        ("#1 fan", "1 fan"),
        ("C#x", "Cx"),
        ("$TSLA", "TSLA"),
        ("evil.com", "evil. com"),
        ("Evil.It", "Evil. It"),
        ("東京evil.com東京", "東京evil. com東京"),
        ("x.みんな", "x. みんな"),
        ("evil․com", "evil․ com"),
        ("evil。com", "evil。 com"),
        ("https://evil.com/x", "https evil. com/x"),
        ("//evil", "evil"),
        (".NET", "NET"),
        ("a\nb\r\n\tc\u2028d\x85e", "a b c d e"),
        ("  a  ", "a"),
        ("\u202emoc.live", "moc. live"),
        ("A\u200bn\u00adn\ufeffa", "Anna"),
        ("Jo\x00hn\x7f", "John"),
        ("e\u0301", "é"),
        ("a" + "\u0300" * 20, "à" + "\u0300" * 3),
        ("\u0301Anna", "Anna"),
        ("\u1161a", "a"),
        ("#️⃣1", "1"),
        ("x\u20e3", "x"),
        ("🇩", None),
        ("a\U000e0041\U000e0042", "a"),
        ("a\u200db", "ab"),
        ("😀\ufe0f", "😀"),
        ("\ufffd\ufffc\ue000\ufffe\ud800x", "x"),
        (":smile:", "smile"),
        ("Anna\u3164\u115f\u2800", "Anna"),
        ("<b>&lt;</b>", "<b>&lt;</b>"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
    ],
)
def test_what_could_act_is_taken_out_and_the_rest_stays_readable(
    value: str, text: str | None
) -> None:
    assert neutralise(value) == text


@pytest.mark.parametrize(
    "value", ["", " ", "\n", "...", "!!!", "—", "\u200b", "@", "\u0301", "🏽", "''"]
)
def test_nothing_is_left_of_what_says_nothing(value: str) -> None:
    assert neutralise(value) is None


def test_a_long_value_is_cut_at_a_character_and_not_within() -> None:
    assert neutralise("a" * 100) == "a" * 60
    assert neutralise("ab cd", graphemes=3) == "ab"
    assert neutralise("👨‍👩‍👧‍👦" * 9, graphemes=2) == "👨‍👩‍👧‍👦" * 2
    assert neutralise("\u200b" * 10**6 + "a") is None


def test_a_text_message_gets_plain_quotes_and_dashes() -> None:
    assert neutralise("“O’Neil” – x…", "sms") == '"O\'Neil" - x...'
    assert neutralise("O’Neil", "x") == "O’Neil"
    assert neutralise("a…com", "sms") == "a... com"


def test_a_projects_own_channel_will_do_and_an_unknown_one_will_not() -> None:
    assert neutralise("@a’b", channel_from("text", {"like": "sms"})) == "a'b"
    with pytest.raises(ValueError, match="there is no channel"):
        neutralise("a", "owl")


def check(value: str, channel: str) -> str | None:
    """Assert what holds for every value, and return what became of it."""
    text = neutralise(value, channel)
    if text is None:
        return None
    assert neutralise(text, channel) == text, ascii(value)
    assert entities(text) == () and valid(text), ascii(value)
    assert text.splitlines() == [text] and text == text.strip(), ascii(value)
    assert unicodedata.is_normalized("NFC", text), ascii(value)
    assert count(text) <= 60, ascii(value)
    return text


@given(TEXTS)
@settings(max_examples=500, derandomize=True, deadline=None)
def test_any_value_becomes_inert_on_every_channel(value: str) -> None:
    for channel in CHANNELS:
        check(value, channel)


def in_templates(values: list[str]) -> list[str]:
    """Write inert values into templates, assert that weights add up, and return the texts."""
    texts = []
    for i, text in enumerate(filter(None, (check(value, "x") for value in values))):
        before, after = AROUND[i % len(AROUND)]
        whole = f"{before}{text}{after}"
        for channel in ("x", "bluesky", "threads"):
            parts = sum(length(part, channel) for part in (before, text, after))
            assert length(whole, channel) == parts, ascii(whole)
        own = (*entities(before), *entities(after))
        assert [e.text for e in entities(whole)] == [e.text for e in own], ascii(whole)
        texts.append(whole)
    return texts


@pytest.mark.parametrize(("before", "after"), AROUND)
def test_the_templates_of_these_tests_have_safe_joints(before: str, after: str) -> None:
    assert joint_objection(before, after) is None


@given(TEXTS)
@settings(max_examples=300, derandomize=True, deadline=None)
def test_an_inert_value_adds_its_weight_and_nothing_else_to_any_template(value: str) -> None:
    in_templates([value] * len(AROUND))


def check_in_reference(values: list[str]) -> None:
    texts = in_templates(values)
    for text, answer in zip(texts, reference(texts), strict=True):
        kinds = [entity[0] for entity in answer["entities"]]
        assert kinds == ["link"] * text.count("b.co"), ascii(text)
        assert not answer["refused"] and answer["length"] <= length(text), ascii(text)


def test_3000_hostile_values_do_nothing_in_the_reference() -> None:
    check_in_reference(list(many(3_000, seed=3)))


@pytest.mark.slow
def test_150000_hostile_values_stay_inert() -> None:
    in_templates(list(many(150_000, seed=4)))


@pytest.mark.slow
def test_150000_hostile_values_do_nothing_in_the_reference() -> None:
    check_in_reference(list(many(150_000, seed=5)))


def test_public_forenames_in_every_script_stay_as_they_are() -> None:
    with public("forenames_by_country.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row[name] for row in rows for name in ("Localized Name", "Romanized Name")}
    normal = {unicodedata.normalize("NFC", name).strip() for name in names} - {""}
    assert len(normal) > 1_500
    assert [name for name in sorted(normal) if neutralise(name) != name] == []


def test_public_naughty_strings_become_inert() -> None:
    strings = json.loads(public("blns.json").read_text(encoding="utf-8"))
    in_templates(strings)
