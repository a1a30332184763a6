"""Everything a plan's report is made of, counted: a few small tables, however many the people.

Tallies of parts of the people can be put together: each column beside the keys has its own way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from targeter.cells import REFUSED
from targeter.database import Engine, Row, literal
from targeter.decisions import Decisions, Shard, Totals
from targeter.history import CONTACTS, MESSAGE
from targeter.outcomes import COUNTS, LEAVING, RESULTS
from targeter.rendering import TOO_LONG
from targeter.reports.asking import counted

MATCHED, ENDED, LONGEST, UNFIT = "tally_matched", "tally_ended", "tally_longest", "tally_unfit"
LEAVERS, UNDER_WAY = "tally_leavers", "tally_under_way"
_PARTS = "tally_parts"
PROMOTED, EXAMPLES = "tally_promoted", "tally_examples"


@dataclass(frozen=True, slots=True)
class Tally:
    """A table of counts: its columns with their types, and how rows of several parts become one.

    `merged` is what stands in a SELECT over the rows of all parts, grouped by what isn't merged.
    """

    columns: Mapping[str, str]
    merged: str


_INT, _TEXT, _MANY = "INTEGER", "VARCHAR", "BIGINT"
PROMOTED_COLUMNS = {"choice": _INT, "text": _TEXT, "people": _MANY}
_SUM = "sum(people)::BIGINT AS people"
TALLIES: Final[Mapping[str, Tally]] = {
    MATCHED: Tally({"rule": _INT, "people": _MANY}, f"rule, {_SUM}"),
    ENDED: Tally(
        {
            "outcome": _TEXT,
            "gate": _INT,
            "choice": _INT,
            "status": _TEXT,
            "people": _MANY,
            "first": "DATE",
            "last": "DATE",
        },
        f"outcome, gate, choice, status, {_SUM}, min(first) AS first, max(last) AS last",
    ),
    LONGEST: Tally(
        {"choice": _INT, "length": _INT, "text": _TEXT},
        "choice, max(length) AS length, arg_max(text, (length, text)) AS text",
    ),
    UNFIT: Tally({"choice": _INT, "people": _MANY}, f"choice, {_SUM}"),
    LEAVERS: Tally({"channel": _TEXT, "people": _MANY}, f"channel, {_SUM}"),
    UNDER_WAY: Tally({"channel": _TEXT, "day": "DATE", "people": _MANY}, f"channel, day, {_SUM}"),
}


def take_tallies(engine: Engine, decisions: Decisions, examples: int) -> None:
    """Fill all of them for the people of an engine, whose way has ended."""
    rules = enumerate(counted(engine, decisions.rule_formulas))
    engine.load(MATCHED, TALLIES[MATCHED].columns, rules)
    _make(engine, EXAMPLES, examples_of(decisions, examples))
    take_promoted(engine, decisions)
    _make(engine, ENDED, f"SELECT {TALLIES[ENDED].merged} FROM {COUNTS} GROUP BY ALL")
    _make(
        engine,
        LONGEST,
        f"SELECT choice, length, max(text) AS text FROM {RESULTS} JOIN (SELECT choice, "
        f"max(length) AS length FROM {COUNTS} WHERE outcome = 'message' GROUP BY 1) "
        "USING (choice, length) WHERE outcome = 'message' GROUP BY ALL",
    )
    _make(
        engine,
        UNFIT,
        f"SELECT choice, count(DISTINCT number) AS people FROM {REFUSED} "
        f"WHERE why = {literal(TOO_LONG)} GROUP BY choice",
    )
    _make(engine, LEAVERS, f"SELECT channel, count(*) AS people FROM {LEAVING} GROUP BY 1")
    _make(
        engine,
        UNDER_WAY,
        "SELECT channel, contacted_at::DATE AS day, count(*) AS people "
        f"FROM {CONTACTS} WHERE event = {literal(MESSAGE)} GROUP BY 1, 2",
    )


def take_promoted(engine: Engine, decisions: Decisions) -> None:
    """Fill only the one of promoted texts."""
    _make(engine, PROMOTED, promoted_of(decisions).query)


def _make(engine: Engine, table: str, query: str) -> None:
    engine.run(f"CREATE OR REPLACE TABLE {table} AS {query}")


def some_tallies(shard: Shard, examples: int) -> dict[str, list[Row]]:
    """The tallies of some people as rows, but for the texts that others may have, too."""
    take_tallies(shard.engine, shard.decisions, examples)
    shown = ", ".join(EXAMPLE_COLUMNS)
    rows = {table: shard.engine.rows(f"FROM {table}") for table in TALLIES}
    return rows | {EXAMPLES: shard.engine.rows(f"SELECT {shown} FROM {EXAMPLES}")}


def put_together(engine: Engine, parts: Sequence[Mapping[str, list[Row]]], examples: int) -> None:
    """Fill the tallies of everybody from those of parts."""
    for table, tally in TALLIES.items():
        _load(engine, table, tally.columns, parts)
        _make(engine, table, f"SELECT {tally.merged} FROM {_PARTS} GROUP BY ALL")
    _load(engine, EXAMPLES, EXAMPLE_COLUMNS, parts)
    _make(engine, EXAMPLES, first_examples(f"FROM {_PARTS}", examples))


def _load(
    engine: Engine,
    table: str,
    columns: Mapping[str, str],
    parts: Sequence[Mapping[str, list[Row]]],
) -> None:
    engine.load(_PARTS, columns, (row for part in parts for row in part[table]))


def promoted_of(decisions: Decisions) -> Totals:
    """How many people each promoted text has, by choice and text."""
    promoted = [str(c.number) for c in decisions.choices if c.channel.delivery == "promoted"]
    query = (
        f"SELECT choice, text, count(*) AS people FROM {RESULTS} WHERE outcome = 'message' "
        f"AND choice IN ({', '.join(promoted) or '-1'}) GROUP BY ALL"
    )
    return Totals(query, ("choice", "text"), {"people": "sum"})


# -- examples --------------------------------------------------------------------------------


EXAMPLE_COLUMNS = {
    "rule": "INTEGER",
    "choice": "INTEGER",
    "person": "VARCHAR",
    "text": "VARCHAR",
    "length": "INTEGER",
}


def examples_of(decisions: Decisions, count: int) -> str:
    """SQL: for each rule the shortest message, the longest, and then some by an md5, numbered.

    A text that many people get is shown once, with the first of them by the md5: so the examples
    of all people are among those of any part of them.
    """
    pairs = [(c.number, c.rule_number) for c in decisions.choices]
    if not pairs or count < 1:
        nulls = ", ".join(f"NULL::{type_} AS {name}" for name, type_ in EXAMPLE_COLUMNS.items())
        return f"SELECT {nulls}, 0 AS n WHERE false"
    rules = f"(VALUES {', '.join(map(str, pairs))}) AS c(choice, rule)"
    joined = f"{rules} ON c.choice = r.choice"
    if count <= 2:  # messages of other lengths would all have to be compared with each other
        joined = f"({_ends(rules, count)}) AS c ON c.choice = r.choice AND c.length = r.length"
    columns = "SELECT c.rule, r.choice, r.person, r.text, r.length"
    messages = f"{columns} FROM {RESULTS} AS r JOIN {joined} WHERE r.outcome = 'message'"
    return first_examples(messages, count)


def _ends(rules: str, count: int) -> str:
    """SQL: choice and length of the shortest messages of each rule, and of two also the longest."""
    asked = ["min", "max"][:count]
    ends = " OR ".join(f"length = {one}(length) OVER (PARTITION BY rule)" for one in asked)
    return (
        f"SELECT choice, rule, length FROM {COUNTS} JOIN {rules} USING (choice) "
        f"WHERE outcome = 'message' QUALIFY {ends}"
    )


def first_examples(source: str, count: int) -> str:
    """SQL: the first examples of rows in `EXAMPLE_COLUMNS`, numbered by `n` for each rule."""
    return (
        "SELECT rule, choice, person, text, length, n FROM ("
        "SELECT *, row_number() OVER (PARTITION BY rule ORDER BY place, lot, person) AS n "
        "FROM (SELECT *, CASE "
        "WHEN row_number() OVER (PARTITION BY rule ORDER BY length, lot, person) = 1 "
        "THEN 0 WHEN row_number() OVER "
        "(PARTITION BY rule ORDER BY length DESC, lot, person) = 1 THEN 1 "
        "ELSE 2 END AS place FROM (SELECT rule, choice, text, min(md5(person)) AS lot, "
        "arg_min(person, md5(person)) AS person, min(length) AS length "
        f"FROM ({source}) GROUP BY rule, choice, text))) WHERE n <= {int(count)}"
    )
