"""A message as its channel shows it: for whom, with what, and why not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from targeter import pipeline
from targeter.filters import can_format
from targeter.previews import Absent, Changed, Preview, Request
from tests import worlds
from tests.cli.bakery import bakery, targeter

SETTINGS = (
    worlds.AGREED
    + """\
link_hosts:
  - example.com
block:
  - cheap
sources:
  people:
    path: people.json
    key: person_id
    columns:
      person_id: text
      name: text
      friend: text
      age: integer
      ends_on: text
      likes: list
channels:
  x_dm: {footer: Answer STOP to leave.}
"""
)
RULES = """\
rules:
  - name: grown-ups
    why: Of age.
    priority: 2
    when: age >= 18
    templates: [hello]
  - name: all
    why: All of them.
    priority: 1
    campaign: always
    when: person_id is not null
    templates:
      - hello
      - likes
      - ad
"""
TEMPLATES = {
    "hello": """\
        ---
        channel: x_dm
        roles:
          friend: handle
        link: https://example.com/?r={rule}
        ---
        Hi {{ name }}, so says @{{ friend }}
        """,
    "likes": "---\nchannel: linkedin\n---\n{{ age }}: {{ likes }}\n",
    "ad": "---\nchannel: x_promoted\nlink: https://example.com/?r={rule}\n---\nThe same for all\n",
    "unused": "---\nchannel: x\nlink: https://example.com/?r={rule}\n---\nHi {{ name }}\n",
}
PEOPLE: list[Mapping[str, object]] = [
    {"person_id": "anna", "name": "Anna", "friend": "@bert", "age": 40, "likes": ["#tea"]},
    {"person_id": "bert", "name": "Bert evil.com", "friend": "not one", "age": 30},
    {"person_id": "cleo", "name": "Cleo\x1b[2J\n\u202eoelC", "friend": "a", "age": 20},
    {"person_id": "dora", "name": "d" * 60, "friend": "a", "age": 17},
    {"person_id": "emil", "name": "Cheap Emil", "friend": "a", "age": 50},
]


def project(
    root: Path, people: list[Mapping[str, object]] = PEOPLE, rules: str = RULES, **more: str
) -> Path:
    files = {f"templates/{name}.j2": text for name, text in {**TEMPLATES, **more}.items()}
    settings = SETTINGS + "campaigns:\n  always: {starts: 2026-01-01, ends: 2026-12-31}\n"
    rows = "\n".join(json.dumps({"ends_on": None, "likes": None, **row}) for row in people)
    shape = {"rules/targeter.yaml": settings, "rules/all.yaml": rules, "people.json": rows}
    return worlds.write(root, {**shape, **files})


def preview(root: Path, template: str, *people: str, rule: str | None = None) -> Preview:
    return pipeline.preview(worlds.options(root), Request(template, people, rule))


def test_the_shortest_the_longest_and_another_of_those_who_could_get_it(tmp_path: Path) -> None:
    cards = preview(project(tmp_path), "hello").cards
    # dora is too young for the rule, bert's friend is no handle, and emil's name is blocked
    assert [(card.person, card.chosen) for card in cards] == [
        ("anna", "shortest"),
        ("cleo", "longest"),
    ]
    assert cards[0].length < cards[1].length
    others = [*PEOPLE, *({**PEOPLE[0], "person_id": k, "name": k * 2} for k in ("ann", "fred"))]
    cards = preview(project(tmp_path, others), "hello").cards
    assert [(card.person, card.chosen) for card in cards] == [
        ("anna", "shortest"),
        ("cleo", "longest"),
        ("fred", "another"),
    ]


def test_the_people_are_the_same_whatever_their_order(tmp_path: Path) -> None:
    one = preview(project(tmp_path / "a"), "hello")
    other = preview(project(tmp_path / "b", PEOPLE[::-1]), "hello")
    assert one == other


def test_a_card_says_what_is_sent_and_what_became_of_the_values(tmp_path: Path) -> None:
    card = preview(project(tmp_path), "hello", "cleo").cards[0]
    assert card.text == (
        "Hi Cleo[2J oelC, so says @a https://example.com/?r=grown-ups\nAnswer STOP to leave."
    )
    assert (card.shown, card.length, card.limit) == (card.text, len(card.text), 10_000)
    assert card.mentions == ("@a",)
    assert card.links == ("https://example.com/?r=grown-ups",)
    assert card.changed == (Changed("name", "Cleo\x1b[2J\n\u202eoelC", "Cleo[2J oelC"),)
    assert (card.by, card.beside, card.why, card.absent) == ("grown-ups", None, None, ())


def test_a_value_in_no_form_to_be_written_is_named(tmp_path: Path) -> None:
    card = preview(project(tmp_path), "hello", "bert").cards[0]
    assert (card.text, card.shown, card.why) == (None, None, "a value is missing")
    assert card.absent == (Absent("friend", "not one"),)


@pytest.mark.skipif(not can_format(), reason="Babel is not installed")
def test_a_value_that_a_filter_cant_read_is_named(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        [{**PEOPLE[0], "ends_on": "soon"}],
        ad="---\nchannel: x\n---\nUntil {{ ends_on|date('day') }}, {{ name }}\n",
    )
    assert preview(root, "ad", "anna").cards[0].absent == (Absent("ends_on", "soon"),)


def test_a_blocked_word_is_said(tmp_path: Path) -> None:
    card = preview(project(tmp_path), "hello", "emil").cards[0]
    assert card.why == "it holds 'cheap', which is on the block list"
    assert card.text is not None


def test_a_reader_doesnt_see_the_signs_that_a_channel_wants_escaped(tmp_path: Path) -> None:
    likes = "---\nchannel: linkedin\n---\nNo (really), {{ name }}"
    root = project(tmp_path, likes=likes)
    card = preview(root, "likes", "anna").cards[0]
    assert (card.text, card.shown) == ("No \\(really\\), Anna", "No (really), Anna")


def test_the_link_of_an_ad_goes_beside_it_and_the_text_is_one_for_all(tmp_path: Path) -> None:
    cards = preview(project(tmp_path), "ad").cards
    assert [(card.person, card.text) for card in cards] == [(None, "The same for all")]
    assert cards[0].beside == "https://example.com/?r=all"
    assert cards[0].is_promoted


def test_a_rule_may_be_named_for_the_link(tmp_path: Path) -> None:
    card = preview(project(tmp_path), "hello", "anna", rule="all").cards[0]
    assert (card.by, card.links) == ("all", ("https://example.com/?r=all",))


def test_a_template_that_no_rule_uses_is_shown_with_its_link_as_written(tmp_path: Path) -> None:
    shown = preview(project(tmp_path), "unused")
    assert shown.notes == ("no rule uses unused",)
    assert shown.cards[0].by is None
    assert (shown.cards[0].text or "").endswith("https://example.com/?r={rule}")


def test_where_nobody_could_get_it_those_are_shown_for_whom_it_can_be_written(
    tmp_path: Path,
) -> None:
    shown = preview(project(tmp_path, PEOPLE[3:4], RULES.replace("[hello]", "[unused]")), "unused")
    assert shown.notes == ("unused: by its rule and the data nobody could get it now",)
    assert [card.person for card in shown.cards] == ["dora"]


def test_whoever_is_named_is_told_apart_from_who_could_get_it(tmp_path: Path) -> None:
    root = project(tmp_path, [*PEOPLE, {**PEOPLE[3], "person_id": "d o'ra"}])
    assert preview(root, "hello", "anna").notes == ()
    shown = preview(root, "hello", "anna", "dora", "d o'ra")
    assert [card.person for card in shown.cards] == ["anna", "dora", "d o'ra"]
    explain = "couldn't get it now by the rule grown-ups: targeter explain"
    assert shown.notes == (
        f"dora {explain} dora --rule grown-ups says why",
        f"d o'ra {explain} 'd o'\"'\"'ra' --rule grown-ups says why",
    )
    assert preview(root, "hello", "dora", rule="all").notes == ()
    assert preview(root, "unused", "dora").notes == ()


def test_where_it_can_be_written_for_nobody_somebody_shows_why(tmp_path: Path) -> None:
    shown = preview(project(tmp_path, PEOPLE[1:2]), "hello")
    assert shown.notes[-1] == "hello: it can be sent to nobody"
    assert shown.cards[0].absent == (Absent("friend", "not one"),)


def test_each_language_has_its_cards_and_each_person_their_language(tmp_path: Path) -> None:
    root = bakery(tmp_path)
    every = preview(root, "stollen").cards
    assert [(card.template, card.person) for card in every] == [
        ("stollen.de", "bo"),
        ("stollen.en", "ada"),
    ]
    assert [card.template for card in preview(root, "stollen.de").cards] == ["stollen.de"]
    named = preview(root, "stollen", "bo", "ada", "bo").cards
    assert [(card.template, card.person) for card in named] == [
        ("stollen.de", "bo"),
        ("stollen.en", "ada"),
    ]


def test_a_preview_is_what_a_plan_writes(tmp_path: Path) -> None:
    root = bakery(tmp_path)
    with worlds.planned(root) as run:
        rows = run.engine.rows(
            "SELECT person, choice, text FROM results WHERE outcome = 'message' ORDER BY person"
        )
        choices = [(person, run.decisions.choices[choice], text) for person, choice, text in rows]
    for person, choice, text in choices:
        card = preview(root, choice.template.name, person, rule=choice.rule.name).cards[0]
        assert (card.template, card.text) == (choice.template.id, text)


# -- the command -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said", "help_"),
    [
        (("helo",), "there is no template 'helo'", "did you mean 'hello'?"),
        (("hello", "--person", "ana"), "there is nobody called 'ana' in the data", "'anna'"),
        (("hello", "--rule", "al"), "there is no rule 'al'", "did you mean 'all'?"),
        (("ad", "--rule", "grown-ups"), "doesn't use the template 'ad'", "rules that do: all"),
    ],
)
def test_what_isnt_there_is_wrong_usage_with_a_hint(
    tmp_path: Path, words: tuple[str, ...], said: str, help_: str
) -> None:
    ran = targeter("preview", *words, "--project", project(tmp_path))
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err and help_ in ran.err


def test_where_nobody_is_in_the_data_that_is_said(tmp_path: Path) -> None:
    root = bakery(tmp_path, people="person_id,name,age,language,agreed,town,spent,handle,waits\n")
    ran = targeter("preview", "stollen.en", "--project", root)
    assert (ran.code, ran.out) == (3, "")
    assert "TG714" in ran.err


def test_nothing_of_the_data_acts_in_a_terminal(tmp_path: Path) -> None:
    people = [*PEOPLE, {**PEOPLE[2], "person_id": "x\x1b[2J\u202e", "friend": "\x07\x9b"}]
    root = project(tmp_path, people)
    words = [word for person in people for word in ("--person", str(person["person_id"]))]
    ran = targeter("preview", "hello", *words, "--project", root, columns=40)
    assert ran.code == 0
    assert "\\x1b[2J" in ran.out and "\\u202e" in ran.out
    for character in ran.out.replace("\n", ""):
        assert character.isprintable()
    for line in ran.out.splitlines():
        assert len(line) <= 40 and line == line.rstrip()


def test_json_has_the_promised_keys(tmp_path: Path) -> None:
    root = project(tmp_path)
    words = ("preview", "hello", "--person", "cleo", "--format", "json", "--project", root)
    document: Mapping[str, Any] = targeter(*words).json
    assert set(document) == {"format_version", "template", "people", "cards", "notes"}
    assert document["people"] == 5
    card = document["cards"][0]
    assert (card["rule"], card["link"], card["unit"]) == ("grown-ups", None, "codepoints")
    assert card["changed"][0]["was"] == "Cleo\x1b[2J\n\u202eoelC"
