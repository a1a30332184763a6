"""A table of the engine in a Parquet file and back: the same values, types, names and order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from targeter.database import Engine, identifier, literal

Columns = Sequence[tuple[str, str]]
"""Names and engine types."""

# What Parquet holds as the engine does.
_EXACT = re.compile(
    r"(BOOLEAN|U?(TINY|SMALL|BIG)INT|U?INTEGER|FLOAT|DOUBLE|DATE|TIMESTAMP|VARCHAR"
    r"|DECIMAL\([0-9]{1,2},[0-9]{1,2}\))(\[\])*"
)
# What it would round, and a text holds: integers of 128 bits, intervals to the microsecond.
AS_TEXT = ("HUGEINT", "UHUGEINT", "INTERVAL", "TIME")


def can_be_kept(columns: Columns) -> bool:
    """Whether a file can hold columns of these types exactly."""
    return all(type_ in AS_TEXT or _EXACT.fullmatch(type_) for _, type_ in columns)


def write_table(engine: Engine, query: str, columns: Columns, path: Path) -> None:
    """Write the rows of a query of these columns, in their order; numbers are the names."""
    shown = (
        f"CAST({identifier(name)} AS VARCHAR) AS c{number}"
        if type_ in AS_TEXT
        else f"{identifier(name)} AS c{number}"
        for number, (name, type_) in enumerate(columns)
    )
    engine.run(
        f"COPY (SELECT {', '.join(shown)} FROM ({query})) TO {literal(str(path))} "
        "(FORMAT parquet, COMPRESSION zstd)"
    )


def read_table(
    engine: Engine, table: str, path: Path, columns: Columns, wanted: frozenset[str]
) -> None:
    """Make a table of those columns of a file that are wanted, by name, in their order.

    Raises `ValueError` for columns that no file of ours has, `EngineError` for another file.
    """
    query = _query(path, columns, wanted)
    engine.run(f"CREATE OR REPLACE TABLE {identifier(table)} AS {query}")


def view_table(
    engine: Engine, table: str, path: Path, columns: Columns, wanted: frozenset[str]
) -> None:
    """The same as a view, for who reads it once: the file stays."""
    engine.run(f"CREATE VIEW {identifier(table)} AS {_query(path, columns, wanted)}")


def rows_in(engine: Engine, path: Path) -> int:
    """How many rows a file says that it has."""
    return int(engine.value(f"SELECT count(*) FROM read_parquet({literal(str(path))})"))


def _query(path: Path, columns: Columns, wanted: frozenset[str]) -> str:
    if not can_be_kept(columns):
        raise ValueError("a type that isn't kept")
    shown = (
        f"CAST(c{number} AS {type_}) AS {identifier(name)}"
        for number, (name, type_) in enumerate(columns)
        if name in wanted
    )
    return f"SELECT {', '.join(shown)} FROM read_parquet({literal(str(path))})"
