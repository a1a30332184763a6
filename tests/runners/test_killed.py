"""Workers die in the middle of a plan, and the plan is the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from targeter import batches, pipeline
from targeter.runners.clusters import Cluster, Here
from targeter.runners.planning import Where, plan
from targeter.runners.rendering import render
from tests import worlds
from tests.decisions.small import crowd, project, rule, template
from tests.runners.clusters import Dying, Unlucky
from tests.runners.conftest import SHARDS


def _root(root: Path) -> Path:
    """Places, audiences and a capacity: what it takes several rounds to settle."""
    rules = (
        "handoffs:\n  - {name: help, to: care, when: age > 40, capacity: 1, why: They asked}\n"
        "rules:\n"
        + rule("best", 2, "age > 30", "wall", max_people="5")
        + rule("rest", 1, "true", "hello")
    )
    templates = {"wall": template("Come to {{ city }}", "wall"), "hello": template("Hello you")}
    odd = ["q,Anna,Brint,39,true,0171,en", "r,A,Ashby,41,true,1,en", "s,A,Ashby,42,true,1,en"]
    return project(root, rules, [*crowd(12), *odd], templates=templates)


def test_tasks_that_are_killed_and_run_twice_change_nothing(tmp_path: Path) -> None:
    options = worlds.options(_root(tmp_path), limit=9)
    assert plan(options, Unlucky(), Where(2), examples=2) == pipeline.plan(options, examples=2)


def test_a_batch_of_such_tasks_has_nothing_doubled(tmp_path: Path) -> None:
    root = project(tmp_path, people=crowd(9))
    rendered = render(worlds.options(root), Unlucky(), Where(2), batches.Request())
    people = [
        json.loads(line)["person_id"]
        for file in rendered.files
        for line in (rendered.folder / file.name).read_text().splitlines()
    ]
    assert sorted(people) == [f"p{n}" for n in range(9)]


@pytest.mark.slow
@pytest.mark.spark
def test_a_worker_killed_in_each_job_changes_nothing(tmp_path: Path, spark: Cluster) -> None:
    root = _root(tmp_path / "project")
    marks = tmp_path / "marks"
    marks.mkdir()
    options = worlds.options(root)
    many = plan(options, Dying(spark, marks), Where(SHARDS), examples=2)
    assert many == pipeline.plan(options, examples=2)
    assert len(list(marks.iterdir())) > 10


def test_nothing_is_left_in_the_work_folder(tmp_path: Path) -> None:
    work = tmp_path / "work"
    plan(worlds.options(project(tmp_path / "project")), Here(), Where(2, work))
    assert not list(work.iterdir())
