"""Which values a template's body asks for, and which of them must be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import nodes

from targeter.findings import Place
from targeter.templates.spots import Spots, names_in


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that a template writes or asks for. Who lacks a required one can't get it."""

    name: str
    place: Place
    required: bool


def variables_in(tree: nodes.Template, spots: Spots) -> tuple[Variable, ...]:
    """The variables of a body within the allowed language, in the order they are written."""
    return tuple(_used(tree, spots, frozenset()))


def _used(node: nodes.Node, spots: Spots, known: frozenset[str]) -> Iterator[Variable]:
    """The variables below a node; one is required unless `known` to be there or asked for."""
    if isinstance(node, nodes.Name):
        yield Variable(node.name, spots.of(node), node.name not in known)
    elif isinstance(node, nodes.Filter) and node.name == "default":
        names = frozenset(name.name for name in names_in(node))
        for child in node.iter_child_nodes():
            yield from _used(child, spots, known | names)
    elif isinstance(node, nodes.If | nodes.CondExpr):
        yield from _used_if(node, spots, known)
    elif isinstance(node, nodes.Or):
        asked = frozenset(name.name for name in names_in(node.left))
        yield from _used(node.left, spots, known | asked)
        yield from _used(node.right, spots, known)
    else:
        for child in node.iter_child_nodes():
            yield from _used(child, spots, known)


def _used_if(
    node: nodes.If | nodes.CondExpr, spots: Spots, known: frozenset[str]
) -> Iterator[Variable]:
    """The test may ask for anything; what it proves is known in the branch it leads to."""
    asked = frozenset(name.name for name in names_in(node.test))
    yield from _used(node.test, spots, known | asked)
    held = known | _proven(node.test, outcome=True)
    failed = known | _proven(node.test, outcome=False)
    if isinstance(node, nodes.CondExpr):
        yield from _used(node.expr1, spots, held)
        if node.expr2 is not None:
            yield from _used(node.expr2, spots, failed)
        return
    for child in node.body:
        yield from _used(child, spots, held)
    for child in (*node.elif_, *node.else_):
        yield from _used(child, spots, failed)


def _proven(test: nodes.Node, *, outcome: bool) -> frozenset[str]:
    """The names that are certainly there when a test comes out like that."""
    if isinstance(test, nodes.Not):
        return _proven(test.node, outcome=not outcome)
    if isinstance(test, nodes.And | nodes.Or):
        left = _proven(test.left, outcome=outcome)
        right = _proven(test.right, outcome=outcome)
        return left | right if isinstance(test, nodes.And) == outcome else left & right
    if not outcome:
        return frozenset()
    if isinstance(test, nodes.Compare):  # == with a text or number, or an order: both are there
        operands = [test.expr, *(operand.expr for operand in test.ops)]
        is_equal = all(operand.op == "eq" for operand in test.ops)
        has_value = any(isinstance(o, nodes.Const) and o.value is not None for o in operands)
        is_order = all(operand.op in ("lt", "lteq", "gt", "gteq") for operand in test.ops)
        if not is_order and not (is_equal and has_value):
            return frozenset()
        return frozenset(operand.name for operand in operands if isinstance(operand, nodes.Name))
    shown = test.node if isinstance(test, nodes.Test) else test
    return frozenset([shown.name]) if isinstance(shown, nodes.Name) else frozenset()
