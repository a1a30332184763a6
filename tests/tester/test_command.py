"""`targeter test` as it is typed: what it shows, what it writes, and how it ends."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.bakery import targeter
from tests.tester.lighthouse import lighthouse

FAILING = """\
- name: too shallow
  person: {trips_made: 1, deepest: 20}
  expect: {rule: deep-water}
- name: another text
  person: {spent: 11, port: East}
  expect: {text: Hear us through any mist from East.}
- name: fine
  person: {spent: 11, port: East}
  expect: {rule: fog-horn}
"""
PASSING = "- {name: fine, person: {spent: 11, port: East}, expect: {rule: fog-horn}}\n"
SCREEN = """\
FAILED too shallow  rules/tests/all.yaml:10
    rule: expected deep-water, got none  line 12
    why: no rule matched  (no rule holds)
    rule deep-water does not hold
      FALSE  deepest > 20  deepest 20
      TRUE   sailor        trips_made 1

FAILED another text  rules/tests/all.yaml:13
    text:
      expected  Hear us through any [-mist-] from East.
      got       Hear us through any {+fog+} from East.
    why: fog-horn is the best rule that holds and can be written
    rule fog-horn wins
      TRUE   spent >= 10.5               spent 11
      FALSE  unless: bucket('horn') < 0  person_id 'rules/tests/all.yaml: another text'

2 failed, 1 passed.
"""


def test_a_failure_shows_what_differs_and_every_condition(tmp_path: Path) -> None:
    ran = targeter("test", "--project", lighthouse(tmp_path, FAILING), columns=110)
    assert (ran.code, ran.out, ran.err) == (1, SCREEN, "")


def test_what_passes_is_one_line(tmp_path: Path) -> None:
    ran = targeter("test", "--project", lighthouse(tmp_path, PASSING))
    assert (ran.code, ran.out) == (0, "1 test passed.\n")


def test_json_holds_every_result(tmp_path: Path) -> None:
    root = lighthouse(tmp_path, FAILING)
    document = targeter("test", "--project", root, "--format", "json", "--coverage").json
    assert (document["tests"], document["failed"]) == (3, 2)
    first = document["results"][0]
    assert (first["name"], first["path"], first["line"]) == (
        "too shallow",
        "rules/tests/all.yaml",
        10,
    )
    assert first["differences"] == [
        {"what": "rule", "expected": "deep-water", "got": None, "line": 12}
    ]
    conditions = first["why"]["rule"]["conditions"]
    assert [(c["text"], c["result"]) for c in conditions] == [
        ("sailor", True),
        ("deepest > 20", False),
    ]
    assert document["coverage"]["missing"] == ["named-friend", "deep-water", "storm"]


def test_junit_has_a_case_for_each_test(tmp_path: Path) -> None:
    root = lighthouse(tmp_path, FAILING.replace("too shallow", '"too <shallow> \\x01 & \\"odd\\""'))
    target = tmp_path / "out.xml"
    assert targeter("test", "--project", root, "--junit", target).code == 1
    document = ElementTree.parse(target).getroot()
    assert (document.tag, document.get("tests"), document.get("failures")) == (
        "testsuites",
        "3",
        "2",
    )
    cases = document.findall("testsuite/testcase")
    assert [case.get("name") for case in cases] == [
        'too <shallow> \ufffd & "odd"',
        "another text",
        "fine",
    ]
    failure = cases[0].find("failure")
    assert failure is not None and failure.text is not None
    assert failure.get("message") == "rule: expected 'deep-water', got None"
    assert "FALSE deepest > 20  [deepest=20]" in failure.text
    assert cases[2].find("failure") is None


def test_junit_is_written_even_when_no_test_can_run(tmp_path: Path) -> None:
    root = lighthouse(tmp_path, "- {name: a, person: {spend: 1}, expect: {by: adult}}\n")
    target = tmp_path / "out.xml"
    ran = targeter("test", "--project", root, "--junit", target)
    assert ran.code == 1 and "TG601" in ran.err
    document = ElementTree.parse(target).getroot()
    assert document.get("errors") == "1"
    error = document.find("testsuite/testcase/error")
    assert error is not None and error.get("message") == "the profile has no column 'spend'"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 0),
        (("--run", "fin"), 0),
        (("--run", "nobody"), 5),
        (("--run", "("), 2),
        (("--coverage-fail-under", "25"), 0),
        (("--coverage-fail-under", "26"), 1),
        (("--coverage-fail-under", "101"), 2),
        (("--junit", "no/such/folder/x.xml"), 3),
    ],
)
def test_the_exit_code_says_how_it_ended(words: tuple[str, ...], code: int, tmp_path: Path) -> None:
    assert targeter("test", "--project", lighthouse(tmp_path, PASSING), *words).code == code


def test_no_tests_end_with_five(tmp_path: Path) -> None:
    ran = targeter("test", "--project", lighthouse(tmp_path))
    assert ran.code == 5 and "there are no tests" in ran.err


def test_coverage_names_what_is_missing(tmp_path: Path) -> None:
    root = lighthouse(tmp_path, PASSING)
    ran = targeter("test", "--project", root, "--coverage-fail-under", "50")
    assert "1 of 4 rules won at least once: less than 50 %." in ran.out
    assert "No test for named-friend, deep-water, storm." in ran.out
    assert "never: its campaign runs on the day of no test" in ran.out
    assert "never TRUE  longest > 100  rules/rules.yaml:12" in ran.out


def test_update_shows_the_difference_and_writes_only_after_a_yes(tmp_path: Path) -> None:
    root = lighthouse(tmp_path, FAILING)
    path = root / "rules/tests/all.yaml"
    before = path.read_text()
    asked = targeter("test", "--project", root, "--update")
    assert asked.code == 2 and path.read_text() == before
    assert "[-mist-]" in asked.err and "--yes" in asked.err
    written = targeter("test", "--project", root, "--update", "--yes")
    assert path.read_text() == before.replace("any mist", "any fog")
    assert written.code == 1 and "1 expected text rewritten." in written.out
    assert "1 failed, 2 passed." in written.out
    again = targeter("test", "--project", root, "--update", "--yes")
    assert "rewritten" not in again.out and "{+" not in again.err
