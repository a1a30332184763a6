"""Who is forgotten is in no file any more, is taken off the networks, and never comes back."""

from __future__ import annotations

import csv
import json
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import integers, permutations

from targeter import batches, keeping, pipeline, remembering
from targeter.errors import BadData, PlanRefused, WrongUsage
from targeter.exporters import Format
from targeter.exporters.uploads import MOST_OPERATIONS
from targeter.forgetting import Forgotten
from targeter.history import TOMBSTONES, Tombstones, write_tombstones
from tests import worlds
from tests.cli.bakery import targeter
from tests.decisions.small import crowd, project
from tests.exporters.fair import fair, parquet, person, sha, users
from tests.exporters.fair import render as render_fair

from .shop import DAY, SETTINGS, listed, messages, render, shop, tree


def forget(root: Path, *people: str) -> Forgotten:
    return remembering.forget(worlds.options(root), people)


def _said(path: Path) -> str:
    """Everything that a file says, as text."""
    if path.suffix == ".parquet":
        return repr(parquet(path))
    return path.read_text(encoding="utf-8")


def naming(root: Path, *words: str) -> list[str]:
    """The files of a history in which one of these words stands."""
    files = sorted(path for path in (root / "batches").rglob("*") if path.is_file())
    return [path.name for path in files if any(word in _said(path) for word in words)]


def _render_as(root: Path, form: Format) -> batches.Rendered:
    return pipeline.render(worlds.options(root, as_of=DAY), batches.Request(form))


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_nothing_names_them_and_all_else_stays_as_it_was(tmp_path: Path, form: Format) -> None:
    root = shop(tmp_path, 12)
    done = _render_as(root, form)
    name = f"messages-0001.{form}"
    before = _rows(done.folder / name)
    assert naming(root, "'p3'", '"p3"', "p3,")
    assert forget(root, "p3").batches[0].batch == done.plan_id
    assert _rows(done.folder / name) == [row for row in before if row[1] != "p3"]
    assert naming(root, "'p3'", '"p3"', "p3,") == []
    assert listed(root).faults == ()
    (entry,) = listed(root).entries
    assert (entry.plan_id, entry.count("message")) == (done.plan_id, 11)
    manifest = json.loads((done.folder / "manifest.json").read_text())
    assert {file["name"]: file.get("rows") for file in manifest["files"]}[name] == 11


def _rows(path: Path) -> Sequence[Sequence[Any]]:
    """The rows of a file of messages: lines and fields as they stand there."""
    if path.suffix == ".parquet":
        return parquet(path)
    if path.suffix == ".csv":
        return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(line, json.loads(line)["person_id"]) for line in lines]


def test_a_tombstone_names_nobody_and_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    root = shop(tmp_path)
    forget(root, "p1")
    path = root / "batches" / TOMBSTONES
    document = json.loads(path.read_text())
    assert document["people"] == {sha(document["salt"] + "p1"): True}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(document["salt"]) == 32
    assert forget(root, "p2").known == 0
    assert json.loads(path.read_text())["salt"] == document["salt"]
    log = (root / "batches/log.jsonl").read_text()
    assert log.count("forgotten") == 2 and "p1" not in log


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        (Path.unlink, "was lost"),
        (lambda path: path.write_text("{"), "can't be read"),
        (lambda path: path.write_text(path.read_text().replace("true", "false")), "was altered"),
    ],
)
def test_a_tombstone_that_is_lost_or_altered_stops_a_plan(
    tmp_path: Path, harm: Any, what: str
) -> None:
    root = shop(tmp_path)
    forget(root, "p1")
    harm(root / "batches" / TOMBSTONES)
    for act in (worlds.results, listed, lambda root: forget(root, "p2")):
        with pytest.raises(BadData, match=f"{TOMBSTONES} of the history batches {what}"):
            act(root)


# -- never again -----------------------------------------------------------------------------


