"""Whether a rule that holds also takes its people, or may leave them to the next rule."""

from __future__ import annotations

from dataclasses import dataclass, field

from targeter.lint.proofs.cases import Case, Cases
from targeter.lint.proofs.solver import satisfiable
from targeter.policies import Campaign
from targeter.rules import Rule
from targeter.schema import type_class
from targeter.templates import Template


@dataclass(slots=True)
class Serving:
    """What stands between a rule that holds and its message, asked before anything is proved."""

    cases: Cases
    _purposes: dict[str, frozenset[str]] = field(default_factory=dict)
    _firm: dict[str, tuple[Template, ...]] = field(default_factory=dict)

    def takes(self, outer: Case, inner: Case) -> bool:
        """Whether the outer rule writes to everybody of the inner one whom it holds for too.

        A rule gives way where its text can't be written, the person can't be reached, its topic
        is refused or its campaign is over. That a promoted text finds too few people isn't
        known here and isn't asked.
        """
        assert outer.rule is not None and inner.rule is not None
        if not self._runs_whenever(outer.rule, inner.rule):
            return False
        wanted = self._purposes_of(inner.rule)
        return any(
            self._purpose(template) in wanted
            and len(wanted) == 1
            and self._reaches(template, inner)
            for template in self._templates(outer.rule)
        ) and not self._is_suppressed(outer.rule, inner)

    def may_meet(self, one: Case, other: Case) -> bool:
        """Whether both rules can be running on one day."""
        first, second = self._campaign(one.rule), self._campaign(other.rule)
        if first is None or second is None:
            return True
        return not (_ends_before(first, second) or _ends_before(second, first))

    def _campaign(self, rule: Rule | None) -> Campaign | None:
        name = rule.campaign if rule else None
        return self.cases.bound.project.settings.campaign(name) if name else None

    def _runs_whenever(self, outer: Rule, inner: Rule) -> bool:
        if outer.campaign is None or outer.campaign == inner.campaign:
            return True
        first, second = self._campaign(outer), self._campaign(inner)
        if first is None or second is None:
            return False
        starts = first.starts is None or (second.starts and first.starts <= second.starts)
        ends = first.ends is None or (second.ends and first.ends >= second.ends)
        return bool(starts and ends)

    def _purpose(self, template: Template) -> str:
        settings = self.cases.bound.project.settings.channel(template.channel.text)
        return settings.channel.purpose if settings else ""

    def _purposes_of(self, rule: Rule) -> frozenset[str]:
        if rule.name not in self._purposes:
            project = self.cases.bound.project
            self._purposes[rule.name] = frozenset(
                self._purpose(t) for s in rule.templates for t in project.in_languages(s.text)
            )
        return self._purposes[rule.name]

    def _templates(self, rule: Rule) -> tuple[Template, ...]:
        """The templates that are written in one language for everybody, as far as is seen here."""
        if rule.name not in self._firm:
            project = self.cases.bound.project
            variants = [project.in_languages(scalar.text) for scalar in rule.templates]
            self._firm[rule.name] = tuple(
                v[0] for v in variants if len(v) == 1 and self._serves(v[0])
            )
        return self._firm[rule.name]

    def _serves(self, template: Template) -> bool:
        """Whether the one variant there is goes to people of every language."""
        language = self.cases.bound.project.settings.language
        if language is None or template.language is None:
            return True
        return template.language.casefold() == language.default

    def _reaches(self, template: Template, inner: Case) -> bool:
        """Whether nothing that the text or the channel needs can be missing for these people."""
        settings = self.cases.bound.project.settings
        channel = settings.channel(template.channel.text)
        needed = {name for name in template.required if name not in dict(settings.facts)}
        if channel is None or channel.channel.address is not None:
            return False
        return all(self._is_there(name, inner) for name in needed)

    def _is_there(self, name: str, inner: Case) -> bool:
        """Whether a value is there for everybody in a rule; a text may be blank."""
        column = self.cases.bound.profile.get(name)
        if column is None or type_class(column.type) == "text":
            return False
        if not column.nullable:
            return True
        term = self.cases.terms.known.get(f"p.{column.name}")
        return term is not None and not inner.known.get(term.number, 1) & 1

    def _is_suppressed(self, outer: Rule, inner: Case) -> bool:
        """Whether a suppression for some messages could keep the outer rule's from these people."""
        return any(
            satisfiable(inner.formula, case.formula, budget=2_000)
            for case in self.cases.of("suppression")
            if case.suppression is not None
            and not case.suppression.is_for_everything
            and any(
                case.suppression.concerns(
                    template.topic.text if template.topic else None,
                    template.channel.text,
                    outer.campaign,
                )
                for template in self._templates(outer)
            )
        )


def _ends_before(first: Campaign, second: Campaign) -> bool:
    return bool(first.ends and second.starts and first.ends < second.starts)
