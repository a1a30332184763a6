"""Dictionaries: what each distinct value of a column makes of the pieces that read it.

A dictionary is a table with a row for each distinct value (or tuple of values): the pieces' texts,
ready to be sent, and the sum of their measures. Python sees a chunk of distinct values at a time.
A value that is a plain word never comes to Python: the engine finds it by a pattern, and it stands
in the text as it is. Where nearly everybody has a value of their own, plain words aren't even kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, attrgetter

from targeter.channels import Channel, Measure, bounds, escape, measured
from targeter.database import Engine, Row
from targeter.rendering.pieces import Piece
from targeter.rendering.plain_words import PlainWords
from targeter.rendering.waiting import Rows
from targeter.rendering.writer import UNWRITABLE, Writer

# A column with more distinct values than this among the first people has nearly one a person.
MANY, _FIRST = 50_000, 100_000
# How many distinct values Python holds at once.
_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class People:
    """Where people are read: their rows, SQL for each column, and the relation of their values.

    `values` may hold more people than are meant, `some` any of which there are enough: the first of
    them say about how many values there are.
    """

    rows: Rows
    shown: Mapping[str, str]
    values: str
    some: str


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A filled dictionary as SQL: how it is joined, and one person's texts and counts in it.

    `texts` are those of `pieces`, in their order. `missing` is true where a required value is
    missing or a comparison can't be made, None if that is nowhere so. `most` is the greatest of
    each count that a channel may object to.
    """

    table: str
    pieces: tuple[Piece, ...]
    join: str
    texts: tuple[str, ...]
    counts: Mapping[str, str]
    missing: str | None
    most: Measure


def counted(channel: Channel) -> tuple[str, ...]:
    """The fields of a measure that a channel asks about."""
    asked = {"length", "said", *bounds(channel)}
    if channel.unit == "gsm7":
        asked |= {"wide", "outside"}
    if channel.byte_limit is not None:
        asked.add("size")
    return tuple(name for name in Measure.__slots__ if name in asked)


