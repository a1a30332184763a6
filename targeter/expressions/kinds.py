"""The type rules of the language, stricter than the engine's: what passes them can't stop a run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from targeter.database import Parser, Tree
from targeter.expressions import checking, language, own, trees
from targeter.expressions.checking import place_of
from targeter.expressions.drafts import Draft, Part
from targeter.findings import Finding, Place
from targeter.schema import type_class
from targeter.yaml_source import Scalar

_NARROW = frozenset(
    {
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "INT32",
        "INTEGER_LITERAL",
    }
)
_DIGITS = {"BIGINT": 19, "UBIGINT": 20, "HUGEINT": 39, "UHUGEINT": 39}
_MOST_DIGITS = 38
_IN_64_BITS = 18


_SPOKEN = {"null": "NULL", "interval": "an interval"}


def spoken(type_: str) -> str:
    """A type of the engine in a user's word."""
    kind = type_class(type_)
    return {"time": "a timestamp", "other": type_.lower(), **_SPOKEN}.get(kind, f"a {kind}")


@dataclass(frozen=True, slots=True)
class _Literal:
    """A text in single quotes, and the type it is read as."""

    text: str
    type: str
    place: Place

    def finding(self) -> Finding:
        kind = "a whole number" if "INT" in self.type else spoken(self.type)
        message = f"{self.text!r} can't be read as {kind}"
        is_day = type_class(self.type) in ("date", "time")
        return Finding("TG204", message, self.place, "dates are written '2026-11-30'" * is_day)


def check_types(draft: Draft, parser: Parser) -> None:
    """What the engine would let pass and then fail on, at some row, for everybody."""
    literals: list[_Literal] = []
    for part in draft.parts:
        _check_part(draft, part, literals)
    fits = parser.casts([(literal.text, literal.type) for literal in literals])
    wrong = {
        literal.place: literal
        for literal, good in zip(literals, fits, strict=True)
        if not good or _would_be_rounded(literal)
    }
    draft.found.extend(literal.finding() for literal in wrong.values())
    root = draft.root
    if root and draft.request.boolean and type_class(root.type) not in ("boolean", "null"):
        message = f"a condition is true or false, and this is {spoken(root.type)}"
        scalar = draft.request.scalar
        help_ = f"compare it: {checking.written(scalar, root.original).strip()} = …"
        draft.found.append(Finding("TG205", message, place_of(scalar, root.original), help_))
    scope = draft.request.scope
    if root and scope.aggregates and not scope.is_grouped:
        _check_aggregation(draft, root)


def _would_be_rounded(literal: _Literal) -> bool:
    """The engine reads '0.5' as the whole number 1, which nobody who writes it means."""
    is_whole = "INT" in literal.type.upper() and type_class(literal.type) == "number"
    return is_whole and not re.fullmatch(r"\s*[-+]?\d+\s*", literal.text)


def _check_part(draft: Draft, part: Part, literals: list[_Literal]) -> None:
    node, class_ = part.original, part.original["class"]
    if class_ == "CONJUNCTION" or (class_ == "OPERATOR" and node["type"] == "OPERATOR_NOT"):
        for child in part.parts:
            _must_be(draft, child, "boolean")
    elif class_ == "CASE":
        for child in part.parts:
            if _is_when(part, child):
                _must_be(draft, child, "boolean")
    elif class_ == "CAST" and _is_text_literal(part.parts[0]):
        literals.append(_literal(draft, part.parts[0], part.type, part))
    elif class_ == "COMPARISON" and checking.asks_for_truth(node):
        _must_be(draft, part.parts[0].parts[0], "boolean")
    elif class_ == "OPERATOR" and node["type"] == "ARRAY_EXTRACT":
        _must_be(draft, part.parts[0], "list")
        _must_be(draft, part.parts[1], "number")
    elif class_ == "FUNCTION":
        by_node = {id(child.original): child for child in part.parts}
        for argument, kind in zip(trees.arguments(node), _wanted(node), strict=False):
            _must_be(draft, by_node[id(argument)], kind)
        if node["filter"]:
            _must_be(draft, by_node[id(node["filter"])], "boolean")
    for parts in alike(part):
        _must_be_alike(draft, parts, literals)


