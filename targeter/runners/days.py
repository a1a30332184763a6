"""On which day the messages of shards go out: the days of one machine, found by a few borders.

A message stands as far through all as it stands through its rule. How many of each rule are before
a day is reckoned from counts alone; which person that is is a border of the rule's people.
"""

from __future__ import annotations

import datetime as dt
import math
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from targeter.database import literal
from targeter.decisions import Everybody, Line, Shard
from targeter.history import CONTACTS, MESSAGE
from targeter.pacing import PLACE, SENDING, Paced, refuse_endless, spread
from targeter.plans import ASSIGNMENTS, LEAVING

_LINED_UP = "lined_up"
# On a channel, by a rule: who stands after this place goes out so many days later, or after that.
Start = tuple[str, str, str, int]
_STARTS = {"channel": "VARCHAR", "rule": "VARCHAR", "k0": "VARCHAR", "later": "INTEGER"}


@dataclass(frozen=True, slots=True)
class Going:
    """What goes out: messages by channel and rule, who leaves by channel, and the messages of
    earlier batches by channel and day."""

    messages: Counter[tuple[str, str]]
    leaving: Counter[str]
    under_way: Counter[tuple[str, dt.date]]

    @property
    def channels(self) -> set[str]:
        return {*(channel for channel, _ in self.messages), *self.leaving}

    def of(self, channel: str) -> dict[str, int]:
        """How many messages each rule has on a channel."""
        return {rule: n for (name, rule), n in self.messages.items() if name == channel}

    def __add__(self, other: Going) -> Going:
        return Going(
            self.messages + other.messages,
            self.leaving + other.leaving,
            self.under_way + other.under_way,
        )


@dataclass(frozen=True, slots=True)
class Firsts:
    """How many of each rule are among the first messages of a channel.

    Where `some` more are, and of more rules the next stands at the very same place, these are
    `tied`: who of them comes first is settled by where the people themselves stand.
    """

    by_rule: Mapping[str, int]
    tied: tuple[str, ...] = ()
    some: int = 0


def give_days(people: Everybody, going: Going, day: dt.date) -> bool:
    """Fill `sending` in every shard for a plan of that day; whether any channel has a pace.

    Raises `WrongUsage` for a channel that would take longer than a year.
    """
    paced = list(_paced(people, going, day))
    for one in paced:
        refuse_endless(one)
    if not paced:
        return False
    people.each(line_up, [one.channel for one in paced])
    starts = [start for one in paced for start in _starts(people, going.of(one.channel), one)]
    people.each(go_out, starts)
    return True


def _paced(people: Everybody, going: Going, day: dt.date) -> Iterator[Paced]:
    for settings in people.bound.project.settings.channels:
        name, pace = settings.channel.name, settings.outgoing.pace
        if pace is not None and (messages := sum(going.of(name).values())):
            under_way = {on: n for (channel, on), n in going.under_way.items() if channel == name}
            yield spread(under_way, name, pace, messages, day)


def _starts(people: Everybody, rules: Mapping[str, int], paced: Paced) -> Iterator[Start]:
    """Where each day begins in the line of each rule, which has so many messages."""
    days = [later for later, _ in paced.days]
    ends = list(accumulate(count for _, count in paced.days))[:-1]
    firsts = [first_of(rules, end) for end in ends]
    asked = {(rule, n) for one in firsts for rule, n in _asked(one, rules)}
    lines = sorted(asked)
    found = people.borders([Line(_line(paced.channel, rule), n) for rule, n in lines])
    places = {one: str(row[0]) for one, row in zip(lines, found, strict=True) if row is not None}
    for rule in rules:
        yield paced.channel, rule, "", days[0]
    for later, one in zip(days[1:], firsts, strict=True):
        for rule, n in _settled(one, places).items():
            if n < rules[rule]:
                yield paced.channel, rule, places[rule, n] if n else "", later


