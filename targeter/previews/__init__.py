"""Messages as their channels would show them, for people of one's choice or for telling ones."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from targeter.binding import Bound
from targeter.database import Engine
from targeter.decisions import Choice, Decisions
from targeter.errors import WrongUsage
from targeter.findings import did_you_mean
from targeter.previews.cards import Absent, Card, Changed, card_of
from targeter.previews.people import (
    Chosen,
    choice_for,
    choose,
    could_get,
    named,
    rules_of,
    variant_for,
)
from targeter.project import Project
from targeter.rendering import Writer
from targeter.templates import Template

__all__ = ["Absent", "Card", "Changed", "Preview", "Request", "preview"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be seen: a template (`NAME`, or `NAME.de` for one language), for whom, and by
    which rule its link is filled in; without `people` some are chosen."""

    template: str
    people: tuple[str, ...] = ()
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """The cards of a template. `notes` are sentences about what isn't shown, and who couldn't get
    what is."""

    template: str
    people: int
    cards: tuple[Card, ...]
    notes: tuple[str, ...]


def preview(
    engine: Engine, bound: Bound, decisions: Decisions, people: int, request: Request
) -> Preview:
    """The cards that were asked for, from the profiles of `people`.

    Raises `WrongUsage` for a template, rule or person that isn't there.
    """
    variants = _variants(bound.project, request.template)
    _check_rule(bound.project, variants[0].name, request.rule)
    notes: list[str] = []
    cards = _cards_of(engine, bound, decisions, variants, request, notes)
    return Preview(request.template, people, tuple(cards), tuple(dict.fromkeys(notes)))


def _cards_of(
    engine: Engine,
    bound: Bound,
    decisions: Decisions,
    variants: Sequence[Template],
    request: Request,
    notes: list[str],
) -> Iterator[Card]:
    asked = named(engine, bound, request.people)
    if request.people:
        yield from _for_the_named(engine, bound, decisions, variants, request, asked, notes)
        return
    for template in variants:
        choice = _choice(bound, decisions, template, request.rule)
        if not rules_of(bound.project, template.name):
            notes.append(f"no rule uses {template.name}")
        if not Writer(template, choice.channel, bound, None).columns:
            yield card_of(engine, bound, choice, None)
            continue
        for one in choose(engine, bound, decisions, choice, notes):
            yield card_of(engine, bound, choice, one)


def _for_the_named(
    engine: Engine,
    bound: Bound,
    decisions: Decisions,
    variants: Sequence[Template],
    request: Request,
    people: Sequence[Chosen],
    notes: list[str],
) -> Iterator[Card]:
    """A card for each person, in their language where a template has several."""
    for one in people:
        template = variant_for(engine, bound, variants, one.person) or variants[0]
        choice = _choice(bound, decisions, template, request.rule)
        if not could_get(engine, bound, decisions, choice, one.person):
            rule = choice.rule.name
            explain = shlex.join(["targeter", "explain", one.person, "--rule", rule])
            notes.append(f"{one.person} couldn't get it now by the rule {rule}: {explain} says why")
        yield card_of(engine, bound, choice, one)


def _choice(bound: Bound, decisions: Decisions, template: Template, rule: str | None) -> Choice:
    declared = bound.project.settings.channel(template.channel.text)
    assert declared is not None  # an unknown channel is an error of the files
    return choice_for(bound, decisions, template, declared.channel, rule)


def _variants(project: Project, name: str) -> tuple[Template, ...]:
    one = [template for template in project.templates if template.id == name]
    found = project.in_languages(name) or tuple(one)
    if not found:
        known = sorted({n for t in project.templates for n in (t.name, t.id)})
        help_ = did_you_mean(name, known) or "templates are the files templates/NAME.j2"
        raise WrongUsage(f"there is no template {name!r}", help=help_)
    return found


def _check_rule(project: Project, template: str, rule: str | None) -> None:
    using = [one.name for one in rules_of(project, template)]
    if rule is None or rule in using:
        return
    if project.rule(rule) is None:
        help_ = did_you_mean(rule, [one.name for one in project.rules])
        raise WrongUsage(f"there is no rule {rule!r}", help=help_)
    help_ = f"rules that do: {', '.join(using)}" if using else "no rule does"
    raise WrongUsage(f"rule {rule!r} doesn't use the template {template!r}", help=help_)
