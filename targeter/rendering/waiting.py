"""Who waits for a text with which choice, and where their values are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from targeter.binding import Bound
from targeter.database import identifier
from targeter.decisions import FIRST_CHOICE, Choice, Codes
from targeter.profiles import PROFILES, number_of


@dataclass(frozen=True, slots=True)
class Rows:
    """Some of those who wait, as SQL: number, person and choice of each, FROM and WHERE."""

    number: str
    person: str
    choice: str
    source: str
    where: str

    @property
    def who(self) -> str:
        return f"{self.number} AS number, {self.person} AS person, {self.choice} AS choice"

    def __str__(self) -> str:
        return f"{self.source} {self.where}"


class Waiting(Protocol):
    """People who wait, each with a choice: the relation `table` (number, person, choice).

    Their profiles are `joined`, or they are where they stand.
    """

    table: str
    joined: bool

    def alone(self, alike: Sequence[Choice]) -> Rows:
        """Who waits with one of some choices that say the same."""
        ...

    def read(self, alike: Sequence[Choice]) -> Rows:
        """The same, each with their profile `p`."""
        ...


class Listed:
    """People in a table, whose profiles are found by their numbers."""

    joined = True

    def __init__(self, bound: Bound, table: str) -> None:
        self.table, self._number = table, number_of(bound)

    def alone(self, alike: Sequence[Choice]) -> Rows:
        numbers = ", ".join(str(choice.number) for choice in alike)
        where = f"WHERE w.choice IN ({numbers})"
        return Rows("w.number", "w.person", "w.choice", f"FROM {self.table} AS w", where)

    def read(self, alike: Sequence[Choice]) -> Rows:
        rows = self.alone(alike)
        joined = f"{rows.source} JOIN {PROFILES} AS p ON {self._number} = w.number"
        return Rows(rows.number, rows.person, rows.choice, joined, rows.where)


class Standing:
    """Everybody with their first choice, which is in their profile; `table` is a view of them."""

    joined = False

    def __init__(self, bound: Bound, codes: Codes, table: str) -> None:
        self.table, self._codes = table, codes
        self._code = f"p.{identifier(FIRST_CHOICE)}"
        self._number = f"{number_of(bound)}::INTEGER"
        self._person = f"p.{identifier(bound.key)}"

    def read(self, alike: Sequence[Choice]) -> Rows:
        choice = self._codes.number(self._code)
        where = f"WHERE {self._codes.says(self._code, alike[0].number)}"
        return Rows(self._number, self._person, choice, f"FROM {PROFILES} AS p", where)

    alone = read
