"""Words of others that name who is forgotten, and files of every shape in which they stand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from targeter import batches, pipeline, remembering
from tests import worlds
from tests.decisions.small import crowd, project, template
from tests.exporters.fair import fair, parquet, person, users
from tests.exporters.fair import render as render_fair

from .shop import DAY, listed, messages, render, shop, tree
from .test_forgetting import forget, naming

_ADDRESSES = """\
purposes:
  marketing: {basis: legitimate_interest, when: person_id is not null}
sources:
  people:
    path: people.csv
    key: person_id
    columns: {person_id: text, mail: text, friend: text}
channels:
  letter: {delivery: direct, unit: codepoints, limit: 80, address: mail}
"""


def _letters(root: Path, text: str, *people: str, columns: str = "") -> Path:
    declared = _ADDRESSES.rstrip("\n}") + (f", columns: {columns}}}\n" if columns else "}\n")
    return worlds.write(
        root,
        {
            "rules/targeter.yaml": declared,
            "rules/rules.yaml": "rules:\n  - {name: all, priority: 1, when: mail is not null, "
            "templates: [hello]}\n",
            "templates/hello.j2": template(text, "letter"),
            "people.csv": "person_id,mail,friend\n" + "\n".join(people) + "\n",
        },
    )


@pytest.mark.parametrize("named", ["ann", "ann@example.com", "ANN@example.COM"])
def test_words_that_name_them_go_from_what_others_read(tmp_path: Path, named: str) -> None:
    people = ("ann,ann@example.com,bo", f"bo,bo@example.com,{named}", "cy,cy@example.com,anna")
    root = _letters(tmp_path, "Hello, write to {{ friend }} today", *people)
    done = render(root)
    (one,) = forget(root, "ann").batches
    assert one.texts >= 2
    rows = {row["person_id"]: row["text"] for row in messages(done)}
    assert rows == {"bo": None, "cy": "Hello, write to anna today"}
    assert [(row[0], row[-1]) for row in parquet(done.folder / "contacts.parquet")] == [
        ("bo", None),
        ("cy", "Hello, write to anna today"),
    ]
    assert naming(root, "ann@", "ann ") == []
    assert worlds.results(root)["bo"][0] in ("message", "resting")


def test_a_mistyped_key_takes_no_word_from_what_others_read(tmp_path: Path) -> None:
    root = _letters(tmp_path, "Hello, write to {{ friend }} today", "bo,bo@example.com,cy")
    done = render(root)
    before = tree(done.folder)
    assert forget(root, "today", "Hello").unknown == 2
    assert tree(done.folder) == before
    assert forget(root, " bo\u3000").unknown == 0  # as a source's keys are read
    assert messages(done) == []


def test_whose_audience_lost_its_words_leaves_it(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1, person_id="Ashby"), person(2), person(3)])
    render_fair(root)
    assert forget(root, "Ashby").batches[0].texts
    done = render_fair(root, day=2)
    told = [(row[0], row[2], row[-1]) for row in parquet(done.folder / "contacts.parquet")]
    here = "The fair comes to Ashby."
    assert told == [
        (who, *what) for who in ("p00002", "p00003") for what in (("entered", here), ("left", None))
    ]
    assert (listed(root).faults, users(done, "remove")) == ((), [])  # they are in it again


def test_a_key_that_may_be_any_number_is_not_looked_for_in_words(tmp_path: Path) -> None:
    people = ("7,a@example.com,7", "8,b@example.com,7")
    root = _letters(tmp_path, "Wait {{ friend }} days", *people)
    done = render(root)
    forget(root, "7")
    assert [(row["person_id"], row["text"]) for row in messages(done)] == [("8", "Wait 7 days")]


def test_files_whose_columns_are_called_otherwise_are_read_by_their_values(tmp_path: Path) -> None:
    people = ("ann,ann@example.com,x", "bo,bo@example.com,y")
    root = _letters(tmp_path, "Hello you", *people, columns="{who: person_id, to: address}")
    done = render(root)
    assert forget(root, "ann").batches[0].removed == ()
    assert messages(done) == [{"who": "bo", "to": "bo@example.com"}]


def test_a_file_that_does_not_say_whose_its_rows_are_goes_whole(tmp_path: Path) -> None:
    people = ("ann,ann@example.com,x", "bo,bo@example.com,y")
    root = _letters(tmp_path, "Hello you", *people, columns="{to: address, message: text}")
    done = render(root)
    (one,) = forget(root, "ann").batches
    assert one.removed == ("messages-letter-0001.jsonl",)
    assert not (done.folder / "messages-letter-0001.jsonl").exists()
    assert listed(root).faults == () and naming(root, "ann@example.com") == []
    assert forget(root, "cy").batches == ()


def test_who_was_handed_over_stands_in_no_list_any_more(tmp_path: Path) -> None:
    rules = (
        "handoffs:\n  - {name: help, to: service, when: age > 0, columns: {call: phone}}\n"
        "rules:\n  - {name: everybody, priority: 1, when: age > 0, templates: [hello]}\n"
    )
    root = project(tmp_path, rules, crowd(3))
    done = render(root)
    assert "handoff-help.jsonl" in naming(root, '"p1"')
    forget(root, "p1")
    assert naming(root, '"p1"', "'p1'") == []
    lines = (done.folder / "handoff-help.jsonl").read_text().splitlines()
    assert [json.loads(line)["person_id"] for line in lines] == ["p0", "p2"]


def test_a_blocked_text_goes_from_the_quarantine(tmp_path: Path) -> None:
    block = "block: [anna]\n"
    texts = {"hello": template("Hello {{ name }}")}
    root = project(tmp_path, people=crowd(2), settings=block, templates=texts)
    done = render(root)
    forget(root, "p1")
    lines = (done.folder / batches.QUARANTINE).read_text().splitlines()
    assert [json.loads(line)["person"] for line in lines] == ["p0"]
    manifest = json.loads((done.folder / "manifest.json").read_text())
    assert [file["blocked"] for file in manifest["files"] if "blocked" in file] == [1]


def test_a_key_that_a_spreadsheet_would_run_is_found(tmp_path: Path) -> None:
    people = ("-1,ann@example.com,x", "=bo,bo@example.com,y")
    root = _letters(tmp_path, 'Say "hello",\nyou', *people)
    done = pipeline.render(worlds.options(root, as_of=DAY), batches.Request("csv"))
    forget(root, "-1")
    rows = list(
        csv.DictReader(
            (done.folder / "messages-0001.csv")
            .read_text(encoding="utf-8")
            .splitlines(keepends=True)
        )
    )
    assert [row["person_id"] for row in rows] == ["'=bo"]
    assert naming(root, "ann@example.com", "-1,") == []


def test_what_the_sender_told_of_them_goes(tmp_path: Path) -> None:
    root = shop(tmp_path)
    ids = [line["message_id"] for line in messages(render(root))]
    report = tmp_path / "failed.csv"
    report.write_text("message_id\n" + "\n".join(ids[:3]) + "\n")
    remembering.record(worlds.options(root), None, report)
    assert len(forget(root, "p1").reports) == 1
    assert naming(root, "p1") == []
    (entry,) = listed(root).entries
    assert (entry.failed, listed(root).faults) == (2, ())
    forget(root, "p0", "p2")
    assert not list((root / "batches").glob("reported-*"))
    assert listed(root).faults == ()
