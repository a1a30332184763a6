"""What a file nobody described seems to hold: types, formats, its key, its links to other files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from targeter.database import Engine, identifier, list_literal
from targeter.errors import BadData
from targeter.findings import Finding, Place
from targeter.schema import TYPES
from targeter.sources import casting, number_formats
from targeter.sources.date_formats import DATES, TIMES, formats_of, swapped
from targeter.sources.declared import DeclaredColumn, Source
from targeter.sources.files import format_of_path
from targeter.sources.looks import Look, looks_of
from targeter.sources.reading import read
from targeter.sources.relation import Looks, ReadColumn, Relation
from targeter.yaml_source import quoted

MISSING_WORDS = (
    *("NA", "N/A", "n/a", "na", "#N/A", "NULL", "null", "Null", "NONE", "None", "none", "nil"),
    *("-", "--", "?", ".", "unknown", "Unknown", "UNKNOWN", "nan", "NaN", "(null)", "\\N"),
    *("0000-00-00", "00/00/0000", "0000-00-00 00:00:00"),
)
YES_WORDS = frozenset({"y", "yes", "t", "true", "on", "j", "ja", "oui", "si", "sí"})
NO_WORDS = frozenset({"n", "no", "f", "false", "off", "nein", "non", "nee"})
_KEYISH = re.compile(
    r"(?i)(^|[_ ])(id|key|uuid|guid|no|nr|number|code)$|id$|^(person|customer|user)"
)
_TIMEISH = re.compile(r"(?i)(_at|_on|_time|time|date|_ts|timestamp)$|^(when|time|date)")
_EXAMPLES = 3
_FEW = 3
"""So many different values may be odd ones out in a column of dates or numbers."""

_MANY = 10
"""So many different values must be what the column is then."""

_MOST_WORDS = 40
"""A text column with more different values has none that mean nothing."""

_VALUES = "guessed_values"
_NOWHERE = Place("", 1, 1)

_LEAST_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class GuessedColumn:
    """One column as it seems: a type of `TYPES`, and what must be declared to read it so.

    `share_missing` is 0 to 1, of all rows; `distinct` counts different values; `bad` values are
    not of the type and would have to be dropped; `note` says what is in doubt.
    """

    name: str
    type: str
    format: str | None = None
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    bad: int = 0
    share_missing: float = 0.0
    examples: tuple[str, ...] = ()
    distinct: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class GuessedFile:
    """One file as it seems. `key` is unique in every row; `time` is when a row happened."""

    path: Path
    format: str
    rows: int
    columns: tuple[GuessedColumn, ...]
    key: str | None = None
    time: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GuessedLink:
    """A column of one file whose values are keys of another; `share` of them are found there."""

    column: str
    to: str
    share: float


def guess(engine: Engine, path: Path, scratch: Path | None = None) -> GuessedFile:
    """What a file seems to hold, read whole; raises `BadData` when it can't be read.

    The engine must be allowed to read the file's folder, and `scratch`.
    """
    relation = _relation(engine, path, scratch)
    try:
        return _guessed(engine, path, relation)
    finally:
        relation.drop(engine)


def _relation(engine: Engine, path: Path, scratch: Path | None) -> Relation:
    place = Place(path.name, 1, 1)
    format_ = format_of_path(path.name)
    if format_ is None:
        message = f"{path.name} doesn't say what it holds"
        help_ = "known endings: .csv .tsv .txt .parquet .json .jsonl .duckdb, each also with .gz"
        finding = Finding("TG105", message, place, help_)
        raise BadData(message, findings=[finding])
    source = Source(name=path.name, place=place, path=path.name, format=format_)
    return read(engine, source, path.parent, (), scratch)


def _guessed(engine: Engine, path: Path, relation: Relation) -> GuessedFile:
    rows = engine.value(f"SELECT count(*) FROM {identifier(relation.name)}")
    texts = [c for c in relation.columns if c.looks is not Looks.TYPED]
    looks = looks_of(engine, relation, texts)
    columns = tuple(
        _column(engine, relation, column, looks.get(column.name), rows)
        for column in relation.columns
    )
    return GuessedFile(
        path=path,
        format=format_of_path(path.name) or "",
        rows=rows,
        columns=columns,
        key=_key(columns, rows),
        time=_time(columns),
        notes=relation.notes,
    )


def _column(
    engine: Engine, relation: Relation, column: ReadColumn, look: Look | None, rows: int
) -> GuessedColumn:
    text = identifier(column.name)
    if column.type != "VARCHAR":
        text = f"CAST({text} AS VARCHAR)"
    engine.run(
        f"CREATE OR REPLACE TABLE {_VALUES} AS SELECT {casting.trimmed(text)} AS t, count(*) AS n "
        f"FROM {identifier(relation.name)} GROUP BY 1 HAVING t IS NOT NULL"
    )
    values, distinct, first = engine.row(
        f"SELECT coalesce(sum(n), 0)::BIGINT, count(*), min(t, {_EXAMPLES}) FROM {_VALUES}"
    )
    guessed = GuessedColumn(
        name=column.name,
        type=_declarable(look.type if look else casting.plain("x", column.type)[1]),
        share_missing=1 - values / rows if rows else 0.0,
        examples=tuple(first or ()),
        distinct=distinct,
        note=look.note.removeprefix("text: ") if look and look.note.startswith("text:") else "",
    )
    if guessed.type == "text" and values:
        guessed = _text_column(engine, guessed, rows)
    engine.run(f"DROP TABLE {_VALUES}")
    return guessed


def _declarable(type_: str) -> str:
    """The type of `columns:` for one of the engine's."""
    if type_.startswith("DECIMAL"):
        return "decimal" if int(type_.rstrip(")").split(",")[1]) <= 6 else "number"
    names = {engine: name for name, engine in TYPES.items()}
    return names.get(type_, "integer" if "INT" in type_ else "text")


