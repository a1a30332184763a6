"""What an editor underlines is wrong: whatever a schema refuses, lint refuses too."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from targeter.yaml_source import plain_value
from tests.faults.planting import copy_of_the_sample
from tests.worlds import findings

from .driven import ROOT, objections, parsed, schema_for, schemas

FILES = schemas(ROOT)
PATHS = ["rules/targeter.yaml", *(f"rules/{n}.yaml" for n in ("care", "people", "segments"))]
STRANGE: list[object] = ["", "zz", "2026-11-30", 0, -1, 2.5, True, [], {}, ["zz"], {"zz": "zz"}]
Step = tuple[str | int, ...]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_sample(tmp_path_factory.mktemp("sample"))


def _document(path: str) -> Any:
    return plain_value(parsed(path, (ROOT / path).read_text(encoding="utf-8")))


def _steps(document: object, so_far: Step = ()) -> list[Step]:
    """The ways to every value of a document."""
    pairs: list[tuple[str | int, object]] = []
    if isinstance(document, dict):
        pairs = list(document.items())
    elif isinstance(document, list):
        pairs = list(enumerate(document))
    ways = [(*so_far, key) for key, _ in pairs]
    return ways + [way for key, value in pairs for way in _steps(value, (*so_far, key))]


DOCUMENTS = {path: _document(path) for path in PATHS}


@dataclass(frozen=True, slots=True)
class Change:
    """A value of a sample's file taken out, replaced by a strange one, or under another key."""

    path: str
    way: Step
    kind: str
    strange: object

    def document(self) -> object:
        document = deepcopy(DOCUMENTS[self.path])
        *way, last = self.way
        inner = document
        for key in way:
            inner = inner[key]
        if self.kind == "strange":
            inner[last] = self.strange
            return document
        value = inner.pop(last)
        if self.kind == "renamed" and isinstance(inner, dict):
            inner[f"{last}x"] = value
        return document


@st.composite
def _changes(draw: st.DrawFn) -> Change:
    path = draw(st.sampled_from(PATHS))
    way = draw(st.sampled_from(_steps(DOCUMENTS[path])))
    kind = draw(st.sampled_from(("out", "strange", "renamed")))
    return Change(path, way, kind, draw(st.sampled_from(STRANGE)))


def _agrees(copy: Path, change: Change) -> None:
    document = change.document()
    refused = objections(schema_for(change.path, FILES), document)
    if not refused:
        return
    target = copy / change.path
    before = target.read_bytes()
    target.write_text(json.dumps(document), encoding="utf-8")
    try:
        found = findings(copy)
    finally:
        target.write_bytes(before)
    assert any(f.severity == "error" for f in found), refused


_QUICK = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@_QUICK
@given(change=_changes())
def test_what_a_schema_refuses_lint_refuses(copy: Path, change: Change) -> None:
    _agrees(copy, change)


@pytest.mark.slow
@settings(_QUICK, max_examples=600)
@given(change=_changes())
def test_what_a_schema_refuses_lint_refuses_at_length(copy: Path, change: Change) -> None:
    _agrees(copy, change)
