"""What nothing asks for, and what nobody explained: TG406, TG407 and TG408."""

from __future__ import annotations

import re
from collections.abc import Iterator

from targeter.binding import Bound
from targeter.conditions import Condition, scalars
from targeter.expressions.scopes import SEGMENT
from targeter.findings import Finding
from targeter.traits import Trait
from targeter.yaml_source import Scalar


def without_reason(bound: Bound) -> Iterator[Finding]:
    """TG406: a rule that says nothing of why it is there."""
    for rule in bound.project.rules:
        if not rule.why.strip():
            message = f"rule {rule.name!r} doesn't say why"
            help_ = "why: one sentence for whoever reviews it and for whoever reads explain"
            yield Finding("TG406", message, rule.place, help_)


def unused(bound: Bound) -> Iterator[Finding]:
    """TG407 and TG408. A name in an expression that couldn't be compiled counts as used."""
    unread = _unread_words(bound)
    asked = {
        name.casefold() for e in bound.expressions.values() for a, name in e.uses if a == SEGMENT
    }
    for segment in bound.project.segments:
        if segment.name.casefold() not in asked | unread:
            message = f"nothing uses segment {segment.name!r}"
            yield Finding("TG407", message, segment.place, "use it or take it out")
    for trait in bound.project.settings.traits:
        names = {name.casefold() for name in trait.columns}
        if names.isdisjoint(_asked(bound, trait) | unread):
            message = f"nothing uses trait {trait.name!r}"
            yield Finding("TG408", message, trait.place, "use it or take it out")


def _asked(bound: Bound, trait: Trait) -> set[str]:
    """Every column that something other than this trait asks for."""
    project, settings = bound.project, bound.project.settings
    own = {scalar.key for scalar in _written(trait)}
    names = {n for key, e in bound.expressions.items() if key not in own for _, n in e.uses}
    names |= {variable.name for template in project.templates for variable in template.variables}
    names |= {c.channel.address for c in settings.channels if c.channel.address}
    names |= {scalar.text for c in settings.channels for scalar in c.outgoing.of_profile}
    if settings.language:
        names.add(settings.language.column.text)
    if settings.followers:
        names.add(settings.followers.text)
    return {name.casefold() for name in names}


def _written(trait: Trait) -> Iterator[Scalar]:
    picks = [pick.value for pick in trait.picks]
    yield from (scalar for scalar in (trait.value, trait.where, *picks) if scalar)


def _unread_words(bound: Bound) -> set[str]:
    """The words of expressions that aren't compiled."""
    project = bound.project
    written: list[Scalar] = []
    for trait in project.settings.traits:
        written += _written(trait)
    conditions: list[Condition] = [one.when for one in project.segments]
    conditions += (one.when for one in project.handoffs)
    conditions += (one.when for one in project.requirements)
    conditions += (one.when for one in project.suppressions)
    for rule in project.rules:
        conditions += (rule.when, *rule.unless)
    written += (scalar for condition in conditions for scalar in scalars(condition))
    unread = (s.text for s in written if s.key not in bound.expressions)
    return {word.casefold() for text in unread for word in re.findall(r"\w+", text)}