def test_they_are_suppressed_before_anything_else(tmp_path: Path) -> None:
    rules = (
        "handoffs:\n  - {name: help, to: service, when: name = 'Anna'}\n"
        "rules:\n  - {name: everybody, priority: 1, when: age > 0, templates: [hello]}\n"
    )
    root = project(tmp_path, rules, crowd(3))
    forget(root, "p1", "somebody else")
    assert {key: got[0] for key, got in worlds.results(root).items()} == {
        "p0": "handed_over",
        "p1": "suppressed",
        "p2": "handed_over",
    }
    with worlds.planned(root) as run:
        first = run.decisions.gates[0]
        assert (first.outcome, first.name) == ("suppressed", "forgotten")


def test_another_history_does_not_bring_them_back(tmp_path: Path) -> None:
    root, tries = shop(tmp_path), tmp_path / "tries"
    plan = _kept(root, "kept")
    forget(root, "p1")
    remembering.forget(worlds.options(root, history=tries), ["p1", "p3"])
    options = worlds.options(root, as_of=DAY, history=tries)
    with pytest.raises(PlanRefused, match="2 people forgotten since"):
        keeping.render_plan(options, plan, batches.Request())
    done = pipeline.render(options, batches.Request())
    assert [line["person_id"] for line in messages(done)] == ["p0", "p2"]
    assert worlds.results(root, history=tmp_path / "others")["p1"][0] == "suppressed"
    assert worlds.results(root)["p3"][0] == "message"


def test_without_a_tombstone_nobody_is_asked_for_one(tmp_path: Path) -> None:
    with worlds.planned(shop(tmp_path)) as run:
        assert not run.decisions.forgets
        assert not any("forgotten" in leaf for leaf in run.decisions.signature.leaves)


def test_a_later_batch_does_not_name_them_though_the_data_does(tmp_path: Path) -> None:
    root = shop(tmp_path)
    forget(root, "p1")
    done = render(root)
    assert [line["person_id"] for line in messages(done)] == ["p0", "p2", "p3"]
    assert naming(root, "p1") == []
    manifest = json.loads((done.folder / "manifest.json").read_text())
    assert manifest["outcomes"]["suppressed"] == 1


def test_the_commands_say_it(tmp_path: Path) -> None:
    root = shop(tmp_path)
    render(root)
    ran = targeter("history", "forget", "p1", "--project", root)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("1 person is forgotten, and will be suppressed from now on.\n")
    words = ("--project", root, "--as-of", "2026-12-01")
    assert "forgotten: for good" in targeter("plan", *words).out
    assert "they were forgotten" in targeter("explain", "p1", *words).out
    path = targeter("explain", "p1", *words, "--format", "json").json["path"]
    assert [(step["stage"], step["passed"]) for step in path] == [("suppressed", False)]
    access = targeter("access", "p1", *words)
    assert "They were forgotten." in access.out and "delete them there, too" in access.out
    assert "hello" not in access.out.lower().split("what was sent")[1]
    assert targeter("access", "p1", *words, "--format", "json").json["is_forgotten"] is True
    assert targeter("why-not", "everybody", *words).code == 0


def test_access_knows_who_was_forgotten_and_is_nowhere(tmp_path: Path) -> None:
    root = shop(tmp_path)
    forget(root, "zoe")
    assert "They were forgotten." in targeter("access", "zoe", "--project", root).out


def test_it_answers_in_json(tmp_path: Path) -> None:
    root = shop(tmp_path)
    done = render(root)
    words = ("history", "forget", "p1", "--project", root, "--format", "json")
    answer = targeter(*words).json
    assert (answer["people"], answer["known"], answer["removals"]) == (1, 0, None)
    assert [one["plan_id"] for one in answer["batches"]] == [done.plan_id]
    again = targeter(*words).json
    assert (again["known"], again["batches"]) == (1, [])


