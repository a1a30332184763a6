"""`report`: every number of a small world, counted by hand."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

from targeter import pipeline
from targeter.cli.flat_report import csv_text
from targeter.cli.report_tables import markdown
from targeter.reports import Beaten, Cost, Followers, MissingValue, Overlap, Report
from tests import worlds
from tests.decisions.small import project, rule, template

_TEMPLATES = {
    "named": template("Hi {{ name }} there"),
    "short": template("Hello {{ city | default('you') }}"),
    "wall": template("Come to {{ city }} today", "wall"),
}
_RULES = (
    "rules:\n"
    + rule("first", 9, "age >= 18", "named", "short")
    + rule("second", 8, "city is not null", "wall")
    + rule("third", 7, "age >= 60", "short")
    + rule("nobody", 6, "age > 1000", "short")
)
_SETTINGS = "reach: {followers: age}\n"
_CHANNELS = """\
  mail: {delivery: direct, unit: codepoints, limit: 30, cost: 0.02}
  wall: {like: x_promoted, min_audience: 3, match_rate: 0.6, cost: 0.5}
"""
_PEOPLE = [
    "anna,Anna,,20,,,",
    "long,Wolfeschlegelsteinhausenbergerdorff,,30,,,",
    "nameless,,Ashby,40,,,",
    "old,Bo,,70,,,",
    *(f"c{n},,Corve,,,," for n in range(6)),
    *(f"b{n},,Brint,,,," for n in range(4)),
    "none,,,,,,",
]


def _project(root: Path, people: list[str] = _PEOPLE) -> Path:
    project(root, _RULES, people, settings=_SETTINGS, templates=_TEMPLATES)
    path = root / "rules/targeter.yaml"
    lines = path.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(("  mail:", "  wall:"))]
    at = kept.index("channels:\n") + 1
    path.write_text("".join([*kept[:at], _CHANNELS, *kept[at:]]))
    return root


def _report(root: Path) -> Report:
    return pipeline.whole_report(worlds.options(_project(root)))


def test_who_is_reached_and_where_the_others_end(tmp_path: Path) -> None:
    one = _report(tmp_path)
    steps = [(s.outcome, s.people, s.left) for s in one.waterfall if s.people]
    assert steps == [("no_rule", 1, 14), ("audience_too_small", 4, 10), ("message", 10, 10)]
    assert one.matched == 14
    assert one.followers == Followers("age", Decimal(160), 4, 6)


def test_how_rules_share_the_people(tmp_path: Path) -> None:
    crossing = _report(tmp_path).crossing
    assert crossing.counts == ((0, 1), (1, 12), (2, 2))
    assert crossing.overlaps == (Overlap("first", "second", 1), Overlap("first", "third", 1))
    assert crossing.matched == {"first": 4, "second": 11, "third": 1, "nobody": 0}
    assert crossing.beaten == (Beaten("third", 1, (("first", 1),)),)


def test_what_copy_there_is_and_what_was_missing(tmp_path: Path) -> None:
    one = _report(tmp_path)
    rows = [(t.name, t.messages, t.longest, t.limit, t.too_long) for t in one.plan.templates]
    assert rows == [
        ("wall", 6, 19, 280, 0),
        ("named", 2, 13, 30, 1),
        ("short", 2, 11, 30, 0),
    ]
    assert one.missing == (
        MissingValue("short", "city", required=False, held=4, lacking=3),
        MissingValue("named", "name", required=True, held=4, lacking=1),
    )


def test_audiences_are_told_after_the_match_rate_and_the_shut_ones_too(tmp_path: Path) -> None:
    one = _report(tmp_path)
    (audience,) = one.audiences
    assert (audience.text, audience.people) == ("Come to Corve today", 6)
    assert (audience.recognised, audience.smallest) == (Decimal("3.6"), 5)
    assert [(c.text, c.people, c.smallest) for c in one.plan.shut] == [
        ("Come to Brint today", 4, 5)
    ]
    assert one.plan.shut_count == 1


def test_what_it_costs_is_exact(tmp_path: Path) -> None:
    assert _report(tmp_path).costs == (
        Cost("wall", 6, Decimal("0.5"), Decimal("3.0")),
        Cost("mail", 4, Decimal("0.02"), Decimal("0.08")),
    )


def test_a_project_without_anything_to_report(tmp_path: Path) -> None:
    root = project(tmp_path, "rules: []\n", ["anna,Anna,,20,,,"])
    one = pipeline.whole_report(worlds.options(root))
    assert (one.matched, one.crossing.counts, one.followers) == (0, ((0, 1),), None)
    assert not (one.missing or one.audiences or one.costs or one.plan.slow or one.crossing.overlaps)


def test_the_flat_table_holds_the_same_numbers(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(csv_text(_report(tmp_path)))))
    assert rows[0] == ["section", "name", "other", "measure", "value"]
    assert all(len(row) == 5 for row in rows)
    for row in (
        ["reach", "messages", "", "people", "10"],
        ["overlaps", "first", "third", "people", "1"],
        ["costs", "mail", "", "total", "0.08"],
        ["missing", "named", "name", "lacking", "1"],
    ):
        assert row in rows


_EVIL = '=HYPERLINK("x") @everyone #1 | <b>'


def test_a_text_from_data_is_neither_a_formula_nor_markup(tmp_path: Path) -> None:
    evil = _EVIL.replace('"', '""')
    people = [f'e{n},,"{evil}",,,,' for n in range(6)]
    templates = {**_TEMPLATES, "wall": template("{{ city }}", "wall")}
    root = _project(tmp_path, people)
    worlds.write(root, {"templates/wall.j2": templates["wall"]})
    one = pipeline.whole_report(worlds.options(root))
    assert one.audiences[0].text.startswith("=HYPERLINK")
    flat = csv_text(one)
    assert "'=HYPERLINK" in flat
    assert all(not cell.startswith("=") for row in csv.reader(io.StringIO(flat)) for cell in row)
    page = markdown(one)
    assert "<b>" not in page
    assert "@" not in page
    assert "\\|" in page


def test_followers_are_a_column_of_numbers(tmp_path: Path) -> None:
    for column, code in (("agee", "TG202"), ("name", "TG105")):
        settings = f"reach: {{followers: {column}}}\n"
        root = project(tmp_path / column, settings=settings)
        assert code in [finding.code for finding in worlds.errors(root)]


def test_a_cost_is_nothing_or_more(tmp_path: Path) -> None:
    for cost in ("-1", "much", ".inf"):
        settings = f"  sms: {{cost: {cost}}}\n"
        root = project(tmp_path / cost.strip("-."), settings=settings)
        assert "TG105" in [finding.code for finding in worlds.errors(root)]


def test_somebody_may_have_more_rules_than_a_byte_counts(tmp_path: Path) -> None:
    rules = "rules:\n" + "".join(rule(f"r{n}", n, "age > 1", "short") for n in range(140))
    people = ["anna,,,40,,,", "young,,,1,,,"]
    templates = {"short": template("Hello")}
    one = pipeline.whole_report(
        worlds.options(project(tmp_path, rules, people, templates=templates))
    )
    assert one.crossing.counts == ((0, 1), (140, 1))
    assert len(one.crossing.overlaps) == 1_000
    assert one.crossing.overlaps[0] == Overlap("r139", "r138", 1)
    assert len(one.crossing.beaten) == 139


def test_a_template_that_reads_two_values_at_once_is_told(tmp_path: Path) -> None:
    templates = {"hello": template("Hi {{ name }}/{{ city }} there")}
    one = pipeline.whole_report(worlds.options(project(tmp_path, templates=templates)))
    told = [(part.template, sorted(part.columns)) for part in one.plan.slow]
    assert told == [("hello", ["city", "name"])]
    assert "| hello | 4 | " in markdown(one)
