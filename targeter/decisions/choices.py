"""Which messages each person could get: the templates of each rule, best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from targeter.binding import Bound
from targeter.channels import Channel
from targeter.computing import purpose_column
from targeter.database import identifier
from targeter.decisions.experiments import variant_sql
from targeter.decisions.languages import language_of
from targeter.policies import Suppression
from targeter.rules import Rule
from targeter.signature import Both, Builder, Formula, Without
from targeter.templates import Template, filled


@dataclass(frozen=True, slots=True)
class Choice:
    """One rule with one template, for whom the rule holds.

    Who meets `writable` but not `reachable` could read it and has no way to get it; who doesn't
    meet `permitted` must not get its topic or campaign. `variant` is its arm of an experiment.
    """

    number: int
    rule: Rule
    rule_number: int
    template: Template
    channel: Channel
    writable: Formula
    reachable: Formula
    permitted: Formula
    variant: str | None = None

    @property
    def link(self) -> str | None:
        """The link that goes with its message, with the placeholders filled in."""
        if self.template.link is None:
            return None
        values = {
            "campaign": self.rule.campaign or "",
            "rule": self.rule.name,
            "template": self.template.id,
        }
        return filled(self.template.link.text, values)

    @property
    def says(self) -> tuple[str, str, str | None]:
        """Equal for choices that say the same to the same person: one template on one channel."""
        link = self.link if self.channel.link_place == "text" else None
        return self.template.id, self.channel.name, link


class Codes:
    """Other numbers of choices, in which those that say the same are neighbours.

    So one comparison finds all people who get one text. A code is the number of what is said and
    behind it, in `bits` bits, the number of the choice.
    """

    def __init__(self, choices: Sequence[Choice]) -> None:
        said: dict[tuple[str, str, str | None], int] = {}
        self._said = [said.setdefault(choice.says, len(said)) for choice in choices]
        self._bits = len(choices).bit_length()

    def of(self, choice: int) -> int:
        """The code of a choice's number."""
        return (self._said[choice] << self._bits) + choice

    def number(self, code: str) -> str:
        """SQL: the number of the choice that has a code (SQL)."""
        return f"({code} & {(1 << self._bits) - 1})::INTEGER"

    def says(self, code: str, choice: int) -> str:
        """SQL: whether a code (SQL) is of a choice that says what this one says."""
        first = self._said[choice] << self._bits
        return f"{code} BETWEEN {first} AND {first + (1 << self._bits) - 1}"


def choices_of(bound: Bound, builder: Builder, rules: Sequence[Rule]) -> tuple[Choice, ...]:
    """Every choice of the running rules, the best first."""
    return tuple(_Choices(bound, builder).all(rules))


@dataclass(frozen=True, slots=True)
class _Choices:
    bound: Bound
    builder: Builder

    def all(self, rules: Sequence[Rule]) -> Iterator[Choice]:
        number = 0
        for rule_number, rule in enumerate(rules):
            for position, scalar in enumerate(rule.templates):
                for template in self.bound.project.in_languages(scalar.text):
                    settings = self.bound.project.settings.channel(template.channel.text)
                    if settings is None:
                        continue
                    channel = settings.channel
                    permitted = Both(tuple(self._permitted(rule, template)))
                    yield Choice(
                        number,
                        rule,
                        rule_number,
                        template,
                        channel,
                        Both((*self._writable(rule, position, template), permitted)),
                        Both(tuple(self._reachable(rule, template, channel))),
                        permitted,
                        scalar.text if rule.variants else None,
                    )
                    number += 1

    def _writable(self, rule: Rule, position: int, template: Template) -> Iterator[Formula]:
        """In this person's variant and language, with every value it needs."""
        if rule.variants:
            key = f"p.{identifier(self.bound.key)}"
            yield self.builder.leaf(variant_sql(rule.variants, position, rule.salt, key))
        yield language_of(self.bound, self.builder, template)
        for name in sorted(template.required):
            column = self.bound.profile.get(name)
            if column is not None and column.nullable:
                yield self.builder.leaf(f"p.{identifier(column.name)} IS NOT NULL")

    def _permitted(self, rule: Rule, template: Template) -> Iterator[Formula]:
        """Not refused by topic or campaign."""
        for suppression in self._scoped(rule, template):
            if suppression.channel is None:
                yield Without(self.builder.holds(suppression.when))

    def _scoped(self, rule: Rule, template: Template) -> Iterator[Suppression]:
        """The suppressions that are for such messages only."""
        topic = template.topic.text if template.topic else None
        for suppression in self.bound.project.suppressions:
            if not suppression.is_for_everything and suppression.concerns(
                topic, template.channel.text, rule.campaign
            ):
                yield suppression

    def _reachable(self, rule: Rule, template: Template, channel: Channel) -> Iterator[Formula]:
        """The channel's purpose is given, there is an address, and no suppression for it."""
        declared = {purpose.name for purpose in self.bound.project.settings.purposes}
        if channel.purpose in declared:
            yield self.builder.leaf(f"p.{identifier(purpose_column(channel.purpose))}")
        if channel.address is not None:
            column = self.bound.profile.get(channel.address)
            if column is not None:
                yield self.builder.leaf(f"p.{identifier(column.name)} IS NOT NULL")
        for suppression in self._scoped(rule, template):
            if suppression.channel is not None:
                yield Without(self.builder.holds(suppression.when))
