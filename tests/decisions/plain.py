"""A decision-maker that is slow and obviously right: one person after the other, in dicts."""

from __future__ import annotations

from collections.abc import Iterator

from tests.decisions import past
from tests.decisions.kleene import Condition, Person, Truth, Value, truth
from tests.decisions.model import (
    INVISIBLE,
    Channel,
    Decision,
    Hole,
    Named,
    Option,
    Rest,
    Rule,
    Template,
    World,
)
from tests.decisions.placing import arm, held_out, md5, place

__all__ = [
    "INVISIBLE",
    "Channel",
    "Decision",
    "Hole",
    "Named",
    "Rest",
    "Rule",
    "Template",
    "World",
    "decide",
]


def decide(world: World) -> dict[str, Decision]:
    """Everybody's decision, by person."""
    decisions: dict[str, Decision] = {}
    options: dict[str, list[Option]] = {}
    staying: dict[str, Option] = {}
    furthest: dict[str, list[str]] = {}
    for person in world.people:
        key = str(person["person_id"])
        gate = _gate(world, person)
        if gate:
            decisions[key] = Decision(gate[0], gate[1:])
            continue
        stays = _stays(world, person)
        if stays:
            staying[key] = stays
            continue
        rest = past.resting(world, key)
        if rest:
            decisions[key] = Decision("resting", rest)
            continue
        holding = [rule for rule in _running(world) if _holds(world, rule, person)]
        free = [rule for rule in holding if not past.rule_rests(world, key, rule)]
        options[key] = [one for rule in free for one in _options(world, rule, person)]
        furthest[key] = _stages(world, holding[0], person) if holding else ["no_rule"]
        if holding and holding[0] not in free:
            furthest[key] = ["resting"]
    _fill_capacities(world, decisions)
    placed = place(world, options, staying)
    for key, choice in {**placed.taken, **staying}.items():
        if choice:
            held = key not in staying and held_out(world, key, choice)
            decisions[key] = Decision(
                "held_out" if held else "message",
                None,
                choice.rule.name,
                choice.template.id,
                choice.text,
                key in staying,
            )
        else:
            decisions[key] = Decision(_ending(furthest[key], options[key], placed.over[key]))
    return decisions


_ENDINGS = ("no_rule", "resting", "no_copy", "unreachable", "audience_too_small", "over_cap")


def _ending(stages: list[str], options: list[Option], over: list[Option]) -> str:
    """What the best rule gives somebody who ends with nothing: the furthest any text got."""
    if options and any(one.rule is options[0].rule for one in over) and "fits" in stages:
        stages = [*stages, "over_cap"]
    named = ["audience_too_small" if stage == "fits" else stage for stage in stages]
    return max(named, key=_ENDINGS.index)


def _fill_capacities(world: World, decisions: dict[str, Decision]) -> None:
    """Beyond a handoff's capacity, in the order of an md5, people wait with service."""
    for handoff in world.handoffs:
        if handoff.capacity is None:
            continue
        gate = handoff.name, handoff.to
        handed = [k for k, one in decisions.items() if one == Decision("handed_over", gate)]
        handed.sort(key=lambda key: (md5(f"{handoff.name}:{key}"), key))
        for key in handed[handoff.capacity :]:
            decisions[key] = Decision("with_service", gate)


def _stays(world: World, person: Person) -> Option | None:
    """The place in an audience that a person keeps: entered lately, the rule holds, they may."""
    key = str(person["person_id"])
    entry = past.membership(world, key)
    if entry is None:
        return None
    rule = next((r for r in _running(world) if r.name == entry.rule), None)
    if rule is None or not _holds(world, rule, person):
        return None
    for template in world.templates:
        if template.id == entry.template and template.name in rule.templates:
            channel = world.channel(template.channel)
            option = Option(rule, template, channel, str(entry.text))
            within = channel.stay and past.is_within(world, entry.at, channel.stay)
            may = _refusal(world, rule, template, person) is None
            if channel.name == entry.channel and within and may:
                return None if held_out(world, key, option) else option
    return None


# -- gates and rules -------------------------------------------------------------------------


def _asked(world: World, condition: Condition, person: Person) -> Truth:
    return truth(condition, person, world.segments)


def _gate(world: World, person: Person) -> tuple[str, str, str] | None:
    """The first thing that stops a person: outcome, name and detail."""
    for handoff in world.handoffs:
        if _asked(world, handoff.when, person) is True:
            lately = past.was_handed_over(world, str(person["person_id"]), handoff)
            return "with_service" if lately else "handed_over", handoff.name, handoff.to
    refusal = _purposes(world, person)
    if refusal:
        return refusal
    for requirement in world.requirements:
        met = _asked(world, requirement.when, person)
        if met is not True:
            return "suppressed", requirement.name, "no" if met is False else "unknown"
    for suppression in world.suppressions:
        if suppression.is_for_everything and _asked(world, suppression.when, person) is True:
            return "suppressed", suppression.name, "yes"
    return None


