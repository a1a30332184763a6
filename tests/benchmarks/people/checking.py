"""Whether two answers are the same: `python -m tests.benchmarks.people.checking …`.

Prints how many people they disagree on, a line of JSON.
"""

from __future__ import annotations

import json
import sys

import duckdb

from tests.benchmarks.people.project import SOURCES

# A mean of scores: computed in another order it differs in the last digits.
_MEANS = ("mood",)


def disagreements(stage: str, ours: str, theirs: str, people: str, sample: int) -> int:
    """People who get another rule or text, or have another value; of the first `sample`."""
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE asked AS SELECT person_id AS person FROM read_parquet('{people}') "
            f"LIMIT {sample}"
        )
        query = _values(stage, ours, theirs) if stage in SOURCES else _messages(ours, theirs)
        row = connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])


def _messages(ours: str, theirs: str) -> str:
    return (
        "SELECT count(*) FROM asked "
        f"LEFT JOIN (FROM read_parquet('{ours}') WHERE outcome = 'message') AS o USING (person) "
        f"LEFT JOIN read_parquet('{theirs}') AS t USING (person) "
        "WHERE (o.rule, o.text) IS DISTINCT FROM (t.rule, t.text)"
    )


def _values(stage: str, ours: str, theirs: str) -> str:
    columns = SOURCES[stage].columns
    tests = [
        f"abs(o.{name} - t.{name}::DOUBLE) > 1e-6 OR (o.{name} IS NULL) <> (t.{name} IS NULL)"
        if name in _MEANS
        else f"o.{name}::VARCHAR IS DISTINCT FROM t.{name}::VARCHAR"
        for name in columns
    ]
    return (
        "SELECT count(*) FROM asked "
        f"JOIN read_parquet('{ours}') AS o ON o.person_id = person "
        f"LEFT JOIN read_parquet('{theirs}') AS t ON t.person_id = person "
        f"WHERE {' OR '.join(tests)}"
    )


def main() -> None:
    stage, ours, theirs, people, sample = sys.argv[1:]
    print(json.dumps({"different": disagreements(stage, ours, theirs, people, int(sample))}))  # noqa: T201


if __name__ == "__main__":
    main()