def _wanted(node: Tree) -> Sequence[str]:
    """The kinds of a function's arguments, where the engine would take others too."""
    name = str(node["function_name"])
    if name in language.LIKE:
        return ("text",)
    if name in ("sum", "avg", "median"):
        return ("number",)
    return own.WANTED.get(name, ())


def alike(part: Part) -> Iterator[Sequence[Part]]:
    """The operands of a part that must be of one kind."""
    node, class_ = part.original, part.original["class"]
    name = node["type"] if class_ == "OPERATOR" else str(node.get("function_name"))
    if class_ == "CASE":
        yield [child for child in part.parts if not _is_when(part, child)]
    elif class_ in ("COMPARISON", "BETWEEN") or name in language.ALIKE:
        yield part.parts
    elif name == "date_diff":
        yield part.parts[1:]


def _is_when(part: Part, child: Part) -> bool:
    return any(check["when_expr"] is child.original for check in part.original["case_checks"])


def _must_be(draft: Draft, part: Part, kind: str) -> None:
    actual = type_class(part.type)
    if actual in (kind, "null") or (kind == "date" and actual == "time"):
        return
    place = place_of(draft.request.scalar, part.original)
    text = checking.written(draft.request.scalar, part.original).strip()
    if kind == "date" and part.original["class"] == "CONSTANT":
        help_ = f"write date {text}"
        draft.found.append(Finding("TG203", "a date is wanted here", place, help_))
        return
    code = "TG205" if kind == "boolean" else "TG203"
    help_ = f"compare it: {text} = …" if kind == "boolean" else ""
    message = f"{text} is {spoken(part.type)}, and a {kind} is wanted here"
    draft.found.append(Finding(code, message, place, help_))


def _must_be_alike(draft: Draft, parts: Sequence[Part], literals: list[_Literal]) -> None:
    """Operands of one kind; a text literal takes the kind of the others if it can be read so."""
    typed = [part for part in parts if not _is_loose(part)]
    if not typed:
        return
    first = typed[0]
    for part in typed[1:]:
        if family(part.type) != family(first.type):
            scalar = draft.request.scalar
            message = unlike(scalar, first, part)
            help_ = likened(scalar, first, part)
            draft.found.append(Finding("TG203", message, place_of(scalar, part.original), help_))
    if family(first.type) != "text":
        texts = [part for part in parts if _is_text_literal(part)]
        types = sorted({part.type for part in typed})
        literals.extend(_literal(draft, part, type_) for type_ in types for part in texts)


def unlike(scalar: Scalar, one: Part, other: Part, together: str = "compared") -> str:
    """«network is a text and 5 is a number: they can't be compared»."""
    said = (
        f"{checking.written(scalar, part.original).strip()} is {spoken(part.type)}"
        for part in (one, other)
    )
    return f"{' and '.join(said)}: they can't be {together}"


def likened(scalar: Scalar, one: Part, other: Part) -> str:
    """How a value is written so that it can be compared with another, where that is known."""
    kinds = {family(one.type): one, family(other.type): other}
    texts = {k: checking.written(scalar, p.original).strip() for k, p in kinds.items()}
    if set(kinds) == {"date", "number"}:
        day = texts["number"]
        is_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", day)
        return f"a day is written date '{day if is_day else '2026-11-30'}'"
    if "text" in kinds and "number" in kinds and kinds["number"].original["class"] == "CONSTANT":
        return f"a text stands in single quotes: '{texts['number']}'"
    if "boolean" in kinds and "number" in kinds:
        return f"yes or no is a condition by itself: {texts['boolean']}, or not {texts['boolean']}"
    return ""


