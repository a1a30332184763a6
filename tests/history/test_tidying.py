"""What is older than it is kept is dropped, when asked and never else; who is needed stays."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from targeter import batches, pipeline, remembering
from targeter.errors import BadData, WrongUsage
from targeter.history import Tidied
from tests import worlds
from tests.cli.bakery import targeter
from tests.decisions.small import crowd, project, template
from tests.exporters.fair import WALL, fair, person
from tests.exporters.fair import render as render_fair

from .shop import DAY, listed, messages, render, shop


def _keeping(root: Path, keep: str = "2 months", *, channel: str = "mail") -> Path:
    settings = f"cooldown: 7 days\nhistory: {{keep: {keep}}}\n"
    texts = {"hello": template("Hello you", channel)}
    return project(root, people=crowd(4), settings=settings, templates=texts)


def _tidy(root: Path, days: int) -> Tidied:
    return remembering.tidy(worlds.options(root, as_of=DAY + dt.timedelta(days)))


def test_old_batches_are_dropped_and_not_missed(tmp_path: Path) -> None:
    root = _keeping(tmp_path)
    old, young = render(root), render(root, days=30)
    assert _tidy(root, days=60) == Tidied((), (), ())
    assert _tidy(root, days=61) == Tidied((old.plan_id,), (), ())
    assert [entry.plan_id for entry in listed(root).entries] == [young.plan_id]
    assert listed(root).faults == ()
    assert _tidy(root, days=61) == Tidied((), (), ())


def test_nothing_is_dropped_by_a_plan_or_a_render(tmp_path: Path) -> None:
    root = _keeping(tmp_path)
    render(root)
    render(root, days=400)
    assert len(listed(root).entries) == 2


def test_what_was_told_of_dropped_batches_goes_with_the_last_of_them(tmp_path: Path) -> None:
    root = _keeping(tmp_path)
    ids = [line["message_id"] for days in (0, 30) for line in messages(render(root, days))]
    report = tmp_path / "failed.csv"
    report.write_text("message_id\n" + "\n".join(ids) + "\n")
    told = remembering.record(worlds.options(root), None, report)
    assert told.file
    assert _tidy(root, days=61).reports == ()
    assert _tidy(root, days=100).reports == (told.file,)
    assert not (root / "batches" / told.file).exists()
    assert worlds.results(root)["p0"][0] == "message"


def test_a_batch_by_which_people_are_in_an_audience_stays(tmp_path: Path) -> None:
    root = _keeping(tmp_path, channel="wall")
    done = render(root)
    assert _tidy(root, days=500) == Tidied((), (), (done.plan_id,))
    rules = (root / "rules/rules.yaml").read_text()
    (root / "rules/rules.yaml").write_text(rules.replace("person_id is not null", "age > 99"))
    left = render(root, days=20)
    assert _tidy(root, days=500) == Tidied(tuple(sorted((done.plan_id, left.plan_id))), (), ())


def test_a_batch_of_removals_is_dropped_by_its_day(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1), person(2)], WALL + "history: {keep: 2 months}\n")
    first = render_fair(root)
    gone = remembering.forget(worlds.options(root, as_of=DAY), ["p00002"]).removals
    assert gone
    assert _tidy(root, 60) == Tidied()
    assert _tidy(root, 61) == Tidied((gone.batch,), (), (first.plan_id,))


def test_a_history_that_is_not_whole_is_not_tidied(tmp_path: Path) -> None:
    root = _keeping(tmp_path)
    done = render(root)
    (done.folder / "contacts.parquet").unlink()
    with pytest.raises(BadData, match="was lost"):
        _tidy(root, days=400)
    assert done.folder.is_dir()


def test_without_a_time_nothing_is_dropped(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="don't say for how long"):
        _tidy(shop(tmp_path), days=400)
    assert _tidy(_keeping(tmp_path / "empty"), days=400) == Tidied((), (), ())


def test_who_dies_between_log_and_removal_leaves_a_whole_history(tmp_path: Path) -> None:
    root = _keeping(tmp_path)
    done = render(root)
    log = root / "batches" / "log.jsonl"
    line = json.dumps({"event": "dropped", "batch": done.plan_id}) + "\n"
    log.write_text(log.read_text() + line)  # logged, and still there
    assert worlds.results(root)["p0"][0] == "resting"
    hidden = done.folder.with_name(f".{done.plan_id}.dropped")
    done.folder.rename(hidden)  # hidden, and not yet removed
    assert worlds.results(root)["p0"][0] == "message"
    pipeline.render(worlds.options(root, as_of=DAY + dt.timedelta(1)), batches.Request())
    assert not hidden.exists()


def test_a_history_that_is_kept_too_shortly_is_found(tmp_path: Path) -> None:
    for keep, codes in (("6 days", ["TG117"]), ("7 days", []), ("1 month", [])):
        found = worlds.findings(_keeping(tmp_path, keep))
        assert [finding.code for finding in found if finding.code == "TG117"] == codes


def test_it_is_a_command(tmp_path: Path) -> None:
    root = _keeping(tmp_path)
    done = render(root)
    words = ("history", "--tidy", "--project", root, "--as-of", "2027-11-01")
    ran = targeter(*words)
    assert (ran.code, ran.err) == (0, "")
    assert f"1 batch dropped.\n  {done.plan_id}\n" in ran.out
    assert targeter(*words).out == "No batch is old enough to drop.\n"
    answer = targeter(*words, "--format", "json").json
    assert (answer["dropped"], answer["reports"], answer["needed"]) == ([], [], [])
