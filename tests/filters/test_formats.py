"""Filters for days, numbers and lists: as a language writes them, and without Babel not at all."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from targeter.channels import entities, valid
from targeter.filters import can_format, filters_of, formats_version, knows_language
from targeter.inert import Listed

from .. import worlds

with_babel = pytest.mark.skipif(not can_format(), reason="Babel is not installed")
LANGUAGES = "en en-GB de de-CH fr es pt-BR nl sv pl cs ru bg el tr ar fa he hi th my ja ko zh-Hant"


@with_babel
@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (5, (), "5"),
        (-12345, (), "-12,345"),
        (0.1, (), "0.1"),
        (Decimal("1234.5678"), (), "1,234.568"),
        (2.5, (0,), "3"),
        (-2.5, (0,), "-3"),
        (1.005, (2,), "1.01"),
        (-0.001, (2,), "0.00"),
        ("1,234.5", (2,), "1,234.50"),
        (10**14, (), "100,000,000,000,000"),
    ],
)
def test_numbers_are_written_in_groups_and_rounded_as_people_round(
    value: object, decimals: tuple[int, ...], text: str
) -> None:
    assert filters_of("en")["number"](value, *decimals) == text


@with_babel
@pytest.mark.parametrize("value", ["x", "", "1e5", "١٢", True, 1e300, float("nan"), "12,34"])
def test_what_is_no_number_is_missing(value: object) -> None:
    assert filters_of("en")["number"](value) is None


@with_babel
@pytest.mark.parametrize("value", ["2026-02-30", "30.2.2026", "x", "", 5, True, "2026-11-21T10:30"])
def test_what_is_no_day_is_missing(value: object) -> None:
    assert filters_of("en")["date"](value) is None


@with_babel
def test_a_moment_is_written_as_its_day() -> None:
    full = filters_of("en-GB")["date"]("2026-11-21 10:30", "full")
    assert full == "Saturday, 21 November 2026" or full == "Saturday 21 November 2026"


@with_babel
@pytest.mark.parametrize(
    ("language", "parts", "word", "text"),
    [
        ("en", ["a"], "and", "a"),
        ("en", ["a", "b"], "and", "a and b"),
        ("en-GB", ["a", "b", "c"], "and", "a, b and c"),
        ("es", ["Ana", "Isabel"], "and", "Ana e Isabel"),
        ("es", ["agua", "hielo"], "and", "agua y hielo"),
        ("es", ["uno", "ocho"], "or", "uno u ocho"),
        ("ja", ["茶", "米"], "and", "茶、米"),
        ("en", ["J.", "com"], "and", "J. and com"),
    ],
)
def test_lists_are_joined_as_the_language_joins_them(
    language: str, parts: list[str], word: str, text: str
) -> None:
    assert filters_of(language)["listing"](Listed.of(parts), word) == text


@with_babel
@pytest.mark.parametrize("language", LANGUAGES.split())
def test_what_a_format_writes_acts_nowhere_and_hides_nothing(language: str) -> None:
    filters = filters_of(language)
    written = [filters["number"](-1234567.5), filters["number"](0.5, 2)]
    for style in ("long", "full", "medium", "day", "weekday", "month"):
        written.append(filters["date"]("2026-01-09", style))
    written += [filters["listing"](Listed.of(["A.", "com", "B"]), word) for word in ("and", "or")]
    for text in written:
        assert text and valid(text) and entities(text) == ()
        assert text.isprintable() and "\u2212" not in text


@with_babel
def test_the_formats_have_a_version_and_unknown_languages_are_known_as_such() -> None:
    assert (formats_version() or "").startswith("Babel 2.")
    assert knows_language("de-AT") and knows_language("zh-Hant")
    assert not knows_language("xx")


# -- in a project ----------------------------------------------------------------------------

SETTINGS = (
    worlds.AGREED
    + """\
language: {column: language, default: en-GB}
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
      language: text
      ends_on: {type: date, on_bad: missing, at_most: 9}
      spent: decimal
      likes: {type: list, format: ';'}
      note: text
"""
)
RULES = """\
rules:
  - name: all
    why: All of them.
    priority: 1
    when: person_id is not null
    templates: [hello, plain]
