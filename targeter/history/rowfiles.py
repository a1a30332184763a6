"""A file of rows of a batch, in any format: read as a table, and written again with fewer rows.

What isn't changed is written as it stood: a line of JSON is copied, and CSV is read as text.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from targeter.database import Engine, identifier, literal

TABLE = "rows_of_a_file"
_LINE = "line"


@dataclass(frozen=True, slots=True)
class RowFile:
    """A file that was loaded into `TABLE`; `names` are its columns, there called c0, c1, …"""

    path: Path
    names: tuple[str, ...]

    @property
    def columns(self) -> dict[str, str]:
        """Each column of the file, and how the table calls it."""
        return {name: f"c{number}" for number, name in enumerate(self.names)}


def load_rows(engine: Engine, path: Path) -> RowFile | None:
    """Load a file; None for one in no format of rows, or that isn't what its name says."""
    match path.suffix:
        case ".parquet":
            return _loaded_parquet(engine, path)
        case ".jsonl":
            return _loaded_jsonl(engine, path)
        case ".csv":
            return _loaded_csv(engine, path)
    return None


def _loaded_parquet(engine: Engine, path: Path) -> RowFile:
    source = f"read_parquet({literal(str(path))})"
    names = tuple(name for name, _ in engine.describe(f"SELECT * FROM {source}"))
    return _made(engine, path, names, [identifier(name) for name in names], source)


def _loaded_jsonl(engine: Engine, path: Path) -> RowFile:
    source = f"read_ndjson_objects({literal(str(path))})"
    engine.run(f"CREATE OR REPLACE TABLE lines_of_a_file AS SELECT json FROM {source}")
    keys = engine.rows(
        "SELECT DISTINCT unnest(json_keys(json)) AS name FROM lines_of_a_file ORDER BY name"
    )
    names = tuple(str(name) for (name,) in keys)
    values = [f"json ->> {literal(_pointer(name))}" for name in names]
    made = _made(engine, path, names, values, "lines_of_a_file", f", json::VARCHAR AS {_LINE}")
    engine.run("DROP TABLE lines_of_a_file")
    return made


def _pointer(name: str) -> str:
    """RFC 6901: the JSON Pointer of a key."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _loaded_csv(engine: Engine, path: Path) -> RowFile | None:
    with path.open(encoding="utf-8", newline="") as file:
        names = tuple(next(csv.reader(file), ()))
    if not names or len(set(names)) < len(names):
        return None
    columns = ", ".join(f"{literal(f'c{n}')}: 'VARCHAR'" for n in range(len(names)))
    source = (
        f"read_csv({literal(str(path))}, columns = {{{columns}}}, header = true, delim = ',', "
        "quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, "
        "auto_detect = false)"
    )
    return _made(engine, path, names, [f"c{n}" for n in range(len(names))], source)


def _made(
    engine: Engine,
    path: Path,
    names: tuple[str, ...],
    values: Sequence[str],
    source: str,
    more: str = "",
) -> RowFile:
    listed = ", ".join(f"{value} AS c{number}" for number, value in enumerate(values))
    shown = (listed or "NULL AS nothing") + more
    engine.run(f"CREATE OR REPLACE TABLE {TABLE} AS SELECT {shown} FROM {source}")
    return RowFile(path, names)


def count_rows(engine: Engine, test: str) -> int:
    """How many rows of the loaded file meet a test over its columns."""
    return int(engine.value(f"SELECT count(*) FROM {TABLE} WHERE coalesce({test}, false)"))


def write_rows(
    engine: Engine, file: RowFile, dropped: str, blanked: Mapping[str, str], target: Path
) -> int:
    """Write the rows that don't meet `dropped`, in their order; returns how many.

    `blanked` are tests by the name of a column, in which a value that meets it becomes missing.
    """
    if file.path.suffix == ".jsonl":
        return _write_lines(engine, file, dropped, blanked, target)
    shown = ", ".join(
        f"CASE WHEN coalesce({blanked[name]}, false) THEN NULL ELSE {column} END "
        f"AS {identifier(name)}"
        if name in blanked
        else f"{column} AS {identifier(name)}"
        for name, column in file.columns.items()
    )
    form = (
        "FORMAT parquet, COMPRESSION zstd" if target.suffix == ".parquet" else "FORMAT csv, HEADER"
    )
    return int(
        engine.value(
            f"COPY (SELECT {shown} FROM {TABLE} WHERE NOT coalesce({dropped}, false) "
            f"ORDER BY rowid) TO {literal(str(target))} ({form})"
        )
    )


def _write_lines(
    engine: Engine, file: RowFile, dropped: str, blanked: Mapping[str, str], target: Path
) -> int:
    cases = [
        f"CASE WHEN coalesce({test}, false) THEN {literal(name)} END"
        for name, test in blanked.items()
    ]
    names = f"list_filter([{', '.join(cases)}], lambda name: name IS NOT NULL)" if cases else "[]"
    count = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        for line, missing in _lines(
            engine, f"SELECT {_LINE}, {names} FROM {TABLE} WHERE NOT coalesce({dropped}, false)"
        ):
            out.write(_without(line, missing) + "\n")
            count += 1
    return count


def _lines(engine: Engine, query: str) -> Iterator[tuple[str, list[str]]]:
    for rows in engine.chunks(query):
        yield from ((str(line), list(missing)) for line, missing in rows)


def _without(line: str, missing: Sequence[str]) -> str:
    """A line with null for some of its keys; ASCII, so that nothing in a text ends it."""
    if not missing:
        return line
    values = {**json.loads(line), **dict.fromkeys(missing)}
    return json.dumps(values, separators=(",", ":"))
