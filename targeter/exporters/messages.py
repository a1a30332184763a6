"""One row a message, for whoever sends them one by one: JSON Lines, CSV or Parquet."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from targeter.database import Engine, identifier, literal
from targeter.exporters.interface import (
    MESSAGES,
    NUMBER,
    Export,
    Exported,
    Exporter,
    Format,
    Written,
)
from targeter.outgoing import MESSAGE_COLUMNS
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
_TABLE = "export"
_Columns = tuple[tuple[str, str], ...]
_ALL: _Columns = tuple((name, name) for name in MESSAGE_COLUMNS)


def write(export: Export) -> Exported:
    """Channels with `columns` of their own have files of their own; all others share theirs."""
    files: list[Written] = []
    for names, columns, stem in _groups(export):
        query = export.rows_sql(names, columns)
        export.engine.run(f"CREATE OR REPLACE TABLE {_TABLE} AS {query}")
        files += _files(export, stem)
    return Exported(tuple(files))


MESSAGES_EXPORTER = Exporter(("direct",), write)


def _groups(export: Export) -> Iterator[tuple[Sequence[str], _Columns, str]]:
    """The channels of each set of files, its columns, and how the names of the files begin."""
    own = [one for one in export.channels if one.outgoing.columns]
    shared = [one.channel.name for one in export.channels if not one.outgoing.columns]
    if shared or not own:
        yield shared, _ALL, MESSAGES
    for number, settings in enumerate(own, start=1):
        name = settings.channel.name
        # a channel may be called anything, a file may not
        safe = name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) else f"channel{number}"
        columns = tuple((name, scalar.text) for name, scalar in settings.outgoing.columns)
        yield [name], columns, f"{MESSAGES}-{safe}"


def _files(export: Export, stem: str) -> Iterator[Written]:
    engine, format_ = export.engine, export.format
    columns = engine.columns_of(_TABLE)[1:]
    total = int(engine.value(f"SELECT count(*) FROM {_TABLE}"))
    size = export.batch_size or max(total, 1)
    escaped = format_ == "jsonl" and _has_line_ends(engine, columns)
    shown = ", ".join(_exported(name, type_, format_) for name, type_ in columns)
    for number in range(max((total + size - 1) // size, 1)):
        name = f"{stem}-{number + 1:04d}.{format_}"
        first, last = number * size + 1, min((number + 1) * size, total)
        path = engine.scratch / name
        engine.run(
            f"COPY (SELECT {shown} FROM {_TABLE} WHERE {NUMBER} BETWEEN {first} AND {last} "
            f"ORDER BY {NUMBER}) "
            f"TO {literal(str(path))} ({_COPY[format_]})"
        )
        if escaped:
            keep_lines_whole(path)
        shutil.move(path, export.folder / name)
        yield Written(name, MESSAGES, max(last - first + 1, 0))


def _has_line_ends(engine: Engine, columns: Sequence[tuple[str, str]]) -> bool:
    texts = [f"{identifier(n)}::VARCHAR" for n, t in columns if type_class(t) in ("text", "list")]
    if not texts:
        return False
    test = f"regexp_matches(concat_ws(' ', {', '.join(texts)}), '[{''.join(_LINE_ENDS)}]')"
    return bool(engine.value(f"SELECT coalesce(bool_or({test}), false) FROM {_TABLE}"))


def keep_lines_whole(path: Path) -> None:
    """One message, one line: for those too who end a line where JSON doesn't."""
    safe = path.with_suffix(".safe")
    with path.open("rb") as lines, safe.open("wb") as out:
        for line in lines:
            for end, escaped in _LINE_ENDS.items():
                line = line.replace(end.encode(), escaped)
            out.write(line)
    safe.replace(path)


def _exported(column: str, type_: str, format_: Format) -> str:
    """A column as it is written: in CSV a text that a spreadsheet would run gets a quote first."""
    name = identifier(column)
    if format_ != "csv" or type_class(type_) != "text":
        return name
    pattern = literal(_FORMULA)
    return (
        f"CASE WHEN regexp_matches({name}, {pattern}) THEN '''' || {name} ELSE {name} END AS {name}"
    )
