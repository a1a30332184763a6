"""A batch that shards wrote has the rows of the batch of one machine, and its very record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from targeter import batches, history, pipeline
from targeter.database import Engine, Row, literal
from targeter.errors import WrongUsage
from targeter.folders import MANIFEST
from targeter.runners.clusters import Cluster, Here
from targeter.runners.planning import Where
from targeter.runners.rendering import render
from tests import worlds
from tests.decisions.small import crowd, project, rule, template
from tests.runners.conftest import SHARDS

_RULES = (
    "handoffs:\n  - {name: help, to: care, when: age = 41, capacity: 1, why: They asked}\n"
    "rules:\n" + rule("few", 2, "age > 30", "hello", max_people="4") + rule("rest", 1, "true", "hi")
)
_TEMPLATES = {"hello": template("Hello {{ name }}"), "hi": template("Nice phone, {{ name }}")}


def _root(root: Path) -> Path:
    people = [*crowd(7), *(f"q{n},Grim,Ashby,{40 + n},true,0171,en" for n in range(5))]
    return project(root, _RULES, people, settings="block: [grim]\n", templates=_TEMPLATES)


def _lines(folder: Path, what: str) -> list[str]:
    manifest = json.loads((folder / MANIFEST).read_text())
    names = [file["name"] for file in manifest["files"] if file.get("what") == what]
    return sorted(line for name in names for line in (folder / name).read_text().splitlines())


def _rows(path: Path) -> list[Row]:
    """The rows of a Parquet file as they stand there."""
    engine = Engine(folders=[path.parent])
    rows = engine.rows(f"FROM read_parquet({literal(str(path))})")
    engine.close()
    return rows


def test_the_batch_has_the_same_rows_and_the_same_record(tmp_path: Path, runner: Cluster) -> None:
    options, request = worlds.options(_root(tmp_path)), batches.Request()
    many = render(options, runner, Where(SHARDS), request)
    kept = many.folder.rename(tmp_path / "kept")
    (tmp_path / "batches" / history.log.LOG).unlink()
    one = pipeline.render(options, request)
    assert (one.plan_id, one.messages, one.notes) == (many.plan_id, many.messages, many.notes)
    for what in ("messages", "handed over"):
        assert _lines(one.folder, what) == _lines(kept, what) != []
    for name in ("assignments.parquet", history.FILE):
        assert _rows(one.folder / name) == _rows(kept / name) != []
    name = batches.QUARANTINE
    assert (one.folder / name).read_bytes() == (kept / name).read_bytes()


def test_a_batch_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    options, request = worlds.options(_root(tmp_path)), batches.Request()
    one = pipeline.render(options, request)
    again = render(worlds.options(tmp_path), Here(), Where(SHARDS), request)
    assert again.plan_id != one.plan_id or not again.is_new


def test_what_shards_cannot_write_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = "[targeter.exporters]\npigeons = tests.runners.pigeons:PIGEONS\n"
    site = tmp_path / "site/pigeon_post-1.0.dist-info"
    worlds.write(site, {"METADATA": "Name: pigeon-post\n", "entry_points.txt": point})
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    root = _root(tmp_path)
    path = root / "rules/targeter.yaml"
    path.write_text(path.read_text().replace("limit: 30}", "limit: 30, exporter: pigeons}", 1))
    with pytest.raises(WrongUsage, match="the exporter 'pigeons'"):
        render(worlds.options(root), Here(), Where(SHARDS), batches.Request())
    assert not list((root / "batches").glob("*/manifest.json"))
