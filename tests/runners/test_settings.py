"""What `spark:` says, and what `--runner spark` needs and refuses."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from targeter.project import read_project
from targeter.settings import SparkSettings
from tests import worlds
from tests.cli.bakery import targeter
from tests.decisions.small import project


def test_the_settings_are_read(tmp_path: Path) -> None:
    said = "spark: {remote: 'sc://spark.example.com', shards: 40, work: /mnt/work}\n"
    root = project(tmp_path, settings=said)
    expected = SparkSettings(None, "sc://spark.example.com", 40, Path("/mnt/work"))
    assert read_project(root).settings.spark == expected
    assert not worlds.errors(root)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("{shards: 0}", "'shards' is between 1 and 100,000, not 0"),
        ("{remote: spark.example.com}", "'remote' is an address of Spark Connect"),
        ("{remote: 'sc://a', master: local}", "'remote' and 'master' exclude each other"),
        ("{work: work}", "'work' is a whole path"),
        ("{cores: 3}", "cores"),
    ],
)
def test_wrong_settings_are_found(tmp_path: Path, said: str, found: str) -> None:
    errors = worlds.errors(project(tmp_path, settings=f"spark: {said}\n"))
    assert found in errors[0].message and errors[0].place is not None


def test_what_spark_cannot_do_is_refused_by_name(tmp_path: Path) -> None:
    root = str(project(tmp_path))
    ran = targeter("plan", "--runner", "spark", "--threads", "2", "--project", root)
    assert ran.code == 2 and "--threads and --runner spark" in ran.err


def test_a_cluster_needs_a_folder_that_all_reach(tmp_path: Path) -> None:
    root = project(tmp_path, settings="spark: {master: 'spark://here:7077'}\n")
    ran = targeter("plan", "--runner", "spark", "--project", str(root))
    assert ran.code == 2 and "spark: {work: /mnt/" in ran.err


@pytest.mark.skipif(importlib.util.find_spec("pyspark") is not None, reason="pyspark is installed")
def test_without_pyspark_it_is_said_what_to_install(tmp_path: Path) -> None:
    ran = targeter("plan", "--runner", "spark", "--project", str(project(tmp_path)))
    assert ran.code == 2 and "pip install" in ran.err
