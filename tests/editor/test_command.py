"""`targeter schema`: what it shows, what it writes, and that it opens no source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.bakery import bakery, targeter


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = bakery(tmp_path)
    for data in root.glob("*.csv"):
        data.unlink()
    return root


def test_without_write_nothing_is_written(project: Path) -> None:
    ran = targeter("schema", "--project", project)
    assert (ran.code, ran.err) == (0, "")
    assert "Nothing is written yet: targeter schema --write" in ran.out
    assert not (project / ".targeter").exists()


def test_each_schema_comes_with_the_line_that_an_editor_needs(project: Path) -> None:
    ran = targeter("schema", "--write", "--project", project)
    assert (ran.code, ran.err) == (0, "")
    written = sorted(path.name for path in (project / ".targeter").iterdir())
    assert written == ["rules.schema.json", "settings.schema.json", "tests.schema.json"]
    lines = [line.strip() for line in ran.out.splitlines() if "$schema=" in line]
    for folder, line in zip(("rules", "rules", "rules/tests"), lines, strict=True):
        path = line.removeprefix("# yaml-language-server: $schema=")
        assert json.loads((project / folder / path).resolve().read_text(encoding="utf-8"))


def test_a_second_run_writes_the_same(project: Path) -> None:
    first = _written(project)
    assert _written(project) == first


def _written(project: Path) -> dict[str, bytes]:
    targeter("schema", "--write", "--project", project)
    return {path.name: path.read_bytes() for path in (project / ".targeter").iterdir()}


def test_the_json_holds_the_schemas_themselves(project: Path) -> None:
    data = targeter("schema", "--project", project, "--format", "json").json
    assert data["written"] is False
    assert [one["path"] for one in data["schemas"]] == [
        ".targeter/settings.schema.json",
        ".targeter/rules.schema.json",
        ".targeter/tests.schema.json",
    ]
    rules = data["schemas"][1]["schema"]["properties"]["rules"]["items"]["properties"]
    assert "stollen" in rules["templates"]["anyOf"][0]["enum"]


def test_a_project_with_errors_can_be_completed_as_far_as_it_is_read(project: Path) -> None:
    (project / "rules" / "broken.yaml").write_text("rules: [", encoding="utf-8")
    assert targeter("schema", "--write", "--project", project).code == 0
