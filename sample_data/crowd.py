"""The crowd around the stories, dealt like cards.

A deck holds so many bankers, so many people with a weak signal, and so on. It is shuffled anew for
every few hundred people, so the shares are the same at any size and nothing is kept in memory.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from lives import OURS, Complaint, Contract, Friend, Life, Like, Post, Visit, ago, born, iso
from places import AREAS, BANKS, OTHER_JOBS, RIVALS, STRONG, WEAK_SMALL
from words import ANGER, BELIEF, CHATTER, GLOOM, HELP, IPHONE, QUESTION, REFUSAL

FIRST_NAMES = [
    "Ada",
    "Aisha",
    "Anouk",
    "Ben",
    "Björn",
    "Carys",
    "Chidi",
    "Dara",
    "Dilys",
    "Elif",
    "Emre",
    "Ewa",
    "Fatima",
    "Finn",
    "Grete",
    "Hana",
    "Idris",
    "Ines",
    "Jakob",
    "Jun",
    "Kofi",
    "Lena",
    "Lotte",
    "Mara",
    "Mei",
    "Nia",
    "Noor",
    "Omar",
    "Priya",
    "Ravi",
    "Rhys",
    "Saoirse",
    "Sven",
    "Tariq",
    "Uma",
    "Vera",
    "Wren",
    "Yusuf",
    "Zoë",
    "Zuzana",
]


@dataclass(frozen=True, slots=True)
class Draw:
    """What a life of the crowd is dealt from: its own dice, and who of the neighbours is new."""

    dice: Random
    named: tuple[str, ...]  # joined lately, may be named to friends
    unnamed: tuple[str, ...]  # joined lately, may not

    def any_of(self, items: tuple[str, ...]) -> str:
        return items[self.dice.randrange(len(items))]

    def days(self, least: int, most: int) -> int:
        return self.dice.randint(least, most)

    def happens(self, share: float) -> bool:
        return self.dice.random() < share


def said(draw: Draw, texts: tuple[str, ...], within: int = 300) -> tuple[Post, ...]:
    """Three posts or four in so many days: fewer would be no opinion (`at_least: 3`)."""
    chosen = draw.dice.sample(texts, min(len(texts), draw.days(3, 4)))
    return tuple(Post(draw.days(2, within), text) for text in chosen)


def chat(draw: Draw) -> tuple[Post, ...]:
    area, number = draw.any_of(STRONG), draw.days(2, 60)
    return (Post(draw.days(0, 200), draw.any_of(CHATTER).format(area=area, n=number)),)


def at_a_rival(draw: Draw, least: int = 20, most: int = 75) -> dict[str, str]:
    return {"network": draw.any_of(RIVALS), "born_on": born(draw.days(least, most))}


def with_us(draw: Draw, least_days: int, most_days: int) -> dict[str, str]:
    joined = draw.days(least_days, most_days)
    return {"network": OURS, "joined_on": iso(joined), "may_be_named": draw.any_of(("Y", "N"))}


def ending_soon(network: str, days_left: int) -> Contract:
    ends = ago(-days_left)
    return Contract(network, ends - timedelta(days=730), ends)


def banker(draw: Draw) -> Life:
    work = {"employer_id": draw.any_of(BANKS), "salary": str(1000 * draw.days(62, 140))}
    alone = {"household": "single", "children": "0"}
    return Life(at_a_rival(draw, 23, 58) | work | alone)


def weak_at(area: str) -> Callable[[Draw], Life]:
    def life(draw: Draw) -> Life:
        home = {"home_area": area, "location_consent": "Y" if draw.happens(0.95) else ""}
        days = draw.dice.sample(range(1, 55), draw.days(4, 9))
        return Life(at_a_rival(draw) | home, visits=tuple(Visit(area, day) for day in days))

    return life


def weak_somewhere_small(draw: Draw) -> Life:
    return weak_at(draw.any_of(WEAK_SMALL))(draw)


def weak_at_work(draw: Draw) -> Life:
    """At home all is well; where they go four days and more, it isn't."""
    area = draw.any_of(("Harbourside", "Millbrook", *WEAK_SMALL))
    days = draw.dice.sample(range(1, 55), draw.days(5, 9))
    facts = at_a_rival(draw) | {"location_consent": "Y"}
    return Life(facts, visits=tuple(Visit(area, day) for day in days))


def iphone_lover(draw: Draw) -> Life:
    likes = (Like("iPhone", draw.days(5, 300)),) if draw.happens(0.6) else ()
    return Life(at_a_rival(draw) | linked(draw), posts=said(draw, IPHONE), likes=likes)


def iphone_contract_ending(draw: Draw) -> Life:
    facts = at_a_rival(draw) | {"handset": "iphone"}
    return Life(facts, contracts=(ending_soon(facts["network"], draw.days(1, 58)),))


def believer(draw: Draw) -> Life:
    facts = at_a_rival(draw) | linked(draw) | {"language": "de" if draw.happens(0.44) else "en"}
    return Life(facts, posts=said(draw, BELIEF), likes=(Like("Service with a Name"),))


