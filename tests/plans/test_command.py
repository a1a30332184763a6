"""The options of `plan` and `render` that keep, execute and limit, as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from targeter.plans import Saved
from tests.cli.bakery import targeter

from .orchard import changed, orchard


def test_a_plan_is_kept_and_the_next_command_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(orchard(tmp_path))
    first, again = (targeter("plan", "--out", "my plan") for _ in range(2))
    assert (first.code, again.code) == (0, 0)
    assert "Kept in my plan\ntargeter render --plan 'my plan' executes it.\n" in first.out
    assert "This plan was kept before, so nothing was written: my plan" in again.out
    ran = targeter("plan", "--out", "my plan", "--format", "json").json
    assert ran["saved"]["plan_id"] == ran["plan_id"]
    assert (ran["saved"]["is_new"], ran["saved"]["messages"], ran["messages"]) == (False, 6, 6)


def test_a_kept_plan_is_rendered_into_the_history_and_copied(tmp_path: Path, kept: Saved) -> None:
    words = ("render", "--project", tmp_path, "--plan", kept.folder, "--out", tmp_path / "post")
    ran = targeter(*words, "--format", "json").json
    assert (ran["plan_id"], ran["messages"]) == (kept.plan_id, 6)
    assert all(note.startswith("wall: ") for note in ran["notes"])
    assert ran["folder"] == str(tmp_path / "batches" / kept.plan_id)
    assert ran["copy"] == str(tmp_path / "post" / kept.plan_id)
    again = targeter(*words)
    assert "rendered before, so nothing was written" in again.out
    assert "A copy is in " in again.out


def test_a_refused_plan_is_an_exit_code_of_its_own(tmp_path: Path, kept: Saved) -> None:
    orchard(tmp_path, changed("ann", trees="1"))
    words = ("render", "--project", tmp_path, "--plan", kept.folder)
    ran = targeter(*words)
    assert (ran.code, ran.out) == (4, "")
    assert "1 person changed; what changed: trees" in ran.err
    as_json = targeter(*words, "--format", "json")
    assert as_json.code == 4
    assert "what changed: trees" in as_json.json["errors"][0]["message"]
    dropped = targeter(*words, "--drop-changed")
    assert dropped.code == 0
    assert "5 messages written" in dropped.out
    assert "1 person is left out, whose data changed since the plan was made" in dropped.out


def test_another_history_is_for_tries(tmp_path: Path) -> None:
    root = orchard(tmp_path)
    ran = targeter("render", "--project", root, "--history", tmp_path / "tries")
    assert ran.code == 0
    assert not (root / "batches").exists()
    sent = targeter("plan", "--project", root, "--history", tmp_path / "tries", "--against", "sent")
    assert "Nothing differs" in sent.out
    assert targeter("plan", "--project", root, "--against", "sent").code == 5


def test_a_pilot_has_at_most_so_many_messages(tmp_path: Path) -> None:
    root = orchard(tmp_path)
    words = ("render", "--project", root, "--limit", "2", "--format", "json")
    ran = targeter(*words).json
    assert ran["messages"] <= 2
    manifest = json.loads((Path(ran["folder"]) / "manifest.json").read_text())
    assert manifest["outcomes"]["not_in_pilot"] == 6 - ran["messages"]
    assert targeter("plan", "--project", root, "--limit", "0").code == 2
