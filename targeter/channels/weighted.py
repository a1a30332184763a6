"""How long a text is on X: weighted code points, 23 for a link, 2 for an emoji.

The rule is that of twitter-text 3.1.0 with its third configuration, which docs.x.com names as the
authority ("Counting characters"). Where the rule of today can't be known the count is too high and
never too low: an emoji younger than 2018 counts as the sum of its parts, and a dotted word that
would be a link under a younger top-level domain counts at least 23.
"""

import re
import unicodedata
from typing import Final

from targeter.channels.emoji import MAY_BE_JOINED, sequence
from targeter.channels.links import GLUED_DOT, IN_LABEL, LATIN, OTHER_TLD, PUNYCODE_TLD, links

LINK_WEIGHT: Final = 23
"""What a link counts, whatever its length: X replaces it by a t.co address."""

_EMOJI_WEIGHT: Final = 2
# Code points outside these ranges weigh 2 (twitter-text config/v3.json).
_HEAVY: Final = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]+")
_IN_WORD: Final = rf"[-A-Za-z0-9{LATIN}]"
_MAY_BE_LINK: Final = re.compile(
    rf"(?:[hH][tT]{{2}}[pP][sS]?://(?:{IN_LABEL}|[-_])+|(?<!{_IN_WORD}){_IN_WORD}+)"
    rf"\.(?:[A-Za-z]{{2,63}}(?![0-9A-Za-z@+\-])|{PUNYCODE_TLD.pattern}|{OTHER_TLD.pattern})"
)


def weigh(text: str, *, link_weight: int = LINK_WEIGHT, joined_emoji: bool = True) -> int:
    """Return the weighted length of a text on X.

    The text is normalised (NFC) before it is counted. Without ``joined_emoji`` each part of an
    emoji counts, which is the reference's second configuration.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not GLUED_DOT.search(text):
        return _weigh_plain(text, joined_emoji)
    total = at = 0
    for link in links(text):
        total += _weigh_dotted(text[at : link.start], link_weight, joined_emoji) + link_weight
        # The reference skips as many characters as it kept: what it cut out is counted again.
        at = link.end if link.text == text[link.start : link.end] else link.start
    return total + _weigh_dotted(text[at:], link_weight, joined_emoji)


def _weigh_dotted(text: str, link_weight: int, joined_emoji: bool) -> int:
    """Weigh what holds no link of 2020, but may hold one of today."""
    if not GLUED_DOT.search(text):
        return _weigh_plain(text, joined_emoji)
    words = (match.group() for match in _MAY_BE_LINK.finditer(text))
    extra = sum(max(0, link_weight - _weigh_plain(word, joined_emoji)) for word in words)
    return _weigh_plain(text, joined_emoji) + extra


def _weigh_plain(text: str, joined_emoji: bool) -> int:
    if text.isascii():
        return len(text)
    weight = _weigh_points(text)
    if joined_emoji and MAY_BE_JOINED.search(text):
        for joined in sequence().findall(text):
            weight -= _weigh_points(joined) - _EMOJI_WEIGHT if len(joined) > 1 else 0
    return weight


def _weigh_points(text: str) -> int:
    return len(text) + sum(map(len, _HEAVY.findall(text)))
