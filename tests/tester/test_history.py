"""Tests that say what somebody got before: caps, cooldowns, handovers and audiences."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from targeter import pipeline, tester
from tests import worlds
from tests.decisions.small import EVERYBODY, project, template

_RULES = EVERYBODY + (
    "    frequency_cap: 1 per 90 days\n"
    "  - {name: again, priority: 0, when: age > 50, templates: [wall]}\n"
    "handoffs:\n  - {name: unhappy, to: service, when: city = 'Brint', again_after: 14 days}\n"
)
_TEMPLATES = {"hello": template("Hello you"), "wall": template("Come and see", "wall")}
_LEFT = """[{rule: again, template: wall, days_ago: 9},
    {rule: again, channel: wall, left: true, days_ago: 6}]"""


def _tested(root: Path, tests: str) -> dict[str, tuple[str, ...]]:
    """What differs in each test."""
    project(root, _RULES, settings="cooldown: 7 days\n", templates=_TEMPLATES)
    path = root / "rules/targeter.yaml"
    path.write_text(path.read_text().replace("min_audience: 3}", "min_audience: 3, stay: 14 days}"))
    head = "as_of: 2026-11-01\ndefaults: {consent: true, age: 60, city: Ashby}\ntests:\n"
    worlds.write(root, {"rules/tests/past.yaml": head + indent(tests, "  ")})
    report = pipeline.run_tests(worlds.options(root), tester.Request())
    return {one.example.name: tuple(d.what for d in one.differences) for one in report.results}


@pytest.mark.parametrize(
    ("history", "expect"),
    [
        ("[]", "rule: everybody"),
        ("[{rule: everybody, days_ago: 6}]", "{outcome: resting, by: cooldown}"),
        ("[{rule: everybody, day: 2026-10-25}]", "{rule: again}"),
        ("[{rule: everybody, days_ago: 89}]", "rule: again"),
        ("[{rule: everybody, days_ago: 90}]", "rule: everybody"),
        ("[{rule: again, days_ago: 8}]", "rule: everybody"),
        (
            "[{rule: again, template: wall, text: Come and see, days_ago: 8}]",
            "{rule: again, text: Come and see}",
        ),
        (_LEFT, "outcome: resting"),
        ("[{handoff: unhappy, days_ago: 3}]", "rule: everybody"),
    ],
)
def test_what_somebody_got_before_decides_what_they_get(
    tmp_path: Path, history: str, expect: str
) -> None:
    expected = expect if expect.startswith("{") else f"{{{expect}}}"
    tests = f"- name: a\n  history: {history}\n  expect: {expected}\n"
    assert _tested(tmp_path, tests) == {"a": ()}


def test_a_case_says_its_own_history_and_else_the_tests(tmp_path: Path) -> None:
    tests = (
        "- name: unhappy people\n"
        "  person: {city: Brint}\n"
        "  history: [{handoff: unhappy, days_ago: 13}]\n"
        "  cases:\n"
        "    - {name: lately, expect: {outcome: with_service, by: unhappy}}\n"
        "    - name: long ago\n"
        "      history: [{handoff: unhappy, days_ago: 14}]\n"
        "      expect: {outcome: handed_over}\n"
    )
    assert _tested(tmp_path, tests) == {
        "unhappy people: lately": (),
        "unhappy people: long ago": (),
    }


def test_a_failing_expectation_about_rest_is_told(tmp_path: Path) -> None:
    tests = (
        "- name: a\n  history: [{rule: everybody, days_ago: 1}]\n  expect: {rule: everybody}\n"
        "- name: b\n  expect: {outcome: resting}\n"
    )
    assert _tested(tmp_path, tests) == {"a": ("rule",), "b": ("outcome",)}
