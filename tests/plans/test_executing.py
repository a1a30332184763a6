"""A kept plan is executed exactly, or refused with what no longer fits."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from targeter import batches, keeping, pipeline
from targeter.errors import PlanRefused, WrongUsage
from targeter.exporters import Format
from targeter.filters import can_format, formats_version
from targeter.history import HistoryInUse
from targeter.plans import Saved
from tests import worlds
from tests.cli.bakery import targeter

from .orchard import (
    PEOPLE,
    PURCHASES,
    RULES,
    SETTINGS,
    bytes_of,
    changed,
    execute,
    keep,
    orchard,
    table,
)


def _people(done: batches.Rendered) -> list[str]:
    """Who gets a message, by mail or on the wall."""
    rows = table(done.folder / "assignments.parquet")
    return [str(row["person"]) for row in rows if row["outcome"] == "message"]


# -- exactly ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_a_kept_plan_gives_the_bytes_that_a_bare_render_gives(
    tmp_path: Path, kept: Saved, form: Format
) -> None:
    request = batches.Request(form)
    done = execute(tmp_path, history=tmp_path / "one", request=request)
    bare = pipeline.render(worlds.options(tmp_path, history=tmp_path / "two"), request)
    assert done.plan_id == bare.plan_id == kept.plan_id
    assert bytes_of(done.folder) == bytes_of(bare.folder)
    assert _people(done) == ["ann", "bea", "cem", "dov", "hal", "joe"]


def test_a_plan_is_executed_on_another_day_as_it_was_made(tmp_path: Path) -> None:
    root = orchard(tmp_path, settings=SETTINGS.replace("as_of: 2026-11-01\n", ""))
    saved = keep(root)
    done = execute(root, today=dt.date(2026, 11, 9))
    assert (done.plan_id, done.messages) == (saved.plan_id, 6)
    contacted = {row["contacted_at"] for row in table(done.folder / "contacts.parquet")}
    assert contacted == {dt.datetime.fromisoformat("2026-11-01T23:59:59.999999")}


def test_a_plan_that_was_executed_says_so_and_nothing_happens(tmp_path: Path, kept: Saved) -> None:
    first = execute(tmp_path)
    before = bytes_of(first.folder)
    orchard(tmp_path, rules=RULES + "# other files by now\n")
    again = execute(tmp_path)
    assert (again.is_new, again.folder, again.messages) == (False, first.folder, 6)
    assert bytes_of(first.folder) == before
    assert first.folder.parent == tmp_path / "batches"


def test_a_copy_goes_where_it_is_wanted(tmp_path: Path, kept: Saved) -> None:
    request = batches.Request(copy_to=tmp_path / "post")
    done = execute(tmp_path, request=request)
    assert done.copy == tmp_path / "post" / done.plan_id
    assert bytes_of(done.copy) == bytes_of(done.folder)
    again = execute(tmp_path, request=request)
    assert (again.is_new, again.copy) == (False, done.copy)
    (done.copy / "manifest.json").write_text("another")
    with pytest.raises(WrongUsage, match="post has another batch"):
        execute(tmp_path, request=request)


@pytest.mark.parametrize("option", [("--as-of", "2026-11-02"), ("--limit", "3")])
def test_no_option_changes_what_a_plan_chose(
    tmp_path: Path, kept: Saved, option: tuple[str, str]
) -> None:
    ran = targeter("render", "--project", tmp_path, "--plan", kept.folder, *option)
    assert ran.code == 2
    assert f"{option[0]} would change what the plan chose" in ran.err
    assert not (tmp_path / "batches").exists()


# -- who was contacted -----------------------------------------------------------------------


def test_a_batch_records_who_was_contacted(tmp_path: Path, kept: Saved) -> None:
    rows = table(execute(tmp_path).folder / "contacts.parquet")
    assert [(row["person"], row["event"], row["rule"], row["channel"]) for row in rows] == [
        ("ann", "entered", "neighbours", "wall"),
        ("bea", "entered", "neighbours", "wall"),
        ("cem", "message", "planters", "mail"),
        ("dov", "message", "planters", "mail"),
        ("fay", "handed_over", "complaint", "the office"),
        ("hal", "entered", "neighbours", "wall"),
        ("joe", "message", "regulars", "mail"),
    ]


# -- what no longer fits ---------------------------------------------------------------------


def _refused(root: Path) -> str:
    before = bytes_of(root / "kept")
    with pytest.raises(PlanRefused) as refused:
        execute(root)
    assert refused.value.exit_code == 4
    assert bytes_of(root / "kept") == before
    return refused.value.message


def test_changed_people_are_counted_and_columns_named(tmp_path: Path, kept: Saved) -> None:
    orchard(tmp_path, changed("ann", town="Bray"))
    assert _refused(tmp_path) == (
        "the data is not what this plan was made from: 1 person changed; what changed: town"
    )
    orchard(tmp_path, changed("ann", trees="1", name="Anna"), [*PURCHASES, ("bea", "fig")])
    assert _refused(tmp_path).endswith("2 people changed; what changed: bought, name, trees")
    assert not (tmp_path / "batches").exists()


def test_people_who_came_and_went_are_counted(tmp_path: Path, kept: Saved) -> None:
    new = ("kim", "Kim", "", "true", "0", "false", "40")
    orchard(tmp_path, [*changed("bea", trees="9"), new])
    assert _refused(tmp_path).endswith(
        "1 person changed, 1 person not there before; what changed: trees"
    )
    orchard(tmp_path, changed("bea", trees="9")[1:])
    assert _refused(tmp_path).endswith(
        "1 person changed, 1 person no longer there; "
        "which columns can't be told, since people are gone"
    )


def test_what_no_rule_asks_about_may_change(tmp_path: Path, kept: Saved) -> None:
    orchard(tmp_path, changed("ann", shoe_size="12"), [*PURCHASES, ("ann", "plum")])
    assert execute(tmp_path).messages == 6


def test_a_value_is_told_apart_from_none_and_from_its_neighbour(tmp_path: Path) -> None:
    keep(orchard(tmp_path, changed("ann", name="", town="Ashby")))
    orchard(tmp_path, changed("ann", name="Ashby", town=""))
    assert "what changed: name, town" in _refused(tmp_path)


@pytest.mark.parametrize("day", ["2026-10-20", "2026-11-05"])
def test_a_plan_whose_people_were_contacted_since_is_refused(
    tmp_path: Path, kept: Saved, day: str
) -> None:
    orchard(tmp_path, rules=RULES.replace("priority: 5", "priority: 30"))
    options = worlds.options(tmp_path, as_of=dt.date.fromisoformat(day))
    assert pipeline.render(options, batches.Request()).messages == 6
    orchard(tmp_path)
    assert _refused(tmp_path).endswith("7 people changed; what changed: contact history")
    done = execute(tmp_path, drop_changed=True)
    assert (done.messages, kept.messages) == (0, 6)


@pytest.mark.parametrize(
    ("path", "how", "said"),
    [
        ("rules/fruit.yaml", "changed", "1 file has changed since this plan was made"),
        ("templates/market.j2", "gone", "templates/market.j2"),
        ("templates/new.j2", "changed", "templates/new.j2"),
        ("rules/targeter.yaml", "broken", "rules/targeter.yaml"),
    ],
)
def test_other_files_are_named(tmp_path: Path, kept: Saved, path: str, how: str, said: str) -> None:
    file = tmp_path / path
    if how == "gone":
        file.unlink()
    else:
        text = file.read_text() if file.exists() else ""
        file.write_text("rules: [" if how == "broken" else text + "\n")
    message = _refused(tmp_path)
    assert said in message
    assert path in message


def test_files_of_tests_may_change(tmp_path: Path, kept: Saved) -> None:
    worlds.write(tmp_path, {"rules/tests/fruit.yaml": "tests: []\n"})
    assert execute(tmp_path).is_new


def test_another_version_is_refused(
    tmp_path: Path, kept: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("targeter.__version__", "9.9")
    assert "this is 9.9" in _refused(tmp_path)


@pytest.mark.skipif(not can_format(), reason="Babel isn't installed")
def test_other_formats_are_refused_where_a_template_uses_some(
    tmp_path: Path, kept: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads((kept.folder / "manifest.json").read_text())["formats"] is None
    body = "---\nchannel: mail\n---\nFor {{ trees|number }} trees.\n"
    worlds.write(tmp_path, {"templates/seedlings.j2": body})
    saved = keep(tmp_path, "formatted")
    written = json.loads((saved.folder / "manifest.json").read_text())["formats"]
    assert written == formats_version()
    monkeypatch.setattr("babel.__version__", "9.9")
    with pytest.raises(PlanRefused) as refused:
        execute(tmp_path, "formatted")
    assert str(refused.value) == (
        f"this plan was written with the formats of {written}, and this is Babel 9.9"
    )


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [_cut, _flip, Path.unlink], ids=["cut", "flipped", "gone"])
@pytest.mark.parametrize("name", ["assignments", "digests", "leavers"])
def test_a_damaged_plan_is_refused(
    tmp_path: Path, kept: Saved, name: str, harm: Callable[[Path], None]
) -> None:
    harm(kept.folder / f"{name}.parquet")
    assert _refused(tmp_path) == f"kept is damaged: {name}.parquet is not what was written"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "[" * 100_000, '{"format_version": 1}', '{"format_version": 2}', "\xff"],
)
def test_a_damaged_manifest_is_refused(tmp_path: Path, kept: Saved, text: str) -> None:
    (kept.folder / "manifest.json").write_text(text, encoding="latin-1")
    assert "kept " in _refused(tmp_path)


def test_every_word_of_the_manifest_is_sealed(tmp_path: Path, kept: Saved) -> None:
    manifest = kept.folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"messages": 6', '"messages": 7'))
    assert "manifest.json is not what was written" in _refused(tmp_path)


def test_a_batch_is_no_plan(tmp_path: Path, kept: Saved) -> None:
    done = execute(tmp_path)
    with pytest.raises(PlanRefused, match="is a batch"):
        keeping.render_plan(worlds.options(tmp_path), done.folder, batches.Request())
    with pytest.raises(WrongUsage, match="there is no folder"):
        execute(tmp_path, "nowhere")
    with pytest.raises(PlanRefused, match="is no plan"):
        execute(tmp_path, "templates")


# -- without those who changed ---------------------------------------------------------------


def test_who_changed_can_be_left_out_and_nobody_else(tmp_path: Path, kept: Saved) -> None:
    orchard(tmp_path, changed("cem", trees="9"))
    done = execute(tmp_path, drop_changed=True)
    assert done.plan_id != kept.plan_id
    assert _people(done) == ["ann", "bea", "dov", "hal", "joe"]
    assert done.notes[0] == "1 person is left out, whose data changed since the plan was made"
    manifest = json.loads((done.folder / "manifest.json").read_text())
    assert (manifest["people"], manifest["messages"]) == (9, 5)
    assert sum(manifest["outcomes"].values()) == 9
    before = {row["person"]: row for row in table(kept.folder / "assignments.parquet")}
    after = {row["person"]: row for row in table(done.folder / "assignments.parquet")}
    # what was sent stands in the contacts
    assert after == {who: {**row, "text": None} for who, row in before.items() if who != "cem"}
    sent = {row["person"]: row["text"] for row in table(done.folder / "contacts.parquet")}
    assert {who: before[who]["text"] for who in _people(done)} == {
        who: sent[who] for who in _people(done)
    }


def test_leaving_people_out_says_when_an_audience_is_too_small_by_then(
    tmp_path: Path, kept: Saved
) -> None:
    orchard(tmp_path, [row for row in changed("bea", trees="9") if row[0] != "ann"])
    done = execute(tmp_path, drop_changed=True)
    assert _people(done) == ["cem", "dov", "hal", "joe"]
    assert done.notes[:2] == (
        "2 people are left out, whose data changed since the plan was made",
        "wall: 1 text has fewer than 2 people now, the smallest 1",
    )


def test_new_people_are_nobody_to_leave_out(tmp_path: Path, kept: Saved) -> None:
    orchard(tmp_path, [*PEOPLE, ("kim", "Kim", "Ashby", "true", "0", "false", "40")])
    done = execute(tmp_path, drop_changed=True)
    assert done.plan_id == kept.plan_id
    assert done.notes[0] == "1 person wasn't there when the plan was made"


def test_dropping_without_a_plan_is_wrong_usage(tmp_path: Path) -> None:
    ran = targeter("render", "--project", orchard(tmp_path), "--drop-changed")
    assert (ran.code, "--plan DIR" in ran.err) == (2, True)


def test_a_file_with_any_name_stands_in_the_manifest(tmp_path: Path) -> None:
    root = orchard(tmp_path)
    name = os.fsdecode(b"rules/\xff\xc3\xbc.yaml")
    (root / name).write_text("rules: []\n")
    keep(root)
    assert execute(root).messages == 6


def test_two_who_render_at_once_are_one(tmp_path: Path, kept: Saved) -> None:
    def tried(_: int) -> str | None:
        try:
            return execute(tmp_path).plan_id
        except HistoryInUse:
            return None

    with ThreadPoolExecutor(2) as pool:
        done = set(pool.map(tried, range(2)))
    assert kept.plan_id in done <= {kept.plan_id, None}
    names = sorted(path.name for path in (tmp_path / "batches").iterdir())
    assert names == sorted([kept.plan_id, "log.jsonl"])
