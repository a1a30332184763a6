"""From texts to opinions, from opinions to a stance: one law, in Python and in SQL."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targeter.database import Engine, literal
from targeter.topics import Topic, like_sql, opinion_sql, stance_of, stance_sql

BLACKBERRY = Topic("blackberry", ("blackberry",), likes=("BlackBerry", "Caf\u00e9 O'Berry"))
IPHONE = Topic("iphone", ("iphone",))
PHONES = Topic("phones", ("iphone", "blackberry", "nokia"))
TOPICS = (BLACKBERRY, IPHONE)


def opinion(
    engine: Engine, text: str | None, score: str, others: tuple[Topic, ...] = TOPICS
) -> int | None:
    sql = opinion_sql("text", "score", BLACKBERRY, others)
    found: int | None = engine.value(
        f"SELECT {sql} FROM (SELECT {literal(text)}::VARCHAR AS text, {score} AS score)"
    )
    return found


@pytest.mark.parametrize(
    ("favour", "against", "at_least", "stance"),
    [
        (0, 0, 1, "unknown"),
        (1, 0, 1, "for"),
        (0, 1, 1, "against"),
        (1, 1, 3, "unknown"),
        (1, 1, 2, "mixed"),
        (2, 1, 3, "for"),
        (1, 2, 3, "against"),
        (3, 2, 3, "mixed"),
        (66, 34, 3, "mixed"),
        (67, 33, 3, "for"),
        (2, 4, 3, "against"),
    ],
)
def test_two_thirds_of_enough_opinions_are_a_stance(
    favour: int, against: int, at_least: int, stance: str
) -> None:
    assert stance_of(favour, against, at_least) == stance


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 10))
def test_who_is_for_one_side_is_against_the_other(favour: int, against: int, at_least: int) -> None:
    mirror = {"for": "against", "against": "for"}
    stance = stance_of(favour, against, at_least)
    assert stance_of(against, favour, at_least) == mirror.get(stance, stance)


@pytest.mark.parametrize("at_least", [1, 3, 7])
def test_sql_and_python_say_the_same_stance(engine: Engine, at_least: int) -> None:
    engine.load("counts", {"f": "BIGINT", "a": "BIGINT"}, itertools.product(range(9), range(9)))
    rows = engine.rows(f"SELECT f, a, {stance_sql('f', 'a', at_least)} FROM counts")
    assert rows == [(f, a, stance_of(f, a, at_least)) for f, a, _ in rows]


def test_who_has_no_rows_has_an_unknown_stance(engine: Engine) -> None:
    assert engine.value(f"SELECT {stance_sql('NULL', 'NULL', 1)}") == "unknown"


@pytest.mark.parametrize("make", [lambda n: stance_of(1, 1, n), lambda n: stance_sql("f", "a", n)])
def test_a_stance_needs_at_least_one_opinion(make: object) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match="1 or more"):
        make(0)


@pytest.mark.parametrize(
    ("text", "score", "expected"),
    [
        (None, "0.9", None),
        ("nothing to see", "0.9", None),
        ("the blackberry", "0.3", 1),
        ("the blackberry", "0.2999", 0),
        ("the blackberry", "-0.3", -1),
        ("the blackberry", "-0.2999", 0),
        ("the blackberry", "0.3::FLOAT", 1),
        ("the blackberry", "-0.3::FLOAT", -1),
        ("the blackberry", "0.3::DECIMAL(4,2)", 1),
        ("the blackberry", "'0.5'", 1),
        ("the blackberry", "'good'", 0),
        ("the blackberry", "NULL", 0),
        ("the blackberry", "'nan'::DOUBLE", 0),
        ("I would not want a blackberry", "0.9", -1),
        ("I would not want a blackberry", "NULL", -1),
        ("blackberry or iphone", "0.9", 0),
        ("I'd rather have an iphone than a blackberry", "0.9", -1),
        ("I'd rather have a blackberry than an iphone", "-0.9", 0),
    ],
)
def test_a_text_holds_an_opinion(
    engine: Engine, text: str | None, score: str, expected: int | None
) -> None:
    assert opinion(engine, text, score) == expected


def test_a_topic_alone_is_judged_by_the_score(engine: Engine) -> None:
    assert opinion(engine, "blackberry or iphone", "0.9", others=()) == 1


def test_a_word_two_topics_share_is_no_other_topic(engine: Engine) -> None:
    assert opinion(engine, "the BlackBerry", "0.9", others=(PHONES,)) == 1
    assert opinion(engine, "BlackBerry and Nokia", "0.9", others=(PHONES,)) == 0


@pytest.mark.parametrize(
    ("page", "liked"),
    [
        ("BlackBerry", True),
        (" blackberry ", True),
        ("cafe\u0301 o'berry", True),
        ("BlackBerry fans", False),
        (None, None),
    ],
)
def test_a_page_is_liked_by_its_whole_name(
    engine: Engine, page: str | None, liked: bool | None
) -> None:
    assert engine.value(f"SELECT {like_sql(f'{literal(page)}::VARCHAR', BLACKBERRY)}") is liked


def test_a_topic_without_pages_is_liked_by_none(engine: Engine) -> None:
    assert engine.value(f"SELECT {like_sql(literal('iphone'), IPHONE)}") is False
