"""A plan that shards keep or compare is the one that one machine keeps and compares."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from targeter import batches, keeping, pipeline
from targeter.errors import PlanRefused, WrongUsage
from targeter.folders import MANIFEST
from targeter.keeping import Kept, Request
from targeter.runners.clusters import Cluster, Here
from targeter.runners.keeping import plan
from targeter.runners.planning import Where
from tests import worlds
from tests.decisions.small import crowd, project, template
from tests.exporters.fair import parquet
from tests.runners import awkward
from tests.runners.conftest import SHARDS


def _kept(root: Path, runner: Cluster | None, request: Request) -> Kept:
    if runner is None:
        return keeping.plan(worlds.options(root), request)
    return plan(worlds.options(root), runner, Where(SHARDS), request)


def _manifest(folder: Path) -> dict[str, object]:
    return {**json.loads((folder / MANIFEST).read_text()), "seal": None, "files": None}


def _change_rules(root: Path) -> None:
    """Whom it hits moves, gains, loses, reads other words, or is no longer there."""
    path = root / "rules/rules.yaml"
    text = (
        path.read_text()
        .replace("priority: 6", "priority: 10")
        .replace("capacity: 3", "capacity: 1")
    )
    path.write_text(text.replace("month(born_on) = 2", "month(born_on) = 10"))
    (root / "templates/town.j2").write_text("---\nchannel: mail\n---\nUntil soon, {{ name }}\n")
    lines = (root / "people.csv").read_text().splitlines()
    (root / "people.csv").write_text("\n".join([*lines[:20], *lines[25:]]) + "\n")


def test_a_kept_plan_is_the_same_and_one_machine_executes_it(
    tmp_path: Path, runner: Cluster
) -> None:
    root = awkward.project(tmp_path / "project", 60)
    one, many = tmp_path / "one", tmp_path / "many"
    kept = _kept(root, None, Request(one)), _kept(root, runner, Request(many))
    assert kept[0].report == kept[1].report
    assert _manifest(one) == _manifest(many)
    for path in one.glob("*.parquet"):
        assert parquet(path) == parquet(many / path.name)
    done = keeping.render_plan(worlds.options(root), many, batches.Request())
    assert done.is_new and done.messages


def test_a_comparison_says_the_same(tmp_path: Path, runner: Cluster) -> None:
    root = awkward.project(tmp_path / "project", 60)
    _kept(root, None, Request(tmp_path / "before"))
    _change_rules(root)
    request = Request(against=str(tmp_path / "before"), examples=2)
    one, many = _kept(root, None, request), _kept(root, runner, request)
    assert one == many and many.report is None
    assert many.comparison is not None and len(many.comparison.changes) > 3


@pytest.mark.slow
def test_what_was_sent_last_is_compared_with(tmp_path: Path) -> None:
    root = project(tmp_path, people=crowd(9))
    pipeline.render(worlds.options(root, limit=4), batches.Request())
    request = Request(against="sent")
    one, many = _kept(root, None, request), _kept(root, Here(), request)
    assert one == many and one.comparison is not None and one.comparison.differs


@pytest.mark.slow
def test_a_damaged_plan_is_refused_in_the_same_words(tmp_path: Path) -> None:
    root = project(tmp_path / "project", people=crowd(5))
    _kept(root, None, Request(tmp_path / "before"))
    file = tmp_path / "before/assignments.parquet"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    for one in (None, Here()):
        with pytest.raises(PlanRefused, match=r"before is damaged: assignments\.parquet"):
            _kept(root, one, Request(against=str(tmp_path / "before")))


@pytest.mark.slow
def test_a_revision_is_planned_in_shards_too(tmp_path: Path) -> None:
    root = project(tmp_path / "project", people=crowd(9))
    _git(root, "init", "--quiet")
    _git(root, "add", ".")
    _git(root, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "rules")
    (root / "templates/hello.j2").write_text(template("Hello again"))
    (tmp_path / "work").mkdir()
    request = Request(against="git:HEAD", examples=2)
    one = _kept(root, None, request)
    where = Where(SHARDS, tmp_path / "work")
    assert plan(worlds.options(root), Here(), where, request) == one
    assert one.comparison is not None and one.comparison.differs
    assert not list((tmp_path / "work").iterdir())
    with pytest.raises(WrongUsage):
        _kept(root, Here(), Request(against="git:nowhere"))


def _git(root: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=root, check=True)


def test_a_plan_is_not_kept_in_the_history(tmp_path: Path) -> None:
    root = project(tmp_path)
    with pytest.raises(WrongUsage, match="history"):
        _kept(root, Here(), Request(root / "batches/kept"))
