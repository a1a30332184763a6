"""A source read into the engine with its types, whole or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from targeter.database import Engine, EngineError, failed, identifier
from targeter.errors import BadData
from targeter.findings import Finding, did_you_mean, errors_in
from targeter.sources import casting
from targeter.sources.bad_values import Typed, bad_values, named, with_given
from targeter.sources.csv_files import read_csv
from targeter.sources.declared import DeclaredColumn, Source
from targeter.sources.files import files_of, folders
from targeter.sources.json_files import read_json
from targeter.sources.looks import Look, looks_of
from targeter.sources.postgres import read_postgres
from targeter.sources.relation import Looks, ReadColumn, Relation
from targeter.sources.tables import read_duckdb, read_parquet

__all__ = ["Loaded", "LoadedColumn", "folders", "load", "read"]


@dataclass(frozen=True, slots=True)
class LoadedColumn:
    """One column as loaded: the engine's type, whether it was declared, else what was assumed."""

    name: str
    type: str
    declared: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """One source as loaded. `table` is the engine's table or view, not quoted.

    `files` are relative to the project; `notes` say what was assumed of a file (its encoding,
    holes in its header); `findings` are warnings only.
    """

    source: str
    table: str
    columns: tuple[LoadedColumn, ...]
    rows: int
    findings: tuple[Finding, ...] = ()
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def load(
    engine: Engine,
    source: Source,
    root: Path,
    data_roots: Sequence[Path] = (),
    scratch: Path | None = None,
    identifiers: Collection[str] = (),
) -> Loaded:
    """Read a source that isn't derived into the table or view `source_NAME`.

    `scratch` is a folder that the engine may read: a file that isn't UTF-8 is rewritten there.
    `identifiers` are columns that rows of other sources name people by: text, as keys are.
    Raises `BadData` with every place found; then nothing of the source is left in the engine.
    """
    relation = read(engine, source, root, data_roots, scratch)
    try:
        return _load(engine, source, relation, _identifiers(source, identifiers))
    except EngineError as error:
        engine.run(f"DROP TABLE IF EXISTS {identifier(_table(source))}")
        raise failed(error, f"reading source {source.name!r}") from None
    finally:
        relation.drop(engine)


def read(
    engine: Engine,
    source: Source,
    root: Path,
    data_roots: Sequence[Path] = (),
    scratch: Path | None = None,
) -> Relation:
    """A source as its format has it, before its columns get their types."""
    if source.is_catalogued:
        raise BadData(f"source {source.name!r} can't be read", findings=[_only_spark(source)])
    if source.variable is not None:
        return read_postgres(engine, source)
    files = files_of(source, root, data_roots)
    if source.format == "parquet":
        return read_parquet(engine, source, files)
    if source.format == "duckdb":
        return read_duckdb(engine, source, files[0])
    if source.format in ("json", "jsonl"):
        return read_json(engine, source, files, scratch)
    return read_csv(engine, source, files, scratch)


def _only_spark(source: Source) -> Finding:
    message = f"source {source.name!r}: {source.table!r} is a table of a catalogue, and only Spark "
    help_ = "plan with --runner spark, or name a file with 'path' or a database with 'database'"
    return Finding("TG715", f"{message}reads those", source.place, help_)


def _table(source: Source) -> str:
    return f"source_{source.name}"


def _load(engine: Engine, source: Source, relation: Relation, keys: Mapping[str, str]) -> Loaded:
    _refuse(source, _missing_columns(source, relation, keys) + _wrong_formats(engine, source))
    if source.is_base and not relation.is_stored:
        relation = _looked_at(engine, relation)
    typed = _typed(engine, source, relation, keys)
    _refuse(source, _timeless(source, typed))
    table = identifier(_table(source))
    # a cast that can fail is done once and counted; without any, a view costs nothing
    kind = "TABLE" if relation.is_stored or any(t.can_fail for t in typed) else "VIEW"
    columns = ", ".join(f"{t.value} AS {identifier(t.name)}" for t in typed)
    query = f"SELECT {columns} FROM {with_given(relation, typed)}"
    if kind == "TABLE":
        rows = engine.written(f"CREATE TABLE {table} AS {query}")
    else:
        engine.run(f"CREATE VIEW {table} AS {query}")
        rows = engine.value(f"SELECT count(*) FROM {table}")
    found = bad_values(engine, source, relation, typed, rows)
    found += _nobody(source, rows)
    if errors_in(found):
        engine.run(f"DROP {kind} {table}")
        _refuse(source, found)
    return Loaded(
        source=source.name,
        table=_table(source),
        columns=tuple(LoadedColumn(t.name, t.type, t.declared is not None, t.note) for t in typed),
        rows=rows,
        findings=tuple(found),
        files=relation.files,
        notes=relation.notes,
    )