def _text_column(engine: Engine, column: GuessedColumn, rows: int) -> GuessedColumn:
    """A column of texts that may be dates, yes and no, or numbers, once its gaps are known."""
    known = list_literal(MISSING_WORDS)
    gaps = _texts(engine, f"SELECT t FROM {_VALUES} WHERE list_contains({known}, t) ORDER BY t")
    engine.run(f"DELETE FROM {_VALUES} WHERE list_contains({known}, t)")
    found = (
        _words(engine, column)
        or _moments(engine, column)
        or _numbers(engine, column)
        or _marked_numbers(engine, column)
    )
    if found is None and gaps and column.distinct <= _MOST_WORDS:
        found = column
    if found is None or not engine.value(f"SELECT count(*) FROM {_VALUES}"):
        return column
    missing = tuple(sorted({*gaps, *found.missing}))
    given = engine.value(
        f"SELECT coalesce(sum(n), 0)::BIGINT FROM {_VALUES} "
        f"WHERE NOT list_contains({list_literal(missing)}::VARCHAR[], t)"
    )
    examples = tuple(e for e in found.examples if e not in missing)
    return replace(found, missing=missing, share_missing=1 - given / rows, examples=examples)


def _texts(engine: Engine, query: str) -> list[str]:
    return [str(row[0]) for row in engine.rows(query)]


def _words(engine: Engine, column: GuessedColumn) -> GuessedColumn | None:
    """Yes and no in the usual languages, however many ways of writing them are mixed."""
    texts = _texts(engine, f"SELECT t FROM {_VALUES} ORDER BY t LIMIT {_MANY}")
    yes = tuple(t for t in texts if t.casefold() in YES_WORDS)
    no = tuple(t for t in texts if t.casefold() in NO_WORDS)
    if not yes or not no or len(yes) + len(no) < len(texts):
        return None
    return replace(column, type="boolean", true_values=yes, false_values=no)


def _moments(engine: Engine, column: GuessedColumn) -> GuessedColumn | None:
    """Dates or times in one format that reads every value, or all but a few."""
    for type_, cast in (
        ("date", casting.date("t", None)),
        ("timestamp", casting.timestamp("t", None)),
    ):
        if (odd := _odd_ones(engine, f"{cast} IS NOT NULL")) is not None:
            return _with_odd(replace(column, type=type_), odd)
    readable = []
    for format_ in _candidates(engine):
        odd = _odd_ones(engine, f"{casting.timestamp('t', format_)} IS NOT NULL")
        if odd is not None:
            readable.append((len(odd), format_, odd))
    if not readable:
        return None
    # a stable sort: the format that reads most, and of equals the likelier
    readable.sort(key=lambda entry: entry[0])
    fewest, format_, odd = readable[0]
    type_ = "timestamp" if "%H" in format_ or "%I" in format_ else "date"
    if other := swapped(format_, [f for n, f, _ in readable if n == fewest]):
        # a wrong guess would be believed: text makes somebody look
        note = f'a {type_}, but day or month first? format: "{format_}" or "{other}"'
        return replace(column, note=note)
    return _with_odd(replace(column, type=type_, format=format_), odd)


