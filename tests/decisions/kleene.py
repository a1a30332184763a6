"""Conditions in three-valued logic over one person's values, and the same conditions as SQL."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Value = str | int | float | bool | dt.date | None
Person = Mapping[str, Value]
Truth = bool | None


@dataclass(frozen=True, slots=True)
class Compare:
    """`column OP value`; missing where the column is."""

    column: str
    sign: str
    value: Value


@dataclass(frozen=True, slots=True)
class Between:
    """`column between low and high`, both ends included."""

    column: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class OneOf:
    """`column in (…)`."""

    column: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """`column is null`: never missing itself."""

    column: str


@dataclass(frozen=True, slots=True)
class Differs:
    """`column is distinct from value`: never missing itself."""

    column: str
    value: Value


@dataclass(frozen=True, slots=True)
class Divided:
    """`dividend / column >= value`; division by zero is missing."""

    column: str
    dividend: int
    value: int


@dataclass(frozen=True, slots=True)
class Flag:
    """A Boolean column, or a segment by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; of missing it is missing."""

    part: Expression


@dataclass(frozen=True, slots=True)
class And:
    """FALSE when one part is, else missing when one part is."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """TRUE when one part is, else missing when one part is."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`all` or `any` of conditions, as YAML writes them."""

    kind: str
    parts: tuple[Condition, ...]


Expression = Compare | Between | OneOf | Missing | Differs | Divided | Flag | Not | And | Or
Condition = Compare | Between | OneOf | Missing | Differs | Divided | Flag | Not | And | Or | Group
Segments = Mapping[str, Condition]

_SIGNS: dict[str, Callable[[Value, Value], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,  # type: ignore[dict-item]
    "<=": operator.le,  # type: ignore[dict-item]
    ">": operator.gt,  # type: ignore[dict-item]
    ">=": operator.ge,  # type: ignore[dict-item]
}
SIGNS = tuple(_SIGNS)


def all_of(parts: Iterable[Truth]) -> Truth:
    """Kleene's AND: the least, where FALSE < missing < TRUE."""
    known = list(parts)
    if False in known:
        return False
    return None if None in known else True


def any_of(parts: Iterable[Truth]) -> Truth:
    """Kleene's OR: the greatest."""
    known = list(parts)
    if True in known:
        return True
    return None if None in known else False


def truth(condition: Condition, person: Person, segments: Segments) -> Truth:
    """What a condition is for a person: TRUE, FALSE, or None for missing."""
    match condition:
        case Group(kind, parts):
            several = all_of if kind == "all" else any_of
            return several(truth(part, person, segments) for part in parts)
        case And(parts):
            return all_of(truth(part, person, segments) for part in parts)
        case Or(parts):
            return any_of(truth(part, person, segments) for part in parts)
        case Not(part):
            inner = truth(part, person, segments)
            return None if inner is None else not inner
        case Flag(name) if name in segments:
            # a segment, once named, holds or not and is never missing
            return truth(segments[name], person, segments) is True
        case Flag(name):
            value = person[name]
            return None if value is None else bool(value)
        case Missing(column):
            return person[column] is None
        case Differs(column, value):
            return person[column] != value
        case Compare() | Between() | OneOf() | Divided():
            value = person[condition.column]
            return None if value is None else _of_value(condition, value)


def _of_value(condition: Compare | Between | OneOf | Divided, value: Value) -> Truth:
    match condition:
        case Compare(_, sign, other):
            return _SIGNS[sign](value, other)
        case Between(_, low, high):
            assert isinstance(value, int)
            return low <= value <= high
        case OneOf(_, values):
            return value in values
        case Divided(_, dividend, other):
            assert isinstance(value, int)
            return dividend / value >= other if value else None


def sql(condition: Expression) -> str:
    """The same as SQL, with brackets everywhere."""
    match condition:
        case And(parts):
            return _joined(" and ", parts)
        case Or(parts):
            return _joined(" or ", parts)
        case Not(part):
            return f"not ({sql(part)})"
        case Flag(name):
            return name
        case Missing(column):
            return f"{column} is null"
        case Differs(column, value):
            return f"{column} is distinct from {written(value)}"
        case Compare(column, sign, value):
            return f"{column} {sign} {written(value)}"
        case Between(column, low, high):
            return f"{column} between {low} and {high}"
        case OneOf(column, values):
            return f"{column} in ({', '.join(written(value) for value in values)})"
        case Divided(column, dividend, value):
            return f"{dividend} / {column} >= {value}"


def _joined(word: str, parts: Sequence[Expression]) -> str:
    return "(" + word.join(f"({sql(part)})" for part in parts) + ")"


def written(value: Value) -> str:
    """A value as an SQL literal."""
    if isinstance(value, dt.date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def as_yaml(condition: Condition) -> object:
    """A condition as YAML would hold it: text, or a mapping with `all` or `any`."""
    if isinstance(condition, Group):
        return {condition.kind: [as_yaml(part) for part in condition.parts]}
    return sql(condition)
