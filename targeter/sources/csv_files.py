"""CSV files into the engine, as text; and the lines on which they can't be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from targeter.database import Engine, EngineError, identifier, literal
from targeter.errors import BadData
from targeter.findings import Finding, Place
from targeter.sources.csv_dialects import Dialect, dialect_of
from targeter.sources.csv_records import LONGEST_LINE, Record, Unread, skimmed, text_lines
from targeter.sources.declared import Source
from targeter.sources.encodings import Text, as_utf8, with_plain_line_ends
from targeter.sources.files import SourceFile
from targeter.sources.relation import Cell, Looks, ReadColumn, Relation, Spot

SHOWN = 20
"""How many bad places of one kind are listed; the rest are counted."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One file of a source as it was read: its text, its dialect and its number of rows."""

    text: Text
    dialect: Dialect
    rows: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.text.notes, *self.dialect.notes)

    @property
    def file(self) -> SourceFile:
        return self.text.file


def read_csv(
    engine: Engine, source: Source, files: Sequence[SourceFile], scratch: Path | None
) -> Relation:
    """All files of a source in one table of texts; raises `BadData` with every bad line."""
    table = f"read_{source.name}"
    parts: list[_Part] = []
    found: list[Finding] = []
    for file in files:
        try:
            part = _prepared(source, file, scratch)
            found += _differences(parts[0], part) if parts else []
            if not found:
                parts.append(_loaded(engine, source, part, table, parts, scratch))
        except BadData as error:
            found += error.findings
    if found:
        engine.run(f"DROP TABLE IF EXISTS {identifier(table)}")
        raise BadData(f"source {source.name!r} can't be read", findings=found)
    return Relation(
        name=table,
        columns=tuple(ReadColumn(n, "VARCHAR", Looks.ANYTHING) for n in parts[0].dialect.names),
        files=tuple(file.shown for file in files),
        is_stored=True,
        locate=lambda cells: _located(parts, cells),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _prepared(source: Source, file: SourceFile, scratch: Path | None) -> _Part:
    text = as_utf8(source, file, scratch)
    dialect = dialect_of(source, text)
    if dialect is None:
        place = Place(file.shown, 1, 1)
        help_ = "a file without rows still needs its header; an empty one is a failed export"
        raise BadData("", findings=[Finding("TG714", f"{file.shown} is empty", place, help_)])
    return _Part(text, dialect)


def _differences(first: _Part, part: _Part) -> list[Finding]:
    ours = {name.casefold(): name for name in part.dialect.names}
    theirs = {name.casefold(): name for name in first.dialect.names}
    missing = [name for folded, name in theirs.items() if folded not in ours]
    added = [name for folded, name in ours.items() if folded not in theirs]
    if not missing and not added:
        return []
    words = [f"has no column {', '.join(map(repr, missing))}"] if missing else []
    words += [f"has one more column {', '.join(map(repr, added))}"] if added else []
    message = f"{part.file.shown} {' and '.join(words)}; {first.file.shown} is different"
    help_ = "the files of one source have the same columns"
    return [Finding("TG716", message, Place(part.file.shown, 1, 1), help_)]


def _loaded(
    engine: Engine,
    source: Source,
    part: _Part,
    table: str,
    earlier: Sequence[_Part],
    scratch: Path | None,
) -> _Part:
    """The part with its rows in the table; other ways of reading it are tried before giving up."""
    names = earlier[0].dialect.names if earlier else part.dialect.names
    trouble = ""
    for attempt in _attempts(source, part, scratch):
        rows = _select(attempt, names)
        statement = f"INSERT INTO {identifier(table)} {rows}"
        if not earlier:
            statement = f"CREATE OR REPLACE TABLE {identifier(table)} AS {rows}"
        try:
            return replace(attempt, rows=engine.written(statement))
        except EngineError as error:
            trouble = trouble or error.trouble.message
    raise BadData("", findings=_malformed(part, trouble))


def _attempts(source: Source, part: _Part, scratch: Path | None) -> Iterator[_Part]:
    yield part
    if part.dialect.delimiter == "\t" and part.dialect.quote:
        # many tab-separated files know no quotes: "Weird Al" Yankovic is a name there
        note = f"{part.file.shown}: quotes are taken as part of the text"
        yield replace(
            part,
            dialect=replace(part.dialect, quote="", notes=(*part.dialect.notes, note)),
        )
    if scratch is not None and _has_mixed_line_ends(part.text):
        yield replace(part, text=with_plain_line_ends(source, part.text, scratch))


def _has_mixed_line_ends(text: Text) -> bool:
    ends = set()
    with text.file.opened() as stream:
        for line in text_lines(stream, text.encoding):
            ends.add("\r\n" if line.endswith("\r\n") else line[-1])
            if len(ends & {"\r\n", "\n", "\r"}) > 1:
                return True
    return False


def _select(part: _Part, names: Sequence[str]) -> str:
    position = {name.casefold(): n for n, name in enumerate(part.dialect.names)}
    columns = ", ".join(f"c{position[name.casefold()]} AS {identifier(name)}" for name in names)
    # a blank line is a row where there is one column only; nowhere else
    where = " WHERE c0 IS NOT NULL" if len(names) == 1 else ""
    return f"SELECT {columns} FROM {_reader(part)}{where}"


def _reader(part: _Part) -> str:
    dialect = part.dialect
    columns = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(dialect.names)))
    options = {
        "auto_detect": "false",
        "header": "false",
        "skip": str(dialect.skip),
        "delim": literal(dialect.delimiter),
        "quote": literal(dialect.quote),
        "escape": literal(dialect.quote),
        "columns": f"{{{columns}}}",
        "strict_mode": "true",
        "compression": "'gzip'" if part.file.is_gzipped else "'none'",
        "max_line_size": str(LONGEST_LINE),
    }
    settings = ", ".join(f"{name} = {value}" for name, value in options.items())
    return f"read_csv({literal(str(part.file.path))}, {settings})"


