"""An answer as a JSON document: dates as ISO, ASCII only, no number that JSON has not."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from decimal import Decimal

FORMAT_VERSION = 1

Json = dict[str, object]


def dumps(data: Mapping[str, object]) -> str:
    """The document as text that any encoding and any terminal can carry."""
    return document(data, 2)


def document(data: Mapping[str, object], indent: int | None) -> str:
    whole = {"format_version": FORMAT_VERSION, **data}
    text = json.dumps(_plain(whole), indent=indent, ensure_ascii=True, allow_nan=False)
    return text.replace("\x7f", "\\u007f")  # the one control character that JSON lets stand


def _plain(value: object) -> object:
    """A value as JSON has it: what is not a number (NaN) is null, a decimal is a number."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return _number(value)
        case dt.date() | dt.time():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case bytes():
            return value.hex()
    return str(value)


def _number(value: Decimal) -> int | float | None:
    if not value.is_finite():
        return None
    return int(value) if value == value.to_integral_value() else float(value)
