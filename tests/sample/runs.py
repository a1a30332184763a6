"""Runs of the command line over the sample, each made once and read by many tests."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .places import ROOT

# What a command prints as JSON: its shape is promised to users, so tests read it as they would.
Json = Mapping[str, Any]


def run(*words: str, project: Path = ROOT) -> Json:
    """What a command prints with `--format json`; it must succeed."""
    command = [sys.executable, "-m", "targeter", *words, "--format", "json"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    answer: Json = json.loads(done.stdout)
    return answer


@cache
def plan() -> Json:
    return run("plan")


@cache
def explain(person: str) -> Json:
    return run("explain", person)


def named(entries: Sequence[Json], name: str) -> Json:
    return next(entry for entry in entries if entry["name"] == name)


@cache
def messages() -> Mapping[str, Json]:
    """Every message of one `render`, by person."""
    with TemporaryDirectory() as folder:
        run("render", "--out", folder)
        files = sorted(Path(folder).rglob("*.jsonl"))
        rows = [json.loads(line) for file in files for line in file.open(encoding="utf-8")]
    return {row["person_id"]: row for row in rows}
