"""The rules and texts that everybody in the comparison has to agree on, as plain values."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

SEED = 2026
TODAY = dt.date(2026, 11, 1)
RULES, LEAVES = 50, 60

AREAS = tuple(
    f"{a}{b}"
    for a in ("Ash", "Birch", "Cold", "Deep", "Far")
    for b in ("by", "field", "ford", "ham", "port")
)
NETWORKS = ("ours", "north", "south", "east", "west")
HANDSETS = tuple(f"Karst {n}" for n in range(1, 13))
SECTORS = tuple(f"sector {n}" for n in range(1, 21))

Kind = Literal["at_least", "below", "between", "is", "one_of", "since", "ends_within", "holds"]


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on one column; a column that is missing fulfils none.

    `ends_within` is from today for so many days on, both included; `since` is a day and later.
    """

    __test__ = False
    column: str
    kind: Kind
    values: tuple[int | str | dt.date, ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A person's value in a text; without `default`, who lacks it can't get the text."""

    column: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A message: where it goes, and what is written; a direct one needs the person's handle.

    `{area}` stands for a value, `{first_name|there}` for one that need not be there.
    """

    name: str
    channel: Literal["direct", "promoted"]
    written: str

    @property
    def parts(self) -> tuple[str | Value, ...]:
        """Words and values in turn."""
        split = re.split(r"(\{[^}]+\})", self.written)
        return tuple(_value(part) if part.startswith("{") else part for part in split if part)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which nobody can get it."""
        values = [part for part in self.parts if isinstance(part, Value)]
        needed = [value.column for value in values if value.default is None]
        return (*needed, "handle") if self.channel == "direct" else tuple(needed)


def _value(written: str) -> Value:
    column, _, default = written.strip("{}").partition("|")
    return Value(column, default or None)


@dataclass(frozen=True, slots=True)
class Offer:
    """A rule: everybody for whom all tests hold; the first of its texts that can be written."""

    name: str
    tests: tuple[Test, ...]
    texts: tuple[Text, ...]


# Who may be written to at all.
GATES = (
    Test("marketing_consent", "holds"),
    Test("age", "at_least", (18,)),
    Test("complaints", "below", (1,)),
)
TEXTS = (
    Text(
        "signal",
        "promoted",
        "Full signal in {area}, from the high street to the last bus stop. Have a look at the map "
        "before you believe us.",
    ),
    Text(
        "shop",
        "promoted",
        "Our shop in {area} repairs what others throw away, while you wait, and lends you a phone "
        "if it takes longer.",
    ),
    Text(
        "sim",
        "promoted",
        "Keep the phone you like and change what is behind it: one SIM, one price, no contract, "
        "and a month to find out.",
    ),
    Text(
        "family",
        "promoted",
        "One bill for everybody at home, and nobody runs out of data before the month is over.",
    ),
    Text(
        "hello",
        "direct",
        "Hi {first_name|there}, the network around {area} has grown again. Would you try it for a "
        "month?",
    ),
    Text(
        "points",
        "direct",
        "{first_name}, you have {points} points with us, and they don't get better by waiting. "
        "Shall we show you the list?",
    ),
    Text(
        "handset",
        "direct",
        "Hi {first_name}, how is the {handset}? Bring it to {area}: the first repair costs you "
        "nothing.",
    ),
    Text(
        "contract",
        "direct",
        "Your contract ends soon. We would like to make you an offer for {area} before somebody "
        "else does.",
    ),
)

_PROFILE: tuple[tuple[str, Kind, tuple[int, int]], ...] = (
    ("age", "at_least", (25, 60)),
    ("age", "below", (30, 70)),
    ("salary", "at_least", (20_000, 70_000)),
    ("salary", "below", (25_000, 60_000)),
    ("children", "at_least", (1, 4)),
    ("points", "between", (0, 4_000)),
    ("data_gb", "at_least", (20, 80)),
    ("visits", "at_least", (5, 40)),
    ("visits", "between", (0, 40)),
    ("days_at_spot", "at_least", (2, 25)),
    ("network", "is", (0, 4)),
    ("area", "one_of", (0, 24)),
    ("handset", "is", (0, 11)),
    ("handset", "one_of", (0, 11)),
    ("sector", "one_of", (0, 19)),
    ("joined_on", "since", (200, 3_000)),
    ("handset_bought_on", "since", (100, 1_500)),
    ("contract_ends_on", "ends_within", (20, 200)),
    ("is_member", "holds", (0, 0)),
)
_TRAITS: tuple[tuple[str, Kind, tuple[int, int]], ...] = (
    ("asked_about_phones", "at_least", (1, 2)),
    ("posts_lately", "at_least", (1, 3)),
    ("stance_lapwing", "is", (0, 2)),
    ("liked_lately", "at_least", (1, 3)),
    ("last_liked_on", "since", (30, 400)),
    ("likes_football", "holds", (0, 0)),
    ("checkins_lately", "at_least", (1, 3)),
    ("spot_days", "at_least", (1, 2)),
    ("spot_area", "one_of", (0, 24)),
)
_WORDS: dict[str, Sequence[str]] = {
    "network": NETWORKS,
    "area": AREAS,
    "spot_area": AREAS,
    "handset": HANDSETS,
    "sector": SECTORS,
    "stance_lapwing": ("for", "against", "unknown"),
}


def offers(*, with_traits: bool = False) -> tuple[Offer, ...]:
    """Fifty rules, best first; `with_traits` one test of each asks for a column from a source."""
    pick = random.Random(SEED)
    leaves = _several(_PROFILE, LEAVES, pick)
    traits = _several(_TRAITS, 20, pick)
    made = []
    for number in range(RULES):
        columns: dict[str, Test] = {}
        for test in pick.sample(leaves, pick.randrange(5, 8)):
            columns.setdefault(test.column, test)
        some = list(columns.values())[: pick.randrange(2, 5)]
        texts = tuple(pick.sample(TEXTS, pick.randrange(1, 3)))
        if with_traits:
            some = [*some[:2], pick.choice(traits)]
        made.append(Offer(f"offer-{number:02}", tuple(some), texts))
    return tuple(made)


def _several(
    columns: Sequence[tuple[str, Kind, tuple[int, int]]], count: int, pick: random.Random
) -> list[Test]:
    """So many different tests; fewer where the columns have no more."""
    found: dict[Test, None] = {}
    for _ in range(20 * count):
        if len(found) == count:
            break
        column, kind, (low, high) = pick.choice(columns)
        found[_test(column, kind, low, high, pick)] = None
    return list(found)


def _test(column: str, kind: Kind, low: int, high: int, pick: random.Random) -> Test:
    border = pick.randrange(low, high + 1)
    if kind == "holds":
        return Test(column, kind)
    if kind == "between":
        return Test(column, kind, (border, border + (high - low) // 3))
    if kind == "is":
        return Test(column, kind, (_WORDS[column][border],))
    if kind == "one_of":
        words = pick.sample(_WORDS[column], len(_WORDS[column]) // 3)
        return Test(column, kind, tuple(sorted(words)))
    if kind == "since":
        return Test(column, kind, (TODAY - dt.timedelta(days=border),))
    return Test(column, kind, (border,))
