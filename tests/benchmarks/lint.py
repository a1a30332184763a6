"""How long lint takes: `python -m tests.benchmarks.lint [RULES …]` prints seconds a step.

Seconds of the processor, so that others on the machine do not count.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from targeter.binding import bind
from targeter.lint.proofs import analyse
from targeter.project import read_project
from tests import worlds

SETTINGS = """\
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
      age: integer
      salary: integer
      children: integer
      spent: decimal
      score: number
      network: text
      handset: text
      area: text
      joined_on: date
      is_member: boolean
      note: text
"""
NETWORKS = ("ours", "north", "south", "east", "west")


def _tests(pick: random.Random) -> Iterator[str]:
    """Conditions as people write them, without end."""
    while True:
        yield f"age >= {pick.randrange(16, 80)}"
        low = pick.randrange(18, 60)
        yield f"age between {low} and {low + pick.randrange(1, 20)}"
        yield f"network = '{pick.choice(NETWORKS)}'"
        yield f"network in ('{pick.choice(NETWORKS)}', '{pick.choice(NETWORKS)}')"
        yield f"area = 'area {pick.randrange(400)}'"
        yield f"salary > {1000 * pick.randrange(15, 120)}"
        yield f"spent >= {pick.randrange(500)}.5"
        yield f"score > {pick.randrange(100) / 100}"
        yield f"joined_on >= today() - interval {pick.randrange(10, 900)} day"
        yield f"handset <> 'model {pick.randrange(60)}' and handset is not null"
        yield "is_member"
        yield f"children = {pick.randrange(5)} or children is null"
        yield f"contains(lower(note), 'word {pick.randrange(50)}')"


def _rule(number: int, pick: random.Random, tests: Sequence[str]) -> str:
    several = pick.sample(tests, pick.randrange(2, 5))
    listed = "".join(f"        - {test}\n" for test in several)
    return (
        f"  - name: rule-{number}\n    why: A benchmark.\n"
        f"    priority: {pick.randrange(number // 2 + 1)}\n    when:\n"
        f"      {pick.choice(('all', 'all', 'all', 'any'))}:\n{listed}    templates: [hello]\n"
    )


def write(root: Path, count: int, seed: int = 1) -> Path:
    """A project of so many rules in files of 200; the same for the same seed."""
    pick = random.Random(seed)
    endless = _tests(pick)
    tests = [next(endless) for _ in range(13 * (30 + count // 10))]
    rules = [_rule(number, pick, tests) for number in range(count)]
    files = {
        f"rules/rules_{start // 200}.yaml": "rules:\n" + "".join(rules[start : start + 200])
        for start in range(0, count, 200)
    }
    files["rules/targeter.yaml"] = worlds.AGREED + SETTINGS
    files["templates/hello.j2"] = "---\nchannel: x_promoted\n---\nHello you\n"
    return worlds.write(root, files)


def measure(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder), count)
        moments = [time.process_time()]
        project = read_project(root)
        moments.append(time.process_time())
        bound = bind(project, worlds.DAY)
        moments.append(time.process_time())
        found = len(list(analyse(bound))) + len(bound.findings)
        moments.append(time.process_time())
    steps = [after - before for before, after in pairwise(moments)]
    names = ("read", "bind", "prove")
    shown = ", ".join(f"{name} {step:.2f} s" for name, step in zip(names, steps, strict=True))
    print(f"{count:,} rules: {sum(steps):.2f} s ({shown}), {found:,} findings")  # noqa: T201


if __name__ == "__main__":
    for argument in sys.argv[1:] or ("1000", "10000"):
        measure(int(argument))
