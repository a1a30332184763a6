"""A table of a catalogue is read as the same rows in a file are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from targeter import pipeline
from targeter.database import Engine
from targeter.errors import BadData
from targeter.findings import Place
from targeter.runners.clusters import Cluster, Here
from targeter.runners.planning import Where, plan
from targeter.runners.spark import Spark
from targeter.sources.declared import Source
from targeter.sources.reading import load
from tests import worlds
from tests.cli.bakery import targeter
from tests.runners import awkward
from tests.runners.conftest import SHARDS

_FILE, _TABLE = "path: visits/*.parquet", "table: prod.visits"


def _with_table(root: Path) -> tuple[Path, Path]:
    """A project whose visits are a table, and the catalogue that has it."""
    awkward.project(root / "project")
    settings = root / "project/rules/targeter.yaml"
    settings.write_text(settings.read_text().replace(_FILE, _TABLE))
    visits = shutil.move(root / "project/visits", root / "catalogue/prod.visits")
    return root / "project", Path(visits).parent


def test_a_table_makes_the_plan_of_its_rows_in_files(tmp_path: Path) -> None:
    one = pipeline.plan(worlds.options(awkward.project(tmp_path / "files")), examples=2)
    root, catalogue = _with_table(tmp_path)
    (tmp_path / "work").mkdir()
    many = plan(worlds.options(root), Here(catalogue), Where(SHARDS, tmp_path / "work"), examples=2)
    assert one == many
    assert not list((tmp_path / "work").iterdir())


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    root, _ = _with_table(tmp_path)
    with pytest.raises(BadData) as raised:
        plan(worlds.options(root), Here(), Where(SHARDS))
    (found,) = raised.value.findings
    assert found.code == "TG715" and "'prod.visits': there is no such table" in found.message


def test_a_bad_value_is_told_by_the_name_of_the_table(tmp_path: Path) -> None:
    root, catalogue = _with_table(tmp_path)
    settings = root / "rules/targeter.yaml"
    settings.write_text(settings.read_text().replace("place: text, items", "place: date, items"))
    with pytest.raises(BadData) as raised:
        plan(worlds.options(root), Here(catalogue), Where(SHARDS))
    assert "of prod.visits" in raised.value.findings[0].message


def test_on_one_machine_it_is_said_that_only_spark_reads_tables(tmp_path: Path) -> None:
    root, _ = _with_table(tmp_path)
    assert not [one for one in worlds.errors(root) if one.code == "TG104"]
    ran = targeter("plan", "--project", str(root))
    assert ran.code != 0 and "only Spark reads those" in ran.err and "--runner spark" in ran.err


def test_how_many_shards_a_table_takes_must_be_said(tmp_path: Path) -> None:
    root, _ = _with_table(tmp_path)
    settings = root / "rules/targeter.yaml"
    settings.write_text(settings.read_text().replace("spark: {shards: 3}\n", ""))
    ran = targeter("plan", "--runner", "spark", "--project", str(root))
    assert ran.code == 2 and "spark: {shards: 200}" in ran.err


# -- on Spark --------------------------------------------------------------------------------

_COLUMNS = {
    "person_id": "STRING",
    "born_on": "DATE",
    "seen": "TIMESTAMP",
    "wall_clock": "TIMESTAMP_NTZ",
    "worth": "DOUBLE",
    "price": "DECIMAL(30,12)",
    "tags": "ARRAY<STRING>",
    "is_small": "BOOLEAN",
}
_ROWS = """
  ('ö', DATE'1582-10-04', TIMESTAMP'2028-02-29 23:30:00.123456-05:00',
   TIMESTAMP_NTZ'0001-01-01 00:00:00.000001', DOUBLE('NaN'), 123456789012345678.000000000001BD,
   ARRAY('ü', NULL), true),
  ('b', DATE'0001-01-01', TIMESTAMP'1900-01-01 00:00:00Z', NULL, -0.0D, -0.1BD, ARRAY(), NULL),
  ('c', NULL, NULL, TIMESTAMP_NTZ'9999-12-31 23:59:59', 1e300D, NULL, NULL, false)
"""
# NaN is no number: missing, as in every file.
_READ = {
    "ö": ("1582-10-04", "2028-03-01 04:30:00.123456", "0001-01-01 00:00:00.000001", None,
          "123456789012345678.000000000001", "[ü, NULL]", "true"),
    "b": ("0001-01-01", "1900-01-01 00:00:00", None, "-0.0", "-0.100000000000", "[]", None),
    "c": (None, None, "9999-12-31 23:59:59", "1e+300", None, None, "false"),
}  # fmt: skip


@pytest.mark.spark
def test_no_value_of_a_table_changes_on_its_way(tmp_path: Path, spark: Cluster) -> None:
    assert isinstance(spark, Spark)
    casts = ", ".join(f"CAST({name} AS {type_}) AS {name}" for name, type_ in _COLUMNS.items())
    spark.session.sql(
        "CREATE OR REPLACE TEMP VIEW everybody AS "
        f"SELECT {casts} FROM VALUES {_ROWS} AS t({', '.join(_COLUMNS)})"
    )
    spark.export("everybody", tmp_path / "rows")
    place = Place("rules/targeter.yaml", 1, 1)
    source = Source("people", place, "rows/*.parquet", "parquet", key="person_id")
    with Engine(folders=[tmp_path], time_zone="UTC") as engine:
        loaded = load(engine, source, tmp_path)
        shown = ", ".join(f"{column.name}::VARCHAR" for column in loaded.columns)
        found = {row[0]: row[1:] for row in engine.rows(f"SELECT {shown} FROM {loaded.table}")}
    assert found == _READ
