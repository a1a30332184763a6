"""The small project that `init` makes without any files."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter.errors import WrongUsage
from targeter.starter import init
from tests.worlds import findings, options, planned, results

STORIES = {
    "spoke": ("message", "service-due"),
    "gear": ("message", "service-due"),
    "battery": ("message", "electric-in-winter"),
    "regular": ("message", "thank-you"),
    "nameless": ("message", "thank-you"),
    "waiting": ("handed_over", None),
    "lately": ("suppressed", None),
    "refused": ("suppressed", None),
    "not_asked": ("suppressed", None),
    "too_young": ("suppressed", None),
    "no_birthday": ("suppressed", None),
    "no_handle": ("unreachable", None),
    "racer": ("no_rule", None),
}


def test_the_example_lints_clean(tmp_path: Path) -> None:
    init(tmp_path)
    assert findings(tmp_path) == ()


def test_everybody_in_the_example_shows_something_else(tmp_path: Path) -> None:
    init(tmp_path)
    found = results(tmp_path)
    assert {person: (outcome, rule) for person, (outcome, rule, _) in found.items()} == STORIES


def test_planning_the_example_warns_of_nothing(tmp_path: Path) -> None:
    init(tmp_path)
    with planned(tmp_path) as run:
        assert not run.findings


def test_the_example_greets_in_two_languages_and_without_a_name(tmp_path: Path) -> None:
    init(tmp_path)
    texts = {person: text or "" for person, (_, _, text) in results(tmp_path).items()}
    assert texts["spoke"].startswith("Hi Ada, your bicycle")
    assert texts["gear"].startswith("Hallo Jonas, dein Rad")
    assert texts["nameless"].startswith("Thank you for bringing")
    assert "last for two new spokes" in texts["regular"]


def test_what_was_written_is_what_is_there(tmp_path: Path) -> None:
    started = init(tmp_path / "new")
    there = {
        path.relative_to(tmp_path / "new").as_posix()
        for path in (tmp_path / "new").rglob("*")
        if path.is_file()
    }
    assert set(started.files) == there
    assert {"rules/targeter.yaml", "rules/offers.yaml", ".gitignore"} <= there
    assert started.next[-1] == "targeter plan"


def test_two_beginnings_are_the_same_to_the_byte(tmp_path: Path) -> None:
    one, two = init(tmp_path / "one"), init(tmp_path / "two")
    assert one.files == two.files
    for path in one.files:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()


def test_a_project_is_not_begun_over_another(tmp_path: Path) -> None:
    init(tmp_path)
    before = (tmp_path / "rules/offers.yaml").read_bytes()
    with pytest.raises(WrongUsage, match="holds a project already"):
        init(tmp_path)
    assert (tmp_path / "rules/offers.yaml").read_bytes() == before


@pytest.mark.parametrize("name", ["rules", "templates"])
def test_rules_and_templates_of_somebody_are_not_mixed_with_ours(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(WrongUsage, match="is in the way"):
        init(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_in_the_way_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "sample_data").mkdir()
    (tmp_path / "sample_data/people.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(WrongUsage, match=r"people\.csv is in the way"):
        init(tmp_path)
    assert not (tmp_path / "rules").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("", encoding="utf-8")
    with pytest.raises(WrongUsage, match="is a file"):
        init(tmp_path / "new")


def test_what_git_ignores_already_stays_and_ours_is_added_once(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.pyc\nbatches/", encoding="utf-8")
    started = init(tmp_path)
    assert ".gitignore" in started.files
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == (
        "*.pyc\nbatches/\n.targeter/\n"
    )


def test_the_example_is_planned_for_its_own_day(tmp_path: Path) -> None:
    init(tmp_path)
    with planned(tmp_path) as run:
        assert run.is_pinned
        assert run.bound.today == options(tmp_path).today
