"""What a code means: what it says, why it matters, and the same thing wrong and right."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from targeter.cli.drawing.screen import BAD, GOOD, QUIET, TITLE, Screen, joined, styled
from targeter.cli.drawing.words import safe_lines
from targeter.findings import CODES
from targeter.lint.catalogue import CATALOGUE


def draw_codes(screen: Screen, codes: Sequence[str]) -> None:
    """One block a code."""
    for number, code in enumerate(codes):
        if number:
            screen.blank()
        _draw_code(screen, code)


def _draw_code(screen: Screen, code: str) -> None:
    entry, kind = CATALOGUE[code], CODES[code]
    screen.lines(joined(styled(f"{code} {kind.name}", TITLE), styled(f"  {kind.severity}", QUIET)))
    screen.lines(styled(entry.what), indent=2)
    screen.lines(styled(entry.why), indent=2)
    for word, text, style in (("wrong", entry.wrong, BAD), ("right", entry.right, GOOD)):
        screen.lines(styled(word, style), indent=2)
        for line in safe_lines(text):
            screen.lines(Text(line), indent=4)
