"""Values that stand in a text as they are: the engine finds them and Python never sees them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

from targeter.channels import EVEN_LETTERS, Channel, Measure, escape, measured
from targeter.database import literal
from targeter.inert import LONGEST
from targeter.rendering.pieces import Piece
from targeter.rendering.writer import Writer

_SIGNS = " '-,."


def pattern(channel: Channel) -> str:
    """What matches words that neutralising leaves as they are and whose letters all count one.

    It is the part of `inert.neutral`'s plain values that is written in letters of one unit; in a
    text message those are ASCII.
    """
    letters = "A-Za-z" if channel.unit == "gsm7" else EVEN_LETTERS
    return rf"[{letters}0-9]+(?:(?:[ '-]|, |\. )[{letters}0-9]+)*\.?"


class PlainWords:
    """What pieces of one column make of a plain word, as SQL of the word's own SQL."""

    def __init__(self, channel: Channel, pieces: Sequence[Piece]) -> None:
        self._channel = channel
        self._around = [piece.around for piece in pieces if piece.around is not None]
        fixed = (measured(part, channel) for around in self._around for part in around)
        self.fixed = reduce(add, fixed, Measure())

    @staticmethod
    def stand_in(pieces: Sequence[Piece], type_: str, writer: Writer) -> bool:
        """Whether a plain word of this type of the engine stands in each piece as it is."""
        escaped = writer.channel.escaped
        return (
            type_ == "VARCHAR"
            and all(piece.around is not None for piece in pieces)
            and writer.roles.get(pieces[0].columns[0], "text") == "text"
            and not any(sign.isalnum() or sign in _SIGNS for sign in escaped)
        )

    def are(self, word: str) -> str:
        """Whether a value is a plain word; a missing one is none."""
        matches = f"regexp_full_match({word}, {literal(pattern(self._channel))})"
        return f"coalesce(length({word}) <= {LONGEST} AND {matches}, false)"

    def texts(self, word: str) -> list[str]:
        escaped = [[literal(escape(part, self._channel)) for part in two] for two in self._around]
        return [f"concat({before}, {word}, {after})" for before, after in escaped]

    def count(self, name: str, word: str) -> str:
        """A count of a measure, for all pieces together."""
        fixed, several = getattr(self.fixed, name), len(self._around)
        if name in ("length", "wide", "said"):
            return f"({fixed} + {several} * length({word}))::INTEGER"
        if name == "size":
            return f"({fixed} + {several} * strlen({word}))::INTEGER"
        return str(fixed)
