"""Rows as a file that others read: JSON Lines, CSV or Parquet."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from targeter.database import Engine, identifier, literal
from targeter.exporters.interface import Format
from targeter.schema import type_class

_COPY = {
    "jsonl": "FORMAT json",
    "csv": "FORMAT csv, HEADER",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}
# What a spreadsheet reads as the beginning of a formula.
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
# Where readers such as Python's splitlines end a line and JSON doesn't, and how JSON escapes them.
_LINE_ENDS = {"\x85": b"\\u0085", "\u2028": b"\\u2028", "\u2029": b"\\u2029"}
_OTHER_BYTES = bytes(set(range(256)) - set("".join(_LINE_ENDS).encode()))
Values = Sequence[tuple[str, str]]


def shown_as(engine: Engine, values: Values, source: str, format_: Format) -> str:
    """The SELECT list of a file: `values` are a name and its SQL each, `source` their FROM.

    In CSV a text that a spreadsheet would run as a formula gets a quote first.
    """
    columns = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in values)
    if format_ != "csv":
        return columns
    types = [type_ for _, type_ in engine.describe(f"SELECT {columns} {source}")]
    return ", ".join(
        f"{_disarmed(sql) if _is_text(type_) else sql} AS {identifier(name)}"
        for (name, sql), type_ in zip(values, types, strict=True)
    )


def _is_text(type_: str) -> bool:
    return type_class(type_) == "text" or _is_enum(type_)


def _is_enum(type_: str) -> bool:
    return type_.startswith("ENUM")


def _disarmed(sql: str) -> str:
    return f"CASE WHEN regexp_matches({sql}, {literal(_FORMULA)}) THEN '''' || {sql} ELSE {sql} END"


def write_rows(engine: Engine, query: str, target: Path, format_: Format) -> int:
    """Write a query's rows, in its order, and say how many; a row is a line for every reader."""
    path = engine.scratch / target.name
    # what was sorted as numbers is written as the texts it is, whatever it was
    types = engine.describe(query)
    texts = [f"{identifier(n)}::VARCHAR AS {identifier(n)}" for n, t in types if _is_enum(t)]
    if texts:
        query = f"SELECT * REPLACE ({', '.join(texts)}) FROM ({query})"
    rows = int(engine.value(f"COPY ({query}) TO {literal(str(path))} ({_COPY[format_]})"))
    if format_ == "jsonl":
        keep_lines_whole(path)
    shutil.move(path, target)
    return rows


def keep_lines_whole(path: Path) -> None:
    """One row, one line: for those too who end a line where JSON doesn't."""
    if not has_line_ends(path):
        return
    safe = path.with_suffix(".safe")
    with path.open("rb") as lines, safe.open("wb") as out:
        for line in lines:
            for end, escaped in _LINE_ENDS.items():
                line = line.replace(end.encode(), escaped)
            out.write(line)
    safe.replace(path)


def has_line_ends(path: Path, size: int = 1 << 22) -> bool:
    """Whether a file holds any of the line ends that JSON doesn't know; `size` bytes at a time."""
    ends = [end.encode() for end in _LINE_ENDS]
    before = b""
    with path.open("rb") as file:
        while part := file.read(size):
            seen = before + part
            # without all other bytes it is short: what isn't in there isn't in the whole
            short = seen.translate(None, _OTHER_BYTES)
            if any(end in short and end in seen for end in ends):
                return True
            before = seen[-2:]  # the longest of them has three bytes
    return False
