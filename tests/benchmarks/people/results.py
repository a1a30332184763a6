"""What was measured, as a table and as JSON, beside what was to be reached."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version

FORMAT_VERSION = 1
OURS = "targeter"
CACHED = "targeter, with its cache"
BY_HAND = "DuckDB by hand"
COPY = "DuckDB's sorted COPYs"
_PACKAGES = ("duckdb", "polars", "jinja2", "zen-engine", "json-logic-qubit")
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Row:
    """One stage by somebody. `seconds` are for all `people`, reckoned where fewer were `taken`.

    `processor` are the seconds of all processors, which say more where others use the machine.
    `peak` is the most memory of the whole process, in bytes, 0 where it was not for everybody.
    `parts` are the seconds of each step.
    """

    stage: str
    who: str
    people: int
    taken: int
    seconds: float
    processor: float
    peak: int
    parts: Mapping[str, float] = field(default_factory=dict)

    @property
    def each_second(self) -> float:
        """People, or messages, a second."""
        return self.people / self.seconds

    @property
    def is_reckoned(self) -> bool:
        return self.taken < self.people


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached: `measured` is at most, or at least, `wanted`."""

    people: int
    what: str
    measured: float
    wanted: float
    is_upper: bool = True

    @property
    def is_met(self) -> bool:
        return self.measured <= self.wanted if self.is_upper else self.measured >= self.wanted


def targets(rows: Sequence[Row]) -> list[Target]:
    """Everything of the targets that these rows can tell."""
    found = []
    counts = list(dict.fromkeys(row.people for row in rows if row.stage == "plan"))
    for people in counts:
        found += _of_plan(
            {row.who: row for row in rows if row.stage == "plan" and row.people == people}, people
        )
    if len(counts) > 1:
        found.append(_growth(rows, min(counts), max(counts)))
    for row in rows:
        if row.stage.startswith("render") and row.who == OURS:
            found += _of_render(row, rows)
    return found


def _of_plan(by: Mapping[str, Row], people: int) -> list[Target]:
    ours = by[OURS]
    found = [Target(people, "plan: GiB of memory at most", ours.peak / GIB, 4)]
    if BY_HAND in by:
        times = ours.seconds / by[BY_HAND].seconds
        found.append(Target(people, "plan: times the script by hand", times, 2))
    if "Python and Jinja" in by:
        times = by["Python and Jinja"].seconds / ours.seconds
        found.append(
            Target(people, "plan: times as fast as Python and Jinja", times, 50, is_upper=False)
        )
    engines = [row for who, row in by.items() if who.startswith(("zen", "JSON"))]
    if engines:
        best = min(engines, key=lambda row: row.seconds)
        what = f"plan: times as fast as {best.who}"
        found.append(Target(people, what, best.seconds / ours.seconds, 20, is_upper=False))
    return found


def _growth(rows: Sequence[Row], few: int, many: int) -> Target:
    ours = {row.people: row for row in rows if row.stage == "plan" and row.who == OURS}
    each = [ours[people].seconds / people for people in (few, many)]
    return Target(many, f"plan: time a person, times that of {few:,}", each[1] / each[0], 1.2)


def _of_render(ours: Row, rows: Sequence[Row]) -> list[Target]:
    return [
        Target(
            ours.people,
            f"{ours.stage}: part of the sorted COPYs' speed",
            row.seconds / ours.parts["batches"],
            0.6,
            is_upper=False,
        )
        for row in rows
        if row.who == COPY and row.stage == ours.stage and row.people == ours.people
    ]


# -- shown -----------------------------------------------------------------------------------

HEAD = (
    f"{'stage':16}{'who':28}{'people':>12}{'seconds':>10}{'processor':>11}{'a second':>12}"
    f"{'memory':>10}"
)


def line(row: Row) -> str:
    """One row of the table; what is reckoned from fewer people says so."""
    times = f"{row.seconds:10.2f}{row.processor:11.2f}{row.each_second:12,.0f}"
    memory = f"{row.peak / (1 << 20):,.0f} MB" if row.peak else ""
    shown = f"{row.stage:16}{row.who:28}{row.people:12,}{times}{memory:>10}"
    if row.is_reckoned:
        shown += f"  reckoned from {row.taken:,}"
    return shown + "".join(
        f"\n{'':18}{name:26}{'':12}{seconds:10.2f}" for name, seconds in row.parts.items()
    )


def target_line(target: Target) -> str:
    sign = "≤" if target.is_upper else "≥"
    said = "reached" if target.is_met else "MISSED"
    measured = f"{target.measured:8.2f} {sign} {target.wanted:<5g}"
    return f"{target.people:12,}  {target.what:56}{measured}{said}"


def as_json(
    rows: Sequence[Row], skipped: Sequence[str], settings: Mapping[str, object]
) -> dict[str, object]:
    """Everything, with what it ran on."""
    return {
        "format_version": FORMAT_VERSION,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "versions": {name: _version(name) for name in _PACKAGES},
        **settings,
        "skipped": list(skipped),
        "rows": [{**asdict(row), "people_a_second": row.each_second} for row in rows],
        "targets": [{**asdict(one), "is_met": one.is_met} for one in targets(rows)],
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
