"""Values of a test as the types of their columns: written as SQL writes them, or as the source."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from targeter.database import Engine
from targeter.findings import Finding, Place
from targeter.schema import Column, type_class
from targeter.sources import casting
from targeter.sources.declared import DeclaredColumn
from targeter.yaml_source import Entries, Items, Node, Scalar

_TEXTS = {"number": "BIGINT", "cast": "INTEGER", "text": "VARCHAR"}


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a test gives for a column; `text` is None where it says that it is missing.

    `cast` is SQL over a text `t` that gives a value of the column's type, or NULL.
    """

    column: Column
    cast: str
    text: str | None
    place: Place


def value_of(
    column: Column, declared: DeclaredColumn | None, node: Node, found: list[Finding]
) -> Value | None:
    """A node as a value of a column; None, with a finding, where it can't be one."""
    cast = cast_to(column, declared)
    place = node.place
    if isinstance(node, Scalar):
        return Value(column, cast, None if node.is_null else node.text, place)
    is_list = isinstance(node, Items) and type_class(column.type) == "list"
    if is_list and isinstance(node, Items) and all(isinstance(n, Scalar) for n in node.nodes):
        texts = [n.text for n in node.nodes if isinstance(n, Scalar) and not n.is_null]
        return Value(column, cast, json.dumps(texts), place)
    kind = "a mapping" if isinstance(node, Entries) else "a list"
    message = f"{column.name!r} is {_named(column.type)}, and {kind} is none"
    found.append(Finding("TG602", message, place))
    return None


def cast_to(column: Column, declared: DeclaredColumn | None, text: str = "t") -> str:
    """SQL for a text as a column's type: true, 42, 2026-11-30, or as the column's source has it."""
    plain = DeclaredColumn(column.name, Place("", 1, 1))
    own = declared or plain
    kind = type_class(column.type)
    if kind == "text":
        return casting.not_blank(text)
    trimmed = f"({casting.trimmed(text)})"
    if kind == "boolean":
        return f"coalesce({_true_or_false(trimmed)}, {_as(trimmed, own, 'boolean')})"
    if kind in ("date", "time"):
        word = "date" if kind == "date" else "timestamp"
        iso = _as(trimmed, replace(plain, format=None), word)
        return f"coalesce({iso}, {_as(trimmed, own, word)})" if own.format else iso
    if kind == "number":
        plainly = f"TRY_CAST({_number(trimmed, column.type)} AS {column.type})"
        if not own.format or own.type not in casting.NUMBERS:
            return plainly
        return f"coalesce({plainly}, TRY_CAST({_as(trimmed, own, own.type)} AS {column.type}))"
    if kind == "list":
        return casting.listed(trimmed, own.format)
    return f"TRY_CAST({trimmed} AS {column.type})"


def _as(text: str, declared: DeclaredColumn, word: str) -> str:
    return casting.from_text(text, replace(declared, type=word))


def _true_or_false(text: str) -> str:
    return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"


def _number(text: str, type_: str) -> str:
    whole = type_.upper().endswith("INT") or type_.upper() == "INTEGER"
    pattern = casting.WHOLE if whole else casting.NUMBER
    if type_.upper() == "DECIMAL(18,6)":
        pattern = casting.PLAIN_DECIMAL
    return f"CASE WHEN {casting.matches(text, pattern)} THEN {text} END"


def uncastable(engine: Engine, values: Iterable[Value]) -> Iterator[Finding]:
    """A finding for each value that its column can't hold; all are asked about at once."""
    given = [value for value in values if value.text is not None]
    casts = list(dict.fromkeys(value.cast for value in given))
    if not casts:
        return
    numbers = {cast: number for number, cast in enumerate(casts)}
    rows = ((n, numbers[value.cast], value.text) for n, value in enumerate(given))
    engine.load("given texts", _TEXTS, rows)
    bad = " ".join(f"WHEN {number} THEN ({cast}) IS NULL" for number, cast in enumerate(casts))
    blank = casting.trimmed("t")
    query = (
        f'SELECT number FROM (SELECT number, "cast", text AS t FROM "given texts") '
        f'WHERE ({blank}) IS NOT NULL AND CASE "cast" {bad} END ORDER BY number'
    )
    for (number,) in engine.rows(query):
        yield _wrong(given[number])


def _wrong(value: Value) -> Finding:
    what = _named(value.column.type)
    message = f"{value.column.name!r} is {what}, and {str(value.text)[:60]!r} is none"
    return Finding("TG602", message, value.place, _HELP.get(what, ""))


def _named(type_: str) -> str:
    """A type in words; every integer and every decimal is a number here."""
    kind = type_class(type_)
    if kind == "number":
        return "a whole number" if type_.upper().endswith("INT") else "a number"
    return _WORDS.get(kind, f"of type {type_}")


_WORDS: Mapping[str, str] = {
    "text": "a text",
    "boolean": "true or false",
    "date": "a day",
    "time": "a time",
    "list": "a list",
}
_HELP: Mapping[str, str] = {
    "a day": "a day is written like 2026-11-30",
    "a number": "a number is written like 1234.5, or as the source's format says",
    "a whole number": "a whole number is written like 1234",
    "a time": "a time is written like 2026-11-30 18:00",
    "true or false": "write true or false, or what the source says for them",
}
