"""Findings and errors as a person sees them: the place, carets under the word, the next step."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest

from targeter.cli.drawing.findings import draw_finding, summary
from targeter.cli.drawing.screen import Screen
from targeter.findings import Finding, Place, Severity

from .bakery import RULES, bakery, targeter, width


def drawn(finding: Finding, columns: int | None = None) -> str:
    stream = StringIO()
    with width(columns):
        draw_finding(Screen(stream), finding)
    return stream.getvalue()


def test_lint_shows_the_line_with_carets_under_the_word(tmp_path: Path) -> None:
    root = bakery(tmp_path, rules=RULES.replace("age > 60", "agee > 60"))
    ran = targeter("lint", "--project", root)
    assert ran.code == 1
    assert ran.out == (
        "rules/bread.yaml:24:15: TG202 unknown column 'agee' in the profile\n"
        "   24 │             - agee > 60\n"
        "      │               ^^^^\n"
        "    help: did you mean 'age'?\n"
        "\n"
        "1 error\n"
    )


def test_warnings_are_shown_and_do_not_fail(tmp_path: Path) -> None:
    root = bakery(tmp_path, rules=RULES.replace("priority: 20", "priority: 10"))
    ran = targeter("lint", "--project", root)
    assert ran.code == 0
    assert "TG402 warning: rules 'new-bread' and 'stollen'" in ran.out
    assert ran.out.endswith("\n1 warning\n")


def test_findings_come_in_the_order_of_the_files(tmp_path: Path) -> None:
    wrong = RULES.replace("age >= 18", "aeg >= 18").replace("[rye, bread]", "[rye, braed]")
    ran = targeter("lint", "--project", bakery(tmp_path, rules=wrong))
    places = [line for line in ran.out.splitlines() if line.startswith("rules/")]
    assert [place.split(": ")[1].split()[0] for place in places] == ["TG202", "TG501"]


def test_a_project_without_rules_had_nothing_to_check(tmp_path: Path) -> None:
    ran = targeter("lint", "--project", bakery(tmp_path, rules="segments:\n  old: age > 60\n"))
    assert ran.code == 5
    assert "TG401" in ran.out


def test_errors_of_a_plan_are_drawn_like_those_of_lint(tmp_path: Path) -> None:
    root = bakery(tmp_path, rules=RULES.replace("priority: 20", "colour: red"))
    ran = targeter("plan", "--project", root)
    assert (ran.code, ran.out) == (1, "")
    assert ": TG103 rule 'stollen' has no key 'colour'" in ran.err
    assert "│     ^^^^^^" in ran.err
    assert "\nerror: 2 errors in the project\n" in ran.err


def test_bad_data_is_shown_with_its_place(tmp_path: Path) -> None:
    people = "person_id,name,age,language,agreed,town,spent,handle,waits\nada,A,old,en,Y,X,1,,N\n"
    ran = targeter("plan", "--project", bakery(tmp_path, people=people))
    assert (ran.code, ran.out) == (3, "")
    assert "people.csv:2:" in ran.err
    assert "'old'" in ran.err
    assert "error: source 'people' can't be read" in ran.err


@pytest.mark.parametrize(
    ("excerpt", "column", "length", "line", "carets"),
    [
        ("when: agee > 3", 7, 4, "when: agee > 3", "      ^^^^"),
        ("\twhen: agee", 8, 4, "    when: agee", "          ^^^^"),
        ("日本 = agee", 6, 4, "日本 = agee", "       ^^^^"),
        ("e\u0301\u0301 agee", 5, 4, "e\u0301\u0301 agee", "  ^^^^"),
        ("a\x1bb agee", 5, 4, "a\\x1bb agee", "       ^^^^"),
        ("x = '日本'", 5, 4, "x = '日本'", "    ^^^^^^"),
    ],
)
def test_carets_stand_under_the_word_whatever_stands_before_it(
    excerpt: str, column: int, length: int, line: str, carets: str
) -> None:
    place = Place("rules/x.yaml", 7, column, length, excerpt)
    lines = drawn(Finding("TG202", "unknown column", place)).splitlines()
    assert lines[1] == f"    7 │ {line}"
    assert lines[2] == f"      │ {carets}"


@pytest.mark.parametrize("start", [0, 30, 200, 430])
@pytest.mark.parametrize("columns", [40, 60, 100])
def test_a_long_line_shows_the_part_with_the_word(start: int, columns: int) -> None:
    excerpt = "x" * start + "agee" + "y" * (450 - start)
    place = Place("rules/x.yaml", 7, start + 1, 4, excerpt)
    _, line, carets, *_ = drawn(Finding("TG202", "unknown", place), columns).splitlines()
    at = carets.index("^")
    assert len(line) <= columns
    assert line[at : at + 4] == "agee"
    assert carets.count("^") == 4


def test_a_place_that_lies_about_its_line_is_drawn_all_the_same() -> None:
    place = Place("rules/x.yaml", 7, 99, 50, "short")
    assert "^" in drawn(Finding("TG202", "unknown", place))


def test_nothing_in_a_finding_reaches_the_terminal_as_a_command() -> None:
    place = Place("rules/\x1b[2J.yaml", 1, 1, 3, "\x1b]0;title\x07")
    text = drawn(Finding("TG202", "a\x1b[31m\r [bold]b[/bold]", place, "\x1b[1mhelp\nmore"))
    assert "\x1b" not in text
    assert "\r" not in text
    assert "[bold]b[/bold]" in text


def test_the_summary_counts_by_severity() -> None:
    found = [Finding(code, "x") for code in ("TG202", "TG202", "TG402")]
    note = Finding("TG402", "x", graded=Severity.INFO)
    assert summary([*found, note]) == "2 errors, 1 warning, 1 note"


def test_columns_is_put_back() -> None:
    before = os.environ.get("COLUMNS")
    with width(3):
        pass
    assert os.environ.get("COLUMNS") == before
