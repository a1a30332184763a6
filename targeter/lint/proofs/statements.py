"""A condition as the prover reads it: tests of terms, joined in three-valued logic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from targeter.database import Tree
from targeter.lint.proofs.domains import Point, Sign
from targeter.yaml_source import Scalar


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a statement stands in a user's file."""

    scalar: Scalar
    tree: Tree


@dataclass(frozen=True, slots=True)
class Known:
    """TRUE, FALSE or NULL for everybody; with an origin where that had to be computed."""

    value: bool | None
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Test:
    """`term SIGN point` for one of the points; `with_null`: NULL is in the list too."""

    term: str
    sign: Sign
    points: tuple[Point, ...]
    with_null: bool = False
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Same:
    """`term IS NOT DISTINCT FROM point`: never NULL."""

    term: str
    point: Point


@dataclass(frozen=True, slots=True)
class Missing:
    """`term IS NULL`."""

    term: str


@dataclass(frozen=True, slots=True)
class Holds:
    """A segment: it holds or not."""

    segment: str


@dataclass(frozen=True, slots=True)
class Is:
    """`part IS TRUE` or `IS FALSE`; with None `part IS NULL`."""

    part: Statement
    value: bool | None


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; of NULL it is NULL."""

    part: Statement
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class And:
    """FALSE when one part is, else NULL when one part is."""

    parts: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """TRUE when one part is, else NULL when one part is."""

    parts: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class First:
    """The first part that isn't NULL, as `coalesce` gives it."""

    parts: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`CASE WHEN test THEN yes ELSE no END`."""

    test: Statement
    yes: Statement
    no: Statement


Statement = Known | Test | Same | Missing | Holds | Is | Not | And | Or | First | Choice


def parts_of(statement: Statement) -> tuple[Statement, ...]:
    """The statements directly inside one."""
    if isinstance(statement, And | Or | First):
        return statement.parts
    if isinstance(statement, Not | Is):
        return (statement.part,)
    if isinstance(statement, Choice):
        return statement.test, statement.yes, statement.no
    return ()


def walk(statement: Statement) -> Iterator[Statement]:
    """A statement and everything inside it."""
    yield statement
    for part in parts_of(statement):
        yield from walk(part)


def negations(statement: Statement) -> Iterator[Not]:
    """The outermost negations: what is inside of one goes with it."""
    if isinstance(statement, Not):
        yield statement
    elif isinstance(statement, And | Or):
        for part in statement.parts:
            yield from negations(part)


def granted(statement: Statement, target: Statement) -> Statement:
    """The statement with one part of it, under AND and OR, taken as TRUE."""
    if statement is target:
        return Known(value=True)
    if isinstance(statement, And | Or):
        kind = type(statement)
        return kind(tuple(granted(part, target) for part in statement.parts))
    return statement


def joined(kind: str, parts: Iterable[Statement]) -> Statement:
    """`all` or `any` of several statements."""
    every = tuple(parts)
    if len(every) == 1:
        return every[0]
    return And(every) if kind == "all" else Or(every)