def _candidates(engine: Engine) -> list[str]:
    """Formats of some of the values; each must then read nearly all."""
    sample = _texts(engine, f"SELECT t FROM {_VALUES} ORDER BY n DESC, t LIMIT 20")
    found = dict.fromkeys(f for text in sample for f in formats_of([text]))
    order = (*DATES, *TIMES)
    return sorted(found, key=order.index)


def _odd_ones(engine: Engine, test: str) -> dict[str, int] | None:
    """The few values, with their counts, that fail a test which nearly all pass; else None."""
    passing = engine.value(f"SELECT count(*) FROM {_VALUES} WHERE {test}")
    if not passing:
        return None
    failing = f"SELECT t, n FROM {_VALUES} WHERE ({test}) IS NOT TRUE ORDER BY t LIMIT {_FEW + 1}"
    odd = {str(text): int(count) for text, count in engine.rows(failing)}
    return None if len(odd) > _FEW or (odd and passing < _MANY) else odd


def _with_odd(column: GuessedColumn, odd: Mapping[str, int]) -> GuessedColumn:
    """A column whose odd values mean nothing when they are words, and are bad when they aren't."""
    words = tuple(text for text in odd if not any(c.isdigit() for c in text))
    bad = {text: count for text, count in odd.items() if text not in words}
    note = f"not of this type: {', '.join(map(repr, bad))}" if bad else ""
    return replace(column, missing=words, bad=sum(bad.values()), note=note)


