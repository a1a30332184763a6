"""What a person sees, whole: the screens are files.

Run with TARGETER_UPDATE_SCREENS=1 to write what is drawn today.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.exporters.fair import fair, person
from tests.exporters.fair import render as render_fair

from .bakery import Ran, bakery, targeter
from .busy import busy_bakery

SCREENS = Path(__file__).parent / "screens"
UPDATE = os.environ.get("TARGETER_UPDATE_SCREENS") == "1"

CASES = [
    ("plan", ("plan",), None),
    ("plan-60", ("plan",), 60),
    ("plan-140", ("plan",), 140),
    ("plan-two-examples", ("plan", "--examples", 2), 80),
    ("explain-message", ("explain", "bo"), None),
    ("explain-message-60", ("explain", "bo"), 60),
    ("explain-message-120", ("explain", "bo"), 120),
    ("explain-unknown", ("explain", "lee"), None),
    ("explain-handed-over", ("explain", "max", "--rule", "new-bread"), None),
    ("explain-no-rule", ("explain", "hal"), None),
    ("explain-one-rule", ("explain", "max", "--rule", "stollen"), None),
    ("explain-rule-not-running", ("explain", "bo", "--rule", "eggs"), 60),
    ("why-not", ("why-not", "stollen"), None),
    ("why-not-60", ("why-not", "new-bread"), 60),
    ("report", ("report",), None),
    ("report-60", ("report",), 60),
    ("report-markdown", ("report", "--format", "markdown"), None),
    ("preview-languages", ("preview", "stollen"), 80),
    ("preview-60", ("preview", "rye"), 60),
    ("preview-people", ("preview", "stollen", "--person", "bo", "--person", "hal"), None),
    ("sources", ("sources",), None),
    ("sources-one", ("sources", "people"), 80),
    ("lint-fine", ("lint",), None),
]


# Of the bakery some days after its first messages, with every kind of ending.
BUSY_CASES = [
    ("plan-busy-80", ("plan",), 80),
    ("plan-busy-120", ("plan",), 120),
    ("plan-busy-pilot", ("plan", "--limit", 4, "--examples", 0), 80),
    ("explain-resting", ("explain", "ada"), 80),
    ("explain-staying", ("explain", "h1"), 80),
    ("explain-over-cap", ("explain", "s1"), 80),
    ("explain-blocked", ("explain", "hob"), 80),
]

# Of a fair three of whose five people are in an audience and may not be there any more.
LEAVING_CASES = [
    ("optouts", ("optouts",), 80),
    ("optouts-nobody", ("optouts",), 80),
    ("history-forget", ("history", "forget", "p00004", "p00005"), 80),
    ("access-forgotten", ("access", "p00004"), 80),
]


@pytest.mark.parametrize(("name", "words", "columns"), CASES, ids=[case[0] for case in CASES])
def test_a_screen_is_as_it_was(
    tmp_path: Path, name: str, words: tuple[object, ...], columns: int | None
) -> None:
    _check(name, targeter(*words, "--project", bakery(tmp_path), columns=columns))


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return busy_bakery(tmp_path_factory.mktemp("busy"))


@pytest.mark.parametrize(
    ("name", "words", "columns"), BUSY_CASES, ids=[case[0] for case in BUSY_CASES]
)
def test_a_screen_with_a_past_is_as_it_was(
    busy: Path, name: str, words: tuple[object, ...], columns: int
) -> None:
    _check(name, targeter(*words, "--project", busy, columns=columns))


def test_screens_of_leaving_are_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    people = [person(1), person(2), person(3), person(4), person(5)]
    render_fair(fair(tmp_path, people))
    fair(tmp_path, [person(2, agreed="false"), person(3, agreed=""), *people[3:]])
    for name, words, columns in LEAVING_CASES:
        _check(name, targeter(*words, "--as-of", "2026-11-02", columns=columns))


def _check(name: str, ran: Ran) -> None:
    assert (ran.code, ran.err) == (0, "")
    shown = re.sub(r"  [0-9a-f]{16}$", "  the-plan's-digest", ran.out, flags=re.MULTILINE)
    golden = SCREENS / f"{name}.txt"
    if UPDATE:
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(SCREENS.glob("*.txt")), ids=lambda path: path.stem)
def test_a_screen_holds_to_its_width_and_ends_no_line_with_spaces(path: Path) -> None:
    widths = {name: columns for name, _, columns in [*CASES, *BUSY_CASES, *LEAVING_CASES]}
    for line in path.read_text(encoding="utf-8").splitlines():
        assert line == line.rstrip()
        assert "\x1b" not in line
        assert len(line) <= (widths[path.stem] or 10_000)
