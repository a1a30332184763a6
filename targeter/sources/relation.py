"""A source as it was read and before its columns have types: what is in it, and where in a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from targeter.database import Engine, identifier
from targeter.findings import Place


class Looks(StrEnum):
    """What a column that nobody declared may be read as."""

    ANYTHING = "anything"
    """Text that may look like a number, a date or yes and no: CSV."""
    TEXT = "text"
    """Text that may look like a date: a JSON string."""
    NUMBER = "number"
    """The digits of a number, exact: JSON, or NUMERIC from a database driver."""
    BOOLEAN = "boolean"
    TYPED = "typed"
    """What its type says: Parquet, tables."""


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """One column as it was read: its name, the engine's type and what it may be read as.

    `is_plain` is known of all its values: `casting.plain` would leave them as they are.
    """

    name: str
    type: str
    looks: Looks
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: its row (from 0, in the order of reading) and the number of its column."""

    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands: a place in a file of lines, else in words («row 3 of x.parquet»).

    `text` is what the file says there, so that whoever shows the place can check it.
    """

    place: Place | None
    words: str = ""
    text: str | None = None


Locate = Callable[[Sequence[Cell]], Sequence[Spot]]


def by_row(what: str) -> Locate:
    """Spots in words, for what has rows and no lines."""
    return lambda cells: [Spot(None, f"row {cell.row + 1:,} of {what}") for cell in cells]


@dataclass(frozen=True, slots=True)
class Relation:
    """A source as read: `name` is a table or a view of the engine, dropped by `drop`.

    `is_stored` says that it is a table of our own; else reading it again reads the file again.
    The engine keeps the order of rows in both.
    """

    name: str
    columns: tuple[ReadColumn, ...]
    files: tuple[str, ...]
    is_stored: bool
    locate: Locate = field(repr=False, compare=False)
    notes: tuple[str, ...] = ()

    def drop(self, engine: Engine) -> None:
        if self.is_stored:
            engine.run(f"DROP TABLE IF EXISTS {identifier(self.name)}")
