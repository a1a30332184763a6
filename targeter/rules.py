"""Rules and segments as declared: who is meant, how much it matters, which templates to try."""

from __future__ import annotations

import re
from dataclasses import dataclass

from targeter.conditions import Condition, read_condition, read_conditions
from targeter.findings import Finding, Place
from targeter.limits import Rest, read_count, read_rest
from targeter.yaml_source import Fields, Scalar


@dataclass(frozen=True, slots=True)
class Segment:
    """A named condition; it holds or not, and is never NULL."""

    name: str
    place: Place
    when: Condition


@dataclass(frozen=True, slots=True)
class Variant:
    """One arm of an experiment: a template, and the share of people, in percent, it is for."""

    template: Scalar
    share: float


@dataclass(frozen=True, slots=True)
class Rule:
    """Who gets one of `templates` (the first that can be written), and why.

    Of the rules that hold for a person the one with the highest `priority` wins; equal
    priorities are settled by name. `campaign` is None for a rule that always runs. `variants` are
    arms of an experiment: each person is in one, by `salt`, and gets its template or none.
    `max_people` go to whom `rank_by` puts first, the highest; the rest have their next rule.
    """

    name: str
    place: Place
    why: str
    priority: int
    when: Condition
    unless: tuple[Condition, ...]
    templates: tuple[Scalar, ...]
    enabled: bool
    campaign: str | None
    campaign_place: Place | None = None
    variants: tuple[Variant, ...] = ()
    salt: str = ""
    rest: Rest = Rest()
    max_people: int | None = None
    rank_by: Scalar | None = None

    @property
    def order(self) -> tuple[int, str]:
        """The position among rules: higher priority first, then by name."""
        return -self.priority, self.name


def read_segments(fields: Fields) -> tuple[Segment, ...]:
    segments = []
    for name, node in fields.named("segments"):
        what = f"segment {name.text!r}"
        check_name(name, "a segment", fields.found)
        when = read_condition(node, what, fields.found)
        if when is not None:
            segments.append(Segment(name.text, name.place, when))
    return tuple(segments)


def read_rules(fields: Fields, campaign: Scalar | None) -> tuple[Rule, ...]:
    """The rules of one file; `campaign` is what the file says for all of them."""
    rules = []
    for inner in fields.mappings("rules", "rule"):
        rule = _rule(inner, campaign)
        if rule:
            rules.append(rule)
    return tuple(rules)


def _rule(fields: Fields, campaign: Scalar | None) -> Rule | None:
    name = fields.scalar("name", required=True)
    if name is not None:
        fields.what = f"rule {name.text!r}"
        check_name(name, "a rule", fields.found)
    own_campaign = fields.scalar("campaign")
    priority = fields.integer("priority", required=True)
    when = read_condition(fields.node("when", required=True), fields.what, fields.found)
    unless = read_conditions(fields, "unless")
    templates = fields.texts("templates")
    enabled = fields.boolean("enabled", default=True)
    why = fields.text("why") or ""
    variants, salt = _variants(fields), fields.text("salt")
    rest, rank_by = read_rest(fields), fields.scalar("rank_by")
    max_people = read_count(fields, "max_people")
    if bool(templates) == (fields.entries.get("variants") is not None):
        message = f"{fields.what} has no 'templates'"
        if templates:
            message = f"{fields.what} has 'templates' and 'variants': one of them"
        fields.found.append(Finding("TG104", message, fields.entries.place))
    fields.done()
    if name is None or priority is None or when is None:
        return None
    in_campaign = own_campaign or campaign
    return Rule(
        name.text,
        name.place,
        why,
        priority,
        when,
        unless,
        templates or tuple(variant.template for variant in variants),
        enabled,
        in_campaign.text if in_campaign else None,
        in_campaign.place if in_campaign else None,
        variants,
        salt or name.text,
        rest,
        max_people,
        rank_by,
    )


def _variants(fields: Fields) -> tuple[Variant, ...]:
    """The arms of an experiment; their shares add up to 100."""
    variants = []
    before = len(fields.found)
    for inner in fields.mappings("variants", f"{fields.what}: variant"):
        template, share = inner.scalar("template", required=True), inner.number("share")
        inner.done()
        said = inner.entries.get("share")
        if share is None and said is not None:
            continue  # no number, which was found
        if share is None or not 0 < share < 100:
            inner.wrong(said or inner.entries, "'share' is a percentage above 0 and below 100")
        elif template:
            variants.append(Variant(template, share))
    node = fields.entries.get("variants")
    if node is None or len(fields.found) > before:
        return tuple(variants)
    names = [variant.template.text for variant in variants]
    for variant in variants:
        if names.count(variant.template.text) > 1:
            fields.wrong(variant.template, f"{variant.template.text!r} stands in two variants")
    if len(variants) < 2 or round(sum(v.share for v in variants), 6) != 100:
        fields.wrong(node, "'variants' are two or more, and their shares add up to 100")
    return tuple(variants)


def check_name(name: Scalar, what: str, found: list[Finding]) -> None:
    """Names are words that SQL, file names and URLs can carry."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name.text) or len(name.text) > 100:
        message = f"{what} is named with letters, digits, - and _, not {name.text[:40]!r}"
        found.append(Finding("TG105", message, name.place))
