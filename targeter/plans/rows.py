"""Rows as digests: the same whatever their order, another one when a value is another."""

from __future__ import annotations

from collections.abc import Iterable

from targeter.database import Engine


def exactly(values: Iterable[str]) -> str:
    """SQL: texts as one text that no others make; a text that is missing differs from every one."""
    # `concat` leaves out what is NULL
    parts = ", ".join(f"coalesce(strlen({v}) || ':', '-'), {v}" for v in values)
    return f"concat({parts})" if parts else "''"


def digest(text: str) -> str:
    """SQL: the first 64 bits of a text's md5; as `md5_number_lower`, in a quarter of its time."""
    return f"(md5_number({text}) >> 64)::UBIGINT"


def order_free(engine: Engine, relation: str, text: str) -> str:
    """A digest of rows, each given as one text (SQL), that doesn't depend on their order."""
    return added_up([parts_of(engine, relation, text)])


def parts_of(engine: Engine, relation: str, text: str) -> tuple[int, int]:
    """Such a digest before it is one: how many rows, and a sum that others can be added to."""
    count, total = engine.row(f"SELECT count(*), sum({digest(text)}::HUGEINT) FROM {relation}")
    return int(count), int(total or 0)


def added_up(parts: Iterable[tuple[int, int]]) -> str:
    """The digest of all rows, of the parts of some of them each."""
    counts, totals = zip(*parts, strict=True)
    count = sum(counts)
    return f"{count}:{sum(totals) if count else None}"
