"""The shapes that schemas are made of, in the constructs of JSON Schema draft-07."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Json = dict[str, object]

NAME_PATTERN = r"^[A-Za-z_][A-Za-z0-9_-]*$"
COLUMN_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*$"
_SPAN_PATTERN = r"^\s*0*[1-9][0-9]{0,4} (day|week|month|year)s?\s*$"
_DAY_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
# a reader takes any single value as the text it was written as: `why: 2027` says «2027»
_SINGLE = ["string", "number", "boolean"]


def text(description: str, **more: object) -> Json:
    """A single value, read as the text it was written as."""
    return {"type": _SINGLE, "description": description, **more}


def word(description: str, known: Iterable[str]) -> Json:
    """One of the known words; any, when none is known."""
    words = _each_once(known)
    return {"type": "string", "description": description, **({"enum": words} if words else {})}


def words(description: str, known: Iterable[str]) -> Json:
    """One of the known words, or a list of them."""
    choices = _each_once(known)
    one: Json = {"type": "string", **({"enum": choices} if choices else {})}
    return {"description": description, "anyOf": [one, {"type": "array", "items": one}]}


def texts(description: str) -> Json:
    """One text, or a list of texts."""
    one: Json = {"type": _SINGLE}
    return {"description": description, "anyOf": [one, {"type": "array", "items": one}]}


def name(description: str) -> Json:
    """A name that SQL, file names and URLs can carry."""
    return {
        "type": "string",
        "description": description,
        "pattern": NAME_PATTERN,
        "maxLength": 100,
    }


def boolean(description: str, default: bool = False) -> Json:
    return {"type": "boolean", "description": description, "default": default}


def integer(description: str, **more: object) -> Json:
    return {"type": "integer", "description": description, **more}


def day(description: str) -> Json:
    return {"type": "string", "description": description, "pattern": _DAY_PATTERN}


def span(description: str) -> Json:
    return {
        "type": "string",
        "description": description,
        "pattern": _SPAN_PATTERN,
        "examples": ["60 days", "8 weeks", "3 months", "2 years"],
    }


def expression(description: str, names: Iterable[str] = ()) -> Json:
    """An SQL expression; names to begin it with are offered, and nothing is refused."""
    known = _each_once(names)
    return {
        "type": _SINGLE,
        "description": description,
        "minLength": 1,
        **({"examples": known} if known else {}),
    }


def mapping(
    description: str,
    properties: Mapping[str, Json],
    required: Sequence[str] = (),
    **more: object,
) -> Json:
    """A mapping with these keys and no other."""
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "properties": dict(properties),
        **({"required": list(required)} if required else {}),
        **more,
    }


def named(
    description: str,
    each: Json,
    known: Mapping[str, Json] | None = None,
    pattern: str | None = None,
) -> Json:
    """A mapping from the user's own names; those in `known` have a shape of their own."""
    return {
        "type": "object",
        "description": description,
        "additionalProperties": each,
        **({"properties": dict(known)} if known else {}),
        **({"propertyNames": {"pattern": pattern, "maxLength": 100}} if pattern else {}),
    }


def sequence(description: str, items: Json) -> Json:
    return {"type": "array", "description": description, "items": items}


def reference(definition: str) -> Json:
    return {"$ref": f"#/definitions/{definition}"}


def described(definition: str, description: str) -> Json:
    """A reference with words of its own; draft-07 ignores what stands beside a bare `$ref`."""
    return {"description": description, "allOf": [reference(definition)]}


def document(title: str, shape: Json, definitions: Mapping[str, Json]) -> Json:
    """A whole schema file."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        **shape,
        **({"definitions": dict(definitions)} if definitions else {}),
    }


def condition(names: Iterable[str]) -> Json:
    """A condition: one expression, a list (all of them), or `all` / `any` of them, nested.

    The keywords of JSON Schema each hold for one type of value, so that one shape says it all:
    alternatives would make an editor blame the wrong one.
    """
    several: Json = {"minItems": 1, "allOf": [reference("condition")]}
    return {
        "type": ["string", "boolean", "array", "object"],
        "description": "An SQL expression, or all / any of several. It holds only if it is TRUE: "
        "what is unknown is not yes.",
        "minLength": 1,
        "minItems": 1,
        "items": reference("condition"),
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            "all": {"description": "Every one of these must be TRUE.", **several},
            "any": {"description": "At least one of these must be TRUE.", **several},
        },
        "examples": _each_once(names),
    }


def _each_once(known: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(known))
