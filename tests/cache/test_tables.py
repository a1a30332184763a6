"""A table in a file and back: the same names, types, values and order."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter.cache.keys import declared, key_of
from targeter.cache.tables import can_be_kept, read_table, write_table
from targeter.database import Engine, EngineError
from targeter.findings import Place

VALUES = """
SELECT * FROM (VALUES
  (170141183460469231731687303715884105727::HUGEINT, 9223372036854775807, 'nan'::DOUBLE,
   INTERVAL '-3 months 2 days' - INTERVAL 1 microsecond, TIMESTAMP '0001-01-01 00:00:00.000001',
   DATE '9999-12-31', 1234567890123456789012345678.9::DECIMAL(38,9), ['a', NULL, ''], true, ''),
  (-170141183460469231731687303715884105727::HUGEINT, NULL, -0.0, INTERVAL 0 second, NULL,
   DATE '0001-01-01', -0.1, []::VARCHAR[], NULL, NULL),
  (NULL, -1, 1.7976931348623157e308, NULL, TIMESTAMP '9999-12-31 23:59:59.999999', NULL, NULL,
   NULL, false, 'é\u0301\U0001f600' || chr(0) || '"\n')
) AS t("huge", "Big int", "stance('x')", "span", "at", "day", "dec", "list", "yes", "text")
"""


def test_every_type_comes_back_as_it_was(tmp_path: Path) -> None:
    engine = Engine(folders=[tmp_path])
    engine.run(f"CREATE TABLE given AS {VALUES}")
    columns = engine.columns_of("given")
    write_table(engine, "SELECT * FROM given", columns, tmp_path / "a.parquet")
    everything = frozenset(name for name, _ in columns)
    read_table(engine, "again", tmp_path / "a.parquet", columns, everything)
    assert engine.columns_of("again") == columns
    shown = "SELECT rowid, * FROM {} ORDER BY rowid"
    assert repr(engine.rows(shown.format("again"))) == repr(engine.rows(shown.format("given")))
    read_table(engine, "some", tmp_path / "a.parquet", columns, frozenset({"day", "Big int"}))
    assert [name for name, _ in engine.columns_of("some")] == ["Big int", "day"]


def test_what_cannot_be_kept_exactly_is_not_kept() -> None:
    assert can_be_kept([("a", "DECIMAL(18,3)"), ("b", "VARCHAR[][]"), ("c", "HUGEINT")])
    for type_ in ("HUGEINT[]", "STRUCT(a INTEGER)", "INTEGER); DROP TABLE x; --", ""):
        assert not can_be_kept([("a", type_)])


def test_another_file_is_an_error_of_the_engine(tmp_path: Path) -> None:
    engine = Engine(folders=[tmp_path])
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and nothing PAR1")
    with pytest.raises(EngineError):
        read_table(engine, "t", tmp_path / "a.parquet", [("a", "BIGINT")], frozenset({"a"}))


def test_a_definition_is_what_it_says_and_not_where() -> None:
    places = Place("a.yaml", 1, 1), Place("a.yaml", 7, 3)
    assert key_of([places[0], "x"]) == key_of([places[1], "x"])
    different: list[object] = ["1", 1, True, None, ["1"], {"1": 1}, 1.5, [[]], []]
    assert len({key_of(one) for one in different}) == len(different)
    with pytest.raises(TypeError, match="no place in a definition"):
        declared(object())
