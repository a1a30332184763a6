"""The border that shards find together is the row that one machine would count to."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.database import Engine
from targeter.decisions import Border, is_after
from targeter.runners.borders import Part, Stretch, narrowed

_ROWS = st.lists(
    st.tuples(st.booleans(), st.floats(allow_nan=False), st.integers(0, 3)), unique=True
) | st.integers(0, 120).map(lambda count: [(n % 2 == 0, n * 0.7, n) for n in range(count)])


def _part(rows: list[Border], stretch: Stretch, most: int) -> Part:
    """What a shard with these rows would show, counted by hand."""
    low, high = stretch.low, stretch.high
    inside = sorted(r for r in rows if (low is None or r > low) and (high is None or r <= high))
    step = max(-(-len(inside) // most), 1)
    shown = [r for n, r in enumerate(inside, 1) if n % step == 0 or n == len(inside)]
    before = sum(low is not None and row <= low for row in rows)
    return Part(before, len(inside), step, tuple(shown))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(_ROWS, min_size=1, max_size=6), st.integers(1, 150), st.integers(8, 11))
def test_any_number_of_shards_finds_the_row(
    shards: list[list[Border]], places: int, most: int
) -> None:
    seen: set[Border] = set()
    shards = [[r for r in rows if not (r in seen or seen.add(r))] for rows in shards]  # type: ignore[func-returns-value]
    everybody = sorted(seen)
    said: Stretch | Border | None = Stretch()
    rounds = 0
    while isinstance(said, Stretch):
        said = narrowed(places, [_part(rows, said, most) for rows in shards])
        rounds += 1
        assert rounds < 100
    assert said == (everybody[places - 1] if places <= len(everybody) else None)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.booleans(), st.floats(allow_nan=False), st.text()), min_size=1))
def test_the_engine_and_we_order_alike(rows: list[Border]) -> None:
    engine = Engine(threads=1)
    columns = {"k0": "BOOLEAN", "k1": "DOUBLE", "k2": "VARCHAR"}
    engine.load("line", columns, [row for row in rows if "\0" not in row[2]])
    border = rows[0]
    if "\0" not in border[2]:
        after = engine.value(f"SELECT count(*) FROM line WHERE {is_after(border)}")
        assert after == sum(row > border for row in rows if "\0" not in row[2])
    engine.close()
