"""Codes of choices: those that say the same are found by one comparison, and nobody else is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from targeter import pipeline
from targeter.database import Engine
from targeter.decisions import Choice, Codes, plan_decisions
from targeter.project import read_project
from tests import worlds
from tests.decisions.small import HELLO, project, rule


@pytest.fixture
def choice(tmp_path: Path) -> Choice:
    root = project(tmp_path, "rules:\n" + rule("all", 1, "age > 1", "hello"), templates=HELLO)
    bound = pipeline.bound_alone(read_project(root), worlds.DAY)
    (one,) = plan_decisions(bound).choices
    return one


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as one:
        yield one


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 9, 70_000])
def test_every_code_is_of_its_choice_and_between_those_that_say_the_same(
    choice: Choice, engine: Engine, count: int
) -> None:
    said = max(1, count * 2 // 3)
    templates = [replace(choice.template, name=f"t{n}") for n in range(said)]
    choices = [replace(choice, number=n, template=templates[n * 7 % said]) for n in range(count)]
    codes = Codes(choices)
    engine.load(
        "coded", {"number": "INTEGER", "code": "BIGINT"}, ((n, codes.of(n)) for n in range(count))
    )
    number = codes.number("code")
    assert engine.value(f"SELECT count(*) FROM coded WHERE {number} <> number") == 0
    for one in {0, 1 % count, count // 2, count - 1}:
        rows = engine.rows(f"SELECT number FROM coded WHERE {codes.says('code', one)} ORDER BY 1")
        alike = [n for n in range(count) if n * 7 % said == one * 7 % said]
        assert [n for (n,) in rows] == alike


def test_nobody_has_a_code_where_nobody_has_a_choice(engine: Engine) -> None:
    assert engine.value(f"SELECT {Codes([]).number('NULL::INTEGER')}") is None
