"""The law of the signature: bits answer as the engine's own three-valued logic does.

For every condition and every person `holds` is «the whole expression IS TRUE» and `refuted` is
«IS FALSE»; what is NULL meets neither. Equal leaves share a bit, however they are written.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.conditions import Condition, Group
from targeter.database import Parser
from targeter.expressions.compiler import Compiled, Compiler, Request
from targeter.expressions.scopes import PROFILE, SEGMENT, Scope
from targeter.findings import Finding
from targeter.schema import Column, Schema
from targeter.signature import Builder, question
from targeter.yaml_source import Scalar, TextFile, whole_file
from tests.expressions.test_never_stops import EXTREMES
from tests.expressions.trying import COLUMNS, TODAY, Trial, rows_sql, schema

SEGMENTS = {"grown": "age >= 1", "near": "city = 'b' OR grown", "odd": "NOT near AND agreed"}

LEAVES = st.sampled_from(
    [
        "age > 0",
        "age + visits >= 1",
        "visits IN (1, 31)",
        "visits NOT IN (1, NULL)",
        "age BETWEEN 0 AND visits",
        "score < weight",
        "score / weight > 0",
        "name LIKE 'a%'",
        "name IS DISTINCT FROM city",
        "born_on > ends_on",
        "born_on > seen_at",
        "months_between(born_on, today()) > 12",
        "list_contains(tags, 'a')",
        "mentions(name, 'anna')",
        "city IS NULL",
        "agreed",
        "active IS TRUE",
        "coalesce(age + visits, 0) = 0",
        "CASE WHEN agreed THEN age > 0 ELSE active END",
        "agreed = grown",
        "near",
        "odd",
        "coalesce(near, FALSE)",
        "true",
        "NULL",
    ]
)


def _joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda some: "(" + " AND ".join(some) + ")"),
        several.map(lambda some: "(" + " OR ".join(some) + ")"),
        parts.map(lambda one: f"(NOT {one})"),
    )


WRITTEN = st.recursive(LEAVES, _joined, max_leaves=8)


class Bits:
    """Conditions as bits, over one table of people."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        segments = Schema(tuple(Column(name, "BOOLEAN", nullable=False) for name in SEGMENTS))
        relations = {PROFILE: schema(), SEGMENT: segments}
        key = (PROFILE, "person_id")
        self.scope = Scope("the profile", relations, (PROFILE, SEGMENT), key, TODAY)
        self.compiler = Compiler(trial.parser)
        self.known: dict[tuple[str, int], Compiled] = {}
        self.segments: dict[str, Condition] = {n: self.scalar(n, t) for n, t in SEGMENTS.items()}
        draw = random.Random(3)
        people = [{name: draw.choice(EXTREMES[name]) for name in COLUMNS} for _ in range(60)]
        trial.engine.run(f"CREATE OR REPLACE TABLE law AS {rows_sql(people)}")

    def scalar(self, name: str, text: str) -> Scalar:
        return self.scalars(name, [text])[0]

    def scalars(self, name: str, texts: Sequence[str]) -> list[Scalar]:
        written = [whole_file(TextFile.of(f"{name}{n}", text)) for n, text in enumerate(texts)]
        requests = [Request(scalar, self.scope, boolean=True) for scalar in written]
        found: list[Finding] = []
        for scalar, one in zip(written, self.compiler.compile(requests, found), strict=True):
            assert one is not None, (scalar.text, found)
            self.known[scalar.key] = one
        return written

    def builder(self) -> Builder:
        return Builder(self.trial.parser, self.known, self.segments)

    def check(self, conditions: Sequence[Condition]) -> None:
        """For each person and condition: TRUE and FALSE by bits, and by the engine's own word."""
        builder = self.builder()
        asked = [(builder.holds(c), builder.refuted(c)) for c in conditions]
        signature = builder.signature()
        words = "".join(
            f", {word} AS {column}"
            for word, column in zip(signature.words, signature.columns, strict=True)
        )
        by_bits = [question(formula) for pair in asked for formula in pair]
        wholes = [_whole(condition, builder) for condition in conditions]
        by_engine = [f"({whole}) IS {truth}" for whole in wholes for truth in ("TRUE", "FALSE")]
        rows = self.trial.engine.rows(
            f"SELECT {', '.join(by_bits + by_engine)} FROM (SELECT *{words} FROM law AS p) AS p"
        )
        for row in rows:
            assert row[: len(by_bits)] == row[len(by_bits) :]


