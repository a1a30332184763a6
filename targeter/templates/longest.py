"""The longest text that a template can make: of each `if` the longer branch, of each value the
longest it may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from jinja2 import nodes

from targeter.templates.environment import environment
from targeter.templates.template import Template

Measure = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: the template's own words, or what a value makes of them (its `name`)."""

    text: str
    name: str | None = None


def longest_body(
    template: Template, language: str, values: Mapping[str, object], measure: Measure
) -> tuple[Piece, ...]:
    """The body with the longest of its branches, each variable as in `values`.

    Branches are measured apart from what stands around them, so of two whose ends become
    links or emoji by what follows the shorter one may be taken.
    """
    made = environment(language)
    return _Longest(values, measure, made.filters).block(made.parse(template.body).body)


def written(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


@dataclass(frozen=True, slots=True)
class _Longest:
    values: Mapping[str, object]
    measure: Measure
    filters: Mapping[str, Callable[..., object]]

    def block(self, body: Iterable[nodes.Node]) -> tuple[Piece, ...]:
        return tuple(piece for node in body for piece in self._pieces(node))

    def _pieces(self, node: nodes.Node) -> tuple[Piece, ...]:
        if isinstance(node, nodes.Output):
            return self.block(node.nodes)
        if isinstance(node, nodes.TemplateData):
            return (Piece(node.data),)
        if isinstance(node, nodes.If):
            branches = (node.body, *(other.body for other in node.elif_), node.else_)
            return max(map(self.block, branches), key=lambda one: self.measure(written(one)))
        name, value = self._value(node)
        return (Piece(_shown(value), name),)

    def _value(self, node: nodes.Node | None) -> tuple[str | None, object]:
        """The longest value of an expression and the variable it comes from; what only asks is
        never longer than «False»."""
        match node:
            case None:
                return None, ""
            case nodes.Name():
                return node.name, self.values.get(node.name, "")
            case nodes.Const():
                return None, node.value
            case nodes.Filter():
                return self._filtered(node)
            case nodes.CondExpr():
                return self._longer(node.expr1, node.expr2)
            case nodes.And() | nodes.Or():
                return self._longer(node.left, node.right)
        return None, False

    def _longer(self, *parts: nodes.Node | None) -> tuple[str | None, object]:
        return max(map(self._value, parts), key=lambda one: self.measure(_shown(one[1])))

    def _filtered(self, node: nodes.Filter) -> tuple[str | None, object]:
        if node.name == "default":
            return self._longer(node.node, *node.args)
        name, value = self._value(node.node)
        arguments = [self._value(argument)[1] for argument in node.args]
        try:
            return name, self.filters[node.name](value, *arguments)
        except (ArithmeticError, ImportError, LookupError, TypeError, ValueError):
            return name, value  # it can't read what stands for a value here


def _shown(value: object) -> str:
    return "" if value is None else str(value)
