"""What people wouldn't want: refused topics, sensitive matters, names without consent, NaN."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from targeter.binding import Bound
from targeter.conditions import Condition, scalars
from targeter.expressions import trees
from targeter.expressions.checking import place_of
from targeter.expressions.compiler import Compiled
from targeter.findings import Finding, Place
from targeter.lint.proofs.cases import Case, Cases
from targeter.lint.proofs.formulas import Formula, literal
from targeter.lint.proofs.solver import satisfiable
from targeter.rules import Rule
from targeter.schema import InCopy, type_class
from targeter.sensitive import words_of
from targeter.sources.declared import Others
from targeter.templates import Template
from targeter.yaml_source import Scalar

_NAMING = re.compile(r"(?i)nam|mention|quot|tag|refer")
_NAMES = frozenset(
    {
        *("name", "forename", "firstname", "surname", "lastname", "nickname"),
        *("handle", "email", "phone"),
    }
)


def sensitive_targeting(bound: Bound) -> Iterator[Finding]:
    """TG409: conditions and traits by which people are chosen. Leaving people out is fine."""
    said_by = cache(bound.project.settings.lint.sensitive.category)
    for compiled in _choosing(bound):
        if not any(said_by(name) for _, name in compiled.uses):
            continue
        for node in trees.walk(compiled.tree):
            if node["class"] != "COLUMN_REF":
                continue
            name = str(node["column_names"][-1])
            category = said_by(name)
            declared = any(c.name == name and c.sensitive for c in compiled.columns)
            if category and not declared:
                message = f"{name!r} says something about {category}: people are chosen by it"
                help_ = "take it out, and declare it with sensitive: true, so that nobody can;\n"
                help_ += (
                    "if it means something else here, say so at lint: sensitive: in the settings"
                )
                yield Finding("TG409", message, place_of(compiled.scalar, node), help_)


def _choosing(bound: Bound) -> Iterator[Compiled]:
    """The expressions that say who gets something: those that keep people out are no choice."""
    project = bound.project
    conditions: list[Condition] = [segment.when for segment in project.segments]
    conditions += (rule.when for rule in project.rules)
    written = [scalar for condition in conditions for scalar in scalars(condition)]
    for trait in project.settings.traits:
        picks = [pick.value for pick in trait.picks]
        written += (scalar for scalar in (trait.value, trait.where, *picks) if scalar)
    for scalar in written:
        compiled = bound.expressions.get(scalar.key)
        if compiled is not None:
            yield compiled


# -- topics ------------------------------------------------------------------------------------


def unguarded_topics(cases: Cases) -> Iterator[Finding]:
    """TG305: a topic with a known stance whose messages may reach somebody who is against it."""
    reached = cases.reached()
    for declared in cases.bound.project.settings.topics:
        topic = declared.topic.name
        against = _against(cases, topic)
        open_rules = []
        for case in cases.rules:
            place = _unguarded(cases, case, topic, against, reached)
            if place is not None:
                open_rules.append((case, place))
        if open_rules:
            yield _topic_finding(topic, open_rules)


def _against(cases: Cases, topic: str) -> Formula:
    name = cases.terms.stance(topic)
    term, domain = cases.terms.known[name], cases.terms.known[name].domain()
    return literal(term.number, domain.where("=", "against"), domain.whole)


def _unguarded(
    cases: Cases, case: Case, topic: str, against: Formula, reached: Formula
) -> Place | None:
    """Where a rule names a template of the topic that nothing keeps from who is against it."""
    assert case.rule is not None
    if case.is_dead or not case.rule.enabled:
        return None
    for scalar in case.rule.templates:
        for template in cases.bound.project.in_languages(scalar.text):
            if template.topic is None or template.topic.text != topic:
                continue
            guards = [g.against for g in _guards(cases, case.rule, template)]
            if satisfiable(case.formula, against, reached, *guards):
                return scalar.place
    return None


def _guards(cases: Cases, rule: Rule, template: Template) -> Iterator[Case]:
    topic = template.topic.text if template.topic else None
    for case in cases.of("suppression"):
        if case.suppression and case.suppression.concerns(
            topic, template.channel.text, rule.campaign
        ):
            yield case


def _topic_finding(topic: str, open_rules: list[tuple[Case, Place]]) -> Finding:
    first, place = open_rules[0]
    more = len(open_rules) - 1
    others = f" and {more} more {'rule' if more == 1 else 'rules'}" if more else ""
    message = f"{first}{others} can send {topic!r} to people who are against it"
    help_ = (
        f"a suppression: when: stance('{topic}') = 'against', only: {{topic: {topic}}};\n"
        f"or stance('{topic}') = 'for' in the rule"
    )
    return Finding("TG305", message, place, help_)


# -- other people ------------------------------------------------------------------------------


def named_without_consent(bound: Bound) -> Iterator[Finding]:
    """TG410: another person's name comes in by a consent that doesn't speak of being named.

    What a consent says stands in a document that isn't read here: its column's name is all there
    is to go by.
    """
    for source in bound.project.settings.sources:
        for others in source.others:
            named = [c for c in others.columns if is_a_name(c.text)]
            if named and not _consents_to_naming(bound, others):
                for column in named:
                    yield from _named(bound, source.name, others, column)


def is_a_name(column: str) -> bool:
    """Whether a column holds what somebody is called or found by."""
    words = words_of(column)
    return bool(words) and ("".join(words) in _NAMES or words[-1] in _NAMES)


def _consents_to_naming(bound: Bound, others: Others) -> bool:
    compiled = bound.expressions.get(others.when.key) if others.when else None
    return compiled is None or any(_NAMING.search(name) for _, name in compiled.uses)


def _named(bound: Bound, source: str, others: Others, column: Scalar) -> Iterator[Finding]:
    """The traits that hold the name and may stand in copy."""
    wanted = f"{others.name}.{column.text}"
    for trait in (t for level in bound.levels for t in level if t.trait.source == source):
        for value, given in zip(trait.values, trait.columns, strict=False):
            if given.in_copy is not InCopy.NEVER and any(n == wanted for _, n in value.uses):
                when = others.when.text if others.when else "nothing"
                message = f"{given.name!r} names another person, who agreed to {when!r}"
                help_ = "ask them whether they may be named, and put that under when:; "
                help_ += "or in_copy: never"
                yield Finding("TG410", message, trait.trait.place, help_)


# -- NaN ---------------------------------------------------------------------------------------


def not_a_number(bound: Bound) -> Iterator[Finding]:
    """TG303: a text read as a double. Sources turn NaN into missing, and such a cast doesn't."""
    for compiled in bound.expressions.values():
        texts = {c.name for c in compiled.columns if type_class(c.type) == "text"}
        if not texts or not {"DOUBLE", "FLOAT"} & set(compiled.types.values()):
            continue
        for node in trees.walk(compiled.tree):
            if node["class"] != "CAST" or node["child"]["class"] != "COLUMN_REF":
                continue
            type_ = str(node["type_expr"].get("type_name", "")).upper()
            name = str(node["child"]["column_names"][-1])
            if type_ in ("DOUBLE", "FLOAT") and name in texts:
                message = f"a text 'NaN' in {name!r} would be greater than every number"
                help_ = f"declare {name} as a number, or read it as decimal: there it is missing"
                yield Finding("TG303", message, place_of(compiled.scalar, node), help_)