"""


def project(root: Path, hello: str, name: str = "hello") -> Path:
    head = "---\nchannel: x_dm\n---\n"
    return worlds.write(
        root,
        {
            "rules/targeter.yaml": SETTINGS,
            "rules/all.yaml": RULES,
            "people.csv": (
                "person_id,language,ends_on,spent,likes,note\n"
                "anna,en,2026-12-09,1234.5,tea;jam;rye,2026-12-09\n"
                "bert,de,2026-12-09,1234.5,tea;jam,soon\n"
                "cleo,,,,,\n"
            ),
            f"templates/{name}.j2": head + hello,
            "templates/plain.j2": head + "Hello",
        },
    )


@with_babel
def test_a_template_speaks_its_language_and_the_projects_variety_of_it(tmp_path: Path) -> None:
    body = "{{ ends_on|date }}: {{ spent|number(2) }}, {{ likes|listing }}"
    project(tmp_path, body, "hello.en")
    worlds.write(tmp_path, {"templates/hello.de.j2": "---\nchannel: x_dm\n---\n" + body})
    assert {person: text for person, (_, _, text) in worlds.results(tmp_path).items()} == {
        "anna": "9 December 2026: 1,234.50, tea, jam and rye",
        "bert": "9. Dezember 2026: 1.234,50, tea und jam",
        "cleo": "Hello",
    }


@with_babel
def test_a_value_that_a_filter_cant_read_is_missing(tmp_path: Path) -> None:
    project(tmp_path, "Until {{ note|date }}")
    texts = {person: text for person, (_, _, text) in worlds.results(tmp_path).items()}
    assert texts == {"anna": "Until 9 December 2026", "bert": "Hello", "cleo": "Hello"}


@with_babel
def test_a_default_stands_in_for_what_a_filter_cant_read(tmp_path: Path) -> None:
    project(tmp_path, "Until {{ note|date|default('then') }}")
    texts = {person: text for person, (_, _, text) in worlds.results(tmp_path).items()}
    assert texts["bert"] == texts["cleo"] == "Until then"


@with_babel
def test_a_language_without_formats_is_a_finding_at_its_filter(tmp_path: Path) -> None:
    root = project(tmp_path, "Until {{ ends_on|date }}", "hello.xx")
    found = [(f.code, str(f.place), f.message) for f in worlds.errors(root)]
    message = "no formats are known for the language 'xx'"
    assert found == [("TG515", "templates/hello.xx.j2:4:18", message)]


WITHOUT = """
import json, pathlib, sys
sys.modules["babel"] = None
from tests import worlds
from targeter.templates import environment
root = pathlib.Path(sys.argv[1])
found = [[f.code, str(f.place), f.message, f.help] for f in worlds.errors(root)]
words = environment("tr").from_string("{{ a|title|default('x') }}").render({"a": "izmir"})
print(json.dumps([found, words]))
"""


def test_without_babel_a_format_is_a_finding_and_nothing_else_changes(tmp_path: Path) -> None:
    root = project(tmp_path, "Until {{ ends_on|date }}")
    words = [sys.executable, "-c", WITHOUT, str(root)]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    message = "the filter 'date' needs the formats of a language"
    place = "templates/hello.j2:4:18"
    found = [["TG515", place, message, "pip install 'targeter[locale]'"]]
    assert json.loads(ran.stdout) == [found, "İzmir"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{{ ends_on|date('short') }}", "date takes nothing or one of 'long', 'full', 'medium', "),
        ("{{ spent|number(7) }}", "number takes nothing or how many decimals, 0 to 6"),
        ("{{ spent|number(true) }}", "number takes nothing or how many decimals"),
        ("{{ likes|listing('nor') }}", "listing takes nothing, 'and' or 'or'"),
        ("{{ likes|upper|listing }}", "listing reads the value as it is, so it stands first"),
    ],
)
def test_brackets_hold_what_a_filter_takes(tmp_path: Path, body: str, message: str) -> None:
    found = worlds.errors(project(tmp_path, body))
    assert found[0].code == "TG505"
    assert found[0].message.startswith(message)
