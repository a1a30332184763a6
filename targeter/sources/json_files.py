"""JSON and JSON Lines into the engine, every scalar as text; and where they can't be read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NoReturn

from targeter.database import Engine, EngineError, identifier, literal
from targeter.errors import BadData
from targeter.findings import Finding, Place
from targeter.sources.casting import NUMBERS, as_written
from targeter.sources.csv_files import SHOWN
from targeter.sources.csv_records import text_lines
from targeter.sources.declared import DeclaredColumn, Source
from targeter.sources.encodings import Text, as_utf8
from targeter.sources.files import SourceFile
from targeter.sources.relation import Cell, Looks, ReadColumn, Relation, Spot

_NUMBERS = frozenset({"BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT", "DOUBLE"})
_LARGEST_PARSED = 100_000_000
"""Bytes of a JSON document that is parsed again in Python to find where it breaks."""

_LARGEST_OBJECT = 16_777_216
"""Bytes of the largest record, as the engine has it."""


@dataclass(frozen=True, slots=True)
class _Part:
    text: Text
    layout: str
    rows: int = 0

    @property
    def shown(self) -> str:
        return self.text.file.shown

    @property
    def has_lines(self) -> bool:
        return self.layout == "newline_delimited"


@dataclass(frozen=True, slots=True)
class _Key:
    """A field of the records: its name, how it is read, and what its text may be.

    `numbers` is its column where texts of it are numbers in a format: JSON's own numbers are
    written so, too, or 1.234 would be a thousand times as much by `1.234,5`.
    """

    column: ReadColumn
    read_as: str
    numbers: DeclaredColumn | None = None

    @property
    def select(self) -> str:
        name = identifier(self.column.name)
        if self.read_as != "JSON":
            return name
        text = f"json_extract_string({name}, '$')"
        if self.numbers is not None:
            number = as_written(text, self.numbers)
            text = f"CASE WHEN json_type({name}) = 'DOUBLE' THEN {number} ELSE {text} END"
        return f"{text} AS {name}"


def read_json(
    engine: Engine, source: Source, files: Sequence[SourceFile], scratch: Path | None
) -> Relation:
    """All records of a source in one table; raises `BadData` with every line that is malformed."""
    parts, found = _prepared(source, files, scratch)
    kinds: dict[str, set[str]] = {}
    for part in parts:
        try:
            _add_kinds(engine, part, kinds)
        except EngineError as error:
            found += _malformed(part, error.trouble.message)
        except BadData as error:
            found += error.findings
    kinds.pop("", None)
    found += _repeated(parts, kinds)
    keys = _keys(kinds, source)
    if not keys and not found:
        keys = [_Key(ReadColumn(c.name, "VARCHAR", Looks.TEXT), "VARCHAR") for c in source.columns]
    if not keys and not found:
        message = f"{files[0].shown} has no fields"
        help_ = "declare the columns: of a file that may be empty"
        found.append(Finding("TG714", message, source.place, help_))
    table = f"read_{source.name}"
    read = _filled(engine, table, parts, keys, found)
    if found:
        engine.run(f"DROP TABLE IF EXISTS {identifier(table)}")
        raise BadData(f"source {source.name!r} can't be read", findings=found)
    return Relation(
        name=table,
        columns=tuple(key.column for key in keys),
        files=tuple(file.shown for file in files),
        is_stored=True,
        locate=lambda cells: _located(read, cells),
        notes=tuple(note for part in parts for note in part.text.notes),
    )


def _prepared(
    source: Source, files: Sequence[SourceFile], scratch: Path | None
) -> tuple[list[_Part], list[Finding]]:
    parts, found = [], list[Finding]()
    for file in files:
        try:
            text = as_utf8(source, file, scratch, mark=False)
            parts.append(_Part(text, _layout(text)))
        except BadData as error:
            found += error.findings
    return parts, found


def _layout(text: Text) -> str:
    """How records follow each other: one a line, in one array, or as they come; "" for none."""
    with text.file.opened() as stream:
        line = next((ln for ln in text_lines(stream, text.encoding) if ln.strip()), "")
    if not line:
        return ""
    if line.lstrip().startswith("["):
        return "array"
    try:
        json.loads(line)
    except RecursionError:
        return "newline_delimited"
    except ValueError:
        # a first line that is malformed is still a line, unless an object goes on below it
        return "newline_delimited" if line.rstrip().endswith("}") else "unstructured"
    return "newline_delimited"


def _records_of(part: _Part) -> str:
    return f"read_json_objects({literal(str(part.text.file.path))}, {_options(part)})"


def _options(part: _Part) -> str:
    packed = "gzip" if part.text.file.is_gzipped else "uncompressed"
    return f"format = {literal(part.layout)}, compression = {literal(packed)}"


def _add_kinds(engine: Engine, part: _Part, kinds: dict[str, set[str]]) -> None:
    """Every name of a field and every kind of value it has, over the whole file."""
    if not part.layout:
        return
    pointer = "'/' || replace(replace(k, '~', '~0'), '/', '~1')"
    pairs = f"list_transform(json_keys(json), lambda k: [k, json_type(json, {pointer})])"
    rows = engine.rows(
        f"SELECT DISTINCT unnest(CASE WHEN json_type(json) = 'OBJECT' THEN {pairs} "
        f"ELSE [[NULL, json_type(json)]] END) FROM {_records_of(part)}"
    )
    for ((name, kind),) in rows:
        if name is None:
            raise BadData("", findings=[_no_object(part, kind)])
        kinds.setdefault(name, set()).add(kind)


def _no_object(part: _Part, kind: str) -> Finding:
    line = 1
    if part.has_lines:
        lines = enumerate(_nonblank(part), 1)
        line = next((n for n, (_, text) in lines if not text.lstrip().startswith("{")), 1)
    message = f"a record is not an object of names and values but {kind.lower()}"
    help_ = 'every record looks like {"person_id": "a1", "text": "…"}'
    return Finding("TG711", message, Place(part.shown, line, 1), help_)


def _repeated(parts: Sequence[_Part], kinds: Mapping[str, set[str]]) -> list[Finding]:
    found, seen = [], dict[str, str]()
    for name in sorted(kinds):
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            message = f"two fields differ only in case: {other!r} and {name!r}"
            found.append(Finding("TG720", message, Place(parts[0].shown, 1, 1), "rename one"))
    return found


def _keys(kinds: Mapping[str, set[str]], source: Source) -> list[_Key]:
    keys = []
    written = {c.name.casefold(): c for c in source.columns if c.format and c.type in NUMBERS}
    for name in sorted(kinds):
        given = kinds[name] - {"NULL"}
        looks, type_, read_as = Looks.TEXT, "VARCHAR", "VARCHAR"
        if given and given <= _NUMBERS:
            looks = Looks.NUMBER
        elif given == {"BOOLEAN"}:
            looks = Looks.BOOLEAN
        elif given == {"ARRAY"}:
            looks, type_, read_as = Looks.TYPED, "VARCHAR[]", "VARCHAR[]"
        elif given & {"ARRAY", "OBJECT"}:
            read_as = "JSON"
        declared = written.get(name.casefold()) if "DOUBLE" in given else None
        if declared and read_as == "VARCHAR":
            read_as = "JSON"
        keys.append(_Key(ReadColumn(name, type_, looks), read_as, declared))
    return keys


def _filled(
    engine: Engine,
    table: str,
    parts: Sequence[_Part],
    keys: Sequence[_Key],
    found: list[Finding],
) -> list[_Part]:
    """The table with the rows of all files; each part with the number of its rows."""
    if found:
        return []
    columns = ", ".join(f"{identifier(k.column.name)} {k.column.type}" for k in keys)
    engine.run(f"CREATE OR REPLACE TABLE {identifier(table)} ({columns})")
    read, total = [], 0
    for part in parts:
        if part.layout:
            try:
                engine.run(f"INSERT INTO {identifier(table)} {_select(part, keys)}")
            except EngineError as error:
                found += _malformed(part, error.trouble.message)
        now = engine.value(f"SELECT count(*) FROM {identifier(table)}")
        read.append(replace(part, rows=now - total))
        total = now
    return read


def _select(part: _Part, keys: Sequence[_Key]) -> str:
    columns = ", ".join(f"{literal(k.column.name)}: {literal(k.read_as)}" for k in keys)
    reader = (
        f"read_json({literal(str(part.text.file.path))}, {_options(part)}, "
        f"records = true, columns = {{{columns}}})"
    )
    return f"SELECT {', '.join(key.select for key in keys)} FROM {reader}"


def _nonblank(part: _Part) -> Iterator[tuple[int, str]]:
    """The lines that hold something, with their numbers."""
    with part.text.file.opened() as stream:
        for number, raw in enumerate(stream, 1):
            if raw.strip():
                yield number, raw.decode("utf-8", "replace").rstrip("\r\n")


def _malformed(part: _Part, trouble: str) -> list[Finding]:
    trouble = trouble.splitlines()[0].replace(str(part.text.file.path), part.shown)
    found: list[Finding] = []
    if part.has_lines:
        objections = (_objection(n, line, part, trouble) for n, line in _nonblank(part))
        all_found = (finding for finding in objections if finding)
        found = list(islice(all_found, SHOWN))
        if more := sum(1 for _ in all_found):
            message = f"and {more:,} more lines of {part.shown} that are malformed"
            found.append(Finding("TG711", message, found[-1].place))
    elif part.text.file.path.stat().st_size < _LARGEST_PARSED:
        with part.text.file.opened() as stream:
            whole = stream.read().decode("utf-8", "replace")
        if finding := _objection(1, whole, part, trouble):
            found = [finding]
    return found or [Finding("TG711", trouble, Place(part.shown, 1, 1))]


def _objection(number: int, text: str, part: _Part, trouble: str) -> Finding | None:
    """What is wrong with one record, by Python's parser made as strict as the engine's."""
    help_ = "one JSON object a line" if part.has_lines else ""
    if len(text) > _LARGEST_OBJECT and part.has_lines:
        message = "a record longer than 16 MB"
        return Finding("TG711", message, Place(part.shown, number, 1), help_)
    hook = _refuse_repeats if "duplicate key" in trouble else None
    try:
        value = json.loads(text, parse_constant=_refuse, object_pairs_hook=hook)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        place = Place(part.shown, number + error.lineno - 1, error.colno)
        return Finding("TG711", f"malformed JSON: {error.msg}", place, help_)
    except UnicodeEncodeError:
        message = "malformed JSON: half of a surrogate pair"
        return Finding("TG711", message, Place(part.shown, number, 1), help_)
    except RecursionError:
        message = "malformed JSON: nested too deeply"
        return Finding("TG711", message, Place(part.shown, number, 1), help_)
    except ValueError as error:
        return Finding("TG711", f"malformed JSON: {error}", Place(part.shown, number, 1), help_)
    return None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no value in JSON")


def _refuse_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result: dict[str, object] = {}
    for name, value in pairs:
        if name in result:
            raise ValueError(f"the name {name!r} stands twice in one object")
        result[name] = value
    return result


def _located(parts: Sequence[_Part], cells: Sequence[Cell]) -> list[Spot]:
    lines: dict[int, Place] = {}
    wanted = {cell.row for cell in cells}
    start = 0
    for part in parts:
        rows = {row - start for row in wanted if start <= row < start + part.rows}
        if rows and part.has_lines:
            for number, (line, _) in enumerate(islice(_nonblank(part), max(rows) + 1)):
                if number in rows:
                    lines[start + number] = Place(part.shown, line, 1)
        start += part.rows
    return [Spot(lines.get(cell.row), f"record {cell.row + 1:,}") for cell in cells]
