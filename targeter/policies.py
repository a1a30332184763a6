"""Who may be written to at all: purposes, handoffs, requirements, suppressions, campaigns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from targeter.conditions import Condition, read_condition
from targeter.findings import Finding, Place
from targeter.limits import Holdout, Span, read_count, read_holdout, read_span
from targeter.outgoing import HANDOFF_COLUMNS, Named, read_columns
from targeter.rules import check_name
from targeter.yaml_source import Fields, Scalar

BASES = (
    "consent",
    "contract",
    "legal_obligation",
    "vital_interest",
    "public_task",
    "legitimate_interest",
)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What data and channels may be used for: the legal basis, and for whom it is given.

    The bases are those of Article 6(1) of the GDPR. Unknown is not yes.
    """

    name: str
    place: Place
    basis: str
    when: Scalar | None


@dataclass(frozen=True, slots=True)
class Handoff:
    """Who needs help gets help from `to`, and no marketing.

    Who was handed over less than `again_after` ago, or when `capacity` people were today, isn't
    handed over again and still gets no marketing. `why` and the `columns` of the profile (a name
    in the file and a column each) stand in the list that `to` is given.
    """

    name: str
    place: Place
    to: str
    when: Condition
    again_after: Span | None = None
    capacity: int | None = None
    why: str | None = None
    columns: Named = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must be TRUE for whoever gets anything."""

    name: str
    place: Place
    when: Condition


@dataclass(frozen=True, slots=True)
class Suppression:
    """Who must not get messages: any, or only those of a topic, channel or campaign."""

    name: str
    place: Place
    when: Condition
    topic: Scalar | None = None
    channel: Scalar | None = None
    campaign: Scalar | None = None

    @property
    def is_for_everything(self) -> bool:
        return not (self.topic or self.channel or self.campaign)

    def concerns(self, topic: str | None, channel: str, campaign: str | None) -> bool:
        """Whether a message of that topic, channel and campaign is what it is for."""
        scopes = ((self.topic, topic), (self.channel, channel), (self.campaign, campaign))
        return all(scope is None or scope.text == own for scope, own in scopes)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A time in which rules run, both days included; how many people, and its control group."""

    name: str
    place: Place
    starts: dt.date | None
    ends: dt.date | None
    max_people: int | None = None
    holdout: Holdout | None = None

    def runs_on(self, day: dt.date) -> bool:
        return not ((self.starts and day < self.starts) or (self.ends and day > self.ends))


def read_purposes(settings: Fields) -> tuple[Purpose, ...]:
    purposes = []
    for name, node in settings.named("purposes"):
        fields = Fields.of(node, f"purpose {name.text!r}", settings.found)
        if fields is None:
            continue
        basis = fields.choice("basis", BASES, "consent")
        when = fields.scalar("when", required=True)
        fields.done()
        purposes.append(Purpose(name.text, name.place, basis, when))
    return tuple(purposes)


def read_handoffs(fields: Fields) -> tuple[Handoff, ...]:
    handoffs = []
    for inner in fields.mappings("handoffs", "handoff"):
        name = _name(inner, "handoff")
        to = inner.text("to", required=True)
        when = read_condition(inner.node("when", required=True), inner.what, inner.found)
        again_after, capacity = read_span(inner, "again_after"), read_count(inner, "capacity")
        why, columns = inner.text("why"), read_columns(inner, HANDOFF_COLUMNS)
        inner.done()
        if name and to and when is not None:
            limits = again_after, capacity
            handoffs.append(Handoff(name.text, name.place, to, when, *limits, why, columns))
    return tuple(handoffs)


def read_requirements(fields: Fields) -> tuple[Requirement, ...]:
    requirements = []
    for inner in fields.mappings("require", "requirement"):
        name = _name(inner, "requirement")
        when = read_condition(inner.node("when", required=True), inner.what, inner.found)
        inner.done()
        if name and when is not None:
            requirements.append(Requirement(name.text, name.place, when))
    return tuple(requirements)


def read_suppressions(fields: Fields) -> tuple[Suppression, ...]:
    suppressions = []
    for inner in fields.mappings("suppressions", "suppression"):
        name = _name(inner, "suppression")
        when = read_condition(inner.node("when", required=True), inner.what, inner.found)
        only = inner.fields("only", f"{inner.what}: 'only'")
        topic, channel, campaign = _only(only)
        inner.done()
        if name and when is not None:
            suppressions.append(Suppression(name.text, name.place, when, topic, channel, campaign))
    return tuple(suppressions)


def _only(fields: Fields | None) -> tuple[Scalar | None, Scalar | None, Scalar | None]:
    if fields is None:
        return None, None, None
    scope = fields.scalar("topic"), fields.scalar("channel"), fields.scalar("campaign")
    fields.done()
    if not any(scope):
        message = f"{fields.what} names no topic, channel or campaign"
        fields.found.append(Finding("TG104", message, fields.entries.place))
    return scope


def _name(fields: Fields, what: str) -> Scalar | None:
    name = fields.scalar("name", required=True)
    if name is not None:
        fields.what = f"{what} {name.text!r}"
        check_name(name, f"a {what}", fields.found)
    return name


def read_campaigns(settings: Fields) -> tuple[Campaign, ...]:
    campaigns = []
    for name, node in settings.named("campaigns"):
        fields = Fields.of(node, f"campaign {name.text!r}", settings.found)
        if fields is None:
            continue
        starts, ends = day(fields, "starts"), day(fields, "ends")
        max_people, holdout = read_count(fields, "max_people"), read_holdout(fields)
        fields.done()
        if starts and ends and ends < starts:
            message = f"{fields.what} ends before it starts"
            settings.found.append(Finding("TG105", message, name.place))
        campaigns.append(Campaign(name.text, name.place, starts, ends, max_people, holdout))
    return tuple(campaigns)


def day(fields: Fields, key: str) -> dt.date | None:
    """A day written YYYY-MM-DD."""
    scalar = fields.scalar(key)
    if scalar is None:
        return None
    try:
        return dt.date.fromisoformat(scalar.text)
    except ValueError:
        fields.wrong(scalar, f"{key!r} must be a day such as 2026-11-30, not {scalar.text!r}")
        return None