class Filler:
    """Makes the dictionaries of one writer's pieces for some people."""

    def __init__(self, engine: Engine, writer: Writer, people: People, many: int = MANY) -> None:
        self._engine, self._writer, self._people, self._many = engine, writer, people, many
        self._asked = counted(writer.channel)
        described = engine.describe(f"SELECT {', '.join(people.shown.values())} {people.values}")
        self._types = dict(zip(people.shown, (type_ for _, type_ in described), strict=True))

    def fill(self, groups: Sequence[Sequence[Piece]]) -> list[Dictionary]:
        """A dictionary for each group of pieces that read the same columns."""
        plain = [self._plain_words(group) for group in groups]
        sizes = self._sizes(groups, plain)
        return [
            self._large(number, group, words)
            if words and size > self._many
            else self._small(number, group, words)
            for number, (group, words, size) in enumerate(zip(groups, plain, sizes, strict=True))
        ]

    def _plain_words(self, group: Sequence[Piece]) -> PlainWords | None:
        if len(group[0].columns) > 1:
            return None
        is_plain = PlainWords.stand_in(group, self._types[group[0].columns[0]], self._writer)
        return PlainWords(self._writer.channel, group) if is_plain else None

    def _sizes(
        self, groups: Sequence[Sequence[Piece]], plain: Sequence[PlainWords | None]
    ) -> list[int]:
        """How many values, about, the first people have; 0 where that doesn't matter."""
        if not any(plain):
            return [0] * len(groups)
        shown = [
            self._shown(group)[0] if words else "0"
            for group, words in zip(groups, plain, strict=True)
        ]
        first = ", ".join(f"{sql} AS v{n}" for n, sql in enumerate(shown))
        counts = ", ".join(f"approx_count_distinct(v{n})" for n in range(len(shown)))
        some = f"(SELECT {first} {self._people.some} LIMIT {_FIRST})"
        return [int(count) for count in self._engine.row(f"SELECT {counts} FROM {some}")]

    def _small(self, number: int, group: Sequence[Piece], words: PlainWords | None) -> Dictionary:
        """Every distinct value has an entry."""
        self._engine.run(f"CREATE OR REPLACE TABLE inputs AS {self._values(group)}")
        table, alias = f"pieces_{number}", f"d{number}"
        if words is None:
            self._write(table, group)
        else:
            self._write(table, group, f"NOT {words.are('v0')}")
            columns = [*words.texts("v0"), *(words.count(name, "v0") for name in self._asked)]
            self._engine.run(
                f"INSERT INTO {table} SELECT v0, true, {', '.join(columns)} FROM inputs "
                f"WHERE {words.are('v0')}"
            )
        texts = [f"{alias}.t{n}" for n in range(len(group))]
        counts = {name: f"{alias}.{name}" for name in self._asked}
        return self._dictionary("JOIN", table, alias, group, texts, counts, Measure())

    def _large(self, number: int, group: Sequence[Piece], words: PlainWords) -> Dictionary:
        """Only what isn't plain has an entry: whoever has none has a plain word."""
        word = self._shown(group)[0]
        self._engine.run(
            f"CREATE OR REPLACE TABLE inputs AS SELECT DISTINCT v0 FROM "
            f"(SELECT {word} AS v0 {self._people.values}) WHERE NOT {words.are('v0')}"
        )
        table, alias = f"pieces_{number}", f"d{number}"
        self._write(table, group)

        def either(column: str, plain: str) -> str:
            return f"CASE WHEN {alias}.known THEN {alias}.{column} ELSE {plain} END"

        texts = [either(f"t{n}", text) for n, text in enumerate(words.texts(word))]
        counts = {name: either(name, words.count(name, word)) for name in self._asked}
        return self._dictionary("LEFT JOIN", table, alias, group, texts, counts, words.fixed)

    def _write(self, table: str, group: Sequence[Piece], which: str = "true") -> None:
        """Ask Python about the distinct `inputs`, or some of them."""
        engine, entries = self._engine, _Entries(self._writer, group, self._asked)
        # an entry is found by its input's number first: a value may not survive the way through
        # Python and back (a date without end doesn't), and nobody may be lost
        engine.load("texts", entries.types, ())
        count = int(engine.value("SELECT count(*) FROM inputs"))
        for start in range(0, count, _CHUNK):
            chunk = f"rowid >= {start} AND rowid < {start + _CHUNK}"
            rows = engine.rows(f"SELECT rowid, * FROM inputs WHERE {chunk} AND {which}")
            engine.append("texts", entries.rows(rows))
        engine.run(
            f"CREATE OR REPLACE TABLE {table} AS SELECT i.*, true AS known, t.* EXCLUDE (input) "
            "FROM inputs AS i JOIN texts AS t ON t.input = i.rowid"
        )

    def _dictionary(
        self,
        join: str,
        table: str,
        alias: str,
        group: Sequence[Piece],
        texts: Sequence[str],
        counts: Mapping[str, str],
        least: Measure,
    ) -> Dictionary:
        """The dictionary of a table; `least` is the least that its greatest counts can be."""
        same = " AND ".join(
            f"{alias}.v{n} IS NOT DISTINCT FROM {value}"
            for n, value in enumerate(self._shown(group))
        )
        greatest = ", ".join(
            f"greatest({getattr(least, name)}, coalesce(max({name}), 0))" for name in self._asked
        )
        *found, written, entries = self._engine.row(
            f"SELECT {greatest}, count(t0), count(*) FROM {table}"
        )
        return Dictionary(
            table,
            tuple(group),
            f"{join} {table} AS {alias} ON {same}",
            tuple(texts),
            counts,
            f"({alias}.known AND {alias}.t0 IS NULL)" if written < entries else None,
            Measure(**dict(zip(self._asked, found, strict=True))),
        )

    def _shown(self, group: Sequence[Piece]) -> list[str]:
        return [self._people.shown[name] for name in group[0].columns]

    def _values(self, group: Sequence[Piece]) -> str:
        listed = ", ".join(f"{sql} AS v{n}" for n, sql in enumerate(self._shown(group)))
        return f"SELECT DISTINCT {listed} {self._people.values}"


class _Entries:
    """The rows that Python writes."""

    def __init__(self, writer: Writer, pieces: Sequence[Piece], asked: Sequence[str]) -> None:
        self._writer, self._pieces = writer, pieces
        texts = {f"t{n}": "VARCHAR" for n in range(len(pieces))}
        self.types = {"input": "BIGINT", **texts, **dict.fromkeys(asked, "INTEGER")}
        self._missing = (None,) * (len(pieces) + len(asked))
        self._counts = attrgetter(*asked)

    def rows(self, chunk: Sequence[Row]) -> Iterator[Row]:
        for number, *values in chunk:
            yield (number, *self._entry(values))

    def _entry(self, values: Sequence[object]) -> Row:
        channel = self._writer.channel
        inert = self._writer.inert(self._pieces[0].columns, values)
        if inert is None:
            return self._missing
        try:
            texts = [piece.write(inert) for piece in self._pieces]
        except UNWRITABLE:
            return self._missing
        measure = reduce(add, (measured(text, channel) for text in texts))
        return (*(escape(text, channel) for text in texts), *self._counts(measure))
