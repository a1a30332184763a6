"""The digest of a plan's rows: another one when any value is another, whatever stands beside it."""

from __future__ import annotations

import pytest

from targeter.database import Engine
from targeter.plans.assignments import ASSIGNMENTS, COLUMNS, rows_digest

_ROW: dict[str, object] = {name: f"a {name}" for name in COLUMNS} | {"length": 12}


def _digest(*rows: dict[str, object]) -> tuple[int, int]:
    with Engine(memory="1GB", threads=1) as engine:
        engine.load(ASSIGNMENTS, COLUMNS, (tuple(row.values()) for row in rows))
        return rows_digest(engine)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("how", ["another", "missing"])
def test_every_value_counts(column: str, how: str) -> None:
    another = 13 if column == "length" else "another"
    other = {**_ROW, column: another if how == "another" else None}
    assert _digest(other) != _digest(_ROW)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"person": "a", "text": "bc"}, {"person": "ab", "text": "c"}),
        ({"person": "a", "text": "b"}, {"person": "a:b", "text": None}),
        ({"person": "a", "text": ""}, {"person": "a", "text": None}),
        ({"person": "a:", "text": None}, {"person": "a", "text": ""}),
        ({"rule": "a", "campaign": "bc"}, {"rule": "ab", "campaign": "c"}),
        ({"rule": "a", "campaign": None}, {"rule": None, "campaign": "a"}),
        ({"rule": "", "campaign": None}, {"rule": None, "campaign": ""}),
        ({"outcome": "a", "status": None}, {"outcome": None, "status": "a"}),
    ],
)
def test_no_value_passes_for_its_neighbour(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert _digest({**_ROW, **one}) != _digest({**_ROW, **other})


def test_the_order_of_rows_does_not_count() -> None:
    second = {**_ROW, "person": "b"}
    assert _digest(_ROW, second) == _digest(second, _ROW) != _digest(_ROW, _ROW)
