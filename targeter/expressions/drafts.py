"""An expression on its way from what the user wrote to what can run."""

from __future__ import annotations

from dataclasses import dataclass, field

from targeter.database import Tree
from targeter.expressions.scopes import Scope
from targeter.findings import Finding
from targeter.schema import Column, strictest
from targeter.yaml_source import Scalar

Use = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """An expression to compile: what the user wrote, the names it may use, what it must give.

    `tree` is given where the expression is a part of something that was parsed already.
    """

    scalar: Scalar
    scope: Scope
    boolean: bool = False
    tree: Tree | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression that can run.

    `tree` is rewritten: names resolved to (alias, column), own functions written out, the day
    pinned. `type` is the engine's. `uses` are the columns it reads, as (alias, column);
    `columns` the same with their duties. `types` gives the type of every part by its text.
    """

    scalar: Scalar
    tree: Tree
    type: str
    uses: frozenset[Use]
    columns: tuple[Column, ...]
    types: dict[str, str] = field(compare=False, repr=False)

    @property
    def duties(self) -> Column:
        return strictest(self.columns)


@dataclass(slots=True)
class Part:
    """One node while it is being compiled: as parsed, as rewritten, and what was learnt of it.

    `text` is its canonical text, `probe` what the engine is asked for its type.
    """

    original: Tree
    rewritten: Tree
    has_aggregate: bool
    parts: tuple[Part, ...]
    text: str = ""
    probe: str = ""
    type: str = ""


@dataclass(slots=True)
class Draft:
    """One request on its way; `root` is None once something was found wrong.

    `expression` is what was parsed; `casts` are types that nodes of it (by identity) are read as,
    where the engine's own choice would stop it at some value.
    """

    request: Request
    expression: Tree | None = None
    root: Part | None = None
    parts: list[Part] = field(default_factory=list)
    columns: dict[Use, Column] = field(default_factory=dict)
    casts: dict[int, str] = field(default_factory=dict)
    found: list[Finding] = field(default_factory=list)
