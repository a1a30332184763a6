"""The sample planned once, and read by many tests as a user reads it: as JSON."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from targeter import explain, pipeline, plans, reports
from targeter.cli import json_output
from targeter.options import Options

from .places import ROOT, STORIES

# The shape of what a command prints is promised to users, so tests look at it as they would.
Json = Mapping[str, Any]

# Never the day of the plan, which the project pins.
SOME_DAY = dt.date(2031, 5, 4)


@dataclass(frozen=True, slots=True)
class Told:
    """One plan: its report, the way of each story, and every message by its person."""

    plan: Json
    explained: Mapping[str, Json]
    messages: Mapping[str, Json]


def tell(project: Path, people: Sequence[str]) -> Told:
    with pipeline.planned(Options(project, SOME_DAY)) as run:
        plan = read(json_output.plan(reports.plan_report(run, 1)))
        ways = {name: read(json_output.explanation(explain.explain(run, name))) for name in people}
        plans.plan_of(run)  # makes the rows, of direct and of promoted messages
        names = [name for name, _ in run.engine.columns_of(plans.ASSIGNMENTS)]
        sent = run.engine.rows(f"FROM {plans.ASSIGNMENTS} WHERE outcome = 'message'")
        rows = [dict(zip(names, row, strict=True)) for row in sent]
    return Told(plan, ways, {row["person"]: row for row in rows})


def read(document: Mapping[str, object]) -> Json:
    """What stands in a JSON document once it is text."""
    answer: Json = json.loads(json_output.dumps(document))
    return answer


@cache
def sample() -> Told:
    return tell(ROOT, STORIES)


def plan() -> Json:
    return sample().plan


def explained(person: str) -> Json:
    return sample().explained[person]


def messages() -> Mapping[str, Json]:
    return sample().messages


def typed(*words: str) -> Json:
    """What the command prints when somebody types it in this folder; it must succeed."""
    command = [sys.executable, "-m", "targeter", *words, "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    answer: Json = json.loads(done.stdout)
    return answer


def named(entries: Sequence[Json], name: str) -> Json:
    return next(entry for entry in entries if entry["name"] == name)
