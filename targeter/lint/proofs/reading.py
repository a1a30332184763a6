"""Compiled conditions read into statements: which term is tested, and against which constants."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import cast

from targeter.binding import Bound
from targeter.conditions import Condition
from targeter.database import Tree
from targeter.expressions import trees
from targeter.expressions.checking import asks_for_truth
from targeter.expressions.compiler import Compiled, run_text
from targeter.lint.proofs.domains import FLIPPED, Point, Sign
from targeter.lint.proofs.statements import (
    And,
    Choice,
    First,
    Holds,
    Is,
    Known,
    Missing,
    Not,
    Or,
    Origin,
    Same,
    Statement,
    Test,
    joined,
)
from targeter.lint.proofs.terms import Terms, identity, is_constant, is_segment
from targeter.yaml_source import Scalar

_SIGNS: dict[str, Sign] = {
    "COMPARE_EQUAL": "=",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
}
_POSITIVE = {
    "!~~": "~~",
    "!~~*": "~~*",
    "not_like_escape": "like_escape",
    "not_ilike_escape": "ilike_escape",
}
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - timestamps of the language have no zone
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?")
_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_EXPONENT = re.compile(r"-?\d+(\.\d*)?[eE][-+]?\d{1,4}")
# Up to here a number becomes the same double in the engine and in Python.
_LONGEST_NUMBER = 16


class Reader:
    """Reads the conditions of a bound project; constants are computed by the engine, all at once.

    A statement is exact where it can be, and else a truth value of which nothing is known: so
    what is proved holds, and what isn't proved may hold all the same.
    """

    def __init__(self, bound: Bound, terms: Terms, compiled: Iterable[Compiled]) -> None:
        self._bound = bound
        self._terms = terms
        self._segments = {segment.name.casefold() for segment in bound.project.segments}
        self._folded: dict[str, tuple[str, str | None]] = {}
        self._scalar: Scalar | None = None
        self._prepare(list(compiled))

    def read(self, condition: Condition) -> Statement:
        """A condition whose expressions are all compiled."""
        if isinstance(condition, Scalar):
            self._scalar = condition
            return self._statement(self._bound.compiled(condition).tree)
        return joined(condition.kind, map(self.read, condition.parts))

    # -- constants and types, before anything is read ----------------------------------------

    def _prepare(self, compiled: list[Compiled]) -> None:
        constants: dict[str, Tree] = {}
        computed: list[tuple[Tree, Mapping[str, str]]] = []
        # equal conditions share their tree
        for one in {id(one.tree): one for one in compiled}.values():
            for tree in _operands(one.tree):
                if not is_constant(tree):
                    if tree["class"] == "FUNCTION":
                        computed.append((tree, one.types))
                elif tree["class"] != "CONSTANT":
                    constants.setdefault(identity(tree), tree)
        self._terms.learn_types(computed)
        texts = run_text(self._bound.parser, list(constants.values()))
        values = self._bound.parser.values(texts)
        self._folded.update(zip(constants, values, strict=True))

    # -- statements --------------------------------------------------------------------------

    def _statement(self, tree: Tree) -> Statement:
        class_, type_ = tree["class"], str(tree["type"])
        if class_ == "CONJUNCTION":
            parts = tuple(map(self._statement, tree["children"]))
            return And(parts) if type_ == "CONJUNCTION_AND" else Or(parts)
        if class_ == "COLUMN_REF" and is_segment(tree):
            return Holds(str(tree["column_names"][1]).casefold())
        if class_ == "CONSTANT":
            return self._literal(tree)
        if is_constant(tree):
            return self._constant(tree)
        if class_ == "OPERATOR":
            return self._operator(tree, type_)
        if class_ == "COMPARISON":
            return self._comparison(tree, type_)
        if class_ == "BETWEEN":
            return self._between(tree)
        if class_ == "CASE":
            return self._case(tree)
        if class_ == "FUNCTION" and str(tree["function_name"]) in _POSITIVE:
            name = _POSITIVE[str(tree["function_name"])]
            positive = {**tree, "function_name": name, "qualified_name": {"path": [name]}}
            return Not(self._truth(positive), self._origin(tree))
        return self._truth(tree)

    def _origin(self, tree: Tree) -> Origin | None:
        return Origin(self._scalar, tree) if self._scalar else None

    def _truth(self, tree: Tree) -> Statement:
        return Test(self._terms.truth(tree), "=", (True,), origin=self._origin(tree))

    def _literal(self, tree: Tree) -> Statement:
        kind, text = tree["literal"]["kind"], str(tree["literal"].get("text", ""))
        if kind == "BOOLEAN":
            return Known(text.casefold() == "true")
        return Known(None) if kind == "NULL_LITERAL" else self._truth(tree)

    def _constant(self, tree: Tree) -> Statement:
        """The same for everybody today; where it asks for the day, another day may differ."""
        if self._scalar and re.search(r"(?i)\b(today|days_since)\b", self._scalar.text):
            free = self._terms.free(f"on the day: {identity(tree)}")
            return Test(free, "=", (True,))
        if identity(tree) not in self._folded:
            return self._truth(tree)
        _, text = self._folded[identity(tree)]
        return Known({"true": True, "false": False}.get(text or ""), self._origin(tree))

    def _operator(self, tree: Tree, type_: str) -> Statement:
        children = tree["children"]
        if type_ == "OPERATOR_NOT":
            inner = self._statement(children[0])
            return inner.part if isinstance(inner, Not) else Not(inner, self._origin(tree))
        if type_ in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
            missing = self._missing(children[0])
            return missing if type_ == "OPERATOR_IS_NULL" else Not(missing)
        if type_ in ("COMPARE_IN", "COMPARE_NOT_IN"):
            found = self._in(tree, children[0], children[1:])
            return found if type_ == "COMPARE_IN" else Not(found, self._origin(tree))
        if type_ == "OPERATOR_COALESCE":
            return First(tuple(map(self._statement, children)))
        return self._truth(tree)

    def _missing(self, tree: Tree) -> Statement:
        if tree["class"] in ("CONJUNCTION", "COMPARISON", "BETWEEN") or is_segment(tree):
            return Is(self._statement(tree), None)
        return Missing(self._terms.of(tree))

    def _in(self, tree: Tree, term: Tree, members: list[Tree]) -> Statement:
        present = [m for m in members if not _is_null(m)]
        name, points = self._points(term, present)
        if name is None:
            return self._truth(_as_in(tree))
        with_null = len(present) < len(members)
        return self._test(name, "=", points, tree, with_null=with_null)

    def _comparison(self, tree: Tree, type_: str) -> Statement:
        left, right = tree["left"], tree["right"]
        if asks_for_truth(tree):
            return self._is(self._statement(left["child"]), right, type_)
        if type_ == "COMPARE_NOTEQUAL":
            equal = {**tree, "type": "COMPARE_EQUAL"}
            inner = self._comparison(equal, "COMPARE_EQUAL")
            return inner.part if isinstance(inner, Not) else Not(inner, self._origin(tree))
        if type_ in ("COMPARE_DISTINCT_FROM", "COMPARE_NOT_DISTINCT_FROM"):
            return self._distinct(tree, left, right, type_)
        sign = _SIGNS.get(type_)
        if sign is None:
            return self._truth(tree)
        if is_constant(left):
            left, right, sign = right, left, FLIPPED[sign]
        return self._signed(tree, left, sign, right)

    def _signed(self, tree: Tree, left: Tree, sign: Sign, right: Tree) -> Statement:
        if _is_null(right):
            return Known(None, self._origin(tree))
        if _is_boolean(right) and sign == "=":
            inner = self._statement(left)
            return inner if _says_true(right) else Not(inner, self._origin(tree))
        if not is_constant(right):
            kinds = {self._kind(left), self._kind(right)}
            if not kinds <= {"text", "exact", "double", "moment"}:
                return self._truth(tree)
            if self._terms.of(left) > self._terms.of(right):
                left, right, sign = right, left, FLIPPED[sign]
            return self._test(self._terms.order(left, right), sign, [Fraction(0)], tree)
        if left["class"] == "OPERATOR" and left["type"] == "OPERATOR_COALESCE":
            return self._coalesced(tree, left, sign, right)
        name, points = self._points(left, [right])
        return self._truth(tree) if name is None else self._test(name, sign, points, tree)

    def _coalesced(self, tree: Tree, left: Tree, sign: Sign, right: Tree) -> Statement:
        """`coalesce(a, b) > 3` is what `a > 3` is, unless a is NULL, and then what `b > 3` is."""
        parts: list[Statement] = []
        for child in left["children"]:
            if is_constant(child):
                truth = self._compared(child, sign, right)
                if truth is None:
                    return self._truth(tree)
                parts.append(truth)
                continue
            name, points = self._points(child, [right])
            if name is None:
                return self._truth(tree)
            parts.append(self._test(name, sign, points, tree))
        return First(tuple(parts))

    def _compared(self, left: Tree, sign: Sign, right: Tree) -> Statement | None:
        """Two constants, where both are texts or both are exact numbers."""
        if _is_null(left):
            return Known(None)
        one, other = self._value(left), self._value(right)
        if type(one) is not type(other) or not isinstance(one, str | Fraction):
            return None
        assert isinstance(other, str | Fraction)
        below, same = one < other, one == other  # type: ignore[operator]
        held = {"=": same, "<": below, "<=": below or same, ">": not (below or same)}
        return Known(held.get(sign, not below))

    def _kind(self, tree: Tree) -> str:
        return self._terms.known[self._terms.of(tree)].kind

    def _is(self, inner: Statement, right: Tree, type_: str) -> Statement:
        truth = Is(inner, _says_true(right))
        return truth if type_ == "COMPARE_NOT_DISTINCT_FROM" else Not(truth)

    def _distinct(self, tree: Tree, left: Tree, right: Tree, type_: str) -> Statement:
        if is_constant(left):
            left, right = right, left
        if _is_boolean(right):
            return self._is(self._statement(left), right, type_)
        if _is_null(right):
            same: Statement = self._missing(left)
        else:
            name, points = self._points(left, [right]) if is_constant(right) else (None, [])
            if name is None:
                positive = {**tree, "type": "COMPARE_NOT_DISTINCT_FROM"}
                same = Test(self._terms.free(identity(positive)), "=", (True,))
            else:
                same = Same(name, points[0])
        return same if type_ == "COMPARE_NOT_DISTINCT_FROM" else Not(same)

    def _between(self, tree: Tree) -> Statement:
        low, high = tree["lower"], tree["upper"]
        if not (is_constant(low) and is_constant(high)):
            return self._truth(tree)
        bounds = (
            self._signed(tree, tree["input"], ">=", low),
            self._signed(tree, tree["input"], "<=", high),
        )
        return And(bounds)

    def _case(self, tree: Tree) -> Statement:
        otherwise = tree.get("else_expr")
        result = self._statement(otherwise) if otherwise else Known(None)
        for check in reversed(tree["case_checks"]):
            test, then = self._statement(check["when_expr"]), self._statement(check["then_expr"])
            result = Choice(test, then, result)
        return result

    def _test(
        self, name: str, sign: Sign, points: list[Point], tree: Tree, *, with_null: bool = False
    ) -> Statement:
        self._terms.known[name].points.update(points)
        return Test(name, sign, tuple(points), with_null, self._origin(tree))

    # -- constants ---------------------------------------------------------------------------

    def _points(self, term: Tree, constants: list[Tree]) -> tuple[str | None, list[Point]]:
        """The term and the points it is compared with, or None where they can't be ordered."""
        if is_constant(term):
            return None, []
        name = self._terms.of(term)
        kind = self._terms.known[name].kind
        values = [self._value(constant) for constant in constants]
        if kind == "exact" and any(isinstance(value, float) for value in values):
            name, kind = self._terms.as_double(term), "double"
        points = [_read_as(value, kind) for value in values]
        if not points or any(point is None for point in points):
            return None, []
        known = [cast(Point, point) for point in points]
        self._terms.known[name].points.update(known)
        return name, known

    def _value(self, tree: Tree) -> Point | dt.datetime | None:
        """A constant: a text, an exact number, a double, or a moment."""
        if tree["class"] == "CONSTANT":
            kind, text = tree["literal"]["kind"], str(tree["literal"].get("text", ""))
            return text if kind == "STRING" else _number(text)
        type_, text_ = self._folded.get(identity(tree), ("", None))
        if text_ is None:
            return None
        head = type_.split("(")[0]
        if head in ("DATE", "TIMESTAMP"):
            return _moment(text_)
        if head == "VARCHAR":
            return text_
        if head == "DOUBLE":
            value = float(text_)
            return value if math.isfinite(value) else None
        return _number(text_) if head in ("DECIMAL", "INTEGER", "BIGINT", "HUGEINT") else None


