"""Values that can be missing are found where every text of a rule writes them: TG512."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter.findings import Finding
from tests import worlds

SETTINGS = f"""\
{worlds.AGREED}\
  place: {{basis: consent, when: may_place}}
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
      name: text
      age: integer
      born_on: {{type: date, on_bad: missing}}
      salary: {{type: integer, missing: [not given]}}
      language: text
      may_place: boolean
  visits:
    path: visits.csv
    person: person_id
    time: seen_on
    columns: {{person_id: text, shop: text, fee: decimal, seen_on: date}}
  walks:
    path: walks.csv
    person: person_id
    purpose: place
    columns: {{person_id: text, park: text}}
language: {{column: language, default: en}}
traits:
  last_visit:
    from: visits
    first_by: seen_on desc
    pick: {{last_shop: shop, last_fee: fee}}
  visits_made: {{from: visits, value: count(*)}}
  has_visited: {{from: visits, exists: true}}
  lately: {{from: visits, last: 30 days, value: count(*)}}
  dearest: {{from: visits, value: max(fee)}}
  dearest_or_none: {{from: visits, value: max(fee), default: 0}}
  walks_made: {{from: walks, value: count(*)}}
  years: {{value: 'years_between(born_on, today())'}}
  earns: {{value: 'case when age > 30 then salary else 0 end'}}
  bonus: {{value: 'case when age > 30 then 10 end'}}
  gift: {{value: 'case when age > 30 then 10 else 5 end'}}
  greeting: {{value: "coalesce(last_shop, 'our shop')"}}
  shouted: {{value: upper(last_shop)}}
"""


def found(
    root: Path, when: str, *texts: str, more: str = "", files: dict[str, str] | None = None
) -> list[Finding]:
    """What TG512 says of a rule whose templates have these texts."""
    names = [f"t{number}" for number in range(len(texts))]
    rule = f"rules:\n  - name: r\n    why: w\n    priority: 1\n    when: |\n      {when}\n"
    templates = "" if more else f"    templates: [{', '.join(names)}]\n"
    written = {
        "rules/targeter.yaml": SETTINGS,
        "rules/rules.yaml": f"{rule}{templates}{more}",
        **{
            f"templates/{name}.j2": f"---\nchannel: x_dm\n---\n{text}\n"
            for name, text in zip(names, texts, strict=True)
        },
        **(files or {}),
    }
    every = worlds.findings(worlds.write(root, written))
    assert all(finding.code != "TG203" for finding in every), every
    return [finding for finding in every if finding.code == "TG512"]


@pytest.mark.parametrize(
    ("name", "when", "is_found"),
    [
        # rows: whoever has none lacks it, unless the rule asks for some
        ("last_shop", "age > 1", True),
        ("dearest", "age > 1", True),
        ("last_shop", "last_shop is not null", False),
        ("last_shop", "last_shop <> 'Quay'", False),
        ("last_shop", "last_fee > 3", False),
        ("last_shop", "visits_made >= 2", False),
        ("last_shop", "visits_made > 0", False),
        ("last_shop", "visits_made >= 0", True),
        ("last_shop", "has_visited", False),
        ("last_shop", "not has_visited", True),
        ("last_shop", "lately >= 1", False),
        ("dearest", "dearest_or_none >= 0", True),
        ("last_shop", "age > 1 or has_visited", True),
        # what is never missing
        ("visits_made", "age > 1", False),
        ("dearest_or_none", "age > 1", False),
        ("gift", "age > 1", False),
        ("greeting", "age > 1", False),
        # a purpose that not everybody gave
        ("walks_made", "age > 1", True),
        ("walks_made", "walks_made >= 1", False),
        # the base: only what is declared to be missing for some
        ("name", "age > 1", False),
        ("age", "name = 'Bo'", False),
        ("salary", "age > 1", True),
        ("salary", "salary > 1", False),
        ("born_on", "age > 1", True),
        # what is computed from such
        ("years", "age > 1", True),
        ("years", "years >= 18", False),
        ("earns", "age > 1", True),
        ("bonus", "age > 1", True),
        ("bonus", "bonus > 5", False),
        ("shouted", "age > 1", True),
        ("shouted", "last_shop is not null", False),
    ],
)
def test_a_value_can_be_missing_where_the_project_leaves_room_for_that(
    name: str, when: str, is_found: bool, tmp_path: Path
) -> None:
    assert bool(found(tmp_path, when, f"Hi {{{{ {name} }}}}")) is is_found


@pytest.mark.parametrize(
    ("texts", "is_found"),
    [
        (["Hi {{ last_shop }}", "Hi you"], False),
        (["Hi you", "Hi {{ last_shop }}"], False),
        (["Hi {{ last_shop }}", "{{ last_shop }} and {{ name }}"], True),
        (["Hi {{ last_shop }}", "Hi {{ dearest }}"], False),
        (["Hi {{ last_shop | default('you') }}"], False),
        (["Hi{% if last_shop %} in {{ last_shop }}{% endif %}"], False),
        (["Hi{% if dearest %} in {{ last_shop }}{% endif %}"], True),
    ],
)
def test_it_is_found_where_no_text_does_without(
    texts: list[str], is_found: bool, tmp_path: Path
) -> None:
    assert bool(found(tmp_path, "age > 1", *texts)) is is_found


def test_it_is_found_at_the_last_text(tmp_path: Path) -> None:
    texts = ["Hi {{ last_shop }}", "{{ last_shop }}, hi"]
    (finding,) = found(tmp_path, "age > 1", *texts)
    assert finding.place and (finding.place.path, finding.place.column) == ("templates/t1.j2", 4)
    assert "rule 'r'" in finding.message


def test_each_language_is_a_text_of_its_own(tmp_path: Path) -> None:
    files = {
        "templates/hi.en.j2": "---\nchannel: x_dm\n---\nHi {{ last_shop | default('you') }}\n",
        "templates/hi.de.j2": "---\nchannel: x_dm\n---\nHallo {{ last_shop }}\n",
    }
    rule = "    templates: [hi]\n"
    places = [f.place for f in found(tmp_path, "age > 1", more=rule, files=files)]
    assert [place.path for place in places if place] == ["templates/hi.de.j2"]


def test_the_arms_of_an_experiment_stand_alone(tmp_path: Path) -> None:
    arms = "    variants:\n      - {template: t0, share: 50}\n      - {template: t1, share: 50}\n"
    places = [f.place for f in found(tmp_path, "age > 1", "Hi {{ dearest }}", "Hi", more=arms)]
    assert [place.path for place in places if place] == ["templates/t0.j2"]
