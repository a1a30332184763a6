"""What a plan in shards moves and keeps, and how long it takes, beside the same plan whole.

    python -m tests.benchmarks.shards [--people N] [--events N] [--shards N] [--spark]

One process runs the shards one after the other (or Spark does); both plans must be the same.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from targeter import pipeline
from targeter.database import Engine, literal
from targeter.runners.clusters import Cluster, Here, Sender, Taker, Task
from targeter.runners.planning import Where, plan
from targeter.spark_settings import SparkSettings
from tests import worlds

T = TypeVar("T")
_SETTINGS = """\
purposes: {marketing: {basis: consent, when: agreed}}
frequency_cap: 2 per 28 days
sources:
  people:
    path: people/*.parquet
    key: person_id
    columns:
      person_id: text
      name: {type: text, in_copy: direct}
      city: {type: text, in_copy: promoted}
      handle: text
      born_on: date
      income: number
      agreed: boolean
  events:
    path: events/*.parquet
    person: person_id
    time: at
    columns: {person_id: text, at: timestamp, place: text, spent: number}
channels:
  mail: {delivery: direct, unit: codepoints, limit: 90}
  wall: {like: x_promoted, min_audience: 100}
traits:
  visits: {from: events, last: 300 days, value: count(*)}
  spent: {from: events, value: sum(spent)}
  place: {from: events, first_by: at desc, pick: {last_place: place}}
"""


@dataclass(slots=True)
class Seen:
    """A cluster that notes how many jobs there were and how many bytes went between shards."""

    inner: Cluster
    jobs: int = 0
    moved: int = 0
    by_table: dict[str, int] = field(default_factory=dict)

    def run(self, task: Task[T], count: int) -> list[T]:
        self.jobs += 1
        return self.inner.run(task, count)

    def deliver(self, send: Sender, count: int, take: Taker) -> tuple[list[bytes], list[Any]]:
        self.jobs += 1
        if not isinstance(self.inner, Here):
            return self.inner.deliver(send, count, take)

        def noted(number: int) -> Iterator[Any]:
            for envelope in send(number):
                _, table, content = envelope
                self.moved += len(content)
                self.by_table[table] = self.by_table.get(table, 0) + len(content)
                yield envelope

        return self.inner.deliver(noted, count, take)

    def export(self, table: str, folder: Path) -> None:
        self.jobs += 1
        self.inner.export(table, folder)


def _project(root: Path, people: int, events: int) -> None:
    rules = "".join(
        f"  - {{name: r{n}, priority: {50 - n}, when: 'income > {n * 1900} and visits >= {n % 5}', "
        f"templates: [{'wall' if n % 3 == 0 else 'hello'}]"
        + (f", max_people: {people // 60}}}\n" if n % 10 == 9 else "}\n")
        for n in range(30)
    )
    worlds.write(
        root,
        {
            "rules/targeter.yaml": _SETTINGS,
            "rules/rules.yaml": "rules:\n" + rules,
            "templates/hello.j2": "---\nchannel: mail\n---\n"
            "Hello {{ name }}, see you in {{ last_place | default('town') }} soon\n",
            "templates/wall.j2": "---\nchannel: wall\n---\nCome to {{ city }}\n",
        },
    )
    for folder in ("people", "events"):
        (root / folder).mkdir()
    engine = Engine(folders=[root], scratch=root)
    h = "hash(n * 7919 + {0})"
    for part in range(4):
        some = f"range({people * part // 4}, {people * (part + 1) // 4}) AS r(n)"
        engine.run(
            "COPY (SELECT 'p' || n AS person_id, 'Name' || n % 9973 AS name, 'City ' || "
            f"{h.format(1)} % 400 AS city, '@h' || n AS handle, DATE '1950-01-01' + "
            f"({h.format(2)} % 20000)::INTEGER AS born_on, ({h.format(3)} % 60000)::DOUBLE AS "
            f"income, {h.format(4)} % 10 < 7 AS agreed FROM {some}) TO "
            f"{literal(str(root / f'people/{part}.parquet'))} (FORMAT parquet, COMPRESSION zstd)"
        )
        some = f"range({events * part // 4}, {events * (part + 1) // 4}) AS r(n)"
        engine.run(
            f"COPY (SELECT 'p' || {h.format(5)} % {people} AS person_id, TIMESTAMP '2026-10-31' - "
            f"to_minutes(({h.format(6)} % 500000)::INTEGER) AS at, 'Place ' || {h.format(7)} % "
            f"3000 AS place, ({h.format(8)} % 9000)::DOUBLE / 100 AS spent FROM {some}) TO "
            f"{literal(str(root / f'events/{part}.parquet'))} (FORMAT parquet, COMPRESSION zstd)"
        )
    engine.close()


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextmanager
def _cluster(shards: int, *, spark: bool) -> Iterator[Cluster]:
    if not spark:
        yield Here()
        return
    from targeter.runners.spark import session_of

    with session_of(SparkSettings(master="local[2]"), shards) as cluster:
        yield cluster


def measure(people: int, events: int, shards: int, *, spark: bool = False) -> None:
    """Print what was measured."""
    with tempfile.TemporaryDirectory() as folder, _cluster(shards, spark=spark) as inner:
        root, work = Path(folder) / "project", Path(folder) / "work"
        _project(root, people, events)
        sources = _bytes(root / "people") + _bytes(root / "events")
        options = worlds.options(root, memory="2GB")
        start = time.perf_counter()
        one = pipeline.plan(options)
        print(f"one machine: {time.perf_counter() - start:.1f} s")  # noqa: T201
        cluster, largest = Seen(inner), {"inbox": 0, "people": 0, "state": 0}
        begun = start = time.perf_counter()

        def progress(stage: str, _: int, __: int) -> None:
            nonlocal start
            now = time.perf_counter()
            for name in largest:
                for plan_folder in work.glob("*"):
                    largest[name] = max(largest[name], _bytes(plan_folder / name))
            print(f"  {now - start:5.1f} s, then {stage}")  # noqa: T201
            start = time.perf_counter()

        many = plan(options, cluster, Where(shards, work), progress=progress)
        print(f"{shards} shards: {time.perf_counter() - begun:.1f} s, {cluster.jobs} jobs")  # noqa: T201
        assert many == one, "the plans differ"
        sizes = {"sources": sources, "moved": cluster.moved, **largest}
        for name, size in sizes.items():
            print(f"{name:8} {size / 1e6:8.1f} MB  {size / people:7.1f} bytes a person")  # noqa: T201
        for table, size in sorted(cluster.by_table.items()):
            print(f"  {table:10} {size / 1e6:8.1f} MB")  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--events", type=int, default=4_000_000)
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--spark", action="store_true")
    chosen = parser.parse_args()
    measure(chosen.people, chosen.events, chosen.shards, spark=chosen.spark)


if __name__ == "__main__":
    main()
