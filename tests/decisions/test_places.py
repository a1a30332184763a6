"""How many people at most, who is in which group, and pilots."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targeter import pipeline
from targeter.database import Engine
from targeter.decisions.experiments import held_sql, variant_sql
from targeter.limits import Holdout
from targeter.pilots import shares
from targeter.reports.limited import people_needed
from targeter.rules import Variant
from targeter.yaml_source import TextFile, whole_file
from tests import worlds
from tests.decisions.small import crowd, project, rule, template

HELD = "person_id is not null"
_TEMPLATES = {"hello": template("Hello you"), "other": template("Good day")}


def _ages(count: int) -> list[str]:
    return [f"p{n},Anna,Ashby,{n},true,0171,en" for n in range(count)]


def _rules_of(root: Path, **changes: object) -> Counter[str]:
    ended = worlds.results(root, **changes).values()
    return Counter(str(won) if outcome == "message" else outcome for outcome, won, _ in ended)


# -- places ----------------------------------------------------------------------------------


def test_the_highest_ranked_have_the_places_and_the_rest_their_next_rule(tmp_path: Path) -> None:
    rules = (
        "rules:\n"
        + rule("best", 2, HELD, "hello", max_people="3", rank_by="age")
        + rule("next", 1, HELD, "other")
    )
    ended = worlds.results(project(tmp_path, rules, _ages(10), templates=_TEMPLATES))
    assert {p for p, (_, won, _) in ended.items() if won == "best"} == {"p7", "p8", "p9"}
    assert Counter(won for _, won, _ in ended.values()) == {"best": 3, "next": 7}


def test_whose_rank_is_missing_comes_last(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("best", 2, HELD, "hello", max_people="2", rank_by="0 - age")
    people = ["none,Anna,Ashby,,true,0171,en", *_ages(3)]
    ended = worlds.results(project(tmp_path, rules, people))
    assert {p for p, (outcome, _, _) in ended.items() if outcome == "over_cap"} == {"none", "p2"}


def test_a_campaign_and_everything_have_their_places_too(tmp_path: Path) -> None:
    rules = (
        "campaign: autumn\nrules:\n"
        + rule("first", 2, "age < 6", "hello", max_people="5")
        + rule("second", 1, HELD, "other")
    )
    settings = "campaigns:\n  autumn: {max_people: 8}\n"
    root = project(tmp_path, rules, _ages(20), settings=settings, templates=_TEMPLATES)
    assert _rules_of(root) == {"first": 5, "second": 3, "over_cap": 12}
    path = root / "rules/targeter.yaml"
    path.write_text(path.read_text() + "max_people: 6\n")
    assert _rules_of(root) == {"first": 5, "second": 1, "over_cap": 14}


def test_a_place_that_a_closed_cell_leaves_goes_to_the_next(tmp_path: Path) -> None:
    """Two of the best can't be shown their text; two who were turned away have their places."""
    rules = "rules:\n" + rule("best", 1, HELD, "wall", max_people="6", rank_by="age")
    people = [
        *(f"b{n},Anna,Brint,9{n},true,0171,en" for n in range(2)),
        *(f"a{n},Anna,Ashby,1{n},true,0171,en" for n in range(7)),
    ]
    templates = {"wall": template("Come to {{ city }}", "wall")}
    ended = worlds.results(project(tmp_path, rules, people, templates=templates))
    assert Counter(outcome for outcome, _, _ in ended.values()) == {
        "message": 6,
        "over_cap": 1,
        "audience_too_small": 2,
    }


@pytest.mark.parametrize(
    "wrong", ["rank_by: name", "rank_by: agee", "rank_by: 2 * 3", "max_people: none"]
)
def test_a_rank_that_orders_nobody_is_found(tmp_path: Path, wrong: str) -> None:
    key, _, value = wrong.partition(": ")
    more = {"max_people": "3", key: value}
    root = project(tmp_path, "rules:\n" + rule("best", 2, HELD, "hello", **more))
    assert worlds.errors(root)


def test_a_rank_without_anything_to_cut_is_found(tmp_path: Path) -> None:
    root = project(tmp_path, "rules:\n" + rule("best", 2, HELD, "hello", rank_by="age"))
    assert [finding.code for finding in worlds.errors(root)] == ["TG105"]


# -- groups ----------------------------------------------------------------------------------


def _variants(*pairs: tuple[str, float]) -> tuple[Variant, ...]:
    return tuple(Variant(whole_file(TextFile.of("a.yaml", name)), share) for name, share in pairs)


