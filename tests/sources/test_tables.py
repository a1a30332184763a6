"""Sources with types of their own: Parquet and DuckDB files, taken as they are."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from .trial import Trial, tried


@pytest.fixture
def maker() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def _parquet(maker: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    maker.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")


def _kind(trial: Trial) -> str:
    assert trial.engine is not None
    query = "SELECT table_type FROM information_schema.tables WHERE table_name = 'source_things'"
    return str(trial.engine.value(query))


ODD = """
SELECT 7::SMALLINT AS small, 1.5::FLOAT AS f, 'nan'::DOUBLE AS gone, 1.25::DECIMAL(9,2) AS fee,
  TIMESTAMPTZ '2024-01-01 10:00:00+02' AS zoned, TIMESTAMP_S '2024-01-01 10:00:00' AS seconds,
  {'a': [1]} AS nested, MAP {'k': 1} AS pairs, ['x', 'y'] AS tags, [1, 2] AS numbers,
  'v'::ENUM('v', 'w') AS choice, uuid '6f9619ff-8b86-d011-b42d-00cf4fc964ff' AS uid,
  'ab'::BLOB AS raw, '  ' AS blank, true AS yes, DATE '2024-01-01' AS day, NULL AS nothing,
  'inf'::DOUBLE AS endless, 18446744073709551615::UBIGINT AS great
"""


def test_parquet_is_a_view_with_types_of_ours(
    tmp_path: Path, maker: duckdb.DuckDBPyConnection
) -> None:
    _parquet(maker, tmp_path / "a.parquet", ODD)
    trial = tried(tmp_path, "path: a.parquet")
    assert _kind(trial) == "VIEW"
    types = dict(trial.types)
    assert types.pop("great") in ("VARCHAR", "HUGEINT")
    assert types == {
        "small": "BIGINT",
        "f": "DOUBLE",
        "gone": "DOUBLE",
        "fee": "DECIMAL(9,2)",
        "zoned": "TIMESTAMP",
        "seconds": "TIMESTAMP",
        "nested": "VARCHAR",
        "pairs": "VARCHAR",
        "tags": "VARCHAR[]",
        "numbers": "VARCHAR[]",
        "choice": "VARCHAR",
        "uid": "VARCHAR",
        "raw": "VARCHAR",
        "blank": "VARCHAR",
        "yes": "BOOLEAN",
        "day": "DATE",
        "nothing": types["nothing"],
        "endless": "DOUBLE",
    }
    assert trial.loaded
    names = [column.name for column in trial.loaded.columns]
    row = dict(zip(names, trial.rows[0], strict=True))
    assert row["zoned"] == datetime.datetime.fromisoformat("2024-01-01T08:00")
    assert (row["gone"], row["endless"], row["blank"]) == (None, None, None)
    assert (row["nested"], row["numbers"], row["choice"]) == ('{"a":[1]}', ["1", "2"], "v")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("123::BIGINT", "123"),
        ("123.0::DOUBLE", "123"),
        ("123::DECIMAL(10,2)", "123"),
        ("' 123 '", "123"),
        ("'0123'", "0123"),
        ("12.5::DOUBLE", "12.5"),
        ("'nan'::DOUBLE", None),
        ("9007199254740993::BIGINT", "9007199254740993"),
    ],
)
def test_a_key_is_the_same_text_in_every_type(
    tmp_path: Path, maker: duckdb.DuckDBPyConnection, value: str, text: str | None
) -> None:
    _parquet(maker, tmp_path / "a.parquet", f"SELECT {value} AS id")
    assert tried(tmp_path, "path: a.parquet\nkey: id").rows == [(text,)]


def test_declared_columns_that_must_be_cast_make_a_table(
    tmp_path: Path, maker: duckdb.DuckDBPyConnection
) -> None:
    query = "SELECT '31/12/1999' AS d, 2.0::DOUBLE AS n, 'Y' AS b, 7 AS t, 0.1::DOUBLE AS fee"
    _parquet(maker, tmp_path / "a.parquet", query)
    yaml = """
path: a.parquet
columns:
  d: {type: date, format: "%d/%m/%Y"}
  n: integer
  b: boolean
  t: text
  fee: decimal
