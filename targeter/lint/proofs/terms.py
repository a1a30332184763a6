"""The terms of conditions: columns, and what is computed from them, each with what it can be."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from targeter.database import Parser, Tree
from targeter.expressions import trees
from targeter.expressions.scopes import PROFILE, SEGMENT, stance_column
from targeter.lint.proofs.domains import Domain, Point, closed, of_closed, ordered
from targeter.schema import Schema, type_class

DAY = 86_400_000_000
STANCES = ("against", "for", "mixed", "unknown")

_PLACES = frozenset({"alias", "query_location", "query_location_length"})
_EXACT = (
    "DECIMAL",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "INT",
    "INT32",
    "UTINYINT",
)
_WHOLE = frozenset(_EXACT) - {"DECIMAL"} | {"USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"}
# Functions of the engine that are NULL where any argument is, and (the first) nowhere else.
_TOTAL = (
    "|| ~~ ~~* lower upper trim length contains starts_with ends_with replace regexp_matches "
    "nfc_normalize"
)
_STRICT = (
    f"{_TOTAL} + - * / // % like_escape ilike_escape add subtract multiply divide mod len left "
    "right abs round floor ceil sqrt year month day isodow date_trunc date_diff date_part last_day "
    "radians sin cos asin pow"
)
_TOTAL_NAMES, _STRICT_NAMES = frozenset(_TOTAL.split(" ")), frozenset(_STRICT.split(" "))


@dataclass(slots=True)
class Term:
    """A term, numbered for formulas; `points` grow while conditions are read.

    `kind` is text, exact, double, moment, boolean or opaque. `needs` are the columns (as terms)
    that aren't NULL where it isn't. `is_total`: it is NULL only where one of them is.
    """

    number: int
    kind: str
    step: int | None = None
    least: int | None = None
    nullable: bool = True
    needs: tuple[str, ...] = ()
    is_total: bool = False
    values: tuple[Point, ...] = ()
    points: set[Point] = field(default_factory=set)

    def domain(self) -> Domain:
        """What it can be, NULL left out where that follows from its columns."""
        nullable = self.nullable and not (self.is_total and self.needs)
        if self.kind == "boolean":
            return closed((False, True), nullable=nullable)
        if self.values:
            return of_closed(self.values, self.points, nullable=nullable)
        return ordered(self.points, nullable=nullable, step=self.step, least=self.least)


def identity(tree: Tree) -> str:
    """What two equal expressions have in common, wherever they stand."""
    if tree["class"] == "COLUMN_REF":
        return ".".join(tree["column_names"])
    return json.dumps(_bare(tree), sort_keys=True)


def _bare(node: object) -> object:
    if isinstance(node, dict):
        return {key: _bare(value) for key, value in node.items() if key not in _PLACES}
    if isinstance(node, list):
        return [_bare(item) for item in node]
    return node


def is_constant(tree: Tree) -> bool:
    """Whether an expression reads no column, and so is the same for everybody."""
    return all(node["class"] != "COLUMN_REF" for node in trees.walk(tree))


def is_segment(tree: Tree) -> bool:
    return bool(tree["class"] == "COLUMN_REF" and tree["column_names"][0] == SEGMENT)


class Terms:
    """Every term of a project, by its identity."""

    def __init__(self, profile: Schema, counts: Iterable[str], parser: Parser) -> None:
        self._profile = profile
        self._counts = frozenset(counts)
        self._parser = parser
        self._types: dict[str, str] = {}
        self.known: dict[str, Term] = {}

    def learn_types(self, some: Sequence[tuple[Tree, Mapping[str, str]]]) -> None:
        """Find the types of computed terms, given those of the parts of their expressions."""
        wanted = {identity(tree): (tree, types) for tree, types in some if not _has_type(tree)}
        texts = self._parser.texts([trees.select_of(tree) for tree, _ in wanted.values()])
        for (name, (_, types)), text in zip(wanted.items(), texts, strict=True):
            self._types[name] = types.get(text.removeprefix("SELECT "), "")

    def type_of(self, tree: Tree) -> str:
        """The engine's type of a term, or an empty text where it isn't known."""
        if tree["class"] == "COLUMN_REF":
            column = self._profile.get(str(tree["column_names"][-1]))
            return column.type if column and not is_segment(tree) else ""
        if tree["class"] == "CAST":
            return str(tree["type_expr"].get("type_name", "")).upper()
        return self._types.get(identity(tree), "")

    def of(self, tree: Tree) -> str:
        """The identity of a term, which is known from here on."""
        if _is_moment_cast(tree) and type_class(self.type_of(tree["child"])) == "date":
            # a date as a timestamp is the same moment: no data holds the year 290,000
            return self.of(tree["child"])
        name = identity(tree)
        if name not in self.known:
            self.known[name] = self._made(tree)
        return name

    def _made(self, tree: Tree) -> Term:
        kind, step = _kind(self.type_of(tree))
        if tree["class"] == "COLUMN_REF":
            return self._column(str(tree["column_names"][-1]), kind, step)
        # the columns first: they are numbered, too
        needs = tuple(sorted(set(self._needed(tree))))
        null, total = self.may_be_null(tree), self._is_total(tree)
        return Term(len(self.known), kind, step, None, null, needs, total)

    def _column(self, name: str, kind: str, step: int | None) -> Term:
        column = self._profile.get(name)
        nullable = column is None or column.nullable
        values = STANCES if name.startswith("stance('") else ()
        least = 0 if name in self._counts else None
        return Term(len(self.known), kind, step, least, nullable, values=values)

    def truth(self, tree: Tree) -> str:
        """An expression that is a truth value, and nothing more is known of it."""
        name = self.of(tree)
        self.known[name].kind = "boolean"
        return name

    def free(self, name: str) -> str:
        """A truth value of ours that is never NULL."""
        if name not in self.known:
            self.known[name] = Term(len(self.known), "boolean", nullable=False)
        return name

    def stance(self, topic: str) -> str:
        """The stance of a topic, whether or not a condition asks for it."""
        return self.of(trees.column(PROFILE, stance_column(topic)))

    def as_double(self, tree: Tree) -> str:
        """An exact term compared with a double is rounded first: a term of its own."""
        name = f"double {self.of(tree)}"
        if name not in self.known:
            needs = tuple(sorted(set(self._needed(tree))))
            nullable = self.may_be_null(tree)
            self.known[name] = Term(len(self.known), "double", nullable=nullable, needs=needs)
        return name

    def order(self, left: Tree, right: Tree) -> str:
        """How two terms compare: below, at, or above 0; NULL where one of them is."""
        first, second = self.of(left), self.of(right)
        name = f"{first} ? {second}"
        if name not in self.known:
            needs = tuple(sorted({*self._needed(left), *self._needed(right)}))
            nullable = self.may_be_null(left) or self.may_be_null(right)
            total = self._is_total(left) and self._is_total(right)
            self.known[name] = Term(len(self.known), "exact", None, None, nullable, needs, total)
            if first == second:
                self.known[name].values = (0,)
        return name

    def may_be_null(self, tree: Tree) -> bool:
        """Whether a term can be NULL for anybody, as far as that can be told from its shape."""
        class_ = tree["class"]
        if class_ == "CONSTANT":
            return bool(tree["literal"]["kind"] == "NULL_LITERAL")
        if class_ == "COLUMN_REF":
            column = self._profile.get(str(tree["column_names"][-1]))
            return not is_segment(tree) and (column is None or column.nullable)
        inner = [self.may_be_null(child) for child in trees.children(tree)]
        if class_ == "OPERATOR" and tree["type"] == "OPERATOR_COALESCE":
            return all(inner)
        if class_ == "OPERATOR" and tree["type"] in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
            return False
        if class_ == "FUNCTION" and str(tree["function_name"]) in _TOTAL_NAMES:
            return any(inner)
        return True

    def _needed(self, tree: Tree) -> Iterable[str]:
        """The columns without which the term is NULL."""
        class_ = tree["class"]
        if class_ == "COLUMN_REF":
            if self.may_be_null(tree):
                yield self.of(tree)
            return
        strict: list[Tree] = []
        if class_ == "FUNCTION":
            name, arguments = str(tree["function_name"]), trees.arguments(tree)
            strict = (
                arguments if name in _STRICT_NAMES else arguments[:1] if name == "nullif" else []
            )
        elif class_ == "CAST":
            strict = [tree["child"]]
        for child in strict:
            yield from self._needed(child)

    def _is_total(self, tree: Tree) -> bool:
        """Whether a term is NULL only where one of its columns is."""
        class_ = tree["class"]
        if class_ == "CONSTANT":
            return not self.may_be_null(tree)
        if class_ == "FUNCTION":
            arguments = trees.arguments(tree)
            return str(tree["function_name"]) in _TOTAL_NAMES and all(
                map(self._is_total, arguments)
            )
        return bool(class_ == "COLUMN_REF" and not is_segment(tree))


def _has_type(tree: Tree) -> bool:
    return tree["class"] in ("COLUMN_REF", "CAST", "CONSTANT")


def _is_moment_cast(tree: Tree) -> bool:
    name = str(tree.get("type_expr", {}).get("type_name", "")).upper()
    return bool(tree["class"] == "CAST" and name == "TIMESTAMP")


def _kind(type_: str) -> tuple[str, int | None]:
    """What is known of the values of a type: how they are ordered, and the step between them."""
    upper = type_.upper()
    head = upper.split("(")[0]
    if upper.endswith("]") or not upper:
        return "opaque", None
    if head in _WHOLE:
        return "exact", 1
    if head == "DECIMAL" or head == "NUMERIC":
        return "exact", None
    if head == "DOUBLE":
        return "double", None
    if head in ("VARCHAR", "TEXT", "STRING"):
        return "text", None
    if head == "DATE":
        return "moment", DAY
    if head == "TIMESTAMP":
        return "moment", None
    return ("boolean" if head == "BOOLEAN" else "opaque"), None
