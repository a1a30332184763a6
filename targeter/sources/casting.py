"""Casts as SQL: from what a source holds to what a column was declared as, or NULL.

A cast here never raises and never rounds: what isn't exactly a value of the type becomes NULL,
and whoever asked counts those.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from targeter.database import list_literal, literal
from targeter.sources.declared import DeclaredColumn
from targeter.sources.number_formats import spelled, with_point

# What a text begins with that isn't blank: nearly all do, and comparing takes next to no time.
_VISIBLE = "BETWEEN '!' AND '~'"
_BLANK = r"[\s\pZ]*"
_EDGES = r"^[\s\pZ]+|[\s\pZ]+$"

WHOLE = r"[-+]?[0-9]+(\.0*)?"
NUMBER = r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"
NOT_FINITE = r"(?i)[-+]?(nan|inf|infinity)"
# six places, as the type has; more zeros change nothing
PLAIN_DECIMAL = r"[-+]?([0-9]+(\.[0-9]{0,6}0*)?|\.[0-9]{1,6}0*)"
ISO_DATE = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
ISO_MIDNIGHT = rf"{ISO_DATE}([ T]00:00(:00(\.0+)?)?)?"
ZONE = r" ?(Z|UTC|[-+][0-9]{2}(:?[0-9]{2})?)"
ISO_TIME = rf"{ISO_DATE}([ T][0-9]{{1,2}}:[0-9]{{2}}(:[0-9]{{2}}([.,][0-9]{{1,9}})?)?({ZONE})?)?"

YES = ("true", "t", "yes", "y", "1")
NO = ("false", "f", "no", "n", "0")
NUMBERS = ("integer", "decimal", "number")
_COMPARED_BY_VALUE = (*NUMBERS, "date", "timestamp")
EARLIEST_YEAR = 1000
"""Years below are two-digit years read with %Y, never meant."""


def matches(text: str, pattern: str) -> str:
    """Whether all of a text is of a pattern (RE2)."""
    return f"regexp_full_match({text}, {literal(pattern)})"


def not_blank(text: str) -> str:
    """A text as it is, NULL when nothing but white space is in it."""
    return (
        f"CASE WHEN {text} {_VISIBLE} THEN {text} WHEN NOT {matches(text, _BLANK)} THEN {text} END"
    )


def trimmed(text: str) -> str:
    """A text without white space of any script around it, NULL when nothing is left."""
    return (
        f"CASE WHEN {text} {_VISIBLE} AND array_extract({text}, -1) {_VISIBLE} THEN {text} "
        f"ELSE nullif(regexp_replace({text}, {literal(_EDGES)}, '', 'g'), '') END"
    )


def without(text: str, missing: Sequence[str]) -> str:
    """A text, NULL when it is one of those that mean nothing."""
    if not missing:
        return text
    return f"CASE WHEN NOT list_contains({list_literal(missing)}, {text}) THEN {text} END"


def without_missing(text: str, column: DeclaredColumn) -> str:
    """A trimmed text, NULL when it means nothing in this column.

    A number, day or time among `missing` is a value, not a spelling: -99 is -99.0 too, and
    9999-12-31 a midnight of that day.
    """
    kept = without(text, column.missing)
    if not column.missing or column.type not in _COMPARED_BY_VALUE:
        return kept
    values = ", ".join(from_text(literal(word), column) for word in column.missing)
    return f"CASE WHEN (({from_text(text, column)}) IN ({values})) IS NOT TRUE THEN {kept} END"


def without_nan(text: str) -> str:
    """A text, NULL when it is «not a number» or infinite, which is no value of a number."""
    return f"CASE WHEN NOT {matches(text, NOT_FINITE)} THEN {text} END"


def key_text(value: str, type_: str) -> str:
    """A key or identifier as text, the same whatever the file's type: 123, 123.0 and '123 '."""
    if type_.startswith(("DECIMAL", "DOUBLE", "FLOAT")):
        whole = f"CAST(TRY_CAST({value} AS HUGEINT) AS VARCHAR)"
        return f"CASE WHEN {value} = trunc({value}) THEN {whole} ELSE CAST({value} AS VARCHAR) END"
    return trimmed(f"CAST({value} AS VARCHAR)")


