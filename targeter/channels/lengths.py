"""How long a text is on a channel, and whether it fits."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from targeter.channels import graphemes, gsm
from targeter.channels.catalogue import Channel, channel_named
from targeter.channels.emoji import KEYCAP, PICTOGRAPHS, VS16, ZWJ
from targeter.channels.links import links
from targeter.channels.weighted import LINK_WEIGHT, weigh

_EMOJI_PART: Final = re.compile(
    rf"[{PICTOGRAPHS}\U0001f000-\U0001faff{VS16}{ZWJ}{KEYCAP}\U000e0020-\U000e007f]+"
)


@dataclass(frozen=True, slots=True)
class Fit:
    """How long a text is against what its channel takes.

    ``unit`` is the word for what was counted. ``bytes`` and ``byte_limit`` are None where the
    channel bounds no bytes. ``segments`` is how many parts a text message is sent in, else 1.
    """

    length: int
    limit: int
    unit: str
    ok: bool
    bytes: int | None = None
    byte_limit: int | None = None
    segments: int = 1

    def __str__(self) -> str:
        """Say it in one phrase: ``231 of 280 weighted characters``."""
        said = f"{self.length:,} of {self.limit:,} {self.unit}"
        if self.bytes is not None and self.byte_limit is not None and self.bytes > self.byte_limit:
            said += f", {self.bytes:,} of {self.byte_limit:,} bytes"
        return said


def length(text: str, channel: str | Channel = "x") -> int:
    """Return how long a text is as the channel counts it; never less than the network would.

    ``weighted`` is X's rule (``weighted.weigh``). ``graphemes`` are the characters a reader sees,
    ``codepoints`` Unicode's, ``utf16`` 16-bit units, ``emoji_bytes`` code points with emoji as
    their UTF-8 bytes, ``gsm7`` septets, or 16-bit units if one character is outside that alphabet.
    A link counts ``link_weight`` where the channel has one. What the channel wants escaped is
    counted escaped. Raises ValueError for a name that is no channel.
    """
    channel = channel_named(channel)
    return _COUNT[channel.unit](escape(text, channel), channel)


def fits(text: str, channel: str | Channel = "x") -> Fit:
    """Return length, limit and whether the text fits; a text message's limit depends on it."""
    channel = channel_named(channel)
    if channel.unit == "gsm7":
        return _message_fit(escape(text, channel), channel)
    counted = length(text, channel)
    size = len(escape(text, channel).encode("utf-8", "surrogatepass"))
    in_bytes = (size, channel.byte_limit) if channel.byte_limit is not None else (None, None)
    ok = counted <= channel.limit and (channel.byte_limit is None or size <= channel.byte_limit)
    return Fit(counted, channel.limit, _WORD[channel.unit], ok, *in_bytes)


def escape(text: str, channel: str | Channel) -> str:
    """Return the text as it is sent: with a backslash before what the channel would interpret.

    Escape once, at the very end; everything else here takes the text as a person reads it.
    """
    channel = channel_named(channel)
    if not channel.escaped:
        return text
    return text.translate({ord(sign): f"\\{sign}" for sign in channel.escaped})


def _message_fit(text: str, channel: Channel) -> Fit:
    segments = gsm.segments(text)
    unit = "septets"
    if not gsm.is_gsm(text):
        why = " ".join(gsm.outside_gsm(text)[:3])
        unit = f"16-bit units, because GSM 7-bit has no {why}"
    limit = gsm.limit(text, channel.segments)
    return Fit(gsm.units(text), limit, unit, segments <= channel.segments, segments=segments)


def _weighted(text: str, channel: Channel) -> int:
    return weigh(text, link_weight=channel.link_weight or LINK_WEIGHT)


def _plain(count: Callable[[str], int]) -> Callable[[str, Channel], int]:
    """Count the text between the links, and each link by the channel's weight if it has one."""

    def counted(text: str, channel: Channel) -> int:
        if channel.link_weight is None:
            return count(text)
        total = at = 0
        for link in links(text):
            if channel.bare_domains_link or "://" in link.text:
                total += count(text[at : link.start]) + channel.link_weight
                at = link.end
        return total + count(text[at:])

    return counted


def _emoji_bytes(text: str) -> int:
    parts = _EMOJI_PART.findall(text)
    return len(text) + sum(len(part.encode()) - len(part) for part in parts)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


_COUNT: Final[dict[str, Callable[[str, Channel], int]]] = {
    "weighted": _weighted,
    "graphemes": _plain(graphemes.count),
    "codepoints": _plain(len),
    "utf16": _plain(_utf16),
    "emoji_bytes": _plain(_emoji_bytes),
    "gsm7": lambda text, _channel: gsm.units(text),
}
_WORD: Final = {
    "weighted": "weighted characters",
    "graphemes": "characters",
    "codepoints": "characters",
    "utf16": "16-bit units",
    "emoji_bytes": "characters, with emoji as bytes",
}
