"""Two plans for the same people, compared: who gains, loses, moves, or reads other words."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from targeter.database import Engine
from targeter.plans.assignments import ASSIGNMENTS

Kind = Literal["gains", "loses", "moves", "rewritten", "outcome"]
KINDS: tuple[Kind, ...] = ("gains", "loses", "moves", "rewritten", "outcome")
# How somebody ends who is in one of the plans only.
ABSENT = "absent"
_COMPARED = "compared"
_READS = ("template", "channel", "text", "link")
_SIDE = ("outcome", "rule", *_READS)


@dataclass(frozen=True, slots=True)
class Side:
    """What a plan says of one person; without a message, rule and text are None."""

    outcome: str
    rule: str | None
    template: str | None
    channel: str | None
    text: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class Sample:
    """One person before and after."""

    person: str
    before: Side
    after: Side


@dataclass(frozen=True, slots=True)
class Change:
    """People who went one way: `before` and `after` are a rule, or an outcome without message."""

    kind: Kind
    before: str
    after: str
    people: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Against:
    """What a plan is compared with, as it was asked for, and its identity."""

    name: str
    plan_id: str
    as_of: dt.date


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different in this plan; `people` are all that stand in either.

    `counts` has every kind: «gains» a message, «loses» it, «moves» to another rule's, reads other
    words, link or channel of the same rule («rewritten»), or gets nothing for another «outcome».
    """

    against: Against
    plan_id: str
    as_of: dt.date
    people: int
    messages_before: int
    messages_after: int
    counts: dict[Kind, int]
    changes: tuple[Change, ...]

    @property
    def differs(self) -> bool:
        return any(self.counts.values())

    @property
    def unchanged(self) -> int:
        return self.people - sum(self.counts.values())


def compare(
    engine: Engine, before: str, against: Against, plan: tuple[str, dt.date], samples: int
) -> Comparison:
    """Compare the table `before` with `assignments`; `samples` people are shown of each change."""
    return put_together([compare_some(engine, before, samples)], against, plan, samples)


Going = tuple[Kind, str, str]
"""One way that people went: its kind, what they had and what they have."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What the comparison of some people says: all of them, those with a message before and after,
    how many went which way, and for each way the first of them by an md5."""

    totals: tuple[int, int, int]
    people: dict[Going, int]
    samples: dict[Going, list[tuple[str, Sample]]]


def compare_some(engine: Engine, before: str, samples: int) -> Compared:
    """Compare the people of an engine."""
    _join(engine, before)
    people, messages_before, messages_after = engine.row(
        f"SELECT count(*), count(*) FILTER (WHERE b_outcome = 'message'), "
        f"count(*) FILTER (WHERE a_outcome = 'message') FROM {_COMPARED}"
    )
    rows = engine.rows(
        f"SELECT kind, was, becomes, count(*) AS people FROM {_COMPARED} "
        "WHERE kind IS NOT NULL GROUP BY ALL"
    )
    counts = {(kind, was, becomes): int(count) for kind, was, becomes, count in rows}
    totals = int(people), int(messages_before), int(messages_after)
    return Compared(totals, counts, _samples(engine, samples))


def put_together(
    parts: Sequence[Compared], against: Against, plan: tuple[str, dt.date], samples: int
) -> Comparison:
    """The comparison of everybody, of those of parts of them."""
    people, messages_before, messages_after = map(sum, zip(*(p.totals for p in parts), strict=True))
    counted = Counter[Going]()
    found: dict[Going, list[tuple[str, Sample]]] = {}
    for part in parts:
        counted.update(part.people)
        for going, some in part.samples.items():
            found.setdefault(going, []).extend(some)
    first = {going: sorted(some, key=_lot)[:samples] for going, some in found.items()}
    shown = {going: [sample for _, sample in some] for going, some in first.items()}
    rows = [(*going, count) for going, count in counted.items()]
    order = {kind: number for number, kind in enumerate(KINDS)}
    rows.sort(key=lambda row: (order[row[0]], -row[3], row[1], row[2]))
    changes = [
        Change(kind, was, becomes, count, tuple(shown.get((kind, was, becomes), ())))
        for kind, was, becomes, count in rows
    ]
    counts = {kind: sum(c.people for c in changes if c.kind == kind) for kind in KINDS}
    return Comparison(
        against, *plan, people, messages_before, messages_after, counts, tuple(changes)
    )


def _join(engine: Engine, before: str) -> None:
    """Everybody in either plan, what each says of them, and which kind of change that is."""
    sides = ", ".join(
        f"{side}.{name} AS {prefix}_{name}"
        for side, prefix in (("b", "b"), ("a", "a"))
        for name in _SIDE
        if name != "outcome"
    )
    differ = " OR ".join(f"b_{name} IS DISTINCT FROM a_{name}" for name in _READS)
    engine.run(
        f"CREATE OR REPLACE TABLE {_COMPARED} AS SELECT *, "
        "CASE WHEN b_outcome = 'message' THEN b_rule ELSE b_outcome END AS was, "
        "CASE WHEN a_outcome = 'message' THEN a_rule ELSE a_outcome END AS becomes, "
        "CASE WHEN b_outcome <> 'message' AND a_outcome = 'message' THEN 'gains' "
        "WHEN b_outcome = 'message' AND a_outcome <> 'message' THEN 'loses' "
        "WHEN b_outcome <> 'message' THEN "
        "CASE WHEN b_outcome <> a_outcome THEN 'outcome' END "
        "WHEN b_rule IS DISTINCT FROM a_rule THEN 'moves' "
        f"WHEN {differ} THEN 'rewritten' END AS kind FROM ("
        f"SELECT person, coalesce(b.outcome, '{ABSENT}') AS b_outcome, "
        f"coalesce(a.outcome, '{ABSENT}') AS a_outcome, {sides} "
        f"FROM {before} AS b FULL JOIN {ASSIGNMENTS} AS a USING (person))"
    )


def _lot(one: tuple[str, Sample]) -> tuple[str, str]:
    lot, sample = one
    return lot, sample.person


def _samples(engine: Engine, count: int) -> dict[Going, list[tuple[str, Sample]]]:
    """Some people of each change, the same in every run: the first by the md5 of the person."""
    if count < 1:
        return {}
    names = [f"{prefix}_{name}" for prefix in "ba" for name in _SIDE]
    rows = engine.rows(
        f"SELECT kind, was, becomes, md5(person), person, {', '.join(names)} FROM ("
        "SELECT *, row_number() OVER "
        f"(PARTITION BY kind, was, becomes ORDER BY md5(person), person) AS n FROM {_COMPARED} "
        f"WHERE kind IS NOT NULL) WHERE n <= {int(count)} ORDER BY kind, was, becomes, n"
    )
    found: dict[Going, list[tuple[str, Sample]]] = {}
    for kind, was, becomes, lot, person, *values in rows:
        sample = Sample(person, *_sides(values))
        found.setdefault((kind, was, becomes), []).append((lot, sample))
    return found


def _sides(values: Sequence[str | None]) -> Iterator[Side]:
    """Before and after. Who has no message may still have a text that was kept back: not shown."""
    for outcome, *rest in (values[: len(_SIDE)], values[len(_SIDE) :]):
        shown = rest if outcome == "message" else [None] * len(rest)
        yield Side(str(outcome), *shown)
