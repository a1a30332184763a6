"""What an exporter is given, and what it says of the files it wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from targeter.binding import Bound
from targeter.channels.catalogue import Delivery
from targeter.database import Engine, identifier, literal
from targeter.history import message_id
from targeter.outgoing import MESSAGE_COLUMNS
from targeter.pacing import SENDING
from targeter.plans import ASSIGNMENTS, Plan
from targeter.profiles import PROFILES, number_of
from targeter.settings import ChannelSettings

Format = Literal["jsonl", "csv", "parquet"]
# By what message files are told apart; those of different days always are.
By = Literal["day", "channel", "rule"]
# A file of one message a person; other files say themselves what their rows are.
MESSAGES = "messages"


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

    In `engine` are `assignments` (one row a person), `leavers` (who leaves an audience),
    `profiles`, and `sending` (the days of paced messages). Files go into `folder`, none below it;
    `history` has the earlier batches.
    """

    engine: Engine
    bound: Bound
    plan: Plan
    channels: tuple[ChannelSettings, ...]
    folder: Path
    history: Path
    format: Format = "jsonl"
    batch_size: int | None = None
    by: By = "day"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(settings.channel.name for settings in self.channels)

    @property
    def is_paced(self) -> bool:
        """Whether the messages of one of these channels have days of their own."""
        return any(settings.outgoing.pace is not None for settings in self.channels)

    @property
    def send_on(self) -> str:
        """SQL over `source` for the day on which a message goes out: the plan's, or by its pace."""
        day = f"{literal(self.plan.as_of.isoformat())}::DATE"
        return f"({day} + coalesce(s.later, 0))" if self.is_paced else day

    def source(self, names: Sequence[str], columns: Sequence[tuple[str, str]] = ()) -> str:
        """FROM and WHERE of the messages of some channels, as `a`, with what `columns` ask for."""
        profiles = f"LEFT JOIN {PROFILES} AS p ON {number_of(self.bound)} = a.number "
        sending = f"LEFT JOIN {SENDING} AS s ON s.person = a.person "
        among = f"a.channel IN ({', '.join(map(literal, names))})" if names else "false"
        asks = any("p." in sql for _, sql in self.values(columns))
        return (
            f"FROM {ASSIGNMENTS} AS a {profiles if asks else ''}{sending if self.is_paced else ''}"
            f"WHERE a.outcome = 'message' AND {among}"
        )

    def values(self, columns: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """SQL over `source`: `columns` are a name, and a column of the message or the profile."""
        return tuple((name, self._value(column)) for name, column in columns)

    def of_profile(self, columns: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """SQL over a profile `p`: `columns` are a name, and a column of the profile."""
        return tuple((name, self._of_profile(column)) for name, column in columns)

    def messages(self) -> Iterator[Mapping[str, Any]]:
        """The messages of these channels, every column by its name, sorted by person."""
        columns = [(name, name) for name in MESSAGE_COLUMNS]
        shown = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in self.values(columns))
        query = f"SELECT {shown} {self.source(self.names, columns)} ORDER BY a.person"
        for rows in self.engine.chunks(query):
            yield from (dict(zip(MESSAGE_COLUMNS, row, strict=True)) for row in rows)

    def _value(self, source: str) -> str:
        if source == "person_id":
            return "a.person"
        if source == "message_id":
            return message_id(literal(self.plan.plan_id), "a.person")
        if source == "address":
            return self._address()
        if source == "send_on":
            return self.send_on
        if source in MESSAGE_COLUMNS:
            return f"a.{identifier(source)}"
        return self._of_profile(source)

    def _of_profile(self, name: str) -> str:
        column = self.bound.profile.get(name)
        return f"p.{identifier(column.name if column else name)}"

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