def _numbers(engine: Engine, column: GuessedColumn) -> GuessedColumn | None:
    """Numbers, when only words stood in their way."""
    for type_, pattern in (
        ("integer", r"-?(0|[1-9][0-9]{0,17})"),
        ("decimal", r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?"),
        ("number", r"-?((0|[1-9][0-9]{0,17})(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"),
    ):
        odd = _odd_ones(engine, casting.matches("t", pattern))
        if odd is not None and not any(c.isdigit() for text in odd for c in text):
            return _with_odd(replace(column, type=type_), odd)
    return None


def _marked_numbers(engine: Engine, column: GuessedColumn) -> GuessedColumn | None:
    """Numbers with a comma or marks between groups, in one format that reads nearly every value."""
    found: list[tuple[GuessedColumn, dict[str, int], str]] = []
    for format_ in number_formats.FORMATS:
        for type_ in casting.NUMBERS:
            declared = DeclaredColumn(column.name, _NOWHERE, type_, format_)
            value = casting.from_text("t", declared)
            odd = _odd_ones(
                engine, f"{value} IS NOT NULL AND NOT regexp_matches(t, '^[-+]?0[0-9]')"
            )
            if odd is not None and not any(c.isdigit() for text in odd for c in text):
                found.append((replace(column, type=type_, format=format_), odd, value))
                break
    if not found:
        return None
    (first, odd, value), rest = found[0], found[1:]
    for other, _, reading in rest:
        if engine.value(f"SELECT count(*) FROM {_VALUES} WHERE {value} <> {reading}"):
            # a wrong guess would be a thousand times too much: text makes somebody look
            note = f'a number? format: "{first.format}" or "{other.format}"'
            return replace(column, note=note)
    return _with_odd(first, odd)


def _key(columns: Sequence[GuessedColumn], rows: int) -> str | None:
    """The column that is different in every row and named like an identifier, else the first."""
    unique = [c for c in columns if rows and c.distinct == rows and c.type in ("text", "integer")]
    named = [c.name for c in unique if _KEYISH.search(c.name)]
    if named:
        return named[0]
    return unique[0].name if unique and unique[0] is columns[0] else None


def _time(columns: Sequence[GuessedColumn]) -> str | None:
    """The one column that says when a row happened, None when that is in doubt."""
    for type_ in ("timestamp", "date"):
        moments = [c.name for c in columns if c.type == type_]
        named = [name for name in moments if _TIMEISH.search(name)]
        if len(moments) == 1 or len(named) == 1:
            return (named or moments)[0]
    return None


def links(
    engine: Engine, base: GuessedFile, other: GuessedFile, scratch: Path | None = None
) -> tuple[GuessedLink, ...]:
    """The columns of another file that hold keys of the base, the likeliest first.

    Measured: the share of a column's different values that are keys. A column called like the key
    is always among them. Others with less than half are left out, and where keys are numbers, so
    are numbers that aren't named like an identifier: an age of 40 is no link to person 40.
    """
    if base.key is None:
        return ()
    ours = _relation(engine, base.path, scratch)
    keys = _identifiers(ours, base.key)
    engine.run(f"CREATE OR REPLACE TABLE guessed_keys AS SELECT DISTINCT t FROM {keys}")
    ours.drop(engine)
    theirs = _relation(engine, other.path, scratch)
    try:
        found = [_link(engine, theirs, column, base.key) for column in other.columns]
    finally:
        theirs.drop(engine)
        engine.run("DROP TABLE guessed_keys")
    likely = [link for link in found if _is_likely(link, base)]
    return tuple(sorted(likely, key=lambda link: _likelihood(link, base)))


def _identifiers(relation: Relation, name: str) -> str:
    column = next(c for c in relation.columns if c.name == name)
    value = casting.key_text(identifier(name), column.type)
    return f"(SELECT {value} AS t FROM {identifier(relation.name)})"


def _link(engine: Engine, relation: Relation, column: GuessedColumn, key: str) -> GuessedLink:
    if column.type not in ("text", "integer", "decimal", "number"):
        return GuessedLink(column.name, key, 0.0)
    query = (
        "SELECT count(*), count(CASE WHEN t IN (FROM guessed_keys) THEN 1 END) FROM "
        f"(SELECT DISTINCT t FROM {_identifiers(relation, column.name)}) WHERE t IS NOT NULL"
    )
    values, known = engine.row(query)
    return GuessedLink(column.name, key, known / values if values else 0.0)


def _is_likely(link: GuessedLink, base: GuessedFile) -> bool:
    if _is_same(link, base):
        return True
    key = next(column for column in base.columns if column.name == base.key)
    is_meant = key.type == "text" or bool(_KEYISH.search(link.column))
    return is_meant and link.share >= _LEAST_OVERLAP


def _is_same(link: GuessedLink, base: GuessedFile) -> bool:
    return link.column.casefold() == (base.key or "").casefold()


def _likelihood(link: GuessedLink, base: GuessedFile) -> tuple[bool, bool, float, str]:
    """Sorts the same name first, then names like identifiers, then the greatest overlap."""
    return (not _is_same(link, base), not _KEYISH.search(link.column), -link.share, link.column)


def yaml_columns(
    guessed: Sequence[GuessedColumn], duties: Mapping[str, Mapping[str, str]] = MappingProxyType({})
) -> str:
    """The lines to paste below `columns:` of a source, two spaces deep; doubts as comments.

    `duties` are further settings of a column, by its name, as YAML writes them.
    """
    return "".join(f"  {_yaml_column(c, duties.get(c.name, {}))}\n" for c in guessed)


def _yaml_column(column: GuessedColumn, duties: Mapping[str, str]) -> str:
    settings = {**_settings(column), **duties}
    value = column.type
    if settings:
        inner = ", ".join(f"{name}: {text}" for name, text in settings.items())
        value = f"{{type: {column.type}, {inner}}}"
    comment = f"  # {' '.join(column.note.split())}" if column.note else ""
    return f"{quoted(column.name)}: {value}{comment}"


def _settings(column: GuessedColumn) -> Mapping[str, str]:
    settings: dict[str, str] = {}
    if column.format:
        settings["format"] = _quoted(column.format)
    for name, words in (
        ("true_values", column.true_values),
        ("false_values", column.false_values),
        ("missing", column.missing),
    ):
        if words:
            settings[name] = f"[{', '.join(map(_quoted, words))}]"
    if column.bad:
        settings |= {"on_bad": "missing", "at_most": str(column.bad)}
    return settings


def _quoted(text: str) -> str:
    """A text in double quotes, which is safe inside brackets whatever it holds."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
