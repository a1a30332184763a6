"""What example people got before: their contacts, as a test writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from targeter.binding import Bound
from targeter.findings import Finding, did_you_mean
from targeter.history import ENTERED, HANDED_OVER, LEFT, MESSAGE, Contact, moment
from targeter.policies import day
from targeter.settings import ChannelSettings
from targeter.templates import Template
from targeter.yaml_source import Entries, Fields, Scalar

_SEEN = "(what they saw)"


def contacts_of(
    bound: Bound, today: dt.date, written: Sequence[Entries], found: list[Finding]
) -> tuple[Contact, ...]:
    """The contacts of one person, with an empty key; names that nothing is called by are found."""
    return tuple(_contacts(bound, today, written, found))


def _contacts(
    bound: Bound, today: dt.date, written: Sequence[Entries], found: list[Finding]
) -> Iterator[Contact]:
    for entries in written:
        before = len(found)
        fields = Fields(entries, "an entry of 'history'", found)
        when = _when(fields, today)
        rule, handoff = _rule(fields, bound), _handoff(fields, bound)
        template, channel = _template(fields, bound), _channel(fields, bound)
        left, text = fields.boolean("left"), fields.text("text")
        fields.done()
        if (rule is None) == (handoff is None) and len(found) == before:
            message = f"{fields.what} names a rule or a handoff"
            found.append(Finding("TG104", message, entries.place, "for example rule: welcome"))
        if when is None or len(found) > before:
            continue
        if handoff is not None:
            yield "", moment(when), HANDED_OVER, None, handoff, None, None, None
            continue
        if channel is None and template is not None:
            channel = bound.project.settings.channel(template.channel.text)
        promoted = channel is not None and channel.channel.delivery == "promoted"
        event = (LEFT if left else ENTERED) if promoted else MESSAGE
        name = channel.channel.name if channel else None
        shown = template.id if template else None
        yield "", moment(when), event, None, rule, shown, name, text or _SEEN


def _when(fields: Fields, today: dt.date) -> dt.date | None:
    """The day of a contact: a `day`, or so many `days_ago`."""
    on, days = day(fields, "day"), fields.integer("days_ago")
    if days is not None and not 0 <= days <= 10_000:
        fields.wrong(fields.entries, "'days_ago' is 0 or more")
        return None
    if (on is None) == (days is None):
        message = f"{fields.what} says when: a 'day', or 'days_ago'"
        help_ = "days_ago: 3"
        fields.found.append(Finding("TG104", message, fields.entries.place, help_))
        return None
    return on or today - dt.timedelta(days or 0)


def _rule(fields: Fields, bound: Bound) -> str | None:
    return _named(fields, "rule", [rule.name for rule in bound.project.rules])


def _handoff(fields: Fields, bound: Bound) -> str | None:
    return _named(fields, "handoff", [handoff.name for handoff in bound.project.handoffs])


def _named(fields: Fields, what: str, names: Sequence[str]) -> str | None:
    scalar = fields.scalar(what)
    if scalar is not None and scalar.text not in names:
        _unknown(fields, what, scalar, names)
    return scalar.text if scalar else None


def _template(fields: Fields, bound: Bound) -> Template | None:
    scalar = fields.scalar("template")
    if scalar is None:
        return None
    templates = bound.project.templates
    for template in templates:
        if scalar.text in (template.id, template.name):
            return template
    _unknown(fields, "template", scalar, [t.name for t in templates])
    return None


def _channel(fields: Fields, bound: Bound) -> ChannelSettings | None:
    scalar = fields.scalar("channel")
    if scalar is None:
        return None
    settings = bound.project.settings
    channel = settings.channel(scalar.text)
    if channel is None:
        _unknown(fields, "channel", scalar, [c.channel.name for c in settings.channels])
    return channel


def _unknown(fields: Fields, what: str, scalar: Scalar, names: Sequence[str]) -> None:
    help_ = did_you_mean(scalar.text, list(dict.fromkeys(names)))
    fields.found.append(
        Finding("TG605", f"there is no {what} {scalar.text!r}", scalar.place, help_)
    )
