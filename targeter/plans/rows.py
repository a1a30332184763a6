"""Rows as digests: the same whatever their order, another one when a value is another."""

from __future__ import annotations

from collections.abc import Iterable

from targeter.database import Engine


def exactly(values: Iterable[str]) -> str:
    """SQL: texts as one text that no others make; a text that is missing differs from every one."""
    parts = ", ".join(f"coalesce(strlen({v}) || ':' || {v}, '-')" for v in values)
    return f"concat({parts})" if parts else "''"


def order_free(engine: Engine, relation: str, text: str) -> str:
    """A digest of rows, each given as one text (SQL), that doesn't depend on their order."""
    count, total = engine.row(
        f"SELECT count(*), sum(md5_number_lower({text})::HUGEINT) FROM {relation}"
    )
    return f"{count}:{total}"