def _operands(tree: Tree) -> Iterator[Tree]:
    """What is compared somewhere in an expression, and whatever is the same for everybody."""
    for node in trees.walk(tree):
        class_ = node["class"]
        if class_ not in ("COMPARISON", "BETWEEN", "OPERATOR", "CONJUNCTION"):
            continue
        if is_constant(node):
            yield node
        for child in trees.children(node):
            yield child
            if child["class"] == "OPERATOR":
                yield from trees.children(child)


def _number(text: str) -> Point | None:
    if len(text) > _LONGEST_NUMBER:
        return None
    if _PLAIN.fullmatch(text):
        return Fraction(text)
    if _EXPONENT.fullmatch(text):
        value = float(text)
        return value if math.isfinite(value) else None
    return None


def _moment(text: str) -> dt.datetime | None:
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def _read_as(value: Point | dt.datetime | None, kind: str) -> Point | None:
    """A constant as a point of a term's values; a text becomes what it is compared with."""
    if isinstance(value, str) and kind != "text":
        value = _moment(value) if kind == "moment" else _number(value)
    if kind == "moment" and isinstance(value, dt.datetime):
        return Fraction((value - _EPOCH) // dt.timedelta(microseconds=1))
    if kind == "text" and isinstance(value, str):
        return value
    if kind == "exact" and isinstance(value, Fraction):
        return value
    if kind == "double" and isinstance(value, Fraction | float):
        return float(value)
    return None


def _is_null(tree: Tree) -> bool:
    return bool(tree["class"] == "CONSTANT" and tree["literal"]["kind"] == "NULL_LITERAL")


def _is_boolean(tree: Tree) -> bool:
    return bool(tree["class"] == "CONSTANT" and tree["literal"]["kind"] == "BOOLEAN")


def _says_true(tree: Tree) -> bool:
    return str(tree["literal"]["text"]).casefold() == "true"


def _as_in(tree: Tree) -> Tree:
    return {**tree, "type": "COMPARE_IN"}
