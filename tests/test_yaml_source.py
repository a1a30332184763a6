"""YAML is read with exact places, by the rules of 1.2, and what can't be read is a finding."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.findings import Finding
from targeter.yaml_source import (
    MAX_DEPTH,
    MAX_FILE_BYTES,
    Entries,
    Fields,
    Items,
    Node,
    Scalar,
    TextFile,
    parse,
    plain_value,
    quoted,
)


def read(text: str) -> tuple[Node | None, list[Finding]]:
    found: list[Finding] = []
    return parse(TextFile.of("a.yaml", text), found), found


def when(text: str) -> Scalar:
    """The value of the key `when`, wherever it stands in the document."""
    node, found = read(text)
    assert not found, found
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Entries):
            for key, value in part.pairs:
                if key.text == "when" and isinstance(value, Scalar):
                    return value
                waiting.append(value)
        elif isinstance(part, Items):
            waiting.extend(part.nodes)
    raise AssertionError(text)


# Each holds the condition `name = 'é' and nope > 5`, and `nope` must be found where it stands.
STYLES = {
    "plain": "when: name = 'é' and nope > 5\n",
    "plain after indentation": "rules:\n  - when: name = 'é' and nope > 5\n    x: 1\n",
    "plain with a comment": "when: name = 'é' and nope > 5  # why\n",
    "plain over two lines": "when: name = 'é' and\n  nope > 5\n",
    "single quotes": "when: 'name = ''é'' and nope > 5'\n",
    "single quotes over lines": "when: 'name = ''é'' and\n\n  nope > 5'\n",
    "double quotes": "when: \"name = '\\u00e9' and nope > 5\"\n",
    "double quotes, more escapes": "when: \"\\tname\\x20= '\\xe9' and nope > 5\"\n",
    "double quotes over lines": "when: \"name = 'é' and \\\n   nope > 5\"\n",
    "literal block": "when: |\n  name = 'é'\n  and nope > 5\n",
    "literal block, more indented lines": "when: |\n  name = 'é'\n      and\n    nope > 5\n",
    "literal block, stripped": "when: |-\n\n    name = 'é' and\n    nope > 5\n\n",
    "literal block, indentation given": "when: |2\n    name = 'é' and nope > 5\n",
    "folded block": "when: >\n  name = 'é' and\n  nope > 5\n",
    "folded block with blank lines": "when: >-\n  name = 'é'\n\n  and\n    nope > 5\n",
    "block in a list": "- when: |\n    name = 'é' and\n    nope > 5\n",
    "flow mapping": "{a: 1, when: name = 'é' and nope > 5}\n",
    "after emoji": "x: 😀 é\nwhen: name = 'é😀' and nope > 5\n",
    "tabs inside": "when: name\t= 'é' and\tnope > 5\n",
}


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("text", STYLES.values(), ids=STYLES.keys())
def test_an_offset_in_a_value_is_a_place_in_the_file(text: str, ending: str) -> None:
    text = text.replace("\n", ending)
    scalar = when(text)
    place = scalar.place_at(scalar.text.index("nope"), 4)
    lines = text.split("\n")
    assert lines[place.line - 1][place.column - 1 :][: place.length] == "nope"
    assert place.excerpt == lines[place.line - 1].rstrip("\r")


WORDS = st.text(st.sampled_from("abc é😀'\"\\:#-\n"), min_size=1, max_size=30)


@settings(deadline=None)
@given(WORDS)
def test_every_character_of_a_quoted_value_has_its_place(words: str) -> None:
    for quote in ("'", '"'):
        inner = words.replace("\n", " ").strip() or "x"
        escaped = inner.replace("'", "''") if quote == "'" else _escaped(inner)
        text = f"when: {quote}{escaped}{quote}\n"
        scalar = when(text)
        assert scalar.text == inner
        for offset, character in enumerate(inner):
            place = scalar.place_at(offset)
            shown = text[place.column - 1]
            assert shown == character or (quote == '"' and shown == "\\")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("ab é😀:#'"), max_size=8), min_size=1, max_size=6))
def test_every_character_of_a_literal_block_has_its_place(lines: list[str]) -> None:
    block = "x" + "\n".join(lines)
    text = "when: |\n" + "".join(f"   {line}\n" for line in block.split("\n"))
    scalar = when(text)
    rows = text.split("\n")
    for offset, character in enumerate(scalar.text.rstrip("\n")):
        place = scalar.place_at(offset)
        if character != "\n":
            assert rows[place.line - 1][place.column - 1] == character


VALUES = {
    "true": True,
    "False": False,
    "0x10": "0x10",
    "-5": -5,
    "+5": 5,
    "1e3": 1000.0,
    ".5": 0.5,
    "1.": 1.0,
    ".inf": ".inf",
    "2026-11-01": "2026-11-01",
    "~": None,
    "null": None,
    "": None,
    "'5'": "5",
    '"true"': "true",
    "9" * 40: 1e40,
}


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_values_follow_yaml_1_2(text: str, value: object) -> None:
    node, found = read(f"a: {text}\n")
    assert not found
    assert node is not None
    assert plain_value(node) == {"a": value}


SURPRISES = {"NO": "NO", "on": "on", "yes": "yes", "12:30": "12:30", "012": 12, "1_000": "1_000"}


@pytest.mark.parametrize(("text", "value"), SURPRISES.items())
def test_what_yaml_1_1_reads_otherwise_is_said(text: str, value: object) -> None:
    node, found = read(f"a: {text}\n")
    assert node is not None
    assert plain_value(node) == {"a": value}
    assert [f.code for f in found] == ["TG107"]


FOUND = [
    ("TG102", "a: 1\nb: 2\n«a»: 3\n", "keep one"),
    ("TG108", "a: «&»x 1\n", "write the value out"),
    ("TG108", "b: «*»x\n", "write the value out"),
    ("TG108", "a: «!»!python/object:os.system x\n", "write the value out"),
    ("TG108", "a: «!»!str 'x'\n", "write the value out"),
    ("TG108", "a: «&»x 'quoted'\n", "write the value out"),
    ("TG108", "a: «&»x |\n  block\n", "write the value out"),
    ("TG108", "«<<»: {b: 1}\n", ""),
    ("TG105", "? «[»a]\n: b\n", ""),
    ("TG101", "a: b«:» c\n", "a colon followed by a space"),
    ("TG101", "a:\n«\t»- b\n", "indent with spaces"),
    ("TG101", "a: b\n«\t»c: d\n", "indent with spaces"),
    ("TG101", "a: «@»home\n", "quotes"),
    ("TG101", "a: «%»x\n", "quotes"),
    ("TG101", "a: «`»x`\n", "quotes"),
    ("TG101", "a: 1\n«-»--\nb: 1\n", "one document"),
    ("TG101", "a: 1\n...\n«b»: 1\n", "one document"),
    ("TG101", "a: x«\x00»y\n", "take it out"),
    ("TG101", "a: «\x07»\n", "take it out"),
]


@pytest.mark.parametrize(("code", "text", "help_"), FOUND)
def test_what_hides_or_breaks_is_found_where_it_stands(code: str, text: str, help_: str) -> None:
    plain = text.replace("«", "").replace("»", "")
    before = text[: text.index("«")]
    found = [f for f in read(plain)[1] if not ("*" in plain and "undefined" in f.message)]
    if "*x" in plain:  # an alias of nothing is YAML's own complaint
        found = read("a: &x 1\n" + plain)[1][1:]
        before = "a: &x 1\n" + before
    assert found[0].code == code
    assert found[0].place is not None
    column = len(before) - (before.rfind("\n") + 1) + 1
    assert (found[0].place.line, found[0].place.column) == (before.count("\n") + 1, column)
    assert help_ in found[0].help


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "[" * 1_000 + "]" * 1_000, "{a: " * 20_000, "- " * 50_000 + "a", "? " * 9_000],
    ids=["open lists", "lists", "mappings", "dashes", "question marks"],
)
def test_deep_nesting_is_found_and_not_followed(text: str) -> None:
    began = time.monotonic()
    node, found = read(text)
    assert node is None
    assert [(f.code, f.message) for f in found] == [("TG101", "nested too deeply")]
    assert time.monotonic() - began < 1


def test_nesting_within_bounds_is_read() -> None:
    node, found = read("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert isinstance(node, Items)
    assert not found


def test_aliases_dont_multiply() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    began = time.monotonic()
    node, found = read("\n".join(lines))
    assert time.monotonic() - began < 1
    assert {f.code for f in found} == {"TG108"}
    assert isinstance(node, Entries)
    assert not node.pairs


def test_a_file_that_is_too_large_isnt_read() -> None:
    node, found = read("a: " + "x" * MAX_FILE_BYTES)
    assert node is None
    assert [f.code for f in found] == ["TG112"]


@pytest.mark.parametrize("text", ["hello", "- a", "5", "[]", "'text'"])
def test_what_isnt_a_mapping_is_found(text: str) -> None:
    found: list[Finding] = []
    node, _ = read(text)
    assert Fields.of(node, "the settings", found) is None
    assert [f.code for f in found] == ["TG105"]
    assert "must be a mapping" in found[0].message


@pytest.mark.parametrize("text", ["", "# only a comment", "~", "---\n"])
def test_an_empty_file_is_no_mapping_and_no_fault(text: str) -> None:
    found: list[Finding] = []
    node, problems = read(text)
    assert Fields.of(node, "the settings", found) is None
    assert not found
    assert not problems


def test_unknown_keys_are_found_with_a_guess() -> None:
    found: list[Finding] = []
    node, _ = read("nmae: x\nother: 1\n")
    fields = Fields.of(node, "rule", found)
    assert fields is not None
    assert fields.text("name") is None
    fields.done()
    assert [(f.code, f.place.line if f.place else 0) for f in found] == [("TG103", 1), ("TG103", 2)]
    assert "did you mean 'name'?" in found[0].help


WRONG = [
    ("boolean", "a: yes", "true or false"),
    ("integer", "a: 1.5", "whole number"),
    ("integer", "a: true", "whole number"),
    ("number", "a: five", "a number"),
    ("scalar", "a: [1]", "single value"),
    ("texts", "a: {b: 1}", "list of values"),
]


@pytest.mark.parametrize(("method", "text", "words"), WRONG)
def test_a_value_of_the_wrong_kind_is_found(method: str, text: str, words: str) -> None:
    found: list[Finding] = []
    fields = Fields.of(read(text)[0], "rule", found)
    assert fields is not None
    getattr(fields, method)("a")
    assert [f.code for f in found] == ["TG105"]
    assert words in found[0].message


@settings(deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_a_quoted_text_reads_back(text: str) -> None:
    node, found = read(f"a: {quoted(text)}\n")
    assert not found
    assert node is not None
    assert plain_value(node) == {"a": text}


@pytest.mark.parametrize("text", ["yes", "null", "true", "5", "1.5", "a: b", "- a", "#", "'", " a"])
def test_texts_that_look_like_something_else_are_quoted(text: str) -> None:
    node, _ = read(f"a: {quoted(text)}\n")
    assert node is not None
    assert plain_value(node) == {"a": text}
