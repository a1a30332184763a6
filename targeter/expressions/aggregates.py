"""Aggregates whose result doesn't depend on the order of rows or on the number of threads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from targeter.database import Tree
from targeter.expressions import language, trees
from targeter.expressions.guarding import can_raise, guarded

# A million values of so many digits have a sum that fits the 38 digits of the engine.
_SUMMED = 32


def is_aggregate(node: Tree) -> bool:
    return node["class"] == "FUNCTION" and str(node["function_name"]) in language.AGGREGATES


def of(tree: Tree) -> list[Tree]:
    """The aggregate calls in an expression, each once by identity."""
    return [node for node in trees.walk(tree) if is_aggregate(node)]


def exact(call: Tree, type_: str, where: Tree | None) -> Tree:
    """An aggregate call over the rows where `where` holds, free of their order.

    `type_` is the engine's type of the first argument. Sums and means of DOUBLE depend on the
    order in which rows arrive (another order rounds elsewhere), so those are taken over the
    sorted values; a sum that doesn't fit its type is missing; ties of arg_max and arg_min are
    settled by the value itself.
    """
    name = str(call["function_name"])
    filtered = {**call, "filter": _both(call["filter"], where)}
    if name in ("sum", "avg") and _scale_of_wide(type_) is not None:
        return _bounded(filtered, type_)
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


def _scale_of_wide(type_: str) -> int | None:
    """Digits after the point, of a type so wide that a sum of it may not fit; else None."""
    decimal = re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", type_.upper())
    if decimal:
        return int(decimal[2]) if int(decimal[1]) > _SUMMED else None
    return 0 if type_.upper() in ("HUGEINT", "UHUGEINT") else None


def _bounded(call: Tree, type_: str) -> Tree:
    """A sum or mean of values so small that a million of them fit, else missing."""
    scale = _scale_of_wide(type_) or 0
    value = trees.arguments(call)[0]
    small = trees.cast(value, f"DECIMAL({_SUMMED},{min(scale, _SUMMED - 12)})")
    fits = [{**call, **_named("count"), **_called_with(x)} for x in (value, small)]
    result: Tree = {**call, **_called_with(small)}
    if call["function_name"] == "sum":
        of_sum = type_.upper() if "INT" in type_.upper() else f"DECIMAL(38,{scale})"
        result = trees.cast(result, of_sum)
    return trees.case(trees.equal(*fits), result)


def _called_with(argument: Tree) -> Mapping[str, object]:
    return {"arguments": [{"name": "", "expression": argument}]}


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


def guarded_outside(tree: Tree, calls: Sequence[Tree]) -> Tree:
    """An expression over aggregate calls whose own operations can't stop the engine.

    An aggregate can't stand inside TRY, so the calls become the parameter of a lambda that is
    applied once.
    """
    parameter = trees.column("of the group")
    swap = {
        id(call): trees.operator("ARRAY_EXTRACT", parameter, trees.constant(str(n), "INTEGER"))
        for n, call in enumerate(calls, start=1)
    }
    body: Tree = trees.replaced(tree, swap)
    if not can_raise(body):
        return tree
    values = trees.function("list_value", trees.function("row", *calls))
    applied = trees.function("list_transform", values, trees.lambda_(parameter, guarded(body)))
    return trees.operator("ARRAY_EXTRACT", applied, trees.constant("1", "INTEGER"))
