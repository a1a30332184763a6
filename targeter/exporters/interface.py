"""What an exporter is given, and what it says of the files it wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from targeter.binding import Bound
from targeter.channels.catalogue import Delivery
from targeter.database import Engine, identifier, list_literal, literal
from targeter.history import message_id
from targeter.outgoing import MESSAGE_COLUMNS
from targeter.plans import ASSIGNMENTS, Plan
from targeter.profiles import PROFILES
from targeter.settings import ChannelSettings

Format = Literal["jsonl", "csv", "parquet"]
# A file of one message a person; other files say themselves what their rows are.
MESSAGES = "messages"
# The column that numbers the rows of an export; no column of a file is called so.
NUMBER = identifier("number of the row")


@dataclass(frozen=True, slots=True)
class Written:
    """A file in the batch's folder: its name, what its rows are, and how many it has."""

    name: str
    what: str
    rows: int


@dataclass(frozen=True, slots=True)
class Exported:
    """What an exporter wrote. Every file it left in the folder is named.

    `told` are sentences for whoever sends it, `notes` what they should look at, `facts` what the
    manifest keeps: anything that JSON can hold.
    """

    files: tuple[Written, ...]
    told: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Export:
    """The channels an exporter serves, and where their rows are.

    In `engine` are `assignments` (one row a person), `leavers` (who leaves an audience) and
    `profiles`. Files go into `folder`, none below it; `history` has the earlier batches.
    """

    engine: Engine
    bound: Bound
    plan: Plan
    channels: tuple[ChannelSettings, ...]
    folder: Path
    history: Path
    format: Format = "jsonl"
    batch_size: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(settings.channel.name for settings in self.channels)

    def rows_sql(self, names: Sequence[str], columns: Sequence[tuple[str, str]]) -> str:
        """A query for the messages of some channels: `columns` are a name in the file and a
        column of the message or the profile each, after `NUMBER` in the order of people."""
        shown = [f"{self._value(source)} AS {identifier(name)}" for name, source in columns]
        joined = f"LEFT JOIN {PROFILES} AS p ON p.{identifier(self.bound.key)} = a.person "
        return (
            f"SELECT row_number() OVER (ORDER BY a.person) AS {NUMBER}, {', '.join(shown)} "
            f"FROM {ASSIGNMENTS} AS a {joined if any('p.' in one for one in shown) else ''}"
            f"WHERE a.outcome = 'message' AND list_contains({list_literal(names)}, a.channel)"
        )

    def messages(self) -> Iterator[Mapping[str, Any]]:
        """The messages of these channels, every column by its name, sorted by person."""
        query = self.rows_sql(self.names, [(name, name) for name in MESSAGE_COLUMNS])
        for rows in self.engine.chunks(f"SELECT * FROM ({query}) ORDER BY {NUMBER}"):
            yield from (dict(zip(MESSAGE_COLUMNS, row[1:], strict=True)) for row in rows)

    def _value(self, source: str) -> str:
        if source == "person_id":
            return "a.person"
        if source == "message_id":
            return message_id(literal(self.plan.plan_id), "a.person")
        if source == "address":
            return self._address()
        if source in MESSAGE_COLUMNS:
            return f"a.{identifier(source)}"
        column = self.bound.profile.get(source)
        return f"p.{identifier(column.name if column else source)}"

    def _address(self) -> str:
        cases = []
        for settings in self.channels:
            column = self.bound.profile.get(settings.channel.address or "")
            if column is not None:
                name = literal(settings.channel.name)
                cases.append(f"WHEN {name} THEN p.{identifier(column.name)}::VARCHAR")
        return f"CASE a.channel {' '.join(cases)} END" if cases else "NULL::VARCHAR"


@dataclass(frozen=True, slots=True)
class Exporter:
    """How the messages of channels with one of these deliveries are written."""

    deliveries: tuple[Delivery, ...]
    write: Callable[[Export], Exported]
