"""The ways dates and times are written in exports, and which of them a text is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
MONTH_FIRST = ("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y")
DATES = (
    "%Y/%m/%d",
    *DAY_FIRST,
    *MONTH_FIRST,
    "%d/%m/%y",
    "%d.%m.%y",
    "%m/%d/%y",
    "%Y%m%d",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%B %d, %Y",
)
_CLOCKS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
TIMES = tuple(f"{date}{gap}{clock}" for date in DATES for gap in (" ", "T") for clock in _CLOCKS)


def format_of(text: str) -> str:
    """The first usual format that reads this text, or "" for none; ISO 8601 needs none."""
    return next(iter(formats_of([text])), "")


def formats_of(texts: Iterable[str]) -> Sequence[str]:
    """The usual formats that read every one of these texts, the likelier first."""
    remaining = [*DATES, *TIMES]
    for text in texts:
        remaining = [f for f in remaining if _reads(text, f)]
        if not remaining:
            break
    return remaining


def _reads(text: str, format_: str) -> bool:
    if "%Y%m%d" in format_ and not re.match(r"\d{8}(?!\d)", text):
        return False
    try:
        return datetime.strptime(text, format_).year >= 1000  # noqa: DTZ007 - a zone isn't asked for
    except ValueError:
        return False


def swapped(format_: str, formats: Sequence[str]) -> str:
    """The one of these formats that takes day for month and month for day, "" for none."""
    other = format_.translate(str.maketrans("dm", "md"))
    return other if other != format_ and other in formats else ""
