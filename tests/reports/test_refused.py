"""A plan in which one post would need two links: shown whole, kept and rendered by nobody."""

from __future__ import annotations

from pathlib import Path

from tests.cli.bakery import targeter
from tests.worlds import write

SETTINGS = """\
as_of: 2026-11-01
purposes: {marketing: {basis: consent, when: agreed}}
sources:
  people:
    path: people.csv
    key: person_id
    columns: {person_id: text, age: integer, agreed: boolean}
channels: {x_promoted: {min_audience: 1}}
"""
RULES = """\
rules:
  - {name: rolls, priority: 2, when: age >= 50, templates: [bread]}
  - {name: bread, priority: 1, when: age >= 18, templates: [bread]}
"""
TEMPLATE = """\
---
channel: x_promoted
link: https://example.com/?r={rule}
---
There is fresh bread.
"""


def _project(root: Path, template: str = TEMPLATE) -> Path:
    files = {
        "rules/targeter.yaml": SETTINGS,
        "rules/bread.yaml": RULES,
        "templates/bread.j2": template,
        "people.csv": "person_id,age,agreed\nanna,60,true\nbert,30,true\n",
    }
    return write(root, files)


def test_a_plan_whose_links_clash_is_shown_and_ends_with_one(tmp_path: Path) -> None:
    root = _project(tmp_path)
    ran = targeter("plan", "--project", root, "--format", "json")
    shown = ran.json
    assert (ran.code, shown["messages"]) == (1, 2)
    assert [finding["code"] for finding in shown["findings"]] == ["TG724"]


def test_nothing_is_kept_or_rendered_of_it(tmp_path: Path) -> None:
    root = _project(tmp_path)
    for command in (("plan", "--out", tmp_path / "kept"), ("render",)):
        ran = targeter(*command, "--project", root, "--format", "json")
        assert (ran.code, [finding["code"] for finding in ran.json["findings"]]) == (1, ["TG724"])
    assert not (tmp_path / "kept").exists()
    assert not list((root / "batches").glob("[0-9a-f]*"))


def test_one_link_for_both_is_fine(tmp_path: Path) -> None:
    root = _project(tmp_path, TEMPLATE.replace("?r={rule}", ""))
    assert targeter("plan", "--project", root).code == 0
    assert targeter("render", "--project", root).code == 0
    assert list((root / "batches").glob("[0-9a-f]*"))