"""
    trial = tried(tmp_path, yaml)
    assert _kind(trial) == "BASE TABLE"
    assert str(trial.rows) == ("[(datetime.date(1999, 12, 31), 2, True, '7', Decimal('0.100000'))]")


def test_decimals_that_all_fit_are_read_where_they_lie(
    tmp_path: Path, maker: duckdb.DuckDBPyConnection
) -> None:
    yaml = "path: a.parquet\ncolumns:\n  fee: decimal"
    query = "SELECT unnest([1.5, -999999999999.5, NULL])::DECIMAL({}) AS fee"
    _parquet(maker, tmp_path / "a.parquet", query.format("18,6"))
    expected = [Decimal("1.500000"), Decimal("-999999999999.500000"), None]
    assert [row[0] for row in tried(tmp_path, yaml).rows] == expected
    for fitting in ("18,6", "14,2", "13,1"):
        _parquet(maker, tmp_path / "a.parquet", query.format(fitting))
        trial = tried(tmp_path, yaml)
        assert _kind(trial) == "VIEW" and [row[0] for row in trial.rows] == expected
    _parquet(maker, tmp_path / "a.parquet", "SELECT 1.1234567::DECIMAL(18,7) AS fee")
    assert tried(tmp_path, yaml).codes == ["TG710"]


@pytest.mark.parametrize(
    ("values", "declared", "missing", "expected"),
    [
        ("1::BIGINT, -99", "number", "-99", 1.0),
        ("1::BIGINT, -99", "integer", "-99", 1),
        ("1.5::DECIMAL(9, 1), -99", "number", "-99.0", 1.5),
        ("1.5::DECIMAL(9, 1), -99", "decimal", "-99.0", Decimal("1.500000")),
        ("1.5::DOUBLE, -99", "decimal", "-99.0", Decimal("1.500000")),
        ("1.5::DOUBLE, -99", "number", "-99", 1.5),
        ("1.5::DECIMAL(9, 2), -99", "number", "-99", 1.5),
        ("9007199254740993, 9007199254740992", "integer", "9007199254740992", 9007199254740993),
        (
            "TIMESTAMP '2026-01-02', '9999-12-31'",
            "date",
            "9999-12-31",
            datetime.date(2026, 1, 2),
        ),
        ("DATE '2026-01-02', '1900-01-01'", "date", "1900-01-01", datetime.date(2026, 1, 2)),
        (
            "DATE '2026-01-02', '1900-01-01'",
            "timestamp",
            "1900-01-01",
            datetime.datetime.fromisoformat("2026-01-02"),
        ),
        ("'here', ' none '", "text", "none", "here"),
        ("'7', 'none'", "integer", "none", 7),
    ],
)
def test_what_means_nothing_is_missing_whatever_the_type_of_the_file(
    tmp_path: Path,
    maker: duckdb.DuckDBPyConnection,
    values: str,
    declared: str,
    missing: str,
    expected: object,
) -> None:
    _parquet(maker, tmp_path / "a.parquet", f"SELECT unnest([{values}]) AS x")
    yaml = f"path: a.parquet\ncolumns:\n  x: {{type: {declared}, missing: ['{missing}']}}"
    assert [row[0] for row in tried(tmp_path, yaml).rows] == [expected, None]


@pytest.mark.parametrize("value", ["1.5::DECIMAL(9, 1)", "1.5::DOUBLE", "'1,5'"])
def test_how_numbers_are_written_is_said_of_texts_only(
    tmp_path: Path, maker: duckdb.DuckDBPyConnection, value: str
) -> None:
    _parquet(maker, tmp_path / "a.parquet", f"SELECT {value} AS x")
    yaml = 'path: a.parquet\ncolumns:\n  x: {type: decimal, format: "1.234,5"}'
    assert tried(tmp_path, yaml).rows == [(Decimal("1.5"),)]


def test_a_bad_value_has_its_row_and_the_place_of_its_declaration(
    tmp_path: Path, maker: duckdb.DuckDBPyConnection
) -> None:
    _parquet(
        maker, tmp_path / "a.parquet", "SELECT unnest([1.0::DOUBLE, 1.5, NULL, 'nan'::DOUBLE]) AS n"
    )
    trial = tried(tmp_path, "path: a.parquet\ncolumns:\n  n: integer")
    assert trial.codes == ["TG710"]
    assert trial.places == ["targeter.yaml:5:7"]
    assert "row 2 of a.parquet" in trial.messages


def test_parquet_files_of_one_source_may_order_their_columns_differently(
    tmp_path: Path, maker: duckdb.DuckDBPyConnection
) -> None:
    _parquet(maker, tmp_path / "p2.parquet", "SELECT 'b' AS name, 2::BIGINT AS id")
    _parquet(maker, tmp_path / "p1.parquet", "SELECT 1::INTEGER AS id, 'a' AS name")
    trial = tried(tmp_path, "path: p*.parquet")
    assert trial.rows == [(1, "a"), (2, "b")]
    _parquet(maker, tmp_path / "p3.parquet", "SELECT 3 AS id")
    assert tried(tmp_path, "path: p*.parquet").codes == ["TG716"]


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", b"id,x\n1,2\n"])
def test_a_damaged_file_is_a_finding_without_the_paths_of_the_machine(
    tmp_path: Path, data: bytes
) -> None:
    for name in ("a.parquet", "a.duckdb"):
        (tmp_path / name).write_bytes(data)
        trial = tried(tmp_path, f"path: {name}\ntable: t")
        assert trial.codes == ["TG715"], name
        assert str(tmp_path) not in trial.messages


def _database(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE people AS SELECT 1 AS id, ' ' AS name")
        connection.execute("CREATE SCHEMA crm")
        connection.execute("CREATE TABLE crm.orders AS SELECT 5 AS id, '1.5' AS fee")


def test_a_table_of_a_duckdb_file_is_read(tmp_path: Path) -> None:
    _database(tmp_path / "a.duckdb")
    assert tried(tmp_path, "path: a.duckdb\ntable: people").rows == [(1, None)]
    assert tried(tmp_path, "path: a.duckdb\ntable: crm.Orders").rows == [(5, "1.5")]


def test_a_duckdb_file_needs_a_table_that_it_has(tmp_path: Path) -> None:
    _database(tmp_path / "a.duckdb")
    missing = tried(tmp_path, "path: a.duckdb\ntable: peple")
    assert missing.codes == ["TG715"]
    assert "did you mean 'people'?" in missing.messages
    assert tried(tmp_path, "path: a.duckdb").codes == ["TG104"]


def test_a_file_of_another_version_is_a_finding(tmp_path: Path) -> None:
    _database(tmp_path / "a.duckdb")
    data = bytearray((tmp_path / "a.duckdb").read_bytes())
    data[12] = 250
    (tmp_path / "a.duckdb").write_bytes(data)
    trial = tried(tmp_path, "path: a.duckdb\ntable: people")
    assert trial.codes == ["TG715"]
