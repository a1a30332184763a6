"""Values that are not what their column was declared as: counted, found in the file, explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from targeter.database import Engine, identifier
from targeter.findings import Finding
from targeter.sources import number_formats
from targeter.sources.casting import NUMBERS
from targeter.sources.csv_files import SHOWN
from targeter.sources.date_formats import format_of
from targeter.sources.declared import DeclaredColumn, Source
from targeter.sources.relation import Cell, Relation, Spot

_WORDS = {
    "integer": "a whole number",
    "decimal": "a decimal with at most 6 places",
    "number": "a number",
    "boolean": "yes or no",
    "date": "a date",
    "timestamp": "a time",
    "list": "a list",
    "text": "text",
}
_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Typed:
    """A column of a source with its type: the SQL of what a row gives, and of the value cast.

    The value says `named(number)` for what is given, so that nothing is worked out twice. Where
    something is given and the value is NULL, it could not be cast. `number` is the column's number
    as read, -1 when it isn't there.
    """

    number: int
    name: str
    type: str
    given: str
    value: str
    declared: DeclaredColumn | None
    can_fail: bool = False
    note: str = ""


def named(number: int) -> str:
    """What a row gives in the column of this number, for the SQL that casts it."""
    return f"given_{number}"


def with_given(relation: Relation, typed: Iterable[Typed]) -> str:
    """The rows of a source as a table expression, with what they give under those names."""
    given = ", ".join(f"{t.given} AS {named(t.number)}" for t in typed if t.number >= 0)
    return f"(SELECT {given or '1'} FROM {identifier(relation.name)})"


def bad_values(
    engine: Engine, source: Source, relation: Relation, typed: Sequence[Typed], rows: int
) -> list[Finding]:
    """An error for every value that can't be cast (the first ones listed), or what was dropped."""
    checked = [t for t in typed if t.can_fail]
    if not checked:
        return []
    cast = ", ".join(f"count({identifier(t.name)})" for t in checked)
    fine = engine.row(f"SELECT {cast} FROM {identifier(f'source_{source.name}')}")
    # only where values are missing can one have been given: the rest is not worked out again
    short = [(t, count) for t, count in zip(checked, fine, strict=True) if count < rows]
    short = _where_some_stands(engine, relation, short)
    if not short:
        return []
    given = ", ".join(f"count({t.given})" for t, _ in short)
    wanted = engine.row(f"SELECT {given} FROM {identifier(relation.name)}")
    found: list[Finding] = []
    for (column, count), many in zip(short, wanted, strict=True):
        if many > count and column.declared:
            found += _found(engine, relation, column, column.declared, many - count)
    return found


def _where_some_stands(
    engine: Engine, relation: Relation, short: Sequence[tuple[Typed, int]]
) -> list[tuple[Typed, int]]:
    """Those of the columns in which more stands than was cast: counting asks nothing of a value."""
    if not short:
        return []
    columns = [relation.columns[t.number].name for t, _ in short]
    counts = ", ".join(f"count({identifier(name)})" for name in columns)
    standing = engine.row(f"SELECT {counts} FROM {identifier(relation.name)}")
    return [one for one, many in zip(short, standing, strict=True) if many > one[1]]


def _found(
    engine: Engine, relation: Relation, column: Typed, declared: DeclaredColumn, count: int
) -> list[Finding]:
    what = _WORDS[declared.type]
    if declared.on_bad == "missing" and (declared.at_most is None or count <= declared.at_most):
        values = "1 value is" if count == 1 else f"{count:,} values are"
        first = ", ".join(shortened(text) for _, text in _bad_rows(engine, relation, column, 3))
        more = ", …" if count > 3 else ""
        message = f"column {column.name!r}: {values} not {what} and left out: {first}{more}"
        return [Finding("TG718", message, declared.place)]
    found = _listed(engine, relation, column, declared)
    if declared.on_bad == "missing":
        message = f"column {column.name!r}: {count:,} values are not {what}"
        help_ = f"the project allows at_most: {declared.at_most}"
        found.append(Finding("TG710", message, declared.place, help_))
    elif count > len(found):
        message = f"column {column.name!r}: and {count - len(found):,} more that are not {what}"
        found.append(Finding("TG710", message, declared.place))
    return found


def _bad_rows(
    engine: Engine, relation: Relation, column: Typed, limit: int
) -> list[tuple[int, str]]:
    """The first rows with a bad value: their numbers from 0, and the values."""
    rows = engine.rows(
        "SELECT n, CAST(given AS VARCHAR) FROM (SELECT row_number() OVER () - 1 AS n, "
        f"{named(column.number)} AS given, {column.value} AS value "
        f"FROM {with_given(relation, [column])}) "
        f"WHERE given IS NOT NULL AND value IS NULL ORDER BY n LIMIT {limit}"
    )
    return [(int(row), str(text)) for row, text in rows]


def _listed(
    engine: Engine, relation: Relation, column: Typed, declared: DeclaredColumn
) -> list[Finding]:
    rows = _bad_rows(engine, relation, column, SHOWN)
    spots = relation.locate([Cell(row, column.number) for row, _ in rows])
    texts = [text for _, text in rows]
    return [_finding(column, declared, t, s) for t, s in zip(texts, spots, strict=True)]


def _finding(column: Typed, declared: DeclaredColumn, text: str, spot: Spot) -> Finding:
    what = _WORDS[declared.type]
    if declared.format and declared.type != "list":
        what += f" as {declared.format}"
    message = f"column {column.name!r}: {shortened(text)} is not {what}"
    help_ = _help(declared, text)
    if spot.place and (spot.text is None or spot.text.strip() == text):
        return Finding("TG710", message, spot.place, help_)
    return Finding("TG710", f"{message} ({spot.words})", declared.place, help_)


def shortened(text: str) -> str:
    """A value as a message shows it: on one line, escaped, and not too long."""
    if len(text) > _LONGEST_SHOWN:
        return repr(text[: _LONGEST_SHOWN - 1])[:-1] + "…'"
    return repr(text)


def _help(declared: DeclaredColumn, text: str) -> str:
    rest = f"add it to missing: of {declared.name}, or declare on_bad: missing"
    if declared.type in ("date", "timestamp"):
        pattern = format_of(text)
        if pattern and pattern != declared.format:
            return f'declare format: "{pattern}" for {declared.name}; or {rest}'
    if declared.type in NUMBERS:
        written = number_formats.format_of(text)
        if written and written != declared.format:
            return f'declare format: "{written}" for {declared.name}; or {rest}'
    if declared.type == "boolean":
        return f"list it in true_values: or false_values: of {declared.name}; or {rest}"
    if declared.type == "list" and not declared.format:
        return f"declare what stands between the values, for example format: ';'; or {rest}"
    if declared.type == "integer":
        return f"declare {declared.name} as decimal, number or text; or {rest}"
    return rest
