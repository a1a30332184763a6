"""Batches: what is written can be read back, exists whole or not at all, and stays what it is."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from targeter import batches, history, keeping, pipeline
from targeter.batches import BatchFailed, Rendered, Request
from targeter.database import Engine, literal
from targeter.errors import BadData, WrongUsage
from targeter.exporters import Format
from tests import worlds
from tests.decisions.small import EVERYBODY, crowd, project, rule, template
from tests.history.shop import tree

# Keys and values with everything that a format could trip over.
_ODD = [
    '"=1+1",Anna,,,,,',
    '"a,b",Bo,,,,,',
    '"say ""hi""",Cy,,,,,',
    '"two\nlines",Di,,,,,',
    "@sum,Ed,,,,,",
    "+49171,Flo,,,,,",
    "-1,Gus,,,,,",
    "＝2,Hal,,,,,",
    "\u00e9\U0001f600,Ida,,,,,",
    "back\\slash,Jo,,,,,",
    "'quoted',Kai,,,,,",
    "plain,Leo,,,,,",
]


def _greeting(root: Path, people: list[str], **matter: str) -> Path:
    text = template("Hi {{ name }} there, “you” & 'yours'", "note", **matter)
    settings = "  note: {delivery: direct, unit: codepoints, limit: 200}\n"
    return project(root, EVERYBODY, people, settings=settings, templates={"hello": text})


def _render(
    root: Path, form: Format = "jsonl", size: int | None = None, out: str = "out"
) -> Rendered:
    return pipeline.render(worlds.options(root, history=root / out), Request(form, size))


def _lines(done: Rendered) -> list[dict[str, object]]:
    texts = [(done.folder / file.name).read_text(encoding="utf-8") for file in done.files]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def _table(done: Rendered) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for file in done.files:
        with (done.folder / file.name).open(encoding="utf-8", newline="") as lines:
            rows += csv.DictReader(lines)
    return rows


def _parquet(done: Rendered) -> list[tuple[object, ...]]:
    engine = Engine(folders=[done.folder])
    try:
        path = literal(str(done.folder / "messages-*.parquet"))
        shown = (f"{one}::VARCHAR" if one == "send_on" else one for one in batches.COLUMNS)
        return engine.rows(f"SELECT {', '.join(shown)} FROM read_parquet({path})")
    finally:
        engine.close()


# -- formats ---------------------------------------------------------------------------------


def test_every_format_reads_back_the_same(tmp_path: Path) -> None:
    root = _greeting(tmp_path, _ODD)
    lines = _lines(_render(root, "jsonl", out="a"))
    parquet = _parquet(_render(root, "parquet", out="b"))
    table = _table(_render(root, "csv", out="c"))
    assert [tuple(line[column] for column in batches.COLUMNS) for line in lines] == parquet
    assert [line["person_id"] for line in lines] == sorted(str(r["person_id"]) for r in lines)
    assert {str(line["person_id"]) for line in lines} >= {"a,b", 'say "hi"', "two\nlines"}
    for row, line in zip(table, lines, strict=True):
        assert row["person_id"].removeprefix("'") == str(line["person_id"]).removeprefix("'")
        assert (row["text"], row["length"]) == (line["text"], str(line["length"]))


def test_csv_disarms_what_a_spreadsheet_would_run(tmp_path: Path) -> None:
    table = _table(_render(_greeting(tmp_path, _ODD), "csv"))
    keys = {row["person_id"] for row in table}
    assert {"'=1+1", "'@sum", "'+49171", "'-1", "'＝2"} <= keys
    assert {"plain", "a,b", "back\\slash"} <= keys
    assert not any(key.startswith(tuple("=+-@＝＋－＠\t\r\n")) for key in keys)


def test_one_message_is_one_line_for_every_reader(tmp_path: Path) -> None:
    text = template("One\u2028two\u2029three\x85four {{ name }} five", "note")
    settings = "  note: {delivery: direct, unit: codepoints, limit: 200}\n"
    root = project(tmp_path, people=["p,Anna,,,,,"], settings=settings, templates={"hello": text})
    done = _render(root)
    assert [line["text"] for line in _lines(done)] == ["One\u2028two\u2029three\x85four Anna five"]
    file = done.folder / done.files[0].name
    assert hashlib.sha256(file.read_bytes()).hexdigest() == done.files[0].sha256


