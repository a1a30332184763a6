"""A rewritten text reads back as it was meant, and nothing else of its file changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targeter import yaml_source
from targeter.errors import WrongUsage
from targeter.tester import run_tests
from targeter.tester.updating import Rewrite, rewrites, rewritten, write
from targeter.yaml_source import Entries, Scalar, TextFile
from tests.tester.lighthouse import bound_to, lighthouse

SHAPES = (
    "# before\na: 1\ntext: old words  # a comment\nb: [2, 'x']\n",
    "a: 1\ntext: 'old words'\nb: 2\n",
    'a: 1\ntext: "old words"   # why\nb: 2\n',
    "a: 1\ntext: |\n  old\n  words\n\nb: 2\n",
    "a: 1\ntext: |-\n    old\n    words\n# after\nb: 2\n",
    "a: 1\ntext: >-\n  old\n  words\nb: {c: d}\n",
    "{a: 1, text: old words, b: 2}\n",
    "{a: 1, text: 'old words', b: 2}",
    "a: 1\r\ntext: |-\r\n  old\r\n  words\r\nb: 2\r\n",
    "b: 2\ntext: old",
)
# What a message can hold: no surrogates and no control characters but line breaks.
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")) | st.just("\n"), min_size=1
).map(lambda text: text.rstrip("\n"))


def _text_of(file: TextFile) -> Scalar:
    node = yaml_source.parse(file, [])
    assert isinstance(node, Entries)
    scalar = node.get("text")
    assert isinstance(scalar, Scalar)
    return scalar


@given(shape=st.sampled_from(SHAPES), text=TEXTS)
def test_a_new_text_reads_back_and_all_else_stays(shape: str, text: str) -> None:
    file = TextFile.of("a.yaml", shape)
    old = _text_of(file)
    new = rewritten(file, [Rewrite("a", old, text)])
    assert _text_of(TextFile.of("a.yaml", new)).text.rstrip("\n") == text
    assert new.startswith(shape[: old.start])
    rest = shape[old.end :]
    assert new.endswith(rest)


@pytest.mark.parametrize(
    ("shape", "text", "expected"),
    [
        ("text: old\nb: 1\n", "new words", "text: new words\nb: 1\n"),
        ("text: old\n", "it's 2: # no", "text: 'it''s 2: # no'\n"),
        ("text: 'old'\n", "it's", "text: 'it''s'\n"),
        ("text: old\nb: 1\n", "one\ntwo", "text: |-\n  one\n  two\nb: 1\n"),
        ("text: |-\n  old\n\nb: 1\n", "one\n\ntwo", "text: |-\n  one\n\n  two\n\nb: 1\n"),
        (
            "text: >-\n  old\n  words\n",
            "w " * 50 + "z",
            "text: >-\n  " + "w " * 46 + "w\n  w w w z\n",
        ),
    ],
)
def test_a_text_is_written_as_the_old_one_was(shape: str, text: str, expected: str) -> None:
    file = TextFile.of("a.yaml", shape)
    assert rewritten(file, [Rewrite("a", _text_of(file), text)]) == expected


TESTS = """\
- name: only the text
  person: {spent: 11, port: East}
  expect: {rule: fog-horn, text: Old.}   # stays
- name: another rule
  person: {spent: 11, port: East}
  expect: {rule: storm, text: Old.}
- name: no message
  expect: {text: Old.}
- name: two that differ
  expect: {text: Old.}
  cases:
    - person: {spent: 11, port: East}
    - person: {spent: 11, port: West}
"""


def test_only_what_differs_in_nothing_but_its_text_is_rewritten(tmp_path: Path) -> None:
    root = lighthouse(tmp_path, TESTS)
    before = (root / "rules/tests/all.yaml").read_text()
    found = rewrites(run_tests(bound_to(root)))
    assert [one.test for one in found] == ["only the text"]
    assert write(root, found) == ("rules/tests/all.yaml",)
    new = "text: Hear us through any fog from East.}   # stays"
    assert (root / "rules/tests/all.yaml").read_text() == before.replace(
        "text: Old.}   # stays", new
    )
    assert rewrites(run_tests(bound_to(root))) == ()


def test_a_byte_order_mark_stays(tmp_path: Path) -> None:
    root = lighthouse(tmp_path, TESTS)
    path = root / "rules/tests/all.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    write(root, rewrites(run_tests(bound_to(root))))
    assert path.read_bytes().startswith(b"\xef\xbb\xbfas_of")


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    root = lighthouse(tmp_path, TESTS)
    found = rewrites(run_tests(bound_to(root)))
    path = root / "rules/tests/all.yaml"
    path.write_text(path.read_text() + "# more\n")
    with pytest.raises(WrongUsage, match="was changed while its tests ran"):
        write(root, found)
    assert path.read_text().endswith("# more\n")
