"""Many people through every stage, beside what else they could be put through in the same run.

    python -m tests.benchmarks.people [--people N …] [--stages NAME …] [--json FILE]

Makes its data (the same for the same N): N people with a profile in Parquet, and five times N
posts, likes and check-ins. The stages:

* `plan`: fifty rules on the profile data; ours shows everything a plan shows, the script by hand
  only decides and concatenates.
* `posts`, `likes`, `checkins`: the columns of a profile that come from one source.
* `everything`: fifty rules on what all the sources say.
* `render`: the messages as files, beside sorted COPYs of the same rows: the messages, and the
  record that a batch keeps. Ours plans first; what is compared is its step `batches`.

Beside each stage stands somebody else: a DuckDB script, polars, a Python loop with Jinja as most
people would write it, and the rule engines that PyPI shows first (the extra `bench`; who isn't
installed is skipped by name). Who takes one person at a time takes the first `--sample` people,
and the rest is reckoned. Everybody must give the same rules and texts, or the benchmark fails.

Ours is the real command in a process of its own, start included, with the memory of the whole
process. Everybody else's seconds are of the work alone; beside a plan those of a process that
starts Python, imports DuckDB and ends are added. The steps below ours are of a run of their own. It
reads its sources as everybody does; what its cache saves stands in a row of its own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.people.data import Data
from tests.benchmarks.people.peer import FORMATS, PEERS, SOURCES, Peer
from tests.benchmarks.people.processes import Ended, run, run_module
from tests.benchmarks.people.project import write_project, write_source_project
from tests.benchmarks.people.results import (
    CACHED,
    HEAD,
    OURS,
    Row,
    as_json,
    line,
    target_line,
    targets,
)

_PACKAGE = "tests.benchmarks.people"
_CACHED = ("plan", "everything")
# What every script pays before it works, and after.
_START = (sys.executable, "-c", "import duckdb")
STAGES = ("plan", *SOURCES, "everything", "render")


@dataclass(slots=True)
class Bench:
    """So many people in a folder, and what was measured of them."""

    folder: Path
    people: int
    sample: int
    memory: str
    rounds: int
    rows: list[Row] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def data(self) -> Data:
        return Data(self.folder / "data")

    def run(self, stages: Sequence[str]) -> None:
        needs_sources = any(stage in (*SOURCES, "everything") for stage in stages)
        run_module(f"{_PACKAGE}.data", self.data.folder, self.people, int(needs_sources))
        for stage in stages:
            for one in [f"render {name}" for name in FORMATS] if stage == "render" else [stage]:
                self._stage(one)

    def _stage(self, stage: str) -> None:
        root = self._project(stage)
        ours = self._ours(stage, root)
        self._say(ours)
        if stage in _CACHED:
            self._say(self._again(stage, root))
        for peer in PEERS[stage]:
            if peer.is_there:
                self._say(self._theirs(stage, peer, ours.people))
            else:
                self.skipped.append(f"{stage}: {peer.name} is skipped, {peer.package} is missing")

    def _say(self, row: Row) -> None:
        self.rows.append(row)
        print(line(row), flush=True)  # noqa: T201

    def _project(self, stage: str) -> Path:
        root = self.folder / stage.replace(" ", "_")
        if stage in SOURCES:
            return write_source_project(root, self.data, self.people, stage)
        has_traits, is_direct = stage == "everything", stage.startswith("render")
        return write_project(
            root, self.data, self.people, with_traits=has_traits, only_direct=is_direct
        )

    # -- ours --------------------------------------------------------------------------------

    def _ours(self, stage: str, root: Path) -> Row:
        """The real command, the best of some rounds, and the steps of one more run."""
        steps = self._steps(stage, root)
        said = steps.said
        if stage in SOURCES:
            # no command stops at profiles: these seconds are without the start
            seconds, peak = sum(said["stages"].values()), max(said["peaks"].values())
            used, people = said["processor"], self.people
            return Row(stage, OURS, people, people, seconds, used, peak, said["stages"])
        runs = [self._command(stage, root, "--no-cache") for _ in range(self.rounds)]
        people = said["count"] if stage.startswith("render") else self.people
        best, peak = min(runs, key=lambda run: run.seconds), max(run.peak for run in runs)
        return Row(stage, OURS, people, people, best.seconds, best.processor, peak, said["stages"])

    def _again(self, stage: str, root: Path) -> Row:
        """The command as people type it, which keeps what it read: the second time."""
        self._fresh(root / ".targeter")
        first, again = self._command(stage, root), self._command(stage, root)
        parts = {"the first time": first.seconds, "the second time": again.seconds}
        people, peak = self.people, max(first.peak, again.peak)
        return Row(stage, CACHED, people, people, again.seconds, again.processor, peak, parts)

    def _steps(self, stage: str, root: Path) -> Ended:
        history = self._fresh(root / "first_history")
        out = self._answer(stage, OURS)
        shutil.rmtree(out, ignore_errors=True)
        arguments = (stage, root, self.data.folder, out, history, self.memory)
        return run_module(f"{_PACKAGE}.stages", *arguments)

    def _command(self, stage: str, root: Path, *more: str) -> Ended:
        command = [stage.split()[0] if stage.startswith("render") else "plan"]
        options = ["--project", root, "--data-root", self.data.folder, "--format", "json"]
        options += ["--memory", self.memory, "--history", self._fresh(root / "second_history")]
        if stage.startswith("render"):
            options += ["--file-format", stage.removeprefix("render ")]
        return run_module("targeter", *command, *options, *more)

    def _fresh(self, folder: Path) -> Path:
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    # -- theirs ------------------------------------------------------------------------------

    def _theirs(self, stage: str, peer: Peer, people: int) -> Row:
        answer = self._answer(stage, peer.name)
        arguments = (stage, peer.name, self.data.folder, people, self.sample, answer)
        runs = []
        for turn in range(self.rounds):
            said = run_module(f"{_PACKAGE}.peer", *arguments, self._rows(stage)).said
            runs.append(said)
            if said["people"] < people and turn == 0:
                break  # a part of the people is enough of a round
        taken = int(runs[0]["people"])
        self._check(stage, peer, answer, taken)
        best = min(runs, key=lambda run: float(run["seconds"]))
        seconds, used = (best[name] * people / taken for name in ("seconds", "processor"))
        if stage in _CACHED:
            start = min((run(_START) for _ in range(3)), key=lambda one: one.seconds)
            seconds, used = seconds + start.seconds, used + start.processor
        peak = max(run["peak"] for run in runs) if taken == people else 0
        return Row(stage, peer.name, people, taken, seconds, used, peak)

    def _check(self, stage: str, peer: Peer, answer: Path, taken: int) -> None:
        if stage.startswith("render"):
            return  # the rows are ours
        ours = self._answer(stage, OURS)
        ours = ours if stage in SOURCES else ours / "assignments.parquet"
        arguments = (stage, ours, answer, self.data.file("people"), taken)
        different = run_module(f"{_PACKAGE}.checking", *arguments).said["different"]
        if different:
            raise SystemExit(f"{stage}: {peer.name} has another answer for {different:,} people")

    def _answer(self, stage: str, who: str) -> Path:
        """Beside the data, for there our engine may write."""
        name = f"{stage} {who}".replace(" ", "_").replace("'", "").replace(",", "")
        (self.data.folder / "answers").mkdir(exist_ok=True)
        return self.data.folder / "answers" / name

    def _rows(self, stage: str) -> Path:
        """The messages of the batch in Parquet, which everybody has to sort and write."""
        if not stage.startswith("render"):
            return self.folder
        history = self.folder / f"render_{FORMATS[0]}" / "first_history"
        return next(history.glob("*/messages*.parquet"))


@contextmanager
def _folder(parent: Path | None, people: int) -> Iterator[Path]:
    """A folder for so many people; it stays where somebody named one."""
    if parent is None:
        with tempfile.TemporaryDirectory() as name:
            yield Path(name)
    else:
        folder = parent.resolve() / str(people)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, nargs="+", default=[100_000], metavar="N")
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    parser.add_argument("--sample", type=int, default=20_000, help="people for slow peers")
    parser.add_argument("--memory", default="4GB", help="as targeter's own option")
    parser.add_argument("--rounds", type=int, default=1, help="the best counts")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--folder", type=Path, help="where data is made, and stays")
    asked = parser.parse_args()
    print(HEAD)  # noqa: T201
    rows: list[Row] = []
    skipped: list[str] = []
    for people in asked.people:
        with _folder(asked.folder, people) as folder:
            bench = Bench(folder, people, asked.sample, asked.memory, asked.rounds)
            bench.run(asked.stages)
        rows += bench.rows
        skipped += [one for one in bench.skipped if one not in skipped]
    print(*skipped, "", *map(target_line, targets(rows)), sep="\n")  # noqa: T201
    if asked.json:
        settings = {"sample": asked.sample, "memory": asked.memory, "rounds": asked.rounds}
        text = json.dumps(as_json(rows, skipped, settings), indent=2) + "\n"
        asked.json.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
