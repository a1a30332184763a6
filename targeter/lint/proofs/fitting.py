"""Texts that may be too long for their channel, where the rule has no shorter one: TG513."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from targeter.binding import Bound
from targeter.channels import Channel, fits, length
from targeter.findings import Finding
from targeter.inert import Role, admitted
from targeter.inert.neutral import LONGEST
from targeter.rules import Rule
from targeter.schema import type_class
from targeter.settings import ChannelSettings
from targeter.templates import Template, filled
from targeter.templates.longest import Piece, longest_body, written

# A Wednesday in September: both have the longest names in most languages.
_DAY = dt.date(2026, 9, 30)
# The longest value of each type; no number of a column has more digits. A list has no end: one
# entry is the least that a template which writes it must have room for.
_LONGEST_VALUES: Mapping[str, object] = {
    "boolean": False,
    "number": Decimal("-999999999999.999999"),
    "date": _DAY,
    "time": dt.datetime.combine(_DAY, dt.time(23, 59)),
    "list": ["n" * LONGEST],
}


def may_not_fit(bound: Bound) -> Iterator[Finding]:
    """Each template once, whichever of its rules has nothing shorter after it."""
    texts, seen = _Texts(bound), set[str]()
    for rule in bound.project.rules:
        for position, scalar in enumerate(rule.templates):
            # of the arms of an experiment each person gets one or none
            after = () if rule.variants else rule.templates[position + 1 :]
            if any(texts.always_fit(later.text, rule) for later in after):
                continue
            for template in bound.project.in_languages(scalar.text):
                message = texts.objection(template, rule)
                if message and template.id not in seen:
                    seen.add(template.id)
                    yield _finding(template, message)


def _finding(template: Template, message: str) -> Finding:
    place = template.file.place(template.body_start)
    place = template.file.place(template.body_start, len(place.excerpt))
    help_ = "make it shorter, or give its rule a shorter template after it"
    return Finding("TG513", message, place, help_)


@dataclass(frozen=True, slots=True)
class _Longest:
    """Whether a text fits at its longest, and what there is to say if it doesn't."""

    ok: bool
    message: str = ""


@dataclass(slots=True)
class _Texts:
    """The longest text of each template, made once."""

    bound: Bound
    _bodies: dict[str, tuple[Piece, ...]] = field(default_factory=dict)
    _known: dict[tuple[str, str], _Longest] = field(default_factory=dict)

    def always_fit(self, name: str, rule: Rule) -> bool:
        """Whether a template fits with all values, in every language it is written in.

        One that can't be read may.
        """
        templates = self.bound.project.in_languages(name)
        return all(self._longest(one, rule).ok for one in templates)

    def objection(self, template: Template, rule: Rule) -> str:
        """How long the template can be, if that is too long, else nothing."""
        longest = self._longest(template, rule)
        return "" if longest.ok else longest.message

    def _longest(self, template: Template, rule: Rule) -> _Longest:
        declared = self.bound.project.settings.channel(template.channel.text)
        if declared is None:
            return _Longest(ok=True)
        endings = _endings(template, rule, declared)
        key = template.id, endings
        if key not in self._known:
            self._known[key] = self._measured(template, declared, endings)
        return self._known[key]

    def _measured(self, template: Template, declared: ChannelSettings, endings: str) -> _Longest:
        channel, body = declared.channel, self._body(template, declared.channel)
        fit = fits(written(body).strip() + endings, channel)
        fixed = "\n".join(filter(None, (template.fixed_text, declared.footer)))
        if fit.ok or not fits(fixed, channel).ok:  # what no value can mend is TG509
            return _Longest(fit.ok)
        words = length(written(piece for piece in body if piece.name is None) + endings, channel)
        shares = ", ".join((f"{words:,} for its words", *_shares(body, channel)))
        return _Longest(ok=False, message=f"at its longest {fit}: {shares}")

    def _body(self, template: Template, channel: Channel) -> tuple[Piece, ...]:
        if template.id not in self._bodies:
            settings = self.bound.project.settings
            values = {name: self._stand_in(name, template, channel) for name in template.names}
            values |= dict(settings.facts)
            language = settings.language_of(template.language)
            pieces = longest_body(template, language, values, lambda text: length(text, channel))
            facts = {name for name, _ in settings.facts}
            self._bodies[template.id] = tuple(
                Piece(p.text, None if p.name in facts else p.name) for p in pieces
            )
        return self._bodies[template.id]

    def _stand_in(self, name: str, template: Template, channel: Channel) -> object:
        """What stands for a value: as long as its column or its role lets it be."""
        role = template.roles.get(name, "text")
        column = self.bound.profile.get(name)
        kind = type_class(column.type) if column else "text"
        if kind in _LONGEST_VALUES:
            return admitted(_LONGEST_VALUES[kind], channel)
        return _of_role(role, channel, self.bound.project.settings.link_hosts)


def _of_role(role: Role, channel: Channel, hosts: Sequence[str]) -> str:
    """A text in the form of its role. It is made of letters that count one wherever they go."""
    if role == "handle" and channel.handle:
        lengths = range(LONGEST, 0, -1)
        longest = (n for n in lengths if re.fullmatch(channel.handle, "n" * n))
        return "n" * next(longest, LONGEST)
    if role == "url" and hosts:
        return f"https://{hosts[0]}/".ljust(LONGEST, "n")
    if role in ("number", "date"):
        return str(admitted(_LONGEST_VALUES[role], channel))
    return "n" * LONGEST


def _endings(template: Template, rule: Rule, declared: ChannelSettings) -> str:
    """What follows the body: the link, where it stands in the text, and the footer."""
    link = ""
    if template.link and declared.channel.link_place == "text":
        values = {"campaign": rule.campaign or "", "rule": rule.name, "template": template.id}
        link = f" {filled(template.link.text, values)}"
    return link + (f"\n{declared.footer}" if declared.footer else "")


def _shares(body: Sequence[Piece], channel: Channel) -> Iterator[str]:
    """«up to 60 for 'name'», «2 × 60 for 'area'»."""
    counted = Counter((piece.name, length(piece.text, channel)) for piece in body if piece.name)
    for (name, size), count in counted.items():
        yield f"{count} × {size} for {name!r}" if count > 1 else f"up to {size} for {name!r}"
