"""`explain`: one person's whole way, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter import pipeline
from targeter.errors import WrongUsage
from targeter.explain import Explanation, RuleResult, explain
from tests import worlds
from tests.decisions.small import EVERYBODY, KNOWN, crowd, project, rule, template


def _told(root: Path, person: str = "anna") -> Explanation:
    return pipeline.explain_person(worlds.options(root), person)


def _rule(told: Explanation, name: str) -> RuleResult:
    return next(one for one in told.rules if one.name == name)


# -- reasons ---------------------------------------------------------------------------------


def test_the_reason_for_a_message_names_its_rule(tmp_path: Path) -> None:
    told = _told(project(tmp_path))
    assert told.reason == "everybody is the best rule that holds and can be written"
    assert (told.rule, told.template, told.channel) == ("everybody", "hello", "mail")
    assert (told.text, told.length, told.limit) == ("Hello you", 9, 30)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (
            "handoffs:\n  - {name: unhappy, to: service, when: age = 40}\n",
            "handed to service by unhappy: no marketing",
        ),
        ("suppressions:\n  - {name: refuses, when: age = 40}\n", "refuses holds"),
        ("require:\n  - {name: adult, when: age > 50}\n", "adult is not met"),
        (
            "require:\n  - {name: agreed, when: consent}\n",
            "agreed is unknown, and unknown is not yes",
        ),
    ],
)
def test_the_reason_of_a_gate_tells_no_from_unknown(tmp_path: Path, more: str, reason: str) -> None:
    told = _told(project(tmp_path, EVERYBODY + more, ["anna,Anna,Ashby,40,,0171,en"]))
    assert told.reason == reason
    assert _rule(told, "everybody").fate.startswith("stopped before any rule by ")
    assert (told.rule, told.text, told.length, told.limit) == (None, None, None, None)


def test_the_reason_of_a_purpose(tmp_path: Path) -> None:
    settings = "purposes:\n  marketing: {when: consent}\n"
    told = _told(project(tmp_path, people=["anna,,,,,,"], settings=settings))
    assert told.reason == "purpose marketing is unknown, and unknown is not yes"
    assert [(v.kind, v.name, v.holds) for v in told.verdicts] == [("purpose", "marketing", None)]


def test_the_reason_without_a_rule(tmp_path: Path) -> None:
    told = _told(project(tmp_path, "rules:\n" + rule("old", 1, "age > 99", "hello")))
    assert (told.outcome, told.reason) == ("no_rule", "no rule matched")
    assert _rule(told, "old").fate == ""


_NOWHERE = {
    "named": template("Hi {{ name }} there"),
    "texted": template("Hi by text", "text"),
    "wall": template("Come today", "wall"),
    "long": template("Much too long for {{ city }} people now"),
}


@pytest.mark.parametrize(
    ("name", "outcome", "reason", "fate"),
    [
        (
            "named",
            "no_copy",
            "it holds, but none of its templates can be written",
            "no message: named: name missing",
        ),
        (
            "long",
            "no_copy",
            "it holds, but none of its templates can be written",
            "no message: long: too long for its channel",
        ),
        (
            "texted",
            "unreachable",
            "it holds, but its channels don't reach this person",
            "no message: texted: text doesn't reach this person",
        ),
        (
            "wall",
            "audience_too_small",
            "it holds, but too few people would get its text",
            "no message: wall: audience too small",
        ),
    ],
)
def test_the_reason_of_who_ends_with_nothing(
    tmp_path: Path, name: str, outcome: str, reason: str, fate: str
) -> None:
    rules = "rules:\n" + rule("it", 1, "person_id is not null", name)
    told = _told(project(tmp_path, rules, ["anna,,Ashby,,,,"], templates=_NOWHERE))
    assert (told.outcome, told.reason, _rule(told, "it").fate) == (outcome, reason, fate)


def test_a_rule_tells_to_what_it_lost_and_why_a_better_one_gave_way(tmp_path: Path) -> None:
    rules = "rules:\n" + "".join(
        rule(name, priority, "person_id is not null", *templates)
        for name, priority, templates in (
            ("best", 9, ("named", "texted", "wall")),
            ("good", 5, ("hello",)),
            ("great", 5, ("hello",)),
            ("last", 1, ("hello",)),
        )
    )
    templates = {**_NOWHERE, "hello": template("Hello you")}
    told = _told(project(tmp_path, rules, ["anna,,,,,,"], templates=templates))
    assert {one.name: one.fate for one in told.rules} == {
        "best": "no message: named: name missing; texted: text doesn't reach this person; "
        "wall: audience too small",
        "good": "wins",
        "great": "loses to good (both 5, so by name)",
        "last": "loses to good (5 over 1)",
    }


def test_a_template_in_another_language_is_said_to_be(tmp_path: Path) -> None:
    templates = {"hello.de": template("Hallo du")}
    settings = "language: {column: language, default: en}\n"
    told = _told(project(tmp_path, settings=settings, templates=templates))
    assert _rule(told, "everybody").fate == (
        "no message: hello.de: for another language, or suppressed"
    )


def test_somebody_held_out_is_told_what_they_would_have_had(tmp_path: Path) -> None:
    settings = "holdout: {percent: 50, salt: a}\n"
    root = project(tmp_path, people=crowd(20), settings=settings)
    held = [p for p, (outcome, _, _) in worlds.results(root).items() if outcome == "held_out"]
    told = _told(root, held[0])
    assert told.reason == "in the control group; would have had everybody"
    assert told.text == "Hello you"


# -- conditions ------------------------------------------------------------------------------

_NESTED = """\
segments:
  grown: {all: [age >= 18, city = 'Ashby']}
