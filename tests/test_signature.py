"""The signature: one bit a leaf, and questions about bits that answer as SQL does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.database import Engine
from targeter.project import SETTINGS
from targeter.runs import Run
from targeter.signature import (
    BITS,
    Both,
    Either,
    Formula,
    Leaf,
    Signature,
    Without,
    is_met,
    question,
)
from tests import worlds
from tests.decisions.small import crowd, project, rule

_LEAVES = 2 * BITS + 3


def test_bits_fill_one_word_after_the_other() -> None:
    signature = Signature(tuple(f"leaf{number}" for number in range(_LEAVES)))
    assert signature.columns == ("s0", "s1", "s2")
    assert [word.count("CASE WHEN") for word in signature.words] == [BITS, BITS, 3]
    assert Signature(()).columns == Signature(()).words == ()
    assert Signature(tuple("x" * BITS)).columns == ("s0",)


def _holds(formula: Formula, held: set[int]) -> bool:
    match formula:
        case Leaf(bit):
            return bit in held
        case Both(parts):
            return all(_holds(part, held) for part in parts)
        case Either(parts):
            return any(_holds(part, held) for part in parts)
        case Without(part):
            return not _holds(part, held)


def _nested(children: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    parts = st.lists(children, max_size=4).map(tuple)
    return st.one_of(st.builds(Both, parts), st.builds(Either, parts), st.builds(Without, children))


_bits = st.sampled_from([0, 1, BITS - 1, BITS, 2 * BITS - 1, 2 * BITS])
_formulas = st.recursive(st.builds(Leaf, _bits), _nested, max_leaves=12)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(_formulas, st.sets(_bits)), min_size=1, max_size=20))
def test_a_question_about_words_is_the_question_about_their_bits(
    asked: list[tuple[Formula, set[int]]],
) -> None:
    tests, met = [], []
    for formula, held in asked:
        words = [0, 0, 0]
        for bit in held:
            words[bit // BITS] |= 1 << bit % BITS
        named = ", ".join(f"{word}::BIGINT AS s{n}" for n, word in enumerate(words))
        tests.append(f"(SELECT {question(formula)} FROM (SELECT {named}))")
        met.append(is_met(formula, words))
    answers = list(_ENGINE.row(f"SELECT {', '.join(tests)}"))
    assert answers == met == [_holds(formula, held) for formula, held in asked]


_ENGINE = Engine(threads=1)


def _leaves(run: Run) -> list[str]:
    """What the rules ask; that everybody agreed is asked besides."""
    return [leaf for leaf in run.decisions.signature.leaves if "purpose(" not in leaf]


def test_every_bit_of_every_word_is_kept(tmp_path: Path) -> None:
    rules = "rules:\n" + "".join(
        rule(f"r{number}", number, f"age <> {number}", "hello") for number in range(_LEAVES)
    )
    people = [f"p{age},,,{age},,," for age in range(_LEAVES)]
    with worlds.planned(project(tmp_path, rules, people)) as run:
        assert len(_leaves(run)) == _LEAVES
        # the best rule that holds for p124 is not r124; everybody else has r124
        asked = f"SELECT person, {run.decisions.best_rule()} FROM decided"
        best: dict[str, int] = dict(run.engine.rows(asked))
        names = [run.decisions.rules[best[f"p{age}"]].name for age in range(_LEAVES)]
    last = _LEAVES - 1
    assert names == [f"r{last}"] * last + [f"r{last - 1}"]


def test_equal_leaves_share_a_bit_however_they_are_written(tmp_path: Path) -> None:
    rules = "rules:\n" + "".join(
        rule(f"r{number}", number, when, "hello")
        for number, when in enumerate(
            (
                "age > 30 and city = 'Ashby'",
                "city='Ashby' AND (age>30)",
                "AGE > 30",
                "not (age <= 30)",
                "not not (age > 30 or city = 'Ashby')",
            )
        )
    )
    with worlds.planned(project(tmp_path, rules, crowd(2))) as run:
        assert len(_leaves(run)) == 2


@pytest.mark.parametrize(
    ("when", "people"),
    [
        ("city in ('Ashby', 'Brint')", "ab"),
        ("city not in ('Ashby', 'Coldham')", "b"),
        ("not (city in ('Ashby')) or city in ('Ashby')", "ab"),
        ("city in ('Ashby', null)", "a"),
        ("not (city in ('Ashby', null))", ""),
        ("age in ('7', '9')", "ac"),
        ("born in ('2001-02-03')", "b"),
        ("born not in ('2001-02-03', '1999-01-01')", "a"),
    ],
)
def test_one_of_several_is_asked_of_texts_numbers_and_days(
    tmp_path: Path, when: str, people: str
) -> None:
    lines = ["a,,Ashby,7,,,,2000-01-01", "b,,Brint,8,,,,2001-02-03", "c,,,9,,,,"]
    root = project(tmp_path, "rules:\n" + rule("chosen", 1, when, "hello"), lines)
    for file, before in (("people.csv", "language"), (SETTINGS, "      language: text\n")):
        path, born = root / file, ",born" if file != SETTINGS else "      born: date\n"
        path.write_text(path.read_text().replace(before, before + born, 1))
    results = worlds.results(root)
    assert "".join(p for p in results if results[p][1] == "chosen") == people


def test_a_segment_inside_an_expression_is_never_missing(tmp_path: Path) -> None:
    rules = "segments:\n  old: age > 60\nrules:\n"
    rules += rule("not_old", 2, "not old", "hello")
    rules += rule("chosen", 1, "case when old then false else not old end", "hello")
    results = worlds.results(project(tmp_path, rules, ["a,,,,,,", "b,,,70,,,", "c,,,7,,,"]))
    assert {p: r[1] for p, r in results.items()} == {"a": "not_old", "b": None, "c": "not_old"}


def test_a_rule_set_without_a_single_condition_column_still_runs(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("all", 1, "true", "hello")
    assert worlds.results(project(tmp_path, rules, crowd(2)))["p0"][0] == "message"
