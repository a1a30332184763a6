"""Options, exit codes and files: what a command does besides showing something."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .bakery import SETTINGS, bakery, targeter


def test_help_promises_the_exit_codes() -> None:
    ran = targeter("--help")
    assert ran.code == 0
    for line in ("0  fine", "1  the rules are wrong", "2  wrong usage", "130  interrupted"):
        assert line in ran.out


@pytest.mark.parametrize(
    "command", ["plan", "render", "lint", "test", "explain", "sources", "init"]
)
def test_every_command_explains_itself(command: str) -> None:
    ran = targeter(command, "--help")
    assert ran.code == 0
    assert "--format" in ran.out
    assert "5  nothing was there to check" in ran.out
    assert ran.err == ""


def test_without_a_word_there_is_help() -> None:
    assert targeter().out == targeter("--help").out


def test_the_version_is_told() -> None:
    assert targeter("--version").out.startswith("targeter 0.")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("plan", "--as-of", "2026-02-30"), "a day is written like 2026-11-30, not '2026-02-30'"),
        (("plan", "--memory", "much"), "an amount of memory is written like 4GB or 500MB"),
        (("plan", "--examples", "-1"), "a whole number of 0 or more, not '-1'"),
        (("render", "--batch-size", "0"), "a whole number of 1 or more, not '0'"),
        (("plan", "--format", "xml"), "'xml' is not one of 'text', 'json'"),
        (("plam",), "did you mean 'plan'"),
        (("explain",), "missing argument"),
    ],
)
def test_wrong_usage_is_one_sentence_and_the_next_step(
    words: tuple[str, ...], sentence: str
) -> None:
    ran = targeter(*words)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err.lower() or sentence in ran.err
    assert "--help shows what is possible" in ran.err


def test_the_project_is_found_from_a_folder_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(bakery(tmp_path) / "rules")
    assert targeter("lint").code == 0


def test_no_project_says_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = targeter("plan")
    assert ran.code == 2
    assert "targeter init DIR" in ran.err


def test_a_day_on_the_command_line_wins_over_the_project(tmp_path: Path) -> None:
    root = bakery(tmp_path)
    pinned = targeter("plan", "--project", root, "--as-of", "2027-03-10", "--format", "json").json
    assert (pinned["as_of"], pinned["is_pinned"]) == ("2027-03-10", True)
    assert "eggs" in [rule["name"] for rule in pinned["rules"]]


def test_without_a_pinned_day_it_is_today_where_the_project_is(tmp_path: Path) -> None:
    settings = SETTINGS.replace("as_of: 2026-11-01", "time_zone: Pacific/Kiritimati")
    ran = targeter("plan", "--project", bakery(tmp_path, settings=settings))
    assert ran.code == 0
    assert "(today; --as-of DATE or as_of: pins it)" in ran.out


def test_sources_outside_the_project_need_their_folder_named(tmp_path: Path) -> None:
    root = bakery(tmp_path / "project")
    data = tmp_path / "data"
    data.mkdir()
    shutil.move(root / "people.csv", data / "people.csv")
    assert targeter("plan", "--project", root).code == 3
    assert targeter("plan", "--project", root, "--data-root", data).code == 0


def test_examples_are_as_many_as_asked_for(tmp_path: Path) -> None:
    root = bakery(tmp_path)
    plan = targeter("plan", "--project", root, "--examples", 2, "--format", "json").json
    assert len(plan["rules"][0]["examples"]) == 2
    assert "What they would read" not in targeter("plan", "--project", root, "--examples", 0).out


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_a_batch_is_written_once(tmp_path: Path, form: str) -> None:
    root, out = bakery(tmp_path / "project"), tmp_path / "out"
    words = ("render", "--project", root, "--history", out, "--file-format", form)
    first, second = targeter(*words), targeter(*words)
    assert (first.code, second.code) == (0, 0)
    assert "6 messages written to" in first.out
    assert f"messages-0001.{form}" in first.out
    assert "rendered before, so nothing was written" in second.out
    assert len(list(out.glob("*/manifest.json"))) == 1
    assert not (root / "batches").exists()


def test_a_batch_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    root, file = bakery(tmp_path / "project"), tmp_path / "a-file"
    file.write_text("in the way", encoding="utf-8")
    ran = targeter("render", "--project", root, "--history", file / "below")
    assert (ran.code, ran.out) == (3, "")
    assert "--out DIR" in ran.err


def test_assumed_columns_are_shown_and_declared(tmp_path: Path) -> None:
    settings = SETTINGS.replace("      handle: text\n", "")
    root = bakery(tmp_path, settings=settings)
    ran = targeter("sources", "--project", root)
    assert "handle   text   assumed" in ran.out
    assert "targeter sources --write" in ran.out
    assert "people  1 column" in targeter("sources", "--write", "--project", root).out
    assert "nothing was written" in targeter("sources", "--write", "--project", root).out
    assert "assumed" not in targeter("sources", "--project", root).out


def test_a_source_or_rule_that_is_not_there_is_named(tmp_path: Path) -> None:
    root = bakery(tmp_path)
    ran = targeter("sources", "peeple", "--project", root)
    assert (ran.code, "did you mean 'people'?" in ran.err) == (2, True)
    ran = targeter("explain", "bo", "--rule", "stolen", "--project", root)
    assert (ran.code, "did you mean 'stollen'?" in ran.err) == (2, True)


def test_a_project_begins_and_plans(tmp_path: Path) -> None:
    ran = targeter("init", tmp_path / "shop")
    assert ran.code == 0
    assert "rules/targeter.yaml" in ran.out
    assert "targeter plan" in ran.out
    assert targeter("lint", "--project", tmp_path / "shop").code == 0
    assert targeter("plan", "--project", tmp_path / "shop").code == 0
    again = targeter("init", tmp_path / "shop", "--format", "json")
    assert again.code == 2
    assert again.json["errors"]


def test_files_after_from_are_files_and_the_other_word_is_the_folder(tmp_path: Path) -> None:
    first, second = tmp_path / "people.csv", tmp_path / "visits.csv"
    people = "".join(f"p{n},Town{n % 3},{20 + n}\n" for n in range(30))
    first.write_text(f"person_id,town,age\n{people}", encoding="utf-8")
    visits = "".join(f"p{n % 30},2026-10-{n % 28 + 1:02d}\n" for n in range(90))
    second.write_text(f"person_id,seen_on\n{visits}", encoding="utf-8")
    ran = targeter("init", tmp_path / "new", "--from", first, second, "--format", "json")
    assert ran.code == 0, ran.out
    assert Path(ran.json["folder"]) == tmp_path / "new"
    settings = (tmp_path / "new" / "rules" / "targeter.yaml").read_text(encoding="utf-8")
    assert "people" in settings
    assert "visits" in settings
    ran = targeter("init", tmp_path / "a", tmp_path / "b")
    assert (ran.code, "one folder, not 2" in ran.err) == (2, True)
