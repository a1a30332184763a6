"""What a plan shows: every number can be counted by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from targeter import batches, pipeline
from targeter.reports import PlanReport, TemplateRow, Total, Turnover
from tests import worlds
from tests.cli.bakery import targeter
from tests.decisions.small import EVERYBODY, crowd, project, rule, template

_TEMPLATES = {
    "named": template("Hi {{ name }} there"),
    "wall": template("Come to {{ city }} today", "wall"),
    "spare": template("Hello"),
}
_RULES = (
    "rules:\n"
    + rule("named", 9, "name is not null", "named", campaign="spring", why="They have a name.")
    + rule("placed", 5, "city is not null", "wall")
    + rule("never", 4, "age > 1000", "spare")
    + rule("beaten", 3, "name is not null", "named")
    + rule("off", 2, "age > 0", "spare", enabled="false")
    + rule("over", 1, "age > 0", "spare", campaign="past")
    + rule("later", 0, "age > 0", "spare", campaign="future")
)
_SETTINGS = """\
campaigns:
  spring: {}
  past: {ends: 2026-10-31}
  future: {starts: 2026-11-02}
"""
_PEOPLE = [
    "anna,Anna,,,,,",
    "bo,Bo,Ashby,,,,",
    "alexandrina,Alexandrina,,,,,",
    *(f"p{n},,Ashby,,,," for n in range(4)),
    *(f"q{n},,Brint,,,," for n in range(3)),
    "alone,,Corve,,,,",
    "nobody,,,,,,",
]


def _plan(root: Path, examples: int = 1) -> PlanReport:
    return pipeline.plan(worlds.options(root), examples=examples)


def _report(root: Path, examples: int = 1) -> PlanReport:
    project(root, _RULES, _PEOPLE, settings=_SETTINGS, templates=_TEMPLATES)
    return _plan(root, examples)


def test_the_numbers_of_a_plan(tmp_path: Path) -> None:
    report = _report(tmp_path)
    assert {name: count for name, count in report.outcomes.items() if count} == {
        "message": 10,
        "audience_too_small": 1,
        "no_rule": 1,
    }
    assert (report.people, report.messages, report.coverage) == (12, 10, 10 / 12)
    assert [(r.name, r.priority, r.matched, r.won) for r in report.rules] == [
        ("named", 9, 3, 3),
        ("placed", 5, 9, 7),
        ("never", 4, 0, 0),
        ("beaten", 3, 3, 0),
    ]
    assert report.rules[0].why == "They have a name."
    assert report.campaigns == (Total("", 7), Total("spring", 3))
    assert report.channels == (Total("wall", 7), Total("mail", 3))
    assert report.templates == (
        TemplateRow("wall", "wall", 7, 19, 280, 0),
        TemplateRow("named", "mail", 3, 20, 30, 0),
        TemplateRow("spare", "mail", 0, None, None, 0),
    )
    assert not report.is_pinned


def test_cells_are_told_with_the_audience_they_need(tmp_path: Path) -> None:
    cells = [(c.channel, c.template, c.text, c.people, c.smallest) for c in _report(tmp_path).cells]
    assert cells == [
        ("wall", "wall", "Come to Ashby today", 4, 3),
        ("wall", "wall", "Come to Brint today", 3, 3),
    ]


def test_texts_that_were_shut_are_told_with_what_they_had_and_needed(tmp_path: Path) -> None:
    report = _report(tmp_path)
    shut = [(c.channel, c.template, c.text, c.people, c.smallest) for c in report.shut]
    assert shut == [("wall", "wall", "Come to Corve today", 1, 3)]
    assert report.shut_count == 1


def test_examples_are_the_shortest_the_longest_and_then_others(tmp_path: Path) -> None:
    texts = [example.text for example in _report(tmp_path, 3).rules[0].examples]
    assert texts == ["Hi Bo there", "Hi Alexandrina there", "Hi Anna there"]
    one = _plan(tmp_path, 1).rules[0].examples
    assert [(e.person, e.text, e.length, e.limit) for e in one] == [("bo", texts[0], 11, 30)]
    assert all(rule.examples == () for rule in _plan(tmp_path, 0).rules)
    assert [len(rule.examples) for rule in _plan(tmp_path, 99).rules] == [3, 2, 0, 0]


def test_what_only_the_data_shows_of_rules_and_templates(tmp_path: Path) -> None:
    found = [(f.code, f.message) for f in _report(tmp_path).findings if f.code[:3] == "TG7"]
    assert sorted(found) == [
        ("TG701", "rule 'never' matches nobody"),
        ("TG702", "rule 'beaten' matches 3 people and wins none of them"),
        ("TG703", "rule 'later' is not running: its campaign starts on 2026-11-02"),
        ("TG703", "rule 'off' is not running: it is switched off"),
        ("TG703", "rule 'over' is not running: its campaign past ended on 2026-10-31"),
        ("TG704", "template 'spare' is used for nobody"),
    ]


def test_a_plan_in_which_everybody_is_suppressed(tmp_path: Path) -> None:
    rules = EVERYBODY + "suppressions:\n  - {name: all, when: person_id is not null}\n"
    report = _plan(project(tmp_path, rules, crowd(3)))
    assert (report.messages, report.coverage, report.outcomes["suppressed"]) == (0, 0.0, 3)
    assert [rule.examples for rule in report.rules] == [()]
    (everybody,) = [finding for finding in report.findings if finding.code == "TG719"]
    assert everybody.place is not None and "name: all" in everybody.place.excerpt


def test_a_plan_without_a_rule_that_runs(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("off", 1, "age > 0", "hello", enabled="false")
    report = _plan(project(tmp_path, rules, crowd(3)))
    assert not (report.rules or report.templates or report.cells)
    assert report.outcomes["no_rule"] == 3


def test_a_plan_without_any_rule(tmp_path: Path) -> None:
    report = _plan(project(tmp_path, "segments:\n  old: age > 60\n", crowd(3)))
    assert (report.rules, report.outcomes["no_rule"]) == ((), 3)
    assert "TG401" in [finding.code for finding in report.findings]


def test_the_limit_of_a_text_message_is_that_of_its_alphabet(tmp_path: Path) -> None:
    templates = {"hello": template("Hi {{ name }} there", "sms")}
    people = ["anna,Anna,,,,,", "lukasz,Łukasz,,,,,"]
    report = _plan(project(tmp_path, people=people, templates=templates), 2)
    limits = {example.person: example.limit for example in report.rules[0].examples}
    assert limits == {"anna": 160, "lukasz": 70}


def test_who_enters_stays_and_leaves_an_audience_is_told_by_channel(tmp_path: Path) -> None:
    settings = "purposes:\n  marketing: {when: consent}\n"
    templates = {"hello": template("Come today", "wall")}
    root = project(tmp_path, people=crowd(4), settings=settings, templates=templates)
    path = root / "rules/targeter.yaml"
    path.write_text(path.read_text().replace("min_audience: 3}", "min_audience: 3, stay: 14 days}"))
    assert _plan(root).audiences == (Turnover("wall", 4, 0, 0),)
    assert "staying" not in targeter("plan", "--project", root, "--as-of", "2026-11-01").out
    pipeline.render(worlds.options(root), batches.Request())
    people = root / "people.csv"
    people.write_text(people.read_text().replace("p0,Anna,Ashby,40,true", "p0,Anna,Ashby,40,false"))
    tomorrow = worlds.options(root, as_of=dt.date(2026, 11, 2))
    assert pipeline.plan(tomorrow).audiences == (Turnover("wall", 0, 3, 1),)
    shown = targeter("plan", "--project", root, "--as-of", "2026-11-02").out
    assert "0 new · 3 staying · 1 leaving" in shown