rules:
  - name: nested
    priority: 1
    when:
      all:
        - age > 30
        - any:
            - consent
            - phone = '0'
            - all: [grown, city is null]
    unless:
      - any: [name = 'Bo', not consent]
    templates: [hello]
suppressions:
  - {name: elsewhere, when: age = 40, only: {channel: sms, campaign: spring}}
  - {name: unknown, when: consent, only: {channel: text}}
campaigns: {}
"""


def test_each_condition_is_shown_with_its_role_its_result_and_what_it_saw(tmp_path: Path) -> None:
    rules = _NESTED.removesuffix("campaigns: {}\n")
    people = ["anna,Anna,Ashby,40,,0171,en"]
    told = _told(project(tmp_path, rules, people, settings="campaigns:\n  spring: {}\n"))
    shown = [(c.text, c.role, c.result, c.values) for c in _rule(told, "nested").conditions]
    assert shown == [
        ("age > 30", "all", True, {"age": 40}),
        ("consent", "any", None, {"consent": None}),
        ("phone = '0'", "any", False, {"phone": "0171"}),
        ("grown", "all", True, {"age": 40, "city": "Ashby"}),
        ("city is null", "all", False, {"city": "Ashby"}),
        ("name = 'Bo'", "unless", False, {"name": "Anna"}),
        ("not consent", "unless", None, {"consent": None}),
    ]
    assert not _rule(told, "nested").holds


def test_a_suppression_that_no_message_here_meets_is_told_as_it_is(tmp_path: Path) -> None:
    # nobody is asked about it in the plan: no message has its channel
    rules = _NESTED.removesuffix("campaigns: {}\n")
    root = project(tmp_path, rules, settings="campaigns:\n  spring: {}\n")
    told = _told(root)
    assert [(v.kind, v.name, v.holds, v.detail) for v in told.verdicts] == [
        ("suppression", "elsewhere", True, "only channel sms, campaign spring"),
        ("suppression", "unknown", True, "only channel text"),
    ]


# -- people ----------------------------------------------------------------------------------

_ODD = [
    "O'Neil",
    'say "hi"',
    "a,b",
    "Zoë \U0001f600",
    "%_\\",
    "x" * 5_000,
    "' OR 1=1 --",
    "$1",
    "7",
]


def test_people_with_odd_keys_are_found(tmp_path: Path) -> None:
    quoted = ['"' + key.replace('"', '""') + '",Anna,,,,,' for key in _ODD]
    root = project(tmp_path, people=quoted)
    with worlds.planned(root) as run:
        for key in _ODD:
            told = explain(run, key)
            assert (told.person, told.values["person_id"], told.outcome) == (key, key, "message")


def test_somebody_unknown_is_asked_whom_you_meant(tmp_path: Path) -> None:
    root = project(tmp_path, people=[KNOWN, *crowd(30)])
    with worlds.planned(root) as run:
        with pytest.raises(WrongUsage, match="nobody called 'ana'") as error:
            explain(run, "ana")
        for odd in ("", "'", "x" * 5_000, "\U0001f600", "a\x00b"):
            with pytest.raises(WrongUsage, match="nobody called"):
                explain(run, odd)
    assert error.value.help == "did you mean 'anna'?"
