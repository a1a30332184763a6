"""A small project with every kind of source, and tests written for it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent, indent

from targeter import pipeline, tester
from targeter.binding import Bound, bind
from targeter.project import read_project
from targeter.tester.results import Result
from tests.worlds import DAY, options, write

SETTINGS = """\
as_of: 2026-11-01
purposes:
  marketing: {basis: consent, when: agreed}
  location: {basis: consent, when: may_locate}
sources:
  people:
    path: no/such/file.csv
    key: person_id
    columns:
      person_id: text
      name: text
      born_on: {type: date, format: "%d/%m/%Y"}
      spent: decimal
      tags: {type: list, format: ";"}
      agreed: {type: boolean, true_values: [Y], false_values: [N]}
      may_locate: boolean
      may_be_named: boolean
      may_link: boolean
      handle: text
      language: text
      port: {type: text, in_copy: promoted}
  trips:
    path: trips.csv
    person: person_id
    time: left_at
    purpose: location
    columns: {person_id: text, left_at: timestamp, harbour: text, hours: integer}
  posts:
    path: posts.csv
    person: {author: people.handle, consent: may_link}
    time: posted_at
    columns: {author: text, posted_at: timestamp, text: text}
  friends:
    path: friends.csv
    person: person_id
    others:
      friend: {by: friend_id, columns: [name], when: may_be_named}
    columns: {person_id: text, friend_id: text, closeness: integer}
  harbours:
    path: harbours.csv
    columns: {harbour: text, depth: integer}
  waters:
    sql: waters.sql
    person: person_id
language: {column: language, default: en}
opinions: {posts: posts.text}
topics:
  fog: {words: [fog], at_least: 1}
traits:
  age: {value: "years_between(born_on, today())"}
  trips_made: {from: trips, value: count(*)}
  longest: {from: trips, last: 30 days, value: max(hours)}
  deepest: {from: waters, value: max(depth)}
  has_friend: {from: friends, where: closeness >= 3, exists: true}
  a_friend:
    from: friends
    where: friend.name is not null
    first_by: closeness desc
    pick: {friend_name: friend.name}
holdout: {percent: 50, salt: any}
campaigns:
  winter: {starts: 2026-12-01, ends: 2027-02-28}
channels:
  x_promoted: {min_audience: 1000}
  x_dm: {address: handle}
"""
RULES = """\
segments:
  sailor: trips_made >= 1
handoffs:
  - name: lost
    to: the coast guard
    when: port = 'none'
require:
  - name: adult
    when: age >= 18
suppressions:
  - name: at-sea
    when: longest > 100
  - name: no-fog
    when: stance('fog') = 'against'
    only: {topic: fog}
rules:
  - name: named-friend
    priority: 50
    when: has_friend
    templates: [with_friend]
  - name: deep-water
    priority: 40
    when:
      all:
        - sailor
        - deepest > 20
    templates: [deep]
  - name: fog-horn
    priority: 30
    when: spent >= 10.5
    unless:
      - bucket('horn') < 0
    templates: [horn, light]
  - name: storm
    campaign: winter
    priority: 20
    when: port is not null
    templates: [light]
  - name: off
    enabled: false
    priority: 10
    when: port is not null
    templates: [light]
"""
TEMPLATES = {
    "with_friend": ("x_dm", "", "{{ friend_name }} is out with us, {{ name }}."),
    "deep": ("x_promoted", "", "Deep water, quiet nights."),
    "horn": ("x_promoted", "topic: fog\n", "Hear us through any fog from {{ port }}."),
    "light": ("x_promoted", "", "We leave the light on."),
}
DEFAULTS = """\
as_of: 2026-11-01
defaults:
  born_on: 1990-05-12
  agreed: true
  may_locate: true
  may_link: true
  handle: kim
  name: Kim
"""


def lighthouse(root: Path, tests: str = "", *, head: str = DEFAULTS) -> Path:
    """The project; `tests` is what stands under `tests:`. Not one file of data is there."""
    files = {
        "rules/targeter.yaml": SETTINGS,
        "rules/rules.yaml": RULES,
        "rules/waters.sql": (
            "select t.person_id, h.depth from trips t join harbours h on h.harbour = t.harbour\n"
        ),
    }
    for name, (channel, topic, body) in TEMPLATES.items():
        files[f"templates/{name}.j2"] = f"---\nchannel: {channel}\n{topic}---\n{body}\n"
    if tests:
        files["rules/tests/all.yaml"] = f"{head}tests:\n{indent(dedent(tests), '  ')}"
    return write(root, files)


def report(root: Path, wanted: str | None = None, *, coverage: bool = False) -> tester.Report:
    pattern = re.compile(wanted) if wanted is not None else None
    return pipeline.run_tests(options(root), tester.Request(pattern, coverage))


@cache
def _bound() -> Bound:
    """The project, bound once for all tests that change nothing of its rules."""
    with TemporaryDirectory() as folder:
        return bind(read_project(lighthouse(Path(folder))), DAY)


def bound_to(root: Path) -> Bound:
    """The project as it was written, with the tests that lie in a folder."""
    return replace(_bound(), project=replace(_bound().project, root=root))


def result(root: Path, tests: str, **changes: str) -> Result:
    """The only result of a project with one test."""
    (one,) = tester.run_tests(bound_to(lighthouse(root, tests, **changes))).results
    return one


def failures(root: Path, tests: str, **changes: str) -> dict[str, tuple[str, ...]]:
    """For each test that failed, what differed."""
    results = tester.run_tests(bound_to(lighthouse(root, tests, **changes))).failures
    return {one.example.name: tuple(d.what for d in one.differences) for one in results}
