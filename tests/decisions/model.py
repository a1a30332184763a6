"""Worlds as plain data: people, rules, channels, what happened before, and what was decided."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tests.decisions.kleene import Condition, Person

# A value of which nothing is left once it is made inert: it counts as missing.
INVISIBLE = "\u200b"


@dataclass(frozen=True, slots=True)
class Hole:
    """A value in a template: needed, or with words that stand for it, or words if it is there."""

    column: str
    otherwise: str | None = None
    then: str | None = None

    @property
    def is_bare(self) -> bool:
        return self.otherwise is None and self.then is None


@dataclass(frozen=True, slots=True)
class Rest:
    """Limits in days: at most `cap[0]` contacts in `cap[1]` days, `cooldown` days between two."""

    cap: tuple[int, int] | None = None
    cooldown: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Something that happened to a person before."""

    person: str
    at: dt.datetime
    event: str
    rule: str
    template: str | None = None
    channel: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    language: str | None
    channel: str
    parts: tuple[str | Hole, ...]
    topic: str | None = None
    link: str | None = None

    @property
    def id(self) -> str:
        return f"{self.name}.{self.language}" if self.language else self.name

    @property
    def needs(self) -> set[str]:
        """The columns it can't be written without: written bare, and asked for nowhere."""
        return {part.column for part in self.parts if isinstance(part, Hole) and part.is_bare}


@dataclass(frozen=True, slots=True)
class Channel:
    name: str
    limit: int
    promoted: bool = False
    min_audience: int = 1
    match_rate: str | None = None
    stay: int | None = None
    address: str | None = None
    purpose: str = "marketing"
    footer: str | None = None

    @property
    def smallest(self) -> int:
        if not self.promoted:
            return 1
        return math.ceil(self.min_audience / Fraction(self.match_rate or "1"))


@dataclass(frozen=True, slots=True)
class Named:
    """A handoff, requirement or suppression; `only` is what a suppression is for."""

    name: str
    when: Condition
    to: str = ""
    topic: str | None = None
    channel: str | None = None
    campaign: str | None = None
    again_after: int | None = None
    capacity: int | None = None

    @property
    def is_for_everything(self) -> bool:
        return not (self.topic or self.channel or self.campaign)


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    priority: int
    when: Condition
    templates: tuple[str, ...]
    unless: tuple[Condition, ...] = ()
    enabled: bool = True
    campaign: str | None = None
    rest: Rest = Rest()
    max_people: int | None = None
    rank_by: str | None = None
    shares: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """A whole project and its people."""

    day: dt.date
    people: tuple[Person, ...]
    segments: Mapping[str, Condition]
    handoffs: tuple[Named, ...]
    requirements: tuple[Named, ...]
    suppressions: tuple[Named, ...]
    purposes: Mapping[str, str]
    campaigns: Mapping[str, tuple[dt.date | None, dt.date | None]]
    channels: tuple[Channel, ...]
    templates: tuple[Template, ...]
    rules: tuple[Rule, ...]
    default_language: str | None = None
    holdout: tuple[int, str] | None = None
    contacts: tuple[Contact, ...] = ()
    rest: Rest = Rest()
    max_people: int | None = None
    campaign_people: Mapping[str, int] = field(default_factory=dict)
    campaign_holdouts: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    def channel(self, name: str) -> Channel:
        return next(c for c in self.channels if c.name == name)


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a person."""

    outcome: str
    gate: tuple[str, str] | None = None
    rule: str | None = None
    template: str | None = None
    text: str | None = None
    is_staying: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One template that could be sent to a person by one rule."""

    rule: Rule
    template: Template
    channel: Channel
    text: str

    @property
    def cell(self) -> tuple[str, str]:
        return self.channel.name, self.text
