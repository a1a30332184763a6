"""What a network makes of a text besides links: mentions, hashtags, cashtags, and what it refuses.

The rules are those of twitter-text 3.1.0. They serve for other networks as well, which find less.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from targeter.channels.links import INVALID, LATIN, PUNCTUATION, SPACES, links

Kind = Literal["link", "mention", "hashtag", "cashtag"]


@dataclass(frozen=True, slots=True)
class Entity:
    """What becomes more than text: ``text[start:end]`` in code points, its sign included."""

    kind: Kind
    start: int
    end: int
    text: str


_MENTION: Final = re.compile(
    r"(?:^|[^A-Za-z0-9_!#$%&*@\uff20]|(?:^|[^A-Za-z0-9_+~.\-])[Rr][Tt]:?)"
    r"(?P<entity>[@\uff20][A-Za-z0-9_]{1,20}(?:/[A-Za-z][A-Za-z0-9_-]{0,24})?)"
)
_NO_MENTION_BEFORE: Final = re.compile(rf"[@\uff20{LATIN}]|://")
_CASHTAG: Final = re.compile(
    rf"(?:^|[{SPACES}])(?P<entity>\$[A-Za-z]{{1,6}}(?:[._][A-Za-z]{{1,2}})?)"
    rf"(?=$|[{SPACES}\ufeff{PUNCTUATION}])"
)
_HASH: Final = re.compile("[#\uff03]")
_NO_HASHTAG_BEFORE: Final = re.compile("[#\uff03]|://")
_NO_HASHTAG_AFTER: Final = re.compile("[\ufe0f\u20e3]")
# Signs that may stand inside a hashtag without being letters or digits.
_IN_HASHTAG: Final = frozenset(
    "_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\xb7"
)
_SIGNS: Final = re.compile("[@\uff20#\uff03$.]")
_REFUSED: Final = re.compile(rf"[{INVALID}\ud800-\udfff]")


def entities(text: str) -> tuple[Entity, ...]:
    """Return all entities of a text in order; of two that overlap, the first one stays."""
    if not _SIGNS.search(text):
        return ()
    found = [
        *(Entity("link", link.start, link.end, link.text) for link in links(text)),
        *mentions(text),
        *_hashtags(text),
        *cashtags(text),
    ]
    return tuple(_without_overlap(sorted(found, key=lambda entity: entity.start)))


def mentions(text: str) -> tuple[Entity, ...]:
    """Return the mentions, and the lists of somebody, of a text."""
    return tuple(
        _entity("mention", match)
        for match in _MENTION.finditer(text)
        if not _NO_MENTION_BEFORE.match(text, match.end())
    )


def hashtags(text: str) -> tuple[Entity, ...]:
    """Return the hashtags of a text; a ``#`` inside a link is none."""
    if not _HASH.search(text):
        return ()
    return tuple(entity for entity in entities(text) if entity.kind == "hashtag")


def cashtags(text: str) -> tuple[Entity, ...]:
    """Return the cashtags of a text, such as ``$ABC``."""
    return tuple(_entity("cashtag", match) for match in _CASHTAG.finditer(text))


def invalid_characters(text: str) -> tuple[str, ...]:
    """Return the distinct characters for which X refuses a text, in the order they appear."""
    return tuple(dict.fromkeys(_REFUSED.findall(text)))


def valid(text: str) -> bool:
    """Tell whether X would take the text, its length aside: not empty, no character refused."""
    return bool(text.strip()) and not _REFUSED.search(text)


def _entity(kind: Kind, match: re.Match[str]) -> Entity:
    return Entity(kind, match.start("entity"), match.end("entity"), match["entity"])


def _hashtags(text: str) -> Iterator[Entity]:
    used = 0
    for sign in _HASH.finditer(text):
        start = sign.start()
        end = _hashtag_end(text, start + 1)
        if start < used or (start > 0 and not _precedes_hashtag(text, start, used)):
            continue
        if end is None or _NO_HASHTAG_AFTER.match(text, start + 1):
            continue
        used = end
        if not _NO_HASHTAG_BEFORE.match(text, end):
            yield Entity("hashtag", start, end, text[start:end])


def _precedes_hashtag(text: str, start: int, used: int) -> bool:
    if start == used:
        return False  # an earlier match ends here, and its last character can't precede another
    before = text[start - 1]
    return before in "\ufe0e\ufe0f" or (before != "&" and not _is_in_hashtag(before))


def _hashtag_end(text: str, at: int) -> int | None:
    """Return where the hashtag ends whose sign stands before this place, if it holds a letter."""
    end = at
    has_letter = False
    while end < len(text) and _is_in_hashtag(text[end]):
        has_letter = has_letter or _is_letter(text[end])
        end += 1
    return end if has_letter else None


def _is_letter(character: str) -> bool:
    # The reference takes a few private characters, Apple's joining marks, for letters.
    return unicodedata.category(character)[0] in "LM" or "\uf870" <= character <= "\uf89f"


def _is_in_hashtag(character: str) -> bool:
    if character in _IN_HASHTAG:
        return True
    return _is_letter(character) or unicodedata.category(character) == "Nd"


def _without_overlap(found: list[Entity]) -> Iterator[Entity]:
    end = 0
    for entity in found:
        if entity.start >= end:
            yield entity
            end = entity.end
