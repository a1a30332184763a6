"""Killed at any moment, out of room, or not allowed: never half a batch, the rest by a rerun."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from targeter.history import batches_of
from targeter.history.log import LOG

from .killing import REPOSITORY, WATCH, killed
from .shop import listed, render, shop, tree


def _child(root: Path, last: int = 0) -> subprocess.CompletedProcess[str]:
    return killed("from tests.history.shop import render", "render(root)", root, last)


def _is_whole(root: Path) -> None:
    """No half batch counts, and what is there is what was written."""
    history = listed(root)
    assert history.faults == ()
    assert len(history.entries) <= 1
    visible = [path for path in (root / "batches").glob("[!.]*") if path.is_dir()]
    assert sorted(visible) == list(batches_of(root / "batches"))


def _rerun_is(root: Path, whole: dict[str, bytes]) -> None:
    """A rerun does what is left: the same bytes, or nothing more where the batch was finished."""
    finished = bool(batches_of(root / "batches"))
    done = render(root)
    now = tree(root / "batches")
    if finished:
        assert done.messages == 0  # everybody rests already
        now = {name: now[name] for name in whole if name != LOG}
        whole = {name: whole[name] for name in now}
    assert now == whole
    batches = batches_of(root / "batches")
    lines = [line for one in batches for path in one.glob("messages-*") for line in _lines(path)]
    people = [json.loads(line)["person_id"] for line in lines]
    assert len(people) == len(set(people)) == 40


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The history after one render that nobody disturbed."""
    root = shop(tmp_path_factory.mktemp("undisturbed"), 40)
    render(root)
    return tree(root / "batches")


@pytest.fixture(scope="module")
def touches(tmp_path_factory: pytest.TempPathFactory) -> int:
    done = _child(shop(tmp_path_factory.mktemp("counted"), 40))
    assert (done.returncode, done.stderr) == (0, "")
    return int(done.stdout)


@pytest.mark.parametrize("seed", range(5))
def test_killed_while_it_writes(
    tmp_path: Path, whole: dict[str, bytes], touches: int, seed: int
) -> None:
    root = shop(tmp_path, 40)
    assert _child(root, random.Random(seed).randint(1, touches)).returncode == -signal.SIGKILL
    _is_whole(root)
    _rerun_is(root, whole)


# A process that has imported everything and renders in children, so that a thousand take minutes:
# told a folder, which touch of its history is the last (0: none) and after how many seconds it is
# killed (0: never), it answers with how the child ended.
_NURSERY = f"""{WATCH}
import json, time, traceback
from tests.history.shop import render

def bear(folder, touch):
    begin(Path(folder), touch)
    try:
        render(Path(folder))
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)

for line in sys.stdin:
    folder, touch, after = json.loads(line)
    child = os.fork() or bear(folder, touch)
    if after:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class _Nursery:
    """Renders that can be killed at any moment."""

    def __init__(self) -> None:
        words = [sys.executable, "-c", _NURSERY]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(words, cwd=REPOSITORY, text=True, **pipes)  # type: ignore[call-overload]

    def end_of(self, root: Path, touch: int = 0, after: float = 0.0) -> int:
        """How a render of this folder ended: 0, or minus the signal."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps([str(root), touch, after]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def nursery() -> Iterator[_Nursery]:
    made = _Nursery()
    yield made
    made.close()


def _seconds(nursery: _Nursery, root: Path) -> float:
    """How long a render takes that nobody disturbs."""
    start = time.perf_counter()
    assert nursery.end_of(root) == 0
    return time.perf_counter() - start


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_killed_at_a_thousand_moments(
    tmp_path: Path, nursery: _Nursery, whole: dict[str, bytes], touches: int, part: int
) -> None:
    """A hundred moments a part: half by the clock, half by what is done to the history."""
    moments = random.Random(part)
    took = _seconds(nursery, shop(tmp_path / "undisturbed", 40))
    for number in range(100):
        root = shop(tmp_path / str(number), 40)
        if number % 2:
            assert nursery.end_of(root, touch=moments.randint(1, touches)) == -signal.SIGKILL
        else:
            assert nursery.end_of(root, after=moments.uniform(0.001, took)) in (0, -signal.SIGKILL)
        _is_whole(root)
        _rerun_is(root, whole)
        shutil.rmtree(root)


_SMALL = """
import resource, sys
from targeter.cli.boundary import run
room = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
sys.exit(run(sys.argv[2:]))
"""


@pytest.mark.parametrize("room", [0, 60, 1_000])
def test_without_room_nothing_is_left_and_a_rerun_does_it(
    tmp_path: Path, whole: dict[str, bytes], room: int
) -> None:
    root = shop(tmp_path, 40)
    words = ["render", "--project", str(root), "--as-of", "2026-11-01"]
    ran = subprocess.run(
        [sys.executable, "-c", _SMALL, str(room), *words],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 3
    assert "\nerror: " in f"\n{ran.stderr}" and "Traceback" not in ran.stderr
    assert "fault of targeter" not in ran.stderr
    assert not (root / "batches").exists()
    _rerun_is(root, whole)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_history_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    root = shop(tmp_path)
    (root / "batches").mkdir(mode=0o500)
    with pytest.raises(Exception, match="batches can't be written to batches: permission denied"):
        render(root)
