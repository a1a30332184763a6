"""One trial for all tests of expressions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.expressions.trying import Trial


@pytest.fixture(scope="session")
def trial() -> Iterator[Trial]:
    trial = Trial()
    yield trial
    trial.engine.close()