def test_nobody_and_options_before_the_word_are_refused(tmp_path: Path) -> None:
    root = shop(tmp_path)
    for words, said in (
        (("history", "forget", " ", "--project", root), "one is empty"),
        (("history", "forget", "--project", root), "missing argument"),
        (("history", "--project", root, "forget", "p1"), "--project stands before forget"),
        (("history", "--verify", "forget", "p1"), "--verify stands before forget"),
    ):
        ran = targeter(*words)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
    with pytest.raises(WrongUsage, match="one is empty"):
        forget(root, "p1", "")
    assert not (root / "batches").exists()


# -- kept plans ------------------------------------------------------------------------------


def _kept(root: Path, folder: str) -> Path:
    options = worlds.options(root, as_of=DAY)
    keeping.plan(options, keeping.Request(out=root / folder))
    return root / folder


def test_a_kept_plan_with_them_is_refused_or_leaves_them_out(tmp_path: Path) -> None:
    root = shop(tmp_path)
    plan = _kept(root, "kept")
    forget(root, "p1")
    request = batches.Request()
    with pytest.raises(PlanRefused, match="1 person forgotten since"):
        keeping.render_plan(worlds.options(root), plan, request)
    assert targeter("render", "--plan", plan, "--project", root).code == 4
    done = keeping.render_plan(worlds.options(root), plan, request, drop_changed=True)
    assert [line["person_id"] for line in messages(done)] == ["p0", "p2", "p3"]
    assert naming(root, "p1") == []
    # made afterwards, it fits
    forget(root, "p2")
    later = keeping.plan(
        worlds.options(root, as_of=DAY.replace(month=12)), keeping.Request(out=root / "later")
    )
    assert later.saved and naming(root, "p2") == []
    assert keeping.render_plan(worlds.options(root), root / "later", request).messages == 2


def test_the_plan_that_was_rendered_does_not_bring_them_back(tmp_path: Path) -> None:
    root = shop(tmp_path)
    plan = _kept(root, "kept")
    done = keeping.render_plan(worlds.options(root), plan, batches.Request())
    forget(root, "p1")
    before = tree(root / "batches")
    again = keeping.render_plan(worlds.options(root), plan, batches.Request())
    assert (again.plan_id, again.is_new) == (done.plan_id, False)
    assert tree(root / "batches") == before


def test_who_only_leaves_an_audience_is_not_named_by_a_kept_plan(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1), person(2), person(3)])
    render_fair(root)
    fair(root, [person(2), person(3)])
    plan = _kept(root, "kept")
    forget(root, "p00001")
    with pytest.raises(PlanRefused, match="1 person forgotten since"):
        keeping.render_plan(worlds.options(root), plan, batches.Request())
    keeping.render_plan(worlds.options(root), plan, batches.Request(), drop_changed=True)
    assert naming(root, "p00001") == []


# -- audiences -------------------------------------------------------------------------------


def test_they_are_taken_off_the_network_and_their_hashes_go(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(n) for n in range(1, 5)])
    done = render_fair(root)
    forgotten = forget(root, "p00002", "p00004")
    removals = forgotten.removals
    assert removals and (removals.people, removals.operations) == (2, 2)
    taken = {path.name for path in removals.folder.glob("audience-*")}
    assert all("-1-remove-" in name for name in taken)
    (request,) = removals.folder.glob("audience-*.json")
    (sent,) = json.loads(request.read_bytes())
    assert sent["operation_type"] == "Delete"
    emails = {user["email"][0] for user in sent["params"]["users"]}
    assert emails == {sha("p2@example.com"), sha("p4@example.com")}
    assert {user["email"][0] for user in users(done, "add")} == {
        sha("p1@example.com"),
        sha("p3@example.com"),
    }
    hashes = sha("p2@example.com"), sha("p2"), sha("+442079460002")
    assert naming(root, "p00002", "p00004") == []
    assert {name for name in naming(root, *hashes) if name not in taken} == set()
    assert listed(root).faults == ()


