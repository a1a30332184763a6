"""How fast a command begins: `python -m tests.benchmarks.start [--rounds N] [--json FILE]`.

Each command is run as a process of its own, turn by turn with `python -c pass`, `import typer` and
`import duckdb`, which no command can undercut; the best of all rounds counts, in seconds of the
processor, so that others on the machine do not. `first` is one run that finds no bytecode: the
first one after an installation that didn't compile.

`plan` is that of the sample, without a cache; `plan again` has one, which its first run fills.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORMAT_VERSION = 1
_PYTHON = (sys.executable, "-P")
_TARGETER = (*_PYTHON, "-m", "targeter")
COMMANDS: dict[str, tuple[str, ...]] = {
    "python -c pass": (*_PYTHON, "-c", "pass"),
    "import typer": (*_PYTHON, "-c", "import typer"),
    "import duckdb": (*_PYTHON, "-c", "import duckdb"),
    "targeter --help": (*_TARGETER, "--help"),
    "targeter --version": (*_TARGETER, "--version"),
    "targeter lint": (*_TARGETER, "lint"),
    "targeter plan": (*_TARGETER, "plan", "--no-cache"),
    "targeter plan again": (*_TARGETER, "plan"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A command: its best seconds of the processor and of the clock, the first of the processor."""

    command: str
    processor: float
    clock: float
    first: float


def measure(rounds: int) -> list[Row]:
    """Every command, turn by turn."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        for name in ("rules", "templates", "sample_data"):
            shutil.copytree(ROOT / name, project / name)
        firsts = {
            name: _run(words, project, Path(folder) / f"bytecode{number}")[0]
            for number, (name, words) in enumerate(COMMANDS.items())
        }
        kept = Path(folder) / "bytecode"
        for words in COMMANDS.values():
            _run(words, project, kept)
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
        for _ in range(rounds):
            for name, words in COMMANDS.items():
                runs[name].append(_run(words, project, kept))
    return [
        Row(name, min(p for p, _ in some), min(c for _, c in some), firsts[name])
        for name, some in runs.items()
    ]


def _run(words: Sequence[str], project: Path, bytecode: Path) -> tuple[float, float]:
    """Seconds of the processor and of the clock that a process took."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(bytecode)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    before, began = _spent(), time.perf_counter()
    subprocess.run(words, cwd=project, env=env, stdout=subprocess.DEVNULL, check=True)
    return _spent() - before, time.perf_counter() - began


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    rows = measure(chosen.rounds)
    python, typer = rows[0].processor, rows[1].processor
    print("                      processor   clock   first  × python  × import typer")  # noqa: T201
    for row in rows:
        print(  # noqa: T201
            f"{row.command:20} {row.processor:8.3f} s {row.clock:6.3f} s {row.first:6.3f} s "
            f"{row.processor / python:8.1f} {row.processor / typer:9.1f}"
        )
    if chosen.json:
        said = {"format_version": FORMAT_VERSION, "rows": [asdict(row) for row in rows]}
        chosen.json.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
