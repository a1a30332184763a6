"""Expressions tried on rows of a table with a column of every kind: values, and what is found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from targeter.database import Engine, Parser, identifier, literal
from targeter.expressions.compiler import Compiled, Compiler, Request, run_text
from targeter.expressions.scopes import PROFILE, Scope
from targeter.findings import Finding
from targeter.schema import Column, Schema
from targeter.yaml_source import TextFile, whole_file

TODAY = "2026-11-01"
COLUMNS = {
    "person_id": "VARCHAR",
    "name": "VARCHAR",
    "city": "VARCHAR",
    "age": "BIGINT",
    "visits": "BIGINT",
    "score": "DOUBLE",
    "weight": "DOUBLE",
    "price": "DECIMAL(18,6)",
    "born_on": "DATE",
    "ends_on": "DATE",
    "seen_at": "TIMESTAMP",
    "agreed": "BOOLEAN",
    "active": "BOOLEAN",
    "tags": "VARCHAR[]",
    "order": "VARCHAR",
}
OPEN, CLOSE = "«", "»"
Value = str | int | float | bool | dt.date | Sequence[str | None] | None


def schema() -> Schema:
    return Schema(tuple(Column(name, type_) for name, type_ in COLUMNS.items()))


@dataclass
class Trial:
    """One parser and one engine for all tries; engines are dear."""

    parser: Parser = field(default_factory=Parser)
    engine: Engine = field(default_factory=lambda: Engine(memory="1GB", threads=2))
    written: dict[str, str] = field(default_factory=dict)
    scope: Scope = field(
        default_factory=lambda: Scope(
            "the profile", {PROFILE: schema()}, (PROFILE,), (PROFILE, "person_id"), TODAY
        )
    )

    def __post_init__(self) -> None:
        self.compiler = Compiler(self.parser)

    def compiled(
        self, texts: Sequence[str], *, boolean: bool = False
    ) -> tuple[list[Compiled | None], list[Finding]]:
        found: list[Finding] = []
        scalars = [whole_file(TextFile.of(f"{n}.sql", text)) for n, text in enumerate(texts)]
        requests = [Request(scalar, self.scope, boolean) for scalar in scalars]
        return self.compiler.compile(requests, found), found

    def found(self, text: str, *, boolean: bool = False) -> list[Finding]:
        """What is found in one expression."""
        return self.compiled([text], boolean=boolean)[1]

    def sql(self, *texts: str) -> list[str]:
        """Clean expressions as text that runs."""
        compiled, found = self.compiled(texts)
        assert not found, found
        return run_text(self.parser, [one.tree for one in compiled if one is not None])

    def value(self, text: str, columns: Mapping[str, Value] | None = None) -> object:
        """The value of a clean expression for one person; columns that aren't given are NULL."""
        return self.values(text, [columns or {}])[0]

    def values(self, text: str, people: Sequence[Mapping[str, Value]]) -> list[object]:
        """The value of a clean expression for each person."""
        if text not in self.written:
            self.written[text] = self.sql(text)[0]
        rows = f"SELECT {self.written[text]} FROM ({rows_sql(people)}) AS p ORDER BY position"
        return [row[0] for row in self.engine.rows(rows)]


def rows_sql(people: Sequence[Mapping[str, Value]]) -> str:
    """People as a query: every column of the table, and their position."""
    return " UNION ALL ".join(_row_sql(n, person) for n, person in enumerate(people))


def _row_sql(position: int, person: Mapping[str, Value]) -> str:
    assert person.keys() <= COLUMNS.keys()
    cells = ", ".join(
        f"CAST({_literal(person.get(name))} AS {type_}) AS {identifier(name)}"
        for name, type_ in COLUMNS.items()
    )
    return f"SELECT {cells}, {position} AS position"


def _literal(value: Value) -> str:
    if isinstance(value, float):
        return literal(repr(value))
    if isinstance(value, str | bool | int) or value is None:
        return literal(value)
    if isinstance(value, dt.date):
        return literal(value.isoformat())
    return "[" + ", ".join(literal(entry) for entry in value) + "]"


def marked(text: str) -> tuple[str, int, int, int]:
    """A text without its marks, and line, column and length of what stood between them."""
    before, _, rest = text.partition(OPEN)
    inside, _, after = rest.partition(CLOSE)
    assert CLOSE in rest, text
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return before + inside + after, line, column, len(inside)
