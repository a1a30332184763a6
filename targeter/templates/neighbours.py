"""What can stand directly beside a value, whichever way a text is written, and what that may do.

A template is a tree of branches. Every way through it writes literals and values one after the
other, and what comes directly before or after a value differs from way to way: an empty branch
shows the text beyond it. All of them are followed, whether or not two conditions can hold together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from jinja2 import nodes

from targeter.filters import FILTERS, filters_of
from targeter.findings import Place
from targeter.inert import Role, joint_objection
from targeter.templates.spots import Spots

_MOST_WAYS: Final = 40
_SPACE: Final = re.compile(r"\s")
_TO_LAST_SPACE: Final = re.compile(r".*(?=\s)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hole:
    """A value written into a text, through which filters, and what can stand beside it.

    `before` and `after` are the texts up to the nearest white space, the text's end or another
    value, as they are written; None where another value can stand directly there. `between` are
    those after it that end at a value. `is_countless`: there are too many to be followed.
    """

    name: str
    place: Place
    filters: tuple[str, ...]
    before: tuple[str | None, ...] = ()
    after: tuple[str | None, ...] = ()
    between: tuple[str, ...] = ()
    is_countless: bool = False


def holes_in(
    tree: nodes.Template, spots: Spots, facts: Mapping[str, str], language: str
) -> tuple[Hole, ...]:
    """The values that a body writes, in its order. A fact is a literal of the project's own."""
    flow = _Flows(spots, facts, language).of_nodes(tree.body)
    before: dict[int, _Ways] = {}
    after: dict[int, _Ways] = {}
    _follow(flow, _START, before, _onwards, forwards=True)
    _follow(flow, _START, after, _backwards, forwards=False)
    return tuple(_hole(value, before[id(value)], after[id(value)]) for value in _values(flow))


def literals_in(tree: nodes.Template, spots: Spots, language: str) -> tuple[str, ...]:
    """The words that stand in a body itself, in texts of its expressions, too."""
    return tuple(_literals(_Flows(spots, {}, language).of_nodes(tree.body)))


def objection_to(hole: Hole, kind: Role) -> str | None:
    """Why what can stand beside a value would act together with it, or None if nothing would."""
    if hole.is_countless:
        return (
            "there are too many ways to what stands directly beside this value: put a space"
            " between the value and the branches"
        )
    for text in hole.between:
        if kind == "text" and text[:1].isalpha():
            return (
                f"“{text}” between two values can make a link of them, such as J.{text}om:"
                " put a space between them"
            )
    for before in hole.before:
        for after in hole.after:
            said = joint_objection(before, after, kind)
            if said:
                return said
    return None


# -- the ways through a body -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Value:
    name: str
    place: Place
    filters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Choice:
    """One of several ways is taken."""

    ways: tuple[_Flow, ...]


_Flow = tuple["str | _Value | _Choice", ...]


