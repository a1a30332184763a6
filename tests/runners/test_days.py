"""The days of messages in shards are those of one machine, however rules and places are tied."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter import pipeline
from targeter.batches import Rendered, Request
from targeter.errors import WrongUsage
from targeter.runners.clusters import Cluster, Here
from targeter.runners.days import first_of
from targeter.runners.planning import Where
from targeter.runners.rendering import render
from tests import worlds
from tests.exporters.fair import fair, parquet, person
from tests.runners.conftest import SHARDS

_CHANNELS = (
    "  note: {delivery: direct, unit: codepoints, limit: 99, pace: 7 per day}\n"
    "  mail: {delivery: direct, unit: codepoints, limit: 99, pace: 30 per day}\n"
)
# Rules with as many people as others, so that their shares are tied; one has a single person.
_RULES = """\
rules:
  - {name: one, priority: 9, when: rank = 1, templates: [note]}
  - {name: third, priority: 8, when: rank % 3 = 0, templates: [note]}
  - {name: other, priority: 7, when: rank % 3 = 1, templates: [note]}
  - {name: rest, priority: 6, when: rank > 0, templates: [mail]}
"""
_DAY = dt.date(2026, 11, 1)


def _root(root: Path, channels: str = _CHANNELS, count: int = 90) -> Path:
    people = [person(n) for n in range(count)]
    note = "---\nchannel: note\n---\nHi {{ name }}.\n"
    fair(root, people, channels, note, _RULES)
    (root / "templates/fair.j2").unlink()
    mail = note.replace("note", "mail")
    return worlds.write(root, {"templates/note.j2": note, "templates/mail.j2": mail})


def _days(done: Rendered) -> dict[str, list[str]]:
    """The people of each file's day and channel."""
    days: dict[str, list[str]] = {}
    for path in done.folder.glob("messages-*"):
        for row in map(json.loads, path.read_text().splitlines()):
            days.setdefault(f"{row['send_on']} {row['channel']}", []).append(row["person_id"])
            assert row["send_on"] in path.name
    return {day: sorted(people) for day, people in days.items()}


def _rendered(root: Path, runner: Cluster | None, day: int = 0) -> Rendered:
    options = worlds.options(root, as_of=_DAY + dt.timedelta(day))
    if runner is None:
        return pipeline.render(options, Request())
    return render(options, runner, Where(SHARDS), Request())


def test_everybody_has_the_day_of_one_machine(tmp_path: Path, runner: Cluster) -> None:
    one, many = (_rendered(_root(tmp_path / name), r) for name, r in (("a", None), ("b", runner)))
    assert one.plan_id == many.plan_id
    assert _days(one) == _days(many)
    assert len(_days(many)) > 9
    assert parquet(one.folder / "contacts.parquet") == parquet(many.folder / "contacts.parquet")


@pytest.mark.slow
def test_what_is_under_way_counts(tmp_path: Path) -> None:
    for name in ("a", "b"):
        _rendered(_root(tmp_path / name), None)
    one, many = _rendered(tmp_path / "a", None, 4), _rendered(tmp_path / "b", Here(), 4)
    assert one.messages and _days(one) == _days(many)
    assert min(_days(many)) > "2026-11-05"


@pytest.mark.slow
def test_more_than_a_year_is_refused(tmp_path: Path) -> None:
    root = _root(tmp_path, _CHANNELS.replace("7 per day", "1 per day"), 600)
    with pytest.raises(WrongUsage, match="longer than 366 days"):
        _rendered(root, Here())


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=5), st.data())
def test_the_first_messages_are_those_that_stand_first(
    counts: list[int], data: st.DataObject
) -> None:
    places = data.draw(st.integers(1, max(sum(counts) - 1, 1)))
    rules = {str(n): count for n, count in enumerate(counts)}
    line = sorted(
        ((rank - 0.5) / count, rule)
        for rule, count in rules.items()
        for rank in range(1, count + 1)
    )
    share = line[places - 1][0]
    found = first_of(rules, places)
    before = {rule: sum(one < (share, "") and one[1] == rule for one in line) for rule in rules}
    at = {rule for one, rule in line if one == share}
    if sum(before.values()) + len(at) == places:
        assert found.by_rule == {rule: n + (rule in at) for rule, n in before.items()}
        assert not found.tied
    else:
        assert (found.by_rule, set(found.tied)) == (before, at)
        assert found.some == places - sum(before.values())