def test_nothing_to_send_is_still_a_batch(tmp_path: Path) -> None:
    rules = EVERYBODY + "suppressions:\n  - {name: all, when: person_id is not null}\n"
    for form in ("jsonl", "csv", "parquet"):
        done = _render(project(tmp_path, rules), form, 5, out=form)
        assert (done.messages, len(done.files), done.files[0].rows) == (0, 1, 0)
    assert _table(_render(tmp_path, "csv", out="csv")) == []
    assert _parquet(_render(tmp_path, "parquet", out="parquet")) == []


# -- sizes and the manifest ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "counts"), [(1, [1] * 6), (2, [2, 2, 2]), (4, [4, 2]), (6, [6]), (99, [6])]
)
def test_a_file_holds_as_many_messages_as_asked(
    tmp_path: Path, size: int, counts: list[int]
) -> None:
    done = _render(_greeting(tmp_path, crowd(6)), "jsonl", size)
    assert [file.rows for file in done.files] == counts
    texts = [(done.folder / file.name).read_text() for file in done.files]
    assert [len(text.splitlines()) for text in texts] == counts
    assert [line["person_id"] for line in _lines(done)] == [f"p{number}" for number in range(6)]


@pytest.mark.parametrize("size", [0, -1])
def test_a_file_without_messages_is_refused(tmp_path: Path, size: int) -> None:
    root = _greeting(tmp_path, crowd(2))
    with pytest.raises(WrongUsage, match="at least one message"):
        _render(root, "jsonl", size)
    assert not (root / "out").exists()


