"""A condition as it is written: single expressions, and `all` / `any` of them, nested."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from targeter.findings import Finding
from targeter.yaml_source import Entries, Fields, Items, Node, Scalar


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions of which `all` or `any` must hold."""

    kind: Literal["all", "any"]
    parts: tuple[Condition, ...]


# A condition holds only if it is TRUE; NULL neither fulfils `all` nor triggers `unless`.
Condition = Scalar | Group


def read_condition(node: Node | None, what: str, found: list[Finding]) -> Condition | None:
    """A condition: one expression, a list (all of them), or a mapping with `all` or `any`."""
    if node is None:
        return None
    if isinstance(node, Scalar):
        return _expression(node, what, found)
    if isinstance(node, Items):
        return _group("all", node, what, found)
    return _mapping(node, what, found)


def _expression(node: Scalar, what: str, found: list[Finding]) -> Scalar | None:
    if node.text.strip() and not node.is_null:
        return node
    found.append(Finding("TG105", f"{what}: a condition is empty", node.place))
    return None


def _mapping(node: Entries, what: str, found: list[Finding]) -> Condition | None:
    groups: list[Condition] = []
    for key, value in node.pairs:
        if key.text in ("all", "any"):
            kind: Literal["all", "any"] = "all" if key.text == "all" else "any"
            group = _group(kind, value, what, found)
            if group:
                groups.append(group)
        else:
            found.append(_wrong_key(key, value, what))
    if not node.pairs:
        found.append(Finding("TG105", f"{what}: a condition is empty", node.place))
    if not groups:
        return None
    return groups[0] if len(groups) == 1 else Group("all", tuple(groups))


def _wrong_key(key: Scalar, value: Node, what: str) -> Finding:
    if isinstance(value, Scalar) and not value.is_null:
        # `country: 'DE'` and `a: b` inside an unquoted expression arrive here alike
        message = f"{what}: YAML read a mapping here, and a condition is text, 'all' or 'any'"
        help_ = f"if this is one expression, write it as a block:\n  - |\n    {key.text}: …"
        return Finding("TG213", message, key.place, help_)
    help_ = "the keys of a condition are 'all' and 'any'; a comma inside { } ends a value"
    return Finding("TG103", f"{what}: a condition has no key {key.text!r}", key.place, help_)


def _group(
    kind: Literal["all", "any"], node: Node, what: str, found: list[Finding]
) -> Condition | None:
    nodes = node.nodes if isinstance(node, Items) else (node,)
    parts = [read_condition(child, what, found) for child in nodes]
    known = tuple(part for part in parts if part is not None)
    if not known:
        if not nodes:
            found.append(Finding("TG105", f"{what}: {kind!r} has no conditions", node.place))
        return None
    return Group(kind, known)


def read_conditions(fields: Fields, key: str) -> tuple[Condition, ...]:
    """A list of conditions, each on its own; a single one counts as a list of one."""
    node = fields.node(key)
    if node is None:
        return ()
    nodes = node.nodes if isinstance(node, Items) else (node,)
    parts = [read_condition(child, fields.what, fields.found) for child in nodes]
    return tuple(part for part in parts if part is not None)


def scalars(condition: Condition | None) -> Iterator[Scalar]:
    """The single expressions of a condition, in the order they were written."""
    if isinstance(condition, Scalar):
        yield condition
    elif condition is not None:
        for part in condition.parts:
            yield from scalars(part)
