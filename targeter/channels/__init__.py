"""What fits a channel and how it counts: ``length("Hello", "x")`` and what goes with it."""

from targeter.channels.catalogue import CHANNELS, Channel, channel_named
from targeter.channels.emoji import emoji
from targeter.channels.entities import (
    Entity,
    cashtags,
    entities,
    hashtags,
    invalid_characters,
    mentions,
    valid,
)
from targeter.channels.lengths import Fit, escape, fits, length
from targeter.channels.links import Link, links
from targeter.channels.measures import (
    EVEN_LETTERS,
    Measure,
    Room,
    Verdict,
    bounds,
    counts,
    measured,
    room,
    verdict,
)
from targeter.channels.objections import objections
from targeter.channels.settings import ChannelSettingError, channel_from

__all__ = [
    "CHANNELS",
    "EVEN_LETTERS",
    "Channel",
    "ChannelSettingError",
    "Entity",
    "Fit",
    "Link",
    "Measure",
    "Room",
    "Verdict",
    "bounds",
    "cashtags",
    "channel_from",
    "channel_named",
    "counts",
    "emoji",
    "entities",
    "escape",
    "fits",
    "hashtags",
    "invalid_characters",
    "length",
    "links",
    "measured",
    "mentions",
    "objections",
    "room",
    "valid",
    "verdict",
]
