"""The messages that a plan shows: the shortest, the longest, and then others."""

from __future__ import annotations

from pathlib import Path

from targeter import reports
from targeter.runs import Run
from tests import worlds

RULES = """\
rules:
  - {name: old, why: They are., priority: 2, when: age >= 50, templates: [hello]}
  - {name: all, why: They are here., priority: 1, when: age is not null, templates: [hello, hi]}
"""
TEMPLATES = {
    "templates/hello.j2": "---\nchannel: x\n---\nHello {{ name }}, it is today.\n",
    "templates/hi.j2": "---\nchannel: x\n---\nHi!\n",
}


def _world(root: Path) -> Path:
    names = ("", "Al", "Bo", "Cy", "Dina", "Edda", "Fio", "Gregor", "Hanna", "Hanna", "Immanuel")
    rows = "".join(f"p{n:02},{names[n % len(names)]},{20 + 3 * n % 70}\n" for n in range(60))
    files = {"rules/targeter.yaml": worlds.PEOPLE, "rules/rules.yaml": RULES, **TEMPLATES}
    return worlds.write(root, {**files, "people.csv": "person_id,name,age\n" + rows})


def _shown(run: Run, count: int) -> dict[str, tuple[reports.Example, ...]]:
    return {rule.name: rule.examples for rule in reports.plan_report(run, count).rules}


def test_fewer_examples_are_the_first_of_many(tmp_path: Path) -> None:
    with worlds.planned(_world(tmp_path)) as run:
        many = _shown(run, 30)
        assert all(len(examples) > 4 for examples in many.values())
        for count in range(6):
            assert _shown(run, count) == {name: some[:count] for name, some in many.items()}


def test_the_shortest_comes_first_and_then_the_longest(tmp_path: Path) -> None:
    with worlds.planned(_world(tmp_path)) as run:
        for shortest, longest, *others in _shown(run, 30).values():
            lengths = [shortest.length, longest.length, *(one.length for one in others)]
            assert shortest.length == min(lengths) and longest.length == max(lengths)