def _whole(condition: Condition, builder: Builder) -> str:
    if isinstance(condition, Scalar):
        return f"({builder.whole([condition])[0]})"
    joint = " AND " if condition.kind == "all" else " OR "
    return "(" + joint.join(_whole(part, builder) for part in condition.parts) + ")"


@pytest.fixture(scope="module")
def bits(trial: Trial) -> Bits:
    return Bits(trial)


@settings(max_examples=25, deadline=None)
@given(st.lists(WRITTEN, min_size=1, max_size=6))
def test_bits_answer_as_the_whole_expression(bits: Bits, texts: list[str]) -> None:
    bits.check(bits.scalars("c", texts))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(WRITTEN, min_size=1, max_size=3), min_size=1, max_size=3))
def test_all_and_any_answer_as_and_and_or(bits: Bits, written: list[list[str]]) -> None:
    parts = [tuple(bits.scalars(f"{n}-", texts)) for n, texts in enumerate(written)]
    bits.check(
        [
            Group("all", tuple(Group("any", part) for part in parts)),
            Group("any", tuple(Group("all", part) for part in parts)),
        ]
    )


def test_a_segment_is_never_null(bits: Bits) -> None:
    sql = bits.builder().whole([bits.scalar("s", "near")])[0]
    missing = "SELECT count(*) FROM law AS p WHERE ({}) IS NULL"
    assert bits.trial.engine.value(missing.format("p.city = 'b' OR p.age >= 1")) > 0
    assert bits.trial.engine.value(missing.format(sql)) == 0


EQUAL = [
    ("age > 5", "AGE>5", "age  >\n5", "(age > 5)", '"age" > 5', "NOT age <= 5", "age > 5 -- why"),
    ("age::bigint = 5", "cast(age AS BIGINT) = 5", "CAST(Age as bigint) = 5"),
    ("lower(name) = 'a'", "LOWER(name) = 'a'", "NOT (lower(name) <> 'a')"),
    ("born_on > date '2026-01-01'", "born_on > '2026-01-01'::date"),
    ("born_on < today()", "NOT born_on >= TODAY()"),
    ("name IN ('a', 'b')", "name in ('a','b')"),
]


@pytest.mark.parametrize("texts", EQUAL)
def test_equal_leaves_share_a_bit(bits: Bits, texts: tuple[str, ...]) -> None:
    builder = bits.builder()
    for number, text in enumerate(texts):
        builder.holds(bits.scalar(f"e{number}", text))
    assert len(builder.signature().leaves) == 1


def test_different_leaves_have_bits_of_their_own(bits: Bits) -> None:
    builder = bits.builder()
    for number, text in enumerate(["age > 5", "age >= 5", "age > 6", "name = 'A'", "name = 'a'"]):
        builder.holds(bits.scalar(f"d{number}", text))
    assert len(builder.signature().leaves) == 5


def test_the_day_is_pinned_in_every_leaf(bits: Bits) -> None:
    builder = bits.builder()
    builder.holds(bits.scalar("t", "born_on < today() and days_since(ends_on) > 1"))
    assert all(TODAY in leaf and "today" not in leaf for leaf in builder.signature().leaves)


def test_canonical_text_is_stable(trial: Trial) -> None:
    texts = [
        "age + visits > 5",
        "coalesce(name, 'x') LIKE 'a%'",
        "born_on + interval 2 month > today()",
    ]
    again = Trial(parser=Parser(), engine=trial.engine)
    assert trial.sql(*texts) == again.sql(*texts)
