"""The schemas say what the readers accept: no key more, no key less, nothing that is right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from targeter.editor import editor_files
from targeter.findings import errors_in
from targeter.project import read_project
from tests.faults.planting import Fault, copy_of_the_sample, faults, planted
from tests.worlds import findings, write

from .driven import ROOT, objections_to, schemas, shapes

FILES = schemas(ROOT)
SAMPLE = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("rules/**/*.yaml"))
# what an editor underlines while it is typed; the other faults take a reader of SQL, of templates
# or of several files
UNDERLINED = {
    *("03-misspelt-key", "04-missing-key", "05-word-for-a-number", "06-yaml-1-1-boolean"),
    *("10-secret-in-the-file", "12-unknown-source", "13-unknown-purpose", "14-unknown-campaign"),
    *("28-suppression-of-no-topic", "37-unknown-template", "48-days-that-are-no-time"),
    *("50-unknown-column-type",),
}
IN_DOCUMENTS = [
    fault
    for fault in faults()
    # a validator is given what YAML made of the file: these are faults of YAML itself
    if fault.edits[0].file.endswith(".yaml") and fault.code not in ("TG101", "TG102", "TG108")
]


@pytest.mark.parametrize("path", SAMPLE)
def test_the_samples_files_are_right(path: str) -> None:
    assert objections_to(path, (ROOT / path).read_text(encoding="utf-8"), FILES) == []


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_schema_is_itself_right(name: str) -> None:
    Draft7Validator.check_schema(FILES[name].schema)
    assert json.loads(FILES[name].text) == FILES[name].schema


@pytest.mark.parametrize("name", sorted(FILES))
def test_whoever_hovers_over_a_key_reads_what_it_is(name: str) -> None:
    keys = [
        (path, shape)
        for path, shape in shapes(FILES[name].schema)
        if path.rsplit("/", 1)[-1] not in ("", "*", "[]")
    ]
    assert keys
    assert [path for path, shape in keys if not shape.get("description")] == []


@pytest.mark.parametrize("fault", IN_DOCUMENTS, ids=lambda fault: fault.name)
def test_planted_faults_of_shape_and_name_are_underlined(fault: Fault, copies: Path) -> None:
    edit = fault.edits[0]
    with planted(fault, copies):
        text = (copies / edit.file).read_text(encoding="utf-8")
    assert bool(objections_to(edit.file, text, FILES)) is (fault.name in UNDERLINED)


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_sample(tmp_path_factory.mktemp("sample"))


def test_an_empty_project_can_be_completed_too(tmp_path: Path) -> None:
    write(tmp_path, {"rules/targeter.yaml": ""})
    for file in editor_files(read_project(tmp_path)):
        Draft7Validator.check_schema(file.schema)


def test_without_declared_columns_any_may_be_named(tmp_path: Path) -> None:
    settings = """\
    sources:
      people: {path: people.csv, key: anything}
      rows: {path: rows.csv, person: {handle: people.anything_else}, time: whenever}
    opinions: {posts: rows.whatever}
    topics:
      tea: {words: [tea]}
    """
    write(tmp_path, {"rules/targeter.yaml": settings})
    text = (tmp_path / "rules/targeter.yaml").read_text(encoding="utf-8")
    assert objections_to("rules/targeter.yaml", text, schemas(tmp_path)) == []


def test_an_editor_and_lint_agree_on_a_name_that_is_new(copies: Path) -> None:
    text = (copies / "rules/network.yaml").read_text(encoding="utf-8")
    (copies / "rules/network.yaml").write_text(
        text.replace("[signal_anywhere]", "[signal_nowhere]"), encoding="utf-8"
    )
    try:
        assert errors_in(findings(copies))
        changed = (copies / "rules/network.yaml").read_text(encoding="utf-8")
        assert objections_to("rules/network.yaml", changed, FILES)
    finally:
        (copies / "rules/network.yaml").write_text(text, encoding="utf-8")
