"""Hostile input: each a finding or a clear error, at once, and never a traceback.

Whatever stands in a project's files or data, a command ends with an answer or a `TargeterError`.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from targeter.errors import BadData, RulesAreWrong, TargeterError
from targeter.findings import CODES
from tests import worlds

PUBLIC = Path(
    os.environ.get("TARGETER_PUBLIC_DATA") or Path(__file__).parents[2] / "shared" / "data"
)
NAUGHTY = PUBLIC / "blns.json"

SETTINGS = (
    worlds.ASKED
    + """\
      name: {type: text, in_copy: promoted}
      handle: text
      agreed: {type: boolean, true_values: [Y], false_values: [N]}
      language: text
  posts:
    path: posts.csv
    person: {handle: people.handle, consent: agreed}
    columns: {handle: text, words: text}
  places:
    sql: places.sql
    person: person_id
language: {column: language, default: en}
opinions: {posts: posts.words}
topics:
  sale: {words: [sale], at_least: 1}
facts:
  price: £25
traits:
  said: {from: posts, value: max(words)}
  mood: {from: posts, value: avg(sentiment(words))}
"""
)
RULES = """\
rules:
  - name: only
    why: everybody
    priority: 1
    when: name is not null or said is null or mood > 0 or stance('sale') = 'for'
    templates: [hello]
