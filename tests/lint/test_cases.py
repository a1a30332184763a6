"""Every code has a project that fires it, and what lint says of it stands beside it.

Run with TARGETER_UPDATE_CASES=1 to write what lint says today into the cases.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from targeter.findings import CODES
from tests.cli.bakery import targeter

from .cases_on_disk import CASES, CLEAN, EXPECTED, names, project

UPDATE = os.environ.get("TARGETER_UPDATE_CASES") == "1"
# Codes without a project of their own, and where they are fired instead.
ELSEWHERE: dict[str, str] = {
    "TG723": "tests/decisions/test_places.py",  # takes thousands of people
    "TG725": "tests/decisions/test_places.py",  # lint has no --limit
    "TG727": "tests/exporters/test_paced.py",  # takes hundreds of people
    "TG515": "tests/filters/test_formats.py",  # with Babel and without it says different things
}


@pytest.mark.parametrize("name", names())
def test_lint_says_of_a_case_what_stands_beside_it(name: str, tmp_path: Path) -> None:
    code = name.split("-")[0]
    words = ["lint", "--project", project(name, tmp_path)]
    ran = targeter(*words, *(["--data"] if code.startswith("TG7") else []))
    expected = CASES / name / EXPECTED
    if UPDATE:
        expected.write_text(ran.out, encoding="utf-8")
    assert ran.out == expected.read_text(encoding="utf-8")
    assert f"{code} " in ran.out
    assert name == f"{code}-{CODES[code].name}"
    assert ran.err == ""


@pytest.mark.parametrize("words", [(), ("--data",)])
def test_a_clean_project_gives_nothing(words: tuple[str, ...], tmp_path: Path) -> None:
    ran = targeter("lint", "--project", project(CLEAN.name, tmp_path), *words)
    assert (ran.code, ran.out) == (0, "Nothing found: the files are fine.\n")


def test_every_code_has_a_case() -> None:
    cased = {name.split("-")[0] for name in names()}
    assert cased.isdisjoint(ELSEWHERE)
    assert set(CODES) - cased - set(ELSEWHERE) == set()
