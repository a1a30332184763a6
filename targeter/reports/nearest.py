"""What people have who miss a condition: the values nearest to its border, or the most frequent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from targeter.binding import Bound
from targeter.conditions import Condition, scalars
from targeter.database import Engine, Tree, literal
from targeter.expressions import trees
from targeter.expressions.compiler import run_text
from targeter.expressions.scopes import PROFILE, SEGMENT
from targeter.schema import type_class

SHOWN = 5
# A text that fewer people share than this might tell who they are.
ENOUGH = 5
# More different values than this are told by their distance.
MANY = 50

Order = Literal["nearest", "most frequent", "within"]


@dataclass(frozen=True, slots=True)
class Seen:
    """The values of one expression among some people.

    `order` says which `values` are told: those nearest to the border, or the most frequent.
    `others` are people with another value, and those whose text too few people share. Of very many
    values none is told, but how many people are `within` some distances, in `unit`.
    """

    what: str
    order: Order
    values: tuple[tuple[object, int], ...]
    others: int
    missing: int
    within: tuple[tuple[float, int], ...] = ()
    unit: Literal["", "days"] = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """An expression over the profile, and the borders it is compared with, as SQL."""

    what: str
    sql: str
    borders: tuple[str, ...]


def values_seen(
    engine: Engine, bound: Bound, condition: Condition, people: str
) -> tuple[Seen, ...]:
    """The values of what a condition compares, among `people`: SQL after FROM, with `p`."""
    asked: dict[str, _Asked] = {}
    for one in _asked(bound, condition, frozenset()):
        known = asked.get(one.sql)
        borders = (*known.borders, *one.borders) if known else one.borders
        asked[one.sql] = _Asked(one.what, one.sql, tuple(dict.fromkeys(borders)))
    return tuple(_seen(engine, one, people) for one in asked.values())


# -- what a condition compares ---------------------------------------------------------------


def _asked(bound: Bound, condition: Condition, inside: frozenset[str]) -> Iterator[_Asked]:
    for scalar in scalars(condition):
        for tree in _tests(bound.compiled(scalar).tree):
            segment = _segment(tree)
            if segment is None:
                yield from _of_test(bound, tree)
            elif segment not in inside:
                named = next(s for s in bound.project.segments if s.name.casefold() == segment)
                yield from _asked(bound, named.when, inside | {segment})


def _tests(tree: Tree) -> Iterator[Tree]:
    """Where AND, OR and NOT end."""
    if tree["class"] == "CONJUNCTION" or tree["type"] == "OPERATOR_NOT":
        for child in tree["children"]:
            yield from _tests(child)
    else:
        yield tree


def _segment(tree: Tree) -> str | None:
    if tree["class"] == "COLUMN_REF" and tree["column_names"][0] == SEGMENT:
        return str(tree["column_names"][1]).casefold()
    return None


def _of_test(bound: Bound, test: Tree) -> Iterator[_Asked]:
    """The side of a comparison that has columns, with its borders; else the columns themselves."""
    sides, borders = [test], list[Tree]()
    if test["class"] == "COMPARISON":
        sides, borders = _sides([test["left"], test["right"]])
    elif test["class"] == "BETWEEN":
        sides, borders = _sides([test["input"], test["lower"], test["upper"]])
    elif test["type"] in ("COMPARE_IN", "COMPARE_NOT_IN"):
        sides, borders = _sides(test["children"])
    if len(sides) != 1 or sides[0] is test:
        sides, borders = list(_columns(test)), []
    sides = [
        _uncast(side)
        for side in sides
        if all(c["column_names"][0] == PROFILE for c in _columns(side))
    ]
    texts = run_text(bound.parser, [*sides, *borders])
    for side, sql in zip(sides, texts, strict=False):
        yield _Asked(_spoken(side, sql), sql, tuple(texts[len(sides) :]))


def _sides(parts: list[Tree]) -> tuple[list[Tree], list[Tree]]:
    with_columns = [part for part in parts if any(_columns(part))]
    return with_columns, [part for part in parts if not any(_columns(part))]


def _columns(tree: Tree) -> Iterator[Tree]:
    """Every column of an expression, each once."""
    found = {
        tuple(node["column_names"]): node
        for node in trees.walk(tree)
        if node["class"] == "COLUMN_REF" and len(node["column_names"]) > 1
    }
    yield from found.values()


def _uncast(side: Tree) -> Tree:
    """A column that is only read as another type, as it is."""
    is_read = side["class"] == "CAST" and side["child"]["class"] == "COLUMN_REF"
    child: Tree = side["child"] if is_read else side
    return child


def _spoken(side: Tree, sql: str) -> str:
    """A column by its name, anything else as the engine writes it."""
    if side["class"] == "COLUMN_REF":
        return str(side["column_names"][-1])
    return sql.replace(f"{PROFILE}.", "")


# -- among some people -----------------------------------------------------------------------


def _seen(engine: Engine, one: _Asked, people: str) -> Seen:
    kind = type_class(engine.describe(f"SELECT {one.sql} AS value {people}")[0][1])
    far = _distance(kind, one)
    engine.run(
        "CREATE OR REPLACE TABLE near AS SELECT value, count(*) AS people, "
        f"{far or 'NULL::DOUBLE'} AS far FROM (SELECT {one.sql} AS value {people}) GROUP BY value"
    )
    total, missing, different = engine.row(
        "SELECT coalesce(sum(people), 0)::BIGINT, "
        "coalesce(sum(CASE WHEN value IS NULL THEN people END), 0)::BIGINT, count(*) FROM near"
    )
    known = total - missing
    if far and different > MANY:
        within = tuple(_within(engine, kind, known))
        unit: Literal["", "days"] = "" if kind == "number" else "days"
        return Seen(one.what, "within", (), known, missing, within, unit)
    enough = f"value IS NOT NULL AND people >= {ENOUGH if kind in ('text', 'list') else 1}"
    rows = engine.rows(
        f"SELECT value, people FROM near WHERE {enough} "
        f"ORDER BY {'far' if far else 'people DESC'}, value LIMIT {SHOWN}"
    )
    values = tuple((value, int(people)) for value, people in rows)
    others = known - sum(people for _, people in values)
    return Seen(one.what, "nearest" if far else "most frequent", values, others, missing)


def _distance(kind: str, one: _Asked) -> str:
    """SQL: how far `value` is from the nearest border, in days for dates; '' without distances."""
    if kind not in ("number", "date", "time") or not one.borders:
        return ""
    as_number = "{}::DOUBLE" if kind == "number" else "TRY(epoch({}::TIMESTAMP) / 86400)"
    value = as_number.format("value")
    away = [f"abs({value} - {as_number.format(f'({border})')})" for border in one.borders]
    return f"least({', '.join(away)})"


def _within(engine: Engine, kind: str, known: int) -> Iterator[tuple[float, int]]:
    """Three round distances, half of the people within the last or fewer, and how many are."""
    half = engine.value(
        "SELECT min(far) FROM (SELECT far, sum(people) OVER (ORDER BY far) AS nearer FROM near "
        f"WHERE far IS NOT NULL) WHERE nearer * 2 >= {known}"
    )
    steps = _NUMBERS if kind == "number" else _DAYS
    last = next((n for n, step in enumerate(steps) if half is None or step >= half), len(steps) - 1)
    for step in steps[max(last - 2, 0) : last + 1]:
        people = engine.value(
            f"SELECT coalesce(sum(people), 0)::BIGINT FROM near WHERE far <= {literal(step)}"
        )
        yield step, int(people)


_NUMBERS = tuple(float(f"{digit}e{power}") for power in range(-3, 13) for digit in (1, 2, 5))
_DAYS = (1.0, 7.0, 30.0, 90.0, 180.0, 365.0, 730.0, 1_825.0, 3_650.0)
