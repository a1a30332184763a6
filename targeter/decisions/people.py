"""All people, in one engine or in many shards, and the few questions whose answer crosses them.

Whatever is about one person is a step: a function of a shard, run on each. Three things aren't:
the place where a line of people is cut (a border), sums over what people have in common (totals),
and plain counts, which the steps return and whoever asks adds up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from targeter.binding import Bound
from targeter.database import Engine, Row, identifier, literal
from targeter.decisions.planned import Decisions

P = ParamSpec("P")
T = TypeVar("T")
# The columns of a row at which a line of people is cut.
Border = Row


@dataclass(frozen=True, slots=True)
class Shard:
    """Some people with everything that is theirs, in an engine; on one machine that is all."""

    engine: Engine
    bound: Bound
    decisions: Decisions


@dataclass(frozen=True, slots=True)
class Line:
    """People in an order, of whom the first `places` are meant.

    `query` has one row a person that takes a place and the columns `k0`, `k1` … of the order: all
    ascending, never NULL, and never equal for two people.
    """

    query: str
    places: int


@dataclass(frozen=True, slots=True)
class Totals:
    """A grouped count over everybody: `query` groups a shard's people, `keys` name the groups.

    `merged` says for each other column how the shards' values become one: sum, min, max, bool_and.
    Only the groups that pass `where` (SQL over the merged columns) are kept.
    """

    query: str
    keys: tuple[str, ...]
    merged: Mapping[str, str] = field(default_factory=dict)
    where: str = "true"


class Everybody(Protocol):
    """All people. Steps are functions of a module, so that they can be run elsewhere by name."""

    @property
    def bound(self) -> Bound: ...

    @property
    def decisions(self) -> Decisions: ...

    def each(
        self, step: Callable[Concatenate[Shard, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Sequence[T]:
        """Run a step on every shard, once as far as anybody can tell; what each of them said."""
        ...

    def ask(
        self, step: Callable[Concatenate[Shard, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Sequence[T]:
        """The same for a step that changes nothing: it only says something."""
        ...

    def borders(self, lines: Sequence[Line]) -> Sequence[Border | None]:
        """For each line the row that takes its last place; None where places are left."""
        ...

    def totals(self, table: str, totals: Totals) -> int:
        """Make a table of the totals that every shard can read; its number of rows."""
        ...


@dataclass(frozen=True, slots=True)
class Together:
    """Everybody in one engine."""

    shard: Shard

    @property
    def bound(self) -> Bound:
        return self.shard.bound

    @property
    def decisions(self) -> Decisions:
        return self.shard.decisions

    def each(
        self, step: Callable[Concatenate[Shard, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Sequence[T]:
        return [step(self.shard, *args, **kwargs)]

    def ask(
        self, step: Callable[Concatenate[Shard, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Sequence[T]:
        return [step(self.shard, *args, **kwargs)]

    def borders(self, lines: Sequence[Line]) -> Sequence[Border | None]:
        return [self._border(line) for line in lines]

    def _border(self, line: Line) -> Border | None:
        engine = self.shard.engine
        rows = engine.rows(f"{line.query} ORDER BY ALL LIMIT 1 OFFSET {line.places - 1}")
        return rows[0] if rows else None

    def totals(self, table: str, totals: Totals) -> int:
        engine = self.shard.engine
        engine.run(
            f"CREATE OR REPLACE TABLE {identifier(table)} AS "
            f"SELECT * FROM ({totals.query}) WHERE {totals.where}"
        )
        return int(engine.value(f"SELECT count(*) FROM {identifier(table)}"))


def together(engine: Engine, bound: Bound, decisions: Decisions) -> Together:
    """Everybody in this engine."""
    return Together(Shard(engine, bound, decisions))


def is_after(border: Border) -> str:
    """SQL over the columns `k0`, `k1` … of a line: whether a person stands after its border."""
    test = "false"
    for number, value in reversed(list(enumerate(border))):
        column, given = f"k{number}", _exact(value)
        test = f"({column} > {given} OR ({column} = {given} AND {test}))"
    return test


def _exact(value: Any) -> str:
    """A value of a border as SQL that is the very same: a DOUBLE with all its digits."""
    return f"'{value!r}'::DOUBLE" if isinstance(value, float) else literal(value)