def _arms(variants: tuple[Variant, ...], salt: str = "salt") -> dict[str, str]:
    """Which variant each of 4,000 people is in."""
    engine = Engine(threads=1)
    cases = " ".join(
        f"WHEN {variant_sql(variants, n, salt, 'key')} THEN '{v.template.text}'"
        for n, v in enumerate(variants)
    )
    rows = engine.rows(
        f"SELECT key, CASE {cases} END FROM (SELECT 'p' || range AS key FROM range(4000))"
    )
    engine.close()
    return dict(rows)


@pytest.mark.parametrize("shares", [(50, 50), (90, 10), (50, 30, 20), (25, 25, 25, 25)])
def test_everybody_is_in_one_variant_and_the_shares_are_kept(shares: tuple[int, ...]) -> None:
    arms = _arms(_variants(*((f"t{n}", share) for n, share in enumerate(shares))))
    counted = Counter(arms.values())
    for number, share in enumerate(shares):
        assert abs(counted[f"t{number}"] / 4000 - share / 100) < 0.03


def test_a_variant_that_grows_loses_nobody() -> None:
    before, after = (_arms(_variants(("a", n), ("b", 100 - n))) for n in (30, 60))
    assert all(after[person] == "a" for person, arm in before.items() if arm == "a")


def test_of_three_people_move_only_into_the_one_that_grows() -> None:
    before = _arms(_variants(("a", 40), ("b", 40), ("c", 20)))
    after = _arms(_variants(("a", 30), ("b", 30), ("c", 40)))
    moved = {(before[p], after[p]) for p in before if before[p] != after[p]}
    assert moved == {("a", "c"), ("b", "c")}


def test_experiments_are_independent() -> None:
    halves = _variants(("a", 50), ("b", 50))
    one, other = _arms(halves, "one"), _arms(halves, "other")
    both = Counter((one[p], other[p]) for p in one)
    assert all(abs(count / 4000 - 0.25) < 0.03 for count in both.values())


def test_a_hold_out_that_grows_lets_nobody_out() -> None:
    engine = Engine(threads=1)
    small, large = (held_sql(Holdout(percent, "s"), "key") for percent in (5, 20))
    rows = engine.rows(
        f"SELECT {small}, {large} FROM (SELECT 'p' || range AS key FROM range(4000))"
    )
    engine.close()
    assert all(after for before, after in rows if before)


def test_each_person_reads_the_text_of_their_variant(tmp_path: Path) -> None:
    rules = (
        "rules:\n  - name: test\n    priority: 1\n    when: person_id is not null\n    variants:\n"
        "      - {template: hello, share: 50}\n      - {template: other, share: 50}\n"
    )
    root = project(tmp_path, rules, crowd(200), templates=_TEMPLATES)
    texts = Counter(text for _, _, text in worlds.results(root).values())
    assert set(texts) == {"Hello you", "Good day"}
    assert min(texts.values()) > 70
    with worlds.planned(root) as run:
        assert {choice.variant for choice in run.decisions.choices} == {"hello", "other"}


@pytest.mark.parametrize(
    "variants",
    [
        "[{template: hello, share: 100}]",
        "[{template: hello, share: 50}, {template: other, share: 40}]",
        "[{template: hello, share: 50}, {template: hello, share: 50}]",
        "[{template: hello, share: 0}, {template: other, share: 100}]",
        "[{template: hello}, {template: other, share: 50}]",
        "[{template: hello, share: 50}, {template: othr, share: 50}]",
    ],
)
def test_variants_that_can_not_be_are_found(tmp_path: Path, variants: str) -> None:
    rules = f"rules:\n  - name: a\n    priority: 1\n    when: age = 1\n    variants: {variants}\n"
    assert worlds.errors(project(tmp_path, rules, templates=_TEMPLATES))


def test_a_share_that_is_no_number_is_found_once(tmp_path: Path) -> None:
    variants = "[{template: hello, share: half}, {template: other, share: 50}]"
    rules = f"rules:\n  - name: a\n    priority: 1\n    when: age = 1\n    variants: {variants}\n"
    found = worlds.errors(project(tmp_path, rules, templates=_TEMPLATES))
    assert [f.message for f in found] == ["rule 'a': variant: 'share' must be a number, not 'half'"]


def test_who_is_held_out_of_a_campaign_keeps_its_rule_and_text(tmp_path: Path) -> None:
    rules = "campaign: autumn\n" + "rules:\n" + rule("first", 2, HELD, "hello")
    settings = "campaigns:\n  autumn: {holdout: {percent: 50, salt: a}}\n"
    ended = worlds.results(project(tmp_path, rules, crowd(100), settings=settings))
    outcomes = Counter(outcome for outcome, _, _ in ended.values())
    assert outcomes.keys() == {"held_out", "message"}
    assert {(won, text) for _, won, text in ended.values()} == {("first", "Hello you")}


