"""What a person can be told: what is held, what was used, what was sent, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter.access import Access, access
from targeter.errors import WrongUsage
from tests import worlds
from tests.cli.bakery import targeter

from .shop import render

SETTINGS = """\
purposes:
  marketing: {basis: consent, when: agreed}
sources:
  people:
    path: people.csv
    key: person_id
    columns: {person_id: text, name: text, handle: text, agreed: boolean}
  visits:
    path: visits.csv
    person: {handle: people.handle, consent: agreed}
    columns: {handle: text, town: text}
  friends:
    path: friends.csv
    person: person_id
    columns: {person_id: text, friend_id: text}
    others:
      friend: {by: friend_id, columns: [name], when: agreed}
channels:
  mail: {delivery: direct, unit: codepoints, limit: 30}
"""
RULES = """\
rules:
  - name: hello
    why: They are new here.
    priority: 1
    when: name = 'Ann'
    templates: [hello]
"""


def _project(root: Path) -> Path:
    files = {
        "rules/targeter.yaml": SETTINGS,
        "rules/rules.yaml": RULES,
        "templates/hello.j2": "---\nchannel: mail\n---\nHello {{ name }}\n",
        "people.csv": "person_id,name,handle,agreed\nann,Ann,@Ann,true\nbo,Bo,bo,false\n",
        "visits.csv": "handle,town\nANN,Ashby\nbo,Byton\n",
        "friends.csv": "person_id,friend_id\nann,bo\n",
    }
    return worlds.write(root, files)


def _access(root: Path, person: str) -> Access:
    return access(worlds.options(root), person)


def _rows(found: Access) -> dict[str, tuple[tuple[object, ...], ...]]:
    return {one.source: one.rows for one in found.held}


def test_what_is_held_is_shown_by_source(tmp_path: Path) -> None:
    root = _project(tmp_path)
    assert _rows(_access(root, "ann")) == {
        "people": (("ann", "Ann", "@Ann", True),),
        "visits": (("ANN", "Ashby"),),
        "friends": (("ann", "bo"),),
    }


def test_what_rules_may_not_see_is_held_all_the_same(tmp_path: Path) -> None:
    found = _access(_project(tmp_path), "bo")
    assert _rows(found)["visits"] == (("bo", "Byton"),)
    assert {one.source: one.named for one in found.held}["friends"] == 1


def test_what_rules_read_comes_with_its_value_and_its_basis(tmp_path: Path) -> None:
    hello = _access(_project(tmp_path), "ann").used[-1]
    assert (hello.rule, hello.why) == ("hello", "They are new here.")
    assert hello.values == (("name", "Ann"),)
    assert hello.purposes == (("marketing", "consent"),)


def test_what_was_sent_is_told_with_its_words_and_why(tmp_path: Path) -> None:
    root = _project(tmp_path)
    assert _access(root, "ann").sent == ()
    render(root, days=3)  # later than the day that is looked at, and sent all the same
    (sent,) = _access(root, "ann").sent
    assert (sent.at.date().isoformat(), sent.event) == ("2026-11-04", "message")
    assert (sent.rule, sent.why, sent.text) == ("hello", "They are new here.", "Hello Ann")
    assert _access(root, "bo").sent == ()


def test_who_left_the_data_is_told_what_was_sent(tmp_path: Path) -> None:
    root = _project(tmp_path)
    render(root)
    (root / "people.csv").write_text("person_id,name,handle,agreed\nbo,Bo,bo,false\n")
    found = _access(root, "ann")
    assert [sent.text for sent in found.sent] == ["Hello Ann"]
    assert _rows(found)["people"] == ()


def test_nobody_is_said(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="nothing is known of anybody called 'zoe'"):
        _access(_project(tmp_path), "zoe")


def test_it_is_a_command(tmp_path: Path) -> None:
    root = _project(tmp_path)
    render(root)
    ran = targeter("access", "ann", "--project", root)
    assert (ran.code, ran.err) == (0, "")
    for words in ("What is held", "What rules read", "What was sent", "They are new here."):
        assert words in ran.out
    answer = targeter("access", "ann", "--project", root, "--format", "json").json
    assert answer["held"][0]["rows"] == [
        {"person_id": "ann", "name": "Ann", "handle": "@Ann", "agreed": True}
    ]
    assert answer["sent"][0]["text"] == "Hello Ann"
