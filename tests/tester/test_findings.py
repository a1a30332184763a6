"""What is wrong with a test is found where it stands, all at once, before anything runs."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from targeter import tester
from targeter.errors import RulesAreWrong
from tests.tester.lighthouse import DEFAULTS, bound_to, lighthouse, report
from tests.worlds import findings

# What is wrong, and what is found: line and column below `tests:`, code, words of the message.
CASES: dict[str, tuple[str, list[str]]] = {
    "an unknown column": (
        "- {name: a, person: {spend: 3}, expect: {outcome: no_rule}}",
        ["1:24 TG601 the profile has no column 'spend' | did you mean 'spent'?"],
    ),
    "a segment": (
        "- {name: a, person: {sailor: true}, expect: {outcome: no_rule}}",
        ["1:24 TG601 the profile has no column 'sailor' | a segment is worked out"],
    ),
    "a trait of several columns": (
        "- {name: a, person: {a_friend: Mara}, expect: {outcome: no_rule}}",
        ["1:24 TG601 the profile has no column 'a_friend' | the trait gives friend_name"],
    ),
    "an unknown column of a source": (
        "- {name: a, rows: {trips: [{left_at: 2026-10-01, harbor: x}]}, expect: {by: adult}}",
        ["1:52 TG601 source 'trips' has no column 'harbor' | did you mean 'harbour'?"],
    ),
    "an unknown source": (
        "- {name: a, rows: {trip: []}, expect: {by: adult}}",
        ["1:22 TG113 unknown source 'trip' | did you mean 'trips'?"],
    ),
    "rows of what is computed": (
        "- {name: a, rows: {waters: [{depth: 3}]}, expect: {by: adult}}",
        ["1:22 TG105 waters: this source is computed | rows of what it reads"],
    ),
    "rows of the base": (
        "- {name: a, rows: {people: [{name: Kim}]}, expect: {by: adult}}",
        ["1:22 TG105 people: the person is the row of this source | person:"],
    ),
    "a row that says whose it is": (
        "- {name: a, rows: {friends: [{person_id: x}]}, expect: {by: adult}}",
        ["1:33 TG105 person_id: whose row it is goes without saying | take"],
    ),
    "a row without its time": (
        "- {name: a, rows: {posts: [{text: fog}]}, expect: {by: adult}}",
        ["1:30 TG608 a row of posts without 'posted_at' is never seen | left out"],
    ),
    "rows that find nobody": (
        "- {name: a, person: {handle: }, rows: {posts: [{posted_at: 2026-1-1}]}, expect: {by: x}}",
        [
            "1:42 TG608 rows of posts are found by 'handle', and this person has none | give",
            "1:88 TG605 there is no check 'x' |",
        ],
    ),
    "values that are none": (
        """\
- name: a
  person:
    born_on: 2026-13-01
    spent: a lot
    agreed: maybe
    trips_made: 1.5
    stance('fog'): adores
    port: [a]
    has_friend: null
  expect: {by: adult}""",
        [
            "3:16 TG602 'born_on' is a day, and '2026-13-01' is none | 2026-11-30",
            "4:14 TG602 'spent' is a number, and 'a lot' is none | 1234.5",
            "5:15 TG602 'agreed' is true or false, and 'maybe' is none | true or false",
            "6:19 TG602 'trips_made' is a whole number, and '1.5' is none | 1234",
            "7:22 TG602 a stance is for, against, mixed or unknown, not 'adores' |",
            "8:13 TG602 'port' is a text, and a list is none |",
            "9:19 TG602 'has_friend' is never missing |",
        ],
    ),
    "two tests of one name": (
        "- {name: a, expect: {by: adult}}\n- {name: a, expect: {by: adult}}",
        ["2:12 TG603 test 'a' stands twice, first at line 10 | rename"],
    ),
    "an expectation that says nothing": (
        "- {name: a, expect: {}}\n- {name: b}\n- {name: c, expect: {rule: null}}",
        [
            "1:23 TG604 test 'a': the expectation says nothing | 'expect:'",
            "2:12 TG604 test 'b' expects nothing | 'expect:'",
            "3:23 TG604 test 'c': the expectation says nothing | 'expect:'",
        ],
    ),
    "names that nothing has": (
        """\
