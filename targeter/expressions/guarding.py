"""Where the engine might stop on some value: run as TRY, so that the value is missing there."""

from __future__ import annotations

from targeter.database import Tree
from targeter.expressions import language, trees

# Functions of the engine that own functions are written out in, and that stop on some value.
_RAISING = frozenset({"asin", "sin", "cos", "pow"})
# What is missing as soon as one operand is: one TRY around several of these is as good as many.
_STRICT = frozenset(
    {
        *language.INTERVALS,
        *(name for name, function in language.SCALARS.items() if function.is_strict),
        *_RAISING,
        "last_day",
        "nfc_normalize",
        "radians",
    }
)
_NULL_IS_A_VALUE = ("COMPARE_DISTINCT_FROM", "COMPARE_NOT_DISTINCT_FROM")


def guarded(expression: Tree) -> Tree:
    """The expression with TRY around each part that might stop: only that part is then missing.

    So `coalesce(a + b, 0)` is 0 where the sum is too large, and a condition holds by its second
    half when its first can't be computed.
    """
    body, raises = _region(expression)
    return trees.operator("OPERATOR_TRY", body) if raises else body


def _region(node: Tree) -> tuple[Tree, bool]:
    """A node whose parts are guarded; and whether a TRY is still wanted around it."""
    raises, swap = _raises(node), {}
    for child in trees.children(node):
        if _is_strict(node) and _is_strict(child):
            new, below = _region(child)
            raises = raises or below
        else:
            new = guarded(child)
        if new is not child:
            swap[id(child)] = new
    changed: Tree = trees.replaced(node, swap) if swap else node
    return changed, raises


def _is_strict(node: Tree) -> bool:
    if node["class"] == "COMPARISON":
        return node["type"] not in _NULL_IS_A_VALUE
    if node["class"] == "FUNCTION":
        return bool(node["is_operator"]) or str(node["function_name"]) in _STRICT
    return bool(node["class"] == "CAST")


def can_raise(expression: Tree) -> bool:
    """Whether any part of an expression might stop the engine on some value."""
    return any(_raises(node) for node in trees.walk(expression))


def _raises(node: Tree) -> bool:
    if node["class"] != "FUNCTION":
        return False
    name = str(node["function_name"])
    if name in _RAISING or name in language.INTERVALS:
        return True
    if node["is_operator"]:
        return language.OPERATORS.get(name, False)
    function = language.SCALARS.get(name)
    return function is not None and function.can_raise
