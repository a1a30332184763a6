"""Every function, operator and construct of the language gives what its line says."""

from __future__ import annotations

import datetime as dt
import hashlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.expressions import language
from tests.expressions.trying import TODAY, Trial, Value

Columns = dict[str, Value]
FAR = "300000-01-01"  # a day that the engine holds, and no timestamp does
MOST = 9_223_372_036_854_775_807

CASES: list[tuple[str, Columns, object]] = [
    # texts
    ("lower(name)", {"name": "ÉCOLE"}, "école"),
    ("upper(name)", {"name": "anna"}, "ANNA"),
    ("upper(name)", {}, None),
    ("trim(name)", {"name": "  a b "}, "a b"),
    ("length(name)", {"name": "héé"}, 3),
    ("length(name)", {"name": ""}, 0),
    ("contains(name, 'nn')", {"name": "anna"}, True),
    ("contains(name, 'NN')", {"name": "anna"}, False),
    ("contains(name, 'a')", {}, None),
    ("starts_with(name, 'an')", {"name": "anna"}, True),
    ("ends_with(name, 'na')", {"name": "anna"}, True),
    ("left(name, 2)", {"name": "anna"}, "an"),
    ("left(name, visits)", {"name": "anna", "visits": MOST}, None),
    ("right(name, 2)", {"name": "anna"}, "na"),
    ("replace(name, 'n', 'm')", {"name": "anna"}, "amma"),
    ("regexp_matches(name, '^a.*a$')", {"name": "anna"}, True),
    ("regexp_matches(name, 'x')", {}, None),
    ("name || '!'", {"name": "anna"}, "anna!"),
    ("name || '!'", {}, None),
    ("name LIKE 'a%'", {"name": "anna"}, True),
    ("name LIKE 'A%'", {"name": "anna"}, False),
    ("name NOT LIKE 'A%'", {"name": "anna"}, True),
    ("name ILIKE 'A%'", {"name": "anna"}, True),
    ("name NOT ILIKE 'A%'", {"name": "anna"}, False),
    ("name LIKE '100!%' ESCAPE '!'", {"name": "100%"}, True),
    ("name NOT LIKE '100!%' ESCAPE '!'", {"name": "100 x"}, True),
    ("name ILIKE 'A!_' ESCAPE '!'", {"name": "a_"}, True),
    ("name NOT ILIKE 'A!_' ESCAPE '!'", {"name": "ab"}, True),
    ("mentions(name, 'iphone')", {"name": "My iPhone!"}, True),
    ("mentions(name, 'iphone')", {"name": "iphones"}, False),
    ("mentions(name, 'which phone')", {"name": "Which   phone?"}, True),
    ("mentions(name, 'iphone')", {}, None),
    # numbers
    ("age + 1", {"age": 1}, 2),
    ("age - 1", {"age": 1}, 0),
    ("age * 2", {"age": 3}, 6),
    ("age / 2", {"age": 3}, 1.5),
    ("age / 0", {"age": 3}, None),
    ("score / weight", {"score": 1.0, "weight": 0.0}, None),
    ("age // 2", {"age": 3}, 1),
    ("age // 0", {"age": 3}, None),
    ("age % 2", {"age": 3}, 1),
    ("age % 0", {"age": 3}, None),
    ("-age", {"age": 3}, -3),
    ("-age", {"age": -MOST - 1}, None),
    ("age + visits", {"age": MOST, "visits": 1}, None),
    ("coalesce(age + visits, 0)", {"age": MOST, "visits": 1}, 0),
    ("(age + visits) IS NULL", {"age": MOST, "visits": 1}, True),
    ("age + visits > 5 OR agreed", {"age": MOST, "visits": 1, "agreed": True}, True),
    ("60000 * 60000", {}, 3_600_000_000),
    ("CASE WHEN agreed THEN 50000 ELSE 1 END * 50000", {"agreed": True}, 2_500_000_000),
    ("price * price > 1001000", {"price": 1000.5}, True),
    ("price * 1.1 > 1000000000000", {"price": 999_999_999_999}, True),
    ("abs(age)", {"age": -3}, 3),
    ("abs(age)", {"age": -MOST - 1}, None),
    ("round(score, 1)", {"score": 2.25}, 2.3),
    ("round(score)", {"score": 2.5}, 3.0),
    ("round(score)", {"score": -2.5}, -3.0),
    ("round(age, -3)", {"age": MOST}, None),
    ("floor(score)", {"score": -1.5}, -2.0),
    ("ceil(score)", {"score": -1.5}, -1.0),
    ("sqrt(score)", {"score": 9.0}, 3.0),
    ("sqrt(score)", {"score": -1.0}, None),
    ("sqrt(score) > 1", {"score": -1.0}, None),
    ("greatest(age, visits)", {"age": 1}, 1),
    ("least(age, visits, 0)", {"age": 1, "visits": 2}, 0),
    ("score > 1e300", {"score": math.nan}, True),
    # truth
    ("agreed AND active", {"agreed": False}, False),
    ("agreed AND active", {"agreed": True}, None),
    ("agreed OR active", {"agreed": True}, True),
    ("agreed OR active", {"agreed": False}, None),
    ("NOT agreed", {}, None),
    ("agreed IS TRUE", {}, False),
    ("agreed IS NOT TRUE", {}, True),
    ("age IS NULL", {}, True),
    ("age IS NOT NULL", {}, False),
    ("age = 5", {}, None),
    ("age <> 5", {"age": 4}, True),
    ("age IS DISTINCT FROM 5", {}, True),
    ("age IS NOT DISTINCT FROM NULL", {}, True),
    ("age BETWEEN 18 AND 20", {"age": 20}, True),
    ("age NOT BETWEEN 18 AND 20", {"age": 20}, False),
    ("age BETWEEN 18 AND visits", {"age": 17}, False),
    ("age IN (1, 2)", {"age": 2}, True),
    ("age IN (1, visits)", {"age": 2}, None),
    ("age NOT IN (1, visits)", {"age": 2}, None),
    ("CASE WHEN age < 18 THEN 'minor' ELSE 'adult' END", {}, "adult"),
    ("CASE city WHEN 'a' THEN 1 END", {"city": "b"}, None),
    ("coalesce(name, city, 'x')", {"city": "b"}, "b"),
    ("nullif(age, 0)", {"age": 0}, None),
    ("nullif(age, visits)", {"age": 1}, 1),
    # lists
    ("[name, city]", {"name": "a"}, ["a", None]),
    ("len(tags)", {"tags": ["a", None]}, 2),
    ("len(tags)", {}, None),
    ("list_contains(tags, 'a')", {"tags": ["a", None]}, True),
    ("list_contains(tags, 'b')", {"tags": ["a"]}, False),
    ("list_contains(tags, 'b')", {}, None),
    ("list_has_any(tags, ['a', 'z'])", {"tags": ["a"]}, True),
    ("list_has_any(tags, [])", {"tags": ["a"]}, False),
    ("list_has_all(tags, ['a', 'z'])", {"tags": ["a"]}, False),
    ("list_has_all(tags, [])", {"tags": []}, True),
    ("tags[1]", {"tags": ["a", "b"]}, "a"),
    ("tags[3]", {"tags": ["a", "b"]}, None),
    ("'a' IN tags", {"tags": ["a"]}, True),
    # dates
    ("today()", {}, dt.date.fromisoformat(TODAY)),
    ("year(born_on)", {"born_on": "2024-02-29"}, 2024),
    ("month(born_on)", {"born_on": "2024-02-29"}, 2),
    ("day(born_on)", {"born_on": "2024-02-29"}, 29),
    ("isodow(born_on)", {"born_on": "2026-11-01"}, 7),
    ("extract(quarter FROM born_on)", {"born_on": "2026-11-01"}, 4),
    ("extract(year FROM born_on)", {"born_on": "infinity"}, None),
    ("date_trunc('month', born_on) = date '2024-02-01'", {"born_on": "2024-02-29"}, True),
    ("date_diff('month', born_on, ends_on)", {"born_on": "2026-01-31", "ends_on": "2026-02-01"}, 1),
    ("date_diff('day', born_on, seen_at)", {"born_on": FAR, "seen_at": "2026-01-01"}, None),
    ("make_date(2024, 2, 29)", {}, dt.date(2024, 2, 29)),
    ("make_date(2026, 2, 29)", {}, None),
    ("make_date(age, 1, 1)", {"age": MOST}, None),
    ("ends_on - born_on", {"born_on": "2026-01-01", "ends_on": "2026-01-31"}, 30),
    ("born_on + 1", {"born_on": "2026-12-31"}, dt.date(2027, 1, 1)),
    ("born_on + 7 * 8", {"born_on": "2026-01-01"}, dt.date(2026, 2, 26)),
    ("ends_on <= today() + interval 2 month", {"ends_on": "2027-01-01"}, True),
    ("ends_on <= today() + interval 2 month", {"ends_on": FAR}, False),
    ("born_on > seen_at", {"born_on": FAR, "seen_at": "2026-01-01"}, None),
    ("born_on > seen_at", {"born_on": "2026-01-02", "seen_at": "2026-01-01 10:00"}, True),
    ("seen_at::date = date '2026-01-01'", {"seen_at": "2026-01-01 23:59"}, True),
    ("days_since(born_on)", {"born_on": "2026-10-31"}, 1),
    ("days_since(born_on)", {"born_on": "2026-11-02"}, -1),
    ("days_since(seen_at)", {"seen_at": "2026-10-31 23:59"}, 1),
    ("days_since(born_on)", {}, None),
    ("years_between(born_on, today())", {"born_on": "2008-11-01"}, 18),
    ("years_between(born_on, today())", {"born_on": "2008-11-02"}, 17),
    ("years_between(born_on, today())", {"born_on": "2026-11-02"}, -1),
    ("years_between(born_on, ends_on)", {"born_on": "2004-02-29", "ends_on": "2022-02-28"}, 18),
    ("years_between(born_on, ends_on)", {"born_on": "2004-02-29", "ends_on": "2024-02-28"}, 19),
    ("years_between(born_on, ends_on)", {"born_on": "infinity", "ends_on": "2024-02-28"}, None),
    ("years_between(born_on, today())", {}, None),
    ("months_between(today(), ends_on)", {"ends_on": "2026-11-01"}, 0),
    ("months_between(today(), ends_on)", {"ends_on": "2026-10-31"}, -1),
    ("months_between(today(), ends_on)", {"ends_on": "2026-12-01"}, 1),
    ("months_between(today(), ends_on)", {"ends_on": "2026-11-30"}, 0),
    ("months_between(born_on, ends_on)", {"born_on": "2026-01-31", "ends_on": "2026-02-28"}, 1),
    ("months_between(born_on, ends_on)", {"born_on": "2026-01-31", "ends_on": "2026-03-30"}, 1),
    ("months_between(born_on, ends_on)", {"born_on": "2024-03-31", "ends_on": "2024-02-29"}, -1),
    ("months_between(born_on, ends_on)", {"born_on": FAR, "ends_on": "2024-02-29"}, -3575711),
    ("months_between(born_on, today())", {}, None),
    # casts
    ("name::integer", {"name": "12"}, 12),
    ("name::integer", {"name": "twelve"}, None),
    ("cast(name AS date)", {"name": "2026-02-30"}, None),
    ("score::bigint", {"score": 1e300}, None),
    ("age::boolean", {"age": 2}, True),
    ("price::varchar", {"price": 1.5}, "1.500000"),
    # ours
    ("distance_km(0, 0, 0, 0)", {}, 0.0),
    ("distance_km(score, 0, 0, 0)", {}, None),
    ("distance_km(score, 0, 0, 0)", {"score": math.inf}, None),
    ("bucket('salt')", {"person_id": "p1"}, 2321),
    ("bucket('')", {"person_id": "p1"}, 520),
]


