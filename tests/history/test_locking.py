"""One writer at a time; a lock never outlives its process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from targeter.history import HistoryInUse, writing
from tests import worlds

from .shop import listed, render, shop

_HOLDER = """
import sys, time
from pathlib import Path
from targeter.history import writing
with writing(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_told_who_holds_the_history(tmp_path: Path) -> None:
    root = shop(tmp_path)
    with writing(root / "batches"), pytest.raises(HistoryInUse) as refused:
        render(root)
    assert refused.value.exit_code == 3
    assert refused.value.message == f"process {os.getpid()} is writing to the history batches"
    assert render(root).is_new


def test_who_only_reads_waits_for_nobody(tmp_path: Path) -> None:
    root = shop(tmp_path)
    render(root)
    with writing(root / "batches"):
        assert worlds.results(root)["p0"][0] == "resting"
        assert len(listed(root).entries) == 1


def test_the_lock_of_a_process_that_died_holds_nobody_back(tmp_path: Path) -> None:
    root = shop(tmp_path)
    words = [sys.executable, "-c", _HOLDER, str(root / "batches")]
    holder = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(HistoryInUse, match=f"process {holder.pid} is writing"):
            render(root)
        holder.kill()
    assert render(root).is_new
    assert not (root / "batches" / ".lock").exists()


def test_a_render_that_is_refused_leaves_no_folder(tmp_path: Path) -> None:
    root = shop(tmp_path)
    (root / "people.csv").unlink()
    with pytest.raises(Exception, match="people"):
        render(root)
    assert not (root / "batches").exists()