def combined(draw: Draw) -> Life:
    facts = at_a_rival(draw) | linked(draw) | {"handset": "iphone"}
    ending = (ending_soon(facts["network"], draw.days(2, 58)),)
    return Life(facts, contracts=ending, posts=said(draw, BELIEF), likes=(Like("iPhone"),))


def left_us(draw: Draw) -> Life:
    left = draw.days(673, 728)
    facts = at_a_rival(draw) | {"salary": ""}
    return Life(facts, contracts=(Contract(OURS, ago(left + 730), ago(left), "19.50"),))


def friend_of_named(draw: Draw) -> Life:
    facts = at_a_rival(draw) | {"handle": "given" if draw.happens(0.9) else ""}
    return Life(facts, friends=(Friend(draw.any_of(draw.named), draw.days(3, 5)),))


def friend_of_unnamed(draw: Draw) -> Life:
    friend = Friend(draw.any_of(draw.unnamed), draw.days(3, 5))
    return Life(at_a_rival(draw), friends=(friend,))


def acquaintance(draw: Draw) -> Life:
    """Knows somebody who joined, though not well enough to be told."""
    friend = Friend(draw.any_of(draw.named), draw.days(1, 2))
    return Life(at_a_rival(draw, 62, 80), friends=(friend,))


def newcomer(named: str) -> Callable[[Draw], Life]:
    def life(draw: Draw) -> Life:
        agreed = {"may_be_found": "Y", "may_be_named": named}
        return Life(with_us(draw, 3, 29) | agreed)

    return life


def contract_ending(draw: Draw) -> Life:
    facts = at_a_rival(draw, 62, 80) | {"handle": "given"}
    return Life(facts, contracts=(ending_soon(facts["network"], draw.days(1, 58)),))


def family(draw: Draw) -> Life:
    household = {"household": "family", "children": str(draw.days(2, 4)), "handle": "given"}
    return Life(with_us(draw, 400, 1700) | household)


def loyal(draw: Draw) -> Life:
    given = {"handle": "given" if draw.happens(0.8) else "", "household": "couple"}
    return Life(with_us(draw, 1830, 6500) | given)


def sale_prospect(draw: Draw) -> Life:
    return Life(at_a_rival(draw, 26, 59))


def keeps_the_phone(draw: Draw) -> Life:
    return Life(at_a_rival(draw, 61, 84) | {"handset_bought_on": iso(draw.days(700, 1500))})


def refuser(draw: Draw) -> Life:
    old = {"handset_bought_on": iso(draw.days(700, 1500))}
    return Life(at_a_rival(draw, 26, 59) | linked(draw) | old, posts=said(draw, REFUSAL))


def complains(draw: Draw) -> Life:
    opened = ago(draw.days(2, 40))
    open_case = Complaint(opened, None, draw.any_of(("bill", "signal", "number")))
    return Life(with_us(draw, 90, 2500), complaints=(open_case,))


def angry(draw: Draw) -> Life:
    return Life(with_us(draw, 90, 2500) | linked(draw), posts=said(draw, ANGER, within=80))


def asks_for_help(draw: Draw) -> Life:
    facts = with_us(draw, 90, 2500) | linked(draw)
    return Life(facts, posts=(Post(draw.days(1, 10), draw.any_of(HELP)),))


def just_settled(draw: Draw) -> Life:
    """A complaint that was closed in the last weeks: they have heard enough from us for now."""
    closed = draw.days(1, 25)
    case = Complaint(ago(closed + 9), ago(closed), "bill")
    return Life(with_us(draw, 1830, 4000), complaints=(case,))


def asks_which_phone(draw: Draw) -> Life:
    facts = with_us(draw, 90, 1700) | linked(draw)
    return Life(facts, posts=(Post(draw.days(1, 50), draw.any_of(QUESTION)), *chat(draw)))


def gloomy(draw: Draw) -> Life:
    return Life(at_a_rival(draw) | linked(draw), posts=said(draw, GLOOM))


def islander(draw: Draw) -> Life:
    return Life(with_us(draw, 90, 1700) | {"home_area": "Farholm"})


def colleague(draw: Draw) -> Life:
    return Life(with_us(draw, 1830, 4000) | {"employer_id": "e07"})


def quiet_customer(draw: Draw) -> Life:
    posts = chat(draw) if draw.happens(0.15) else ()
    return Life(with_us(draw, 70, 1700) | linked(draw, 0.5), posts=posts)


def hardly_known(draw: Draw) -> Life:
    unknown = ("network", "handset", "handset_bought_on", "employer_id", "salary", "household")
    return Life(dict.fromkeys((*unknown, "children", "home_area", "handle"), ""))


def linked(draw: Draw, share: float = 0.97) -> dict[str, str]:
    """Gave their handle, and nearly always agreed that what they post may be looked at."""
    return {"handle": "given", "may_link_handle": "Y" if draw.happens(share) else "N"}


NEWCOMERS = {kind: newcomer(kind) for kind in "YN"}  # by whether they may be named