def from_text(text: str, column: DeclaredColumn) -> str:
    """A trimmed text as the column's declared type."""
    if column.format and column.type in NUMBERS:
        text = f"({with_point(text, column.format)})"
    casts = {
        "text": lambda: text,
        "integer": lambda: _checked(text, WHOLE, f"TRY_CAST({text} AS BIGINT)"),
        "decimal": lambda: _checked(text, PLAIN_DECIMAL, f"TRY_CAST({text} AS DECIMAL(18,6))"),
        "number": lambda: finite(_checked(text, NUMBER, f"TRY_CAST({text} AS DOUBLE)")),
        "boolean": lambda: boolean(text, column.true_values, column.false_values),
        "date": lambda: date(text, column.format),
        "timestamp": lambda: timestamp(text, column.format),
        "list": lambda: listed(text, column.format),
    }
    return casts[column.type]()


def as_written(number: str, column: DeclaredColumn) -> str:
    """A number's text with a point, if any, in its column's format; what means nothing stays."""
    assert column.format is not None
    text = spelled(number, column.format)
    if not column.missing:
        return text
    means_nothing = f"list_contains({list_literal(column.missing)}, {number})"
    return f"CASE WHEN {means_nothing} THEN {number} ELSE {text} END"


def _checked(text: str, pattern: str, cast: str) -> str:
    """A cast only where the text looks right: the engine's own casts round and read 1_000."""
    return f"CASE WHEN {matches(text, pattern)} THEN {cast} END"


def finite(number: str) -> str:
    """A DOUBLE, NULL when it is not a number or infinite: neither can be compared or summed."""
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def boolean(text: str, true_values: Sequence[str] = (), false_values: Sequence[str] = ()) -> str:
    """What means yes and no, in any case; what is declared wins over the usual words."""
    yes = [v.strip().casefold() for v in true_values]
    no = [v.strip().casefold() for v in false_values]
    yes = yes or [v for v in YES if v not in no]
    no = no or [v for v in NO if v not in yes]
    return (
        f"CASE WHEN lower({text}) IN ({_listed(yes)}) THEN true "
        f"WHEN lower({text}) IN ({_listed(no)}) THEN false END"
    )


def _listed(values: Sequence[str]) -> str:
    return ", ".join(literal(value) for value in values)


def date(text: str, format_: str | None) -> str:
    """A DATE by a strptime pattern, else ISO 8601 (a time of midnight may follow)."""
    if format_ is None:
        return _checked(text, ISO_MIDNIGHT, f"TRY_CAST({text} AS DATE)")
    return _sane(f"CAST(try_strptime({text}, {literal(format_)}) AS DATE)")


def timestamp(text: str, format_: str | None) -> str:
    """A TIMESTAMP in the engine's time zone by a strptime pattern, else ISO 8601.

    A time with a zone is turned into the engine's; one without is taken as it stands.
    """
    if format_ is not None:
        return _sane(f"CAST(try_strptime({text}, {literal(format_)}) AS TIMESTAMP)")
    dotted = f"replace({text}, ',', '.')"
    zoned = f"regexp_matches({text}, {literal(f':[0-9]{{2}}.*{ZONE}$|:[0-9]{{2}}{ZONE}$')})"
    cast = (
        f"CASE WHEN {zoned} THEN CAST(TRY_CAST({dotted} AS TIMESTAMPTZ) AS TIMESTAMP) "
        f"ELSE TRY_CAST({dotted} AS TIMESTAMP) END"
    )
    return _checked(text, ISO_TIME, cast)


def _sane(moment: str) -> str:
    return f"CASE WHEN year({moment}) >= {EARLIEST_YEAR} THEN {moment} END"


def listed(text: str, separator: str | None) -> str:
    """A list of texts: a JSON array, or values with a separator between them."""
    array = f"TRY_CAST(TRY_CAST({text} AS JSON) AS VARCHAR[])"
    is_array = f"starts_with({text}, '[')"
    if separator is None:
        return f"CASE WHEN {is_array} THEN {array} END"
    return f"CASE WHEN {is_array} THEN {array} ELSE {_items(text, separator)} END"


def _items(text: str, separator: str) -> str:
    parts = f"string_split({text}, {literal(separator)})"
    return f"list_filter(list_transform({parts}, lambda x: trim(x)), lambda x: x <> '')"


def plain_between(type_: str) -> tuple[str, str] | None:
    """SQL of the least and the greatest value between which `plain` leaves every value as it is.

    It is quick rather than sharp: a text that begins with an Ł is left as it is, too. None for
    types whose order doesn't tell.
    """
    if type_ == "VARCHAR":
        return "'!'", "'~'"
    if type_ in ("DATE", "TIMESTAMP"):
        return f"'0001-01-01'::{type_}", f"'9999-12-31'::{type_}"
    return None


