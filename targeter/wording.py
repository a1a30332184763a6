"""What can be said of words without data: what may act, what nobody sees, what is blocked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from targeter import blocking
from targeter.binding import Bound
from targeter.channels import Channel
from targeter.filters import can_format, knows_language
from targeter.findings import Finding, Place, did_you_mean
from targeter.inert import Role
from targeter.schema import type_class
from targeter.templates import DeclaredRole, Hole, Template, objection_to

# What the types of columns can be besides text: a moment can be no day.
_ROLE_OF_TYPE: Final[Mapping[str, Role]] = {"number": "number", "date": "date"}
# A filter writes words where a number or a day was.
_WRITES_TEXT: Final = frozenset({"date", "listing"})
# Joins emoji and letters; says in which direction the next word reads, and turns none around.
_MAY_BE_UNSEEN: Final = frozenset("\u200c\u200d\u200e\u200f\u061c")
# The flag of a region is spelled with letters that nobody sees.
_FLAG: Final = re.compile("\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
_KEEPS_ADDRESS: Final = frozenset({"default", "trim"})


@dataclass(frozen=True, slots=True)
class _Copy:
    """A template on its channel, with what is known of its values."""

    template: Template
    channel: Channel
    bound: Bound
    facts: Mapping[str, str]
    language: str


def check_wording(template: Template, channel: Channel, bound: Bound) -> Iterator[Finding]:
    """Findings about roles, formats, what stands beside values, and words of the block list."""
    settings = bound.project.settings
    language = settings.language_of(template.language)
    copy = _Copy(template, channel, bound, dict(settings.facts), language)
    for declared in template.declared_roles:
        yield from _check_role(declared, copy)
    yield from _check_formats(copy)
    yield from _check_holes(copy)
    yield from _check_words(copy)


def check_fixed_words(bound: Bound) -> Iterator[Finding]:
    """Facts and footers that hold a blocked word, or a character that nobody sees."""
    settings = bound.project.settings
    said = [
        (f"fact {name!r}", text, place)
        for (name, text), place in zip(settings.facts, settings.fact_places, strict=True)
    ]
    said += [
        (f"the footer of {one.channel.name}", one.footer, one.place)
        for one in settings.channels
        if one.footer and one.place
    ]
    for what, text, place in said:
        yield from _unseen(what, text, place)
        word = blocking.blocked_word(bound.parser, settings.blocked_words, text)
        if word is not None:
            message = f"{what} holds {word!r}, which is on the block list"
            yield Finding("TG516", message, place, "say it in other words")


# -- roles -----------------------------------------------------------------------------------


def _check_role(declared: DeclaredRole, copy: _Copy) -> Iterator[Finding]:
    objection = _objection_to_role(declared, copy)
    if objection:
        message, help_ = objection
        yield Finding("TG514", message, declared.place, help_)


def _objection_to_role(declared: DeclaredRole, copy: _Copy) -> tuple[str, str] | None:
    """Why a value can't have its role here, and what to do about it."""
    name, role, channel = declared.name, declared.role, copy.channel
    if name not in copy.template.names:
        help_ = did_you_mean(name, copy.template.names)
        return f"{name!r} has a role and is no variable of this template", help_
    if name in copy.facts:
        return f"{name!r} is a fact and acts as it is written", "take the role out"
    if role == "url" and channel.max_links == 0:
        return f"{channel.name} takes no link in its text", "write it in link:"
    if role == "url" and not copy.bound.project.settings.link_hosts:
        help_ = "in rules/targeter.yaml: link_hosts: [example.com]"
        return f"{name!r} is an address, and no link_hosts say on which hosts", help_
    if role == "handle" and (channel.handle is None or channel.max_mentions == 0):
        return f"{channel.name} has no mentions", "take the role out: the name is written as text"
    column = copy.bound.profile.get(name)
    own = type_class(column.type) if column else "text"
    if own != "text" and role not in ("text", _ROLE_OF_TYPE.get(own)):
        return f"{name!r} is a column of type {own} and can't be a {role}", "take the role out"
    return None


# -- formats ---------------------------------------------------------------------------------


def _check_formats(copy: _Copy) -> Iterator[Finding]:
    for name, place in copy.template.formats():
        if not can_format():
            message = f"the filter {name!r} needs the formats of a language"
            yield Finding("TG515", message, place, "pip install 'targeter[locale]'")
        elif not knows_language(copy.language):
            message = f"no formats are known for the language {copy.language!r}"
            help_ = "name the file by a language of the CLDR: NAME.de.j2, NAME.pt-BR.j2"
            yield Finding("TG515", message, place, help_)


# -- what stands beside a value --------------------------------------------------------------


def _check_holes(copy: _Copy) -> Iterator[Finding]:
    for hole in copy.template.holes(copy.facts, copy.language):
        kind = _kind(hole, copy)
        changed = [name for name in hole.filters if name not in _KEEPS_ADDRESS]
        if kind == "url" and changed:
            message = f"{changed[0]} would make another address of {hole.name!r}"
            yield Finding("TG514", message, hole.place, "write the address as it is")
            continue
        objection = objection_to(hole, kind)
        if objection:
            yield Finding("TG511", objection, hole.place)


def _kind(hole: Hole, copy: _Copy) -> Role:
    """What a hole is filled with, as far as is known: digits can do less than text."""
    if _WRITES_TEXT & set(hole.filters):
        return "text"
    declared = copy.template.roles.get(hole.name, "text")
    if declared != "text":
        return declared
    column = copy.bound.profile.get(hole.name)
    return _ROLE_OF_TYPE.get(type_class(column.type), "text") if column else "text"


# -- what nobody sees, and the block list ----------------------------------------------------


def _check_words(copy: _Copy) -> Iterator[Finding]:
    words = copy.bound.project.settings.blocked_words
    template = copy.template
    for literal in template.literals(copy.language):
        yield from _unseen("the words", literal, template.place_of(literal))
        word = blocking.blocked_word(copy.bound.parser, words, literal)
        if word is not None:
            message = f"the words hold {word!r}, which is on the block list"
            yield Finding("TG516", message, template.place_of(literal), "say it in other words")
    if template.link:
        word = blocking.blocked_word(copy.bound.parser, words, template.link.text)
        if word is not None:
            message = f"the link holds {word!r}, which is on the block list"
            yield Finding("TG516", message, template.link.place, "link to another page")


def _unseen(what: str, text: str, place: Place) -> Iterator[Finding]:
    seen = _FLAG.sub("", text)
    found = {c for c in seen if unicodedata.category(c) == "Cf"} - _MAY_BE_UNSEEN
    if found:
        named = ", ".join(f"U+{ord(c):04X} {unicodedata.name(c, 'unnamed')}" for c in sorted(found))
        hold = "hold" if what == "the words" else "holds"
        message = f"{what} {hold} what nobody sees: {named}"
        yield Finding("TG517", message, place, "take it out, or write words that need none")
