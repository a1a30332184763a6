"""Conditions proved about, and the same conditions tried out on every combination of values."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from targeter.binding import bind
from targeter.conditions import scalars
from targeter.database import Engine
from targeter.lint.proofs.cases import Case, Cases
from targeter.lint.proofs.solver import implies, satisfiable
from targeter.project import read_project
from targeter.schema import TYPES
from targeter.signature import Builder
from tests import worlds

SETTINGS = """\
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
      n: integer
      m: integer
      x: number
      price: decimal
      t: text
      d: date
      seen: timestamp
      a: boolean
      b: boolean
"""
# Every value that the conditions of these tests tell apart, and some between them.
VALUES: Mapping[str, Sequence[str]] = {
    "n": ("NULL", "-1", "0", "1", "2", "3", "4", "5"),
    "m": ("NULL", "0", "1", "2", "3"),
    "x": ("NULL", "0", "4.5e-1", "5e-1", "1", "2", "2.5e0", "'nan'"),
    "price": ("NULL", "0", "0.5", "1", "1.000001", "2", "2.5"),
    "t": ("NULL", "''", "'A'", "'a'", "'ab'", "'b'", "'c'"),
    "d": ("NULL", "'2026-10-01'", "'2026-10-02'", "'2026-10-31'", "'2026-11-01'", "'2026-11-02'"),
    "seen": ("NULL", "'2026-11-01 00:00'", "'2026-11-01 12:00'", "'2026-11-02 00:00'"),
    "a": ("NULL", "true", "false"),
    "b": ("NULL", "true", "false"),
}
PEOPLE = 4_000


def people(engine: Engine) -> None:
    """The table `people`: so many that every few columns meet in every way."""
    pick = random.Random(7)
    columns = [column for column in columns_of_settings() if column[0] in VALUES]
    rows = [
        "(" + ", ".join(pick.choice(VALUES[name]) for name, _ in columns) + ")"
        for _ in range(PEOPLE)
    ]
    engine.run(f"CREATE TABLE people ({', '.join(f'{n} {t}' for n, t in columns)})")
    engine.run(f"INSERT INTO people VALUES {', '.join(rows)}")


def columns_of_settings() -> list[tuple[str, str]]:
    """The columns of `SETTINGS` with the engine's types."""
    lines = SETTINGS[SETTINGS.index("person_id: text") :].splitlines()
    pairs = (line.strip().split(": ") for line in lines)
    return [(name, TYPES[type_]) for name, type_ in pairs]


def project(root: Path, conditions: Sequence[str], segments: Mapping[str, str]) -> Path:
    """A project with a rule `r0`, `r1`, … for each condition."""
    listed = "".join(f"  {name}: |\n    {text}\n" for name, text in segments.items())
    rules = "".join(
        f"  - name: r{number}\n    why: a test\n    priority: {number}\n"
        f"    when: |\n      {condition}\n    templates: [hello]\n"
        for number, condition in enumerate(conditions)
    )
    files = {
        "rules/targeter.yaml": SETTINGS,
        "rules/rules.yaml": (f"segments:\n{listed}" if listed else "") + f"rules:\n{rules}",
        "templates/hello.j2": "---\nchannel: x_promoted\n---\nHello you\n",
    }
    return worlds.write(root, files)


def read(root: Path, conditions: Sequence[str], segments: Mapping[str, str] = {}) -> Cases:
    """The conditions as cases, each of which must be a valid one."""
    bound = bind(read_project(project(root, conditions, segments)), worlds.DAY)
    assert [str(finding.message) for finding in bound.findings] == []
    return Cases(bound)


def in_order(cases: Cases) -> list[Case]:
    """The cases of `r0`, `r1`, …"""
    return sorted(cases.rules, key=lambda case: int(case.name[1:]))


def proved(one: Case, other: Case) -> set[str]:
    """What is proved of two conditions; «dead» is said of the first alone."""
    found = set()
    if one.is_dead:
        found.add("dead")
    if implies(one.formula, other.against):
        found.add("inside")
    if implies(one.formula, other.against) and implies(other.formula, one.against):
        found.add("equal")
    if not satisfiable(one.formula, other.formula):
        found.add("apart")
    return found


def true_of(one: int, other: int) -> set[str]:
    """The same of two sets of people, as bits."""
    found = set()
    if not one:
        found.add("dead")
    if not one & ~other:
        found.add("inside")
    if one == other:
        found.add("equal")
    if not one & other:
        found.add("apart")
    return found


def tried(cases: Cases, engine: Engine) -> list[int]:
    """For each condition a bit for each of the `people`: whether it holds for them."""
    bound = cases.bound
    segments = {segment.name.casefold(): segment.when for segment in bound.project.segments}
    builder = Builder(bound.parser, bound.expressions, segments)
    written = [s for case in in_order(cases) for c in case.written for s in scalars(c)]
    shown = ", ".join(
        f"string_agg(CASE WHEN {text} THEN '1' ELSE '0' END, '' ORDER BY rowid)"
        for text in builder.whole(written)
    )
    return [int(bits, 2) for bits in engine.row(f"SELECT {shown} FROM people AS p")]
