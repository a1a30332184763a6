"""A real cluster, and a Connect server, as a user reaches them: from the shell."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from targeter import batches, pipeline
from targeter.runners.workers import guarded, unfit_said
from tests import worlds
from tests.decisions.small import crowd, project
from tests.runners import awkward
from tests.runners.conftest import refuse_no_spark
from tests.runners.standalone import (
    Standalone,
    begun,
    connect_server,
    environment,
    standalone,
)

pytestmark = pytest.mark.spark
_PATIENCE = 200  # seconds


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Standalone]:
    refuse_no_spark()
    with standalone(tmp_path / "cluster") as one:
        yield one


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    """A cluster of two workers with a core each."""
    refuse_no_spark()
    with standalone(tmp_path_factory.mktemp("workers"), 2, 1) as one:
        yield one


def _settings(root: Path, **said: Any) -> Path:
    """A project that says so under `spark`, with a work folder beside it."""
    work = root.parent / "work"
    work.mkdir(exist_ok=True)
    settings = root / "rules/targeter.yaml"
    text = settings.read_text().replace("spark: {shards: 3}\n", "")
    spark = json.dumps({"shards": 2, "work": str(work), **said})
    settings.write_text(f"{text}spark: {spark}\n")
    return root


def _ended(ran: subprocess.Popen[str], code: int = 0) -> str:
    out, err = ran.communicate(timeout=_PATIENCE)
    assert ran.returncode == code, out + err
    return out + err


def _is_empty(root: Path) -> bool:
    return not list((root.parent / "work").iterdir())


def test_a_connect_server_of_a_cluster_makes_the_same_plan(
    tmp_path: Path, cluster: Standalone
) -> None:
    root = project(tmp_path / "project", people=crowd(9))
    one = pipeline.plan(worlds.options(root, as_of=worlds.DAY))
    with connect_server(tmp_path / "server", cluster.master) as remote:
        _settings(root, remote=remote, conf={"spark.sql.adaptive.enabled": False})
        words = ("plan", "--format", "json", "--as-of", str(worlds.DAY))
        said = json.loads(
            _ended(begun(root, cluster.environment, *words)).partition("\n}")[0] + "}"
        )
    assert said["plan_id"] == one.plan_id and _is_empty(root)


# -- a plan and its batch --------------------------------------------------------------------

# Of each two attempts at one task the second wins: it is begun when another task has ended.
_SPECULATING = {
    "spark.speculation": True,
    "spark.speculation.interval": "50ms",
    "spark.speculation.multiplier": 1.01,
    "spark.speculation.quantile": 0.1,
    "spark.speculation.minTaskRuntime": "10ms",
}


@pytest.mark.slow
@pytest.mark.parametrize("conf", [{}, _SPECULATING], ids=["plainly", "speculating"])
def test_a_kept_plan_of_a_cluster_is_rendered_by_it(
    tmp_path: Path, workers: Standalone, conf: dict[str, Any]
) -> None:
    root = awkward.project(tmp_path / "many/project")
    _settings(root, master=workers.master, conf={"spark.cores.max": 2, **conf})
    _ended(begun(root, workers.environment, "plan", "--out", str(root / "kept")))
    _ended(begun(root, workers.environment, "render", "--plan", str(root / "kept")))
    one = pipeline.render(worlds.options(awkward.project(tmp_path / "one")), batches.Request())
    _same_batch(one, root)
    assert _is_empty(root)


def _same_batch(one: batches.Rendered, root: Path) -> None:
    """The batch of the same name has the same people, each once, with the same texts."""
    folder = root / "batches" / one.folder.name
    assert _messages(folder) == _messages(one.folder)


def _messages(folder: Path) -> list[str]:
    lines = []
    for path in folder.glob("messages-*.jsonl"):
        lines += path.read_text().splitlines()
    return sorted(lines)


@pytest.mark.slow
def test_a_worker_that_dies_with_its_tasks_changes_nothing(tmp_path: Path) -> None:
    refuse_no_spark()
    root = awkward.project(tmp_path / "many/project")
    with standalone(tmp_path / "cluster", 2, 1) as cluster:
        _settings(root, master=cluster.master)
        ran = begun(root, cluster.environment, "render")
        _wait_for(root, "people/*.duckdb")
        cluster.workers[0].kill()
        _ended(ran)
    one = pipeline.render(worlds.options(awkward.project(tmp_path / "one")), batches.Request())
    _same_batch(one, root)
    assert _is_empty(root)


def _wait_for(root: Path, pattern: str) -> None:
    """Until a file is in the work folder of the plan."""
    until = time.monotonic() + _PATIENCE
    while not list((root.parent / "work").glob(f"*/{pattern}")):
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.slow
def test_what_spark_submit_says_is_taken(tmp_path: Path, workers: Standalone) -> None:
    root = _settings(project(tmp_path / "project", people=crowd(9)))
    begin = tmp_path / "begin.py"
    begin.write_text("from targeter.cli import main\nmain()\n")
    submit = Path(workers.environment["SPARK_HOME"], "bin/spark-submit")
    words = ["plan", "--runner", "spark", "--as-of", str(worlds.DAY), "--project", str(root)]
    ran = subprocess.run(
        [submit, "--master", workers.master, begin, *words],
        env=dict(workers.environment),
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )
    one = pipeline.plan(worlds.options(root, as_of=worlds.DAY))
    assert ran.returncode == 0 and one.plan_id in ran.stdout, ran.stdout + ran.stderr


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["master", "remote"])
def test_ctrl_c_ends_a_plan_and_leaves_nothing(
    tmp_path: Path, workers: Standalone, kind: str
) -> None:
    root = awkward.project(tmp_path / "project")
    with connect_server(tmp_path / "server", "local[2]") as remote:
        _settings(root, **{kind: workers.master if kind == "master" else remote})
        ran = begun(root, workers.environment, "plan")
        _wait_for(root, "people/*.duckdb")
        pressed = time.monotonic()
        ran.send_signal(signal.SIGINT)
        said = _ended(ran, 130)
        took = time.monotonic() - pressed
    assert "Traceback" not in said and _is_empty(root)
    assert took < 10, took


# -- workers that can't take part ------------------------------------------------------------

_OTHER = {
    "other": 'def versions():\n    return {"targeter": "0.0.9", "DuckDB": "1.5.0"}\n',
    "broken": "import nothing_of_the_kind\n",
}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("other", "targeter is 0.0.9, and here "),
        ("other", "DuckDB is 1.5.0, and here "),
        ("broken", "targeter is none (No module named 'nothing_of_the_kind'), and here "),
    ],
)
def test_a_worker_with_other_versions_says_so_before_it_begins(
    tmp_path: Path, kind: str, said: str
) -> None:
    cloudpickle = pytest.importorskip("pyspark.cloudpickle")
    (tmp_path / "task").write_bytes(cloudpickle.dumps(guarded(partial(map, str))))
    files = {"__init__.py": "", "runners/__init__.py": "", "runners/workers.py": _OTHER[kind]}
    worlds.write(tmp_path, {f"targeter/{name}": text for name, text in files.items()})
    ask = f"import pickle; print(*pickle.load(open({str(tmp_path / 'task')!r}, 'rb'))([1, 2]))"
    ran = subprocess.run(
        [sys.executable, "-c", ask],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    unfit = unfit_said(ran.stderr)
    assert unfit is not None and said in unfit.message


def test_a_worker_like_this_process_does_its_task() -> None:
    assert list(guarded(partial(map, str))([1, 2])) == ["1", "2"]


# -- a catalogue of its own ------------------------------------------------------------------

_TABLES = """
import sys
from pyspark.sql import SparkSession
builder = SparkSession.builder.master("local[1]")
for one in sys.argv[1:]:
    builder = builder.config(*one.split("=", 1))
