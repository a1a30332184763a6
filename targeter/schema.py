"""The columns of a table of the project: their types, and what may be done with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

# Types a user may declare, with the engine's type for each.
TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18,6)",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "list": "VARCHAR[]",
}


class InCopy(StrEnum):
    """On which channels a value may stand in a text; what is derived inherits the strictest."""

    NEVER = "never"
    DIRECT = "direct"
    PROMOTED = "promoted"

    @property
    def rank(self) -> int:
        return list(InCopy).index(self)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the engine's type, and the duties that travel with its values.

    `purposes` are names of purposes without which the value is NULL. `nullable` is False only
    where the value can't be missing (counts, `exists`, segments).
    """

    name: str
    type: str
    in_copy: InCopy = InCopy.DIRECT
    sensitive: bool = False
    purposes: frozenset[str] = frozenset()
    nullable: bool = True

    def derived(self, name: str, type_: str, sources: Iterable[Column]) -> Column:
        """A column computed from `self` and `sources`: the strictest duty of all wins."""
        return replace(strictest([self, *sources]), name=name, type=type_, nullable=True)


def strictest(columns: Iterable[Column]) -> Column:
    """A nameless column with the strictest duties of several; without any, free of duties."""
    every = list(columns)
    return Column(
        name="",
        type="",
        in_copy=min((c.in_copy for c in every), key=lambda c: c.rank, default=InCopy.PROMOTED),
        sensitive=any(c.sensitive for c in every),
        purposes=frozenset(p for c in every for p in c.purposes),
    )


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of one relation, found by name in any case, as SQL finds them."""

    columns: tuple[Column, ...]
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {c.name.casefold(): c for c in self.columns})

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def get(self, name: str) -> Column | None:
        return self._by_name.get(name.casefold())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.casefold() in self._by_name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)

    def with_columns(self, columns: Iterable[Column]) -> Schema:
        """This schema and more columns; a name that is there already is replaced."""
        merged = {c.name.casefold(): c for c in self.columns}
        merged.update({c.name.casefold(): c for c in columns})
        return Schema(tuple(merged.values()))


def type_class(type_: str) -> str:
    """The kind of a type of the engine: text, number, boolean, date, time, interval, list, other.

    Two values can be compared when their kinds are equal (date and time count as one there).
    """
    upper = type_.upper()
    if upper.endswith("]"):
        return "list"
    head = upper.split("(")[0]
    if head in _KINDS:
        return _KINDS[head]
    return "number" if "INT" in head and head != "INTERVAL" else "other"


_KINDS = {
    "VARCHAR": "text",
    "STRING_LITERAL": "text",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "time",
    "TIMESTAMP WITH TIME ZONE": "time",
    "TIMESTAMP_S": "time",
    "TIMESTAMP_MS": "time",
    "TIMESTAMP_NS": "time",
    "TIME": "clock",
    "INTERVAL": "interval",
    "DECIMAL": "number",
    "DOUBLE": "number",
    "FLOAT": "number",
    '"NULL"': "null",
    "NULL": "null",
}
