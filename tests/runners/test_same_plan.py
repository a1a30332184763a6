"""A plan in shards is the plan of one machine: the same id, and every number of its report."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings

from targeter import batches, history, pipeline, reports
from targeter.database import Engine
from targeter.errors import BadData
from targeter.runners.clusters import Cluster, Here
from targeter.runners.planning import Where, plan
from tests import worlds
from tests.decisions.made_up import limited_worlds
from tests.decisions.model import World
from tests.decisions.on_disk import write
from tests.decisions.small import crowd, project
from tests.runners import awkward
from tests.runners.conftest import ROOT, SHARDS


def _differences(
    root: Path, runner: Cluster, shards: int = SHARDS, **changes: object
) -> dict[str, tuple[object, object]]:
    options = worlds.options(root, **changes)
    one = pipeline.plan(options, examples=3)
    many = plan(options, runner, Where(shards), examples=3)
    names = [field.name for field in fields(reports.PlanReport)]
    pairs = {name: (getattr(one, name), getattr(many, name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def test_awkward_rows_make_the_same_plan(tmp_path: Path, runner: Cluster) -> None:
    assert not _differences(awkward.project(tmp_path), runner)


def test_awkward_rows_reach_everything_that_crosses_people(tmp_path: Path) -> None:
    report = pipeline.plan(worlds.options(awkward.project(tmp_path)), examples=1)
    reached = {name for name, people in report.outcomes.items() if people}
    assert reached >= {"handed_over", "with_service", "over_cap", "message", "held_out", "resting"}
    assert report.shut and report.cells and report.audiences and report.paces


@pytest.mark.slow
def test_a_source_may_be_called_as_the_contacts_are(tmp_path: Path) -> None:
    root = project(tmp_path, people=crowd(9), settings="cooldown: 7 days\n")
    pipeline.render(worlds.options(root, limit=4), batches.Request())
    calls = "  contacts:\n    path: calls.csv\n    person: person_id\n    columns: {at: text}\n"
    settings = root / "rules/targeter.yaml"
    settings.write_text(settings.read_text().replace("channels:", calls + "channels:", 1))
    (root / "calls.csv").write_text("person_id,at\n" + "".join(f"p{n},noon\n" for n in range(9)))
    assert not _differences(root, Here())
    assert plan(worlds.options(root), Here(), Where(2)).outcomes["resting"] == 4


def test_a_pilot_has_the_same_people(tmp_path: Path) -> None:
    assert not _differences(awkward.project(tmp_path), Here(), limit=9)


@pytest.mark.spark
def test_the_sample_makes_the_same_plan_on_spark(spark: Cluster) -> None:
    assert not _differences(ROOT, spark)


@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(limited_worlds())
def test_made_up_worlds_make_the_same_plan(world: World) -> None:
    with TemporaryDirectory() as folder:
        assert not _differences(write(world, Path(folder)), Here())


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(limited_worlds())
def test_many_made_up_worlds_make_the_same_plan(world: World) -> None:
    with TemporaryDirectory() as folder:
        root = write(world, Path(folder))
        assert not _differences(root, Here(), 4)
        assert not _differences(root, Here(), 2, limit=3)


# -- what can't be planned -------------------------------------------------------------------


def _said(root: Path, runner: Cluster | None) -> list[str]:
    options = worlds.options(root)
    with pytest.raises(BadData) as raised:
        plan(options, runner, Where(SHARDS)) if runner else pipeline.plan(options)
    return [f"{f.place}: {f.code} {f.message}" for f in raised.value.findings]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("p0,", "p1,"), "TG712"),
        (("p0,", ","), "TG717"),
        (("40,true", "forty,true"), "TG710"),
    ],
)
def test_wrong_rows_are_told_in_the_same_words(
    tmp_path: Path, runner: Cluster, change: tuple[str, str], code: str
) -> None:
    people = crowd(9)
    root = project(tmp_path, people=[people[0].replace(*change), *people[1:]])
    said = _said(root, runner)
    assert said == _said(root, None) and code in said[0]


def test_a_person_with_the_identifier_of_another_is_told(tmp_path: Path, runner: Cluster) -> None:
    root = awkward.project(tmp_path)
    people = root / "people.csv"
    people.write_text(people.read_text().replace(" @Handle7 ", "handle8"))
    said = _said(root, runner)
    assert said == _said(root, None) and "TG713" in said[0]


def test_a_source_with_one_bad_file_is_told_as_on_one_machine(
    tmp_path: Path, runner: Cluster
) -> None:
    root = awkward.project(tmp_path)
    (root / "cities/b.csv").write_text("city,zone\nBrint,1\n")
    said = _said(root, runner)
    assert said == _said(root, None)


def test_an_altered_batch_is_told_in_the_same_words(tmp_path: Path) -> None:
    root = awkward.project(tmp_path)
    file = next(iter(root.glob("batches/*/contacts.parquet")))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    for plans in (pipeline.plan, lambda options: plan(options, Here(), Where(SHARDS))):
        with pytest.raises(BadData, match="was altered after it was written"):
            plans(worlds.options(root))


def test_batches_and_what_was_told_of_them_count_the_same(tmp_path: Path) -> None:
    root = project(tmp_path, people=crowd(9), settings="frequency_cap: 1 per 28 days\n")
    for _ in range(2):
        done = pipeline.render(worlds.options(root, limit=3), batches.Request())
        first = json.loads((done.folder / "messages-0001.jsonl").read_text().splitlines()[0])
        failed = worlds.write(root, {"failed.csv": f"message_id\n{first['message_id']}\n"})
        with Engine(folders=[root], scratch=root) as engine:
            history.record(engine, root / "batches", None, failed / "failed.csv")
    assert len(list(root.glob("batches/*/manifest.json"))) == 2
    assert not _differences(root, Here())


def test_more_shards_than_people_are_fine(tmp_path: Path) -> None:
    assert not _differences(project(tmp_path, people=crowd(2)), Here(), 5)
