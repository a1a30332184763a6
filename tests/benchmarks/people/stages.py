"""Ours, a stage at a time, in a process of its own: `python -m tests.benchmarks.people.stages …`.

Prints a line of JSON: the seconds of each stage and the greatest memory until its end. What the
comparison needs to see the answer is written after the last of them.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from targeter import batches, pipeline, plans
from targeter.database import identifier, literal
from targeter.options import Options
from targeter.profiles import PROFILES
from tests.benchmarks.people.asked import peak_memory
from tests.benchmarks.people.offers import TODAY
from tests.benchmarks.people.project import SOURCES

# How many are meant is told to whoever waits; the stage is the same.
_COUNTED = re.compile(r" (for [\d,]+ people|\([\d,]+ rows so far\))$")


class Watch:
    """Told what begins, as a progress bar is; knows how long each stage took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peaks: dict[str, int] = {}
        self.processor = 0.0
        self._stage = ""
        self._begun = 0.0
        self._used = time.process_time()

    def __call__(self, stage: str, *_: object, **__: object) -> None:
        stage = _COUNTED.sub("", stage)
        now = time.perf_counter()
        if self._stage:
            seconds = self.seconds.get(self._stage, 0.0)
            self.seconds[self._stage] = seconds + now - self._begun
            self.peaks[self._stage] = peak_memory()
            self.processor = time.process_time() - self._used
        self._stage, self._begun = stage, now

    @contextmanager
    def watched(self) -> Iterator[None]:
        self("rules")
        yield
        self("")


def plan(options: Options, watch: Watch, out: Path) -> int:
    """Everything a plan shows; then it is made again to be kept, so that it can be compared."""
    with watch.watched():
        shown = pipeline.plan(options, progress=watch)
    assert not shown.shut_count, "audiences are too small: take more people"
    with pipeline.planned(options) as run:
        plans.save(run, out, options.root / "batches")
    return shown.messages


def source(options: Options, watch: Watch, out: Path, name: str) -> int:
    """The profile with the columns of one source."""
    with watch.watched(), pipeline.profiled(options, watch) as made:
        watch("")
        shown = ", ".join(map(identifier, ("person_id", *SOURCES[name].columns)))
        made.engine.run(
            f"COPY (SELECT {shown} FROM {PROFILES}) TO {literal(str(out))} (FORMAT parquet)"
        )
    return made.profiles.people


def render(options: Options, watch: Watch, file_format: str) -> int:
    """A plan and its batch, in a history of its own."""
    assert file_format in ("parquet", "jsonl")
    request = batches.Request(format="parquet" if file_format == "parquet" else "jsonl")
    with watch.watched():
        done = pipeline.render(options, request, watch)
    return done.messages


def main() -> None:
    stage, root, data, out, history, memory = sys.argv[1:]
    options = Options(
        Path(root), TODAY, data_roots=(Path(data),), memory=memory, history=Path(history)
    )
    watch = Watch()
    if stage in SOURCES:
        count = source(options, watch, Path(out), stage)
    elif stage.startswith("render"):
        count = render(options, watch, stage.removeprefix("render "))
    else:
        count = plan(options, watch, Path(out))
    stages = {name: seconds for name, seconds in watch.seconds.items() if name}
    said = {
        "stages": stages,
        "processor": watch.processor,
        "peaks": watch.peaks,
        "count": count,
    }
    print(json.dumps(said))  # noqa: T201


if __name__ == "__main__":
    main()
