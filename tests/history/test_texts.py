"""Old words are blanked when asked; who was contacted when stays, and who is in an audience."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from targeter import batches, pipeline, remembering
from targeter.exporters import Format
from targeter.history import Tidied
from tests import worlds
from tests.cli.bakery import targeter
from tests.decisions.small import crowd, project, template
from tests.exporters.fair import FAIR, WALL, fair, parquet, person, users
from tests.exporters.fair import render as render_fair

from .shop import DAY, listed, messages, render
from .test_forgetting import naming

KEPT = "history: {texts: 2 months}\n"


def _tidy(root: Path, days: int) -> Tidied:
    return remembering.tidy(worlds.options(root, as_of=DAY + dt.timedelta(days)))


def _shop(root: Path, more: str = "cooldown: 90 days\n") -> Path:
    texts = {"hello": template("Hello {{ name }}")}
    return project(root, people=crowd(3), settings=more + KEPT, templates=texts)


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_texts_older_than_they_are_kept_are_blanked(tmp_path: Path, form: Format) -> None:
    root = _shop(tmp_path)
    done = pipeline.render(worlds.options(root, as_of=DAY), batches.Request(form))
    assert len(naming(root, "Hello Anna")) == 2
    assert _tidy(root, 60) == Tidied()
    assert _tidy(root, 61) == Tidied(blanked=(done.plan_id,))
    assert naming(root, "Hello Anna") == []
    assert listed(root).faults == ()
    assert _tidy(root, 61) == Tidied()  # nothing is left to do


def test_everything_else_stays(tmp_path: Path) -> None:
    root = _shop(tmp_path)
    done = render(root)
    before = messages(done)
    _tidy(root, 61)
    assert messages(done) == [{**row, "text": None} for row in before]
    when = DAY + dt.timedelta(61)
    assert {got[0] for got in worlds.results(root, as_of=when).values()} == {"resting"}
    access = targeter("access", "p1", "--project", root, "--format", "json").json
    assert [(sent["event"], sent["text"]) for sent in access["sent"]] == [("message", None)]
    events = [json.loads(line)["event"] for line in _log(root)]
    assert events == ["rendered", "rewriting", "rewritten"]


def _log(root: Path) -> list[str]:
    return (root / "batches/log.jsonl").read_text().splitlines()


def test_a_young_batch_keeps_its_words(tmp_path: Path) -> None:
    root = _shop(tmp_path, "cooldown: 1 days\n")
    old, young = render(root), render(root, 40)
    assert _tidy(root, 70).blanked == (old.plan_id,)
    assert {row["text"] for row in messages(young)} == {"Hello Anna"}


def _wall(root: Path, *numbers: int, agreed: str = "true") -> Path:
    people = [person(n, agreed=agreed if n == 2 else "true") for n in numbers]
    return fair(root, people, WALL.replace("14 days", "300 days") + KEPT, FAIR)


def test_the_text_of_an_audience_stays_until_nobody_is_in_it(tmp_path: Path) -> None:
    root = _wall(tmp_path, 1, 2, 3)
    first = render_fair(root)
    done = _tidy(root, 100)
    assert done.blanked == (first.plan_id,)
    assert _tidy(root, 100).blanked == ()
    assert naming(root, "The fair comes to Ashby.") == ["contacts.parquet"]
    # they stay by it, and who leaves is taken out by it
    options = worlds.options(_wall(root, 1, 2, 3, agreed="false"), as_of=DAY + dt.timedelta(101))
    second = pipeline.render(options, batches.Request())
    assert (second.messages, len(users(second, "remove")), users(second, "add")) == (2, 1, [])
    assert set(_tidy(root, 101 + 62).blanked) == {first.plan_id, second.plan_id}
    texts = {row[0]: row[-1] for row in parquet(first.folder / "contacts.parquet")}
    assert texts == {
        "p00001": "The fair comes to Ashby.",
        "p00002": None,
        "p00003": "The fair comes to Ashby.",
    }


def test_texts_and_batches_are_kept_for_times_of_their_own(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        people=crowd(2),
        settings="cooldown: 7 days\nhistory: {keep: 4 months, texts: 2 months}\n",
    )
    old, young = render(root), render(root, 60)
    done = _tidy(root, 122)
    assert (done.dropped, done.blanked) == ((old.plan_id,), (young.plan_id,))


def test_it_is_a_command(tmp_path: Path) -> None:
    root = _shop(tmp_path)
    done = render(root)
    words = ("history", "--tidy", "--project", root, "--as-of", "2027-11-01")
    ran = targeter(*words)
    assert (ran.code, ran.err) == (0, "")
    assert f"Old texts blanked in 1 batch:\n  {done.plan_id}\n" in ran.out
    assert targeter(*words, "--format", "json").json["blanked"] == []


def test_a_length_of_time_that_is_none_is_found(tmp_path: Path) -> None:
    found = worlds.findings(project(tmp_path, settings="history: {texts: soon}\n"))
    assert any("'texts' must be a length of time" in one.message for one in found)
