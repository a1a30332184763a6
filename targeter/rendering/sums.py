"""SQL that puts a text together from its pieces and judges it by the sum of their measures.

The judgement is `channels.verdict`'s, in the words of `Writer.write`. What the dictionaries prove
for everybody isn't asked about anybody. Where a sum can't tell, `why` is `IN_DOUBT`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import add

from targeter.channels import Measure, bounds, escape, measured, room
from targeter.database import literal
from targeter.rendering.dictionaries import Dictionary
from targeter.rendering.pieces import Piece
from targeter.rendering.writer import EMPTY, MISSING, TOO_LONG, Writer

IN_DOUBT = "?"


class Sums:
    """A cut text whose dictionaries are filled."""

    def __init__(
        self,
        writer: Writer,
        cut: Sequence[Piece],
        filled: Sequence[Dictionary],
    ) -> None:
        self._channel, self._filled = writer.channel, filled
        fixed = [piece.fixed for piece in cut if not piece.columns]
        self._says_something = any(text.strip() for text in fixed)
        self._fixed = _sum(measured(text, self._channel) for text in (*fixed, writer.endings))
        self._most = _sum((self._fixed, *(dictionary.most for dictionary in filled)))
        self._bounds = [
            (name, most)
            for name, most in bounds(self._channel).items()
            if getattr(self._most, name) > most
        ]
        self._texts = list(self._concatenated(cut, writer.endings))

    @property
    def joins(self) -> str:
        """Every person's entry in every dictionary."""
        return " ".join(dictionary.join for dictionary in self._filled)

    @property
    def added(self) -> str:
        """The columns `text` and `length`, and whatever else `judged` asks about."""
        found = {"text": f"concat({', '.join(self._texts)})", "length": self._length}
        missing = [dictionary.missing for dictionary in self._filled if dictionary.missing]
        if missing:
            found["missing"] = " OR ".join(missing)
        if not self._says_something:
            found["said"] = self._total("said")
        if self._channel.byte_limit is not None:
            found["size"] = self._total("size")
        if self._channel.unit == "gsm7":
            found["outside"] = self._total("outside")
        found |= {name: self._total(name) for name, _ in self._bounds}
        return ", ".join(f"{sql} AS {name}" for name, sql in found.items())

    @property
    def judged(self) -> str:
        """Text, length and why, of the columns of `added`."""
        nothing = list(self._nothing())
        cases = [
            *nothing,
            (self._too_long, TOO_LONG),
            *((test, IN_DOUBT) for test in self._doubts()),
        ]
        why = " ".join(f"WHEN {test} THEN {literal(said)}" for test, said in cases)
        if not nothing:
            return f"text, length, CASE {why} END"
        none = " OR ".join(test for test, _ in nothing)
        return (
            f"CASE WHEN {none} THEN '' ELSE text END, CASE WHEN {none} THEN 0 ELSE length END, "
            f"CASE {why} END"
        )

    @property
    def may_be_in_doubt(self) -> bool:
        return bool(list(self._doubts()))

    def _concatenated(self, cut: Sequence[Piece], endings: str) -> Iterator[str]:
        fixed = ""
        for piece in cut:
            if piece.columns:
                if fixed:
                    yield literal(escape(fixed, self._channel))
                fixed = ""
                yield self._text_of(piece)
            else:
                fixed += piece.fixed
        if fixed + endings:
            yield literal(escape(fixed + endings, self._channel))

    def _text_of(self, piece: Piece) -> str:
        return next(
            text
            for dictionary in self._filled
            for one, text in zip(dictionary.pieces, dictionary.texts, strict=True)
            if one is piece
        )

    def _total(self, name: str) -> str:
        """A count of the whole text; white space and endings say nothing."""
        fixed = 0 if name == "said" else getattr(self._fixed, name)
        return " + ".join([str(fixed), *(one.counts[name] for one in self._filled)])

    @property
    def _length(self) -> str:
        """A text message is counted in 16-bit units once a character is outside its alphabet."""
        if not self._most.outside:
            return self._total("length")
        totals = [self._total(name) for name in ("outside", "wide", "length")]
        return "CASE WHEN {} > 0 THEN {} ELSE {} END".format(*totals)

    def _nothing(self) -> Iterator[tuple[str, str]]:
        if any(dictionary.missing for dictionary in self._filled):
            yield "missing", MISSING
        if not self._says_something:
            yield "said = 0", EMPTY

    @property
    def _too_long(self) -> str:
        over = f"length > {self._room('most')}"
        limit = self._channel.byte_limit
        return over if limit is None else f"{over} OR size > {limit}"

    def _doubts(self) -> Iterator[str]:
        if any(
            r.certain < r.most for r in (room(self._channel), room(self._channel, outside=True))
        ):
            yield f"length > {self._room('certain')}"
        yield from (f"{name} > {most}" for name, most in self._bounds)

    def _room(self, which: str) -> str:
        usual = getattr(room(self._channel), which)
        if self._channel.unit != "gsm7":
            return str(usual)
        less = getattr(room(self._channel, outside=True), which)
        return f"CASE WHEN outside > 0 THEN {less} ELSE {usual} END"


def _sum(measures: Iterable[Measure]) -> Measure:
    return reduce(add, measures, Measure())
