"""Profiles that are a file are read once, and what conditions alone ask for is let go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from targeter import batches, pipeline, plans
from targeter.cache import folder_of
from targeter.errors import BadData
from targeter.pipeline import Lasting, all_columns, columns_of_messages
from targeter.profiles import PROFILES
from tests import worlds
from tests.decisions.small import HELLO, project, rule, template

RULES = (
    "rules:\n"
    + rule(
        "best", 3, "age > 30 and city in ('Ashby', 'Brint')", "named", max_people="3", rank_by="age"
    )
    + rule("rest", 2, "not (city in ('Ashby', 'Coldham')) or age < 20", "hello")
)
TEMPLATES = {**HELLO, "named": template("Hi {{ name }}")}


# What is asked for later, and what was decided: nobody is held out, rests or stays.
_KEPT = {"person_id", "name", "age", "phone", "(s0)", "(gate)", "(first_choice)"}


def _people(count: int) -> list[str]:
    """People with every kind of hole."""
    cities, names = ("Ashby", "Brint", "", "Coldham"), ("Anna", "", "Łu", "\u00a0")
    return [
        f"p{n},{names[n % 4]},{cities[n % 3 + n % 2]},{(n * 7) % 60 or ''},true,0{n},en"
        for n in range(count)
    ]


def _in_parquet(root: Path, *parts: str) -> Path:
    """The same project with its people in Parquet files that have types of their own: one, or one
    for each of these conditions."""
    with duckdb.connect() as maker:
        for number, part in enumerate(parts or ("true",)):
            maker.execute(
                f"COPY (FROM read_csv('{root / 'people.csv'}', nullstr = '', types = "
                f"{{'person_id': 'VARCHAR', 'phone': 'VARCHAR', 'name': 'VARCHAR'}}) WHERE {part}) "
                f"TO '{root / f'people-{number}.parquet'}' (FORMAT parquet)"
            )
    settings = root / "rules/targeter.yaml"
    settings.write_text(settings.read_text().replace("people.csv", "people-*.parquet"))
    return root


def _rows(root: Path, lasting: Lasting, **changes: Any) -> tuple[str, list[Any], dict[str, int]]:
    with pipeline.planned(worlds.options(root, **changes), lasting=lasting) as run:
        plan_id = plans.plan_of(run).plan_id
        rows = run.engine.rows("SELECT person, outcome, text FROM results ORDER BY person")
        return plan_id, rows, run.outcomes


def _columns(root: Path, **changes: Any) -> list[str]:
    asked = worlds.options(root, **changes)
    with pipeline.planned(asked, lasting=columns_of_messages) as run:
        return [name for name, _ in run.engine.columns_of(PROFILES)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path, RULES, _people(40), templates=TEMPLATES)


def test_everybody_gets_the_same_whether_all_columns_are_kept_or_few(root: Path) -> None:
    csv = _rows(root, all_columns)
    assert len({outcome for _, outcome, _ in csv[1]}) > 2
    assert _rows(root, columns_of_messages) == csv
    _in_parquet(root)
    assert _rows(root, all_columns) == csv
    assert _rows(root, columns_of_messages) == csv


def test_beyond_a_capacity_the_same_people_wait(tmp_path: Path) -> None:
    care = "handoffs:\n  - {name: help, to: care, when: age > 40, capacity: 2, why: They asked}\n"
    root = project(tmp_path, RULES + care, _people(40), templates=TEMPLATES)
    csv = _rows(root, all_columns)
    assert csv[2]["handed_over"] == 2 and csv[2]["with_service"] > 0
    assert _rows(_in_parquet(root), columns_of_messages) == csv


def test_what_one_file_knows_of_its_values_is_not_believed_of_another(root: Path) -> None:
    csv = _rows(root, all_columns)
    is_plain = "(name IS NULL OR name BETWEEN '!' AND '~')"
    _in_parquet(root, is_plain, f"NOT {is_plain}")
    assert _rows(root, all_columns) == csv
    assert _rows(root, columns_of_messages) == csv


def test_what_conditions_alone_ask_for_is_let_go(root: Path) -> None:
    assert set(_columns(_in_parquet(root))) == _KEPT


def test_profiles_of_a_cache_are_read_once_too(root: Path) -> None:
    _in_parquet(root)
    without = _rows(root, all_columns)
    for lasting in (columns_of_messages, columns_of_messages, all_columns):
        assert _rows(root, lasting, cache=True) == without
    assert set(_columns(root, cache=True)) == _KEPT


def test_a_plan_goes_on_when_another_run_tidies_the_cache(root: Path) -> None:
    _in_parquet(root)
    without = _rows(root, all_columns)
    assert _rows(root, columns_of_messages, cache=True) == without

    def tidied(stage: str, step: int, steps: int) -> None:
        if stage.startswith("decisions"):
            for file in folder_of(root).glob("profiles-*/*.parquet"):
                file.unlink()

    asked = worlds.options(root, cache=True)
    with pipeline.planned(asked, tidied, lasting=columns_of_messages) as run:
        assert plans.plan_of(run).plan_id == without[0]
    assert not list(folder_of(root).glob("profiles-*/*.parquet"))


@pytest.mark.parametrize(
    "name",
    [
        *("rowid", "(s0)", "(gate)", "(first_choice)", "read_once", "until", "number"),
        *("stays", "gate", "first_choice", "choice", "hard", "s0", "person"),
    ],
)
def test_a_column_may_be_called_as_one_of_ours(root: Path, name: str) -> None:
    before = _rows(root, all_columns)[1:]
    people = root / "people.csv"
    text = people.read_text().replace("phone", name)
    people.write_text(text)
    settings = root / "rules/targeter.yaml"
    settings.write_text(settings.read_text().replace("phone", f'"{name}"'))
    assert _rows(root, columns_of_messages)[1:] == before
    rendered = pipeline.render(worlds.options(root), batches.Request())
    assert rendered.messages == before[1]["message"]


@pytest.mark.parametrize("cache", [True, False])
@pytest.mark.parametrize("key", ["p3", ""])
def test_keys_are_seen_whenever_they_are_read(root: Path, key: str, cache: bool) -> None:
    with (root / "people.csv").open("a") as file:
        file.write(f"{key},Anna,Ashby,40,true,07,en\n")
    _in_parquet(root)
    with pytest.raises(BadData, match="one row a person") as raised:
        _rows(root, columns_of_messages, cache=cache)
    assert [f.code for f in raised.value.findings] == ["TG712" if key else "TG717"]