session = builder.getOrCreate()
session.sparkContext.setLogLevel("OFF")
rows = (
    "SELECT concat('p', id) AS person_id, concat('N', id) AS name, CAST(id AS DECIMAL(20, 3)) AS "
    "age, IF(id % 2 = 0, 'Ashby', 'Brint') AS city, true AS consent, array(concat('N', id)) AS "
    "tags, CAST('ab' AS BINARY) AS bytes, map('a', id) AS pairs, named_struct('a', id) AS parts, "
    "TIMESTAMP_NTZ'2026-01-01 00:00:00.000001' AS wall, DATE'1582-10-04' AS old FROM range(12)"
)
session.sql("CREATE DATABASE crm")
session.sql(f"CREATE TABLE crm.people USING parquet PARTITIONED BY (city) AS {rows}")
session.sql("CREATE VIEW crm.grown AS SELECT * FROM crm.people WHERE age > 2")
session.sql("CREATE TABLE crm.spans USING parquet AS SELECT 'p' AS person_id, INTERVAL 1 DAY AS d")
session.table("crm.grown").write.parquet(sys.argv[1].partition("=")[2] + "/../grown")
session.stop()
"""
_HELLO = "---\nchannel: mail\n---\nHello {{ name }}\n"
_SOURCE = """\
sources:
  people:
    FROM
    key: person_id
    columns: {person_id: text, name: {type: text, in_copy: promoted}, age: number, city: text,
      tags: list, bytes: text, pairs: text, parts: text, wall: timestamp, old: date}
