"""What of a text adds up: pieces are measured apart, and their sum is judged as the whole text.

Measures add up exactly where every piece but the first begins with a space or a line feed and no
piece holds a carriage return: no link, name, emoji, character of several code points or
composition (NFC) reaches across a space, and two characters of white space are one character only
as CR LF.
"""

import re
from dataclasses import dataclass
from operator import add, attrgetter
from typing import Final

from targeter.channels import gsm
from targeter.channels.catalogue import Channel
from targeter.channels.emoji import emoji
from targeter.channels.entities import entities, invalid_characters
from targeter.channels.lengths import escape, length

EVEN_LETTERS: Final = "A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\u0217\u0401\u0410-\u044f\u0451"
"""Letters that count one in every unit but a text message's, as the inside of a character class.

None of them joins what is beside it or is composed or taken apart by NFC.
"""

# Nothing here acts, and no full stop is glued to a letter. Without possessive quantifiers: Python
# 3.11.2, which Debian has, lets go of what it looked ahead for.
_LEVEL: Final = f"[{EVEN_LETTERS}0-9 ,'!?:;\\n-]*"
_EVEN: Final = re.compile(rf"{_LEVEL}(?:\.(?![^ \n]){_LEVEL})*")


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted of a text on its channel. Two pieces' measures add up to the whole's.

    ``length`` is in the channel's unit; a text message's septets, and beside them ``wide``, its
    16-bit units, which count as soon as one of its characters is ``outside`` its alphabet.
    ``size`` is in UTF-8 bytes. ``said`` is more than 0 where there is more than white space. The
    others count what ``objections.objections`` may object to; emoji, which are slow to find, only
    where the channel bounds them.
    """

    length: int = 0
    wide: int = 0
    outside: int = 0
    size: int = 0
    said: int = 0
    refused: int = 0
    links: int = 0
    mentions: int = 0
    hashtags: int = 0
    cashtags: int = 0
    emoji: int = 0

    def __add__(self, other: "Measure") -> "Measure":
        return Measure(*map(add, counts(self), counts(other)))


@dataclass(frozen=True, slots=True)
class Room:
    """Units that certainly fit, and the most that ever do.

    Between the two it depends on the order of the characters: a text message's character of two
    units is never cut in half.
    """

    certain: int
    most: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a whole text's measure says: ``fits`` and ``may_go`` are None where it can't say.

    ``may_go`` is True where nothing speaks against sending the text, its length aside.
    """

    length: int
    limit: int
    fits: bool | None
    may_go: bool | None


_COUNTS: Final = attrgetter(*Measure.__slots__)


def counts(measure: Measure) -> tuple[int, ...]:
    """Return the counts of a measure in the order of its fields."""
    return _COUNTS(measure)


def measured(text: str, channel: Channel) -> Measure:
    """Measure a text, or a piece of one, as the channel counts it."""
    is_message = channel.unit == "gsm7"
    is_even = _EVEN.fullmatch(text) and (text.isascii() or not is_message)
    if is_even and not channel.escaped:
        count, size = len(text), len(text.encode())
        return Measure(count, count * is_message, 0, size, int(bool(text.strip())))
    sent = escape(text, channel)
    if is_message:
        units, wide, outside = gsm.counts(sent)
    else:
        units, wide, outside = length(text, channel), 0, 0
    kinds = [entity.kind for entity in entities(text)]
    return Measure(
        length=units,
        wide=wide,
        outside=outside,
        size=len(sent.encode("utf-8", "surrogatepass")),
        said=int(bool(text.strip())),
        refused=len(invalid_characters(text)),
        links=kinds.count("link"),
        mentions=kinds.count("mention"),
        hashtags=kinds.count("hashtag"),
        cashtags=kinds.count("cashtag"),
        emoji=0 if channel.max_emoji is None else len(emoji(text)),
    )


def room(channel: Channel, *, outside: bool = False) -> Room:
    """How much a channel takes; a text message with ``outside`` characters has less room."""
    if channel.unit != "gsm7":
        return Room(channel.limit, channel.limit)
    most = gsm.room(channel.segments, is_gsm=not outside)
    # each segment but the last may lack one unit, where a character of two did not fit
    return Room(most - (channel.segments - 1), most)


def bounds(channel: Channel) -> dict[str, int]:
    """The counts of a measure that the channel bounds, and the most of each that may go."""
    named = {
        "refused": 0,
        "links": channel.max_links,
        "mentions": channel.max_mentions,
        "hashtags": channel.max_hashtags,
        "cashtags": channel.max_cashtags,
        "emoji": channel.max_emoji,
    }
    return {name: most for name, most in named.items() if most is not None}


def verdict(whole: Measure, channel: Channel) -> Verdict:
    """Judge a whole text by its measure, as ``fits`` and ``objections`` judge the text itself."""
    outside = whole.outside > 0
    units, space = whole.wide if outside else whole.length, room(channel, outside=outside)
    fits: bool | None = units <= space.most
    if channel.byte_limit is not None and whole.size > channel.byte_limit:
        fits = False
    elif fits and units > space.certain:
        fits = None
    within = all(getattr(whole, name) <= most for name, most in bounds(channel).items())
    return Verdict(units, space.most, fits, True if within and whole.said else None)
