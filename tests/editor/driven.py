"""Schemas driven by a validator, and documents made from schemas."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft7Validator

from targeter.editor import EditorFile, editor_files
from targeter.project import read_project
from targeter.yaml_source import Node, TextFile, parse, plain_value

ROOT = Path(__file__).parents[2]
Schema = dict[str, Any]


def schemas(root: Path) -> dict[str, EditorFile]:
    """The schemas of a project by their names."""
    return {file.name: file for file in editor_files(read_project(root))}


def schema_for(path: str, files: dict[str, EditorFile]) -> Schema:
    """The schema that describes a file, given by its path in the project."""
    if path == "rules/targeter.yaml":
        return files["settings"].schema
    name = "tests" if fnmatchcase(path, "rules/tests/*.yaml") else "rules"
    return files[name].schema


def parsed(path: str, text: str) -> Node:
    node = parse(TextFile.of(path, text), [])
    assert node is not None
    return node


def objections(schema: Schema, document: object) -> list[str]:
    """What a validator says against a document: where, and what."""
    errors = Draft7Validator(schema).iter_errors(document)
    return sorted(f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in errors)


def objections_to(path: str, text: str, files: dict[str, EditorFile]) -> list[str]:
    return objections(schema_for(path, files), plain_value(parsed(path, text)))


def resolved(schema: Schema, shape: Schema) -> Schema:
    """A shape with its reference followed, its own words kept."""
    references = [shape, *shape.get("allOf", ())]
    for one in references:
        if "$ref" in one:
            name = one["$ref"].rsplit("/", 1)[1]
            own = {key: value for key, value in shape.items() if key not in ("$ref", "allOf")}
            return {**resolved(schema, schema["definitions"][name]), **own}
    return shape


def fullest(shape: Schema) -> Schema:
    """Of the ways to write something the one with keys, else the first."""
    ways = [shape] if "properties" in shape else shape.get("anyOf", [shape])
    return cast("Schema", max(ways, key=lambda one: "properties" in one))


def shapes(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Every shape that has a key of its own, with the path of keys to it; each reference once."""
    waiting: list[tuple[str, Schema]] = [("", schema)]
    seen: set[str] = set()
    while waiting:
        path, shape = waiting.pop()
        reference = next((s["$ref"] for s in [shape, *shape.get("allOf", ())] if "$ref" in s), "")
        if reference in seen and reference:
            continue
        seen.add(reference)
        whole = resolved(schema, shape)
        yield path, whole
        children = dict(cast("dict[str, Schema]", whole.get("properties", {})))
        if isinstance(whole.get("additionalProperties"), dict):
            children["*"] = whole["additionalProperties"]
        if isinstance(whole.get("items"), dict):
            children["[]"] = whole["items"]
        waiting += [(f"{path}/{key}", child) for key, child in children.items()]


def instance(schema: Schema, shape: Schema, depth: int = 0) -> object:
    """A document with every key that a shape allows, each value as small as it can be."""
    whole = resolved(schema, shape)
    for key in ("const", "default"):
        if key in whole:
            return whole[key]
    if whole.get("enum"):
        return whole["enum"][0]
    if fullest(whole) is not whole:
        return instance(schema, fullest(whole), depth)
    if isinstance(whole.get("properties"), dict) and not _is_a_condition(shape):
        return _mapping(schema, whole, depth)
    if isinstance(whole.get("additionalProperties"), dict):
        return {"somebody": instance(schema, whole["additionalProperties"], depth + 1)}
    if whole.get("type") == "array":
        return [instance(schema, whole["items"], depth + 1)]
    types = whole.get("type", "string")
    kind = types if isinstance(types, str) else types[0]
    return {"integer": 1, "number": 0.5, "boolean": True}.get(kind, "word")


def _is_a_condition(shape: Schema) -> bool:
    """Conditions nest without end; the smallest is one expression."""
    references = [shape, *shape.get("allOf", ())]
    return any(one.get("$ref") == "#/definitions/condition" for one in references)


def _mapping(schema: Schema, whole: Schema, depth: int) -> object:
    made = {key: instance(schema, child, depth + 1) for key, child in whole["properties"].items()}
    if isinstance(whole.get("additionalProperties"), dict):
        made["newcomer"] = instance(schema, whole["additionalProperties"], depth + 1)
    return made
