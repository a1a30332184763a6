"""DuckDB scripts as somebody would write them who needs just this answer, once."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from tests.benchmarks.people.asked import Asked
from tests.benchmarks.people.offers import GATES, TODAY, Offer, Test, Text, Value, offers
from tests.benchmarks.people.project import SOURCES

_NOW = f"DATE '{TODAY}' + INTERVAL 1 DAY"
# One select a source: the columns of a profile that come from it.
TRAITS = {
    "posts": (
        "SELECT person_id, "
        "count(*) FILTER (regexp_matches(text, '(?i)\\b(which phone|new phone)\\b') "
        f"AND posted_at >= {_NOW} - INTERVAL 365 DAY) AS asked_about_phones, "
        f"count(*) FILTER (posted_at >= {_NOW} - INTERVAL 180 DAY) AS posts_lately, "
        f"avg(score) FILTER (posted_at >= {_NOW} - INTERVAL 365 DAY) AS mood, "
        "count(*) FILTER (regexp_matches(text, '(?i)\\blapwing\\b') AND score >= 0.3) AS f, "
        "count(*) FILTER (regexp_matches(text, '(?i)\\blapwing\\b') AND score <= -0.3) AS a "
        "FROM read_parquet('{file}') "
        f"WHERE posted_at < {_NOW} GROUP BY 1"
    ),
    "likes": (
        "SELECT person_id, "
        f"count(*) FILTER (liked_on >= {_NOW} - INTERVAL 180 DAY) AS liked_lately, "
        "max(liked_on) AS last_liked_on, "
        "count(*) FILTER (page = 'Football') > 0 AS likes_football "
        f"FROM read_parquet('{{file}}') WHERE liked_on < {_NOW} GROUP BY 1"
    ),
    "checkins": (
        "SELECT * FROM (SELECT person_id, "
        f"count(*) FILTER (seen_at >= {_NOW} - INTERVAL 60 DAY) AS checkins_lately "
        f"FROM read_parquet('{{file}}') WHERE seen_at < {_NOW} GROUP BY 1) LEFT JOIN ("
        "SELECT person_id, first(area ORDER BY days DESC, area) AS spot_area, "
        "max(days) AS spot_days FROM "
        "(SELECT person_id, area, count(DISTINCT seen_at::DATE) AS days "
        f"FROM read_parquet('{{file}}') WHERE seen_at < {_NOW} "
        f"AND seen_at >= DATE '{TODAY}' - INTERVAL 26 WEEK GROUP BY ALL) GROUP BY 1) "
        "USING (person_id)"
    ),
}
_SHOWN = {
    "posts": (
        "coalesce(asked_about_phones, 0) AS asked_about_phones, "
        "coalesce(posts_lately, 0) AS posts_lately, mood, CASE WHEN coalesce(f + a, 0) < 1 "
        "THEN 'unknown' WHEN 3 * f >= 2 * (f + a) THEN 'for' "
        "WHEN 3 * a >= 2 * (f + a) THEN 'against' ELSE 'mixed' END AS stance_lapwing"
    ),
    "likes": (
        "coalesce(liked_lately, 0) AS liked_lately, last_liked_on, "
        "coalesce(likes_football, false) AS likes_football"
    ),
    "checkins": (
        "CASE WHEN location_consent THEN coalesce(checkins_lately, 0) END AS checkins_lately, "
        "CASE WHEN location_consent THEN spot_area END AS spot_area, "
        "CASE WHEN location_consent THEN spot_days END AS spot_days"
    ),
}


def plan(asked: Asked) -> None:
    """Decide and concatenate, and nothing else."""
    _plan(asked, f"read_parquet('{asked.data.file('people')}')", offers())


def everything(asked: Asked) -> None:
    """The same, on columns that have to be made of posts, likes and check-ins first."""
    _plan(asked, f"({_with_sources(asked, tuple(TRAITS))})", offers(with_traits=True))


def _plan(asked: Asked, people: str, rules: Sequence[Offer]) -> None:
    with asked.timed():
        connection = duckdb.connect()
        connection.execute(f"CREATE TABLE results AS {decided(people, rules)}")
        connection.execute("SELECT rule, count(*) FROM results GROUP BY 1").fetchall()
    query = "SELECT person, rule, text FROM results WHERE rule IS NOT NULL"
    peak = asked.peak
    connection.execute(f"COPY ({query}) TO '{asked.answer}' (FORMAT parquet)")
    with asked.timed():
        connection.close()
    asked.peak = peak


def source(asked: Asked, name: str) -> None:
    """The profile with the columns of one source."""
    with duckdb.connect() as connection:
        with asked.timed():
            connection.execute(f"CREATE TABLE profile AS {_with_sources(asked, (name,))}")
        query = f"SELECT person_id, {', '.join(SOURCES[name].columns)} FROM profile"
        connection.execute(f"COPY ({query}) TO '{asked.answer}' (FORMAT parquet)")


def render(asked: Asked, file_format: str, *, messages_alone: bool = False) -> None:
    """Sorted COPYs of the rows that a batch has, each of which lie in a table: the messages, and
    its record."""
    zstd = "parquet, COMPRESSION zstd"
    parts = [(asked.rows, "person_id", zstd if file_format == "parquet" else "json")]
    if not messages_alone:
        record = ("assignments.parquet", "contacts.parquet")
        parts += [(asked.rows.with_name(name), "person", zstd) for name in record]
    for path, key, form in parts:
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE rows AS FROM read_parquet('{path}')")
            with asked.timed():
                connection.execute(
                    f"COPY (FROM rows ORDER BY {key}) TO '{asked.answer}' (FORMAT {form})"
                )


def _with_sources(asked: Asked, names: Sequence[str]) -> str:
    shown = ", ".join(_SHOWN[name] for name in names)
    joins = " ".join(
        f"LEFT JOIN ({TRAITS[name].format(file=asked.data.file(name))}) USING (person_id)"
        for name in names
    )
    people = asked.data.file("people")
    return f"SELECT p.*, {shown} FROM read_parquet('{people}') AS p {joins}"


def decided(people: str, rules: Sequence[Offer]) -> str:
    """The first rule and text that a person can get, as two long CASEs in a row."""
    choices = [(rule, text) for rule in rules for text in rule.texts]
    firsts = " ".join(
        f"WHEN {_holds(rule, text)} THEN {number}" for number, (rule, text) in enumerate(choices)
    )
    gates = " AND ".join(f"({condition(test)})" for test in GATES)
    texts = " ".join(
        f"WHEN choice IN ({', '.join(_numbers(choices, text))}) THEN {_concatenated(text)}"
        for text in {text.name: text for _, text in choices}.values()
    )
    names = " ".join(f"WHEN {n} THEN '{rule.name}'" for n, (rule, _) in enumerate(choices))
    return (
        f"SELECT person_id AS person, CASE choice {names} END AS rule, CASE {texts} END AS text "
        f"FROM (SELECT *, CASE WHEN NOT coalesce({gates}, false) THEN NULL {firsts} END AS choice "
        f"FROM {people})"
    )


def _numbers(choices: Sequence[tuple[Offer, Text]], text: Text) -> list[str]:
    return [str(n) for n, (_, other) in enumerate(choices) if other is text]


def _holds(rule: Offer, text: Text) -> str:
    needed = [f"{column} IS NOT NULL" for column in text.required]
    return " AND ".join([*(condition(test) for test in rule.tests), *needed])


def condition(test: Test) -> str:
    column, values = test.column, test.values
    written = {
        "at_least": "{0} >= {1}",
        "below": "{0} < {1}",
        "between": "{0} BETWEEN {1} AND {2}",
        "is": "{0} = '{1}'",
        "since": "{0} >= DATE '{1}'",
        "ends_within": f"{{0}} BETWEEN DATE '{TODAY}' AND DATE '{TODAY}' + {{1}}",
        "holds": "{0}",
    }
    if test.kind == "one_of":
        listed = ", ".join(f"'{value}'" for value in values)
        return f"{column} IN ({listed})"
    return written[test.kind].format(column, *values)


def _concatenated(text: Text) -> str:
    parts = []
    for part in text.parts:
        if isinstance(part, Value):
            value = f"{part.column}::VARCHAR"
            parts.append(f"coalesce({value}, '{part.default}')" if part.default else value)
        else:
            parts.append("'" + part.replace("'", "''") + "'")
    return " || ".join(parts)
