"""Where the engine might stop on some value: run as TRY, so that the value is missing there."""

from __future__ import annotations

from targeter.database import Tree
from targeter.expressions import language, trees

# Functions of the engine that own functions are written out in, and that stop on some value.
_RAISING = frozenset({"last_day"})


def guarded(expression: Tree) -> Tree:
    """The expression with TRY around each operation that might stop: only that one is missing.

    So `coalesce(a + b, 0)` is 0 where the sum is too large, and a condition holds by its second
    half when its first can't be computed. TRY stands directly around the operation: the engine
    takes parts that several expressions share out of a larger TRY, and then they stop it.
    """
    swap = {}
    for child in trees.children(expression):
        new = guarded(child)
        if new is not child:
            swap[id(child)] = new
    changed: Tree = trees.replaced(expression, swap) if swap else expression
    return trees.operator("OPERATOR_TRY", changed) if _raises(expression) else changed


def can_raise(expression: Tree) -> bool:
    """Whether any part of an expression might stop the engine on some value."""
    return any(_raises(node) for node in trees.walk(expression))


def _raises(node: Tree) -> bool:
    if node["class"] != "FUNCTION":
        return False
    name = str(node["function_name"])
    if name in _RAISING:
        return True
    if node["is_operator"]:
        return language.OPERATORS.get(name, False)
    function = language.SCALARS.get(name)
    return function is not None and function.can_raise
