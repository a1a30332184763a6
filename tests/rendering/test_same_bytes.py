"""The law of fast copy: everybody gets what the writer writes for one, to the byte."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from targeter.channels import CHANNELS, Measure, measured
from targeter.database import Engine
from targeter.filters.formats import can_format
from targeter.inert import LONGEST, neutralise
from targeter.rendering.dictionaries import MANY
from targeter.rendering.plain_words import PlainWords, pattern
from tests.channels.hostile import PIECES, TEXTS
from tests.channels.hostile import many as many_texts
from tests.rendering.trial import Trial, template, trial

NAMES = ("a", "b", "n", "d", "m", "t", "on", "l")
PLAIN = (
    "Anna",
    "O'Neil",
    "J. R.",
    "van der Berg",
    "Berg, Anna",
    "x" * LONGEST,
    "x" * 61,
    "RT",
    "5",
)
WORDS = (" ", "  ", "\n", " and ", ", ", ". ", ".", "!", "'s", "(", ")", "Hi ", "é", "“", "”", "-")
BESIDE = (".It", "@", "#", "$", "www.", "https://x.co/", ".com", "x.com", "\u200d", "🇩", "\u0301")
FILTERS = (
    *("", "|title", "|upper", "|lower", "|capitalize", "|trim", "|default('you')", "|trim|title"),
    *("|default('x.co')|upper", "|trim|default(' ')"),
    *(("|listing", "|number", "|number(2)|default('some')", "|date") if can_format() else ()),
)
ASKED = (
    *("a", "not a", "a is defined", "a == 'Anna'", "n > 3", "n", "a and b", "a or n", "t"),
    *("a == b", "n > d", "a > 3", "on > '2026'", "price == '£10'", "count > 2", "l", "m == 2"),
)

values = st.sampled_from(NAMES).flatmap(
    lambda name: st.sampled_from(FILTERS).map(lambda filters: f"{{{{ {name}{filters} }}}}")
)
words = st.one_of(
    st.sampled_from(WORDS), st.sampled_from(WORDS), st.sampled_from(BESIDE), st.sampled_from(PIECES)
).filter(lambda text: "{" not in text)
others = st.sampled_from(
    ["{{ price }}", "{{ shop }}", "{{ odd }}", "{{ 'x.co' }}", "{{ a or 'b' }}", "{{ a if n }}"]
)
flat = st.lists(st.one_of(words, words, values, others), max_size=5).map("".join)
branches = st.tuples(st.sampled_from(ASKED), flat, flat).map(
    lambda parts: f"{{% if {parts[0]} %}}{parts[1]}{{% else %}}{parts[2]}{{% endif %}}"
)
bodies = st.lists(st.one_of(words, words, values, values, others, branches), max_size=9).map(
    "".join
)

texts = st.one_of(st.none(), st.sampled_from(PLAIN), TEXTS)
rows = st.tuples(
    texts,
    texts,
    st.one_of(st.none(), st.integers(-5, 5), st.integers(-(2**63), 2**63 - 1)),
    st.one_of(st.none(), st.sampled_from([0.0, -0.0, float("nan"), float("inf"), 2.5, 1e300])),
    st.one_of(st.none(), st.integers(-5, 5).map(Decimal), st.just(Decimal("2.500001"))),
    st.one_of(st.none(), st.booleans()),
    st.one_of(st.none(), st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))),
    st.one_of(st.none(), st.lists(st.one_of(st.none(), TEXTS), max_size=3)),
).map(tuple)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with trial(tmp_path_factory.mktemp("copy")) as made:
        yield made


def storable(row: Sequence[object]) -> bool:
    """What a column can hold at all: no half of a surrogate pair, no NUL."""
    parts = [part for value in row for part in (value if isinstance(value, list) else [value])]
    return not any(
        "\x00" in part or any("\ud800" <= sign <= "\udfff" for sign in part)
        for part in parts
        if isinstance(part, str)
    )


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    bodies,
    st.integers(0, 11),
    st.lists(rows.filter(storable), min_size=1, max_size=12),
    st.integers(1, 3),
)
def test_everybody_gets_what_the_writer_writes_for_one(
    world: Trial, body: str, channel: int, people: Sequence[Sequence[object]], several: int
) -> None:
    written = template(body, link="https://example.com/a?c={rule}" if channel % 2 else None)
    if written is None:
        return
    choices = [world.with_template(written, world.channels[channel], n) for n in range(several)]
    world.people(people)
    world.wait(*range(several))  # everybody, half of them or a third with one choice
    expected = [(m.text, m.length, m.why) for m in world.messages(choices[0], people)]
    for few, many in ((0, MANY), (0, 0), (1_000, MANY)):
        assert [row[2:] for row in world.drafts(choices, few, many)] == expected


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.from_regex(pattern(CHANNELS["x"]), fullmatch=True), TEXTS, st.text(max_size=70)),
    st.sampled_from(sorted(CHANNELS)),
    st.sampled_from([" (", " “", " ‘", " ", "\n"]),
    st.sampled_from(["", ",", ".", ".”", "'s", "’s", "…", "!?", "):"]),
)
def test_a_plain_word_stands_as_it_is_and_its_letters_count_one(
    word: str, name: str, before: str, after: str
) -> None:
    channel = CHANNELS[name]
    if not re.fullmatch(pattern(channel), word) or len(word) > LONGEST:
        return
    assert neutralise(word, channel) == word
    around = measured(before, channel) + measured(after, channel)
    letters = Measure(length=len(word), size=len(word.encode()), said=1)
    whole = measured(f"{before}{word}{after}", channel)
    wide = whole.wide - around.wide  # of a text message only
    assert wide == (len(word) if channel.unit == "gsm7" else 0)
    assert replace(whole, said=1) == replace(around + letters, said=1, wide=whole.wide)


def test_the_engine_and_python_agree_on_what_a_plain_word_is(world: Trial) -> None:
    words = [*PLAIN, *PIECES, *(word for word in many_texts(2_000, seed=3) if storable([word]))]
    words += ["Zoë", "Łukasz", "Анна", "ANNA B.", "Anna ", " Anna", "An  na", "Anna\n", ""]
    world.engine.load("words", {"word": "VARCHAR"}, ((word,) for word in words))
    for name in ("x", "sms"):
        plain = PlainWords(CHANNELS[name], ())
        asked = f"SELECT word, {plain.are('word')} FROM words"
        for word, is_plain in world.engine.rows(asked):
            expected = re.fullmatch(pattern(CHANNELS[name]), word) and len(word) <= LONGEST
            assert is_plain == bool(expected), word
    assert world.engine.value(f"SELECT {plain.are('NULL::VARCHAR')}") is False


def test_values_that_do_not_survive_python_lose_nobody(world: Trial) -> None:
    world.people([[None] * len(NAMES) for _ in range(6)])
    world.engine.run(
        "UPDATE profiles SET \"on\" = ['infinity', '-infinity', '2026-11-01', NULL, '0001-01-01', "
        "'infinity'][1 + rowid]::DATE, d = ['nan', '-0.0', '0.0', 'inf', NULL, '1e400'][1 + rowid]"
        "::DOUBLE, l = [[], [NULL], ['a'], ['a', NULL], NULL, ['']][1 + rowid]::VARCHAR[]"
    )
    world.wait(0)  # rows that are updated get other numbers
    read = template(
        "{{ on or 'no' }} then {{ d or 'none' }} of {{ l or 'nothing' }} and {{ shop }}"
    )
    assert read is not None
    choice = world.with_template(read, CHANNELS["x_dm"])
    whole = world.drafts([choice], few=1_000)
    assert len(whole) == 6
    assert world.drafts([choice]) == whole
    assert whole[1][2] == whole[2][2] or "no" in str(whole[1][2])


def test_rows_and_threads_in_any_order_make_the_same_drafts(world: Trial) -> None:
    many = [word for word in many_texts(400, seed=5) if storable([word])]
    people = [
        [many[n % 300], f"Ben {n % 7}", n % 50, n / 8, None, None, None, None] for n in range(3_000)
    ]
    read = template(
        "Hi {{ a|default('you') }}, {% if n > 25 %}{{ n }}{% endif %} at {{ b|upper }}: {{ d }}."
    )
    assert read is not None
    choice = world.with_template(read, CHANNELS["x_promoted"])
    world.people(people)
    first = world.drafts([choice])
    assert len(first) == len(people)
    for threads, order in ((1, "person_id DESC"), (2, "md5(person_id)")):
        engine = Engine(threads=threads)
        other = replace(world, engine=engine)
        other.people(people)
        engine.run(f"CREATE TABLE turned AS SELECT * FROM profiles ORDER BY {order}")
        engine.run("DROP TABLE profiles")
        engine.run("ALTER TABLE turned RENAME TO profiles")
        assert other.drafts([choice]) == first
        engine.close()
