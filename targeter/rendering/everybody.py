"""Everybody's texts: dictionaries joined, concatenated and added up by the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from targeter.binding import Bound
from targeter.database import Engine, Row, identifier, literal
from targeter.decisions import Choice
from targeter.profiles import PROFILES, number_of
from targeter.rendering.dictionaries import MANY, Filler, People
from targeter.rendering.pieces import Piece, pieces
from targeter.rendering.sums import IN_DOUBT, Sums
from targeter.rendering.waiting import Listed, Rows, Waiting
from targeter.rendering.writer import Message, Writer

# Below so many people the dictionaries cost more statements than they save messages.
FEW = 1_000
# From this share of everybody on, the distinct values of everybody are read.
_MOST = 0.5

# The columns of a table that texts are written into, and their names.
_DRAFT = {
    "number": "INTEGER",
    "person": "VARCHAR",
    "choice": "INTEGER",
    "text": "VARCHAR",
    "length": "INTEGER",
    "why": "VARCHAR",
}
DRAFT_COLUMNS = ", ".join(f"{name} {type_}" for name, type_ in _DRAFT.items())
_NAMES = ", ".join(_DRAFT)

_MADE = ("in_doubt", "inputs", "reached", "texts")
_TEXTS = {"input": "BIGINT", "text": "VARCHAR", "length": "INTEGER", "why": "VARCHAR"}


def render_choices(
    engine: Engine,
    bound: Bound,
    choices: Iterable[Choice],
    waiting: Waiting,
    drafts: str,
    *,
    few: int = FEW,
    many: int = MANY,
) -> None:
    """Write the texts of everybody who waits into the table `drafts`.

    `drafts` is there and has `DRAFT_COLUMNS`; `why` says why a text can't be sent. Nobody waits
    twice with one choice, and who waits has a profile. Fewer than `few` people with a choice, or
    more than `many` distinct values of a column, change how texts are made and never what they are.
    """
    counts: dict[int, int] = dict(
        engine.rows(f"SELECT choice, count(*) FROM {waiting.table} GROUP BY choice")
    )
    written: list[Row] = []
    for alike in _alike(choice for choice in choices if choice.number in counts):
        people = sum(counts[choice.number] for choice in alike)
        choice = alike[0]
        writer = Writer(choice.template, choice.channel, bound, choice.link)
        asked = _Asked(engine, bound, writer, alike, waiting, drafts)
        if not writer.columns:
            asked.write_one()
        elif people < few:
            written += asked.written()
        elif (cut := pieces(writer)) is not None:
            everybody = int(engine.value(f"SELECT count(*) FROM {PROFILES}"))
            asked.write_pieces(cut, people / max(everybody, 1), many)
        else:
            asked.write_whole()
    if written:
        engine.load("few_drafts", _DRAFT, written)
        engine.run(f"INSERT INTO {drafts} ({_NAMES}) FROM few_drafts")
        engine.run("DROP TABLE few_drafts")
    if sum(counts.values()) >= few:
        for table in _MADE:
            engine.run(f"DROP TABLE IF EXISTS {table}")


def _alike(choices: Iterable[Choice]) -> list[list[Choice]]:
    """The choices that say the same to the same person."""
    groups: dict[tuple[str, str, str | None], list[Choice]] = {}
    for choice in choices:
        groups.setdefault(choice.says, []).append(choice)
    return list(groups.values())


class _Asked:
    """The people of choices that say the same, and the ways to write to them."""

    def __init__(
        self,
        engine: Engine,
        bound: Bound,
        writer: Writer,
        choices: Sequence[Choice],
        waiting: Waiting,
        drafts: str,
    ) -> None:
        self._engine, self._bound, self._writer = engine, bound, writer
        self._choices, self._waiting, self._drafts = choices, waiting, drafts
        self._into = f"INSERT INTO {drafts} ({_NAMES})"

    def write_one(self) -> None:
        """The one text of a template without values."""
        message, rows = self._writer.write(()), self._waiting.alone(self._choices)
        self._engine.run(
            f"{self._into} SELECT {rows.who}, {literal(message.text)}, {message.length}, "
            f"{literal(message.why)} {rows}"
        )

    def written(self) -> Iterator[Row]:
        """The drafts of few people, to be put down together with those of other choices."""
        messages: dict[str, Message] = {}
        columns = [f"p.{identifier(name)}" for name in self._writer.columns]
        for number, person, choice, *values in self._engine.rows(self._select(columns)):
            given = repr(values)  # a list has no hash
            if given not in messages:
                messages[given] = self._writer.write(values)
            message = messages[given]
            yield number, person, choice, message.text, message.length, message.why

    def write_whole(self, waiting: Waiting | None = None) -> None:
        """Each distinct input as one text: right for every template."""
        engine, writer = self._engine, self._writer
        numbered = [
            f"p.{identifier(name)} AS v{number}" for number, name in enumerate(writer.columns)
        ]
        engine.run(f"CREATE OR REPLACE TABLE reached AS {self._select(numbered, waiting)}")
        values = ", ".join(f"v{number}" for number in range(len(numbered)))
        count = engine.written(
            f"CREATE OR REPLACE TABLE inputs AS SELECT DISTINCT {values} FROM reached"
        )
        # people find their text by the number of its input: a value may not survive the way
        # through Python and back (a date without end doesn't), and nobody may be lost
        inputs = engine.parts("inputs", count, what="messages")
        engine.load("texts", _TEXTS, (_row(writer, *row) for chunk in inputs for row in chunk))
        same = " AND ".join(
            f"i.v{number} IS NOT DISTINCT FROM a.v{number}" for number in range(len(numbered))
        )
        engine.run(
            f"{self._into} SELECT a.number, a.person, a.choice, t.text, t.length, "
            f"t.why FROM reached AS a JOIN inputs AS i ON {same} "
            "JOIN texts AS t ON t.input = i.rowid"
        )

    def write_pieces(self, cut: Sequence[Piece], share: float, many: int) -> None:
        """Dictionaries of the pieces, joined to the people, who are that share of everybody."""
        engine, people = self._engine, self._reached(share)
        filled = Filler(engine, self._writer, people, many).fill(_groups(cut))
        sums = Sums(self._writer, cut, filled)
        rows = people.rows
        engine.run(
            f"{self._into} SELECT number, person, choice, {sums.judged} FROM (SELECT {rows.who}, "
            f"{sums.added} {rows.source} {sums.joins} {rows.where})"
        )
        for dictionary in filled:
            engine.run(f"DROP TABLE {dictionary.table}")
        if sums.may_be_in_doubt:
            self._look_again()

    def _reached(self, share: float) -> People:
        """Where the people's values are read, whatever costs least."""
        columns, rows = self._writer.columns, self._waiting.read(self._choices)
        shown = {name: f"p.{identifier(name)}" for name in columns}
        if not self._waiting.joined:
            return People(rows, shown, str(rows), rows.source)
        if share >= _MOST:  # the values of everybody cost less than a join
            everybody = f"FROM {PROFILES} AS p"
            if share == 1 and len(self._choices) == 1:
                key, choice = f"p.{identifier(self._bound.key)}", str(self._choices[0].number)
                rows = Rows(number_of(self._bound), key, choice, everybody, "")
            return People(rows, shown, everybody, everybody)
        listed = [f"{sql} AS c{number}" for number, sql in enumerate(shown.values())]
        self._engine.run(f"CREATE OR REPLACE TABLE reached AS {self._select(listed)}")
        found = Rows("p.number", "p.person", "p.choice", "FROM reached AS p", "")
        shown = {name: f"p.c{n}" for n, name in enumerate(columns)}
        return People(found, shown, found.source, found.source)

    def _look_again(self) -> None:
        """Whole texts for those whose sums leave open whether they may go, or why not."""
        numbers = ", ".join(str(choice.number) for choice in self._choices)
        of_these = f"FROM {self._drafts} WHERE choice IN ({numbers}) AND why = '{IN_DOUBT}'"
        self._engine.run(
            f"CREATE OR REPLACE TABLE in_doubt AS SELECT number, person, choice {of_these}"
        )
        if self._engine.value("SELECT count(*) FROM in_doubt"):
            self._engine.run(f"DELETE {of_these}")
            self.write_whole(Listed(self._bound, "in_doubt"))

    def _select(self, columns: Sequence[str], waiting: Waiting | None = None) -> str:
        """SQL for number, person, choice and columns of a profile `p`, of everybody meant."""
        rows = (waiting or self._waiting).read(self._choices)
        return f"SELECT {', '.join([rows.who, *columns])} {rows}"


def _row(writer: Writer, number: int, *values: object) -> Row:
    message = writer.write(values)
    return number, message.text, message.length, message.why


def _groups(cut: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces that read the same columns share a dictionary."""
    groups: dict[tuple[str, ...], list[Piece]] = {}
    for piece in cut:
        if piece.columns:
            groups.setdefault(piece.columns, []).append(piece)
    return list(groups.values())
