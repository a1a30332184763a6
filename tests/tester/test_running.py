"""Example people go the way that everybody goes, and no file of data is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter.errors import NothingToCheck, RulesAreWrong
from tests.tester.lighthouse import DEFAULTS, failures, lighthouse, report, result


def test_a_person_gets_what_the_rules_say(tmp_path: Path) -> None:
    one = result(
        tmp_path,
        """
        - name: spends
          person: {spent: 10.50, port: Harbour}
          expect:
            rule: fog-horn
            template: horn
            outcome: message
            text: Hear us through any fog from Harbour.
            not_rule: storm
            not_template: [light, deep]
        """,
    )
    assert one.passed and one.got.text == "Hear us through any fog from Harbour."


@pytest.mark.parametrize("written", ["1100.5", "'1.100,5'"])
def test_a_number_is_written_plainly_or_as_its_source_has_it(tmp_path: Path, written: str) -> None:
    root = lighthouse(
        tmp_path,
        f"- {{name: a, person: {{spent: {written}, port: East}}, expect: {{rule: fog-horn}}}}",
    )
    settings = root / "rules/targeter.yaml"
    marked = 'spent: {type: decimal, format: "1.234,5"}'
    settings.write_text(settings.read_text().replace("spent: decimal", marked))
    assert not report(root).failures


def test_every_expectation_is_held_against_what_was_got(tmp_path: Path) -> None:
    one = result(
        tmp_path,
        """
        - name: spends
          person: {spent: 11, port: Harbour}
          expect:
            rule: deep-water
            template: light
            outcome: no_rule
            by: adult
            text: Another.
            not_rule: [storm, fog-horn]
            not_template: horn
        """,
    )
    assert [(d.what, d.expected, d.got) for d in one.differences] == [
        ("rule", "deep-water", "fog-horn"),
        ("template", "light", "horn"),
        ("text", "Another.", "Hear us through any fog from Harbour."),
        ("outcome", "no_rule", "message"),
        ("by", "adult", None),
        ("not_rule", "fog-horn", "fog-horn"),
        ("not_template", "horn", "horn"),
    ]
    assert one.differences[0].place.line == 14


def test_nobody_is_held_out_and_one_person_is_audience_enough(tmp_path: Path) -> None:
    people = "\n".join(
        f"- {{name: n{n}, person: {{spent: 11}}, expect: {{template: light}}}}" for n in range(40)
    )
    assert failures(tmp_path, people) == {}


def test_what_is_not_given_is_missing(tmp_path: Path) -> None:
    assert (
        failures(
            tmp_path,
            """
        - {name: no age, person: {born_on: null}, expect: {outcome: suppressed, by: adult}}
        - {name: no word on marketing, person: {agreed: null}, expect: {by: marketing}}
        - {name: nothing spent, expect: {outcome: no_rule}}
        """,
        )
        == {}
    )


def test_a_trait_that_is_given_stands_instead_of_what_would_be_computed(tmp_path: Path) -> None:
    assert (
        failures(
            tmp_path,
            """
        - name: a child by its birthday, grown up by the test
          person: {born_on: 2020-01-01, age: 30, spent: 11}
          expect: {rule: fog-horn}
        - name: trips without rows
          person: {trips_made: 2, deepest: 30}
          expect: {rule: deep-water}
        - name: and with rows that say otherwise
          person: {trips_made: 0}
          rows:
            trips: [{left_at: 2026-10-20, harbour: East}]
            harbours: [{harbour: East, depth: 99}]
          expect: {outcome: no_rule}
        - name: a stance
          person: {spent: 11, port: Harbour, stance('fog'): against}
          expect: {rule: fog-horn, template: light}
        """,
        )
        == {}
    )


def test_traits_are_computed_from_rows(tmp_path: Path) -> None:
    assert (
        failures(
            tmp_path,
            """
        - name: into deep water
          cases:
            - name: once
              rows:
                trips: [{left_at: 2026-10-20 08:00, harbour: East, hours: 3}]
                harbours: [{harbour: East, depth: 30}]
              expect: {rule: deep-water}
            - name: in shallow water
              rows:
                trips: [{left_at: 2026-10-20 08:00, harbour: East, hours: 3}]
                harbours: [{harbour: East, depth: 20}]
              expect: {outcome: no_rule}
            - name: tomorrow
              rows:
                trips: [{left_at: 2026-11-02, harbour: East}]
                harbours: [{harbour: East, depth: 30}]
              expect: {outcome: no_rule}
            - name: without their purpose
              person: {may_locate: false}
              rows:
                trips: [{left_at: 2026-10-20 08:00, harbour: East}]
                harbours: [{harbour: East, depth: 30}]
              expect: {outcome: no_rule}
        - name: a long trip
          rows: {trips: [{left_at: 2026-10-20, hours: 101}]}
          expect: {by: at-sea}
        - name: a long trip long ago
          person: {spent: 11}
          rows: {trips: [{left_at: 2026-09-20, hours: 101}]}
          expect: {rule: fog-horn}
        - name: against fog
          person: {spent: 11, port: Harbour}
          rows: {posts: [{posted_at: 2026-10-20, text: I hate this fog}]}
          expect: {template: light}
        - name: against fog, but nobody may know
          person: {spent: 11, port: Harbour, may_link: false}
          rows: {posts: [{posted_at: 2026-10-20, text: I hate this fog}]}
          expect: {template: horn}
        """,
        )
        == {}
    )


def test_somebody_else_on_a_row_is_a_person_whose_consent_counts(tmp_path: Path) -> None:
    assert (
        failures(
            tmp_path,
            """
        - name: named
          rows: {friends: [{closeness: 3, friend: {name: Mara, may_be_named: true}}]}
          expect: {rule: named-friend, text: "Mara is out with us, Kim."}
        - name: not named
          rows: {friends: [{closeness: 3, friend: {name: Mara, may_be_named: false}}]}
          expect: {rule: named-friend, outcome: no_copy}
        """,
        )
        == {}
    )


def test_rows_of_a_test_stand_instead_of_those_of_its_file(tmp_path: Path) -> None:
    head = DEFAULTS + "rows: {harbours: [{harbour: East, depth: 30}]}\n"
    tests = """
        - name: the file's
          rows: {trips: [{left_at: 2026-10-20, harbour: East}]}
          expect: {rule: deep-water}
        - name: its own
          rows:
            trips: [{left_at: 2026-10-20, harbour: East}]
            harbours: [{harbour: East, depth: 1}]
          expect: {outcome: no_rule}
        """
    assert failures(tmp_path, tests, head=head) == {}


def test_people_of_several_tests_may_have_one_key_and_one_handle(tmp_path: Path) -> None:
    assert (
        failures(
            tmp_path,
            """
        - {name: one, person: {person_id: k, spent: 11}, expect: {rule: fog-horn}}
        - {name: two, person: {person_id: k, spent: 3}, expect: {outcome: no_rule}}
        - {name: three, person: {person_id: k, spent: 12}, expect: {rule: fog-horn}}
        """,
        )
        == {}
    )


def test_each_file_has_its_day(tmp_path: Path) -> None:
    lighthouse(tmp_path, "- {name: asleep, person: {port: East}, expect: {outcome: no_rule}}\n")
    later = DEFAULTS.replace("2026-11-01", "2027-01-15")
    path = tmp_path / "rules/tests/later.yaml"
    path.write_text(later + "tests: [{name: up, person: {port: East}, expect: {rule: storm}}]\n")
    assert not report(tmp_path).failures


def test_cases_share_the_person_and_the_expectation_of_their_test(tmp_path: Path) -> None:
    results = report(
        lighthouse(
            tmp_path,
            """
            - name: spends
              person: {spent: 11}
              expect: {rule: fog-horn}
              cases:
                - name: a little more
                  person: {spent: 10.6}
                - person: {spent: 10.4}
                  expect: {outcome: no_rule}
            """,
        )
    ).results
    assert [one.example.name for one in results] == ["spends: a little more", "spends: case 2"]
    assert all(one.passed for one in results)


def test_run_chooses_by_name(tmp_path: Path) -> None:
    tests = "- {name: one, expect: {outcome: no_rule}}\n- {name: two, expect: {outcome: message}}\n"
    lighthouse(tmp_path, tests)
    assert [one.example.name for one in report(tmp_path, "^o").results] == ["one"]
    with pytest.raises(NothingToCheck, match="none of 2 tests has 'x' in its name"):
        report(tmp_path, "x")


def test_no_tests_are_nothing_to_check(tmp_path: Path) -> None:
    with pytest.raises(NothingToCheck, match="there are no tests"):
        report(lighthouse(tmp_path))


def test_wrong_rules_stop_the_tests(tmp_path: Path) -> None:
    lighthouse(tmp_path, "- {name: one, expect: {outcome: no_rule}}\n")
    rules = tmp_path / "rules/rules.yaml"
    rules.write_text(rules.read_text().replace("spent >=", "spend >="))
    with pytest.raises(RulesAreWrong) as caught:
        report(tmp_path)
    assert [f.code for f in caught.value.findings] == ["TG202"]


def test_the_way_is_told_for_what_failed(tmp_path: Path) -> None:
    one = result(
        tmp_path,
        """
        - name: shallow
          person: {trips_made: 1, deepest: 20}
          expect: {rule: deep-water}
        """,
    )
    assert one.why is not None and one.why.rule is not None
    told = [(c.text, c.result, c.values) for c in one.why.rule.conditions]
    assert told == [
        ("sailor", True, {"trips_made": 1}),
        ("deepest > 20", False, {"deepest": 20}),
    ]


def test_what_stopped_somebody_is_told_and_what_should_have(tmp_path: Path) -> None:
    one = result(tmp_path, "- {name: young, person: {age: 17}, expect: {by: at-sea}}\n")
    assert one.why is not None
    told = [(v.kind, v.name, v.holds) for v in one.why.checks]
    assert told == [("requirement", "adult", False), ("suppression", "at-sea", False)]


@pytest.mark.parametrize(
    ("test", "note"),
    [
        ("person: {port: A}, expect: {rule: storm}", "its campaign 'winter' does not"),
        ("person: {port: A}, expect: {rule: 'off'}", "it is switched off"),
        (
            "person: {trips_made: 3, may_locate: null}, expect: {rule: deep-water}",
            "trips_made is given, and kept back: the purpose location isn't",
        ),
        (
            "person: {spent: 11}, expect: {template: horn}",
            "horn needs port, which is missing",
        ),
    ],
)
def test_what_else_is_to_know_is_noted(tmp_path: Path, test: str, note: str) -> None:
    one = result(tmp_path, f"- {{name: one, {test}}}\n")
    assert one.why is not None and any(note in told for told in one.why.notes)


def test_only_the_first_failures_are_explained(tmp_path: Path) -> None:
    tests = "".join(f"- {{name: n{n}, expect: {{rule: storm}}}}\n" for n in range(52))
    explained = [one.why is not None for one in report(lighthouse(tmp_path, tests)).failures]
    assert explained == [True] * 50 + [False] * 2
