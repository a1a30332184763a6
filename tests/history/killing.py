"""A process that kills itself when it touches its history for the nth time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
# From `begin` on it counts; `last` 0 is never.
WATCH = """
import os, signal, sys
from pathlib import Path
history, last, touched = "", 0, 0

def watch(event, arguments):
    global touched
    if any(isinstance(a, (str, os.PathLike)) and history in os.fspath(a) for a in arguments):
        touched += 1
        if touched == last:
            os.kill(os.getpid(), signal.SIGKILL)

def begin(root, moment):
    global history, last
    history, last = str(root / "batches"), moment
    sys.addaudithook(watch)
"""


def killed(
    given: str, act: str, root: Path, moment: int = 0, words: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run `act` on `root`, after the imports of `given`; it says how often it touched."""
    begun = "root = Path(sys.argv[1])\nbegin(root, int(sys.argv[2]))"
    code = "\n".join((WATCH, given, begun, act, "print(touched)"))
    ran = [sys.executable, "-c", code, str(root), str(moment), *words]
    return subprocess.run(ran, cwd=REPOSITORY, capture_output=True, text=True, check=False)
