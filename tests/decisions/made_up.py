"""Worlds that hypothesis makes up: small projects in which everything may meet everything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from random import Random

from hypothesis import strategies as st

from tests.decisions.kleene import (
    SIGNS,
    And,
    Between,
    Compare,
    Condition,
    Differs,
    Divided,
    Expression,
    Flag,
    Group,
    Missing,
    Not,
    OneOf,
    Or,
    Person,
    Value,
)
from tests.decisions.model import (
    INVISIBLE,
    Channel,
    Contact,
    Hole,
    Named,
    Rest,
    Rule,
    Template,
    World,
)

DAY = dt.date(2026, 11, 1)
TOPICS = ("phones", "coverage")
SEGMENTS = ("young", "loyal")

_VALUES: dict[str, tuple[Value, ...]] = {
    "city": ("Ashby", "Brint", "Corve"),
    "network": ("ours", "theirs"),
    "age": (0, 17, 18, 40),
    "visits": (0, 1, 3),
    "vip": (True, False),
    "ends_on": (DAY, DAY - dt.timedelta(1), DAY + dt.timedelta(30)),
}
_PEOPLE: dict[str, tuple[Value, ...]] = {
    **_VALUES,
    "name": ("Anna", "Bo", "Alexandrina", INVISIBLE),
    "language": ("en", "de", "DE_at", "fr", "de-ch"),
    "phone": ("0171",),
    "consent": (True, True, True, False),
    "may_text": (True, True, False),
}
_CHANNELS = (
    Channel("mail", 75),
    Channel("text", 60, address="phone", purpose="texting", footer="Reply STOP"),
    Channel("wall", 60, promoted=True, min_audience=3),
    Channel("poster", 60, promoted=True, min_audience=3, match_rate="0.3"),
)

_PURPOSES: tuple[dict[str, str], ...] = (
    {"marketing": "consent"},
    {"marketing": "may_text"},
    {"marketing": "consent", "texting": "may_text"},
    {"marketing": "may_text", "texting": "consent"},
)

# -- conditions ------------------------------------------------------------------------------

_in_column = st.sampled_from(sorted(_VALUES)).flatmap(
    lambda column: st.tuples(st.just(column), st.sampled_from(_VALUES[column]))
)
_ordered = _in_column.filter(lambda pair: pair[0] != "vip")
# what can't be a negation, for handoffs and suppressions: no doubt about what is missing there
_positive: st.SearchStrategy[Expression] = st.one_of(
    st.builds(lambda pair: Compare(pair[0], "=", pair[1]), _in_column),
    st.builds(Between, st.sampled_from(("age", "visits")), st.integers(0, 2), st.integers(2, 40)),
    st.just(Flag("vip")),
    st.sampled_from(SEGMENTS).map(Flag),
)
_leaf: st.SearchStrategy[Expression] = st.one_of(
    _positive,
    st.builds(lambda pair, sign: Compare(pair[0], sign, pair[1]), _ordered, st.sampled_from(SIGNS)),
    st.builds(lambda pair: Differs(*pair), _in_column),
    st.builds(Missing, st.sampled_from(sorted(_VALUES))),
    st.builds(
        OneOf,
        st.just("city"),
        st.lists(st.sampled_from(_VALUES["city"]), min_size=1, max_size=2).map(tuple),
    ),
    st.builds(Divided, st.just("visits"), st.integers(1, 6), st.integers(1, 4)),
)


def _nested(children: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(children, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, children), st.builds(And, several), st.builds(Or, several))


expressions: st.SearchStrategy[Expression] = st.recursive(_leaf, _nested, max_leaves=5)
"""Single SQL expressions."""


def _grouped(children: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(children, min_size=1, max_size=3).map(tuple)
    return st.builds(Group, st.sampled_from(("all", "any")), several)


conditions: st.SearchStrategy[Condition] = st.recursive(expressions, _grouped, max_leaves=4)
"""Conditions as YAML holds them: expressions, and `all` and `any` of them, nested."""

# -- people ----------------------------------------------------------------------------------


def _crowd(seed: int, size: int) -> tuple[Person, ...]:
    """People with a quarter of their values missing; few different ones, so that cells fill."""
    random = Random(seed)
    return tuple(
        {
            "person_id": f"p{number:03d}",
            **{
                column: None if random.random() < 0.25 else random.choice(values)
                for column, values in _PEOPLE.items()
            },
        }
        for number in range(size)
    )


people: st.SearchStrategy[tuple[Person, ...]] = st.builds(
    _crowd, st.integers(0, 2**32 - 1), st.integers(1, 80)
)

# -- copy ------------------------------------------------------------------------------------

_hole = st.one_of(
    st.sampled_from(("name", "city", "age")).map(Hole),
    st.just(Hole("name", otherwise="friend")),
    st.just(Hole("city", then="in your town")),
    st.just(Hole("age", then="at your age")),
)
# Too long for «Alexandrina» on one channel, and on the other beside a link.
_LONG: tuple[str | Hole, ...] = ("A long greeting to ", Hole("name"), " from the rest of us")
_body: st.SearchStrategy[tuple[str | Hole, ...]] = st.one_of(
    st.just(("Hello you",)),
    st.just(_LONG),
    _hole.map(lambda hole: ("Hi ", hole, " there")),
    _hole.map(lambda hole: (hole,)),
    _hole.map(lambda hole: (hole, " and ", hole)),
)
_link = st.sampled_from((None, None, "https://example.com/{rule}"))


@st.composite
def _variants(draw: st.DrawFn, name: str) -> list[Template]:
    """One template in its languages, on one channel."""
    channel = draw(st.sampled_from(_CHANNELS)).name
    topic, link = draw(st.sampled_from((None, *TOPICS))), draw(_link)
    languages = draw(
        st.sampled_from(((None,), ("en",), ("en", "de"), (None, "de"), ("de",), ("de", "de-at")))
    )
    # words that never fit are an error of lint, so the long ones carry no link there
    bodies = _body.filter(lambda body: body != _LONG) if channel == "text" and link else _body
    return [
        Template(name, language, channel, draw(bodies), topic, link)
        for language in sorted(languages, key=lambda one: f".{one}.j2" if one else ".j2")
    ]


# -- the whole -------------------------------------------------------------------------------

_CAMPAIGNS: dict[str, tuple[dt.date | None, dt.date | None]] = {
    "open": (None, None),
    "last_day": (DAY - dt.timedelta(9), DAY),
    "first_day": (DAY, DAY + dt.timedelta(9)),
    "over": (None, DAY - dt.timedelta(1)),
    "to_come": (DAY + dt.timedelta(1), None),
}
_in_campaign = st.sampled_from((None, None, *_CAMPAIGNS))


def _suppressions(number: int) -> st.SearchStrategy[Named]:
    return st.builds(
        Named,
        st.just(f"suppression{number}"),
        _positive,
        st.just(""),
        st.sampled_from((None, *TOPICS)),
        st.sampled_from((None, None, "mail", "wall")),
        st.sampled_from((None, None, "open", "last_day")),
    )


def _several(
    most: int, one: Callable[[int], st.SearchStrategy[Named]]
) -> st.SearchStrategy[tuple[Named, ...]]:
    return st.integers(0, most).flatmap(lambda count: st.tuples(*map(one, range(count))))


@st.composite
def _rules(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[Rule, ...]:
    count = draw(st.integers(1, 5))
    return tuple(
        Rule(
            f"rule{number}",
            draw(st.integers(1, 3)),
            draw(conditions),
            tuple(draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))),
            tuple(draw(st.lists(conditions, max_size=2))),
            draw(st.integers(0, 9)) > 0,
            draw(_in_campaign),
        )
        for number in range(count)
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A project and its people."""
    templates = [t for n in range(4) for t in draw(_variants(f"t{n}"))]
    used = {t.name: t for t in templates}
    topics = {t.topic for t in templates}
    suppressions = draw(_several(3, _suppressions))
    purposes = draw(st.sampled_from(_PURPOSES))
    handoffs = _several(1, lambda n: st.builds(Named, st.just(f"h{n}"), _positive, st.just("us")))
    required = _several(2, lambda n: st.builds(Named, st.just(f"must{n}"), _leaf))
    return World(
        day=DAY,
        people=draw(people),
        segments={
            "young": draw(expressions.filter(lambda one: not _names(one) & {*SEGMENTS})),
            "loyal": draw(conditions.filter(lambda one: "loyal" not in _names(one))),
        },
        handoffs=draw(handoffs) if draw(st.booleans()) else (),
        requirements=draw(required) if draw(st.integers(0, 2)) == 0 else (),
        # a topic that no template has is an error of lint
        suppressions=tuple(s for s in suppressions if s.topic is None or s.topic in topics),
        purposes=purposes,
        campaigns=_CAMPAIGNS,
        channels=tuple(
            c if c.purpose in purposes else replace(c, purpose="marketing") for c in _CHANNELS
        ),
        templates=tuple(templates),
        rules=draw(_rules(tuple(used))),
        default_language=draw(st.sampled_from((None, "en", "en", "de-at"))),
        holdout=draw(st.sampled_from((None, (10, "a"), (50, "autumn")))),
    )