# How many of each a deck holds.
DECK: tuple[tuple[Callable[[Draw], Life], int], ...] = (
    (banker, 14),
    (weak_at("Harbourside"), 14),
    (weak_at("Millbrook"), 14),
    (weak_somewhere_small, 12),
    (weak_at_work, 12),
    (iphone_lover, 13),
    (iphone_contract_ending, 3),
    (believer, 26),
    (combined, 14),
    (left_us, 14),
    (friend_of_named, 10),
    (friend_of_unnamed, 14),
    (acquaintance, 3),
    (NEWCOMERS["Y"], 3),
    (NEWCOMERS["N"], 3),
    (contract_ending, 6),
    (family, 6),
    (loyal, 9),
    (sale_prospect, 14),
    (keeps_the_phone, 13),
    (refuser, 2),
    (complains, 4),
    (angry, 2),
    (asks_for_help, 1),
    (just_settled, 2),
    (asks_which_phone, 4),
    (gloomy, 1),
    (islander, 3),
    (colleague, 1),
    (quiet_customer, 64),
    (hardly_known, 40),
)
CARDS = tuple(life for life, count in DECK for _ in range(count))


# Typed by hand, once: what stands in the column of birth dates of these few, at any size.
NOT_DATES: Mapping[int, str] = {211: "31/02/1987", 940: "spring 1990", 3102: "1/13/1971"}


def person_id(index: int) -> str:
    return f"p{index:07}"


def everybody(draw: Draw, index: int) -> dict[str, str]:
    """The columns before a kind of life says otherwise."""
    dice = draw.dice
    name = FIRST_NAMES[dice.randrange(len(FIRST_NAMES))]
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return {
        "first_name": name,
        "born_on": born(draw.days(20, 78), draw.days(5, 360)),
        "language": "de" if draw.happens(0.1) else "en",
        "handset": draw.any_of(("android", "android", "android", "feature", "")),
        "handset_bought_on": iso(draw.days(20, 500)),
        "employer_id": draw.any_of(OTHER_JOBS),
        "salary": str(500 * draw.days(38, 110)) if draw.happens(0.6) else "not given",
        "household": draw.any_of(("single", "couple", "family", "")),
        "children": draw.any_of(("0", "0", "1", "")),
        "home_area": draw.any_of(STRONG),
        "handle": "given" if draw.happens(0.3) else "",
        "marketing_consent": "Y",
        "location_consent": draw.any_of(("Y", "Y", "N", "")),
        "may_link_handle": draw.any_of(("Y", "N", "")),
        "may_be_found": draw.any_of(("Y", "N")),
        "may_be_named": draw.any_of(("Y", "N", "")),
        "union_member": draw.any_of(("Y", "N", "", "")),
        "plain": f"{plain[:7]}{index}",
    }


def untidied(draw: Draw, facts: dict[str, str]) -> dict[str, str]:
    """Records as they are: a consent never asked for, a birth date nobody typed, no name."""
    roll = draw.dice.random
    if (consent := roll()) < 0.11:
        facts["marketing_consent"] = "N" if consent < 0.07 else ""
    elif consent < 0.15:
        facts["marketing_consent"] = "yes"
    if (age := roll()) < 0.03:
        facts["born_on"] = born(draw.days(13, 17)) if age < 0.015 else ""
    if roll() < 0.03:
        facts["first_name"] = ""
    if roll() < 0.03:
        facts["language"] = ""
    return facts


def at_home(draw: Draw, facts: dict[str, str]) -> dict[str, str]:
    """Where the home lies, within about a kilometre and a half of the middle of its area."""
    if area := facts["home_area"]:
        north, east = AREAS[area][1]
        facts["home_lat"] = f"{north + draw.dice.uniform(-0.012, 0.012):.4f}"
        facts["home_lon"] = f"{east + draw.dice.uniform(-0.016, 0.016):.4f}"
    return facts


def one_of_the_crowd(draw: Draw, index: int, deal: Callable[[Draw], Life]) -> Life:
    usual = everybody(draw, index)
    life = deal(draw)
    facts = at_home(draw, untidied(draw, usual | dict(life.facts)))
    plain = facts.pop("plain")
    facts["born_on"] = NOT_DATES.get(index, facts["born_on"])
    if facts["handle"]:
        facts["handle"] = plain
    return Life(facts, *(getattr(life, name) for name in Life.__slots__[1:]))


def crowd(people: int, seed: int) -> Iterator[tuple[str, Life]]:
    """Everybody but the stories, deck by deck."""
    for start in range(0, people, len(CARDS)):
        deck = list(CARDS)
        Random(f"{seed}/deck/{start}").shuffle(deck)
        # The whole deck, even where not all of it is dealt: nobody changes when more are asked for.
        named, unnamed = new_in(deck, start, "Y"), new_in(deck, start, "N")
        for index, deal in enumerate(deck[: people - start], start):
            draw = Draw(Random(f"{seed}/{index}"), named, unnamed)
            yield person_id(index), one_of_the_crowd(draw, index, deal)


def new_in(deck: list[Callable[[Draw], Life]], start: int, named: str) -> tuple[str, ...]:
    newcomers = (i for i, life in enumerate(deck, start) if life is NEWCOMERS[named])
    return tuple(person_id(i) for i in newcomers)