def _looked_at(engine: Engine, relation: Relation) -> Relation:
    """A base that stays in its file is read more than once: what is fine there isn't mended.

    A file knows the least and the greatest value of its columns, so that none is read for this.
    """
    bounds = {c.name: b for c in relation.columns if (b := casting.plain_between(c.type))}
    if not bounds:
        return relation
    tests = ", ".join(
        f"coalesce(min({identifier(name)}) >= {least} AND max({identifier(name)}) <= {most}, true)"
        for name, (least, most) in bounds.items()
    )
    row = engine.row(f"SELECT {tests} FROM {identifier(relation.name)}")
    plain = {name for name, holds in zip(bounds, row, strict=True) if holds}
    columns = (replace(column, is_plain=column.name in plain) for column in relation.columns)
    return replace(relation, columns=tuple(columns))


def _refuse(source: Source, found: Sequence[Finding]) -> None:
    if found:
        raise BadData(f"source {source.name!r} can't be read", findings=found)


def _nobody(source: Source, rows: int) -> list[Finding]:
    if rows:
        return []
    if not source.is_base:
        message = f"source {source.name!r} has no rows"
        help_ = "is the export whole? what asks whether somebody has one there finds nobody"
        return [Finding("TG728", message, source.place, help_)]
    message = f"source {source.name!r} has no rows: there is nobody to plan for"
    return [Finding("TG714", message, source.place)]


def _identifiers(source: Source, more: Collection[str]) -> Mapping[str, str]:
    """The columns that are compared with people's identifiers: always text. Folded name to use."""
    uses = {name.casefold(): "person" for name in more}
    if source.owner:
        uses[source.owner.casefold()] = "key" if source.is_base else "person"
    for other in source.others:
        uses[other.by.casefold()] = f"others.{other.name}.by"
    return uses


def _missing_columns(source: Source, relation: Relation, keys: Mapping[str, str]) -> list[Finding]:
    """What the project names of this source and the data doesn't have."""
    names = [column.name for column in relation.columns]
    known = {name.casefold() for name in names}
    undeclared = [n for n in names if source.column(n) is None]
    found = []
    for column in source.columns:
        if column.name.casefold() in known or _may_be_absent(source, column, undeclared):
            continue
        message = f"source {source.name!r} has no column {column.name!r}"
        found.append(Finding("TG716", message, column.place, did_you_mean(column.name, names)))
    declared = {column.name.casefold() for column in source.columns}
    uses = [(use, name) for name, use in keys.items()]
    uses += [("time", source.time.casefold())] if source.time else []
    for use, name in uses:
        if name not in known and name not in declared:
            message = f"source {source.name!r} has no column {name!r}, named by {use!r}"
            found.append(Finding("TG716", message, source.place, did_you_mean(name, names)))
    return found


def _may_be_absent(source: Source, column: DeclaredColumn, undeclared: Sequence[str]) -> bool:
    """In JSON a field may stand in no record, unless one of a like name does."""
    if source.format not in ("json", "jsonl"):
        return False
    return "did you mean" not in did_you_mean(column.name, undeclared)


def _wrong_formats(engine: Engine, source: Source) -> list[Finding]:
    """Formats that the engine can't read, found before any row is."""
    found = []
    for column in source.columns:
        if column.format is None or column.type not in ("date", "timestamp"):
            continue
        try:
            engine.run("SELECT try_strptime('', $1)", [column.format])
        except EngineError as error:
            reason = error.trouble.message.splitlines()[0]
            message = f"column {column.name!r}: format {column.format!r} can't be used: {reason}"
            help_ = 'a strptime pattern, for example format: "%d/%m/%Y"'
            found.append(Finding("TG105", message, column.place, help_))
    return found