def test_they_are_taken_off_once_and_the_next_render_does_not_do_it_again(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1), person(2), person(3)])
    render_fair(root)
    assert forget(root, "p00002").removals
    before = tree(root / "batches")
    again = forget(root, "p00002")
    assert (again.removals, again.batches, tree(root / "batches")) == (None, (), before)
    later = render_fair(root, 3)
    assert users(later, "remove") == [] and later.messages == 2


def test_what_somebody_else_is_known_by_stays(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1), person(2, mail="p1@example.com"), person(3)])
    done = render_fair(root)
    removals = forget(root, "p00002").removals
    assert removals
    body = json.loads(next(removals.folder.glob("audience-*.json")).read_bytes())
    assert body[0]["params"]["users"] == [
        {"handle": [sha("p2")], "phone_number": [sha("+442079460002")]}
    ]
    assert sha("p1@example.com") in (done.folder / "audience-2-add-0001-email.csv").read_text()


def test_an_address_by_which_they_only_left_goes_too(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1), person(2)])
    render_fair(root)
    moved = person(2, mail="new@example.com", agreed="false")
    left = render_fair(fair(root, [person(1), moved]), 3)
    assert {user["email"][0] for user in users(left, "remove")} == {
        sha("p2@example.com"),
        sha("new@example.com"),
    }
    forget(root, "p00002")
    assert naming(root, sha("new@example.com"), "p00002") == []
    assert users(left, "remove") == []
    assert listed(root).faults == ()


def test_requests_are_cut_where_the_network_cuts_them(tmp_path: Path) -> None:
    people = [person(n) for n in range(MOST_OPERATIONS + 1)]
    root = fair(tmp_path, people)
    render_fair(root)
    removals = forget(root, *(one["person_id"] for one in people)).removals
    assert removals and removals.operations == MOST_OPERATIONS + 1
    sizes = [file.rows for file in removals.files if file.what == "removals"]
    assert sizes == [MOST_OPERATIONS, 1]
    assert naming(root, "p00007") == []
    assert listed(root).faults == ()


def test_a_history_that_is_not_whole_is_not_rewritten_and_they_are_suppressed(
    tmp_path: Path,
) -> None:
    root = shop(tmp_path)
    done = render(root)
    path = done.folder / "messages-0001.jsonl"
    path.write_text(path.read_text() + "\n")
    with pytest.raises(BadData, match=r"messages-0001\.jsonl of the batch .* was altered"):
        forget(root, "p1")
    assert worlds.results(root, as_of=DAY.replace(month=12))["p1"][0] == "suppressed"


def test_cooldowns_of_others_go_on(tmp_path: Path) -> None:
    root = project(tmp_path, people=crowd(3), settings=SETTINGS)
    render(root)
    forget(root, "p1")
    assert {key: got[0] for key, got in worlds.results(root).items()} == {
        "p0": "resting",
        "p1": "suppressed",
        "p2": "resting",
    }


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with two batches, the salt known before, so that histories can be compared."""
    root = shop(tmp_path_factory.mktemp("rendered") / "shop", 5)
    render(root)
    render(root, 8)
    write_tombstones(root / "batches", Tombstones("salt"))
    return root


_ALL = ["p0", "p2", "p3", "nobody"]


@settings(max_examples=3, deadline=None)
@given(order=permutations(_ALL), cut=integers(0, 4))
def test_one_by_one_or_at_once_is_the_same(rendered: Path, order: list[str], cut: int) -> None:
    trees = []
    for parts in ((order[:cut], order[cut:]), (_ALL, [])):
        with TemporaryDirectory() as folder:
            root = Path(shutil.copytree(rendered, Path(folder) / "shop"))
            for people in filter(None, parts):
                forget(root, *people)
            trees.append({**tree(root / "batches"), "log.jsonl": b""})
    assert trees[0] == trees[1]
