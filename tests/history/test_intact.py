"""A history is what was written: what was altered or lost stops a plan, and is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from targeter import remembering
from targeter.errors import BadData, WrongUsage
from targeter.folders import MANIFEST, seal_of
from targeter.history import ENTERED, MESSAGE
from tests import worlds

from .shop import listed, render, shop, tree


def test_a_history_is_listed_with_its_counts(tmp_path: Path) -> None:
    root = shop(tmp_path)
    second, first = render(root, days=9), render(root, days=0)
    history = listed(root)
    assert [(e.plan_id, e.day, e.format) for e in history.entries] == [
        (first.plan_id, "2026-11-01", "jsonl"),
        (second.plan_id, "2026-11-10", "jsonl"),
    ]
    assert [e.count(MESSAGE) for e in history.entries] == [4, 4]
    assert [e.count(ENTERED) for e in history.entries] == [0, 0]
    assert history.faults == ()


def test_an_empty_history_is_fine(tmp_path: Path) -> None:
    assert listed(shop(tmp_path)).entries == ()
    assert not (tmp_path / "batches").exists()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _seal_again(path: Path) -> None:
    """An edit by somebody who knows how a manifest is sealed."""
    document = {**json.loads(path.read_text()), "messages": 1}
    path.write_text(json.dumps({**document, "seal": seal_of(document)}))


HARMS: list[tuple[str, Callable[[Path], object], str]] = [
    ("contacts.parquet", _cut, "altered"),
    ("contacts.parquet", Path.unlink, "lost"),
    ("assignments.parquet", _cut, "altered"),
    ("messages-0001.jsonl", Path.unlink, "lost"),
    (MANIFEST, _cut, "altered"),
    (MANIFEST, _seal_again, "altered"),
    ("stranger.txt", Path.touch, "not of this batch"),
]


@pytest.mark.parametrize(("name", "harm", "what"), HARMS, ids=[f"{h[0]}-{h[2]}" for h in HARMS])
def test_every_harm_to_a_file_is_named(
    tmp_path: Path, name: str, harm: Callable[[Path], object], what: str
) -> None:
    root = shop(tmp_path)
    done = render(root)
    harm(done.folder / name)
    (fault,) = listed(root).faults
    assert (fault.batch, fault.file, fault.what) == (done.plan_id, name, what)
    assert done.plan_id in fault.told and "restore the batch" in fault.help


@pytest.mark.parametrize("name", ["contacts.parquet", MANIFEST])
def test_an_altered_batch_stops_a_plan_and_a_render(tmp_path: Path, name: str) -> None:
    root = shop(tmp_path)
    done = render(root)
    _cut(done.folder / name)
    before = tree(root / "batches")
    for act in (lambda: worlds.results(root), lambda: render(root, days=20)):
        with pytest.raises(BadData, match=f"{done.plan_id} was altered") as refused:
            act()
        assert "--give-up" in refused.value.help
    assert tree(root / "batches") == before


def test_a_lost_batch_is_missed_until_it_is_back_or_given_up(tmp_path: Path) -> None:
    root = shop(tmp_path)
    done = render(root)
    away = done.folder.rename(tmp_path / "away")
    with pytest.raises(BadData, match=f"the batch {done.plan_id} was lost"):
        worlds.results(root)
    (entry,) = listed(root).entries
    assert (entry.is_lost, entry.day, entry.count(MESSAGE)) == (True, "2026-11-01", None)
    away.rename(done.folder)
    assert worlds.results(root)["p0"][0] == "resting"
    shutil.rmtree(done.folder)
    remembering.give_up(worlds.options(root), done.plan_id)
    assert worlds.results(root)["p0"][0] == "message"
    assert listed(root).entries == ()


def test_only_what_is_lost_can_be_given_up(tmp_path: Path) -> None:
    root = shop(tmp_path)
    done = render(root)
    for batch, match in ((done.plan_id, "is there"), ("another", "no batch another is missed")):
        with pytest.raises(WrongUsage, match=match):
            remembering.give_up(worlds.options(root), batch)


def test_a_log_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    root = shop(tmp_path)
    render(root)
    log = root / "batches" / "log.jsonl"
    for harm in ("{", "[1]\n", '{"event": 1}\n'):
        log.write_text(harm)
        with pytest.raises(BadData, match=r"log that can't be read: log.jsonl, line 1"):
            worlds.results(root)


def test_a_batch_that_was_brought_here_counts_and_is_missed_when_it_goes(tmp_path: Path) -> None:
    root = shop(tmp_path)
    done = render(root)
    (root / "batches" / "log.jsonl").unlink()  # as a history of before there was a log
    assert worlds.results(root)["p0"][0] == "resting"
    render(root, days=9)
    shutil.rmtree(done.folder)
    with pytest.raises(BadData, match=f"{done.plan_id} was lost"):
        worlds.results(root)


def test_the_same_work_writes_the_same_log(tmp_path: Path) -> None:
    trees = []
    for name in ("one", "two"):
        root = shop(tmp_path / name)
        render(root)
        render(root, days=8)
        trees.append(tree(root / "batches"))
    assert trees[0] == trees[1]
