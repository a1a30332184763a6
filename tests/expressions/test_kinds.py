"""Kinds of values meet as the language allows, or are found; nothing is left for the run."""

from __future__ import annotations

import pytest

from tests.expressions.trying import Trial, marked

WRONG = [
    ("TG204", "age = «'abc'»"),
    ("TG204", "age = «'5.5'»"),
    ("TG203", "name = «5»"),
    ("TG203", "name = «age»"),
    ("TG203", "age = «name»"),
    ("TG203", "name IN («1», 'a')"),
    ("TG204", "age IN (1, «'x'»)"),
    ("TG203", "age IN (1, «born_on»)"),
    ("TG204", "age BETWEEN 1 AND «'x'»"),
    ("TG203", "«name BETWEEN 'a' AND age»"),
    ("TG204", "born_on = «'yesterday'»"),
    ("TG204", "born_on IN («'2026-13-01'»)"),
    ("TG204", "seen_at > «'2026-01-01 25:00'»"),
    ("TG204", "born_on IN (seen_at, «'300000-01-01'»)"),
    ("TG204", "born_on > «date '2026-02-30'»"),
    ("TG204", "«'x'»::integer = 5"),
    ("TG203", "«born_on > 5»"),
    ("TG203", "«born_on + age» > today()"),
    ("TG203", "«born_on + seen_at» > today()"),
    ("TG204", "agreed = «'perhaps'»"),
    ("TG203", "agreed = «1»"),
    ("TG205", "NOT «name»"),
    ("TG205", "NOT «age»"),
    ("TG205", "agreed AND «name»"),
    ("TG205", "«age» OR agreed"),
    ("TG205", "CASE WHEN «age» THEN 1 END = 1"),
    ("TG205", "«name» IS TRUE"),
    ("TG205", "«age» IS NOT TRUE"),
    ("TG204", "CASE WHEN agreed THEN 1 ELSE «'a'» END = 1"),
    ("TG204", "CASE age WHEN «'a'» THEN 1 END = 1"),
    ("TG203", "«coalesce(name, age)» = 'a'"),
    ("TG204", "coalesce(age, «'unknown'») = 5"),
    ("TG204", "nullif(age, «''») = 5"),
    ("TG203", "«greatest(age, name)» = 5"),
    ("TG203", "tags = «[1]»"),
    ("TG203", "['a'] = «[1]»"),
    ("TG203", "«list_contains(tags, age)»"),
    ("TG203", "tags[«'a'»] = 'x'"),
    ("TG203", "«name»[1] = 'x'"),
    ("TG203", "«tags || 'a'» = tags"),
    ("TG203", "«upper(age)» = 'A'"),
    ("TG203", "«abs(name)» = 1"),
    ("TG203", "«-name» = 'x'"),
    ("TG203", "«year(name)» = 2026"),
    ("TG203", "years_between(«name», today()) > 1"),
    ("TG203", "years_between(«'2020-01-01'», today()) > 1"),
    ("TG203", "days_since(«age») > 1"),
    ("TG203", "distance_km(«name», score, 1, 2) > 1"),
    ("TG203", "«mentions(age, 'x')»"),
    ("TG203", "«age LIKE '5%'»"),
    ("TG203", "age IS DISTINCT FROM «name»"),
]


@pytest.mark.parametrize(("code", "text"), WRONG)
def test_kinds_that_dont_meet_are_found(trial: Trial, code: str, text: str) -> None:
    plain, line, column, length = marked(text)
    first = trial.found(plain)[0]
    assert first.place is not None
    where = (first.place.line, first.place.column, first.place.length)
    assert (first.code, where) == (code, (line, column, length))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("age", "a number"),
        ("name || city", "a text"),
        ("born_on", "a date"),
        ("seen_at", "a timestamp"),
        ("tags", "a list"),
        ("interval 1 day", "an interval"),
    ],
)
def test_a_condition_is_true_or_false(trial: Trial, text: str, kind: str) -> None:
    found = trial.found(text, boolean=True)
    assert [f.code for f in found] == ["TG205"]
    assert kind in found[0].message


@pytest.mark.parametrize(
    "text",
    [
        "age = '5'",
        "score > 1 and score > age and price > age and price > score",
        "born_on = '2026-01-01'",
        "born_on < seen_at",
        "seen_at >= '2026-01-01'",
        "agreed = 'true'",
        "age = NULL",
        "coalesce(age, NULL) = 1",
        "tags = []",
        "CASE WHEN agreed THEN '2026-01-01' ELSE born_on END > today()",
        "NULL",
    ],
)
def test_kinds_that_meet_are_clean(trial: Trial, text: str) -> None:
    assert not trial.found(text, boolean=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name > 5", "name is a text and 5 is a number: they can't be compared"),
        ("age between born_on and 5", "age is a number and born_on is a date"),
        ("born_on in (age, 5)", "born_on is a date and age is a number"),
        ("coalesce(name, age)", "they can't be values of one thing"),
        ("case when agreed then born_on else tags end", "they can't be values of one thing"),
        ("[name, age]", "they can't be values of one thing"),
        ("age LIKE '5%'", "LIKE doesn't go with a number and a text"),
        ("agreed + age", "+ doesn't go with a boolean and a number"),
        ("lower(tags)", "lower can't take a list"),
        ("age[1]", "[…] doesn't go with a number and a number"),
    ],
)
def test_what_doesnt_go_together_is_said_in_a_users_words(
    trial: Trial, text: str, said: str
) -> None:
    first = trial.found(text)[0]
    assert said in first.message


_TYPES = ("VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "TIMESTAMP", "INTERVAL")
_OPERANDS = ("name", "age", "score", "born_on", "agreed", "tags", "interval 1 day", "'a'", "5")
_SHAPES = (
    *("{a} = {b}", "{a} < {b}", "{a} + {b}", "{a} || {b}", "{a} LIKE {b}", "{a} in ({b}, {b})"),
    *("{a} between {b} and {b}", "case when agreed then {a} else {b} end", "coalesce({a}, {b})"),
    *("contains({a}, {b})", "date_diff('day', {a}, {b})", "[{a}, {b}]", "round({a}, {b})"),
)


def test_no_sentence_of_the_engine_reaches_a_user(trial: Trial) -> None:
    texts = [shape.format(a=a, b=b) for shape in _SHAPES for a in _OPERANDS for b in _OPERANDS]
    found = trial.compiled(texts)[1]
    raw = [f.message for f in found if any(word in f.message for word in (*_TYPES, "cast"))]
    assert len(found) > 400
    assert raw == []