channels:
  mail: {delivery: direct, unit: codepoints, limit: 99}
"""
_MANY_TYPES = """\
rules:
  - name: everybody
    priority: 1
    when: age > 3 and city = 'Ashby' and list_contains(tags, name) and bytes = 'ab'
      and pairs like '{"a":%' and parts is not null and wall > timestamp '2026-01-01 00:00:00'
      and old < date '1600-01-01'
    templates: [hello]
"""


@pytest.fixture(scope="module")
def metastore(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A metastore of Hive with a partitioned table and views, and the settings that name it."""
    refuse_no_spark()
    folder = tmp_path_factory.mktemp("hive")
    conf = {
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.catalogImplementation": "hive",
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={folder}/metastore;create=true"
        ),
    }
    said = [f"{name}={value}" for name, value in conf.items()]
    ran = subprocess.run(
        [sys.executable, "-c", _TABLES, *said], cwd=folder, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return folder, conf


@pytest.mark.slow
def test_tables_of_a_metastore_make_the_plan_of_their_rows_in_files(
    tmp_path: Path, metastore: tuple[Path, dict[str, str]]
) -> None:
    folder, conf = metastore
    (tmp_path / "one").mkdir()
    (folder / "grown").rename(tmp_path / "one/grown")
    for name, at in (("one", "path: grown/*.parquet"), ("many", "table: spark_catalog.crm.grown")):
        settings = worlds.AGREED + _SOURCE.replace("FROM", at)
        files = {"rules/targeter.yaml": settings, "rules/rules.yaml": _MANY_TYPES}
        worlds.write(tmp_path / name, files | {"templates/hello.j2": _HELLO})
    one = pipeline.plan(worlds.options(tmp_path / "one", as_of=worlds.DAY))
    _settings(tmp_path / "many", master="local[2]", conf=conf)
    words = ("plan", "--as-of", str(worlds.DAY))
    said = _ended(begun(tmp_path / "many", environment(), *words))
    assert one.plan_id in said and one.outcomes["message"] == 4
    file = tmp_path / "many/rules/targeter.yaml"
    for table, why in (("spans", "column 'd' is an interval"), ("nothing", "cannot be found")):
        file.write_text(file.read_text().replace("crm.grown", f"crm.{table}"))
        said = _ended(begun(tmp_path / "many", environment(), *words), 3)
        assert "rules/targeter.yaml:4:" in said and "TG715" in said and why in said
        assert "Traceback" not in said and '"level"' not in said
        file.write_text(file.read_text().replace(f"crm.{table}", "crm.grown"))
    assert not list((tmp_path / "work").iterdir())
