"""Whatever is under way: nobody waits without need, no day has too many, each day the same mix."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from targeter.channels import CHANNELS
from targeter.database import Engine
from targeter.errors import WrongUsage
from targeter.history import HANDED_OVER, MESSAGE, Contact, create_contacts, moment
from targeter.outgoing import Outgoing
from targeter.pacing import MOST_DAYS, SENDING, give_days, spread
from targeter.settings import ChannelSettings

DAY = dt.date(2026, 11, 1)
Row = tuple[str, str, str]  # a person with a message, its channel and its rule


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = Engine(threads=1)
    yield made
    made.close()


def _given(
    engine: Engine, rows: Sequence[Row], paces: dict[str, int], under_way: Sequence[Contact] = ()
) -> dict[str, int]:
    """How many days later each person's message goes out."""
    create_contacts(engine, under_way)
    columns = dict.fromkeys(("person", "channel", "rule", "outcome"), "VARCHAR")
    engine.load("planned", columns, [(*row, "message") for row in rows])
    channels = [
        ChannelSettings(CHANNELS[name], outgoing=Outgoing(pace=pace))
        for name, pace in paces.items()
    ]
    give_days(engine, [*channels, ChannelSettings(CHANNELS["mastodon"])], DAY, "planned")
    return dict(engine.rows(f"SELECT person, later FROM {SENDING}"))


def _contact(person: str, later: int, channel: str, event: str = MESSAGE) -> Contact:
    at = moment(DAY + dt.timedelta(later))
    return person, at, event, None, "r", None, channel, None


_rows = st.lists(
    st.tuples(st.sampled_from(("x", "sms", "mastodon")), st.sampled_from("abc")), max_size=60
)
_earlier = st.lists(
    st.tuples(
        st.integers(-3, 6), st.sampled_from(("x", "sms")), st.sampled_from((MESSAGE, HANDED_OVER))
    ),
    max_size=20,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(_rows, _earlier, st.integers(1, 9), st.integers(1, 9))
def test_no_day_has_too_many_and_none_before_it_has_room(
    engine: Engine,
    drawn: list[tuple[str, str]],
    earlier: list[tuple[int, str, str]],
    x: int,
    sms: int,
) -> None:
    rows = [(f"p{n}", *one) for n, one in enumerate(drawn)]
    under_way = [_contact(f"q{n}", *one) for n, one in enumerate(earlier)]
    days = _given(engine, rows, {"x": x, "sms": sms}, under_way)
    assert set(days) == {person for person, channel, _ in rows if channel != "mastodon"}
    for name, pace in (("x", x), ("sms", sms)):
        new = Counter(days[person] for person, channel, _ in rows if channel == name)
        there = Counter(n for n, channel, event in earlier if channel == name and event == MESSAGE)
        for later in range(max(new, default=0) + 1):
            assert new[later] <= max(pace - there[later], 0)
            is_full = new[later] + there[later] >= pace
            assert is_full or not any(count for day, count in new.items() if day > later)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=120), st.integers(5, 40))
def test_every_day_has_its_share_of_each_rule(engine: Engine, rules: list[str], pace: int) -> None:
    rows = [(f"p{n}", "x", rule) for n, rule in enumerate(rules)]
    days = _given(engine, rows, {"x": pace})
    whole = Counter(rules)
    for later in set(days.values()):
        mine = Counter(rule for person, _, rule in rows if days[person] == later)
        for rule, count in whole.items():
            # rounded, at both ends of the day
            assert abs(mine[rule] - count * mine.total() / len(rows)) < len(whole)


def test_a_batch_may_take_a_year_and_not_longer(engine: Engine) -> None:
    create_contacts(engine, ())
    assert spread({}, "x", 2, 2 * MOST_DAYS, DAY).left == 0
    assert spread({}, "x", 2, 2 * MOST_DAYS + 1, DAY).left == 1
    rows = [(f"p{n}", "x", "a") for n in range(MOST_DAYS + 1)]
    with pytest.raises(WrongUsage, match="x: 367 messages at 1 per day"):
        _given(engine, rows, {"x": 1})
    assert max(_given(engine, rows, {"x": 2}).values()) == MOST_DAYS // 2


def test_the_last_day_of_all_is_no_fault() -> None:
    paced = spread({}, "x", 1, 3, dt.date.max - dt.timedelta(1))
    assert (paced.last, paced.left, paced.messages) == (dt.date.max, 1, 3)
