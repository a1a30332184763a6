"""Sources that have types already: Parquet files and the tables of a DuckDB file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from targeter.database import Engine, EngineError, identifier, list_literal, literal
from targeter.errors import BadData
from targeter.findings import Finding, Place, did_you_mean
from targeter.sources.declared import Source
from targeter.sources.files import SourceFile
from targeter.sources.relation import Looks, ReadColumn, Relation, by_row


def read_parquet(engine: Engine, source: Source, files: Sequence[SourceFile]) -> Relation:
    """A view of Parquet files, nothing copied; raises `BadData` when one can't be read."""
    schemas: list[list[tuple[str, str]]] = []
    found: list[Finding] = []
    for file in files:
        try:
            columns = engine.describe(f"SELECT * FROM read_parquet({literal(str(file.path))})")
        except EngineError as error:
            found.append(_unreadable(file, error))
            continue
        schemas.append(columns)
        found += _differences(files[0], schemas[0], file, columns)
    if not found:
        found += _repeated(files[0], schemas[0])
    if found:
        raise BadData(f"source {source.name!r} can't be read", findings=found)
    paths = list_literal(str(file.path) for file in files)
    # by name: files written at different times may order their columns differently
    reader = f"read_parquet({paths}, union_by_name = {str(len(files) > 1).lower()})"
    return _view(engine, source, f"SELECT * FROM {reader}", files)


def _view(engine: Engine, source: Source, query: str, files: Sequence[SourceFile]) -> Relation:
    name = f"read_{source.name}"
    engine.run(f"CREATE OR REPLACE VIEW {identifier(name)} AS {query}")
    shown = files[0].shown if len(files) == 1 else f"{source.path}"
    if source.format == "parquet" and source.table:
        shown = source.table  # the files are what Spark wrote of it
    return Relation(
        name=name,
        columns=tuple(ReadColumn(n, t, Looks.TYPED) for n, t in engine.columns_of(name)),
        files=tuple(file.shown for file in files),
        is_stored=False,
        locate=by_row(shown),
    )


def _unreadable(file: SourceFile, error: EngineError) -> Finding:
    reason = error.trouble.message.splitlines()[0].replace(str(file.path), file.shown)
    message = f"{file.shown} can't be read: {reason}"
    return Finding("TG715", message, Place(file.shown, 1, 1), "the file is damaged: write it again")


def _differences(
    first: SourceFile,
    expected: Sequence[tuple[str, str]],
    file: SourceFile,
    columns: Sequence[tuple[str, str]],
) -> list[Finding]:
    theirs = {name.casefold() for name, _ in expected}
    ours = {name.casefold() for name, _ in columns}
    if ours == theirs:
        return []
    names = ", ".join(sorted(ours ^ theirs))
    message = f"{file.shown} and {first.shown} don't have the same columns: {names}"
    help_ = "the files of one source have the same columns"
    return [Finding("TG716", message, Place(file.shown, 1, 1), help_)]


def _repeated(file: SourceFile, columns: Sequence[tuple[str, str]]) -> list[Finding]:
    folded = [name.casefold() for name, _ in columns]
    twice = sorted({name for name in folded if folded.count(name) > 1})
    return [
        Finding("TG720", f"column {name!r} stands twice (case doesn't count)", _start(file))
        for name in twice
    ]


def _start(file: SourceFile) -> Place:
    return Place(file.shown, 1, 1)


def read_duckdb(engine: Engine, source: Source, file: SourceFile) -> Relation:
    """A view of one table of a DuckDB file, which is opened for reading only."""
    # two sources may name tables of one file, and a file can be attached once
    digest = hashlib.sha256(str(file.path).encode()).hexdigest()[:12]
    alias = f"file_{digest}"
    try:
        engine.run(
            f"ATTACH IF NOT EXISTS {literal(str(file.path))} AS {identifier(alias)} (READ_ONLY)"
        )
    except EngineError as error:
        raise _bad(source, _not_attached(file, error)) from None
    schema, table = _table_of(engine, source, alias, file)
    query = f"SELECT * FROM {identifier(alias)}.{identifier(schema)}.{identifier(table)}"
    try:
        return _view(engine, source, query, [file])
    except EngineError as error:
        raise _bad(source, _unreadable(file, error)) from None


def _not_attached(file: SourceFile, error: EngineError) -> Finding:
    reason = error.trouble.message.splitlines()[0].replace(str(file.path), file.shown)
    message = f"{file.shown} can't be opened: {reason}"
    help_ = "write it with the DuckDB version that reads it, or export the table as Parquet"
    return Finding("TG715", message, Place(file.shown, 1, 1), help_)


def _table_of(engine: Engine, source: Source, alias: str, file: SourceFile) -> tuple[str, str]:
    rows = engine.rows(
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_catalog = $1 ORDER BY 1, 2",
        [alias],
    )
    known = {f"{schema}.{table}": (schema, table) for schema, table in rows}
    wanted = source.table
    if wanted is None and len(known) == 1:
        return next(iter(known.values()))
    names = [name.removeprefix("main.") for name in known]
    if wanted is None:
        message = f"source {source.name!r} needs table:, for {file.shown} has {len(known)}"
        raise _bad(source, Finding("TG104", message, source.place, f"known: {', '.join(names)}"))
    for name, found in known.items():
        if wanted.casefold() in (name.casefold(), name.removeprefix("main.").casefold()):
            return found
    message = f"{file.shown} has no table {wanted!r}"
    raise _bad(source, Finding("TG715", message, source.place, did_you_mean(wanted, names)))


def _bad(source: Source, finding: Finding) -> BadData:
    return BadData(f"source {source.name!r} can't be read", findings=[finding])