def _literal(draft: Draft, part: Part, type_: str, around: Part | None = None) -> _Literal:
    """A literal of a cast such as date '2026-11-30' has no place of its own."""
    shown = part if around is None or trees.span(part.original) else around
    text = str(part.original["literal"]["text"])
    return _Literal(text, type_, place_of(draft.request.scalar, shown.original))


def family(type_: str) -> str:
    if type_.endswith("]"):
        return family(type_[: type_.rindex("[")]) + " list"
    kind = type_class(type_)
    return "date" if kind == "time" else kind


def _is_loose(part: Part) -> bool:
    return family(part.type).startswith("null") or _is_text_literal(part)


def _is_text_literal(part: Part) -> bool:
    node = part.original
    return bool(node["class"] == "CONSTANT" and node["literal"]["kind"] == "STRING")


def _check_aggregation(draft: Draft, root: Part) -> None:
    """Outside of an aggregate there is no single row to take a column from."""
    for part in _above_aggregates(root):
        if part.original["class"] == "COLUMN_REF":
            text = checking.written(draft.request.scalar, part.original)
            message = f"{text} has many values here: which one?"
            help_ = f"max({text}), or a pick with first_by"
            place = place_of(draft.request.scalar, part.original)
            draft.found.append(Finding("TG216", message, place, help_))


def _above_aggregates(part: Part) -> Iterable[Part]:
    name = part.original.get("function_name")
    if part.original["class"] == "FUNCTION" and str(name) in language.AGGREGATES:
        return
    yield part
    for child in part.parts:
        yield from _above_aggregates(child)


# -- wider than the engine computes by itself -------------------------------------------------


def needed_casts(part: Part) -> Iterator[tuple[Part, str]]:
    """Operands of a part that are read as another type, and as which.

    The engine computes small integers and decimals as narrow as they are (60000 * 60000 doesn't
    fit) and brings dates and timestamps, or numbers of very different size, to one type in a way
    that stops at the first value that doesn't fit.
    """
    node = part.original
    if len(part.parts) == 2 and str(node.get("function_name")) in ("+", "-", "*"):
        yield from _wide(part.parts, times=node["function_name"] == "*")
    for parts in alike(part):
        yield from _one_type(parts)


def _wide(operands: Sequence[Part], *, times: bool) -> Iterator[tuple[Part, str]]:
    types = [part.type.upper() for part in operands]
    sizes = [_decimal(type_) for type_ in types]
    if "DATE" in types:  # days are added as an INTEGER, however they were computed
        wide = [part for part, size in zip(operands, sizes, strict=True) if size]
        yield from ((part, "INTEGER") for part in wide if part.original["class"] != "CONSTANT")
    elif all(type_ in _NARROW for type_ in types):
        yield operands[0], "BIGINT"
    elif times and all(size and size[0] <= _IN_64_BITS for size in sizes):
        place = next(n for n, type_ in enumerate(types) if type_ not in _NARROW)
        size = sizes[place]
        if size:
            yield operands[place], f"DECIMAL({_IN_64_BITS + 1},{size[1]})"


def _one_type(parts: Sequence[Part]) -> Iterator[tuple[Part, str]]:
    found = [type_class(part.type) for part in parts]
    if "date" in found and "time" in found:
        yield from ((part, "TIMESTAMP") for part in parts if type_class(part.type) == "date")
    exact = [(part, size) for part in parts if (size := _decimal(part.type.upper()))]
    if found.count("number") > len(exact) or not any(scale for _, (_, scale) in exact):
        return
    scale = max(scale for _, (_, scale) in exact)
    if scale + max(width - after for _, (width, after) in exact) > _MOST_DIGITS:
        yield from ((part, f"DECIMAL({_MOST_DIGITS},{scale})") for part, _ in exact)


def _decimal(type_: str) -> tuple[int, int] | None:
    """Digits in all and after the point, of a type whose values are exact."""
    match = re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", type_)
    if match:
        return int(match[1]), int(match[2])
    if type_ in _NARROW:
        return 10, 0
    return (_DIGITS[type_], 0) if type_ in _DIGITS else None
