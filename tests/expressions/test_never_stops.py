"""What lints clean runs on any rows: arithmetic that can't be done is missing, and nothing else is.

Expressions are drawn from the whole language over rows of extreme values; a clean one that stops
the engine is a fault.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import pytest

from targeter.database import EngineError
from targeter.expressions.compiler import run_text
from tests.expressions.trying import COLUMNS, Trial, Value, rows_sql

MOST = 9_223_372_036_854_775_807
EXTREMES: dict[str, Sequence[Value]] = {
    "person_id": ["p1", "p2"],
    "name": [None, "", "a", "Anna", "1", "1e400", "2026-02-30", "İ", "%", "\\", "NaN", "a\nb"],
    "city": [None, "", "b", "12", "a_"],
    "age": [None, 0, 1, -1, 366, MOST, -MOST - 1],
    "visits": [None, 0, 1, 31, MOST, -MOST - 1],
    "score": [None, 0.0, 1.5, float("nan"), float("inf"), -1e308, 5e-324],
    "weight": [None, 0.0, -3.5, 2.0, float("nan")],
    "price": [None, 0, "999999999999.999999", "-999999999999.999999", "0.000001"],
    "born_on": [None, "2024-02-29", "1970-01-01", "300000-01-01", "infinity", "0001-01-01"],
    "ends_on": [None, "2026-11-01", "2025-03-31", "-infinity"],
    "seen_at": [None, "2026-11-01 12:00", "294247-01-10 04:00", "infinity"],
    "agreed": [None, True, False],
    "active": [None, True, False],
    "tags": [None, [], ["a"], [None], ["a", None, "b"]],
    "order": [None, "x"],
}

# Kinds: t text, n number, d date, b truth, l list, i interval.
ATOMS = {
    "t": ["name", "city", "'a'", "''", "'2026-01-01'", "NULL"],
    "n": ["age", "visits", "score", "weight", "price", "0", "1", "-1", "2147483647", "0.1", "'7'"],
    "d": ["born_on", "ends_on", "seen_at", "today()", "date '2024-02-29'", "'2026-01-01'", "NULL"],
    "b": ["agreed", "active", "true", "NULL"],
    "l": ["tags", "['a']", "[]", "NULL"],
    "i": ["interval 1 day", "interval 100000 month", "interval (-3) year"],
}
GROWN = {
    "t": "lower(_t) | left(_t, _n) | right(_t, _n) | replace(_t, _t, _t) | (_t || _t) | _l[_n] "
    "| _n::text | _d::text | coalesce(_t, _t) | nullif(_t, _t) | case when _b then _t else _t end",
    "n": "(_n + _n) | (_n - _n) | (_n * _n) | (_n / _n) | (_n // _n) | (_n % _n) | -_n | abs(_n) "
    "| round(_n) | round(_n, -2) | floor(_n) | sqrt(_n) | greatest(_n, _n) | least(_n, _n) "
    "| length(_t) | len(_l) | year(_d) | extract(isodow from _d) | date_diff('month', _d, _d) "
    "| years_between(_d, _d) | months_between(_d, _d) | days_since(_d) | (_d - _d) "
    "| distance_km(_n, _n, _n, _n) | _t::bigint | _n::tinyint | _n::decimal(38,30) "
    "| coalesce(_n, _n) | nullif(_n, _n) | case when _b then _n else _n end",
    "d": "(_d + _i) | (_d - _i) | (_d + _n) | make_date(_n, _n, _n) | date_trunc('week', _d) "
    "| _t::date | _d::timestamp | coalesce(_d, _d) | greatest(_d, _d)",
    "b": "(_t = _t) | (_n < _n) | (_d >= _d) | (_l = _l) | (_n between _n and _n) "
    "| (_d not between _d and _d) | (_n in (_n, _n)) | (_d not in (_d, _d)) | (_b and _b) "
    "| (_b or _b) | (not _b) | (_n is null) | (_d is distinct from _d) | (_b is true) "
    "| (_t like 'a%') | contains(_t, _t) | regexp_matches(_t, 'a|b') | mentions(_t, 'a') "
    "| list_contains(_l, _t) | list_has_any(_l, _l) | list_has_all(_l, _l) | (_t in _l)",
    "l": "[_t, _t] | coalesce(_l, _l) | (_l || _l)",
    "i": "(_i + _i) | (_i * _n)",
}


def grown(kind: str, depth: int, draw: random.Random) -> str:
    """An expression of a kind; many of these are refused, the others must run."""
    if depth == 0 or draw.random() < 0.15:
        return draw.choice(ATOMS[kind])
    shape = draw.choice(GROWN[kind].split(" | "))
    return re.sub(r"\b_([tndbli])\b", lambda hole: grown(hole[1], depth - 1, draw), shape)


def people(count: int, draw: random.Random) -> str:
    rows = [{name: draw.choice(EXTREMES[name]) for name in COLUMNS} for _ in range(count)]
    return rows_sql(rows)


def stopped(trial: Trial, texts: Sequence[str]) -> list[str]:
    """The expressions that stop the engine, all asked together as a signature asks them."""
    counts = ", ".join(f"count({text})" for text in texts)
    if not _stops(trial, f"SELECT {counts} FROM extremes AS p"):
        return []
    if len(texts) == 1:
        return list(texts)
    half = len(texts) // 2
    return stopped(trial, texts[:half]) + stopped(trial, texts[half:])


def _stops(trial: Trial, query: str) -> bool:
    try:
        trial.engine.rows(query)
    except EngineError:
        return True
    return False


@pytest.mark.parametrize(("depth", "count"), [(1, 250), (2, 200), (3, 80)])
def test_what_lints_clean_never_stops_the_engine(trial: Trial, depth: int, count: int) -> None:
    draw = random.Random(depth)
    trial.engine.run(f"CREATE OR REPLACE TABLE extremes AS {people(100, draw)}")
    texts = [grown(draw.choice("bbntd"), depth, draw) for _ in range(count)]
    compiled, _ = trial.compiled(texts)
    clean = run_text(trial.parser, [one.tree for one in compiled if one is not None])
    assert len(clean) > count / 2, "the generator makes too little that is clean"
    found = [stopped(trial, clean[start : start + 25]) for start in range(0, len(clean), 25)]
    assert not [text for texts in found for text in texts]


# Parts that several conditions share are computed once by the engine, outside of each of them.
SHARED = [
    ("age + visits > 5", "age + visits > 9", "(age + visits) * 2 > 3"),
    ("abs(age) > 1", "abs(age) * 2 > 1"),
    ("born_on > seen_at", "born_on < seen_at", "born_on IN (seen_at)"),
    ("date_diff('day', born_on, seen_at) > 1", "date_diff('hour', born_on, seen_at) > 1"),
    ("price * price > 3", "price * price * price < 3"),
    ("left(name, age) = 'a'", "left(name, age) = 'b'"),
    ("make_date(age, visits, 1) > today()", "make_date(age, visits, 1) < today()"),
    ("distance_km(score, weight, 1, 1) > 1", "distance_km(score, weight, 1, 1) > 2"),
    ("born_on + interval 100000 month > today()", "born_on + interval 100000 month < seen_at"),
    (
        "nullif(make_date(-2147483648, 1, 1), born_on) IS NULL",
        "make_date(-2147483648, 1, 1) > today()",
    ),
]


@pytest.mark.parametrize("texts", SHARED)
def test_shared_parts_dont_stop_the_engine(trial: Trial, texts: tuple[str, ...]) -> None:
    trial.engine.run(f"CREATE OR REPLACE TABLE extremes AS {people(100, random.Random(7))}")
    assert not stopped(trial, trial.sql(*texts))
