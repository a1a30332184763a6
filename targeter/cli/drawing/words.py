"""Numbers, days, values and outcomes as words that a reader can trust."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

# What could move a cursor, hide or reorder text: control characters, bidirectional overrides,
# invisible spaces, lone surrogates. A joiner stays, because emoji and some scripts need it.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LONGEST_VALUE = 160


def safe(text: str) -> str:
    """A text from outside on one line, every character that a terminal would obey spelled out."""
    return _UNSAFE.sub(_escaped, text)


def safe_lines(text: str) -> list[str]:
    """The lines of a text from outside, each made safe."""
    return [safe(line) for line in text.split("\n")]


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    return _NAMED.get(character) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def number(value: int) -> str:
    return f"{value:,}"


def count(value: int, singular: str, plural: str = "") -> str:
    """`1 error`, `2 errors`, `3,000 people`."""
    return f"{value:,} {singular if value == 1 else plural or singular + 's'}"


def share(part: int, whole: int) -> str:
    """A share in percent; 0 and 100 are said only when they are exact."""
    if whole == 0:
        return "–"
    if part in (0, whole):
        return "0 %" if part == 0 else "100 %"
    percent = 100 * part / whole
    if percent < 0.1:
        return "<0.1 %"
    return ">99.9 %" if percent > 99.9 else f"{percent:.1f} %"


def day(value: dt.date) -> str:
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


_MONTHS = (  # not by strftime: that follows the machine's language
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def value(seen: object) -> str:
    """A value as it would be written in a condition, so that its type shows."""
    match seen:
        case None:
            text = "NULL"
        case bool():
            text = "true" if seen else "false"
        case str():
            text = f"'{seen}'"
        case Decimal():
            text = f"{seen.normalize():f}"
        case float():
            text = f"{seen:.6g}"
        case list() | tuple():
            text = "[" + ", ".join(value(one) for one in seen) + "]"
        case _:
            text = str(seen)
    return safe(text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…")


# Why somebody gets nothing, as a marketer would say it.
OUTCOMES = {
    "handed_over": "handed over to somebody who helps",
    "with_service": "with the service team already",
    "suppressed": "must not be written to",
    "resting": "were contacted a short time ago",
    "no_rule": "no rule holds",
    "no_copy": "a rule holds, but no text can be written",
    "unreachable": "a rule holds, but no channel reaches them",
    "over_cap": "a rule holds, but others had its places",
    "audience_too_small": "a rule holds, but its audience is too small",
    "blocked": "the text is blocked",
    "not_in_pilot": "outside the pilot",
    "held_out": "control group: held out to measure",
}


def outcome(name: str) -> str:
    return OUTCOMES.get(name, name.replace("_", " "))


def stopped_by(ending: str, name: str, detail: str) -> str:
    """What stopped somebody before any rule: to whom they went, and no told apart from unknown."""
    if ending in ("handed_over", "with_service"):
        return f"{name}: to {detail}"
    words = {"no": "no", "unknown": "unknown, so no", "yes": "", "tombstone": "for good"}
    said = words.get(detail, detail)
    return f"{name}: {said}" if said else name


def result(holds: bool | None) -> str:
    """A condition's result as SQL says it; only TRUE holds."""
    return "NULL" if holds is None else ("TRUE" if holds else "FALSE")
