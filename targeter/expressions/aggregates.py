"""Aggregates whose result doesn't depend on the order of rows or on the number of threads."""

from __future__ import annotations

from collections.abc import Mapping

from targeter.database import Tree
from targeter.expressions import language, trees


def is_aggregate(node: Tree) -> bool:
    return node["class"] == "FUNCTION" and str(node["function_name"]) in language.AGGREGATES


def of(tree: Tree) -> list[Tree]:
    """The aggregate calls in an expression, each once by identity."""
    return [node for node in trees.walk(tree) if is_aggregate(node)]


def exact(call: Tree, type_: str, where: Tree | None) -> Tree:
    """An aggregate call over the rows where `where` holds, free of their order.

    `type_` is the engine's type of the first argument. Sums and means of DOUBLE depend on the
    order in which rows arrive (another order rounds elsewhere), so those are taken over the
    sorted values; ties of arg_max and arg_min are settled by the value itself.
    """
    name = str(call["function_name"])
    filtered = {**call, "filter": _both(call["filter"], where)}
    if name in ("sum", "avg") and type_.upper() in ("DOUBLE", "FLOAT"):
        values = trees.function("list_sort", {**filtered, **_named("list")})
        return trees.function("list_sum" if name == "sum" else "list_avg", values)
    if name == "list":
        present = trees.operator("OPERATOR_IS_NOT_NULL", *trees.arguments(call))
        values = {**filtered, "filter": _both(filtered["filter"], present)}
        return trees.function("list_sort", values)
    if name in ("arg_max", "arg_min"):
        return _settled(filtered)
    return filtered


def _settled(call: Tree) -> Tree:
    value, by = trees.arguments(call)
    present = trees.operator("OPERATOR_IS_NOT_NULL", by)
    order = trees.function("row", by, value)
    changed = trees.function(str(call["function_name"]), value, order)
    return {**changed, "filter": _both(call["filter"], present)}


def _named(name: str) -> Mapping[str, object]:
    return {"function_name": name, "qualified_name": {"path": [name]}}


def _both(one: Tree | None, other: Tree | None) -> Tree | None:
    if one is None or other is None:
        return one or other
    return trees.conjunction("CONJUNCTION_AND", one, other)
