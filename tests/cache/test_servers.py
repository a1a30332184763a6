"""A table of a database is cached only where a query tells one state of it from another."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from targeter.cache import folder_of
from targeter.sources.postgres import server_of
from tests import worlds
from tests.sources import test_postgres
from tests.sources.test_postgres import PASSWORD, needs_server
from tests.sources.trial import source_of

from .trial import entries, fresh, made

server = test_postgres.server

SETTINGS = """\
as_of: 2026-11-01
purposes:
  marketing: {basis: legitimate_interest, when: id is not null}
sources:
  people:
    database: ${TARGETER_CRM}
    table: crm.customers
    key: id
    columns: {id: text, name: text, fee: decimal, at: text}
VERSION
channels:
  mail: {delivery: direct, unit: codepoints, limit: 300, address: code}
"""
RULES = "rules:\n  - {name: all, why: x, priority: 1, when: fee > 1, templates: [hello]}\n"


def _project(root: Path, version: str) -> Path:
    line = f"    version: {version}" if version else ""
    return worlds.write(
        root,
        {
            "rules/targeter.yaml": SETTINGS.replace("VERSION", line),
            "rules/rules.yaml": RULES,
            "templates/hello.j2": "---\nchannel: mail\n---\nHello {{ name }}\n",
        },
    )


def _ask(server: str, statement: str) -> None:
    address = server.replace("s3c%20ret!%26@", "@")
    command = ["psql", address, "-v", "ON_ERROR_STOP=1", "-c", statement]
    subprocess.run(
        command, check=True, capture_output=True, env={**os.environ, "PGPASSWORD": PASSWORD}
    )


@needs_server
def test_with_a_version_a_table_is_read_when_it_changed(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGETER_CRM", server)
    root = _project(tmp_path, "select count(*), min(fee) from crm.customers -- of all")
    assert made(root).read == ("people",)
    again = made(root)
    assert again.read == () and again.answer == fresh(root)
    _ask(server, "UPDATE crm.customers SET fee = fee + 1")
    again = made(root)
    assert again.read == ("people",) and again.answer == fresh(root)
    kept = b"".join(p.read_bytes() for p in folder_of(root).rglob("*") if p.is_file())
    assert PASSWORD.encode() not in kept and b"s3c" not in kept


@needs_server
def test_without_a_version_it_is_read_in_every_run(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGETER_CRM", server)
    root = _project(tmp_path, "")
    assert made(root).read == made(root).read == ("people",)
    assert entries(root) == []


@needs_server
@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("select 1 where false", "one row is needed, not no row"),
        ("select generate_series(1, 3)", "one row is needed, not several rows"),
        ("delete from crm.customers returning 1", "reading failed"),
        ("select nonsense", "reading failed"),
    ],
)
def test_a_version_that_is_none_is_said(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch, version: str, said: str
) -> None:
    monkeypatch.setenv("TARGETER_CRM", server)
    with pytest.raises(Exception, match="can't be read") as raised:
        made(_project(tmp_path, version))
    assert said in str(raised.value.findings[0].message)  # type: ignore[attr-defined]


def test_an_address_is_told_by_everything_but_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    source, seen = source_of("database: ${TARGETER_CRM}\ntable: x"), []
    for address in (
        "postgresql://me:one@host/db",
        "postgresql://me:two@host/db",
        "postgresql://me:one@elsewhere/db",
        "host=host user=me password=one",
        "host=host user=me password=two",
    ):
        monkeypatch.setenv("TARGETER_CRM", address)
        seen.append(server_of(source))
    assert seen[0] == seen[1] != seen[2]
    assert seen[3] == seen[4]


def test_a_file_has_no_version(tmp_path: Path) -> None:
    settings = worlds.PEOPLE.replace("path: people.csv", "path: people.csv\n    version: 3")
    found = worlds.errors(worlds.write(tmp_path, {"rules/targeter.yaml": settings}))
    assert [finding.code for finding in found] == ["TG105"]
    assert "'version' goes with 'database'" in found[0].message