# -- limits ----------------------------------------------------------------------------------

_spans = st.sampled_from((1, 7, 14, 28))
_rests = st.builds(
    Rest,
    st.none() | st.tuples(st.integers(1, 3), _spans),
    st.none() | _spans,
)
_counts = st.none() | st.integers(1, 12)


@st.composite
def limited_worlds(draw: st.DrawFn) -> World:
    """A project with every limit there is, and people who were contacted before."""
    world = _open(draw(worlds()), draw(st.booleans()))
    handoffs = tuple(
        replace(h, again_after=draw(st.none() | _spans), capacity=draw(_counts))
        for h in world.handoffs
    )
    stay = draw(st.none() | _spans)
    limited = replace(
        world,
        handoffs=handoffs,
        rules=tuple(_limited(draw, rule, world) for rule in world.rules),
        channels=tuple(replace(c, stay=stay) if c.promoted else c for c in world.channels),
        rest=draw(st.just(Rest()) | _rests),
        max_people=draw(st.none() | _counts),
        campaign_people=draw(
            st.dictionaries(st.sampled_from(("open", "last_day")), st.integers(1, 9))
        ),
        campaign_holdouts=draw(
            st.dictionaries(st.sampled_from(("open",)), st.just((30, "campaign")))
        ),
    )
    return replace(limited, contacts=_contacts(limited, draw(st.integers(0, 2**32 - 1))))


