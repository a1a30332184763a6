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
from targeter.channels.objections import objections
from targeter.channels.settings import ChannelSettingError, channel_from

__all__ = [
    "CHANNELS",
    "Channel",
    "ChannelSettingError",
    "Entity",
    "Fit",
    "Link",
    "cashtags",
    "channel_from",
    "channel_named",
    "emoji",
    "entities",
    "escape",
    "fits",
    "hashtags",
    "invalid_characters",
    "length",
    "links",
    "mentions",
    "objections",
    "valid",
]
