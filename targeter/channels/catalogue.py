"""The channels a message can go to, each one a row of data."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, Literal

Delivery = Literal["direct", "promoted"]
"""One text a person, or one fixed text shown to an audience."""

Unit = Literal["weighted", "graphemes", "codepoints", "utf16", "emoji_bytes", "gsm7"]
"""What a channel counts; ``lengths.length`` says how."""

LinkPlace = Literal["text", "card"]
"""Whether a template's link is written after the text and counted, or goes beside the post."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a message goes: how it is counted, what it may hold, whom it can reach.

    ``limit`` is in ``unit``; a ``byte_limit`` in UTF-8 holds besides. ``segments`` is how many
    parts a text message may have, and only there: its limit depends on the alphabet.
    ``link_weight`` is what a link counts (None: as many characters as it has); without
    ``bare_domains_link`` only an address with a scheme is one. The ``max_…`` bounds are None where
    the network has none. ``escaped`` holds the characters that need a backslash. ``handle`` is the
    pattern of a handle without its ``@`` (None: the channel has no handles), ``address`` the column
    that holds a person's address there. ``match_rate`` is the share of an audience that the network
    recognises (0–1, None: unknown), ``min_audience`` how many people it must have to be shown.
    """

    name: str
    delivery: Delivery
    unit: Unit
    limit: int
    byte_limit: int | None = None
    segments: int = 1
    link_weight: int | None = None
    bare_domains_link: bool = False
    max_links: int | None = None
    max_mentions: int | None = None
    max_hashtags: int | None = None
    max_cashtags: int | None = None
    max_emoji: int | None = None
    escaped: str = ""
    link_place: LinkPlace = "text"
    handle: str | None = None
    address: str | None = None
    purpose: str = "marketing"
    match_rate: float | None = None
    min_audience: int = 1


_X: Final = Channel(
    "x",
    "direct",
    "weighted",
    280,
    link_weight=23,
    bare_domains_link=True,
    max_cashtags=1,
    handle="[A-Za-z0-9_]{1,15}",
)

_ALL: Final = (
    # docs.x.com, "Counting characters" and "Manage posts" (a second cashtag is refused).
    _X,
    # business.x.com: creative ad specifications, quality policy (no hashtag since June 2025, one
    # emoji at most since July 2025, no address in the text) and custom audiences (100 and more).
    Channel(
        "x_promoted",
        "promoted",
        "weighted",
        280,
        link_weight=23,
        bare_domains_link=True,
        max_links=0,
        max_hashtags=0,
        max_cashtags=1,
        max_emoji=1,
        link_place="card",
        handle=_X.handle,
        min_audience=100,
    ),
    # 10,000 is what clients say; docs.x.com gives no number.
    Channel("x_dm", "direct", "codepoints", 10_000, bare_domains_link=True, handle=_X.handle),
    # The lexicon app.bsky.feed.post: maxGraphemes 300, maxLength 3000 bytes; links in full.
    Channel(
        "bluesky",
        "direct",
        "graphemes",
        300,
        byte_limit=3_000,
        handle="[A-Za-z0-9-]{1,63}(?:[.][A-Za-z0-9-]{1,63})+",
    ),
    # docs.joinmastodon.org, "configuration.statuses": each server's own, 500 and 23 by default.
    Channel(
        "mastodon",
        "direct",
        "graphemes",
        500,
        link_weight=23,
        handle="[A-Za-z0-9_]{1,30}(?:@[A-Za-z0-9-]{1,63}(?:[.][A-Za-z0-9-]{1,63})+)?",
    ),
    # developers.facebook.com, "Threads API: posts": emoji count as their UTF-8 bytes, five links.
    Channel(
        "threads",
        "direct",
        "emoji_bytes",
        500,
        bare_domains_link=True,
        max_links=5,
        handle="[A-Za-z0-9_.]{1,30}",
    ),
    # learn.microsoft.com, "little Text Format": one of these signs without its backslash cuts the
    # post off. Whether the 3,000 are counted before or after is not said: after is the safe side.
    Channel("linkedin", "direct", "utf16", 3_000, escaped=r"\|{}@[]()<>#*_~"),
    # 3GPP TS 23.038 and 23.040; one part, because every further one is paid for again.
    Channel("sms", "direct", "gsm7", 160, bare_domains_link=True),
)

CHANNELS: Final[Mapping[str, Channel]] = MappingProxyType({c.name: c for c in _ALL})
"""The channels that need no declaration, by name."""


def channel_named(channel: str | Channel) -> Channel:
    """Return a built-in channel by its name, or the channel itself.

    Raises ValueError with a sentence if there is no such channel.
    """
    if isinstance(channel, Channel):
        return channel
    if channel in CHANNELS:
        return CHANNELS[channel]
    near = get_close_matches(channel, CHANNELS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(CHANNELS)}"
    raise ValueError(f"there is no channel {channel!r}: {hint}")