def _purposes(world: World, person: Person) -> tuple[str, str, str] | None:
    """Stopped where every channel that any running rule could use has a purpose, none given."""
    used = {
        world.channel(template.channel).purpose
        for rule in _running(world)
        for template in world.templates
        if template.name in rule.templates
    }
    if not used or not used <= set(world.purposes):
        return None
    given = [person[world.purposes[name]] for name in used]
    if True in given:
        return None
    name = "purpose " + " or ".join(sorted(used))
    return "suppressed", name, "no" if None not in given else "unknown"


def _running(world: World) -> list[Rule]:
    """The rules that take part, best first."""
    running = []
    for rule in world.rules:
        starts, ends = world.campaigns[rule.campaign] if rule.campaign else (None, None)
        begun = starts is None or starts <= world.day
        over = ends is not None and ends < world.day
        if rule.enabled and begun and not over:
            running.append(rule)
    return sorted(running, key=lambda rule: (-rule.priority, rule.name))


def _holds(world: World, rule: Rule, person: Person) -> bool:
    excused = any(_asked(world, part, person) is True for part in rule.unless)
    return _asked(world, rule.when, person) is True and not excused


# -- copy ------------------------------------------------------------------------------------


def _options(world: World, rule: Rule, person: Person) -> Iterator[Option]:
    for template in _in_language(world, rule, person):
        channel = world.channel(template.channel)
        if _stage(world, rule, template, person) == "fits":
            yield Option(rule, template, channel, _text(world, rule, template, person))


def _in_language(world: World, rule: Rule, person: Person) -> Iterator[Template]:
    """The templates of a rule in order, each in the one language this person gets."""
    for number, name in enumerate(rule.templates):
        if rule.shares and number != arm(rule, str(person["person_id"])):
            continue
        variants = [t for t in world.templates if t.name == name]
        if world.default_language is None:
            yield from variants
            continue
        chosen = _variant(variants, person["language"], world.default_language)
        if chosen:
            yield chosen


def _variant(variants: list[Template], language: Value, default: str) -> Template | None:
    """The person's own language, cut at its dashes until there is one; else the default."""
    by_language = {(t.language or "").casefold(): t for t in variants}
    spoken = str(language or "").strip().lower().replace("_", "-")
    for wanted in (*_cut_at_dashes(spoken), *_cut_at_dashes(default)):
        if wanted in by_language:
            return by_language[wanted]
    return by_language.get("")


def _cut_at_dashes(language: str) -> Iterator[str]:
    while language:
        yield language
        language = language.rpartition("-")[0]


def _stage(world: World, rule: Rule, template: Template, person: Person) -> str:
    """How far a template gets for a person, before anybody's audience is counted."""
    if any(person[column] is None for column in template.needs):
        return "no_copy"
    refusal = _refusal(world, rule, template, person)
    if refusal:
        return refusal
    text = _text(world, rule, template, person)
    return "fits" if len(text) <= world.channel(template.channel).limit else "no_copy"


def _refusal(world: World, rule: Rule, template: Template, person: Person) -> str | None:
    """Why somebody must not get a template on its channel, whatever it says."""
    channel = world.channel(template.channel)
    suppressions = [
        s
        for s in world.suppressions
        if not s.is_for_everything
        and s.topic in (None, template.topic)
        and s.channel in (None, template.channel)
        and s.campaign in (None, rule.campaign)
        and _asked(world, s.when, person) is True
    ]
    if any(s.channel is None for s in suppressions):
        return "no_copy"
    if suppressions:
        return "unreachable"
    if channel.purpose in world.purposes and person[world.purposes[channel.purpose]] is not True:
        return "unreachable"
    if channel.address is not None and person[channel.address] is None:
        return "unreachable"
    return None


def _text(world: World, rule: Rule, template: Template, person: Person) -> str:
    """The finished text; longer than any channel takes where it can't be written."""
    if any(_seen(person, column) is None for column in template.needs):
        return "x" * 10_000
    body = "".join(p if isinstance(p, str) else _filled(p, person) for p in template.parts)
    if not body.strip():
        return "x" * 10_000
    channel = world.channel(template.channel)
    if template.link and not channel.promoted:
        body += " " + template.link.replace("{rule}", rule.name)
    return f"{body}\n{channel.footer}" if channel.footer else body


def _seen(person: Person, column: str) -> Value:
    value = person[column]
    return None if value == INVISIBLE else value


def _filled(hole: Hole, person: Person) -> str:
    value = _seen(person, hole.column)
    if hole.then is not None:
        return hole.then if value else ""
    return str(hole.otherwise if value is None else value)


def _stages(world: World, rule: Rule, person: Person) -> list[str]:
    """How far each template of a rule gets; without one, it can't be written."""
    found = [_stage(world, rule, t, person) for t in _in_language(world, rule, person)]
    return ["no_copy", *found]
