"""Who may be written to, and which messages each person could get, best first."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from targeter.binding import Bound
from targeter.channels import Channel
from targeter.conditions import Condition
from targeter.database import Engine, identifier, literal
from targeter.expressions.own import bucket_sql
from targeter.policies import Suppression
from targeter.profiles import PROFILES, purpose_column
from targeter.project import Project
from targeter.rules import Rule
from targeter.signature import (
    ALWAYS,
    NEVER,
    Both,
    Builder,
    Either,
    Formula,
    Signature,
    Without,
    question,
)
from targeter.templates import Template

DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Gate:
    """Something that ends a person's way before any rule: `detail` tells unknown from no."""

    outcome: str
    name: str
    detail: str
    formula: Formula


@dataclass(frozen=True, slots=True)
class Choice:
    """One rule with one template, for whom the rule holds.

    Who meets `writable` but not `reachable` could read it and has no way to get it.
    """

    number: int
    rule: Rule
    rule_number: int
    template: Template
    channel: Channel
    writable: Formula
    reachable: Formula


@dataclass(frozen=True, slots=True)
class Decisions:
    """Everything that is asked about the signature, and the signature itself."""

    signature: Signature
    gates: tuple[Gate, ...]
    rules: tuple[Rule, ...]
    rule_formulas: tuple[Formula, ...]
    choices: tuple[Choice, ...]
    builder: Builder

    def by_rule(self) -> Iterator[tuple[int, list[Choice]]]:
        """The choices of each rule that has any, best rule first."""
        for number, choices in itertools.groupby(self.choices, key=lambda c: c.rule_number):
            yield number, list(choices)

    def first_choice(self, after: str | None = None) -> str:
        """SQL for the number of the first possible choice (after another), or NULL.

        A rule is asked about once for all its templates: this text grows with every rule.
        """

        def later(number: int) -> str:
            return f"{after} < {number} AND " if after else ""

        found = []
        for number, choices in self.by_rule():
            cases = " ".join(
                f"WHEN {later(c.number)}{question(Both((c.writable, c.reachable)))} THEN {c.number}"
                for c in choices
            )
            holds = later(choices[-1].number) + question(self.rule_formulas[number])
            found.append(f"CASE WHEN {holds} THEN CASE {cases} END END")
        return f"coalesce({', '.join(found)})" if found else "NULL::INTEGER"

    def first_rule(self) -> str:
        """SQL for the number of the best rule that holds, or NULL."""
        return _first([question(formula) for formula in self.rule_formulas])

    def first_gate(self) -> str:
        return _first([question(gate.formula) for gate in self.gates])


def _first(tests: Sequence[str]) -> str:
    cases = " ".join(f"WHEN {test} THEN {number}" for number, test in enumerate(tests))
    return f"CASE {cases} END" if cases else "NULL::INTEGER"


def running(rule: Rule, project: Project, day: dt.date) -> bool:
    """Whether a rule takes part: enabled, and its campaign runs on that day."""
    if not rule.enabled:
        return False
    campaign = project.settings.campaign(rule.campaign) if rule.campaign else None
    return campaign is None or campaign.runs_on(day)


def plan_decisions(bound: Bound) -> Decisions:
    """Turn the project's conditions into one signature and the questions about it."""
    project = bound.project
    segments = {segment.name.casefold(): segment.when for segment in project.segments}
    builder = Builder(bound.parser, bound.expressions, segments)
    rules = tuple(r for r in project.rules if running(r, project, bound.today))
    builder.foresee(_conditions(project, rules))
    builder.foresee([one.when for one in project.requirements], negated=True)
    formulas = tuple(_rule_formula(rule, builder) for rule in rules)
    maker = _Choices(bound, builder)
    choices = tuple(maker.all(rules))
    gates = tuple(_gates(bound, builder, choices))
    return Decisions(builder.signature(), gates, rules, formulas, choices, builder)


def _conditions(project: Project, rules: Sequence[Rule]) -> Iterator[Condition]:
    """Every condition that may be asked about, segments included."""
    for rule in rules:
        yield rule.when
        yield from rule.unless
    yield from (segment.when for segment in project.segments)
    yield from (handoff.when for handoff in project.handoffs)
    yield from (requirement.when for requirement in project.requirements)
    yield from (suppression.when for suppression in project.suppressions)


def _rule_formula(rule: Rule, builder: Builder) -> Formula:
    """`when` is TRUE, and nothing under `unless` is TRUE."""
    holds = builder.holds(rule.when)
    if not rule.unless:
        return holds
    return Both((holds, Without(Either(tuple(builder.holds(part) for part in rule.unless)))))


# -- who may be written to at all ------------------------------------------------------------


def _gates(bound: Bound, builder: Builder, choices: Sequence[Choice]) -> Iterator[Gate]:
    """In the order in which people are stopped: service first, then no for everything."""
    project = bound.project
    for handoff in project.handoffs:
        yield Gate("handed_over", handoff.name, handoff.to, builder.holds(handoff.when))
    yield from _purpose_gates(builder, choices, bound)
    for requirement in project.requirements:
        holds = builder.holds(requirement.when)
        yield Gate("suppressed", requirement.name, "no", builder.refuted(requirement.when))
        yield Gate("suppressed", requirement.name, "unknown", Without(holds))
    for suppression in project.suppressions:
        if suppression.is_for_everything:
            yield Gate("suppressed", suppression.name, "yes", builder.holds(suppression.when))


