"""What the cache saves: `python -m tests.benchmarks.cache [--people N] [--json FILE]`.

One project of generated CSV files, planned in one run and on one machine without a cache, with a
cold one, with a warm one, and after a rule changed that asks for what is there and for a trait
that nobody asked for before. Seconds of the processor, so that others on the machine do not
count, beside those of the clock, each as a share of the plan without a cache.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from targeter import pipeline
from targeter.cache import drop_cache, folder_of
from targeter.database import Engine, literal
from tests import worlds

SETTINGS = (
    worlds.ASKED
    + """\
      name: text
      born_on: {type: date, format: "%d/%m/%Y"}
      area: {type: text, in_copy: promoted}
      network: text
      agreed: {type: boolean, true_values: [Y], false_values: [N]}
      handle: text
      spent: decimal
  contracts:
    path: contracts.csv
    person: person_id
    columns: {person_id: text, ends_on: date, plan: text, fee: decimal}
traits:
  age: {value: "years_between(born_on, today())"}
  ends_on: {from: contracts, value: max(ends_on)}
  fee: {from: contracts, value: sum(fee)}
  plan: {from: contracts, first_by: ends_on desc, pick: {last_plan: plan}}
channels:
  wall: {like: x_promoted, min_audience: 2}
  mail: {delivery: direct, unit: codepoints, limit: 300, address: handle}
"""
)
RULES = """\
require:
  - {name: adult, when: age >= 18}
rules:
  - {name: ending, why: x, priority: 30, when: "ends_on <= today() + interval 60 day", templates: [mail]}
  - {name: spender, why: x, priority: 20, when: spent > 900, templates: [mail]}
  - {name: others, why: x, priority: 10, when: network <> 'ours', templates: [wall]}
"""  # noqa: E501
TEMPLATES = {
    "templates/mail.j2": "---\nchannel: mail\n---\nHello {{ name }}, choose again.\n",
    "templates/wall.j2": "---\nchannel: wall\n---\nFull signal in {{ area }}.\n",
}
# The same columns, and one that no rule has asked for yet.
CHANGES = {
    "a rule changed": ("spent > 900", "spent > 800"),
    "a trait more": ("spent > 900", "fee > 60"),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One plan: seconds of the processor and of the clock, as shares of those without a cache."""

    what: str
    processor: float
    clock: float
    of_processor: float = 1.0
    of_clock: float = 1.0


def write(root: Path, people: int) -> Path:
    """A project of so many people with a contract and a half each; the same in every run."""
    files = {"rules/targeter.yaml": SETTINGS, "rules/rules.yaml": RULES, **TEMPLATES}
    worlds.write(root, files)
    engine = Engine(folders=[root])
    _csv(
        engine,
        "SELECT 'p' || i AS person_id, 'Name ' || i * 7919 % 5000 AS name, "
        "strftime(DATE '1945-01-01' + (i * 31 % 25000)::INTEGER, '%d/%m/%Y') AS born_on, "
        "'area ' || i * 13 % 400 AS area, ['ours', 'north', 'south'][1 + i * 17 % 3] AS network, "
        "['Y', 'N'][1 + (i % 9 = 0)::INTEGER] AS agreed, '@h' || i AS handle, "
        f"i * 101 % 100000 / 100 AS spent FROM range({people}) AS t(i)",
        root / "people.csv",
    )
    _csv(
        engine,
        f"SELECT 'p' || i * 7 % {people} AS person_id, "
        "DATE '2026-01-01' + (i * 37 % 900)::INTEGER AS ends_on, 'plan ' || i % 12 AS plan, "
        f"i * 7 % 4000 / 100 AS fee FROM range({people * 3 // 2}) AS t(i)",
        root / "contracts.csv",
    )
    engine.close()
    return root


def _csv(engine: Engine, query: str, path: Path) -> None:
    engine.run(f"COPY ({query}) TO {literal(str(path))} (HEADER)")


def _timed(what: str, work: Callable[[], object]) -> Measure:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Measure(what, time.process_time() - processor, time.perf_counter() - clock)


def measure(people: int) -> list[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder), people)

        def plan(*, cache: bool) -> object:
            return pipeline.plan(worlds.options(root, cache=cache, memory="4GB"))

        plan(cache=False)  # the files are in the system's memory from here on
        found = [
            _timed("without", lambda: plan(cache=False)),
            _timed("cold", lambda: plan(cache=True)),
        ]
        time.sleep(2.5)  # until the files have settled: their bytes are read once more
        plan(cache=True)
        found.append(_timed("warm", lambda: plan(cache=True)))
        for what, (old, new) in CHANGES.items():
            worlds.write(root, {"rules/rules.yaml": RULES.replace(old, new)})
            found.append(_timed(what, lambda: plan(cache=True)))
        size = sum(path.stat().st_size for path in folder_of(root).rglob("*"))
        data = sum(path.stat().st_size for path in root.glob("*.csv"))
        print(f"{people:,} people, {data / 1e6:.0f} MB of CSV, {size / 1e6:.0f} MB of cache")  # noqa: T201
        drop_cache(root)
    whole = found[0]
    return [
        Measure(m.what, m.processor, m.clock, m.processor / whole.processor, m.clock / whole.clock)
        for m in found
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    measures = measure(asked.people)
    for one in measures:
        shares = f"{one.of_processor:5.2f} of the processor's, {one.of_clock:5.2f} of the clock's"
        print(f"{one.what:16}{one.processor:6.2f} s {one.clock:6.2f} s   {shares}")  # noqa: T201
    if asked.json:
        asked.json.write_text(json.dumps([asdict(one) for one in measures], indent=2) + "\n")


if __name__ == "__main__":
    main()
