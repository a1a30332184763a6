"""What happened before, in plain days: who rests, who is in an audience."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tests.decisions.model import Contact, Named, Rest, Rule, World


def now(world: World) -> dt.datetime:
    return dt.datetime.combine(world.day, dt.time.max)


def is_within(world: World, at: dt.datetime, days: int) -> bool:
    """Whether something happened less than so many days ago."""
    return now(world) - at < dt.timedelta(days)


def _of(world: World, person: str) -> list[Contact]:
    """Everything that happened to a person so far but handovers, the newest last."""
    mine = [c for c in world.contacts if c.person == person and c.event != "handed_over"]
    mine = [c for c in mine if c.at <= now(world)]
    return sorted(mine, key=lambda c: (c.at, c.event == "entered"))


def membership(world: World, person: str) -> Contact | None:
    """How a person entered the audience they are in: the last one, and of two at one moment the
    first by its words. Rows have no order that could settle it."""
    newest = sorted(_of(world, person), key=lambda c: (c.channel, c.rule, c.template, c.text))
    newest.sort(key=lambda c: (c.at, c.event == "entered"), reverse=True)
    last: dict[str | None, Contact] = {}
    for contact in newest:
        if contact.event in ("entered", "left"):
            last.setdefault(contact.channel, contact)
    return next((c for c in last.values() if c.event == "entered"), None)


def was_handed_over(world: World, person: str, handoff: Named) -> bool:
    return handoff.again_after is not None and any(
        c.person == person
        and c.event == "handed_over"
        and c.rule == handoff.name
        and c.at <= now(world)
        and is_within(world, c.at, handoff.again_after)
        for c in world.contacts
    )


def resting(world: World, person: str) -> tuple[str, str] | None:
    """The limit of everything that forbids a message now, with what it says."""
    contacts = _of(world, person)
    if _cools(world, world.rest, contacts, membership(world, person) is not None):
        return "cooldown", _days(world.rest.cooldown or 0)
    if _capped(world, world.rest, contacts):
        times, span = world.rest.cap or (0, 0)
        return "frequency_cap", f"{times} per {_days(span)}"
    return None


def rule_rests(world: World, person: str, rule: Rule) -> bool:
    contacts = [c for c in _of(world, person) if c.rule == rule.name]
    entry = membership(world, person)
    in_its_audience = entry is not None and entry.rule == rule.name
    return _cools(world, rule.rest, contacts, in_its_audience) or _capped(
        world, rule.rest, contacts
    )


def _cools(world: World, rest: Rest, contacts: Sequence[Contact], leaves: bool) -> bool:
    """Something was lately; who leaves an audience today rests from today."""
    if rest.cooldown is None:
        return False
    return leaves or any(is_within(world, c.at, rest.cooldown) for c in contacts)


def _capped(world: World, rest: Rest, contacts: Sequence[Contact]) -> bool:
    if rest.cap is None:
        return False
    times, span = rest.cap
    counted = [c for c in contacts if c.event != "left" and is_within(world, c.at, span)]
    return len(counted) >= times


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
