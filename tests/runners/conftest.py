"""One suite, every runner: in this process, and on Spark."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from targeter.runners.clusters import Cluster, Here
from targeter.spark_settings import SparkSettings

SHARDS = 2
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def spark() -> Iterator[Cluster]:
    """A real session on this machine, where tasks that fail are tried again."""
    refuse_no_spark()
    from targeter.runners.spark import session_of

    # workers are processes of their own, which find this checkout, too
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.getenv("PYTHONPATH"))))
    with session_of(SparkSettings(master="local[2,3]"), SHARDS) as cluster:
        yield cluster


def refuse_no_spark() -> None:
    """Skip a test where Spark can't begin."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark isn't installed: pip install 'targeter[spark]'")
    if shutil.which("java") is None:
        pytest.skip("there is no Java: apt-get install openjdk-17-jre-headless")


@pytest.fixture(params=["here", pytest.param("spark", marks=pytest.mark.spark)])
def runner(request: pytest.FixtureRequest) -> Cluster:
    if request.param == "here":
        return Here()
    cluster: Cluster = request.getfixturevalue("spark")
    return cluster
