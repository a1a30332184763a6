"""What holds for every test: in which order they begin, what they share, what changes nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from targeter.database import grammar


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the commands of the README: whoever gets them last is waited for by all others."""
    items.sort(key=lambda item: item.name != "test_commands_print_what_the_readme_shows")


def pytest_collection_finish() -> None:
    """Leave what was imported and collected, which lives to the end, out of every later search."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """What is left open at the end is looked for everywhere."""
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def _one_grammar() -> Iterator[None]:
    """The database of the parsers stays open from test to test: each opens for a hundredth."""
    kept = grammar()
    yield
    del kept


@pytest.fixture(autouse=True)
def _no_width_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The width of the terminal that they are started from."""
    monkeypatch.delenv("COLUMNS", raising=False)
