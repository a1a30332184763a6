"""Scratch folders: gone with whoever made them, and with the next one if that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from targeter.folders import scratch_folder

ROOT = Path(__file__).resolve().parents[1]
HOLDS = """\
import sys
from targeter.folders import scratch_folder
with scratch_folder() as folder:
    (folder / "spilt").write_text("x")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files where nobody else has any."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def holding() -> subprocess.Popen[str]:
    """Another process with a scratch folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert Path(process.stdout.readline().strip()).is_dir()
    return process


def test_it_is_gone_afterwards_whatever_happens(temporary: Path) -> None:
    with scratch_folder() as folder:
        assert folder.parent == temporary
        assert folder.stat().st_mode & 0o077 == 0

    def fail() -> None:
        with scratch_folder() as folder:
            (folder / "deep").mkdir()
            raise ValueError("oh")

    with pytest.raises(ValueError, match="oh"):
        fail()
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next(temporary: Path) -> None:
    process = holding()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert len(list(temporary.iterdir())) == 1
    with scratch_folder() as folder:
        assert list(temporary.iterdir()) == [folder]


def test_what_somebody_works_in_stays(temporary: Path) -> None:
    process = holding()
    with scratch_folder():
        assert len(list(temporary.iterdir())) == 2
    (left,) = temporary.iterdir()
    assert (left / "spilt").read_text() == "x"
    process.communicate("")
    assert list(temporary.iterdir()) == []


def test_what_somebody_else_made_stays(temporary: Path) -> None:
    (temporary / "targeter-notes").mkdir()
    (temporary / "targeter-file").write_text("mine")
    real = temporary / "elsewhere"
    real.mkdir()
    (real / ".in-use").write_text("")
    (temporary / "targeter-link").symlink_to(real)
    linked = temporary / "targeter-linked-lock"
    linked.mkdir()
    (linked / ".in-use").symlink_to(real / ".in-use")
    before = sorted(temporary.rglob("*"))
    with scratch_folder():
        pass
    assert sorted(temporary.rglob("*")) == before
