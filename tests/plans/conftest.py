"""The orchard and a plan of it, made once: a plan is the same wherever it lies."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from targeter.plans import Saved

from .orchard import keep, orchard


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    return keep(orchard(tmp_path_factory.mktemp("orchard")))


@pytest.fixture
def kept(made: Saved, tmp_path: Path) -> Saved:
    """The project in the test's own folder, with its plan in `kept`."""
    shutil.copytree(made.folder.parent, tmp_path, dirs_exist_ok=True)
    return replace(made, folder=tmp_path / "kept")
