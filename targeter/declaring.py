"""Columns that were assumed, written into the settings, so that lint and readers know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from targeter import yaml_source
from targeter.errors import WrongUsage
from targeter.schema import TYPES
from targeter.sources.reading import Loaded, LoadedColumn
from targeter.yaml_source import Entries, Scalar, TextFile, quoted


@dataclass(frozen=True, slots=True)
class Declared:
    """The settings with more columns declared: the new text, and how many for each source."""

    text: str
    columns: tuple[tuple[str, int], ...]


def declare_columns(settings: TextFile, loaded: Sequence[Loaded]) -> Declared:
    """Add every column that was read but isn't declared to the source's `columns:`.

    Comments and everything else stay as they are. Raises `WrongUsage` where a source is written
    inside braces, so that there is no line to add to.
    """
    node = yaml_source.parse(settings, [])
    sources = node.get("sources") if isinstance(node, Entries) else None
    inserts: list[tuple[int, str]] = []
    counts = []
    for one in loaded:
        new = [column for column in one.columns if not column.declared]
        written = sources.get(one.source) if isinstance(sources, Entries) else None
        if new and isinstance(written, Entries):
            inserts.append(_insert(settings, written, one.source, new))
            counts.append((one.source, len(new)))
    text = settings.text
    for offset, added in sorted(inserts, reverse=True):
        text = text[:offset] + added + text[offset:]
    return Declared(text, tuple(counts))


def _insert(
    settings: TextFile, source: Entries, name: str, columns: Sequence[LoadedColumn]
) -> tuple[int, str]:
    """Where lines go, and the lines: before the first declared column, else a new `columns:`."""
    declared = source.get("columns")
    block = declared if isinstance(declared, Entries) else source
    if block.is_flow or not block.pairs:
        raise WrongUsage(
            f"source {name!r} is written inside {{ }}, so there is no line to add to",
            help="write it in block style, one key a line",
        )
    first: Scalar = block.pairs[0][0]
    place = first.place
    indent = " " * (place.column - 1)
    offset = first.start - (place.column - 1)
    lines = [f"{quoted(column.name)}: {_declaration(column)}\n" for column in columns]
    if block is declared:
        return offset, "".join(indent + line for line in lines)
    inner = "".join(f"{indent}  {line}" for line in lines)
    return offset, f"{indent}columns:\n{inner}"


def _declaration(column: LoadedColumn) -> str:
    """A column's type in the settings' words."""
    upper = column.type.upper()
    head = upper.split("(")[0]
    if upper.endswith("]"):
        return "{type: list}"
    if "INT" in head:
        return "{type: integer}"
    if head.startswith("TIMESTAMP"):
        return "{type: timestamp}"
    words = {engine.split("(")[0]: word for word, engine in TYPES.items()}
    return f"{{type: {words.get(head, 'number' if head == 'FLOAT' else 'text')}}}"
