"""What is proved of two conditions is so for every person, and what people would see is proved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from targeter.database import Engine
from targeter.lint.proofs.cases import Cases
from tests.lint.proofs import conditions

SEGMENTS = {"known": "n >= 0"}
LINES = (Path(__file__).parent / "relations.tsv").read_text(encoding="utf-8").splitlines()
PAIRS = [tuple(line.split("\t")) for line in LINES]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    opened = Engine(threads=1)
    conditions.people(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Cases:
    """Both conditions of each pair, all of them read in one project."""
    written = [text for one, other, _ in PAIRS for text in (one, other)]
    return conditions.read(tmp_path_factory.mktemp("pairs"), written, SEGMENTS)


@pytest.fixture(scope="module")
def so(pairs: Cases, engine: Engine) -> list[int]:
    """For whom each condition holds."""
    return conditions.tried(pairs, engine)


def test_there_are_thirty_cases_of_each_kind() -> None:
    negative = [pair for pair in PAIRS if pair[2].startswith("not ")]
    assert len(negative) >= 30 and len(PAIRS) - len(negative) >= 30


@pytest.mark.parametrize("number", range(len(PAIRS)), ids=["; ".join(pair) for pair in PAIRS])
def test_a_pair_is_proved_as_it_is(number: int, pairs: Cases, so: list[int]) -> None:
    expected = PAIRS[number][2]
    read = conditions.in_order(pairs)[2 * number : 2 * number + 2]
    proved, true = conditions.proved(*read), conditions.true_of(*so[2 * number : 2 * number + 2])
    if expected.startswith("not "):
        assert expected.removeprefix("not ") not in proved | true
    else:
        assert expected in proved & true


# -- by chance ---------------------------------------------------------------------------------

# A choice stands in braces: each test is one of each.
SHAPES = (
    "n {=|<>|<|<=|>|>=} {0|1|2.5|3|1e0|null}",
    "{0|1|2|3} {=|<>|<|<=|>|>=} n",
    "coalesce(n, {0|1|3}) {=|<>|<|>=} {0|1|3}",
    "n {in|not in} ({0|1|3}, {2|null|5})",
    "n between {-1|0|2} and {1|2.5|null|m}",
    "n {=|<>|<|<=|>|>=} m",
    "n + m {=|<>|<|<=|>|>=} 3",
    "n {is distinct from|is not distinct from} {1|null|m}",
    "{n|m|t|a|(n > 1)|d|lower(t)} {is null|is not null}",
    "x {=|<>|<|<=|>|>=} {0.5|1|2e0}",
    "price {=|<>|<|<=|>|>=} {0.5|1|1.0000001|1e0}",
    "t {=|<>|<|<=|>|>=} {''|'a'|'ab'|'b'}",
    "{t|lower(t)} {like|not like} {'a%'|'b%'}",
    "lower(t) {=|<>|<|>=} 'a'",
    "d {=|<>|<|<=|>|>=} {today()|date '2026-11-01'|today() - interval 1 day|'2026-10-31'}",
    "seen {=|<>|<|<=|>|>=} {today()|date '2026-11-02'|'2026-11-01 12:00:00'}",
    "d {=|<>|<|<=|>|>=} seen",
    "{a|b} {= true|<> true|= false|is true|is not false|is null}",
    "{a|b|small|not small|coalesce(b, true)|2 > 1|null|a = b|nullif(n, 1) > 0|n / m > 1}",
)


@st.composite
def shaped(draw: st.DrawFn) -> str:
    parts = re.split(r"\{(.*?)\}", draw(st.sampled_from(SHAPES)))
    parts[1::2] = [draw(st.sampled_from(choices.split("|"))) for choices in parts[1::2]]
    return "".join(parts)


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
        st.builds("not ({})".format, inner),
        st.builds("(({}) is not true)".format, inner),
        st.builds("coalesce(({}), ({}))".format, inner, inner),
        st.builds("case when {} then ({}) else ({}) end".format, inner, inner, inner),
    )


CONDITIONS = st.recursive(shaped(), _joined, max_leaves=4)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(written=st.lists(CONDITIONS, min_size=6, max_size=12, unique=True))
def test_nothing_is_proved_that_is_not_so(
    written: list[str], tmp_path_factory: pytest.TempPathFactory, engine: Engine
) -> None:
    segments = {"small": "n <= 1 and a"}
    cases = conditions.read(tmp_path_factory.mktemp("chance"), written, segments)
    read, held = conditions.in_order(cases), conditions.tried(cases, engine)
    for one, bits in zip(read, held, strict=True):
        for other, other_bits in zip(read, held, strict=True):
            wrong = conditions.proved(one, other) - conditions.true_of(bits, other_bits)
            assert not wrong, (written[int(one.name[1:])], written[int(other.name[1:])])
