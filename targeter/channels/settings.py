"""A project's own word on a channel: a built-in one changed, or a new one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Final, get_args

from targeter.channels.catalogue import CHANNELS, Channel, Delivery, LinkPlace, Unit

_Reader = Callable[[str, object], object]


class ChannelSettingError(ValueError):
    """A setting of a channel that can't be; ``key`` is the one to look at, if it is one."""

    def __init__(self, message: str, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


def channel_from(name: str, settings: Mapping[str, object], base: Channel | None = None) -> Channel:
    """Return the channel of that name: ``base``, or the one that ``like`` names, with the settings.

    A channel like none of the built-in ones needs ``delivery``, ``unit`` and ``limit``. Raises
    ChannelSettingError, which is a ValueError and a sentence, for what can't be.
    """
    values = {key: _read(key, value) for key, value in settings.items() if key != "like"}
    if "like" in settings:
        base = _like(settings["like"])
    if base is None:
        required = _REQUIRED[:2] if values.get("unit") == "gsm7" else _REQUIRED
        missing = [key for key in required if key not in values]
        if missing:
            raise ChannelSettingError(
                f"a new channel needs {', '.join(missing)}, or like: and a channel to begin with"
            )
        base = Channel(name, "direct", "codepoints", CHANNELS["sms"].limit)
    if "limit" in values and values.get("unit", base.unit) == "gsm7":
        raise ChannelSettingError(
            "the limit of a text message follows from its alphabet: say how many segments", "limit"
        )
    return _checked(replace(base, **{**values, "name": name}))  # type: ignore[arg-type]


def _like(value: object) -> Channel:
    if isinstance(value, str) and value in CHANNELS:
        return CHANNELS[value]
    raise ChannelSettingError(f"like names one of {', '.join(CHANNELS)}, not {value!r}", "like")


def _read(key: str, value: object) -> object:
    reader = _READERS.get(key)
    if reader is None:
        near = get_close_matches(key, _READERS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_READERS)}"
        raise ChannelSettingError(f"a channel has no setting {key!r}: {hint}", key)
    return reader(key, value)


def _checked(channel: Channel) -> Channel:
    """Refuse settings that can't stand together."""
    if channel.delivery == "direct" and channel.match_rate is not None:
        raise ChannelSettingError(
            "match_rate is for promoted channels: a direct message has an address", "match_rate"
        )
    if channel.unit != "gsm7" and channel.segments != 1:
        raise ChannelSettingError("segments are for channels that count gsm7", "segments")
    if channel.link_weight is not None and channel.unit == "gsm7":
        raise ChannelSettingError("a text message carries a link in full", "link_weight")
    return channel


def _whole(at_least: int) -> _Reader:
    def read(key: str, value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool) and value >= at_least:
            return value
        raise ChannelSettingError(
            f"{key} is a whole number of {at_least} or more, not {value!r}", key
        )

    return read


def _or_none(read: _Reader) -> _Reader:
    return lambda key, value: None if value is None else read(key, value)


def _one_of(choices: tuple[str, ...]) -> _Reader:
    def read(key: str, value: object) -> object:
        if value in choices:
            return value
        raise ChannelSettingError(f"{key} is one of {', '.join(choices)}, not {value!r}", key)

    return read


def _yes_or_no(key: str, value: object) -> object:
    if isinstance(value, bool):
        return value
    raise ChannelSettingError(f"{key} is true or false, not {value!r}", key)


def _text(key: str, value: object) -> object:
    if isinstance(value, str) and value.strip():
        return value
    raise ChannelSettingError(f"{key} is a text, not {value!r}", key)


def _share(key: str, value: object) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 1:
        return float(value)
    raise ChannelSettingError(f"{key} is a share above 0 and up to 1, not {value!r}", key)


_REQUIRED: Final = ("delivery", "unit", "limit")
_READERS: Final[Mapping[str, _Reader]] = {
    "delivery": _one_of(get_args(Delivery)),
    "unit": _one_of(get_args(Unit)),
    "limit": _whole(1),
    "byte_limit": _or_none(_whole(1)),
    "segments": _whole(1),
    "link_weight": _or_none(_whole(1)),
    "bare_domains_link": _yes_or_no,
    "max_links": _or_none(_whole(0)),
    "max_mentions": _or_none(_whole(0)),
    "max_hashtags": _or_none(_whole(0)),
    "max_cashtags": _or_none(_whole(0)),
    "max_emoji": _or_none(_whole(0)),
    "link_place": _one_of(get_args(LinkPlace)),
    "address": _or_none(_text),
    "purpose": _text,
    "match_rate": _or_none(_share),
    "min_audience": _whole(1),
}
