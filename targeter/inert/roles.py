"""Values that are meant to act: each role has a strict form, and what isn't in it is missing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Final, Literal
from urllib.parse import urlsplit

from targeter.channels import Channel, channel_named, links
from targeter.inert.neutral import neutralise

Role = Literal["text", "handle", "url", "number", "date"]
"""What a value is in a text; ``text`` is the default and the only one that takes anything."""

_NUMBER: Final = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,9})?", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ADDRESS: Final = re.compile(
    r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~%!&'()*+,;=:@/-]*)?"
    r"(?:\?[A-Za-z0-9._~%!&'()*+,;=:@/?-]*)?(?:#[A-Za-z0-9._~%=&/-]*)?"
)
_LONGEST_ADDRESS: Final = 2_000


def role(
    value: str, kind: Role, channel: str | Channel = "x", *, hosts: Collection[str] = ()
) -> str | None:
    """Return a value in the strict form of its role, or None if it isn't in that form.

    ``handle`` is a name of the channel, without ``@``; ``url`` an ``https`` address on one of
    ``hosts`` (or below one) that X takes for exactly one link; ``number`` digits with an optional
    sign, groups of three and a fraction; ``date`` a real day as YYYY-MM-DD; ``text`` anything,
    neutralised. Raises ValueError for a name that is no channel.
    """
    channel = channel_named(channel)
    value = value.strip(" ")
    if kind == "text":
        return neutralise(value, channel)
    if kind == "handle":
        return _handle(value.removeprefix("@"), channel)
    if kind == "url":
        return value if _is_address(value, hosts) else None
    if kind == "number":
        return value if _NUMBER.fullmatch(value) else None
    return value if _DATE.fullmatch(value) and _is_day(value) else None


def _handle(value: str, channel: Channel) -> str | None:
    if channel.handle is None or not re.fullmatch(channel.handle, value):
        return None
    return value


def _is_address(value: str, hosts: Collection[str]) -> bool:
    if len(value) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(value):
        return False
    host = (urlsplit(value).hostname or "").rstrip(".")
    if not any(
        host == allowed.lower() or host.endswith(f".{allowed.lower()}") for allowed in hosts
    ):
        return False
    return [link.text for link in links(value)] == [value]


def _is_day(value: str) -> bool:
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return True


class Listed(str):
    """A list as a text, its parts joined by commas; a filter may join the parts otherwise."""

    parts: tuple[str, ...]

    @classmethod
    def of(cls, parts: Sequence[str]) -> Listed:
        listed = cls(", ".join(parts))
        listed.parts = tuple(parts)
        return listed


def admitted(
    value: object, channel: Channel, kind: Role = "text", hosts: Collection[str] = ()
) -> object:
    """Return a value of a profile as a template sees it, or None where it can't be written.

    Text is in the form of its role; numbers stand without empty decimals and are never infinite;
    days and moments are ISO text; of a list the parts that can be written, as they would be alone,
    joined by commas. What is no text has the role that its type has, or can't be written.
    """
    if value is None or isinstance(value, str):
        return None if value is None else role(value, kind, channel, hosts=hosts)
    if isinstance(value, list):
        return _listed(value, channel) if kind == "text" else None
    if kind != "text" and kind != _role_of(value):
        return None
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float | Decimal):
        return _number(value)
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    return neutralise(str(value), channel)


def _role_of(value: object) -> Role:
    """What a value that is no text can act as: a moment is no day."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return "number"
    return "date" if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else "text"


def _listed(value: Sequence[object], channel: Channel) -> Listed | None:
    seen = [part if isinstance(part, str) else admitted(part, channel) for part in value]
    parts = [neutralise(str(part), channel) for part in seen if part is not None]
    return Listed.of([part for part in parts if part]) or None


def _number(value: float | Decimal) -> object:
    if value != value or value in (float("inf"), float("-inf")):
        return None
    if value == int(value):
        return int(value)
    return Decimal(str(value)).normalize() if isinstance(value, Decimal) else value
