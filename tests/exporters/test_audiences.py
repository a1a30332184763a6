"""Promoted texts leave as creatives and audiences of hashes; nobody leaves by name."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest

from targeter import batches, keeping
from targeter.batches import Rendered
from targeter.database import Engine
from targeter.errors import BadData, PlanRefused
from tests import worlds

from .fair import WALL, creatives, fair, parquet, person, render, requests, sha, users


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _facts(done: Rendered) -> dict[str, object]:
    (channel,) = done.exports["x_audiences"]["channels"]
    return dict(channel)


def test_the_hash_is_the_one_of_the_platforms_example() -> None:
    engine = Engine()
    expected = "49e0be2aeccfb51a8dee4c945c8a70a9ac500cf6f5cb08112575f74db9b1470d"
    assert engine.value("SELECT sha256('adsapi')") == expected == sha("adsapi")
    engine.close()


def test_identifiers_are_normalised_and_hashed(tmp_path: Path) -> None:
    one = person(1, mail=" Anna@Example.COM ", handle=" @Anna_B ", phone="+44 (20) 7946-0001")
    done = render(fair(tmp_path, [one]))
    assert users(done, "add") == [
        {
            "email": [sha("anna@example.com")],
            "handle": [sha("anna_b")],
            "phone_number": [sha("+442079460001")],
        }
    ]
    lists = {p.stem.split("-")[-1]: p.read_text() for p in done.folder.glob("audience-2-*.csv")}
    assert lists == {
        "email": sha("anna@example.com") + "\n",
        "handle": sha("anna_b") + "\n",
        "phone": sha("+442079460001") + "\n",
    }


_NO_IDENTIFIERS = (
    ("mail", "anna"),
    ("mail", "anna@"),
    ("mail", "an na@example.com"),
    ("handle", "a handle"),
    ("handle", "sixteen_letters_"),
    ("phone", "020 7946 0001"),
    ("phone", "0044 20 7946 0001"),
    ("phone", "+0 20 7946 0001"),
    ("phone", "+44 20 7946 0001 ext 2"),
    ("phone", "+1234567890123456"),
)


def test_what_is_no_identifier_is_counted_and_not_hashed(tmp_path: Path) -> None:
    nothing = {"mail": "", "handle": "", "phone": ""}
    people = [
        person(number, **{**nothing, kind: value})
        for number, (kind, value) in enumerate(_NO_IDENTIFIERS, start=2)
    ]
    done = render(fair(tmp_path, [person(1), *people, person(20, **nothing)]))
    assert len(users(done, "add")) == 1
    assert (_facts(done)["without_identifier"], _facts(done)["refused_identifiers"]) == (11, 10)
    assert any("11 people have no identifier that can be used" in note for note in done.notes)
    assert any("10 identifiers are there and can't be used" in note for note in done.notes)
    assert [(c["size"], c["usable"]) for c in creatives(done)] == [(12, 1)]


def test_nothing_leaves_unhashed(tmp_path: Path) -> None:
    done = render(fair(tmp_path, [person(n) for n in range(30)]))
    ours = {"assignments.parquet", "contacts.parquet", "audience_members.parquet"}
    sent = [path for path in done.folder.iterdir() if path.name not in ours]
    assert len(sent) >= 8
    for path in sent:
        data = path.read_bytes().lower()
        assert b"p000" not in data and b"name1" not in data, path.name
        assert b"p1@" not in data and b"@p1" not in data and b"7946" not in data, path.name
    assert not list(done.folder.glob("messages-*"))


def test_a_creative_is_one_row_a_text(tmp_path: Path) -> None:
    people = [person(n, town="Ashby" if n < 7 else "Bray") for n in range(10)]
    wall = WALL.replace("stay:", "match_rate: 0.5, stay:")
    done = render(fair(tmp_path, people, wall))
    rows = creatives(done)
    assert [(r["text"], r["size"], r["usable"], r["matched"]) for r in rows] in (
        [("The fair comes to Ashby.", 7, 7, 3), ("The fair comes to Bray.", 3, 3, 1)],
        [("The fair comes to Bray.", 3, 3, 1), ("The fair comes to Ashby.", 7, 7, 3)],
    )
    assert {r["link"] for r in rows} == {"https://example.com/fairgoers"}
    assert len({r["audience"] for r in rows}) == 2
    assert all(r["audience"].startswith("fairgoers-fair-") for r in rows)
    table = _rows(done.folder / "creatives.csv")
    assert table == [{key: str(value) for key, value in row.items()} for row in rows]


def test_small_audiences_are_reported(tmp_path: Path) -> None:
    towns = ["A"] * 99 + ["B"] * 100 + ["C"] * 499 + ["D"] * 500
    people = [person(n, town=town) for n, town in enumerate(towns)]
    done = render(fair(tmp_path, people))
    assert (_facts(done)["under_100"], _facts(done)["under_500"]) == (1, 3)
    assert any("1 audience has probably fewer than 100" in note for note in done.notes)
    assert any("2 audiences have probably fewer than 500" in note for note in done.notes)
    manifest = json.loads((done.folder / "manifest.json").read_text())
    assert manifest["exports"]["x_audiences"] == done.exports["x_audiences"]
    assert manifest["notes"] == list(done.notes)


def test_without_identifiers_there_are_creatives_and_a_note(tmp_path: Path) -> None:
    done = render(fair(tmp_path, [person(1)], "  wall: {like: x_promoted, min_audience: 1}\n"))
    names = {file.name for file in done.files}
    assert names == {"creatives.jsonl", "creatives.csv", "audiences.parquet"}
    assert any("no audience file could be written" in note for note in done.notes)


def test_rules_that_no_file_can_keep_are_said(tmp_path: Path) -> None:
    told = " ".join(render(fair(tmp_path, [person(1)])).told)
    assert "24 hours" in told and "only primary criterion" in told and "90 days" in told


# -- who stays, and who leaves ---------------------------------------------------------------


def test_who_stays_is_not_sent_again_and_who_leaves_is_taken_out_first(tmp_path: Path) -> None:
    first = render(fair(tmp_path, [person(1), person(2), person(3)]))
    fair(tmp_path, [person(1), person(2, agreed="false"), person(3), person(4)])
    second = render(tmp_path, 3)
    assert [user["email"] for user in users(second, "remove")] == [[sha("p2@example.com")]]
    assert [user["email"] for user in users(second, "add")] == [[sha("p4@example.com")]]
    names = [path.name for path in requests(second)]
    assert [name.split("-")[2] for name in names] == ["remove", "add"]
    assert creatives(second)[0]["audience"] == creatives(first)[0]["audience"]
    sent = _rows(second.folder / "uploads.csv")
    assert [row["operation"] for row in sent] == ["remove", "add"]
    assert [int(row["bytes"]) for row in sent] == [p.stat().st_size for p in requests(second)]


def test_who_leaves_is_taken_out_by_what_was_handed_over(tmp_path: Path) -> None:
    render(fair(tmp_path, [person(1), person(2), person(3)]))
    fair(tmp_path, [person(1), person(2, agreed="false", mail="new@example.com")])
    removed = {user["email"][0] for user in users(render(tmp_path, 3), "remove")}
    # the old address of one, and somebody who is no longer in the data at all
    assert {sha("p2@example.com"), sha("p3@example.com")} <= removed


def test_an_identifier_that_another_member_has_stays(tmp_path: Path) -> None:
    home = "home@example.com"
    render(fair(tmp_path, [person(1, mail=home), person(2, mail=home)]))
    fair(tmp_path, [person(1, mail=home), person(2, mail=home, agreed="false")])
    removed = users(render(tmp_path, 3), "remove")
    assert removed == [{"handle": [sha("p2")], "phone_number": [sha("+442079460002")]}]


def test_who_stays_and_has_an_identifier_only_now_is_added(tmp_path: Path) -> None:
    blank = person(1, mail="", handle="", phone="")
    render(fair(tmp_path, [blank, person(2)]))
    fair(tmp_path, [person(1), person(2)])
    added = users(render(tmp_path, 3), "add")
    assert [user["email"] for user in added] == [[sha("p1@example.com")]]


def test_who_comes_and_goes_is_told(tmp_path: Path) -> None:
    first = render(fair(tmp_path, [person(1), person(2)])).told[0]
    assert first == "wall: 1 text for 2 people; 2 to add to audiences, 0 to take out"
    fair(tmp_path, [person(1), person(2, agreed="false"), person(3), person(4)])
    second = render(tmp_path, day=2).told[0]
    who, moved = second.split("; ")
    assert who == "wall: 1 text for 3 people (2 new, 1 leaving)"
    assert moved == "2 to add to audiences, 1 to take out"


def test_who_leaves_and_can_not_be_named_is_told(tmp_path: Path) -> None:
    render(fair(tmp_path, [person(1), person(2, mail="", handle="", phone="")]))
    fair(tmp_path, [person(1)])
    done = render(tmp_path, 3)
    assert users(done, "remove") == []
    assert any("1 person leaves and can't be named" in note for note in done.notes)


def test_audiences_of_a_channel_that_is_gone_are_named(tmp_path: Path) -> None:
    render(fair(tmp_path, [person(1), person(2)]))
    note = "  note: {delivery: direct, unit: codepoints, limit: 99}\n"
    done = render(fair(tmp_path, [person(1)], note, "---\nchannel: note\n---\nHi.\n"), 3)
    assert any("2 people leave audiences of wall, which is no" in note for note in done.notes)


def test_what_was_handed_over_can_not_be_altered(tmp_path: Path) -> None:
    first = render(fair(tmp_path, [person(1), person(2)]))
    file = first.folder / "audience_members.parquet"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    fair(tmp_path, [person(1), person(2, agreed="false")])
    with pytest.raises(BadData, match=r"audience_members\.parquet"):
        render(tmp_path, 3)


# -- same bytes ------------------------------------------------------------------------------


def test_order_and_threads_change_no_byte(tmp_path: Path) -> None:
    people = [person(n, town="AB"[n % 2]) for n in range(3_000)]
    one = render(fair(tmp_path / "one", people), threads=1)
    two = render(fair(tmp_path / "two", people[::-1]), threads=4)
    assert [file.sha256 for file in one.files] == [file.sha256 for file in two.files]
    assert one.plan_id == two.plan_id


def test_a_kept_plan_exports_the_same_and_refuses_another_address(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1), person(2)])
    day = dt.date(2026, 11, 1)
    kept = worlds.options(root, as_of=day)
    keeping.plan(kept, keeping.Request(root / "kept"))
    tries = worlds.options(root, history=root / "tries")
    done = keeping.render_plan(tries, root / "kept", batches.Request())
    bare = render(root)
    assert [file.sha256 for file in done.files] == [file.sha256 for file in bare.files]
    fair(tmp_path, [person(1), person(2, mail="new@example.com")])
    other = worlds.options(root, history=root / "others")
    with pytest.raises(PlanRefused, match="what changed: mail"):
        keeping.render_plan(other, root / "kept", batches.Request())


def test_every_file_is_in_the_manifest_and_its_rows_are_counted(tmp_path: Path) -> None:
    done = render(fair(tmp_path, [person(n) for n in range(5)]))
    manifest = json.loads((done.folder / "manifest.json").read_text())
    names = {path.name for path in done.folder.iterdir()}
    assert names == {"manifest.json", *(file["name"] for file in manifest["files"])}
    members = parquet(done.folder / "audience_members.parquet")
    assert [row[0] for row in members] == [f"p{n:05d}" for n in range(5)]
    assert {f.name: f.rows for f in done.files}["audience_members.parquet"] == 5
