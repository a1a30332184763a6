"""One row a message, for whoever sends them one by one: JSON Lines, CSV or Parquet."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from targeter.exporters.interface import MESSAGES, Export, Exported, Exporter, Written
from targeter.exporters.tables import shown_as, write_rows
from targeter.outgoing import MESSAGE_COLUMNS
from targeter.settings import ChannelSettings

_TABLE = "export"
_ALL = tuple((name, name) for name in MESSAGE_COLUMNS)
# What the files are told apart by, beside the day.
_PARTS = {"day": "''", "channel": "a.channel", "rule": "a.rule"}


@dataclass(frozen=True, slots=True)
class _Group:
    """Channels whose messages have the same columns, and how the names of their files begin."""

    channels: tuple[ChannelSettings, ...]
    columns: tuple[tuple[str, str], ...]
    stem: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.channel.name for one in self.channels)

    @property
    def is_paced(self) -> bool:
        return any(one.outgoing.pace is not None for one in self.channels)


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows that go into files of their own: how their names begin, and how many there are."""

    stem: str
    rows: int


def write(export: Export) -> Exported:
    """Channels with `columns` of their own have files of their own; all others share theirs.

    Messages of different days never share a file; nor, where it is wanted, those of different
    rules or channels.
    """
    files: list[Written] = []
    taken: set[str] = set()
    for group in _groups(export):
        files += _files(export, group, list(_parts(export, group, taken)))
    return Exported(tuple(files))


MESSAGES_EXPORTER = Exporter(("direct",), write)


def _groups(export: Export) -> Iterator[_Group]:
    own = [one for one in export.channels if one.outgoing.columns]
    shared = tuple(one for one in export.channels if not one.outgoing.columns)
    if shared or not own:
        yield _Group(shared, _ALL, MESSAGES)
    for number, one in enumerate(own, start=1):
        columns = tuple((name, scalar.text) for name, scalar in one.outgoing.columns)
        yield _Group((one,), columns, f"{MESSAGES}-{_safe(one.channel.name, number)}")


def _safe(name: str, number: int) -> str:
    """A channel may be called anything, a file may not."""
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) else f"channel{number}"


def _parts(export: Export, group: _Group, taken: set[str]) -> Iterator[_Part]:
    """In the order of the rows; no two files of a batch may have one name."""
    rows = export.engine.rows(
        f"SELECT {_PARTS[export.by]}, {export.send_on}, count(*) {export.source(group.names)} "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    )
    names = list(dict.fromkeys(str(row[0]) for row in rows))
    for name, day, count in rows:
        yield _Part(_stem(export, group, (name, names.index(name) + 1), day, taken), int(count))
    if not rows:
        yield _Part(group.stem, 0)


def _stem(
    export: Export, group: _Group, part: tuple[str, int], day: dt.date, taken: set[str]
) -> str:
    stem = group.stem
    if export.by == "rule":
        stem += f"-{part[0]}"
    elif export.by == "channel" and not group.channels[0].outgoing.columns:
        stem += f"-{_safe(*part)}"
    if group.is_paced:
        stem += f"-{day.isoformat()}"
    while stem.casefold() in taken:  # a channel may be called as a rule is
        stem += "-"
    taken.add(stem.casefold())
    return stem


def _files(export: Export, group: _Group, parts: Sequence[_Part]) -> Iterator[Written]:
    engine, source = export.engine, export.source(group.names, group.columns)
    shown = shown_as(engine, export.values(group.columns), source, export.format)
    query = f"SELECT {shown} {source} ORDER BY {', '.join(_order(export))}"
    files = [file for part in parts for file in _cut(export, part)]
    if len(files) == 1:
        (name, _), target = files[0], export.folder / files[0][0]
        yield Written(name, MESSAGES, write_rows(engine, query, target, export.format))
        return
    engine.run(f"CREATE OR REPLACE TABLE {_TABLE} AS {query}")
    first = 0
    for name, rows in files:
        some = f"FROM {_TABLE} WHERE rowid >= {first} AND rowid < {first + rows} ORDER BY rowid"
        target = export.folder / name
        yield Written(name, MESSAGES, write_rows(engine, some, target, export.format))
        first += rows
    engine.run(f"DROP TABLE {_TABLE}")


def _order(export: Export) -> Iterator[str]:
    """In which order rows stand: as the files are told apart, and then by person."""
    if export.by != "day":
        yield _PARTS[export.by]
    if export.is_paced:
        yield export.send_on
    yield "a.person"


def _cut(export: Export, part: _Part) -> Iterator[tuple[str, int]]:
    """The names of a part's files, and how many rows each has."""
    size = export.batch_size or max(part.rows, 1)
    for number, first in enumerate(range(0, max(part.rows, 1), size), start=1):
        yield f"{part.stem}-{number:04d}.{export.format}", min(size, part.rows - first)
