"""The command line as a process of its own: streams, signals, terminals, and how fast it starts."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from .bakery import bakery

ROOT = Path(__file__).resolve().parents[2]
TARGETER = [sys.executable, "-m", "targeter"]
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def environment(**changed: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **changed}


def on_terminal(words: list[str], columns: int, folder: Path, **changed: str) -> str:
    """What a command writes to a terminal of so many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with subprocess.Popen(
        [*TARGETER, *words],
        stdin=slave,
        stdout=slave,
        stderr=subprocess.DEVNULL,  # where progress would be drawn
        cwd=folder,
        env=environment(**changed),
    ) as process:
        os.close(slave)
        parts = []
        while True:
            try:
                part = os.read(master, 65_536)
            except OSError:
                break
            if not part:
                break
            parts.append(part)
        os.close(master)
    assert process.returncode == 0
    return b"".join(parts).decode()


@pytest.mark.parametrize("columns", [60, 140])
def test_a_terminal_gets_lines_that_fit_and_colour(tmp_path: Path, columns: int) -> None:
    shown = on_terminal(["plan"], columns, bakery(tmp_path))
    assert "\x1b[1m" in shown
    lines = _CONTROLS.sub("", shown).replace("\r", "").splitlines()
    assert max(len(line.rstrip()) for line in lines) <= columns
    assert any("Plan for 1 November 2026" in line for line in lines)


def test_no_color_means_no_colour(tmp_path: Path) -> None:
    shown = on_terminal(["plan"], 100, bakery(tmp_path), NO_COLOR="1")
    colours = re.findall(r"\x1b\[([0-9;]+)m", shown)
    assert not [c for c in colours if re.search(r"\b(3|4|9)[0-9]\b", c)]


def test_without_a_terminal_there_is_plain_text(tmp_path: Path) -> None:
    done = subprocess.run(
        [*TARGETER, "plan"],
        cwd=bakery(tmp_path),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout


def test_a_stream_that_knows_no_letters_gets_their_numbers(tmp_path: Path) -> None:
    done = subprocess.run(
        [*TARGETER, "explain", "bo"],
        cwd=bakery(tmp_path),
        env=environment(PYTHONIOENCODING="ascii"),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()


def test_an_interrupted_command_ends_with_130(tmp_path: Path) -> None:
    root = bakery(tmp_path / "project")
    settings = root / "rules" / "targeter.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("path: people.csv", "path: waits.csv"), encoding="utf-8")
    people = root / "waits.csv"
    header = (root / "people.csv").read_text(encoding="utf-8").splitlines()[0]
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    rows = "".join(f"p{n},N,30,en,Y,T{n % 9},{n}.5,@h{n},N\n" for n in range(200_000))
    people.write_text(f"{header}\n{rows}", encoding="utf-8")
    with subprocess.Popen(
        [*TARGETER, "plan", "--format", "json"],
        cwd=root,
        env=environment(TMPDIR=str(scratch)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not list(scratch.iterdir()):  # the engine's own folder: now it works
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130, (out, err)
    assert '"message": "stopped"' in out
    assert "Traceback" not in err


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [*TARGETER, "lint", "--project", str(bakery(tmp_path))],
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 3
    assert "no space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
