"""Each key of a schema is read, and each key that is read is in the schema.

The readers themselves are listened to: they are given a document with every key of the schema,
and each mapping they finish says which keys they asked it for.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from targeter.findings import Finding
from targeter.project import read_project
from targeter.settings import read_settings
from targeter.tester.written import read_tests
from targeter.yaml_source import Entries, Fields, Items, Node, TextFile
from tests.worlds import write

from .driven import ROOT, Schema, fullest, instance, parsed, resolved, schemas

FILES = schemas(ROOT)
Asked = dict[int, set[str]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """For each mapping, by where it starts: the keys that its reader asked for and serves."""
    result: Asked = defaultdict(set)
    done = Fields.done

    def listened(self: Fields) -> None:
        result[self.entries.start].update(self._known)
        done(self)

    monkeypatch.setattr(Fields, "done", listened)
    return result


def _closed(schema: Schema, shape: Schema, node: Node) -> Iterator[tuple[str, Schema, Entries]]:
    """Every mapping of a document whose keys the schema lists in full."""
    whole = fullest(resolved(schema, shape))
    if isinstance(node, Items) and isinstance(whole.get("items"), dict):
        for item in node.nodes:
            yield from _closed(schema, whole["items"], item)
    if not isinstance(node, Entries):
        return
    own = whole.get("properties", {})
    if whole.get("additionalProperties") is False:
        yield str(whole.get("description")), own, node
    for key, child in node.pairs:
        inner = own.get(key.text, whole.get("additionalProperties"))
        if isinstance(inner, dict):
            yield from _closed(schema, inner, child)


def _document(name: str) -> tuple[Schema, str]:
    schema = FILES[name].schema
    return schema, json.dumps(instance(schema, schema))


def _compared(schema: Schema, path: str, text: str, asked: Asked, skipped: set[str]) -> int:
    compared = 0
    for what, keys, entries in _closed(schema, schema, parsed(path, text)):
        if what not in skipped:
            assert set(keys) == asked[entries.start], what
            compared += 1
    return compared


def test_the_settings(asked: Asked) -> None:
    schema, text = _document("settings")
    found: list[Finding] = []
    read_settings(parsed("rules/targeter.yaml", text), found)
    # channels ask in another way, and the keys of `person` are a user's columns
    assert _compared(schema, "rules/targeter.yaml", text, asked, {"A channel."}) > 20


def test_rule_files(tmp_path: Path, asked: Asked) -> None:
    schema, text = _document("rules")
    write(tmp_path, {"rules/targeter.yaml": "", "rules/all.yaml": text})
    read_project(tmp_path)
    assert _compared(schema, "rules/all.yaml", text, asked, set()) >= 6


def test_tests(asked: Asked) -> None:
    schema, text = _document("tests")
    found: list[Finding] = []
    read_tests(TextFile.of("rules/tests/all.yaml", text), found)
    # these hold the user's columns and sources: the reader of tests doesn't ask for them by name
    people = {"What is known of somebody; the rest is missing.", "One row.", "One contact."}
    people |= {"Somebody else: a person of their own."}
    people |= {"Rows of sources, from which traits are computed as from the real ones."}
    assert _compared(schema, "rules/tests/all.yaml", text, asked, people) >= 4


def test_channels() -> None:
    """A channel says which settings there are when it is asked for one there isn't."""
    found: list[Finding] = []
    settings = "channels:\n  x: {qqq: 1}\n"
    read_settings(parsed("rules/targeter.yaml", settings), found)
    listed = found[0].message.partition("there are ")[2].split(", ")
    keys = FILES["settings"].schema["definitions"]["channel"]["properties"]  # type: ignore[index]
    own = {"like", "footer", "cost", "stay", "exporter", "columns", "audience_by", "pace"}
    assert set(keys) == {*listed, *own}
