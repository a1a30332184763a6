"""Whatever happens, one clear block and the promised exit code; never a traceback unasked."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from targeter import pipeline
from targeter.cli import boundary
from targeter.errors import Interrupted

from .bakery import PEOPLE, bakery, targeter


def failing(error: BaseException) -> Callable[..., object]:
    def stage(*_: object, **__: object) -> object:
        raise error

    return stage


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return bakery(tmp_path)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ZeroDivisionError("x\x1b[31m"), 3, "this is a fault of targeter"),
        (MemoryError(), 3, "this is a fault of targeter (MemoryError)"),
        (RecursionError("deep"), 3, "this is a fault of targeter"),
        (OSError(errno.ENOSPC, "No space left on device", "/tmp/x"), 3, "no space left on device"),
        (KeyboardInterrupt(), 130, "stopped"),
        (Interrupted("stopped"), 130, "stopped"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_every_end_has_its_code_and_its_sentence(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    words: str,
    form: str,
) -> None:
    monkeypatch.delenv("TARGETER_DEBUG", raising=False)
    monkeypatch.setattr(pipeline, "plan", failing(error))
    ran = targeter("plan", "--project", project, "--format", form)
    assert ran.code == code
    shown = ran.json["errors"][0]["message"] if form == "json" else ran.err
    assert words in shown
    assert "Traceback" not in ran.out + ran.err
    assert "\x1b" not in ran.out + ran.err
    assert (ran.err == "") == (form == "json")


def test_who_asks_gets_the_traceback(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARGETER_DEBUG", "1")
    monkeypatch.setattr(pipeline, "plan", failing(ZeroDivisionError()))
    ran = targeter("plan", "--project", project, "--format", "json")
    assert "Traceback" in ran.err
    assert ran.json["errors"]


class Closed(io.StringIO):
    """A pipe whose reader has gone."""

    def write(self, text: str, /) -> int:
        raise BrokenPipeError


def test_a_reader_who_has_enough_is_left_in_peace(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for form in ("text", "json"):
        monkeypatch.setattr("sys.stdout", Closed())
        code = boundary.run(["plan", "--project", str(project), "--format", form])
        assert code == 141
        assert capsys.readouterr().err == ""


HOSTILE = [
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "[bold red]markup[/]",
    "[/]",
    "a\u202eb",
    "\x9b2J",
    ":boom:",
    "{{ name }}",
    "x" * 3_000,
]


@pytest.mark.parametrize("columns", [None, 60, 140])
def test_nothing_in_data_reaches_the_terminal_as_a_command(
    tmp_path: Path, columns: int | None
) -> None:
    rows = "".join(f'"{n}","{n}",70,en,Y,"{n}",99,"{n}",N\n' for n in HOSTILE)
    root = bakery(tmp_path, people=PEOPLE + rows)
    for words in (("plan", "--examples", 20), *(("explain", n) for n in HOSTILE[::4])):
        ran = targeter(*words, "--project", root, columns=columns)
        assert (ran.code, ran.err) == (0, "")
        assert not set(ran.out) & set("\x1b\x07\x9b\u202e\r")
        assert "[bold red]markup[/]" in ran.out or words[0] == "explain"


def test_a_person_with_a_hostile_name_is_explained_in_full(tmp_path: Path) -> None:
    people = PEOPLE.replace("ada,Ada,", "ada,[bold]Ada[/bold] :boom:,")
    ran = targeter("explain", "ada", "--project", bakery(tmp_path, people=people))
    assert "'[bold]Ada[/bold] :boom:'" in ran.out


def test_words_of_the_command_line_are_not_obeyed_either(project: Path) -> None:
    ran = targeter("explain", "\x1b[2J[bold]", "--project", project)
    assert ran.code == 2
    assert "\x1b" not in ran.err
    assert "[bold]" in ran.err
