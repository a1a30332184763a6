"""The shapes of a source and of its columns in the settings."""

from __future__ import annotations

from targeter.editor.shapes import (
    Json,
    boolean,
    expression,
    integer,
    mapping,
    named,
    reference,
    text,
    texts,
    word,
    words,
)
from targeter.editor.vocabulary import Vocabulary
from targeter.schema import TYPES, InCopy
from targeter.sources.declared import FORMATS


def source(known: Vocabulary, name: str | None) -> Json:
    """The shape of the source of that name; None: of one that isn't declared yet."""
    columns = known.columns_of(name) if name else ()
    keys: dict[str, Json] = {
        "path": text("A file, or a pattern of files, relative to the project."),
        "sql": text("A derived source: a file in rules/ with one SELECT over other sources."),
        "database": {
            "type": "string",
            "description": "The environment variable with the connection: no secret in a file.",
            "pattern": r"^\$\{TARGETER_[A-Z0-9_]+\}$",
        },
        "table": text(
            "The table, with its schema if need be; alone, one of a catalogue, which Spark reads."
        ),
        "query": text("A SELECT that the database runs."),
        "version": text("A SELECT whose one row changes when the data does, so it can be cached."),
        "format": word("What the file holds, where its name doesn't say.", FORMATS),
        "delimiter": text("What stands between the values of a CSV file."),
        "encoding": text("The encoding of a CSV file, where it isn't UTF-8."),
        "key": _owner("Makes it the base, one row a person: the column that names them.", columns),
        "person": _person(columns),
        "time": word("When a row became known; later than the day is invisible.", columns),
        "purpose": word("Whoever didn't agree to it has no rows.", known.purposes),
        "columns": _columns(),
        "others": named("Other people's columns, of whoever agreed.", _others(columns)),
    }
    ways: list[Json] = [{"required": [way]} for way in ("path", "sql", "database")]
    catalogued: Json = {"required": ["table"], "not": {"anyOf": ways}}
    return mapping("A source of rows.", keys, oneOf=[*ways, catalogued])


def _owner(description: str, columns: tuple[str, ...]) -> Json:
    """A column that names people; it need not be declared, because it is always text."""
    return text(description, **({"examples": list(columns)} if columns else {}))


def _person(columns: tuple[str, ...]) -> Json:
    shape = mapping("", {"consent": reference("consent")}, minProperties=1, maxProperties=2)
    return {
        **shape,
        "type": ["string", "number", "boolean", "object"],
        "description": "The column that names the person, or {column: BASE.IDENTIFIER, consent: …}"
        " where rows carry another identifier.",
        **({"examples": list(columns)} if columns else {}),
        "additionalProperties": reference("identifier"),
    }


def _others(columns: tuple[str, ...]) -> Json:
    keys = {
        "by": _owner("The column that names the other person.", columns),
        "columns": reference("other_columns"),
        "when": reference("consent"),
    }
    return mapping("Another person's columns on a row.", keys, ["by", "when"])


def source_definitions(known: Vocabulary) -> dict[str, Json]:
    """What the shapes of all sources refer to."""
    identifiers = [f"{known.base}.{one}" for one in known.base_columns]
    return {
        "column": _column(),
        "consent": expression("Who agreed to it; unknown is not yes.", known.base_columns),
        "identifier": word("The base's column it equals.", [*identifiers, *known.base_columns]),
        "other_columns": words("Which of their columns.", known.base_columns),
    }


def _columns() -> Json:
    return named("What the columns hold; others are assumed.", reference("column"))


def _column() -> Json:
    """The shape of a declared column: a type, or a mapping."""
    keys = {
        "type": word("What it holds.", TYPES),
        "format": text(
            'How dates ("%d/%m/%Y") or numbers ("1.234,5") are written, or what separates a list.'
        ),
        "true_values": texts("Texts that mean yes."),
        "false_values": texts("Texts that mean no."),
        "missing": texts("Texts that mean nothing."),
        "in_copy": word("Where the value may stand in a text.", InCopy),
        "sensitive": boolean("Nobody is chosen by it, and it stands in no text."),
        "on_bad": word("What a value that can't be read does.", ("fail", "missing")),
        "at_most": integer("How many values may be missing for that reason."),
    }
    shape = mapping("A column: its type, or a mapping.", keys)
    # `enum` would hold for mappings too, so the type's words are said for texts only
    types = {"if": {"type": "string"}, "then": {"enum": list(TYPES)}}
    return {**shape, "type": ["string", "object", "null"], "examples": list(TYPES), **types}
