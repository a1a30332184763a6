"""A real cluster of Spark on this machine: a master, its workers and a Connect server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LOOPBACK = "127.0.0.1"
_DEPLOY = "org.apache.spark.deploy"
_PATIENCE = 180  # seconds


@dataclass(frozen=True, slots=True)
class Standalone:
    """The address of a master, its workers, and the environment in which commands find them."""

    master: str
    workers: tuple[subprocess.Popen[bytes], ...]
    environment: Mapping[str, str]


@contextmanager
def standalone(folder: Path, workers: int = 1, cores: int = 2) -> Iterator[Standalone]:
    """A master and its workers, as processes of their own, until the block is left.

    Their logs are in `folder`, where the workers work, too.
    """
    with ExitStack() as stack:
        host = ("--host", _LOOPBACK, "--webui-port", "0")
        master, log = stack.enter_context(
            _process(folder, "master", (f"{_DEPLOY}.master.Master", *host, "--port", "0"))
        )
        address = _said(master, log, r"spark://[0-9.]+:\d+")
        started = [
            stack.enter_context(
                _process(folder, f"worker-{number}", _worker(folder, address, cores))
            )
            for number in range(workers)
        ]
        for process, said in started:
            _said(process, said, "Successfully registered")
        yield Standalone(address, tuple(process for process, _ in started), environment())


@contextmanager
def connect_server(folder: Path, master: str, *conf: str) -> Iterator[str]:
    """The address of a Spark Connect server that uses a master, until the block is left."""
    name = "org.apache.spark.sql.connect.service.SparkConnectServer"
    settings = ("spark.connect.grpc.binding.port=0", "spark.ui.enabled=false", *conf)
    options = [part for one in settings for part in ("--conf", one)]
    submit = (f"{_DEPLOY}.SparkSubmit", "--master", master, *options, "--class", name)
    with _process(folder, "connect", (*submit, "spark-internal")) as (process, log):
        said = _said(process, log, r"(?<=started at: )\S+:(\d+)")
        yield f"sc://{_LOOPBACK}:{said.rpartition(':')[2]}"


def begun(root: Path, environment: Mapping[str, str], *words: str) -> subprocess.Popen[str]:
    """A command of targeter on Spark, begun as a user begins it: where the project is, as what
    Spark writes of its own lies where it was begun."""
    command = [sys.executable, "-m", "targeter", *words, "--runner", "spark"]
    command += ["--project", str(root)]
    out = subprocess.PIPE
    return subprocess.Popen(
        command,
        cwd=root,
        stdout=out,
        stderr=out,
        stdin=subprocess.DEVNULL,
        env=environment,
        text=True,
    )


def environment() -> dict[str, str]:
    """Everything on this machine; workers, which are processes of their own, find this checkout."""
    import pyspark

    path = os.pathsep.join(filter(None, (str(ROOT), os.getenv("PYTHONPATH"))))
    home = str(Path(pyspark.__file__).parent)
    # what runs for seconds isn't worth being compiled well
    quick = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    own = {
        "JAVA_TOOL_OPTIONS": quick,
        "SPARK_HOME": home,
        "SPARK_LOCAL_IP": _LOOPBACK,
        "SPARK_DAEMON_MEMORY": "640m",
    }
    return {**os.environ, **own, "PYTHONPATH": path, "PYSPARK_PYTHON": sys.executable}


def _worker(folder: Path, master: str, cores: int) -> Sequence[str]:
    small = ("--cores", str(cores), "--memory", "1g", "--work-dir", str(folder / "work"))
    return (f"{_DEPLOY}.worker.Worker", "--host", _LOOPBACK, "--webui-port", "0", *small, master)


@contextmanager
def _process(
    folder: Path, name: str, command: Sequence[str]
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    folder.mkdir(parents=True, exist_ok=True)
    found, log = environment(), folder / f"{name}.log"
    java = Path(found["SPARK_HOME"], "bin/spark-class")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [java, *command], stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=found
        )
    try:
        yield process, log
    finally:
        process.terminate()
        process.wait()


def _said(process: subprocess.Popen[bytes], log: Path, pattern: str) -> str:
    """What a process says that matches, as soon as it says it."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(pattern, log.read_text(errors="replace")):
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"{log.name}: {log.read_text(errors='replace')[-2000:]}")
