"""Rules that could contain another are found without trying every pair, and none is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from targeter.lint.proofs.candidates import Candidates
from targeter.lint.proofs.formulas import Formula, Literal, Some, all_of, literal, opposite, some_of
from targeter.lint.proofs.solver import Known, boxes, satisfiable

WHOLE = 0b1111
TERMS = range(3)

known = st.dictionaries(st.sampled_from(TERMS), st.integers(1, WHOLE - 1), max_size=3)
literals = st.builds(literal, st.sampled_from(TERMS), st.integers(0, WHOLE), st.just(WHOLE))
formulas: st.SearchStrategy[Formula] = st.recursive(
    literals,
    lambda inner: st.one_of(
        st.builds(all_of, st.lists(inner, max_size=4)),
        st.builds(some_of, st.lists(inner, max_size=4)),
    ),
    max_leaves=12,
)


def met(formula: Formula, person: dict[int, int]) -> bool:
    """Whether somebody whose terms lie in these regions meets a formula."""
    if isinstance(formula, Literal):
        return bool(person[formula.term] & formula.values)
    parts = [met(part, person) for part in formula.parts]
    return any(parts) if isinstance(formula, Some) else all(parts)


PEOPLE = [{0: 1 << a, 1: 1 << b, 2: 1 << c} for a in range(4) for b in range(4) for c in range(4)]


@given(sets=st.lists(known, max_size=20), asked=known)
def test_the_sets_that_follow_are_those_whose_every_claim_does(
    sets: list[Known], asked: Known
) -> None:
    follow = [
        number
        for number, one in enumerate(sets)
        if all(term in asked and not asked[term] & ~values for term, values in one.items())
    ]
    assert sorted(Candidates(sets).within(asked)) == follow


@given(formula=formulas)
def test_a_formula_can_be_met_exactly_where_somebody_meets_it(formula: Formula) -> None:
    assert satisfiable(formula) == any(met(formula, person) for person in PEOPLE)


@given(formula=formulas)
def test_everybody_meets_a_formula_or_its_opposite_and_nobody_both(formula: Formula) -> None:
    other = opposite(formula)
    assert all(met(formula, person) != met(other, person) for person in PEOPLE)


@given(formula=formulas)
def test_the_cases_of_a_formula_together_are_the_formula(formula: Formula) -> None:
    found = boxes(formula, most=1_000)
    for person in PEOPLE:
        inside = any(all(person[t] & v for t, v in box.items()) for box in found)
        assert inside == met(formula, person)
