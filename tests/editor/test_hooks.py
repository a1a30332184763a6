"""The hooks and the workflow name what exists."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, cast

import pytest

from targeter.findings import Finding, errors_in
from targeter.yaml_source import TextFile, parse, plain_value
from tests.cli.bakery import targeter

ROOT = Path(__file__).parents[2]


def _read(path: str) -> Any:
    found: list[Finding] = []
    node = parse(TextFile.of(path, (ROOT / path).read_text(encoding="utf-8")), found)
    assert node is not None
    assert not errors_in(found)
    return plain_value(node)


HOOKS = cast("list[dict[str, Any]]", _read(".pre-commit-hooks.yaml"))


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_looks_at_the_whole_project_with_a_command_that_exists(
    hook: dict[str, Any],
) -> None:
    program, command = hook["entry"].split()
    assert program == "targeter"
    assert targeter(command, "--help").code == 0
    assert (hook["pass_filenames"], hook["require_serial"]) == (False, True)


@pytest.mark.parametrize(
    ("path", "starts"),
    [
        ("rules/targeter.yaml", True),
        ("rules/tests/phones.yaml", True),
        ("crm/rules/places.sql", True),
        ("templates/hello.de.j2", True),
        ("sample_data/people.csv", False),
        ("README.md", False),
    ],
)
def test_a_hook_starts_for_files_of_a_project(path: str, starts: bool) -> None:
    assert all(bool(re.search(hook["files"], path)) is starts for hook in HOOKS)


def test_the_workflow_runs_the_script_on_every_supported_python() -> None:
    job = _read(".github/workflows/ci.yml")["jobs"]["checks"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert job["steps"][-1]["run"] == ".ci/run"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert 'requires-python = ">=3.11"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
