"""`why-not` and `report` as commands: what a program reads, and what somebody types wrong."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cli.bakery import RULES, bakery, targeter
from tests.worlds import write


def test_why_not_has_the_promised_keys(tmp_path: Path) -> None:
    root = bakery(tmp_path)
    told = targeter("why-not", "stollen", "--project", root, "--format", "json").json
    assert (told["rule"], told["runs"], told["not_running"]) == ("stollen", True, None)
    counted = [one["people"] for key in ("stopped", "failed", "endings") for one in told[key]]
    assert sum(counted) == told["people"] == 13
    regular = told["failed"][0]
    assert (regular["text"], regular["path"], regular["line"]) == (
        "regular",
        "rules/bread.yaml",
        21,
    )
    assert (regular["no"], regular["unknown"], regular["only"]) == (6, 0, 4)
    assert regular["seen"] == [
        {
            "what": "spent",
            "order": "nearest",
            "values": [
                {"value": 5, "people": 1},
                {"value": 4, "people": 1},
                {"value": 3, "people": 1},
            ],
            "others": 0,
            "unit": None,
            "within": [],
            "missing": 1,
        }
    ]


def test_a_report_has_the_promised_keys(tmp_path: Path) -> None:
    told = targeter("report", "--project", bakery(tmp_path), "--format", "json").json
    assert (told["people"], told["messages"], told["matched"]) == (13, 6, 12)
    assert sum(told["outcomes"].values()) == 13
    assert told["waterfall"][-1] == {"outcome": "message", "people": 6, "left": 6}
    assert told["overlaps"] == [{"wins": "stollen", "loses": "new-bread", "people": 2}]
    assert told["audiences"][0]["recognised"] == 2
    assert (told["followers"], told["costs"], told["slow_templates"]) == (None, [], [])


def test_a_report_as_csv_and_as_markdown_goes_to_standard_output(tmp_path: Path) -> None:
    root = bakery(tmp_path)
    flat = targeter("report", "--project", root, "--format", "csv")
    assert (flat.code, flat.err) == (0, "")
    assert {len(row) for row in csv.reader(io.StringIO(flat.out))} == {5}
    page = targeter("report", "--project", root, "--format", "markdown")
    assert page.out.startswith("# Report for 1 November 2026\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("why-not", "stolen"), "did you mean 'stollen'?"),
        (("why-not",), "missing argument"),
        (("report", "--format", "xml"), "'xml' is not one of 'text', 'json', 'markdown', 'csv'"),
        (("explain", "bo", "--rule", "stolen"), "did you mean 'stollen'?"),
    ],
)
def test_what_is_typed_wrong_is_asked_back(
    tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    ran = targeter(*words, "--project", bakery(tmp_path))
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


def test_changes_are_there_where_a_rule_was_asked_about(tmp_path: Path) -> None:
    root = bakery(tmp_path)
    words = ("explain", "cy", "--project", root, "--format", "json")
    assert targeter(*words).json["changes"] is None
    told = targeter(*words, "--rule", "stollen").json
    assert [(one["kind"], one["what"]) for one in told["changes"]] == [
        ("condition", "regular"),
        ("template", "stollen.en"),
    ]
    assert targeter(*words).json["path"][-1]["stage"] == "message"


def test_what_lint_ignores_is_no_warning_of_a_plan(tmp_path: Path) -> None:
    comment = "  # targeter: ignore[TG703] for Easter\n  - name: eggs\n"
    silent = RULES.replace("  - name: eggs\n", comment)
    codes = []
    for name, rules in (("loud", RULES), ("silent", silent)):
        root = bakery(tmp_path / name, rules=rules)
        plan = targeter("plan", "--project", root, "--format", "json").json
        codes.append([finding["code"] for finding in plan["findings"]])
    assert codes == [["TG703", "TG704"], ["TG704"]]
    root = tmp_path / "silent"
    assert targeter("lint", "--data", "--project", root).out.count("TG001") == 0


def test_a_plan_says_which_templates_are_slow_and_why(tmp_path: Path) -> None:
    body = "---\nchannel: x_dm\n---\n{{ name }}/{{ town }} has bread."
    root = write(bakery(tmp_path), {"templates/stollen.en.j2": body})
    ran = targeter("plan", "--project", root, columns=80)
    assert "Slow to write, once for each combination of values: stollen.en (line 4:" in ran.out
    [slow] = targeter("plan", "--project", root, "--format", "json").json["slow_templates"]
    assert (slow["template"], slow["line"]) == ("stollen.en", 4)
    assert sorted(slow["columns"]) == ["name", "town"]
    assert "in one piece" in slow["why"]
