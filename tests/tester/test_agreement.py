"""A test ends as a plan does: made-up people, once as files of data and once as tests."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.tester.lighthouse import RULES, SETTINGS, lighthouse, report
from tests.worlds import results, write

Cells = dict[str, object]


@dataclass(frozen=True, slots=True)
class Made:
    """One made-up person: their columns, and rows of theirs by source."""

    columns: Cells
    rows: dict[str, list[Cells]]
    friends: list[int] = field(default_factory=list)


def _people(seed: int) -> list[Made]:
    dice = random.Random(seed)
    return [_person(dice, number) for number in range(60)]


def _person(dice: random.Random, number: int) -> Made:
    def perhaps(value: object) -> object:
        return value if dice.random() < 0.8 else None

    columns = {
        "person_id": f"p{number}",
        "name": perhaps(f"N{number}"),
        "born_on": perhaps(f"{dice.randint(1, 28):02}/05/{dice.choice((1960, 2008, 2012))}"),
        "spent": perhaps(dice.choice(("3", "10.5", "11"))),
        "agreed": perhaps(dice.choice("YYYYN")),
        "may_locate": perhaps(dice.choice(("true", "true", "false"))),
        "may_be_named": perhaps(dice.choice(("true", "false"))),
        "may_link": perhaps(dice.choice(("true", "false"))),
        "handle": perhaps(f"h{number}"),
        "port": perhaps(dice.choice(("East", "West", "none"))),
        "tags": perhaps("a;b"),
        "language": "en",
    }
    days = ("2026-10-20", "2026-09-01", "2026-11-01 23:00", "2026-11-02")
    trips: list[Cells] = [
        {
            "left_at": dice.choice(days),
            "harbour": dice.choice(("East", "West")),
            "hours": dice.choice((5, 120)) if dice.random() < 0.2 else 5,
        }
        for _ in range(dice.randint(0, 2))
    ]
    words = ("I love this fog", "I hate this fog", "what a day")
    posts: list[Cells] = [
        {"posted_at": dice.choice(days), "text": dice.choice(words)}
        for _ in range(dice.randint(0, 2))
    ]
    friends = [dice.randrange(60) for _ in range(dice.choice((0, 0, 1, 2)))]
    rows = {"trips": trips, "posts": posts}
    rows["friends"] = [{"closeness": 5 - position} for position in range(len(friends))]
    return Made(columns, rows, friends)


HARBOURS: list[Cells] = [{"harbour": "East", "depth": 30}, {"harbour": "West", "depth": 3}]
OWNERS = {"trips": "person_id", "friends": "person_id", "posts": "author"}


def _data(root: Path, people: list[Made]) -> Path:
    """The people as files, and the settings that a test has anyway."""
    lighthouse(root)
    settings = (
        SETTINGS.replace("no/such/file.csv", "people.csv")
        .replace("holdout: {percent: 50, salt: any}\n", "")
        .replace("min_audience: 1000", "min_audience: 1")
    )
    write(root, {"rules/targeter.yaml": settings, "rules/rules.yaml": RULES})
    _csv(root / "people.csv", [person.columns for person in people])
    for source, owner in OWNERS.items():
        rows = []
        for person in people:
            key = person.columns["handle" if owner == "author" else "person_id"]
            for row, friend in zip(
                person.rows[source], person.friends or person.rows[source], strict=False
            ):
                extra = {"friend_id": f"p{friend}"} if source == "friends" else {}
                rows.append({owner: key, **row, **extra})
        _csv(root / f"{source}.csv", rows)
    _csv(root / "harbours.csv", HARBOURS)
    return root


def _csv(path: Path, rows: list[Cells]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _tests(people: list[Made], expected: dict[str, tuple[str, str | None, str | None]]) -> str:
    """The people as tests that expect what they got; JSON is YAML, too."""
    tests = []
    for person in people:
        key = str(person.columns["person_id"])
        outcome, rule, text = expected[key]
        rows = {**person.rows, "harbours": HARBOURS}
        if person.columns["handle"] is None:
            rows["posts"] = []  # nobody's, and a finding if they were given
        rows["friends"] = [
            {**row, "friend": _friend(people[friend])}
            for row, friend in zip(person.rows["friends"], person.friends, strict=True)
        ]
        expect = {"outcome": outcome} | ({"rule": rule, "text": text} if text else {})
        tests.append({"name": key, "person": person.columns, "rows": rows, "expect": expect})
    return json.dumps({"as_of": "2026-11-01", "tests": tests})


def _friend(person: Made) -> Cells:
    return {name: value for name, value in person.columns.items() if name != "person_id"}


@pytest.mark.parametrize("seed", [1, 2])
def test_tests_and_plans_agree(seed: int, tmp_path: Path) -> None:
    people = _people(seed)
    planned = results(_data(tmp_path / "plan", people))
    outcomes = {outcome for outcome, _, _ in planned.values()}
    assert outcomes == {"message", "handed_over", "suppressed", "no_rule", "no_copy"}
    assert {rule for _, rule, _ in planned.values()} >= {"named-friend", "deep-water", "fog-horn"}
    root = lighthouse(tmp_path / "tests")
    write(root, {"rules/tests/all.yaml": _tests(people, planned)})
    told = [
        (one.example.name, d.what, d.expected, d.got)
        for one in report(root).failures
        for d in one.differences
    ]
    assert told == []
