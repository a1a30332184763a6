"""What lint says of conditions and rules without data, and where it keeps silent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from targeter.binding import bind
from targeter.findings import CODES, Place
from targeter.lint.proofs import analyse
from targeter.project import read_project
from targeter.sensitive import Sensitive
from tests import worlds

SETTINGS = """\
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
      age: integer
      children: integer
      network: text
      phone: text
      joined_on: date
      vip: boolean
      may_be_named: boolean
      may_be_found: boolean
      first_name: text
  posts:
    path: posts.csv
    person: person_id
    columns:
      person_id: text
      text: text
      score: text
opinions: {posts: posts.text}
topics:
  tea: {words: [tea]}
campaigns:
  spring: {starts: 2026-03-01, ends: 2026-05-31}
  autumn: {starts: 2026-09-01, ends: 2026-11-30}
"""
TEMPLATES = {
    "hello": "---\nchannel: x_promoted\n---\nHello you\n",
    "aged": "---\nchannel: x_promoted\n---\nHello you\n",
    "tea": "---\nchannel: x_promoted\ntopic: tea\n---\nTea for you\n",
    "called": "---\nchannel: x_dm\n---\nHello {{ first_name }}\n",
}


def rule(name: str, priority: int, when: str, template: str = "hello", **more: str) -> str:
    keys = "".join(f"    {key}: {value}\n" for key, value in more.items())
    why = "" if "why" in more else "    why: so\n"
    return (
        f"  - name: {name}\n{why}    priority: {priority}\n    when: |\n      {when}\n"
        f"    templates: [{template}]\n{keys}"
    )


def found(
    root: Path, *rules: str, before: str = "", settings: str = "", files: Mapping[str, str] = {}
) -> list[tuple[str, str]]:
    """Each finding as its code and the words it points at."""
    written = {
        "rules/targeter.yaml": SETTINGS + dedent(settings),
        "rules/rules.yaml": dedent(before) + "rules:\n" + "".join(rules),
        **{f"templates/{name}.j2": text for name, text in TEMPLATES.items()},
        **files,
    }
    bound = bind(read_project(worlds.write(root, written)), worlds.DAY)
    assert not bound.findings and not bound.project.findings
    return [(finding.code, under(finding.place)) for finding in analyse(bound)]


def under(place: Place | None) -> str:
    assert place is not None
    return place.excerpt[place.column - 1 : place.column - 1 + place.length]


# -- what is missing ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("network <> 'ours'", "network <> 'ours'"),
        ("age > 18 and not vip", "not vip"),
        ("network not in ('a', 'b')", "network not in ('a', 'b')"),
        ("network not like 'a%'", "network not like 'a%'"),
        ("not (age > 18 and vip)", "not (age > 18 and vip)"),
    ],
)
def test_a_negation_of_what_may_be_missing_is_pointed_at(
    when: str, words: str, tmp_path: Path
) -> None:
    assert found(tmp_path, rule("a", 1, when)) == [("TG301", words)]


@pytest.mark.parametrize(
    "when",
    [
        "network <> 'ours' or network is null",
        "network <> 'ours' and network is not null",
        "network is distinct from 'ours'",
        "coalesce(network, '') <> 'ours'",
        "age >= 18 and age <> 50",
        "person_id <> 'p1'",
        "vip is not true",
        "stance('tea') <> 'against'",
    ],
)
def test_a_negation_that_settles_what_missing_means_is_left_alone(
    when: str, tmp_path: Path
) -> None:
    assert found(tmp_path, rule("a", 1, when)) == []


def test_a_segment_is_never_missing(tmp_path: Path) -> None:
    segments = "segments:\n  old: age > 60\n"
    assert found(tmp_path, rule("a", 1, "not old"), before=segments) == []


def test_what_is_required_for_everybody_is_not_missing(tmp_path: Path) -> None:
    require = "require:\n  - {name: known, when: network is not null}\n"
    assert found(tmp_path, rule("a", 1, "network <> 'ours'"), before=require) == []


@pytest.mark.parametrize("kind", ["suppressions", "handoffs"])
def test_null_slipping_through_what_protects_is_an_error(kind: str, tmp_path: Path) -> None:
    to = ", to: care" if kind == "handoffs" else ""
    before = f"{kind}:\n  - {{name: s, when: not vip{to}}}\n"
    assert found(tmp_path, rule("a", 1, "age > 1"), before=before) == [("TG302", "not vip")]
    assert CODES["TG302"].severity == "error"


def test_what_keeps_people_out_of_a_rule_is_looked_at_too(tmp_path: Path) -> None:
    written = rule("a", 1, "age > 1", unless="[network <> 'ours']")
    assert found(tmp_path, written) == [("TG301", "network <> 'ours'")]


# -- what can't be, and what always is ---------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("stance('tea') = 'agianst'", ("TG304", "stance('tea') = 'agianst'")),
        ("age not in (1, null)", ("TG304", "age not in (1, null)")),
        ("age = null", ("TG304", "age = null")),
        ("age = 2.5", ("TG304", "age = 2.5")),
        ("1 = 2", ("TG304", "1 = 2")),
        ("age > 60 and age < 18", ("TG404", "a")),
        ("vip and network = 'a' and not vip", ("TG404", "a")),
        ("age > 60 and age < 62", None),
        ("joined_on > today() and joined_on < today() - interval 1 month", ("TG404", "a")),
    ],
)
def test_a_condition_that_cannot_hold_is_found(
    when: str, expected: tuple[str, str] | None, tmp_path: Path
) -> None:
    said = [one for one in found(tmp_path, rule("a", 1, when)) if one[0] != "TG301"]
    assert said == ([expected] if expected else [])


@pytest.mark.parametrize(("sign", "word"), [("=", "is"), ("<>", "is not"), ("!=", "is not")])
def test_who_compares_with_null_is_told_how_to_ask(sign: str, word: str, tmp_path: Path) -> None:
    found(tmp_path, rule("a", 1, f"age {sign} null"))
    (said,) = [f for f in worlds.findings(tmp_path) if f.code == "TG304"]
    assert said.help.endswith(f"write age {word} null")


def test_a_day_that_is_past_today_may_come_another_day(tmp_path: Path) -> None:
    assert found(tmp_path, rule("a", 1, "today() > date '2027-01-01' and age > 1")) == []


def test_a_count_is_never_negative(tmp_path: Path) -> None:
    settings = "traits:\n  said: {from: posts, value: count(*)}\n"
    assert found(tmp_path, rule("a", 1, "said >= 0"), settings=settings) == [("TG304", "said >= 0")]


def test_a_rule_that_a_requirement_leaves_nobody_for_is_found(tmp_path: Path) -> None:
    require = "require:\n  - {name: adult, when: age >= 18}\n"
    assert found(tmp_path, rule("a", 1, "age < 16"), before=require) == [("TG404", "a")]


def test_a_suppression_for_everything_counts_as_a_gate(tmp_path: Path) -> None:
    before = "suppressions:\n  - {name: s, when: network = 'a' or vip}\n"
    assert found(tmp_path, rule("a", 1, "vip and age > 1"), before=before) == [("TG404", "a")]


# -- rules beside each other -------------------------------------------------------------------


def test_a_rule_inside_an_earlier_one_cannot_win(tmp_path: Path) -> None:
    rules = [rule("wide", 9, "age > 18"), rule("narrow", 5, "age > 60 and vip")]
    assert found(tmp_path, *rules) == [("TG403", "narrow")]


def test_two_rules_contain_a_third_together(tmp_path: Path) -> None:
    rules = [
        rule("young", 9, "network = 'a' and age < 40"),
        rule("old", 8, "network = 'a' and age >= 40"),
        rule("both", 7, "network = 'a' and age is not null and vip"),
    ]
    assert found(tmp_path, *rules) == [("TG403", "both")]


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        (rule("wide", 9, "age > 18", "called"), rule("narrow", 5, "age > 60")),
        (rule("wide", 9, "age > 18", campaign="spring"), rule("narrow", 5, "age > 60")),
        (rule("wide", 9, "age > 18", enabled="false"), rule("narrow", 5, "age > 60")),
        (rule("wide", 5, "age > 18"), rule("narrow", 9, "age > 60")),
        (rule("wide", 9, "age > 18", "tea"), rule("narrow", 5, "age > 60")),
    ],
    ids=["may lack a name", "runs in spring only", "is switched off", "comes later", "refused"],
)
def test_a_rule_that_may_leave_its_people_to_the_next_takes_nobody_from_it(
    wide: str, narrow: str, tmp_path: Path
) -> None:
    guard = "suppressions:\n  - {name: s, when: stance('tea') = 'against', only: {topic: tea}}\n"
    assert found(tmp_path, wide, narrow, before=guard) == []


def test_rules_for_the_same_people_are_equal_however_they_are_written(tmp_path: Path) -> None:
    rules = [rule("one", 9, "age between 18 and 60"), rule("two", 5, "not (age < 18 or age > 60)")]
    assert ("TG405", "two") in found(tmp_path, *rules)


def test_equal_rules_of_different_seasons_are_fine(tmp_path: Path) -> None:
    rules = [
        rule("one", 9, "age > 18", campaign="spring"),
        rule("two", 9, "age > 18", campaign="autumn"),
    ]
    assert found(tmp_path, *rules) == []


def test_equal_priorities_matter_only_where_both_can_hold(tmp_path: Path) -> None:
    rules = [
        rule("a", 5, "network = 'a'"),
        rule("b", 5, "network = 'b'"),
        rule("c", 5, "age > 18"),
    ]
    assert found(tmp_path, *rules) == [("TG402", "c")]


def test_equal_priorities_that_a_requirement_keeps_apart_are_fine(tmp_path: Path) -> None:
    require = "require:\n  - {name: r, when: age > 18 or not vip}\n"
    rules = [rule("a", 5, "vip and network = 'a'"), rule("b", 5, "age < 10 and network = 'a'")]
    assert found(tmp_path, *rules, before=require) == []


# -- what nobody needs or explains -------------------------------------------------------------


def test_what_nothing_uses_is_found(tmp_path: Path) -> None:
    before = "segments:\n  old: age > 60\n  older: old and age > 80\n"
    settings = "traits:\n  said: {from: posts, value: count(*)}\n"
    assert found(tmp_path, rule("a", 1, "age > 1"), before=before, settings=settings) == [
        ("TG407", "older"),
        ("TG408", "said"),
    ]


def test_a_rule_says_why_it_is_there(tmp_path: Path) -> None:
    assert found(tmp_path, rule("a", 1, "age > 1", why="''")) == [("TG406", "a")]


# -- people ------------------------------------------------------------------------------------


def test_a_topic_needs_something_that_spares_those_against_it(tmp_path: Path) -> None:
    written = rule("a", 1, "age > 1", "tea")
    assert found(tmp_path, written) == [("TG305", "tea")]


@pytest.mark.parametrize(
    ("when", "before"),
    [
        ("stance('tea') = 'for'", ""),
        ("age > 1", "suppressions:\n  - {name: s, when: stance('tea') = 'against'}\n"),
        (
            "age > 1",
            """\
            suppressions:
              - {name: s, when: stance('tea') = 'against' or vip, only: {topic: tea}}
            """,
        ),
        ("age > 1", "handoffs:\n  - {name: h, to: care, when: stance('tea') = 'against'}\n"),
        ("age > 1", "require:\n  - {name: r, when: \"stance('tea') <> 'against'\"}\n"),
    ],
    ids=["the rule", "a suppression", "one for the topic", "a handoff", "a requirement"],
)
def test_a_topic_is_guarded_by_whatever_keeps_them_out(
    when: str, before: str, tmp_path: Path
) -> None:
    assert found(tmp_path, rule("a", 1, when, "tea"), before=before) == []


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("is_catholic", "religion"),
        ("unionMember", "union membership"),
        ("health_score", "health"),
        ("healthy_eater", None),
        ("reunion_trip", None),
        ("churchill_fan", None),
        ("home_area", None),
    ],
)
def test_a_sensitive_name_is_told_by_its_whole_words(name: str, category: str | None) -> None:
    assert Sensitive().category(name) == category


def test_choosing_people_by_their_health_is_found_and_sparing_them_is_not(tmp_path: Path) -> None:
    settings = "traits:\n  diagnosis: {value: 'phone'}\n"
    before = "suppressions:\n  - {name: s, when: diagnosis = 'x'}\n"
    chosen = found(tmp_path / "a", rule("a", 1, "diagnosis = 'x'"), settings=settings)
    assert chosen == [("TG409", "diagnosis")]
    spared = found(tmp_path / "b", rule("a", 1, "age > 1"), before=before, settings=settings)
    assert spared == []


@pytest.mark.parametrize(("consent", "expected"), [("may_be_found", "TG410"), ("may_be_named", "")])
def test_a_friend_is_named_only_by_consent_to_be_named(
    consent: str, expected: str, tmp_path: Path
) -> None:
    friends = f"""\
      friends:
        path: friends.csv
        person: person_id
        columns: {{person_id: text, friend_id: text}}
        others:
          friend: {{by: friend_id, columns: [first_name], when: {consent}}}
    """
    text = SETTINGS.replace("opinions:", dedent(friends).replace("\n", "\n  ") + "\nopinions:")
    text = text.replace("\nfriends:", "\n  friends:")
    traits = "traits:\n  friend_name: {from: friends, value: max(friend.first_name)}\n"
    written = rule("a", 1, "friend_name is not null")
    files = {"rules/targeter.yaml": text + traits}
    said = found(tmp_path, written, files=files)
    assert said == ([(expected, "friend_name")] if expected else [])


def test_a_text_read_as_a_double_may_be_nan(tmp_path: Path) -> None:
    settings = "traits:\n  best: {from: posts, value: max(score::double)}\n"
    said = found(tmp_path, rule("a", 1, "best > 3"), settings=settings)
    assert said == [("TG303", "score::double")]


def test_the_sample_gives_nothing() -> None:
    project = read_project(Path(__file__).parents[3])
    assert project.settings.as_of is not None
    assert list(analyse(bind(project, project.settings.as_of))) == []
