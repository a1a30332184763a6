"""A decision-maker that is slow and obviously right: one person after the other, in dicts."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tests.decisions.kleene import Condition, Person, Truth, Value, truth

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


@dataclass(frozen=True, slots=True)
class _Option:
    """One template that could be sent to a person by one rule."""

    rule: Rule
    template: Template
    channel: Channel
    text: str

    @property
    def cell(self) -> tuple[str, str]:
        return self.channel.name, self.text


def decide(world: World) -> dict[str, Decision]:
    """Everybody's decision, by person."""
    decisions: dict[str, Decision] = {}
    options: dict[str, list[_Option]] = {}
    furthest: dict[str, str | None] = {}
    for person in world.people:
        key = str(person["person_id"])
        gate = _gate(world, person)
        if gate:
            decisions[key] = Decision(gate[0], gate[1:])
            continue
        holding = [rule for rule in _running(world) if _holds(world, rule, person)]
        options[key] = [one for rule in holding for one in _options(world, rule, person)]
        furthest[key] = _furthest(world, holding[0], person) if holding else None
    taken = _cut(world, options)
    for key, choice in taken.items():
        if choice:
            outcome = "held_out" if _held_out(world, key) else "message"
            decisions[key] = Decision(
                outcome, None, choice.rule.name, choice.template.id, choice.text
            )
        else:
            decisions[key] = Decision(furthest[key] or "no_rule")
    return decisions


# -- gates and rules -------------------------------------------------------------------------


def _asked(world: World, condition: Condition, person: Person) -> Truth:
    return truth(condition, person, world.segments)


def _gate(world: World, person: Person) -> tuple[str, str, str] | None:
    """The first thing that stops a person: outcome, name and detail."""
    for handoff in world.handoffs:
        if _asked(world, handoff.when, person) is True:
            return "handed_over", handoff.name, handoff.to
    refusal = _purposes(world, person)
    if refusal:
        return refusal
    for requirement in world.requirements:
        met = _asked(world, requirement.when, person)
        if met is not True:
            return "suppressed", requirement.name, "no" if met is False else "unknown"
    for suppression in world.suppressions:
        if suppression.is_for_everything and _asked(world, suppression.when, person) is True:
            return "suppressed", suppression.name, "yes"
    return None


def _purposes(world: World, person: Person) -> tuple[str, str, str] | None:
    """Stopped where every channel that any running rule could use has a purpose, none given."""
    used = {
        world.channel(template.channel).purpose
        for rule in _running(world)
        for template in world.templates
        if template.name in rule.templates
    }
    if not used or not used <= set(world.purposes):
        return None
    given = [person[world.purposes[name]] for name in used]
    if True in given:
        return None
    name = "purpose " + " or ".join(sorted(used))
    return "suppressed", name, "no" if None not in given else "unknown"


def _running(world: World) -> list[Rule]:
    """The rules that take part, best first."""
    running = []
    for rule in world.rules:
        starts, ends = world.campaigns[rule.campaign] if rule.campaign else (None, None)
        begun = starts is None or starts <= world.day
        over = ends is not None and ends < world.day
        if rule.enabled and begun and not over:
            running.append(rule)
    return sorted(running, key=lambda rule: (-rule.priority, rule.name))


def _holds(world: World, rule: Rule, person: Person) -> bool:
    excused = any(_asked(world, part, person) is True for part in rule.unless)
    return _asked(world, rule.when, person) is True and not excused


# -- copy ------------------------------------------------------------------------------------


def _options(world: World, rule: Rule, person: Person) -> Iterator[_Option]:
    for template in _in_language(world, rule, person):
        channel = world.channel(template.channel)
        if _stage(world, rule, template, person) == "fits":
            yield _Option(rule, template, channel, _text(world, rule, template, person))


