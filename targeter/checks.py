"""What can be said of a whole project without its data: names that meet, and copy that may go."""

from __future__ import annotations

from collections.abc import Iterator

from targeter.binding import Bound
from targeter.channels import fits, objections
from targeter.findings import Finding, Place, did_you_mean
from targeter.policies import Suppression
from targeter.project import Project
from targeter.rules import Rule
from targeter.schema import InCopy, type_class
from targeter.settings import ChannelSettings
from targeter.templates import Template, placeholders
from targeter.wording import check_fixed_words, check_wording
from targeter.yaml_source import Scalar

# The purpose of a channel that names none.
_UNSAID = "marketing"
_DECLARE_PURPOSE = """\
in rules/targeter.yaml, with the column or condition that says who agreed:
purposes:
  marketing:
    basis: consent
    when: marketing_consent"""

LINK_PLACEHOLDERS = ("campaign", "rule", "template")


def check(bound: Bound) -> Iterator[Finding]:
    """Findings about rules, suppressions and templates of a bound project."""
    project = bound.project
    for rule in project.rules:
        yield from _check_rule(rule, project)
    for suppression in project.suppressions:
        yield from _check_scope(suppression, project)
    for template in project.templates:
        yield from _check_template(template, bound)
    yield from _check_language(bound)
    yield from _check_reach(bound)
    yield from _check_facts(bound)
    yield from check_fixed_words(bound)
    yield from _check_channels(bound)
    yield from _check_consent(bound)
    yield from _check_keeping(project)
    if not project.rules and project.settings.sources:
        yield Finding("TG401", "the project has no rules, so nobody gets anything")


def _check_keeping(project: Project) -> Iterator[Finding]:
    """The history is kept for as long as the limit that looks back furthest."""
    history = project.settings.history
    if history.keep is None or history.keep_place is None:
        return
    longest, name = max(_windows(project), default=(0, ""))
    if history.keep.longest < longest:
        message = f"the history is kept for {history.keep}, and {name} looks back further"
        help_ = "keep it for longer: what is dropped no longer counts"
        yield Finding("TG117", message, history.keep_place, help_)


def _windows(project: Project) -> Iterator[tuple[int, str]]:
    """How many days each limit looks back, and what it is called."""
    owners = [("the project", project.settings.rest)]
    owners += [(f"rule {rule.name!r}", rule.rest) for rule in project.rules]
    for owner, rest in owners:
        if rest.cooldown:
            yield rest.cooldown.longest, f"the cooldown of {owner} ({rest.cooldown})"
        if rest.cap:
            yield rest.cap.span.longest, f"the frequency cap of {owner} ({rest.cap})"
    for handoff in project.handoffs:
        if handoff.again_after:
            name = f"again_after of handoff {handoff.name!r} ({handoff.again_after})"
            yield handoff.again_after.longest, name
    for channel in project.settings.channels:
        if channel.stay:
            name = f"stay of channel {channel.channel.name!r} ({channel.stay})"
            yield channel.stay.longest, name


def _check_rule(rule: Rule, project: Project) -> Iterator[Finding]:
    names = sorted({template.name for template in project.templates})
    for scalar in rule.templates:
        if scalar.text not in names:
            message = f"rule {rule.name!r}: there is no template {scalar.text!r}"
            help_ = did_you_mean(scalar.text, names) or f"write templates/{scalar.text}.j2"
            yield Finding("TG501", message, scalar.place, help_)
    if rule.campaign and not project.settings.campaign(rule.campaign):
        place = rule.campaign_place or rule.place
        yield _unknown_campaign(rule.campaign, place, project)


def _unknown_campaign(name: str, place: Place, project: Project) -> Finding:
    known = [campaign.name for campaign in project.settings.campaigns]
    help_ = did_you_mean(name, known) or "declare it under campaigns: in the settings"
    return Finding("TG115", f"unknown campaign {name!r}", place, help_)


def _check_scope(suppression: Suppression, project: Project) -> Iterator[Finding]:
    campaign, channel, topic = suppression.campaign, suppression.channel, suppression.topic
    if campaign and not project.settings.campaign(campaign.text):
        yield _unknown_campaign(campaign.text, campaign.place, project)
    if channel and not project.settings.channel(channel.text):
        yield _unknown_channel(channel, project)
    topics = sorted({t.topic.text for t in project.templates if t.topic})
    if topic and topic.text not in topics:
        message = f"no template has the topic {topic.text!r}, so this suppresses nothing"
        yield Finding("TG208", message, topic.place, did_you_mean(topic.text, topics))


def _unknown_channel(channel: Scalar, project: Project) -> Finding:
    known = [c.channel.name for c in project.settings.channels]
    help_ = did_you_mean(channel.text, known)
    return Finding("TG507", f"unknown channel {channel.text!r}", channel.place, help_)


def _check_template(template: Template, bound: Bound) -> Iterator[Finding]:
    project = bound.project
    settings = project.settings.channel(template.channel.text)
    if settings is None:
        yield _unknown_channel(template.channel, project)
        return
    yield from _check_variables(template, bound, settings.channel.delivery == "promoted")
    yield from _check_link(template)
    yield from _check_fixed_text(template, settings)
    yield from check_wording(template, settings.channel, bound)
    if all(template.name != scalar.text for rule in project.rules for scalar in rule.templates):
        message = f"no rule uses template {template.name!r}"
        yield Finding("TG504", message, template.place)


