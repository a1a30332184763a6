"""Public data that isn't part of the project, for the tests that can have it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("TARGETER_PUBLIC_DATA", ROOT.parent / "shared" / "data"))


def public(name: str) -> Path:
    """Return a public file, or skip the test and name the file that is missing."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} isn't there: put it into {FOLDER} or set TARGETER_PUBLIC_DATA")
    return path


def conformance(name: str) -> dict[str, list[dict[str, Any]]]:
    """Return the cases of one file of twitter-text's conformance suite, by section."""
    text = public(f"twitter-text/{name}").read_text(encoding="utf-8")
    # The base loader makes texts of everything: a top-level domain called `no` is no Boolean.
    loader = yaml.BaseLoader if name == "tlds.yml" else yaml.SafeLoader
    tests: dict[str, list[dict[str, Any]]] = yaml.load(text, Loader=loader)["tests"]
    return tests
