"""People are known by the number of their row, whatever a project calls its columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import worlds

SETTINGS = """\
as_of: 2026-11-01
max_people: 3
purposes: {{marketing: {{basis: consent, when: agreed}}}}
sources:
  people:
    path: people.csv
    key: person_id
    columns: {{person_id: text, {name}: integer, agreed: boolean}}
"""
RULES = """\
rules:
  - name: first
    priority: 1
    when: {name} >= 20
    rank_by: {name}
    templates: [hello, short]
"""
PEOPLE = "person_id,{name},agreed\n" + "".join(
    f"p{number},{(number * 7) % 40},{'false' if number % 5 == 0 else 'true'}\n"
    for number in range(20)
)


def _world(root: Path, name: str) -> list[tuple[object, ...]]:
    files = {
        "rules/targeter.yaml": SETTINGS,
        "rules/rules.yaml": RULES,
        "people.csv": PEOPLE,
    }
    written = {path: text.format(name=name) for path, text in files.items()}
    written["templates/hello.j2"] = f"---\nchannel: x_dm\n---\nYou are {{{{ {name} }}}}.\n"
    written["templates/short.j2"] = "---\nchannel: x_dm\n---\nHello you.\n"
    worlds.write(root, written)
    with worlds.planned(root) as run:
        columns = "person, outcome, best_rule, choice, text"
        return run.engine.rows(f"SELECT {columns} FROM results ORDER BY person")


@pytest.mark.parametrize("name", ["rowid", "RowID", "number", "person"])
def test_a_column_may_be_called_as_the_engine_calls_its_rows(tmp_path: Path, name: str) -> None:
    usual = _world(tmp_path / "usual", "line")
    assert len({row[1] for row in usual}) == 4
    assert _world(tmp_path / "other", name) == usual