@pytest.mark.parametrize(("text", "columns", "value"), CASES)
def test_an_expression_gives(trial: Trial, text: str, columns: Columns, value: object) -> None:
    assert trial.value(text, columns) == value


def test_every_function_and_operator_of_the_language_is_tried() -> None:
    written = " ".join(text for text, _, _ in CASES)
    arrive_otherwise = {"list_value": "[name", "date_part": "extract(", "nullif": "nullif("}
    for name in (*language.SCALARS, *language.OWN):
        if name not in ("stance", "sentiment"):  # asked of whole projects, in test_traits
            assert arrive_otherwise.get(name, f"{name}(") in written
    for operator in set(language.OPERATORS) - language.LIKE:
        assert f" {operator} " in written


def test_the_distance_between_two_towns_is_the_haversine(trial: Trial) -> None:
    berlin_to_paris = trial.value("distance_km(52.52, 13.405, 48.8566, 2.3522)")
    assert berlin_to_paris == pytest.approx(877.46, abs=0.1)
    assert trial.value("distance_km(0, 0, 0, 180)") == pytest.approx(math.pi * 6371, rel=1e-6)


DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=20))
def test_months_between_is_the_most_whole_months_that_fit(
    trial: Trial, pairs: list[tuple[dt.date, dt.date]]
) -> None:
    people: list[Columns] = [{"born_on": start, "ends_on": end} for start, end in pairs]
    months = trial.values("months_between(born_on, ends_on)", people)
    years = trial.values("years_between(born_on, ends_on)", people)
    for (start, end), whole, years_whole in zip(pairs, months, years, strict=True):
        assert isinstance(whole, int)
        assert _months_later(start, whole) <= end < _months_later(start, whole + 1)
        assert years_whole == whole // 12


def _months_later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return dt.date(year, month + 1, min(day.day, (first_of_next - dt.timedelta(1)).day))


@settings(max_examples=20, deadline=None)
@given(st.text(alphabet="abc': é", max_size=4), st.text(alphabet="abc", max_size=4))
def test_a_bucket_is_the_start_of_an_md5(trial: Trial, salt: str, person: str) -> None:
    quoted = salt.replace("'", "''")
    digest = hashlib.md5(f"{salt}:{person}".encode(), usedforsecurity=False).hexdigest()
    found = trial.value(f"bucket('{quoted}')", {"person_id": person})
    assert found == int(digest[:7], 16) % 10_000
