"""Aggregates are exact: no order of rows changes them, no size of values stops them."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from targeter.derived import exact_calls
from targeter.expressions import aggregates, trees
from targeter.expressions.compiler import Compiled, Request
from targeter.findings import Finding
from targeter.yaml_source import TextFile, whole_file
from tests.expressions.test_never_stops import EXTREMES, MOST
from tests.expressions.trying import COLUMNS, Trial, rows_sql

AGGREGATES = [
    "count(*)",
    "count(name)",
    "count(DISTINCT city)",
    "sum(score)",
    "sum(DISTINCT score)",
    "avg(score)",
    "avg(age)",
    "avg(price)",
    "median(score)",
    "median(age)",
    "sum(age)",
    "sum(age * visits)",
    "sum(price * price)",
    "sum(price * price * price)",
    "avg(price * price * price)",
    "sum(age::decimal(38,10))",
    "sum(CASE WHEN agreed THEN 50000 ELSE 1 END * 50000)",
    "min(name)",
    "max(score)",
    "min(seen_at)",
    "bool_or(agreed)",
    "bool_and(age + visits > 5)",
    "list(name)",
    "list(DISTINCT tags)",
    "arg_max(name, age)",
    "arg_min(city, score)",
    "arg_max(tags, born_on)",
    "sum(age) FILTER (WHERE age + visits > 5)",
    "max(age) + max(visits) * 2",
    "sum(age) / count(*)",
    "coalesce(max(age) + max(visits), 0)",
    "days_since(max(born_on))",
    "max(born_on) > max(seen_at)",
]


def compiled(trial: Trial, text: str) -> Compiled:
    scope = replace(trial.scope, aggregates=True)
    found: list[Finding] = []
    scalar = whole_file(TextFile.of("a.sql", text))
    one = trial.compiler.compile([Request(scalar, scope)], found)[0]
    assert one is not None, found
    return one


def exact(trial: Trial, text: str) -> tuple[str, str]:
    """An aggregate expression as a derived source runs it, and its type."""
    one = compiled(trial, text)
    calls = exact_calls(one, trial.parser)
    tree = aggregates.guarded_outside(trees.replaced(one.tree, calls), list(calls.values()))
    sql = trial.parser.texts([trees.select_of(tree)])[0].removeprefix("SELECT ")
    return sql, one.type


@pytest.fixture(scope="module")
def orders(trial: Trial) -> list[str]:
    """Tables of the same rows in three orders."""
    draw = random.Random(11)
    people = [{name: draw.choice(EXTREMES[name]) for name in COLUMNS} for _ in range(120)]
    tables = [f"ordered_{number}" for number in range(3)]
    for table in tables:
        draw.shuffle(people)
        trial.engine.run(f"CREATE OR REPLACE TABLE {table} AS {rows_sql(people)}")
    return tables


@pytest.mark.parametrize("text", AGGREGATES)
def test_the_order_of_rows_changes_nothing(trial: Trial, orders: list[str], text: str) -> None:
    sql, type_ = exact(trial, text)
    queries = [f"SELECT {sql} AS v FROM {table} AS p" for table in orders]
    values = [repr(trial.engine.value(query)) for query in queries]
    assert len(set(values)) == 1
    assert trial.engine.describe(queries[0]) == [("v", type_)]


def test_a_sum_that_doesnt_fit_is_missing(trial: Trial) -> None:
    big = f"(SELECT *, {MOST}::HUGEINT * {MOST} AS h FROM ordered_0) AS p"
    call = trees.function("sum", trees.column("p", "h"))
    tree = aggregates.exact(call, "HUGEINT", None)
    sql = trial.parser.texts([trees.select_of(tree)])[0].removeprefix("SELECT ")
    assert trial.engine.value(f"SELECT {sql} FROM {big}") is None
    assert trial.engine.describe(f"SELECT {sql} AS v FROM {big}") == [("v", "HUGEINT")]


@pytest.mark.parametrize(
    ("values", "total"),
    [((1e16, 1.0, -1e16), 0.0), ((0.1, 0.2, 0.3), 0.6000000000000001), ((), None)],
)
def test_doubles_are_added_from_the_least(
    trial: Trial, values: tuple[float, ...], total: float | None
) -> None:
    people = [{"score": value} for value in values] or [{}]
    sql, _ = exact(trial, "sum(score)")
    assert trial.engine.value(f"SELECT {sql} FROM ({rows_sql(people)}) AS p") == total


def test_ties_are_settled_by_the_value(trial: Trial) -> None:
    sql, _ = exact(trial, "arg_max(name, age)")
    people = [{"name": name, "age": 1} for name in ("b", "c", "a")]
    assert trial.engine.value(f"SELECT {sql} FROM ({rows_sql(people)}) AS p") == "c"
