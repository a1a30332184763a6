"""Two texts side by side: which words are only in the one, and which only in the other."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORDS = re.compile(r"\s+|[^\s]+")
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text, and whether the other text has something else there."""

    text: str
    differs: bool = False


def compared(expected: str, got: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Both texts in parts, by whole words; two that have little in common are one part each."""
    before, after = _WORDS.findall(expected), _WORDS.findall(got)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return (Part(expected),), (Part(got),)
    changes = _joined([(kind != "equal", a, b, c, d) for kind, a, b, c, d in matcher.get_opcodes()])
    return (
        tuple(Part("".join(before[a:b]), differs) for differs, a, b, _, _ in changes if b > a),
        tuple(Part("".join(after[c:d]), differs) for differs, _, _, c, d in changes if d > c),
    )


# Whether words differ, from where to where in the one text, and in the other.
_Change = tuple[bool, int, int, int, int]


def _joined(changes: Sequence[_Change]) -> list[_Change]:
    """Changes with nothing but one space between them, as one."""
    joined: list[_Change] = []
    for number, (differs, a, b, c, d) in enumerate(changes):
        is_gap = not differs and b - a == 1 and 0 < number < len(changes) - 1
        changed = differs or is_gap
        if joined and joined[-1][0] == changed:
            _, first, _, start, _ = joined.pop()
            joined.append((changed, first, b, start, d))
        else:
            joined.append((changed, a, b, c, d))
    return joined
