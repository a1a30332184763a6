"""Who gets which of the texts they could get: one proposal after the other."""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.decisions.model import Channel, Option, Rule, World

_Place = tuple[str, Option]


@dataclass(frozen=True, slots=True)
class Placed:
    """The option each person has in the end, and those that were taken by others."""

    taken: dict[str, Option | None]
    over: dict[str, list[Option]]


def place(
    world: World, options: Mapping[str, list[Option]], staying: Mapping[str, Option]
) -> Placed:
    """Each person's best option whose cell isn't closed, once every small cell is closed."""
    closed: set[tuple[str, str]] = set()
    while True:
        placed = _propose(world, options, staying, closed)
        sitting = [(k, one) for k, one in placed.taken.items() if one]
        counted = Counter(one.cell for k, one in sitting if not held_out(world, k, one))
        counted.update(one.cell for one in staying.values())
        small = {one.cell for _, one in sitting if counted[one.cell] < _needed(one.channel)}
        if not small:
            return placed
        closed |= small


def _propose(
    world: World,
    options: Mapping[str, list[Option]],
    staying: Mapping[str, Option],
    closed: set[tuple[str, str]],
) -> Placed:
    """One person asks for one place; whoever comes last for a full one goes on to their next."""
    left = {k: [one for one in several if one.cell not in closed] for k, several in options.items()}
    taken: dict[str, Option | None] = dict.fromkeys(options)
    over: dict[str, list[Option]] = defaultdict(list)
    waiting = list(left)
    while waiting:
        key = waiting.pop()
        taken[key] = left[key].pop(0) if left[key] else None
        while (out := next(_beyond(world, taken, staying), None)) is not None:
            option = taken[out]
            assert option is not None
            over[out].append(option)
            taken[out] = None
            waiting.append(out)
    return Placed(taken, over)


def _beyond(
    world: World, taken: Mapping[str, Option | None], staying: Mapping[str, Option]
) -> Iterator[str]:
    """Whoever sits where the people before them have taken every place already."""
    sitting = [(k, one) for k, one in taken.items() if one]
    for most, rules in _limits(world):
        here = [(k, one) for k, one in sitting if one.rule.name in rules]
        before = sum(one.rule.name in rules for one in staying.values())
        for key, option in sorted(here, key=lambda pair: _order(world, *pair)):
            if before >= most:
                yield key
            before += not held_out(world, key, option)


def _limits(world: World) -> Iterator[tuple[int, set[str]]]:
    for rule in world.rules:
        if rule.max_people:
            yield rule.max_people, {rule.name}
    for campaign, most in world.campaign_people.items():
        yield most, {rule.name for rule in world.rules if rule.campaign == campaign}
    if world.max_people:
        yield world.max_people, {rule.name for rule in world.rules}


def _order(world: World, key: str, option: Option) -> tuple[object, ...]:
    """Before whom a person stands: priority, then the rank, missing last, then an md5."""
    rule = option.rule
    person = next(p for p in world.people if p["person_id"] == key)
    rank = person[rule.rank_by] if rule.rank_by else None
    ranked = (0, -float(rank)) if isinstance(rank, int | float) else (1, 0.0)
    return (-rule.priority, rule.name, *ranked, md5(f"{rule.name}:{key}"), key)


def _needed(channel: Channel) -> int:
    return channel.smallest if channel.promoted else 0


def held_out(world: World, key: str, option: Option) -> bool:
    """Whether a person is in the control group of everything, or of the option's campaign."""
    groups = [world.holdout, world.campaign_holdouts.get(option.rule.campaign or "")]
    return any(group and bucket(group[1], key) < group[0] * 100 for group in groups)


def arm(rule: Rule, key: str) -> int:
    """Which template of an experiment a person is for."""
    if len(rule.shares) == 2:
        return 0 if bucket(f"variant:{rule.name}", key) < rule.shares[0] * 100 else 1
    scores = []
    for share, template in zip(rule.shares, rule.templates, strict=True):
        unit = (int(md5(f"variant:{rule.name}:{template}:{key}")[:7], 16) + 0.5) / 2**28
        scores.append(-math.log(unit) / share)
    return scores.index(min(scores))


def bucket(salt: str, key: str) -> int:
    return int(md5(f"{salt}:{key}")[:7], 16) % 10_000


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
