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
            "no message: texted: text doesn't reach this person: phone missing",
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
        "best": "no message: named: name missing; "
        "texted: text doesn't reach this person: phone missing; wall: audience too small",
        "good": "wins",
        "great": "loses to good (both 5, so by name)",
        "last": "loses to good (5 over 1)",
    }


def test_a_template_in_another_language_is_said_to_be(tmp_path: Path) -> None:
    templates = {"hello.de": template("Hallo du")}
    settings = "language: {column: language, default: en}\n"
    told = _told(project(tmp_path, settings=settings, templates=templates))
    assert _rule(told, "everybody").fate == ("no message: hello.de: for another language")


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
    assert [(v.kind, v.name, v.holds, v.detail) for v in told.verdicts if v.kind != "purpose"] == [
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


# -- the way ---------------------------------------------------------------------------------

_LIMITED = """\
handoffs:
  - {name: unhappy, to: service, when: age = 99}
require:
  - {name: known, when: person_id is not null}
"""


def _steps(told: Explanation) -> list[tuple[str, bool, str]]:
    return [(step.stage, step.passed, step.told) for step in told.path]


def test_the_way_to_a_message_is_walked_from_the_first_check(tmp_path: Path) -> None:
    rules = _LIMITED + EVERYBODY + rule("other", 9, "age > 18", "named")
    templates = {"hello": template("Hello you", "wall"), "named": template("Hi {{ name }}")}
    people = ["anna,,Ashby,40,,,", *crowd(3, ",Ashby,17,,,")]
    told = _told(project(tmp_path, rules, people, templates=templates))
    assert _steps(told) == [
        ("handed_over", True, "no handoff holds"),
        ("suppressed", True, "every requirement is met, and no suppression for everything holds"),
        ("no_rule", True, "2 of 2 hold, first other (9)"),
        ("gave_way", False, "other: no message: named: name missing"),
        ("audience_too_small", True, "4 people share this text on wall, 3 are needed"),
        ("message", True, "new, hello on wall"),
    ]


def test_the_way_ends_where_somebody_is_stopped(tmp_path: Path) -> None:
    told = _told(project(tmp_path, _LIMITED + EVERYBODY, ["anna,,,99,,,"]))
    assert _steps(told) == [("handed_over", False, "handed to service by unhappy: no marketing")]
    told = _told(project(tmp_path, "rules:\n" + rule("old", 1, "age > 99", "hello")))
    assert _steps(told)[-1] == ("no_rule", False, "none of 1 holds")


_CALLS = """\
  calls:
    path: calls.csv
    person: person_id
    time: at
    columns: {person_id: text, at: timestamp, rule: text}
channels:
"""
_PAST = "history: {imported: [{source: calls, rule: rule}]}\n"


def _after_a_call(root: Path, rules: str, limits: str) -> Explanation:
    project(root, rules, settings=_PAST + limits)
    settings = root / "rules/targeter.yaml"
    settings.write_text(settings.read_text().replace("channels:\n", _CALLS, 1))
    worlds.write(root, {"calls.csv": "person_id,at,rule\nanna,2026-10-28 12:00:00,everybody\n"})
    return _told(root)


def test_who_rests_is_told_until_when_and_because_of_what(tmp_path: Path) -> None:
    told = _after_a_call(tmp_path, EVERYBODY, "cooldown: 7 days\n")
    assert told.outcome == "resting"
    assert (str(told.until), told.because) == ("2026-11-04", "got everybody on 2026-10-28")
    assert told.reason == ("rested until 2026-11-04: got everybody on 2026-10-28 (cooldown 7 days)")
    assert _steps(told)[-1] == ("resting", False, told.reason)


def test_a_rule_that_rests_gives_way_with_its_day(tmp_path: Path) -> None:
    rules = EVERYBODY + "    cooldown: 7 days\n" + rule("other", 0, "age > 18", "hello")
    told = _after_a_call(tmp_path, rules, "")
    assert told.rule == "other"
    rested = "rested until 2026-11-04: got everybody on 2026-10-28"
    assert _rule(told, "everybody").fate == rested
    assert ("resting", True, "last contacted on 2026-10-28: everybody") in _steps(told)
    assert ("gave_way", False, f"everybody: {rested}") in _steps(told)


# -- what would have to change ---------------------------------------------------------------


def _changes(root: Path, name: str, person: str = "anna") -> list[tuple[str, str, str]]:
    told = pipeline.explain_person(worlds.options(root), person, rule=name)
    assert told.changes is not None
    return [(change.kind, change.what, change.detail) for change in told.changes]


_WANTED = """\
require:
  - {name: grown, when: age >= 18}
suppressions:
  - {name: no-walls, when: city = 'Ashby', only: {channel: wall}}
rules:
  - name: wanted
    priority: 1
    when:
      all:
        - age between 18 and 30
        - any: [consent, name = 'Bo']
    unless:
      - city = 'Ashby'
    templates: [named, texted, wall, long]
"""


def test_everything_that_stands_in_the_way_of_a_rule_is_told(tmp_path: Path) -> None:
    rules = _WANTED + rule("better", 9, "person_id is not null", "hello")
    rules += rule("also", 1, "person_id is not null", "hello")
    templates = {**_NOWHERE, "hello": template("Hello you")}
    root = project(tmp_path, rules, ["anna,,Ashby,17,false,,"], templates=templates)
    assert _changes(root, "wanted") == [
        ("stopped", "grown", "grown is not met"),
        ("condition", "age between 18 and 30", "must be TRUE"),
        ("condition", "any of: consent; name = 'Bo'", "must be TRUE"),
        ("condition", "city = 'Ashby'", "may not be TRUE"),
        ("rule", "better", "holds and comes first (9 over 1)"),
        ("rule", "also", "holds and comes first (both 1, so by name)"),
        ("template", "named", "name missing"),
        ("template", "texted", "text doesn't reach this person: phone missing"),
        ("template", "wall", "wall doesn't reach this person: suppressed by no-walls"),
        ("template", "long", "too long for its channel"),
    ]


def test_a_condition_that_fails_is_told_with_the_values_it_saw(tmp_path: Path) -> None:
    root = project(tmp_path, _WANTED, ["anna,Anna,Brint,40,,,"], templates=_NOWHERE)
    told = pipeline.explain_person(worlds.options(root), "anna", rule="wanted")
    assert told.changes is not None
    first, second = told.changes
    assert [(c.text, c.result, c.values) for c in first.conditions] == [
        ("age between 18 and 30", False, {"age": 40})
    ]
    assert [(c.text, c.role, c.result) for c in second.conditions] == [
        ("consent", "any", None),
        ("name = 'Bo'", "any", False),
    ]


def test_nothing_has_to_change_for_the_rule_that_wins(tmp_path: Path) -> None:
    assert _changes(project(tmp_path), "everybody") == []


def test_an_audience_that_is_too_small_says_how_many_it_takes(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("it", 1, "person_id is not null", "wall")
    root = project(tmp_path, rules, ["anna,,Brint,40,,,"], templates=_NOWHERE)
    assert _changes(root, "it") == [
        ("template", "wall", "too few people share its text: 3 are needed")
    ]


def test_a_rule_that_does_not_run_says_why(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("off", 1, "age > 50", "hello", enabled="false")
    assert _changes(project(tmp_path, rules), "off") == [
        ("not_running", "off", "it is switched off"),
        ("condition", "age > 50", "must be TRUE"),
    ]


def test_the_held_out_would_have_to_be_let_in(tmp_path: Path) -> None:
    settings = "holdout: {percent: 50, salt: a}\n"
    root = project(tmp_path, people=crowd(20), settings=settings)
    held = [p for p, (outcome, _, _) in worlds.results(root).items() if outcome == "held_out"]
    assert [kind for kind, _, _ in _changes(root, "everybody", held[0])] == ["held_out"]


def test_a_rule_that_is_not_there_is_asked_back(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="no rule called 'everbody'") as error:
        _changes(project(tmp_path), "everbody")
    assert error.value.help == "did you mean 'everybody'?"
