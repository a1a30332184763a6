"""Processes of our own, each timed from its start to its end, with the most memory it ever had."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Ended:
    """Seconds of the clock and of the processors, the greatest memory in bytes, and the output.

    The memory is at least what the process that started it had.
    """

    seconds: float
    processor: float
    peak: int
    output: str

    @property
    def said(self) -> Any:
        """The JSON of the last line."""
        return json.loads(self.output.splitlines()[-1])


def run_module(module: str, *arguments: object) -> Ended:
    """`python -m MODULE ARGUMENTS` from here; raises with its complaint when it fails."""
    return run([sys.executable, "-m", module, *map(str, arguments)])


def run(command: Sequence[str]) -> Ended:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=errors, env=_environment())
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        output, complaint = out.read().decode(), errors.read().decode()
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}\n{complaint}")
    return Ended(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, output)


def _environment() -> dict[str, str]:
    """Ours, with this checkout first on the path, and compiled once, as what is installed is."""
    here = str(Path(__file__).parents[3])
    path = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
    others = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**others, "PYTHONPATH": path}