def _asked(one: Firsts, rules: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Whose place must be known."""
    for rule, n in one.by_rule.items():
        if 0 < n < rules[rule]:
            yield rule, n
    for rule in one.tied:
        yield rule, one.by_rule[rule] + 1


def _settled(one: Firsts, places: Mapping[tuple[str, int], str]) -> dict[str, int]:
    """How many of each rule are before, once it is known where those stand who are tied."""
    first = sorted(one.tied, key=lambda rule: places[rule, one.by_rule[rule] + 1])
    return {**one.by_rule, **{rule: one.by_rule[rule] + 1 for rule in first[: one.some]}}


# -- counts ----------------------------------------------------------------------------------


def first_of(rules: Mapping[str, int], places: int) -> Firsts:
    """How many messages of each rule are among the first, fewer than there are in all."""
    low, high = 0, _number(1.0)
    while low < high:  # the share of the last of them: the smallest up to which there are enough
        middle = (low + high) // 2
        if sum(_up_to(_share(middle), count) for count in rules.values()) < places:
            low = middle + 1
        else:
            high = middle
    share = _share(low)
    up_to = {rule: _up_to(share, count) for rule, count in rules.items()}
    too_many = sum(up_to.values()) - places
    if not too_many:
        return Firsts(up_to)
    tied = tuple(rule for rule, n in up_to.items() if n and _of(n, rules[rule]) == share)
    before = {rule: n - (rule in tied) for rule, n in up_to.items()}
    return Firsts(before, tied, len(tied) - too_many)


def _of(rank: int, count: int) -> float:
    """How far through its rule a message is: what the engine reckons, as a DOUBLE."""
    return (rank - 0.5) / count


def _up_to(share: float, count: int) -> int:
    """How many of so many messages are that far through them, or less."""
    rank = min(math.floor(share * count + 0.5), count)
    while rank < count and _of(rank + 1, count) <= share:
        rank += 1
    while rank and _of(rank, count) > share:
        rank -= 1
    return rank


def _number(share: float) -> int:
    """A number of doubles that ascends as they do."""
    return int(struct.unpack(">q", struct.pack(">d", share))[0])


def _share(number: int) -> float:
    return float(struct.unpack(">d", struct.pack(">q", number))[0])


# -- what a task does ------------------------------------------------------------------------


def count_going(shard: Shard) -> Going:
    """What goes out to the people of a shard."""
    rows = shard.engine.rows
    messages = rows(
        f"SELECT channel, rule, count(*) FROM {ASSIGNMENTS} WHERE outcome = 'message' GROUP BY 1, 2"
    )
    under_way = rows(
        f"SELECT channel, contacted_at::DATE, count(*) FROM {CONTACTS} "
        f"WHERE event = {literal(MESSAGE)} GROUP BY 1, 2"
    )
    return Going(
        Counter({(channel, rule): count for channel, rule, count in messages}),
        Counter(dict(rows(f"SELECT channel, count(*) FROM {LEAVING} GROUP BY 1"))),
        Counter({(channel, day): count for channel, day, count in under_way}),
    )


def line_up(shard: Shard, channels: Sequence[str]) -> None:
    """Everybody who gets a message on these channels, with their place as a text that ascends."""
    listed = ", ".join(map(literal, channels))
    shard.engine.run(
        f"CREATE OR REPLACE TABLE {_LINED_UP} AS SELECT person, channel, rule, "
        f"lpad(({PLACE})::VARCHAR, 39, '0') || person AS k0 FROM {ASSIGNMENTS} "
        f"WHERE outcome = 'message' AND channel IN ({listed})"
    )


def _line(channel: str, rule: str) -> str:
    said = f"channel = {literal(channel)} AND rule = {literal(rule)}"
    return f"SELECT k0 FROM {_LINED_UP} WHERE {said}"


def go_out(shard: Shard, starts: Iterable[Start]) -> None:
    """Give everybody their day."""
    engine = shard.engine
    engine.load("starts", _STARTS, starts)
    engine.run(
        f"CREATE OR REPLACE TABLE {SENDING} AS SELECT m.person, d.later FROM {_LINED_UP} AS m "
        # days that begin at one place: the last of them, on which somebody goes out
        "ASOF JOIN (SELECT channel, rule, k0, max(later) AS later FROM starts GROUP BY ALL) AS d "
        "ON d.channel = m.channel AND d.rule = m.rule AND m.k0 > d.k0"
    )
