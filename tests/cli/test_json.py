"""What a program reads: the promised keys, ASCII only, valid also when the command fails."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targeter.cli.json_output import dumps

from .bakery import RULES, bakery, targeter


def test_a_plan_has_the_promised_keys(tmp_path: Path) -> None:
    plan = targeter("plan", "--project", bakery(tmp_path), "--format", "json").json
    assert plan["as_of"] == "2026-11-01"
    assert plan["people"] == 13 == sum(plan["outcomes"].values())
    assert plan["messages"] == plan["outcomes"]["message"] == 6
    rules = [(r["name"], r["priority"], r["matched"], r["won"]) for r in plan["rules"]]
    assert rules == [("stollen", 20, 2, 2), ("new-bread", 10, 12, 4)]
    assert plan["rules"][0]["examples"][0]["limit"] == 10_000
    assert ("stollen.de", 1) in [(t["name"], t["messages"]) for t in plan["templates"]]
    assert plan["handoffs"] == [{"name": "waiting", "to": "the counter", "people": 1}]
    assert [finding["code"] for finding in plan["findings"]] == ["TG703", "TG704"]


def test_no_is_told_apart_from_unknown_under_one_name(tmp_path: Path) -> None:
    plan = targeter("plan", "--project", bakery(tmp_path), "--format", "json").json
    adult = next(s for s in plan["suppressions"] if s["name"] == "adult")
    assert (adult["people"], adult["no"], adult["unknown"]) == (2, 1, 1)
    assert len({s["name"] for s in plan["suppressions"]}) == len(plan["suppressions"])


def test_an_explanation_has_the_promised_keys(tmp_path: Path) -> None:
    bo = targeter("explain", "bo", "--project", bakery(tmp_path), "--format", "json").json
    assert (bo["person"], bo["outcome"], bo["rule"]) == ("bo", "message", "stollen")
    assert (bo["template"], bo["length"], bo["limit"]) == ("stollen.de", 39, 10_000)
    assert bo["text"].startswith("Bo, der erste")
    stollen = bo["rules"][0]
    assert stollen["holds"] is True
    conditions = [(c["text"], c["role"], c["result"], c["values"]) for c in stollen["conditions"]]
    assert conditions == [
        ("regular", "all", True, {"spent": 51}),
        ("town = 'Harbour'", "any", False, {"town": "Hill"}),
        ("age > 60", "any", True, {"age": 70}),
        ("name is null", "unless", False, {"name": "Bo"}),
    ]


def test_what_is_unknown_is_null(tmp_path: Path) -> None:
    lee = targeter("explain", "lee", "--project", bakery(tmp_path), "--format", "json").json
    purpose = next(v for v in lee["verdicts"] if v["kind"] == "purpose")
    assert purpose["holds"] is None
    assert purpose["conditions"][0]["result"] is None
    assert lee["text"] is None


def test_lint_says_where_and_what_to_do(tmp_path: Path) -> None:
    root = bakery(tmp_path, rules=RULES.replace("age > 60", "agee > 60"))
    ran = targeter("lint", "--project", root, "--format", "json")
    assert ran.code == 1
    (finding,) = ran.json["findings"]
    assert len(finding["fingerprint"]) == 32
    assert finding == {
        "fingerprint": finding["fingerprint"],
        "repository_path": "rules/bread.yaml",
        "thing": "rules/stollen",
        "code": "TG202",
        "name": "unknown-column",
        "severity": "error",
        "message": "unknown column 'agee' in the profile",
        "path": "rules/bread.yaml",
        "line": 24,
        "column": 15,
        "length": 4,
        "help": "did you mean 'age'?",
    }


def test_a_render_names_its_files(tmp_path: Path) -> None:
    root = bakery(tmp_path)
    ran = targeter("render", "--project", root, "--batch-size", 1, "--format", "json").json
    assert ran["messages"] == 6
    assert [(file["what"], file["rows"]) for file in ran["files"]] == [
        ("messages", 1),
        ("messages", 1),
        ("creatives", 1),
        ("creatives", 1),
        ("audiences", 1),
        ("handed over", 1),
    ]
    (audience,) = ran["exports"]["x_audiences"]["audiences"]
    assert (audience["size"], audience["usable"]) == (4, None)
    folder = root / "batches" / ran["plan_id"]
    assert Path(ran["folder"]) == folder
    rows = [
        json.loads(line)
        for file in ran["files"][:2]
        for line in (folder / file["name"]).read_text(encoding="utf-8").splitlines()
    ]
    assert len(rows) == 2
    keys = {"person_id", "campaign", "rule", "template", "channel", "text", "length"}
    assert keys <= set(rows[0])


def test_sources_are_listed_with_their_columns(tmp_path: Path) -> None:
    sources = targeter("sources", "--project", bakery(tmp_path), "--format", "json").json
    people = sources["sources"][0]
    assert (people["name"], people["rows"], people["files"]) == ("people", 13, ["people.csv"])
    assert people["columns"][0]["declared"] is True


FAILURES = [
    (("plan", "--project", "/nowhere-at-all"), 2),
    (("plan", "--bogus"), 2),
    (("plan", "--as-of", "tomorrow"), 2),
    (("explain",), 2),
    (("no-such-command",), 2),
    (("explain", "nobody", "--project", "HERE"), 2),
    (("plan", "--project", "HERE", "--data-root", "/nowhere-at-all"), 2),
]


@pytest.mark.parametrize(("words", "code"), FAILURES)
@pytest.mark.parametrize("form", [("--format", "json"), ("--format=json",)])
def test_a_failure_is_a_document_too(
    tmp_path: Path, words: tuple[str, ...], code: int, form: tuple[str, ...]
) -> None:
    root = bakery(tmp_path)
    ran = targeter(*(str(root) if word == "HERE" else word for word in words), *form)
    assert ran.code == code
    assert ran.err == ""
    assert ran.json["errors"][0]["message"]
    assert set(ran.json["errors"][0]) == {"message", "help"}
    assert ran.json["findings"] == []


def test_a_failure_carries_its_findings(tmp_path: Path) -> None:
    root = bakery(tmp_path, people="person_id,name\nada,Ada\nada,Ada\n")
    ran = targeter("plan", "--project", root, "--format", "json")
    assert ran.code == 3
    assert ran.json["findings"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.floats() | st.decimals() | st.dates(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_value_makes_a_valid_ascii_document(value: object) -> None:
    text = dumps({"value": value})
    assert text.isascii()
    assert "\x7f" not in text
    assert json.loads(text)["format_version"] == 1


def test_values_keep_their_kind() -> None:
    given_values = {
        "day": dt.date(2026, 11, 1),
        "exact": Decimal("1.50"),
        "whole": Decimal("3.000"),
        "nothing": float("nan"),
        "list": ("a", None),
    }
    assert json.loads(dumps(given_values)) == {
        "format_version": 1,
        "day": "2026-11-01",
        "exact": 1.5,
        "whole": 3,
        "nothing": None,
        "list": ["a", None],
    }