def _timeless(source: Source, typed: Sequence[Typed]) -> list[Finding]:
    """`time:` that names a column without times: nothing later than the day could be hidden."""
    wanted = (source.time or "").casefold()
    column = next((t for t in typed if t.name.casefold() == wanted), None)
    if column is None or column.type in ("DATE", "TIMESTAMP"):
        return []
    kind = column.declared.type if column.declared else column.note
    message = f"source {source.name!r}: {column.name!r}, named by 'time', is no time but {kind}"
    help_ = f'declare it, for example {column.name}: {{type: timestamp, format: "%d/%m/%Y %H:%M"}}'
    return [Finding("TG710", message, source.place, help_)]


def _typed(
    engine: Engine, source: Source, relation: Relation, keys: Mapping[str, str]
) -> list[Typed]:
    undeclared = [
        column
        for column in relation.columns
        if column.looks is not Looks.TYPED
        and column.name.casefold() not in keys
        and source.column(column.name) is None
    ]
    looks = looks_of(engine, relation, undeclared)
    typed = []
    for number, column in enumerate(relation.columns):
        declared = source.column(column.name)
        if column.name.casefold() in keys:
            typed.append(_key(number, column, declared))
        elif declared:
            typed.append(_as_declared(number, column, declared))
        else:
            typed.append(_as_it_looks(number, column, looks.get(column.name)))
    return typed + _absent(source, relation, keys)


def _key(number: int, column: ReadColumn, declared: DeclaredColumn | None) -> Typed:
    given = casting.key_text(identifier(column.name), column.type)
    if declared:
        given = casting.without(f"({given})", declared.missing)
    name = declared.name if declared else column.name
    note = "text: an identifier"
    return Typed(number, name, "VARCHAR", given, named(number), declared, note=note)


def _as_declared(number: int, column: ReadColumn, declared: DeclaredColumn) -> Typed:
    name, type_ = identifier(column.name), declared.engine_type
    value = named(number)
    if column.looks is Looks.TYPED:
        given, value, can_fail = casting.from_typed(
            name, column.type, declared, value, is_plain=column.is_plain
        )
        return Typed(number, declared.name, type_, given, value, declared, can_fail)
    if declared.type == "text" and not declared.missing:
        return Typed(number, declared.name, type_, casting.not_blank(name), value, declared)
    given = casting.without_missing(f"({casting.trimmed(name)})", declared)
    if declared.type == "text":
        kept = f"CASE WHEN ({given}) IS NOT NULL THEN {name} END"
        return Typed(number, declared.name, type_, kept, value, declared)
    if declared.type in casting.NUMBERS:
        given = casting.without_nan(f"({given})")
    cast = casting.from_text(value, declared)
    return Typed(number, declared.name, type_, given, cast, declared, can_fail=True)


def _as_it_looks(number: int, column: ReadColumn, look: Look | None) -> Typed:
    name, value = identifier(column.name), named(number)
    if look is None:
        given, type_ = casting.plain(name, column.type, is_plain=column.is_plain)
        return Typed(number, column.name, type_, given, value, None, note="as its type says")
    if look.keeps_text:
        kept = casting.not_blank(name)
        return Typed(number, column.name, look.type, kept, value, None, note=look.note)
    given = casting.trimmed(name)
    return Typed(number, column.name, look.type, given, look.cast(value), None, note=look.note)


def _absent(source: Source, relation: Relation, keys: Mapping[str, str]) -> list[Typed]:
    """Declared columns that no record has: missing everywhere."""
    known = {column.name.casefold() for column in relation.columns}
    typed = []
    for column in source.columns:
        if column.name.casefold() not in known:
            type_ = "VARCHAR" if column.name.casefold() in keys else column.engine_type
            value = f"CAST(NULL AS {type_})"
            typed.append(Typed(-1, column.name, type_, value, value, column, note="in no record"))
    return typed