@dataclass(frozen=True, slots=True)
class _Flows:
    """Turns nodes into what they can write: literals, values, and choices of these."""

    spots: Spots
    facts: Mapping[str, str]
    language: str

    def of_nodes(self, body: Iterable[nodes.Node]) -> _Flow:
        return tuple(item for node in body for item in self.of(node))

    def of(self, node: nodes.Node) -> _Flow:
        if isinstance(node, nodes.Output):
            return self.of_nodes(node.nodes)
        if isinstance(node, nodes.TemplateData):
            return (node.data,)
        if isinstance(node, nodes.If):
            branches = [node.body, *(branch.body for branch in node.elif_), node.else_]
            return (_Choice(tuple(self.of_nodes(branch) for branch in branches)),)
        return self.of_expression(node)

    def of_expression(self, node: nodes.Node) -> _Flow:
        if isinstance(node, nodes.Const):
            return () if node.value is None else (str(node.value),)
        if isinstance(node, nodes.Name):
            fact = self.facts.get(node.name)
            return (_Value(node.name, self.spots.of(node)) if fact is None else fact,)
        if isinstance(node, nodes.Filter) and node.node is not None:
            return self._filtered(node, self.of_expression(node.node))
        if isinstance(node, nodes.CondExpr):
            otherwise = self.of_expression(node.expr2) if node.expr2 else ()
            return (_Choice((self.of_expression(node.expr1), otherwise)),)
        if isinstance(node, nodes.And | nodes.Or):
            return (_Choice((self.of_expression(node.left), self.of_expression(node.right))),)
        return (_Choice((("True",), ("False",))),)

    def _filtered(self, node: nodes.Filter, inner: _Flow) -> _Flow:
        given = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
        if node.name == "default":
            return (_Choice((inner, (str(given[0]),))),)
        return tuple(self._through(item, node.name, given) for item in inner)

    def _through(
        self, item: str | _Value | _Choice, name: str, given: Sequence[object]
    ) -> str | _Value | _Choice:
        """What a filter makes of one thing that can stand before it."""
        if isinstance(item, _Value):
            return replace(item, filters=(*item.filters, name))
        if isinstance(item, _Choice):
            ways = (tuple(self._through(one, name, given) for one in way) for way in item.ways)
            return _Choice(tuple(ways))
        # what needs the formats of a language reads no words that stand in a template
        made = None if FILTERS[name].by_locale else filters_of(self.language)[name](item, *given)
        return str(made or "")


# Texts from the nearest white space, the text's end or a value on; whether it was a value.
_Way = tuple[str, bool]
# Empty: too many to be followed.
_Ways = frozenset[_Way]
_START: Final[_Ways] = frozenset({("", False)})
_AFTER_A_VALUE: Final[_Ways] = frozenset({("", True)})
_Step = Callable[[str, _Ways], _Ways]


def _follow(flow: _Flow, ways: _Ways, seen: dict[int, _Ways], step: _Step, forwards: bool) -> _Ways:
    """Walk through a flow, noting the ways that lead to each value; the ways that lead out."""
    for item in flow if forwards else reversed(flow):
        if isinstance(item, str):
            ways = step(item, ways)
        elif isinstance(item, _Value):
            seen[id(item)] = ways
            ways = _AFTER_A_VALUE
        else:
            out = [_follow(way, ways, seen, step, forwards) for way in item.ways]
            ways = frozenset[_Way]().union(*out) if all(out) else frozenset()
        ways = ways if len(ways) <= _MOST_WAYS else frozenset()
    return ways


def _onwards(literal: str, ways: _Ways) -> _Ways:
    space = _TO_LAST_SPACE.match(literal)
    if space:
        return frozenset({(literal[space.end() :], False)})
    return frozenset((text + literal, is_value) for text, is_value in ways)


def _backwards(literal: str, ways: _Ways) -> _Ways:
    space = _SPACE.search(literal)
    if space:
        return frozenset({(literal[: space.end()], False)})
    return frozenset((literal + text, is_value) for text, is_value in ways)


def _values(flow: _Flow) -> Iterator[_Value]:
    for item in flow:
        if isinstance(item, _Value):
            yield item
        elif isinstance(item, _Choice):
            for way in item.ways:
                yield from _values(way)


def _literals(flow: _Flow) -> Iterator[str]:
    for item in flow:
        if isinstance(item, str) and item.strip():
            yield item
        elif isinstance(item, _Choice):
            for way in item.ways:
                yield from _literals(way)


def _hole(value: _Value, before: _Ways, after: _Ways) -> Hole:
    return Hole(
        value.name,
        value.place,
        value.filters,
        tuple(_beside(before)),
        tuple(_beside(after)),
        tuple(sorted(text for text, is_value in after if is_value and text)),
        is_countless=not before or not after,
    )


def _beside(ways: _Ways) -> Iterator[str | None]:
    for text, is_value in sorted(ways):
        yield None if is_value and not text else text
