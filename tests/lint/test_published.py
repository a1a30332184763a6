"""What lint and test write for tools is valid by the schemas that the tools' makers publish."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter.findings import CODES, Finding, Place
from targeter.lint import formats
from targeter.lint.report import Failure, Report, Reported
from tests.cli.bakery import targeter

from .cases_on_disk import change, project
from .published import check_junit, check_sarif

_PLACE = Place("rules/späte Brötchen.yaml", 3, 5, 4, "a <line> & «quotes»\x07")
_EVERY_CODE = tuple(
    Reported(
        Finding(code, "m\u200b\n«x» <&>", _PLACE, "help\nit"), _PLACE.path, "t", code, fails=True
    )
    for code in CODES
)
_REPORTS = {
    "every code": Report(_EVERY_CODE, files=("rules/a.yaml",)),
    "nothing": Report(files=("rules/a.yaml",)),
    "no place": Report((Reported(Finding("TG401", "no rules"), None, "", "f", fails=False),)),
    "failure": Report(failure=Failure("no project\nhere", "go there", 2)),
}


@pytest.mark.parametrize("name", _REPORTS)
def test_sarif_is_valid_by_the_published_schema(name: str) -> None:
    check_sarif(formats.sarif(_REPORTS[name]))


@pytest.mark.parametrize("name", _REPORTS)
def test_junit_is_valid_by_the_published_schema(name: str, tmp_path: Path) -> None:
    check_junit(formats.junit(_REPORTS[name]), tmp_path)


@pytest.mark.parametrize("words", [("lint", "--format", "junit"), ("test", "--junit")])
def test_what_commands_write_is_valid_by_the_published_schema(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    root = project("clean", tmp_path)
    change(root, "rules/bakery.yaml", "priority: 30", "priority: 20")
    tests = root / "rules" / "tests"
    tests.mkdir()
    (tests / "a.yaml").write_text(
        "tests:\n"
        "  - {name: right, person: {agreed: true, age: 7}, expect: {outcome: suppressed}}\n"
        "  - {name: wrong, person: {agreed: true, age: 7}, expect: {rule: bread}}\n"
    )
    target = tmp_path / "out.xml"
    ran = targeter(*words, *([target] if words[0] == "test" else []), "--project", root)
    written = target.read_text(encoding="utf-8") if target.exists() else ran.out
    assert "<testcase" in written
    check_junit(written, tmp_path)