def _rows_of(part: _Part) -> Iterator[Record | Unread]:
    """The records below the header: those the engine makes rows of, and the broken ones."""
    dialect = part.dialect
    # a column alone may be blank and then is no row: there every line is looked at
    columns = len(dialect.names) if len(dialect.names) > 1 else None
    with part.file.opened() as stream:
        lines = text_lines(stream, part.text.encoding)
        for _ in islice(lines, dialect.lines):
            pass
        first = dialect.lines + 1
        for record in skimmed(lines, dialect.delimiter, dialect.quote, first, columns):
            if isinstance(record, Unread) or record.problem or _is_row(record):
                yield record


def _is_row(record: Record) -> bool:
    return len(record.fields) > 1 or any(field.text for field in record.fields)


def _malformed(part: _Part, trouble: str) -> list[Finding]:
    """Every line that can't be read, the first of them listed; the engine's words if none is."""
    objections = (_objection(part, r) for r in _rows_of(part) if isinstance(r, Record))
    all_found = (finding for finding in objections if finding)
    found = list(islice(all_found, SHOWN))
    shown = part.file.shown
    if more := sum(1 for _ in all_found):
        message = f"and {more:,} more lines of {shown} that can't be read"
        found.append(Finding("TG711", message, found[-1].place))
    if not found:
        message = f"{shown} can't be read as CSV: {trouble.splitlines()[0]}"
        found.append(Finding("TG711", message, Place(shown, 1, 1)))
    return found


def _objection(part: _Part, record: Record) -> Finding | None:
    shown = part.file.shown
    if record.problem:
        field = record.fields[0]
        place = Place(shown, field.line, field.column)
        help_ = "put a value that holds the delimiter, a quote or a line break in quotes"
        return Finding("TG711", record.problem, place, help_)
    expected, fields = len(part.dialect.names), record.fields
    count = len(fields)
    if count == expected or (count > expected and not any(f.text for f in fields[expected:])):
        return None
    values = "1 value" if count == 1 else f"{count:,} values"
    message = f"{values} on a line, {expected:,} in the header"
    help_ = "put a value that holds the delimiter in quotes, or declare delimiter:"
    return Finding("TG711", message, Place(shown, record.line, 1), help_)


def _located(parts: Sequence[_Part], cells: Sequence[Cell]) -> list[Spot]:
    wanted = sorted({cell.row for cell in cells})
    spots: dict[int, tuple[_Part, Record]] = {}
    start = 0
    for part in parts:
        rows = {row - start for row in wanted if start <= row < start + part.rows}
        if rows:
            for number, record in enumerate(islice(_rows_of(part), max(rows) + 1)):
                if number in rows:
                    spots[start + number] = (part, _taken_apart(part, record))
        start += part.rows
    return [_spot(parts[0], spots.get(cell.row), cell) for cell in cells]


def _taken_apart(part: _Part, record: Record | Unread) -> Record:
    if isinstance(record, Record):
        return record
    return record.read(part.dialect.delimiter, part.dialect.quote)


def _spot(first: _Part, found: tuple[_Part, Record] | None, cell: Cell) -> Spot:
    words = f"row {cell.row + 1:,}"
    if found is None:
        return Spot(None, words)
    part, record = found
    name = first.dialect.names[cell.column].casefold()
    own = [n.casefold() for n in part.dialect.names].index(name)
    if own >= len(record.fields):
        return Spot(None, words)
    field = record.fields[own]
    place = Place(part.file.shown, field.line, field.column, max(1, len(field.text)))
    return Spot(place, words, field.text)
