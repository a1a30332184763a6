"""Coverage says which rules won, which only matched, and which conditions never changed."""

from __future__ import annotations

from pathlib import Path

from targeter.findings import Place
from targeter.tester.results import Coverage, RuleCoverage
from tests.tester.lighthouse import lighthouse, report

TESTS = """\
- {name: a, person: {spent: 11, trips_made: 1, deepest: 21}, expect: {rule: deep-water}}
- {name: b, person: {trips_made: 1, deepest: 21}, expect: {rule: deep-water}}
- {name: c, person: {age: 3, has_friend: true, friend_name: Mo}, expect: {by: adult}}
"""


def test_rules_are_counted_as_won_matched_or_never(tmp_path: Path) -> None:
    coverage = report(lighthouse(tmp_path, TESTS), coverage=True).coverage
    assert coverage is not None
    assert [(r.name, r.won, r.lost, r.runs) for r in coverage.rules] == [
        ("named-friend", 0, 0, True),  # held only for somebody who was stopped before any rule
        ("deep-water", 2, 0, True),
        ("fog-horn", 0, 1, True),
        ("storm", 0, 0, False),
    ]
    assert coverage.missing == ("named-friend", "fog-horn", "storm")


def test_conditions_that_never_changed_are_named_with_their_place(tmp_path: Path) -> None:
    coverage = report(lighthouse(tmp_path, TESTS), coverage=True).coverage
    assert coverage is not None
    same = {
        (c.owner, c.text, c.place.path, c.seen_true)
        for c in coverage.conditions
        if not (c.seen_true and c.seen_not_true)
    }
    path = "rules/rules.yaml"
    assert same == {
        ("handoff 'lost'", "port = 'none'", path, False),
        ("suppression 'at-sea'", "longest > 100", path, False),
        ("suppression 'no-fog'", "stance('fog') = 'against'", path, False),
        ("rule 'fog-horn'", "bucket('horn') < 0", path, False),
        ("rule 'storm'", "port is not null", path, False),
    }


def test_a_share_is_compared_in_whole_numbers() -> None:
    def coverage(won: int, of: int) -> Coverage:
        place = Place("rules/a.yaml", 1, 1)
        rules = [RuleCoverage(f"r{n}", place, int(n < won), 0, runs=True) for n in range(of)]
        return Coverage(tuple(rules), ())

    assert not coverage(9_999, 10_000).reaches(100)
    assert coverage(10_000, 10_000).reaches(100)
    assert coverage(2, 3).reaches(66) and not coverage(2, 3).reaches(67)