def _purpose_gates(builder: Builder, choices: Sequence[Choice], bound: Bound) -> Iterator[Gate]:
    """Who gave the purpose of no channel in use is not written to; unknown is not yes."""
    declared = {purpose.name for purpose in bound.project.settings.purposes}
    names = sorted({c.channel.purpose for c in choices} & declared)
    if not names or any(c.channel.purpose not in declared for c in choices):
        return
    columns = [f"p.{identifier(purpose_column(name))}" for name in names]
    given = [builder.leaf(column) for column in columns]
    refused = [builder.leaf(f"NOT {column}") for column in columns]
    title = " or ".join(names)
    yield Gate("suppressed", f"purpose {title}", "no", Both(tuple(refused)))
    yield Gate("suppressed", f"purpose {title}", "unknown", Without(Either(tuple(given))))


# -- what each person could get --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Choices:
    bound: Bound
    builder: Builder

    def all(self, rules: Sequence[Rule]) -> Iterator[Choice]:
        number = 0
        for rule_number, rule in enumerate(rules):
            for scalar in rule.templates:
                for template in self.bound.project.variants(scalar.text):
                    settings = self.bound.project.settings.channel(template.channel.text)
                    if settings is None:
                        continue
                    channel = settings.channel
                    writable = Both(tuple(self._writable(rule, template)))
                    reachable = Both(tuple(self._reachable(rule, template, channel)))
                    yield Choice(number, rule, rule_number, template, channel, writable, reachable)
                    number += 1

    def _writable(self, rule: Rule, template: Template) -> Iterator[Formula]:
        """In this person's language, with every value it needs, and not refused by topic."""
        yield self._language(template)
        for name in sorted(template.required):
            column = self.bound.profile.get(name)
            if column is not None and column.nullable:
                yield self.builder.leaf(f"p.{identifier(column.name)} IS NOT NULL")
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

    def _language(self, template: Template) -> Formula:
        """Each person gets one language: the closest to their own there is, else the default."""
        language = self.bound.project.settings.language
        if language is None:
            return ALWAYS
        variants = self.bound.project.variants(template.name)
        names = [v.language.casefold() for v in variants if v.language]
        if template is not _fallback(variants, language.default):
            return self._closest((template.language or "").casefold(), names)
        others = [v.language.casefold() for v in variants if v is not template and v.language]
        return Without(Either(tuple(self._closest(other, names) for other in others)))

    def _closest(self, language: str, names: Sequence[str]) -> Formula:
        """Who speaks a language, and none of `names` that is closer: de-AT goes before de."""
        if not language:
            return NEVER
        closer = [name for name in names if name.startswith(f"{language}-")]
        speaks = self._speaks(language)
        if not closer:
            return speaks
        return Both((speaks, Without(Either(tuple(self._speaks(name) for name in closer)))))

    def _speaks(self, language: str) -> Formula:
        """Who speaks a language or a variety of it: somebody who speaks de-AT reads de."""
        settings = self.bound.project.settings.language
        assert settings is not None
        column = self.bound.profile.get(settings.column.text)
        assert column is not None
        text = f"replace(lower(trim(p.{identifier(column.name)}::VARCHAR)), '_', '-')"
        return self.builder.leaf(f"starts_with({text} || '-', {literal(f'{language}-')})")

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


def _fallback(variants: Sequence[Template], default: str) -> Template | None:
    """The variant for everybody else: the default language's, cut at its dashes, or the plain."""
    by_name = {v.language.casefold() if v.language else "": v for v in variants}
    while default and default not in by_name:
        default = default.rpartition("-")[0]
    return by_name.get(default)


# -- asked of everybody ----------------------------------------------------------------------


def decide(engine: Engine, bound: Bound, decisions: Decisions) -> None:
    """One row a person: signature, first gate, best rule, first choice, and held out or not."""
    signature = decisions.signature
    words = "".join(
        f", {word} AS {name}" for word, name in zip(signature.words, signature.columns, strict=True)
    )
    key = f"p.{identifier(bound.key)}"
    holdout = bound.project.settings.holdout
    held = f"{bucket_sql(holdout.salt, key)} < {holdout.buckets}" if holdout else "false"
    engine.run(
        f"CREATE OR REPLACE TABLE signatures AS SELECT {key} AS person, "
        f"{held} AS held_out{words} FROM {PROFILES} AS p"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE {DECIDED} AS SELECT *, "
        f"CASE WHEN gate IS NULL THEN rule END AS best_rule, "
        f"CASE WHEN gate IS NULL THEN choice END AS first_choice FROM ("
        f"SELECT *, {decisions.first_gate()} AS gate, {decisions.first_rule()} AS rule, "
        f"{decisions.first_choice()} AS choice FROM signatures)"
    )


def needed_columns(bound: Bound, decisions: Decisions | None = None) -> frozenset[str]:
    """Every profile column that a condition, a template, a channel or the language asks for."""
    project, settings = bound.project, bound.project.settings
    names = {name for one in bound.expressions.values() for alias, name in one.uses}
    names |= {v.name for template in project.templates for v in template.variables}
    asked = [c.channel.address for c in settings.channels if c.channel.address]
    if settings.language:
        asked.append(settings.language.column.text)
    # settings name columns as SQL does, in any case
    names |= {column.name for column in map(bound.profile.get, asked) if column}
    return frozenset(column.name for column in bound.profile if column.name in names)
