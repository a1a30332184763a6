"""Filters for days, numbers and lists, written as a language writes them: the one door to Babel.

Babel carries the formats of the Unicode CLDR. It comes with `targeter[locale]`; where it isn't
installed, a template that asks for one of these filters is refused, and nothing else changes.
"""

from __future__ import annotations

import datetime as dt
import importlib
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, Final

from targeter.inert import Listed, neutralise

DAY_STYLES: Final = {
    "long": "long",
    "full": "full",
    "medium": "medium",
    "weekday": "EEEE",
    "month": "LLLL",
}
"""What `date` may be told, besides `day`, and what Babel calls it."""

MOST_DECIMALS: Final = 6
_MOST: Final = Decimal(10) ** 15
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?: \d{2}:\d{2})?", re.ASCII)
_NUMBER: Final = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,9})?", re.ASCII)
# Long enough for any list that a channel takes: what doesn't fit is refused whole, never cut.
_LONGEST_LIST: Final = 10_000


def date(value: Any, language: str, style: str = "long") -> str | None:
    """A day as the language writes it: `date`, or `date('full')`, `'medium'`, `'day'` (without the
    year), `'weekday'`, `'month'`."""
    day = _day(value)
    if day is None:
        return None
    dates, locale = _babel("dates"), _locale(language)
    if style == "day":
        written = dates.format_skeleton("MMMMd", day, locale=locale)
    else:
        written = dates.format_date(day, DAY_STYLES[style], locale=locale)
    return neutralise(written, "sms")


def number(value: Any, language: str, decimals: int | None = None) -> str | None:
    """A number as the language writes it: in groups, with its own decimals (three at most), or
    with exactly as many as are said, halves rounded up."""
    read = _number(value)
    if read is None:
        return None
    locale = _locale(language)
    pattern = locale.decimal_formats[None].pattern
    if decimals is not None:
        read = read.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        whole = pattern.partition(".")[0]
        pattern = f"{whole}.{'0' * decimals}" if decimals else whole
    # a negative number that rounds to nothing is nothing: never «-0»
    read = read if read else abs(read)
    written = _babel("numbers").format_decimal(read, pattern, locale=locale)
    return neutralise(written, "sms")


def listing(value: Any, language: str, word: str = "and") -> str | None:
    """A list with the language's «and» before its last part; `listing('or')` for «or»."""
    parts = value.parts if isinstance(value, Listed) else (str(value),)
    style = "standard" if word == "and" else "or"
    written = _babel("lists").format_list(parts, style, locale=_locale(language))
    if language.partition("-")[0] == "es" and len(parts) > 1:
        written = _in_spanish(written, parts)
    return neutralise(written, graphemes=_LONGEST_LIST)


def _in_spanish(written: str, parts: Sequence[str]) -> str:
    """«y» is «e» before the sound i, and «o» is «u» before o (Real Academia Española)."""
    last = parts[-1]
    for word, instead, sound in ((" y ", " e ", r"h?[ií](?![aeo])"), (" o ", " u ", r"h?[oó]")):
        if written.endswith(word + last) and re.match(sound, last, re.IGNORECASE):
            return written[: -len(word + last)] + instead + last
    return written


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.date):
        return value
    match = _DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        return dt.date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    read = Decimal(str(value).replace(",", ""))
    return read if read.is_finite() and abs(read) < _MOST else None


# -- Babel -----------------------------------------------------------------------------------


def _babel(module: str) -> Any:
    return importlib.import_module(f"babel.{module}")


@cache
def can_format() -> bool:
    """Whether Babel is installed."""
    try:
        _babel("core")
    except ImportError:
        return False
    return True


@cache
def knows_language(language: str) -> bool:
    """Whether Babel, which must be installed, has the formats of a language (`de`, `de-AT`)."""
    core = _babel("core")
    try:
        _locale(language)
    except (core.UnknownLocaleError, ValueError):
        return False
    return True


def formats_version() -> str | None:
    """Whose formats are used, for a record of what was written; None where none are there."""
    return f"Babel {importlib.import_module('babel').__version__}" if can_format() else None


@cache
def _locale(language: str) -> Any:
    return _babel("core").Locale.parse(language, sep="-")
