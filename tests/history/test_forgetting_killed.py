"""Forgetting killed at any moment: the history is whole, and the same command does the rest."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from targeter import remembering
from targeter.history import Tombstones, batches_of, put_right, write_tombstones, writing
from targeter.history.log import LOG
from tests import worlds
from tests.exporters.fair import fair, person
from tests.exporters.fair import render as render_fair

from .killing import killed
from .shop import listed, tree
from .test_forgetting import naming

WHO = ("p00002", "p00005")


def _child(root: Path, last: int = 0) -> subprocess.CompletedProcess[str]:
    given = "from targeter import remembering\nfrom tests import worlds"
    act = "remembering.forget(worlds.options(root), sys.argv[3:])"
    return killed(given, act, root, last, WHO)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two batches, the salt known before, so that two histories can be compared."""
    root = fair(tmp_path_factory.mktemp("world") / "w", [person(n) for n in range(1, 7)])
    render_fair(root)
    fair(root, [person(n) for n in range(2, 9)])
    render_fair(root, 3)
    write_tombstones(root / "batches", Tombstones("0" * 32))
    return root


@pytest.fixture(scope="module")
def undisturbed(world: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The same after forgetting, and how often that touched the history."""
    root = tmp_path_factory.mktemp("undisturbed") / "w"
    shutil.copytree(world, root)
    done = _child(root)
    assert (done.returncode, done.stderr) == (0, "")
    return root, int(done.stdout)


def _killed_at(world: Path, root: Path, moment: int) -> None:
    shutil.copytree(world, root)
    assert _child(root, moment).returncode == -signal.SIGKILL


def _rerun_is(root: Path, undisturbed: Path) -> None:
    remembering.forget(worlds.options(root), WHO)
    assert listed(root).faults == ()
    assert naming(root, *WHO) == []
    there, here = tree(undisturbed / "batches"), tree(root / "batches")
    # a log may tell twice of what was done twice
    assert {**here, LOG: b""} == {**there, LOG: b""}


@pytest.mark.parametrize("part", range(1, 4))
def test_killed_while_it_forgets(
    tmp_path: Path, world: Path, undisturbed: tuple[Path, int], part: int
) -> None:
    whole, touches = undisturbed
    _killed_at(world, tmp_path / "w", touches * part // 4)
    _rerun_is(tmp_path / "w", whole)


@pytest.mark.slow
def test_killed_at_every_moment(tmp_path: Path, world: Path, undisturbed: tuple[Path, int]) -> None:
    whole, touches = undisturbed
    for moment in range(1, touches + 1):
        root = tmp_path / str(moment)
        _killed_at(world, root, moment)
        # whoever writes next finds a whole history, with them or without
        with writing(root / "batches"):
            pass
        assert listed(root).faults == ()
        _rerun_is(root, whole)
        shutil.rmtree(root)


def test_a_reader_in_between_is_told_what_to_do(world: Path, tmp_path: Path) -> None:
    root = tmp_path / "w"
    shutil.copytree(world, root)
    first = batches_of(root / "batches")[0]
    first.rename(first.with_name(f".{first.name}.was"))
    (fault,) = listed(root).faults
    assert "left halfway" in fault.told and "puts the batch right" in fault.help
    put_right(root / "batches")
    assert listed(root).faults == ()