def test_the_manifest_tells_what_is_there(tmp_path: Path) -> None:
    root = _greeting(tmp_path, crowd(5))
    done = _render(root, "jsonl", 2)
    manifest = json.loads((done.folder / "manifest.json").read_text())
    assert (manifest["plan_id"], manifest["messages"]) == (done.plan_id, 5)
    assert manifest["outcomes"]["message"] == manifest["people"] == 5
    for file in manifest["files"]:
        written = (done.folder / file["name"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(written).hexdigest()
    names = {path.name for path in done.folder.iterdir()}
    assert names == {"manifest.json", *(file["name"] for file in manifest["files"])}
    assert {"assignments.parquet", "contacts.parquet"} <= names
    rules = manifest["rules"]["rules/rules.yaml"]
    assert rules == hashlib.sha256((root / "rules/rules.yaml").read_bytes()).hexdigest()


def test_only_their_owner_reads_batches(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        done = _render(_greeting(tmp_path, crowd(2)))
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in done.folder.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(done.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(done.folder.parent.stat().st_mode) == 0o700


# -- once, whole, or not at all --------------------------------------------------------------


def test_rendering_again_says_so_and_does_nothing(tmp_path: Path) -> None:
    root = _greeting(tmp_path, crowd(3))
    first = _render(root)
    before = tree(root / "out")
    again = _render(root)
    assert (first.is_new, again.is_new) == (True, False)
    assert (again.plan_id, again.files, again.messages) == (first.plan_id, first.files, 3)
    assert tree(root / "out") == before


def test_another_link_is_another_plan(tmp_path: Path) -> None:
    first = _render(_greeting(tmp_path, crowd(3), link="https://example.com/a"))
    second = _render(_greeting(tmp_path, crowd(3), link="https://example.com/b"))
    assert first.plan_id != second.plan_id


def test_another_link_beside_the_post_is_another_plan(tmp_path: Path) -> None:
    plans = []
    for link in ("a", "b"):
        text = template("Come today", "wall", link=f"https://example.com/{link}?r={{rule}}")
        done = _render(project(tmp_path, people=crowd(3), templates={"hello": text}))
        creative = json.loads((done.folder / "creatives.jsonl").read_text())
        assert creative["link"] == f"https://example.com/{link}?r=everybody"
        plans.append(done.plan_id)
    assert len(set(plans)) == 2


def test_another_campaign_is_another_plan(tmp_path: Path) -> None:
    plans = []
    for name in ("spring", "summer"):
        rules = "rules:\n" + rule("all", 1, "person_id is not null", "hello", campaign=name)
        root = project(tmp_path, rules, settings="campaigns:\n  spring: {}\n  summer: {}\n")
        plans.append(_render(root).plan_id)
    assert len(set(plans)) == 2


def test_a_batch_with_a_broken_manifest_is_left_alone(tmp_path: Path) -> None:
    root = _greeting(tmp_path, crowd(3))
    done = _render(root)
    whole = (done.folder / "manifest.json").read_text()
    for broken in ("", "[]", "{}", '{"files": [{}], "messages": 1}', whole.replace("3", "4")):
        (done.folder / "manifest.json").write_text(broken)
        before = tree(root / "out")
        with pytest.raises(BadData, match=done.plan_id):
            _render(root)
        assert tree(root / "out") == before


def test_what_a_crash_left_behind_is_not_used_and_cleared_away(tmp_path: Path) -> None:
    root = _greeting(tmp_path, crowd(3))
    done = _render(root)
    half = root / "out" / f".{done.plan_id}.abc"
    done.folder.rename(half)
    (half / "manifest.json").unlink()
    (root / "out" / "log.jsonl").unlink()  # it died before it could be logged
    again = _render(root)
    assert again.is_new
    assert sorted(path.name for path in (root / "out").iterdir()) == [done.plan_id, "log.jsonl"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    root = _greeting(tmp_path, crowd(3))
    (root / "out").mkdir(mode=0o500)
    with pytest.raises(BatchFailed, match="permission denied"):
        _render(root)


def test_a_file_in_the_way_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    root = _greeting(tmp_path, crowd(3))
    (root / "out").write_text("not a folder")
    with pytest.raises(BatchFailed, match="can't be written to out"):
        _render(root)
    done = _render(root, out="other")
    (root / "third").mkdir()
    (root / "third" / done.plan_id).write_text("not a batch")
    with pytest.raises(BatchFailed):
        _render(root, out="third")
    assert [path.name for path in (root / "third").iterdir()] == [done.plan_id]


def test_a_linked_folder_is_followed(tmp_path: Path) -> None:
    root = _greeting(tmp_path / "project", crowd(3))
    (tmp_path / "elsewhere").mkdir()
    (root / "out").symlink_to(tmp_path / "elsewhere")
    done = _render(root)
    assert (tmp_path / "elsewhere" / done.plan_id / "manifest.json").is_file()
    (root / "nowhere").symlink_to(tmp_path / "missing")
    with pytest.raises(BatchFailed):
        _render(root, out="nowhere")


def test_a_plan_is_not_written_a_second_time_in_another_format(tmp_path: Path) -> None:
    root = _greeting(tmp_path, _ODD)
    _render(root, "jsonl")
    with pytest.raises(WrongUsage, match="rendered as jsonl already"):
        _render(root, "csv")


def test_a_text_with_a_blocked_word_lies_in_quarantine_and_goes_to_nobody(tmp_path: Path) -> None:
    people = ["anna,Anna,Ashby,40,true,0171,en", "bo,Bo Free,Ashby,40,true,0171,en"]
    root = project(
        tmp_path,
        people=people,
        templates={"hello": template("Hello {{ name }}")},
        settings="block: [free]\n",
    )
    options = worlds.options(root)
    kept = keeping.plan(options, keeping.Request(out=root / "kept"))
    assert kept.saved is not None
    done = keeping.render_plan(options, root / "kept", batches.Request())
    assert done.messages == 1
    assert any("1 text holds a word of the block list" in note for note in done.notes)
    lines = (done.folder / batches.QUARANTINE).read_text().splitlines()
    (row,) = map(json.loads, lines)
    assert (row["person"], row["text"], row["word"]) == ("bo", "Hello Bo Free", "free")
    assert not [p for p in done.folder.glob("messages-*") if "Bo Free" in p.read_text()]
    assert worlds.results(root, history=root / "none")["bo"][0] == "blocked"
    assert not list(history.faults(root / "batches"))
