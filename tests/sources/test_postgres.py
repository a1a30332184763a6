"""PostgreSQL, on a real server started for the test where Debian's packages are installed."""

from __future__ import annotations

import datetime
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from .trial import tried

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
_HAS_DRIVER = all(importlib.util.find_spec(name) for name in ("adbc_driver_postgresql", "pyarrow"))
PASSWORD = "s3c ret!&"
needs_server = pytest.mark.skipif(
    not _BINARIES or not _HAS_DRIVER, reason="needs PostgreSQL's packages and targeter[postgres]"
)

TABLES = """
CREATE SCHEMA crm;
CREATE TYPE mood AS ENUM ('fine', 'sad');
CREATE TABLE crm.customers (
  id integer, name text, fee numeric(10,2), big numeric, at timestamptz, day date, feels mood,
  uid uuid, facts jsonb, tags text[], agreed boolean, score real, born text, code char(4)
);
INSERT INTO crm.customers VALUES
  (1, 'Anna', 1.50, 123456789012345678901234567890, '2024-01-01 10:00+02', '2024-01-02', 'sad',
   'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '{x,y}', true, 1.5, '31/12/1999', 'ab'),
  (2, ' ', 'NaN', NULL, 'infinity', 'infinity', NULL, NULL, NULL, NULL, NULL, 'NaN', 'soon', NULL);
"""


def _run(command: Sequence[str], user: bool, **environment: str) -> None:
    prefix = ["runuser", "-u", "postgres", "--"] if user and os.geteuid() == 0 else []
    subprocess.run(
        [*prefix, *command],
        check=True,
        capture_output=True,
        env={**os.environ, **environment},
        cwd="/",
    )


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server with the tables above, reachable through a socket only."""
    binaries = _BINARIES[-1].parent
    with TemporaryDirectory(prefix="pg", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        data = str(folder / "data")
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        create = [str(binaries / "initdb"), "-D", data, "-A", "scram-sha-256", "-U", "postgres"]
        _run([*create, f"--pwfile={folder}/password"], user=True)
        control = [str(binaries / "pg_ctl"), "-D", data, "-w", "-l", f"{folder}/log"]
        options = f"-k {folder} -p 54331 -c listen_addresses='' -c fsync=off"
        _run([*control, "-o", options, "start"], user=True)
        try:
            psql = [str(binaries / "psql"), "-h", name, "-p", "54331", "-U", "postgres"]
            _run([*psql, "-v", "ON_ERROR_STOP=1", "-c", TABLES], user=False, PGPASSWORD=PASSWORD)
            quoted = PASSWORD.replace(" ", "%20").replace("&", "%26")
            yield f"postgresql://postgres:{quoted}@/postgres?host={name}&port=54331"
        finally:
            _run([*control, "-m", "immediate", "stop"], user=True)


@pytest.fixture
def address(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TARGETER_CRM", server)
    return server


YAML = "database: ${TARGETER_CRM}\n"


@needs_server
def test_a_table_is_read_with_its_types(tmp_path: Path, address: str) -> None:
    trial = tried(tmp_path, f"{YAML}table: crm.customers\nkey: id")
    first, second = trial.rows
    assert first[:7] == (
        "1",
        "Anna",
        1.5 if trial.types["fee"] == "DOUBLE" else Decimal("1.50"),
        "123456789012345678901234567890",
        datetime.datetime.fromisoformat("2024-01-01T08:00"),
        datetime.date(2024, 1, 2),
        "sad",
    )
    assert first[7:] == (
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        '{"a": 1}',
        ["x", "y"],
        True,
        1.5,
        "31/12/1999",
        "ab",
    )
    assert second[:6] == ("2", None, None, None, None, None)
    assert second[11] is None


@needs_server
def test_a_query_is_read_and_declared_columns_are_cast(tmp_path: Path, address: str) -> None:
    yaml = f"""
{YAML}query: SELECT id, born, fee FROM crm.customers WHERE id = 1;
columns:
  born: {{type: date, format: "%d/%m/%Y"}}
  fee: decimal
"""
    trial = tried(tmp_path, yaml)
    assert trial.rows == [(1, datetime.date(1999, 12, 31), Decimal("1.500000"))]


@needs_server
def test_a_bad_value_has_its_row(tmp_path: Path, address: str) -> None:
    yaml = f'{YAML}table: crm.customers\ncolumns:\n  born: {{type: date, format: "%d/%m/%Y"}}'
    trial = tried(tmp_path, yaml)
    assert trial.codes == ["TG710"]
    assert "row 2 of crm.customers" in trial.messages


@needs_server
@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO crm.customers (id) VALUES (9) RETURNING id",
        "SELECT 1) AS asked; DELETE FROM crm.customers; SELECT * FROM (SELECT 1",
        "SELECT 1; DROP TABLE crm.customers",
        "WITH gone AS (DELETE FROM crm.customers RETURNING id) SELECT * FROM gone",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SELECT nextval(pg_get_serial_sequence('x', 'y'))",
        "SELECT * FROM nowhere",
        "not a query",
        "",
    ],
)
def test_a_query_can_only_read(tmp_path: Path, address: str, query: str) -> None:
    trial = tried(tmp_path, f"{YAML}query: {query!r}\ntable: x".replace("table: x", ""))
    assert set(trial.codes) <= {"TG715"}
    assert PASSWORD not in trial.messages
    rows = tried(tmp_path, f"{YAML}query: SELECT count(*)::int AS n FROM crm.customers").rows
    assert rows == [(2,)]


@needs_server
@pytest.mark.parametrize(
    "address",
    [
        "postgresql://postgres:hunter2@/postgres?host=/nowhere",
        "postgresql://postgres:hunter2@nowhere.invalid/postgres",
        "host=/nowhere user=postgres password=hunter2",
        "hunter2 is no address",
        "postgresql://postgres:hunter2@localhost:notaport/x",
        "mysql://root:hunter2@localhost/x",
    ],
)
def test_no_message_holds_anything_of_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("TARGETER_CRM", address)
    trial = tried(tmp_path, f"{YAML}table: t")
    assert trial.codes == ["TG715"]
    assert "hunter2" not in trial.messages
    assert "nowhere" not in trial.messages


@needs_server
def test_a_refused_password_is_named_and_not_shown(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGETER_CRM", server.replace("s3c%20ret!%26", "wrong-one"))
    trial = tried(tmp_path, f"{YAML}table: t")
    assert "the user or the password was refused" in trial.messages
    assert "wrong-one" not in trial.messages


def test_a_variable_that_is_not_set_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TARGETER_CRM", raising=False)
    trial = tried(tmp_path, f"{YAML}table: t")
    assert trial.codes == ["TG715"]
    assert "TARGETER_CRM isn't set" in trial.messages


@pytest.mark.skipif(_HAS_DRIVER, reason="the extra is installed here")
def test_without_the_extra_the_command_to_install_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGETER_CRM", "postgresql://x")
    trial = tried(tmp_path, f"{YAML}table: t")
    assert "pip install 'targeter[postgres]'" in trial.messages
