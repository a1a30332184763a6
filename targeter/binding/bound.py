"""A project that was bound: its expressions compiled, its columns known, in the order they come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from targeter.conditions import Condition, scalars
from targeter.database import Parser
from targeter.derived import Derived
from targeter.expressions.compiler import Compiled
from targeter.expressions.scopes import (
    SEGMENT,
)
from targeter.findings import Finding
from targeter.project import Project
from targeter.schema import Column, Schema
from targeter.traits import Trait
from targeter.yaml_source import Scalar

Key = tuple[str, int]
Assumed = Mapping[str, Sequence[Column]]


@dataclass(frozen=True, slots=True)
class BoundTrait:
    """A trait that can run: its expressions compiled, and the profile columns it gives.

    `values` are over the rows (an aggregate, or one for each pick) or, without a source, over
    the profile; an `exists` has none. `order` are the columns of `first_by`, descending or not.
    """

    trait: Trait
    values: tuple[Compiled, ...]
    where: Compiled | None
    order: tuple[tuple[str, bool], ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """A source and column that opinions are read from, with the user's own score if any."""

    source: str
    column: str
    score: str | None = None


@dataclass(slots=True)
class Bound:
    """A project that was bound. `expressions` are found by where they were written.

    `levels` are the traits in the order they can be computed: each level needs only what comes
    before it. `profile` is the schema of the whole profile, `sources` of each source's rows.
    """

    project: Project
    today: dt.date
    parser: Parser
    expressions: dict[Key, Compiled] = field(default_factory=dict)
    sources: dict[str, Schema] = field(default_factory=dict)
    derived: list[Derived] = field(default_factory=list)
    levels: list[list[BoundTrait]] = field(default_factory=list)
    profile: Schema = field(default_factory=lambda: Schema(()))
    posts: Opinion | None = None
    likes: Opinion | None = None
    findings: list[Finding] = field(default_factory=list)

    def compiled(self, scalar: Scalar) -> Compiled:
        return self.expressions[scalar.key]

    @property
    def key(self) -> str:
        base = self.project.settings.base
        assert base is not None and base.key is not None
        return base.key

    def condition_columns(self, condition: Condition | None) -> tuple[str, ...]:
        """The profile columns a condition reads, through segments too, sorted."""
        segments = {s.name.casefold(): s for s in self.project.segments}
        names: set[str] = set()
        waiting, seen = list(scalars(condition)), set[str]()
        while waiting:
            for alias, name in self.compiled(waiting.pop()).uses:
                if alias != SEGMENT:
                    names.add(name)
                elif name not in seen:
                    seen.add(name)
                    waiting.extend(scalars(segments[name.casefold()].when))
        return tuple(sorted(names))
