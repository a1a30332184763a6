"""Limits bound to columns: what ranks people, and which sources are contacts made elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from targeter.binding.steps import Step
from targeter.expressions.compiler import Compiled, Request
from targeter.findings import Finding, did_you_mean
from targeter.rules import Rule
from targeter.schema import type_class
from targeter.settings import Imported
from targeter.yaml_source import Scalar

_RANKED = ("number", "boolean", "date", "time")


class BindLimits(Step):
    """After the conditions: an order of people may ask for anything a condition may."""

    def run(self) -> None:
        self._ranks()
        for one in self.bound.project.settings.history.imported:
            self.found.extend(self._imported(one))

    # -- who comes first ---------------------------------------------------------------------

    def _ranks(self) -> None:
        scope = self.profile_scope("the profile")
        ranked = [rule for rule in self.bound.project.rules if rule.rank_by is not None]
        requests = [Request(rule.rank_by, scope) for rule in ranked if rule.rank_by]
        for rule, one in zip(ranked, self.compiler.compile(requests, self.found), strict=True):
            if one is not None:
                self._keep_rank(rule, one)

    def _keep_rank(self, rule: Rule, rank: Compiled) -> None:
        if not self._is_capped(rule):
            message = f"rule {rule.name!r}: 'rank_by' orders people, and nobody is left out"
            help_ = "add max_people to the rule, its campaign or the settings, or take it out"
            self.found.append(Finding("TG105", message, rank.scalar.place, help_))
        elif not rank.uses:
            message = f"rule {rule.name!r}: 'rank_by' is the same for everybody"
            help_ = "name a column, or take it out: without it an md5 of the person decides"
            self.found.append(Finding("TG105", message, rank.scalar.place, help_))
        elif type_class(rank.type) not in _RANKED:
            message = f"'rank_by' must be a number or a date, and this is {rank.type.lower()}"
            help_ = "the highest come first, for example 0 - contract_months_left"
            self.found.append(Finding("TG203", message, rank.scalar.place, help_))
        else:
            self._keep(rank)

    def _is_capped(self, rule: Rule) -> bool:
        settings = self.bound.project.settings
        campaign = settings.campaign(rule.campaign or "")
        counts = (rule.max_people, campaign and campaign.max_people, settings.max_people)
        return any(counts)

    # -- contacts made elsewhere -------------------------------------------------------------

    def _imported(self, imported: Imported) -> Iterator[Finding]:
        """A history is rows of people with a time; a purpose would hide contacts that were."""
        settings, scalar = self.bound.project.settings, imported.source
        source = settings.source(scalar.text)
        if source is None:
            help_ = did_you_mean(scalar.text, [one.name for one in settings.sources])
            yield Finding("TG113", f"unknown source {scalar.text!r}", scalar.place, help_)
            return
        if source.person is None or source.time is None:
            message = f"history: source {source.name!r} needs 'person' and 'time'"
            yield Finding("TG105", message, scalar.place, "who was contacted, and when")
        elif source.purpose is not None:
            message = f"history: source {source.name!r} has a purpose, which would hide contacts"
            help_ = "a contact counts whatever was agreed to: take the purpose out"
            yield Finding("TG105", message, scalar.place, help_)
        if imported.rule is not None:
            yield from self._rule_column(imported.rule, source.name)

    def _rule_column(self, scalar: Scalar, source: str) -> Iterator[Finding]:
        schema = self.bound.sources.get(source)
        if schema is not None and schema.get(scalar.text) is None:
            message = f"source {source!r} has no column {scalar.text!r}"
            help_ = did_you_mean(scalar.text, schema.names)
            yield Finding("TG202", message, scalar.place, help_)
