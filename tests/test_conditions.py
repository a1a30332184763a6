"""Conditions in YAML: `all` and `any`, nested; and YAML's traps, each with the line mended."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from targeter.conditions import Condition, Group, read_condition, read_conditions, scalars
from targeter.findings import Finding
from targeter.yaml_source import Fields, Scalar, TextFile, parse
from tests import worlds


def read(text: str) -> tuple[Condition | None, list[Finding]]:
    found: list[Finding] = []
    fields = Fields.of(parse(TextFile.of("a.yaml", text), found), "rule", found)
    assert fields is not None
    return read_condition(fields.node("when"), "rule 'x'", found), found


def spoken(condition: Condition | None) -> str:
    """A condition as one line: all(a, any(b, c))."""
    if isinstance(condition, Group):
        return f"{condition.kind}({', '.join(spoken(part) for part in condition.parts)})"
    return condition.text if isinstance(condition, Scalar) else "nothing"


SHAPES = [
    ("when: age > 5", "age > 5"),
    ("when:\n  - age > 5\n  - agreed", "all(age > 5, agreed)"),
    ("when: {all: [age > 5, agreed]}", "all(age > 5, agreed)"),
    ("when:\n  any:\n    - a\n    - b", "any(a, b)"),
    ("when:\n  any: a", "any(a)"),
    ("when:\n  all: [a]\n  any: [b, c]", "all(all(a), any(b, c))"),
    (
        "when:\n  all:\n    - a\n    - any:\n        - b\n        - all: [c, d]",
        "all(a, any(b, all(c, d)))",
    ),
    ("when:\n  - any: [a, b]\n  - - c\n    - d", "all(any(a, b), all(c, d))"),
]


@pytest.mark.parametrize(("text", "shape"), SHAPES)
def test_conditions_nest(text: str, shape: str) -> None:
    condition, found = read(text)
    assert not found
    assert spoken(condition) == shape
    words = re.sub(r"all\(|any\(|\)", "", shape).split(", ")
    assert [scalar.text for scalar in scalars(condition)] == words


EMPTY = [
    ("when: ''", "TG105"),
    ("when: '   '", "TG105"),
    ("when: []", "TG105"),
    ("when: {all: []}", "TG105"),
    ("when: {any: ~}", "TG105"),
    ("when:\n  - a\n  - ", "TG105"),
    ("when: {some: [a]}", "TG103"),
    ("when: {country: DE}", "TG213"),
    ("when: {all: [a], none: [b]}", "TG103"),
]


@pytest.mark.parametrize(("text", "code"), EMPTY)
def test_what_says_nothing_is_found(text: str, code: str) -> None:
    assert [f.code for f in read(text)[1]] == [code]


def test_unless_takes_each_condition_on_its_own() -> None:
    found: list[Finding] = []
    node = parse(TextFile.of("a.yaml", "unless:\n  - a\n  - any: [b, c]\n"), found)
    fields = Fields.of(node, "rule", found)
    assert fields is not None
    assert [spoken(c) for c in read_conditions(fields, "unless")] == ["a", "any(b, c)"]
    assert not read_conditions(fields, "other")


# A line of a rule file, the code of what is found, and words of the help: the line written right.
TRAPS = [
    ("when: city in ('Leeds', #north\n      'York')", "TG101", ""),
    ("when: city = 'a #b'", "TG213", "city = 'a #b'"),
    ("when: {all: [age in (1, 2)]}", "TG213", "age in (1, 2)"),
    ("when: [greatest(age, 5) > 3]", "TG213", "greatest(age, 5) > 3"),
    ('when: city = "Leeds"', "TG214", "city = 'Leeds'"),
    ("when: order = 'x'", "TG212", '"order"'),
    ("when: age > 5 and end is null", "TG212", '"end"'),
    ("when: desc = 'x'", "TG212", '"desc"'),
    ("when: at is not null", "TG212", '"at"'),
    ("when: group = 'x'", "TG212", '"group"'),
    ("when: not order", "TG212", '"order"'),
    ("when: city: 'Leeds'", "TG101", "block"),
    ("when: {city: 'Leeds'}", "TG213", "block"),
    ("when: *adults", "TG101", ""),
    ("when: !adults", "TG108", "segments"),
    ("when: @adults", "TG101", "quotes"),
    ("when: 'city = 'Leeds''", "TG101", ""),
    ("when: '\"Leeds\" = city'", "TG214", "'Leeds' = city"),
    ("when: age >\n        5 or", "TG201", ""),
]

RULES = """\
segments:
  adults: age >= 18
rules:
  - name: only
    priority: 1
    templates: [hello]
    {line}
"""


@pytest.mark.parametrize(("line", "code", "help_"), TRAPS)
def test_a_trap_is_named_and_the_line_shown_right(
    tmp_path: Path, line: str, code: str, help_: str
) -> None:
    found = next(f for f in traps_in(tmp_path, line) if f.code == code)
    assert found.place is not None
    assert found.place.path == "rules/offers.yaml"
    assert found.place.line >= RULES.count("\n", 0, RULES.index("{line}")) + 1
    assert help_ in found.help


def traps_in(root: Path, line: str, columns: str = "      city: text\n") -> tuple[Finding, ...]:
    files = {
        "rules/targeter.yaml": worlds.PEOPLE + columns,
        "rules/offers.yaml": RULES.replace("{line}", line),
        "templates/hello.j2": "---\nchannel: x\n---\nHello\n",
    }
    return worlds.errors(worlds.write(root, files))


def test_a_column_with_a_reserved_name_stands_in_double_quotes(tmp_path: Path) -> None:
    line = "when: '\"order\" = ''x'' and \"end\" is null'"
    assert not traps_in(tmp_path, line, "      order: text\n      end: date\n")
