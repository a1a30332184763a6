"""Progress: on a terminal only, in counts that are true, and gone when the command is over."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from targeter.cli.drawing.bar import left
from targeter.meters import Count, Meter

from .test_process import environment
from .test_stopping import crowded_bakery

# Progress waits for a second before it shows itself; these tests don't.
AT_ONCE = (
    "import sys; from targeter.cli.drawing import progress; progress._PATIENCE = 0.0; "
    "from targeter.cli.boundary import run; sys.exit(run(sys.argv[1:]))"
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crowded_bakery(tmp_path_factory.mktemp("crowded"), 15_000)


def watched(
    root: Path, words: Sequence[str], stop_at: bytes | None = None, **changed: str
) -> tuple[int, str]:
    """The exit code, and all that a command writes to its standard error, which is a terminal."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", AT_ONCE, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=slave,
        cwd=root,
        env=environment(**{"COLUMNS": "120", **changed}),
    ) as process:
        os.close(slave)
        shown = b""
        while part := _part(master):
            shown += part
            if stop_at and stop_at in shown:
                process.send_signal(signal.SIGINT)
                stop_at = None
        os.close(master)
    return process.returncode, shown.decode()


def _part(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # nobody has the other end any more
        return b""


def screen(written: str) -> list[str]:
    """The lines that a terminal shows in the end, without those that are blank."""
    lines, row = [""], 0
    for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", written):
        if token == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif token == "\x1b[2K":
            lines[row] = ""
        elif up := re.fullmatch(r"\x1b\[(\d*)A", token):
            row = max(row - int(up[1] or 1), 0)
        elif not token.startswith(("\x1b", "\r")):
            lines[row] += token
    return [line for line in lines if line.strip()]


def test_it_says_what_is_done_and_leaves_the_screen_as_it_was(project: Path) -> None:
    code, written = watched(project, ["plan", "--no-cache"])
    assert code == 0
    for said in ("3 of 7", "profiles", "decisions for 15,000 people", "copy", "outcomes"):
        assert said in written
    assert "source posts" not in written or "source posts (15,000 rows so far)" in written
    assert screen(written) == []
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l"), "the cursor is back"


def test_it_is_gone_after_ctrl_c_too(project: Path) -> None:
    code, written = watched(project, ["plan", "--no-cache"], stop_at=b"profiles")
    assert code == 130
    assert screen(written) == ["error: stopped", "help: nothing was left half-written"]
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")


def test_a_terminal_that_can_only_write_lines_gets_none(project: Path) -> None:
    assert watched(project, ["plan", "--no-cache"], TERM="dumb") == (0, "")


@pytest.mark.parametrize(
    ("done", "seconds", "said"),
    [
        (0, 60.0, ""),  # nobody knows
        (40, 60.0, ""),  # a guess
        (500, 1.0, ""),  # too soon
        (500, 30.0, "about 0:30 left of this"),
        (100, 600.0, "about 1:30:00 left of this"),
        (1_000, 60.0, ""),
    ],
)
def test_the_time_left_is_said_when_it_is_known(done: int, seconds: float, said: str) -> None:
    assert left(Count(1_000, "texts", done), seconds) == said


def test_what_is_counted_inside_is_what_shows() -> None:
    meter = Meter()
    assert meter.count is None
    with meter.counting(3, "files") as outer:
        with meter.counting(100, "rows") as inner:
            inner.done = 50
            assert meter.count is inner
        assert meter.count is outer
    assert meter.count is None


def test_somebody_who_stopped_counting_in_the_middle_doesnt_hide_the_others() -> None:
    meter = Meter()
    first, second = meter.counting(1, "rows"), meter.counting(1, "rows")
    first.__enter__()
    kept = second.__enter__()
    first.__exit__(None, None, None)
    assert meter.count is kept


def test_it_costs_nothing_where_nobody_looks(project: Path) -> None:
    program = AT_ONCE.replace("sys.exit(run(sys.argv[1:]))", "run(['plan']); ")
    program += "print('rich.progress' in sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "False\n"
