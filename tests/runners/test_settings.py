"""What `spark:` says, and what `--runner spark` needs and refuses."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

import pytest

from targeter.project import read_project
from targeter.runners.addresses import NobodyThere, refuse_nobody
from targeter.spark_settings import SparkSettings
from tests import worlds
from tests.cli.bakery import targeter
from tests.decisions.small import project


def test_the_settings_are_read(tmp_path: Path) -> None:
    said = (
        "spark: {remote: 'sc://spark.example.com', shards: 40, work: /mnt/work, "
        "conf: {spark.executor.memory: 8g, spark.speculation: true}}\n"
    )
    root = project(tmp_path, settings=said)
    conf = (("spark.executor.memory", "8g"), ("spark.speculation", "true"))
    expected = SparkSettings(None, "sc://spark.example.com", 40, Path("/mnt/work"), conf)
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
        ("{conf: 3}", "'conf' must be a mapping"),
        ("{conf: {executor.memory: 8g}}", "'executor.memory' is no setting of Spark"),
        ("{conf: {spark.executor.cores: [2]}}", "spark.executor.cores has one value"),
        ("{conf: {spark.master: local}}", "spark.master isn't said here"),
        (
            "{conf: {spark.sql.session.timeZone: UTC}}",
            "spark.sql.session.timeZone isn't said here",
        ),
        (
            "{conf: {spark.sql.parquet.outputTimestampType: INT96}}",
            "spark.sql.parquet.outputTimestampType is 'TIMESTAMP_MICROS', whatever is said",
        ),
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


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("spark://127.0.0.1:1", "there is no master of Spark at 127.0.0.1:1: Connection refused"),
        ("sc://127.0.0.1:1/;token=abc", "no Spark Connect server at 127.0.0.1:1: Connection ref"),
        ("spark://127.0.0.1:1,127.0.0.1:2", "at 127.0.0.1:1,127.0.0.1:2"),
        ("spark://127.0.0.1:99999", "at 127.0.0.1:99999: "),
        ("spark://a:b:c", "at a:b:c: it is no host and port"),
    ],
)
def test_an_address_where_nobody_is_is_told_at_once(address: str, said: str) -> None:
    with pytest.raises(NobodyThere) as raised:
        refuse_nobody(address)
    assert said in raised.value.message and "abc" not in raised.value.message


@pytest.mark.parametrize("address", ["local[2]", "yarn", "k8s://https://127.0.0.1:1", ""])
def test_of_other_managers_nothing_is_asked(address: str) -> None:
    refuse_nobody(address)


def test_one_master_of_several_is_enough() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        refuse_nobody(f"spark://127.0.0.1:1,127.0.0.1:{server.getsockname()[1]}")


@pytest.mark.skipif(importlib.util.find_spec("pyspark") is not None, reason="pyspark is installed")
def test_without_pyspark_it_is_said_what_to_install(tmp_path: Path) -> None:
    ran = targeter("plan", "--runner", "spark", "--project", str(project(tmp_path)))
    assert ran.code == 2 and "pip install" in ran.err