def _in_language(world: World, rule: Rule, person: Person) -> Iterator[Template]:
    """The templates of a rule in order, each in the one language this person gets."""
    for name in rule.templates:
        variants = [t for t in world.templates if t.name == name]
        if world.default_language is None:
            yield from variants
            continue
        chosen = _variant(variants, person["language"], world.default_language)
        if chosen:
            yield chosen


def _variant(variants: list[Template], language: Value, default: str) -> Template | None:
    """The person's own language, cut at its dashes until there is one; else the default."""
    by_language = {(t.language or "").casefold(): t for t in variants}
    spoken = str(language or "").strip().lower().replace("_", "-")
    for wanted in (*_cut_at_dashes(spoken), *_cut_at_dashes(default)):
        if wanted in by_language:
            return by_language[wanted]
    return by_language.get("")


def _cut_at_dashes(language: str) -> Iterator[str]:
    while language:
        yield language
        language = language.rpartition("-")[0]


def _stage(world: World, rule: Rule, template: Template, person: Person) -> str:
    """How far a template gets for a person, before anybody's audience is counted."""
    channel = world.channel(template.channel)
    suppressions = [
        s
        for s in world.suppressions
        if not s.is_for_everything
        and s.topic in (None, template.topic)
        and s.channel in (None, template.channel)
        and s.campaign in (None, rule.campaign)
        and _asked(world, s.when, person) is True
    ]
    if any(person[column] is None for column in template.needs):
        return "no_copy"
    if any(s.channel is None for s in suppressions):
        return "no_copy"
    if suppressions:
        return "unreachable"
    if channel.purpose in world.purposes and person[world.purposes[channel.purpose]] is not True:
        return "unreachable"
    if channel.address is not None and person[channel.address] is None:
        return "unreachable"
    text = _text(world, rule, template, person)
    return "fits" if text is not None and len(text) <= channel.limit else "no_copy"


def _text(world: World, rule: Rule, template: Template, person: Person) -> str:
    """The finished text; longer than any channel takes where it can't be written."""
    if any(_seen(person, column) is None for column in template.needs):
        return "x" * 10_000
    body = "".join(p if isinstance(p, str) else _filled(p, person) for p in template.parts)
    if not body.strip():
        return "x" * 10_000
    channel = world.channel(template.channel)
    if template.link and not channel.promoted:
        body += " " + template.link.replace("{rule}", rule.name)
    return f"{body}\n{channel.footer}" if channel.footer else body


def _seen(person: Person, column: str) -> Value:
    value = person[column]
    return None if value == INVISIBLE else value


def _filled(hole: Hole, person: Person) -> str:
    value = _seen(person, hole.column)
    if hole.then is not None:
        return hole.then if value else ""
    return str(hole.otherwise if value is None else value)


# -- audiences -------------------------------------------------------------------------------


def _cut(world: World, options: Mapping[str, list[_Option]]) -> dict[str, _Option | None]:
    """Each person's best option whose cell isn't closed, once every small cell is closed."""
    closed: set[tuple[str, str]] = set()
    while True:
        taken = {
            key: next((one for one in several if one.cell not in closed), None)
            for key, several in options.items()
        }
        counted = Counter(
            one.cell for key, one in taken.items() if one and not _held_out(world, key)
        )
        small = {
            one.cell for one in taken.values() if one and counted[one.cell] < _needed(one.channel)
        }
        if not small:
            return taken
        closed |= small


def _needed(channel: Channel) -> int:
    return channel.smallest if channel.promoted else 0


def _furthest(world: World, rule: Rule, person: Person) -> str:
    """What the best rule gives somebody who ends with nothing."""
    stages = [_stage(world, rule, t, person) for t in _in_language(world, rule, person)]
    if "fits" in stages:
        return "audience_too_small"
    return "unreachable" if "unreachable" in stages else "no_copy"


def _held_out(world: World, key: str) -> bool:
    if world.holdout is None:
        return False
    percent, salt = world.holdout
    digest = hashlib.md5(f"{salt}:{key}".encode()).hexdigest()
    return int(digest[:7], 16) % 10_000 < percent * 100