"""
FILES = {
    "rules/targeter.yaml": SETTINGS,
    "rules/offers.yaml": RULES,
    "rules/places.sql": "select person_id, max(name) as name from people group by all\n",
    "templates/hello.j2": (
        "---\nchannel: x\n---\nHello {{ name|default('you') }}, now {{ price }}!\n"
    ),
    "people.csv": "person_id,name,handle,agreed,language\nann,Ann,ann,Y,en\nbob,Bob,bob,N,de\n",
    "posts.csv": "handle,words\nann,A sale!\n",
}


def project(root: Path, changes: Mapping[str, str] | None = None) -> Path:
    return worlds.write(root, {**FILES, **(changes or {})})


def answers(root: Path) -> list[str]:
    """The codes that lint finds, else those with which a plan ends; in no time."""
    began = time.monotonic()
    codes = [finding.code for finding in worlds.errors(root)]
    if not codes:
        said = _said_by(root)
        codes = [finding.code for finding in said.findings] if said else []
    assert time.monotonic() - began < 20
    assert set(codes) <= set(CODES)
    return codes


def _said_by(root: Path) -> TargeterError | None:
    """The error that a plan ends with, if it does."""
    try:
        worlds.results(root)
    except TargeterError as error:
        return error
    return None


def test_a_plan_ends_with_what_lint_finds(tmp_path: Path) -> None:
    root = project(tmp_path, {"rules/offers.yaml": "hello\n", "rules/places.sql": "copy x to 'y'"})
    said = _said_by(root)
    assert isinstance(said, RulesAreWrong)
    assert said.findings == worlds.errors(root)


def test_the_project_of_these_tests_is_fine(tmp_path: Path) -> None:
    assert answers(project(tmp_path)) == []


STRUCTURE = {
    "settings that are a text": {"rules/targeter.yaml": "hello\n"},
    "settings that are a list": {"rules/targeter.yaml": "- a\n- b\n"},
    "settings that are empty": {"rules/targeter.yaml": ""},
    "settings that are null": {"rules/targeter.yaml": "~\n"},
    "settings of one number": {"rules/targeter.yaml": "5\n"},
    "settings that aren't YAML": {"rules/targeter.yaml": "a: [b\n"},
    "settings nested 100,000 deep": {"rules/targeter.yaml": "[" * 100_000},
    "settings of control characters": {"rules/targeter.yaml": "a: \x00\x01\n"},
    "settings without sources": {"rules/targeter.yaml": "facts: {a: b}\n"},
    "settings of two documents": {"rules/targeter.yaml": SETTINGS + "---\na: b\n"},
    "every section a number": {
        "rules/targeter.yaml": "".join(
            f"{key}: 5\n"
            for key in ("purposes", "sources", "traits", "topics", "opinions", "facts")
        )
    },
    "every section a list of lists": {
        "rules/targeter.yaml": "".join(
            f"{key}: [[1]]\n" for key in ("purposes", "sources", "traits", "campaigns", "channels")
        )
    },
    "sources that are no mappings": {"rules/targeter.yaml": "sources: {people: 5, posts: [a]}\n"},
    "two bases": {"rules/targeter.yaml": SETTINGS.replace("person: person_id", "key: person_id")},
    "a rule file that is a text": {"rules/offers.yaml": "hello\n"},
    "a rule file that is a list": {"rules/offers.yaml": "- name: x\n"},
    "rules that are a mapping": {"rules/offers.yaml": "rules: {name: x}\n"},
    "rules that are texts": {"rules/offers.yaml": "rules: [a, 5, [], ~]\n"},
    "a rule without anything": {"rules/offers.yaml": "rules: [{}]\n"},
    "a rule of wrong kinds": {
        "rules/offers.yaml": "rules: [{name: [], priority: x, when: 5, templates: {}, unless: 1}]\n"
    },
    "anchors and aliases": {"rules/offers.yaml": RULES + "segments: &a {b: *a}\n"},
    "a tag that runs": {"rules/offers.yaml": "rules: !!python/object/apply:os.system [id]\n"},
    "a template that loops": {
        "templates/hello.j2": "---\nchannel: x\n---\n{% for i in range(10 ** 9) %}x{% endfor %}\n"
    },
    "a template that is huge when it is compiled": {
        "templates/hello.j2": "---\nchannel: x\n---\n{{ 'A' * 200000000 }}\n"
    },
    "a template that reads a file": {
        "templates/hello.j2": "---\nchannel: x\n---\n{% include '/etc/passwd' %}\n"
    },
    "a template that leaves the sandbox": {
        "templates/hello.j2": "---\nchannel: x\n---\n{{ ''.__class__.__subclasses__() }}\n"
    },
    "a template without front matter": {"templates/hello.j2": "Hello\n"},
    "a template nested 1,000 deep": {
        "templates/hello.j2": f"---\nchannel: x\n---\n{{{{ {'(' * 1000}name{')' * 1000} }}}}\n"
    },
    "a template of another channel": {"templates/hello.j2": "---\nchannel: nowhere\n---\nHi\n"},
    "a derived source that reads a file": {
        "rules/places.sql": "select person_id from read_csv('/etc/passwd') p(person_id)"
    },
    "a derived source that reads a file as a table": {
        "rules/places.sql": "select person_id from '/etc/passwd'"
    },
    "a derived source that writes": {"rules/places.sql": "copy people to '/tmp/x.csv'"},
    "a derived source that attaches": {"rules/places.sql": "attach '/tmp/x.db'"},
    "a derived source that never ends": {
        "rules/places.sql": "with recursive t as (select 1 union all from t) from t"
    },
    "a derived source of 600 kB": {"rules/places.sql": "select " + "person_id, " * 60_000},
    "a derived source of brackets": {"rules/places.sql": "select " + "(" * 9_000},
    "a derived source that is empty": {"rules/places.sql": ""},
    "a column of an unknown type": {
        "rules/targeter.yaml": SETTINGS.replace("handle: text\n", "handle: blob\n", 1)
    },
    "a fact that shadows a column": {
        "rules/targeter.yaml": SETTINGS.replace("price: £25", "name: £25")
    },
    "a time zone from nowhere": {"rules/targeter.yaml": "time_zone: ../../etc/passwd\n" + SETTINGS},
    "a day that is none": {"rules/targeter.yaml": "as_of: 2026-02-30\n" + SETTINGS},
}


@pytest.mark.parametrize("changes", STRUCTURE.values(), ids=STRUCTURE.keys())
def test_a_broken_file_is_found(tmp_path: Path, changes: Mapping[str, str]) -> None:
    assert answers(project(tmp_path, changes))


CONDITIONS = {
    "a condition that reads a file": "(select count(*) from '/etc/passwd') > 0",
    "a condition that calls a reader": "read_text('/etc/passwd') is null",
    "a condition that ends early": "1) from read_csv('/etc/passwd') where (true",
    "a second statement": "true; drop table people",
    "an environment variable": "getenv('HOME') = 'x'",
    "nested lambdas 30 deep": "list_transform([1], lambda x: " * 30 + "x" + ")" * 30 + " = [1]",
    "600 kB": "name = '" + "a" * 600_000 + "'",
    "10,000 brackets": "(" * 10_000,
    "500 nested calls": "lower(" * 500 + "name" + ")" * 500,
    "a pattern that explodes": "regexp_matches(name, '((a{100}){100}){100}')",
    "a list out of a number": "len(range(1000000000)) > 1",
    "a text out of a number": "length(repeat('a', 1000000000)) > 1",
    "words without end": "mentions(name, " + ", ".join(["'a'"] * 300) + ")",
    "a word that is too long": "mentions(name, '" + "a" * 5_000 + "')",
    "a column of another world": "\u202ename\u202c = 'x'",
    "null characters": "name = '\\0' and nope",
}


REFUSALS = {"TG201", "TG202", "TG203", "TG207", "TG210", "TG211", "TG216"}


def _quoted_in_yaml(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS.keys())
def test_a_hostile_condition_is_found(tmp_path: Path, condition: str) -> None:
    rules = RULES.replace("when: ", f"unless: {_quoted_in_yaml(condition)}\n    when: ")
    root = project(tmp_path, {"rules/offers.yaml": rules})
    began = time.monotonic()
    found = worlds.errors(root)
    assert time.monotonic() - began < 3
    assert found
    assert {f.code for f in found} <= REFUSALS


def test_hostile_conditions_are_found_in_segments_and_traits(tmp_path: Path) -> None:
    conditions = [_quoted_in_yaml(condition) for condition in CONDITIONS.values()]
    segments = "".join(f"  s{n}: {condition}\n" for n, condition in enumerate(conditions))
    traits = "".join(
        f"  t{n}: {{from: posts, exists: true, where: {condition}}}\n"
        for n, condition in enumerate(conditions)
    )
    files = {
        "rules/offers.yaml": "segments:\n" + segments + RULES,
        "rules/targeter.yaml": SETTINGS + traits,
    }
    found = [f for f in worlds.errors(project(tmp_path, files)) if f.place]
    for path in files:
        lines = {f.place.line for f in found if f.place and f.place.path == path}
        assert len(lines) == len(conditions)
    assert {f.code for f in found} <= REFUSALS
    with pytest.raises(RulesAreWrong):
        worlds.results(tmp_path)


def test_segments_that_name_each_other_again_and_again_are_found(tmp_path: Path) -> None:
    lines = ["segments:", "  s0: name = 'a'"]
    lines += [f"  s{n}: s{n - 1} or not s{n - 1}" for n in range(1, 40)]
    rules = "\n".join(lines) + "\n" + RULES.replace("when: ", "when: s39 or ")
    assert "TG211" in answers(project(tmp_path, {"rules/offers.yaml": rules}))


def _change(old: str, new: str) -> Callable[[Path], Mapping[str, str]]:
    assert old in SETTINGS
    return lambda _: {"rules/targeter.yaml": SETTINGS.replace(old, new, 1)}


PATHS = {
    "outside of the project": ("path: people.csv", "path: ../people.csv"),
    "an absolute path": ("path: people.csv", "path: /etc/passwd\n    format: csv"),
    "a path that isn't there": ("path: people.csv", "path: nowhere.csv"),
    "a folder": ("path: people.csv", "path: rules\n    format: csv"),
    "an empty path": ("path: people.csv", "path: ''"),
    "a path on the web": ("path: people.csv", "path: https://example.com/people.csv"),
    "a path with a null": ("path: people.csv", 'path: "people\\0.csv"'),
    "a device": ("path: people.csv", "path: /dev/zero\n    format: csv"),
    "a home": ("path: people.csv", "path: ~/people.csv"),
    "a variable in a path": ("path: people.csv", "path: ${HOME}/people.csv"),
    "a variable that isn't ours": ("path: people.csv", "database: ${HOME}\n    table: people"),
    "a secret in the file": (
        "path: people.csv",
        "database: postgresql://me:hunter2@host/db\n    table: people",
    ),
    "a variable that isn't set": (
        "path: people.csv",
        "database: ${TARGETER_NOT_SET}\n    table: people",
    ),
    "a query that writes": (
        "path: people.csv",
        "database: ${TARGETER_NOT_SET}\n    query: drop table people",
    ),
    "SQL outside of rules": ("sql: places.sql", "sql: ../../places.sql"),
    "SQL that isn't there": ("sql: places.sql", "sql: nowhere.sql"),
}


@pytest.mark.parametrize(("old", "new"), PATHS.values(), ids=PATHS.keys())
def test_a_path_stays_inside(tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "people.csv").write_text(FILES["people.csv"])
    root = project(tmp_path / "inside", _change(old, new)(tmp_path))
    error = _said_by(root)
    assert error is not None, "it was planned"
    said = str(error) + error.help + "".join(f"{f.message}{f.help}" for f in error.findings)
    shown = "".join(f.place.excerpt for f in error.findings if f.place)
    assert "hunter2" not in said + shown


LINKS = {
    "the data": ("people.csv", "people.csv"),
    "the rules": ("rules/offers.yaml", "offers.yaml"),
    "the settings": ("rules/targeter.yaml", "targeter.yaml"),
    "a template": ("templates/hello.j2", "hello.j2"),
    "the SQL": ("rules/places.sql", "places.sql"),
}


@pytest.mark.parametrize(("inside", "outside"), LINKS.values(), ids=LINKS.keys())
def test_a_symlink_that_leads_out_isnt_followed(tmp_path: Path, inside: str, outside: str) -> None:
    root = project(tmp_path / "inside")
    (root / inside).rename(tmp_path / outside)
    (root / inside).symlink_to(tmp_path / outside)
    with pytest.raises(TargeterError):
        worlds.results(root)


@pytest.mark.parametrize("inside", ["people.csv", "rules/offers.yaml", "templates/hello.j2"])
def test_a_symlink_to_itself_is_found(tmp_path: Path, inside: str) -> None:
    root = project(tmp_path)
    (root / inside).unlink()
    (root / inside).symlink_to(root / inside)
    with pytest.raises(TargeterError):
        worlds.results(root)


@pytest.mark.parametrize("inside", ["rules/offers.yaml", "rules/places.sql", "templates/hello.j2"])
def test_a_file_that_isnt_text_is_found(tmp_path: Path, inside: str) -> None:
    root = project(tmp_path)
    (root / inside).write_bytes(b"\xff\xfe\x00a\x80")
    assert "TG112" in answers(root)


DATA = {
    "an empty file": ("people.csv", ""),
    "a header only": ("people.csv", "person_id,name,handle,agreed,language\n"),
    "other columns": ("people.csv", "a,b\n1,2\n"),
    "a person twice": ("people.csv", FILES["people.csv"] + "ann,Ann,a2,Y,en\n"),
    "a person without key": ("people.csv", FILES["people.csv"] + ",Cyd,c,Y,en\n"),
    "one identifier for two": ("people.csv", FILES["people.csv"] + "cyd,Cyd,@ANN,Y,en\n"),
    "a value that can't be cast": ("people.csv", FILES["people.csv"] + "cyd,Cyd,c,perhaps,en\n"),
    "a row too long": ("people.csv", FILES["people.csv"] + "cyd,Cyd,c,Y,en,more,and,more\n"),
    "a quote that never ends": ("people.csv", FILES["people.csv"] + 'cyd,"Cyd,c,Y,en\n'),
}


@pytest.mark.parametrize(("path", "text"), DATA.values(), ids=DATA.keys())
def test_broken_data_is_said_with_its_place(tmp_path: Path, path: str, text: str) -> None:
    with pytest.raises(BadData) as raised:
        worlds.results(project(tmp_path, {path: text}))
    assert raised.value.findings
    assert all(f.message for f in raised.value.findings)


def test_a_source_that_disappears_is_said(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "posts.csv").unlink()
    with pytest.raises(TargeterError) as raised:
        worlds.results(root)
    assert "posts" in str(raised.value) + raised.value.findings[0].message


FIELDS = ("id", "name", "handle", "language", "words")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _people_of(strings: list[str], field: str) -> dict[str, str]:
    """A people file, and posts, with the strings in one field."""
    people = ["person_id,name,handle,agreed,language"]
    posts = ["handle,words"]
    for number, text in enumerate(strings):
        cell = {name: f"{name}{number}" for name in FIELDS} | {field: _quoted(text)}
        if field == "id":
            cell["id"] = _quoted(f"{number}{text}")
        if field == "handle":
            cell["handle"] = _quoted(f"{number}{text}")
        people.append(f"{cell['id']},{cell['name']},{cell['handle']},Y,{cell['language']}")
        posts.append(f"{cell['handle']},{cell['words']}")
    return {"people.csv": "\n".join(people) + "\n", "posts.csv": "\n".join(posts) + "\n"}


def _naughty() -> list[str]:
    strings: list[str] = json.loads(NAUGHTY.read_text("utf-8"))
    return [text for text in strings if text.strip() and "\x00" not in text]


@pytest.mark.skipif(not NAUGHTY.is_file(), reason="the public data isn't beside the repository")
@pytest.mark.parametrize("field", FIELDS)
def test_naughty_strings_in_the_data_are_people_like_others(tmp_path: Path, field: str) -> None:
    strings = _naughty()
    found = worlds.results(project(tmp_path, _people_of(strings, field)))
    assert len(found) == len(strings)
    assert {outcome for outcome, _, _ in found.values()} <= {"message", "no_copy"}
    texts = [text for _, _, text in found.values() if text]
    assert all(text.startswith("Hello ") and "@" not in text for text in texts)


@pytest.mark.skipif(not NAUGHTY.is_file(), reason="the public data isn't beside the repository")
@pytest.mark.parametrize(
    "place",
    [
        "name",
        "why",
        "when",
        "template",
        "priority",
        "fact",
        "topic",
        "word",
        "column",
        "path",
        "key",
    ],
)
def test_naughty_strings_in_the_rules_end_in_an_answer(tmp_path: Path, place: str) -> None:
    strings = random.Random(place).sample(_naughty(), 4)
    for number, text in enumerate(strings):
        root = project(tmp_path / str(number), _rules_with(place, json.dumps(text)))
        worlds.findings(root)
    answers(root)


def _rules_with(place: str, text: str) -> dict[str, str]:
    settings, rules = SETTINGS, RULES
    if place in ("name", "why", "when", "priority"):
        lines = [f"    {place}: {text}" if f" {place}:" in x else x for x in RULES.split("\n")]
        if place == "name":
            lines[1] = f"  - name: {text}"
        rules = "\n".join(lines)
    elif place == "template":
        rules = RULES.replace("[hello]", f"[{text}]")
    else:
        old, new = {
            "fact": ("price: £25", f"price: {text}"),
            "topic": ("  sale: {", f"  {text}: {{"),
            "word": ("words: [sale]", f"words: [{text}]"),
            "column": ("      handle: text", f"      {text}: text\n      handle: text"),
            "path": ("path: people.csv", f"path: {text}"),
            "key": ("key: person_id", f"key: {text}"),
        }[place]
        settings = SETTINGS.replace(old, new, 1)
    return {"rules/targeter.yaml": settings, "rules/offers.yaml": rules}


@pytest.mark.skipif(not NAUGHTY.is_file(), reason="the public data isn't beside the repository")
def test_naughty_strings_as_whole_files_end_in_an_answer(tmp_path: Path) -> None:
    root = project(tmp_path)
    strings = random.Random(1).sample(_naughty(), 10)
    for path in ("rules/offers.yaml", "templates/hello.j2", "rules/places.sql"):
        for text in strings:
            (root / path).write_text(text, encoding="utf-8")
            worlds.findings(root)
        worlds.write(root, {path: FILES[path]})
