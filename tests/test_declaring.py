"""`targeter sources --write`: what was assumed becomes declared, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter import pipeline
from targeter.errors import WrongUsage
from tests.worlds import findings, options, write

CSV = "person_id,age,born_on,score,tags\na,3,2001-02-03,1.5,x\nb,,2001-02-04,2.25,y\n"


def _project(root: Path, columns: str) -> Path:
    settings = (
        "sources:\n  people:   # everybody\n    path: people.csv\n    key: person_id\n" + columns
    )
    return write(root, {"rules/targeter.yaml": settings, "people.csv": CSV})


@pytest.mark.parametrize(
    "columns",
    ["", "    columns:\n      age: integer  # in years\n"],
    ids=["none declared", "one declared"],
)
def test_assumed_columns_are_declared_once(tmp_path: Path, columns: str) -> None:
    root = _project(tmp_path, columns)
    declared = pipeline.declare(options(root))
    assert declared.columns == (("people", 5 if not columns else 4),)
    text = (root / "rules/targeter.yaml").read_text("utf-8")
    for line in ("born_on: {type: date}", "score: {type: decimal}", "tags: {type: text}"):
        assert f"      {line}\n" in text
    assert "# everybody" in text
    assert [f for f in findings(root) if f.code != "TG401"] == []
    assert pipeline.declare(options(root)).columns == ()
    assert (root / "rules/targeter.yaml").read_text("utf-8") == text


def test_a_source_in_braces_is_refused_with_what_to_do(tmp_path: Path) -> None:
    settings = "sources:\n  people: {path: people.csv, key: person_id}\n"
    root = write(tmp_path, {"rules/targeter.yaml": settings, "people.csv": CSV})
    with pytest.raises(WrongUsage, match="written inside"):
        pipeline.declare(options(root))
    assert (root / "rules/targeter.yaml").read_text("utf-8") == settings