def test_the_people_a_group_needs_are_those_of_the_text_books() -> None:
    # two proportions, 10 % against 15 %, groups of one size: 686 each (Fleiss, without correction
    # and with both variances)
    assert 680 <= people_needed(0.10, 0.05, 1) <= 690
    assert people_needed(0.01, 0.01, 9) < people_needed(0.01, 0.01, 1)


def test_a_hold_out_that_can_show_nothing_is_said_with_what_it_takes(tmp_path: Path) -> None:
    settings = "holdout: {percent: 10, salt: a, base_rate: 2}\n"
    root = project(tmp_path, people=crowd(100), settings=settings)
    told = [f for f in pipeline.plan(worlds.options(root)).findings if f.code == "TG722"]
    assert len(told) == 1
    assert "double a base rate of 2 %" in told[0].message


# -- pilots ----------------------------------------------------------------------------------


def _pilot_rules() -> str:
    return (
        "rules:\n" + rule("first", 2, "age < 60", "hello") + rule("second", 1, "age < 80", "other")
    )


def test_a_pilot_is_spread_over_the_rules_as_the_whole_is(tmp_path: Path) -> None:
    root = project(tmp_path, _pilot_rules(), _ages(100), templates=_TEMPLATES)
    assert _rules_of(root) == {"first": 60, "second": 20, "no_rule": 20}
    assert _rules_of(root, limit=8) == {
        "first": 6,
        "second": 2,
        "not_in_pilot": 72,
        "no_rule": 20,
    }


def test_a_larger_pilot_holds_the_smaller_one(tmp_path: Path) -> None:
    root = project(tmp_path, _pilot_rules(), _ages(100), templates=_TEMPLATES)
    small, large = (
        {p for p, row in worlds.results(root, limit=n).items() if row[0] == "message"}
        for n in (8, 24)
    )
    assert small < large


def test_a_pilot_takes_whole_cells(tmp_path: Path) -> None:
    people = [f"p{n},Anna,{'ABC'[n % 3]},40,true,0171,en" for n in range(30)]
    rules = "rules:\n" + rule("first", 2, HELD, "wall")
    templates = {"wall": template("Come to {{ city }}", "wall")}
    root = project(tmp_path, rules, people, templates=templates)
    ended = worlds.results(root, limit=25)
    cells = Counter(text for outcome, _, text in ended.values() if outcome == "message")
    assert list(cells.values()) == [10, 10]


@pytest.mark.parametrize(("limit", "told"), [(5, ["TG725"]), (20, []), (25, ["TG725"]), (30, [])])
def test_a_pilot_says_when_an_audience_had_no_room(
    tmp_path: Path, limit: int, told: list[str]
) -> None:
    people = [f"p{n},Anna,{'ABC'[n % 3]},40,true,0171,en" for n in range(30)]
    rules = "rules:\n" + rule("first", 2, HELD, "wall")
    templates = {"wall": template("Come to {{ city }}", "wall")}
    root = project(tmp_path, rules, people, templates=templates)
    findings = pipeline.plan(worlds.options(root, limit=limit)).findings
    assert [finding.code for finding in findings if finding.code == "TG725"] == told


def test_thousands_of_promoted_texts_are_warned_of(tmp_path: Path) -> None:
    people = [f"p{n},Anna,Town {n},40,true,0171,en" for n in range(4_001)]
    rules = "rules:\n" + rule("first", 2, HELD, "wall")
    templates = {"wall": template("Come to {{ city }}", "wall")}
    root = project(tmp_path, rules, people, templates=templates)
    path = root / "rules/targeter.yaml"
    path.write_text(path.read_text().replace("min_audience: 3", "min_audience: 1"))
    told = pipeline.plan(worlds.options(root), examples=0).findings
    assert [finding.code for finding in told] == ["TG723"]


_COUNTS = st.dictionaries(st.integers(0, 9), st.integers(0, 1000), max_size=6)


@given(_COUNTS, st.integers(1, 2000))
def test_shares_add_up_and_are_never_more_than_there_is(
    counts: dict[int | None, int], limit: int
) -> None:
    given_ = shares(counts, limit)
    assert sum(given_.values()) == min(limit, sum(counts.values()))
    assert all(given_[key] <= count for key, count in counts.items())