def _check_fixed_text(template: Template, settings: ChannelSettings) -> Iterator[Finding]:
    """What no value can mend: words too long for the channel, and what it takes none of."""
    text, channel = template.fixed_text, settings.channel
    place = template.file.place(template.body_start)
    place = template.file.place(template.body_start, len(place.excerpt))
    whole = "\n".join(filter(None, (text, settings.footer)))
    fit = fits(whole, channel)
    if not fit.ok:
        yield Finding("TG509", f"the fixed words alone are {fit}", place, "make it shorter")
    for objection in objections(text, channel) if text else ():
        yield Finding("TG510", objection, place, "take it out of the template")


def _check_variables(template: Template, bound: Bound, promoted: bool) -> Iterator[Finding]:
    facts = [name for name, _ in bound.project.settings.facts]
    needed = InCopy.PROMOTED if promoted else InCopy.DIRECT
    for variable in template.variables:
        if variable.name in facts:
            continue
        column = bound.profile.get(variable.name)
        if column is None or column.name != variable.name:
            known = [n for n in (*bound.profile.names, *facts) if "(" not in n]
            message = f"{variable.name!r} is neither a column of the profile nor a fact"
            help_ = did_you_mean(variable.name, known)
            yield Finding("TG503", message, variable.place, help_)
        elif column.in_copy.rank < needed.rank:
            message = f"{variable.name!r} may not stand in copy for {template.channel.text}"
            help_ = f"it is in_copy: {column.in_copy}; "
            help_ += "promoted copy is the same for an audience" if promoted else "leave it out"
            yield Finding("TG506", message, variable.place, help_)
        elif column.sensitive:
            message = f"{variable.name!r} is sensitive and may not stand in copy"
            yield Finding("TG506", message, variable.place)


def _check_link(template: Template) -> Iterator[Finding]:
    if template.link is None:
        return
    unknown = sorted(placeholders(template.link.text) - set(LINK_PLACEHOLDERS))
    if unknown:
        message = f"unknown placeholder {{{unknown[0]}}} in the link"
        help_ = "known: " + ", ".join(f"{{{name}}}" for name in LINK_PLACEHOLDERS)
        yield Finding("TG508", message, template.link.place, help_)
    if not template.link.text.startswith("https://"):
        yield Finding("TG508", "a link begins with https://", template.link.place)


def _check_reach(bound: Bound) -> Iterator[Finding]:
    followers = bound.project.settings.followers
    if followers is None:
        return
    column = bound.profile.get(followers.text)
    if column is None:
        help_ = did_you_mean(followers.text, bound.profile.names)
        message = f"unknown column {followers.text!r} in 'reach'"
        yield Finding("TG202", message, followers.place, help_)
    elif type_class(column.type) != "number":
        message = f"reach: 'followers' is a column of numbers, and {column.name!r} is none"
        yield Finding("TG105", message, followers.place)


def _check_language(bound: Bound) -> Iterator[Finding]:
    language = bound.project.settings.language
    if language and language.column.text not in bound.profile:
        help_ = did_you_mean(language.column.text, bound.profile.names)
        message = f"unknown column {language.column.text!r} in 'language'"
        yield Finding("TG202", message, language.column.place, help_)


def _check_channels(bound: Bound) -> Iterator[Finding]:
    """A purpose or address that doesn't exist would let everybody be written to."""
    settings = bound.project.settings
    purposes = [purpose.name for purpose in settings.purposes]
    for declared in settings.channels:
        channel = declared.channel
        # «marketing» is what a channel serves that says nothing: TG116, once something is sent
        if channel.purpose not in (*purposes, _UNSAID):
            message = f"channel {channel.name!r}: unknown purpose {channel.purpose!r}"
            help_ = did_you_mean(channel.purpose, purposes) or "declare it under purposes:"
            yield Finding("TG114", message, declared.place, help_)
        if channel.address is not None and channel.address not in bound.profile:
            message = f"channel {channel.name!r}: unknown column {channel.address!r} in 'address'"
            help_ = did_you_mean(channel.address, bound.profile.names)
            written = declared.outgoing.address
            yield Finding("TG202", message, written.place if written else declared.place, help_)


def _check_consent(bound: Bound) -> Iterator[Finding]:
    """Unknown is not yes: who never said what marketing needs can't write to anybody."""
    settings = bound.project.settings
    if any(purpose.name == _UNSAID for purpose in settings.purposes):
        return
    asked = [
        template
        for template in _used_templates(bound.project)
        if (declared := settings.channel(template.channel.text)) is not None
        and declared.channel.purpose == _UNSAID
    ]
    if asked:
        channels = sorted({template.channel.text for template in asked})
        listed = ", ".join(channels)
        who = f"channels {listed} ask" if len(channels) > 1 else f"channel {listed} asks"
        message = f"{who} nobody for consent: the purpose {_UNSAID!r} isn't declared"
        yield Finding("TG116", message, asked[0].channel.place, _DECLARE_PURPOSE)


def _used_templates(project: Project) -> list[Template]:
    used = {scalar.text for rule in project.rules for scalar in rule.templates}
    return [template for template in project.templates if template.name in used]


def _check_facts(bound: Bound) -> Iterator[Finding]:
    settings = bound.project.settings
    for (name, _), place in zip(settings.facts, settings.fact_places, strict=True):
        if name in bound.profile:
            message = f"fact {name!r} is also a column of the profile"
            yield Finding("TG106", message, place, "rename the fact")
