"""How many characters a reader sees: grapheme clusters, counted so that the count is never too low.

The rules are those of Unicode Standard Annex 29, but two characters are taken as one only where
every version of the annex does so. Conjoining jamo, prepended marks and Indic conjuncts (GB9b,
GB9c) are counted apart, which can make a count too high and never too low.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from targeter.channels.emoji import PICTOGRAPHS, REGIONAL_INDICATORS, SKIN_TONES, ZWJ

# Spacing marks (category Mc) that begin a cluster of their own: Annex 29, table 2, SpacingMark.
_APART: Final = frozenset(
    "\u102b\u102c\u1038\u1062\u1063\u1064\u1067\u1068\u1069\u106a\u106b\u106c\u106d\u1083\u1087"
    "\u1088\u1089\u108a\u108b\u108c\u108f\u109a\u109b\u109c\u1a61\u1a63\u1a64\uaa7b\uaa7d"
    "\U00011720\U00011721"
)
# Nothing joins a control character, a mark neither (GB4).
_CONTROLS: Final = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    r"\ufeff\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
)


def _of_category(*categories: str) -> str:
    """Return all characters of these categories, but those that begin a cluster of their own."""
    # No marks lie between the scripts and the variation selectors of the supplement.
    everywhere = map(chr, (*range(0x300, 0x1F000), *range(0xE0100, 0xE01F0)))
    return "".join(
        character
        for character in everywhere
        if unicodedata.category(character) in categories and character not in _APART
    )


@cache
def _joining() -> re.Pattern[str]:
    """Compile the pattern of whatever can share a cluster; most texts hold none of it."""
    marks = _of_category("Mn", "Me", "Mc")
    return re.compile(
        rf"[{marks}\u200c{ZWJ}{SKIN_TONES}{REGIONAL_INDICATORS}\U000e0020-\U000e007f]|\r\n"
    )


@cache
def _cluster() -> re.Pattern[str]:
    """Compile the pattern of one cluster, at the first text that needs it."""
    extend = rf"{_of_category('Mn', 'Me')}\u200c{SKIN_TONES}\U000e0020-\U000e007f"
    joins = f"[{extend}{ZWJ}{_of_category('Mc')}]*"
    return re.compile(
        r"\r\n"
        rf"|[{_CONTROLS}]"
        rf"|[{PICTOGRAPHS}](?:[{extend}]*{ZWJ}[{PICTOGRAPHS}])*{joins}"
        rf"|[{REGIONAL_INDICATORS}]{{2}}{joins}"
        rf"|.{joins}",
        re.DOTALL,
    )


def graphemes(text: str) -> list[str]:
    """Cut a text into grapheme clusters; joined again they are the text."""
    return _cluster().findall(text)


def count(text: str) -> int:
    """Count grapheme clusters, never too few."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    if not _joining().search(text):
        return len(text)
    return len(graphemes(text))
