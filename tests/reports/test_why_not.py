"""`why-not`: a funnel whose numbers can be counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter import pipeline
from targeter.errors import WrongUsage
from targeter.reports import Failed, WhyNot
from tests import worlds
from tests.decisions.small import project, rule, template

_TEMPLATES = {
    "named": template("Hi {{ name }} there"),
    "texted": template("Hi by text", "text"),
    "wall": template("Come today", "wall"),
    "plain": template("Hello you"),
}
_RULES = """\
require:
  - {name: agreed, when: consent}
segments:
  here: city = 'Ashby'
rules:
  - name: best
    priority: 9
    when: age = 40
    templates: [plain]
  - name: asked
    why: They are old enough, and here.
    priority: 5
    when:
      all:
        - age >= 18
        - any:
            - here
            - phone is not null
    unless:
      - name = 'Bo'
    templates: [named, texted]
  - name: last
    priority: 1
    when: person_id is not null
    templates: [plain]
"""
_PEOPLE = [
    "wins,Anna,Ashby,30,true,,",
    "texted,,Brint,30,true,0171,",
    "loses,Anna,Ashby,40,true,,",
    "nameless,,Ashby,30,true,,",
    "young,Anna,Ashby,17,true,,",
    "younger,Anna,Ashby,16,true,,",
    "ageless,Anna,Ashby,,true,,",
    "young_bo,Bo,Ashby,17,true,,",
    "away,Anna,Corve,30,true,,",
    "nowhere,Anna,,30,true,,",
    "bo,Bo,Ashby,30,true,,",
    "refused,Anna,Ashby,30,false,,",
    "unasked,Anna,Ashby,17,,,",
]


def _why_not(root: Path, name: str = "asked") -> WhyNot:
    return pipeline.why_not(worlds.options(root), name)


def _asked(root: Path) -> WhyNot:
    return _why_not(project(root, _RULES, _PEOPLE, templates=_TEMPLATES))


def _failed(one: WhyNot, text: str) -> Failed:
    return next(failed for failed in one.failed if failed.text == text)


def test_people_are_stopped_before_a_rule_that_may_hold_for_them(tmp_path: Path) -> None:
    stopped = [(s.name, s.detail, s.people, s.matched) for s in _asked(tmp_path).stopped]
    assert stopped == [("agreed", "no", 1, 1), ("agreed", "unknown", 1, 0)]


def test_the_first_condition_that_fails_counts_and_unknown_is_apart_from_no(tmp_path: Path) -> None:
    one = _asked(tmp_path)
    assert [(f.text, f.role, f.no, f.unknown, f.only) for f in one.failed] == [
        ("age >= 18", "all", 3, 1, 3),
        ("any of: here; phone is not null", "all", 2, 0, 2),
        ("name = 'Bo'", "unless", 1, 0, 1),
    ]
    assert (one.failed[0].place.path, one.failed[0].place.line) == ("rules/rules.yaml", 15)


def test_whom_it_holds_for_is_told_with_what_became_of_them(tmp_path: Path) -> None:
    one = _asked(tmp_path)
    assert [(e.outcome, e.rule, e.people) for e in one.endings] == [
        ("message", None, 2),
        ("lost", "best", 1),
        ("unreachable", "last", 1),
    ]
    assert (one.people, one.matched, one.messages) == (13, 4, 2)
    assert (one.why, one.priority, one.not_running) == ("They are old enough, and here.", 5, "")


def test_who_misses_one_condition_is_told_with_the_nearest_values(tmp_path: Path) -> None:
    (seen,) = _failed(_asked(tmp_path), "age >= 18").seen
    assert (seen.what, seen.order) == ("age", "nearest")
    assert (seen.values, seen.others, seen.missing) == (((17, 1), (16, 1)), 0, 1)


def test_a_text_is_told_only_if_enough_people_share_it(tmp_path: Path) -> None:
    people = [
        *(f"c{n},Anna,Corve,30,true,," for n in range(5)),
        *(f"b{n},Anna,Brint,30,true,," for n in range(4)),
    ]
    one = _why_not(project(tmp_path, _RULES, people, templates=_TEMPLATES))
    city, phone = _failed(one, "any of: here; phone is not null").seen
    assert (city.what, city.order) == ("city", "most frequent")
    assert (city.values, city.others, city.missing) == ((("Corve", 5),), 4, 0)
    assert (phone.what, phone.values, phone.missing) == ("phone", (), 9)


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("age between 10 and 12", ((9, 2), (13, 3), (14, 1))),
        ("age = 10", ((9, 2), (11, 1), (13, 3), (14, 1))),
        ("12 >= age and age > 9", ((9, 2), (13, 3), (14, 1))),
        ("age * 2 < 22", ((22, 1), (26, 3), (28, 1))),
        ("not age >= 12", ((13, 3), (14, 1))),
        ("age in (20, 30)", ((14, 1), (13, 3), (11, 1), (9, 2))),
    ],
)
def test_near_is_what_lies_near_a_border(
    tmp_path: Path, condition: str, values: tuple[tuple[int, int], ...]
) -> None:
    ages = (9, 9, 11, 13, 13, 13, 14)
    people = [f"p{n},,,{age},true,," for n, age in enumerate(ages)]
    rules = "rules:\n" + rule("it", 1, condition, "hello")
    (failed,) = _why_not(project(tmp_path, rules, people), "it").failed
    (seen,) = failed.seen
    assert seen.values == values


def test_very_many_values_are_told_by_their_distance(tmp_path: Path) -> None:
    people = [f"p{n},,,{n},true,," for n in range(200)]
    rules = "rules:\n" + rule("it", 1, "age >= 200", "hello")
    (seen,) = _why_not(project(tmp_path, rules, people), "it").failed[0].seen
    assert (seen.order, seen.values, seen.others) == ("within", (), 200)
    assert seen.within == ((20.0, 20), (50.0, 50), (100.0, 100))


def test_days_are_near_by_their_number(tmp_path: Path) -> None:
    settings = "traits:\n  later: {value: today() + interval 1 day * age}\n"
    people = [f"p{n},,,{n % 3},true,," for n in range(6)]
    rules = "rules:\n" + rule("it", 1, "later <= today() - interval 1 month", "hello")
    root = project(tmp_path, rules, people, settings=settings)
    (seen,) = _why_not(root, "it").failed[0].seen
    assert [(str(value)[:10], count) for value, count in seen.values] == [
        ("2026-11-01", 2),
        ("2026-11-02", 2),
        ("2026-11-03", 2),
    ]


_GIVING_WAY = (
    "rules:\n"
    + rule("it", 5, "person_id is not null", "named", "texted", "wall")
    + rule("off", 4, "age = 30", "plain", enabled="false")
    + rule("last", 1, "age = 30", "plain")
)


def test_why_a_rule_gave_way_is_the_furthest_that_its_texts_got(tmp_path: Path) -> None:
    people = ["small,,,30,,,", "smaller,,,,,,", "named,Anna,,,,,"]
    one = _why_not(project(tmp_path, _GIVING_WAY, people, templates=_TEMPLATES), "it")
    assert [(e.outcome, e.rule, e.people) for e in one.endings] == [
        ("message", None, 1),
        ("audience_too_small", None, 1),
        ("audience_too_small", "last", 1),
    ]


def test_a_rule_that_does_not_run_says_why_and_whom_it_is_about(tmp_path: Path) -> None:
    people = ["a,Anna,,30,,,", "b,Bo,,31,,,"]
    one = _why_not(project(tmp_path, _GIVING_WAY, people, templates=_TEMPLATES), "off")
    assert one.not_running == "it is switched off"
    assert [(e.outcome, e.rule, e.people) for e in one.endings] == [("not_running", "it", 1)]
    assert one.failed[0].no == 1


def test_a_rule_that_is_not_there_is_asked_back(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="no rule called 'askd'") as error:
        _why_not(project(tmp_path, _RULES, _PEOPLE, templates=_TEMPLATES), "askd")
    assert error.value.help == "did you mean 'asked'?"