def plain(value: str, type_: str, *, is_plain: bool = False) -> tuple[str, str]:
    """A value of a typed source as it is (and its type then), in one of the types we use.

    Texts that are blank and numbers that aren't are missing, times lose their zone by being
    turned into the engine's, lists hold texts, and what is nested becomes JSON text.
    """
    upper = type_.upper()
    if is_plain:
        return value, upper
    if upper == "VARCHAR":
        return not_blank(value), "VARCHAR"
    if upper.endswith("]"):
        return _plain_list(value, upper)
    if upper in ("DOUBLE", "FLOAT"):
        number = value if upper == "DOUBLE" else f"CAST({value} AS DOUBLE)"
        return finite(number), "DOUBLE"
    if upper.startswith("TIMESTAMP"):
        moment = value if upper == "TIMESTAMP" else f"CAST({value} AS TIMESTAMP)"
        return _in_calendar(moment), "TIMESTAMP"
    if upper == "DATE":
        return _in_calendar(value), "DATE"
    if upper in _UNSIGNED_OR_SMALL:
        return f"CAST({value} AS BIGINT)", "BIGINT"
    if upper in ("BIGINT", "BOOLEAN", "HUGEINT") or upper.startswith("DECIMAL"):
        return value, type_
    if upper.startswith(("STRUCT", "MAP", "UNION")):
        return f"CAST(to_json({value}) AS VARCHAR)", "VARCHAR"
    return not_blank(f"CAST({value} AS VARCHAR)"), "VARCHAR"


def _in_calendar(moment: str) -> str:
    """A date or time, NULL when it is infinite, as some databases mark what never ends."""
    return f"CASE WHEN year({moment}) BETWEEN 1 AND 9999 THEN {moment} END"


_UNSIGNED_OR_SMALL = ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER")


def _plain_list(value: str, type_: str) -> tuple[str, str]:
    inner = type_.rsplit("[", 1)[0]
    if inner.endswith("]") or inner.startswith(("STRUCT", "MAP", "UNION")):
        return f"CAST(to_json({value}) AS VARCHAR)", "VARCHAR"
    return (value if inner == "VARCHAR" else f"CAST({value} AS VARCHAR[])"), "VARCHAR[]"


def from_typed(
    value: str, type_: str, column: DeclaredColumn, name: str, *, is_plain: bool = False
) -> tuple[str, str, bool]:
    """A typed value as declared: what counts as given, its cast, and whether that can fail.

    The first is the value without what is missing, the second says `name` for it; where it is
    given and the cast is NULL, the value is bad.
    """
    given, plain_type = plain(value, type_, is_plain=is_plain)
    if column.type in NUMBERS and plain_type != "VARCHAR":
        column = replace(column, format=None)  # it says how texts are written
    if column.missing:
        text = trimmed(_as_text(given, plain_type))
        given = f"CASE WHEN ({without_missing(f'({text})', column)}) IS NOT NULL THEN {given} END"
    if plain_type == column.engine_type:
        return given, name, False
    if plain_type == "BIGINT" and column.type == "number":
        return given, f"CAST({name} AS DOUBLE)", False
    if plain_type == "DATE" and column.type == "timestamp":
        return given, f"CAST({name} AS TIMESTAMP)", False
    if plain_type == "TIMESTAMP" and column.type == "date":
        return given, f"CAST({name} AS DATE)", False
    if plain_type == "DOUBLE" and column.type == "decimal":
        # a float holds no exact decimal: its nearest one is what was meant
        return given, f"TRY_CAST({name} AS DECIMAL(18,6))", True
    if plain_type.startswith("DECIMAL") and column.type == "number":
        return given, f"CAST({name} AS DOUBLE)", False
    if column.type == "decimal" and _is_within_decimal(plain_type):
        return given, f"CAST({name} AS DECIMAL(18,6))", False
    text = f"({trimmed(_as_text(given, plain_type))})"
    if column.type in NUMBERS:
        text = without_nan(f"({text})")
    if column.type == "text":
        kept = f"CASE WHEN ({text}) IS NOT NULL THEN {_as_text(given, plain_type)} END"
        return kept, name, False
    return text, from_text(name, column), True


def _is_within_decimal(type_: str) -> bool:
    """Whether every value of a type is one of ours: at most 12 digits before the point, 6 after."""
    found = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", type_)
    if found is None:
        return False
    digits, places = map(int, found.groups())
    return places <= 6 and digits - places <= 12


def _as_text(value: str, type_: str) -> str:
    if type_ == "VARCHAR":
        return value
    if type_ == "VARCHAR[]":
        return f"CAST(to_json({value}) AS VARCHAR)"
    return f"CAST({value} AS VARCHAR)"