- name: a
  expect:
    rule: deep-watr
    template: ligt
    outcome: no_match
    by: no-fog
    not_rule: [storm, strom]
    not_template: horns""",
        [
            "3:13 TG605 there is no rule 'deep-watr' | did you mean 'deep-water'?",
            "4:17 TG605 there is no template 'ligt' | did you mean 'light'?",
            "5:16 TG605 there is no outcome 'no_match' |",
            "6:11 TG605 there is no check 'no-fog' |",
            "7:25 TG605 there is no rule 'strom' | did you mean 'storm'?",
            "8:21 TG605 there is no template 'horns' | did you mean 'horn'?",
        ],
    ),
    "an outcome that no test has": (
        "- {name: a, expect: {outcome: held_out}}",
        ["1:33 TG605 no test ends with 'held_out' | nobody is held out in a test"],
    ),
    "a history of things that nothing is called by": (
        """\
- name: a
  history:
    - {rule: strom, days_ago: 3}
    - {handoff: nobody, template: ligt, day: 2026-10-01}
    - {rule: storm}
    - {days_ago: -1, rule: storm, channel: telegraph}
    - {days_ago: 1, day: 2026-10-01, rule: storm}
    - {days_ago: 1}
  expect: {by: adult}""",
        [
            "3:16 TG605 there is no rule 'strom' | did you mean 'storm'?",
            "4:19 TG605 there is no handoff 'nobody' |",
            "4:37 TG605 there is no template 'ligt' | did you mean 'light'?",
            "5:9 TG104 an entry of 'history' says when: a 'day', or 'days_ago' | days_ago: 3",
            "6:9 TG105 an entry of 'history': 'days_ago' is 0 or more |",
            "6:46 TG605 there is no channel 'telegraph' |",
            "7:9 TG104 an entry of 'history' says when: a 'day', or 'days_ago' | days_ago: 3",
            "8:9 TG104 an entry of 'history' names a rule or a handoff | for example rule: welcome",
        ],
    ),
    "keys that a test doesn't have": (
        "- {name: a, persons: {}, expect: {rules: storm, by: adult}}",
        [
            "1:15 TG103 test 'a' has no key 'persons' | did you mean 'person'?",
            "1:37 TG103 test 'a': 'expect' has no key 'rules' | did you mean 'rule'?",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_found_where_it_stands(name: str, tmp_path: Path) -> None:
    tests, expected = CASES[name]
    root = lighthouse(tmp_path, tests)
    first = DEFAULTS.count("\n") + 1
    told = []
    for finding in tester.check(bound_to(root)):
        assert finding.place is not None
        where = f"{finding.place.line - first}:{finding.place.column}"
        told.append((f"{where} {finding.code} {finding.message}", finding.help))
    wanted = [line.partition(" |") for line in expected]
    assert [message for message, _ in told] == [message for message, _, _ in wanted]
    for (_, help_), (_, _, part) in zip(told, wanted, strict=True):
        assert part.strip() in help_


def test_lint_finds_them_too(tmp_path: Path) -> None:
    found = findings(lighthouse(tmp_path, "- {name: a, person: {spend: 3}, expect: {by: adult}}"))
    assert "TG601" in {finding.code for finding in found}


def test_a_file_without_tests_is_a_fault(tmp_path: Path) -> None:
    root = lighthouse(tmp_path, "- {name: a, expect: {outcome: no_rule}}")
    (root / "rules/tests/empty.yaml").write_text("# nothing yet\n")
    with pytest.raises(RulesAreWrong) as caught:
        report(root)
    assert [f.code for f in caught.value.findings] == ["TG606"]


def test_a_day_must_be_pinned_somewhere(tmp_path: Path) -> None:
    head = DEFAULTS.replace("as_of: 2026-11-01\n", "")
    tests = "- {name: a, expect: {outcome: no_rule}}"
    assert not report(lighthouse(tmp_path, tests, head=head)).failures
    settings = tmp_path / "rules/targeter.yaml"
    settings.write_text(settings.read_text().replace("as_of: 2026-11-01\n", ""))
    with pytest.raises(RulesAreWrong) as caught:
        report(tmp_path)
    assert [f.code for f in caught.value.findings] == ["TG607"]


def test_values_may_be_written_as_sql_or_as_the_source_writes_them(tmp_path: Path) -> None:
    tests = dedent(
        """\
        - {name: a, person: {born_on: 12/05/2010, agreed: Y, tags: [x, y]}, expect: {by: adult}}
        - {name: b, person: {born_on: 2010-05-12, agreed: true, tags: x;y}, expect: {by: adult}}
        - {name: c, person: {agreed: N}, expect: {by: marketing}}
        - {name: d, person: {agreed: false}, expect: {by: marketing}}
        """
    )
    assert not report(lighthouse(tmp_path, tests)).failures