def _open(world: World, is_open: bool) -> World:
    """Most people may be written to, so that there is something to limit."""
    agreed = {"consent": True, "may_text": True}
    people = tuple(
        {**one, **agreed} if number % 6 else one for number, one in enumerate(world.people)
    )
    rules = tuple(
        replace(rule, when=Differs("city", "Ashby"), unless=(), enabled=True, campaign=campaign)
        if number % 2
        else rule
        for number, (rule, campaign) in enumerate(
            zip(world.rules, (None, "open", None, "open", "last_day"), strict=False)
        )
    )
    if is_open:
        world = replace(world, requirements=(), suppressions=(), handoffs=())
    return replace(world, people=people, rules=rules)


def _limited(draw: st.DrawFn, rule: Rule, world: World) -> Rule:
    most = draw(_counts)
    ranked = draw(st.sampled_from((None, "age", "visits"))) if most else None
    shares: tuple[int, ...] = ()
    if len(rule.templates) > 1 and draw(st.booleans()):
        shares = {2: (30, 70), 3: (50, 30, 20)}[len(rule.templates)]
    rest = draw(st.just(Rest()) | _rests)
    return replace(rule, max_people=most, rank_by=ranked, shares=shares, rest=rest)


def _contacts(world: World, seed: int) -> tuple[Contact, ...]:
    """Two contacts a person or so, at the ends of days before the plan's and in between."""
    random = Random(seed)
    found = []
    end = dt.datetime.combine(world.day, dt.time.max)
    pairs = [(r, t) for r in world.rules for t in world.templates if t.name in r.templates]
    for person in world.people:
        for _ in range(random.choice((0, 0, 1, 2, 4))):
            rule, template = random.choice(pairs)
            channel = world.channel(template.channel)
            events = ("entered", "entered", "left") if channel.promoted else ("message",)
            days = random.choice((-1, 0, 1, 6, 7, 8, 13, 14, 27, 28, 40))
            at = end - dt.timedelta(days, random.choice((0, 0, 60)))
            key = str(person["person_id"])
            event, text = random.choice(events), random.choice(("Hello you", "An old text"))
            found.append(Contact(key, at, event, rule.name, template.id, channel.name, text))
            if world.handoffs and random.random() < 0.3:
                found.append(Contact(key, at, "handed_over", world.handoffs[0].name))
    return tuple(found)


def _names(condition: Condition) -> set[str]:
    """The flags a condition names: a segment may not come back to itself."""
    match condition:
        case Flag(name):
            return {name}
        case Not(part):
            return _names(part)
        case And(parts) | Or(parts) | Group(_, parts):
            return {name for part in parts for name in _names(part)}
        case _:
            return set()
