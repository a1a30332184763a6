"""Limits as declared: lengths of time, how often a person is written to, and how many are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from targeter.yaml_source import Fields, Scalar

_UNITS = {"day": 1, "week": 7}
_SPAN = re.compile(r"(\d+) (day|week|month|year)s?")
_CAP = re.compile(r"(\d+) per (.+)")
_PACE = re.compile(r"(\d{1,12}) per day")


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time, in whole days or whole months; a day has 24 hours."""

    days: int = 0
    months: int = 0

    @property
    def interval(self) -> str:
        """The span as an SQL interval."""
        return f"INTERVAL {self.months} MONTH" if self.months else f"INTERVAL {self.days} DAY"

    @property
    def longest(self) -> int:
        """The days that it has at most: a month has 31, a year 366."""
        return self.days + 31 * self.months - 6 * (self.months // 12)

    def __str__(self) -> str:
        count, unit = (self.months, "month") if self.months else (self.days, "day")
        return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `times` contacts within any `span` up to the pinned moment."""

    times: int
    span: Span

    def __str__(self) -> str:
        return f"{self.times} per {self.span}"


@dataclass(frozen=True, slots=True)
class Rest:
    """When a person may be contacted again: a cap on how often, and the time between two."""

    cap: Cap | None = None
    cooldown: Span | None = None

    def __bool__(self) -> bool:
        return self.cap is not None or self.cooldown is not None

    @property
    def named(self) -> tuple[tuple[str, Cap | Span | None], ...]:
        """The two limits by their keys."""
        return ("cooldown", self.cooldown), ("frequency_cap", self.cap)


@dataclass(frozen=True, slots=True)
class Holdout:
    """The control group: this share of people gets nothing, to measure what messages do.

    `base_rate` is the share, in percent, of people who do what is hoped for without a message: with
    it a plan can say whether the group is large enough to see a difference.
    """

    percent: float
    salt: str
    base_rate: float | None = None

    @property
    def buckets(self) -> int:
        """How many of the 10,000 buckets are held out, from 0 up: growing it moves nobody out."""
        return round(self.percent * 100)


def read_span(fields: Fields, key: str) -> Span | None:
    """A length of time such as «60 days», «8 weeks», «3 months»; anything else is found."""
    scalar = fields.scalar(key)
    if scalar is None:
        return None
    span = _span(scalar.text)
    if span is None:
        message = f"{key!r} must be a length of time such as 60 days, not {scalar.text!r}"
        fields.wrong(scalar, message, "days, weeks, months and years, at least one")
    return span


def _span(text: str) -> Span | None:
    match = _SPAN.fullmatch(text.strip())
    if not match or not 0 < int(match[1]) <= 10_000:
        return None
    count, unit = int(match[1]), match[2]
    if unit in _UNITS:
        return Span(days=count * _UNITS[unit])
    return Span(months=count * (12 if unit == "year" else 1))


def read_rest(fields: Fields) -> Rest:
    """`frequency_cap` and `cooldown`, of everything or of one rule."""
    return Rest(_cap(fields), read_span(fields, "cooldown"))


def _cap(fields: Fields) -> Cap | None:
    scalar = fields.scalar("frequency_cap")
    if scalar is None:
        return None
    match = _CAP.fullmatch(scalar.text.strip())
    span = _span(match[2]) if match else None
    if match and span and 0 < int(match[1]) <= 10_000:
        return Cap(int(match[1]), span)
    message = f"'frequency_cap' must be such as 2 per 28 days, not {scalar.text!r}"
    help_ = "at least 1: to write to nobody, switch the rules off with enabled: false"
    fields.wrong(scalar, message, help_)
    return None


def read_count(fields: Fields, key: str) -> int | None:
    """A number of people, at least one: zero would be nobody, and is said another way."""
    count = fields.integer(key)
    if count is None or count > 0:
        return count
    node = fields.entries.get(key)
    assert isinstance(node, Scalar)
    help_ = "to write to nobody, switch the rules off with enabled: false"
    fields.wrong(node, f"{key!r} is at least 1, not {count}", help_)
    return None


def read_pace(fields: Fields) -> int | None:
    """How many messages go out on one day at most, such as «20000 per day»."""
    scalar = fields.scalar("pace")
    if scalar is None:
        return None
    match = _PACE.fullmatch(scalar.text.strip())
    if match and int(match[1]):
        return int(match[1])
    message = f"'pace' must be such as 20000 per day, not {scalar.text!r}"
    help_ = "a whole number without commas, at least 1; without a pace all go out on one day"
    fields.wrong(scalar, message, help_)
    return None


def read_holdout(owner: Fields) -> Holdout | None:
    """The `holdout:` of a project or a campaign."""
    fields = owner.fields("holdout", f"{owner.what}: holdout")
    if fields is None:
        return None
    percent, base_rate = fields.number("percent"), fields.number("base_rate")
    salt = fields.text("salt", required=True)
    if percent is None or not 0 < percent <= 50:
        node = fields.entries.get("percent") or fields.entries
        fields.wrong(node, "'percent' is a number above 0 and at most 50")
        percent = None
    if base_rate is not None and not 0 < base_rate < 100:
        node = fields.entries.get("base_rate") or fields.entries
        fields.wrong(node, "'base_rate' is a percentage between 0 and 100")
        base_rate = None
    fields.done()
    return Holdout(percent, salt, base_rate) if percent is not None and salt else None
