"""Checks that a document is what the tools that read it take."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from jsonschema import Draft7Validator

_SCHEMAS = Path(__file__).parent / "schemas"
# Of the schema of Jenkins' xUnit plugin, junit-10.xsd: what each element may hold.
_ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "system-out": set(),
}
_CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase", "system-out"},
    "testcase": {"failure", "error", "system-out"},
}
_REQUIRED = {"testsuite": {"name", "tests"}, "testcase": {"name"}}


def valid_json(name: str, text: str) -> Any:
    """The document, which is valid by the schema of that name."""
    schema = json.loads((_SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)
    document = json.loads(text)
    Draft7Validator(schema).validate(document)
    return document


def valid_junit(text: str) -> ElementTree.Element:
    """The document's root; its counts are those of its elements."""
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    _check(root)
    for suite in (root, *root.iter("testsuite")):
        counted = Counter(element.tag for element in suite.iter())
        for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            assert int(suite.attrib[attribute]) == counted[tag]
    return root


def _check(element: ElementTree.Element) -> None:
    assert set(element.attrib) <= _ATTRIBUTES[element.tag]
    assert set(element.attrib) >= _REQUIRED.get(element.tag, set())
    for child in element:
        assert child.tag in _CHILDREN.get(element.tag, set())
        _check(child)
