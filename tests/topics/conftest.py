"""One engine for all questions that these tests ask of RE2 and SQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from targeter.database import Engine


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    opened = Engine(threads=1)
    yield opened
    opened.close()
