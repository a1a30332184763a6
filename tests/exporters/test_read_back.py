"""Every kind of file is read back by something that isn't ours, and says what was meant.

Readers are Python's csv and json, DuckDB by itself, pyarrow, and jq of Debian.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from targeter import pipeline
from targeter.batches import Rendered, Request
from tests import worlds

from .fair import FAIR, WALL, Person, fair, person, sha

Row = dict[str, str | None]
Reader = Callable[[Path], list[Row]]

# Everything that a format, a spreadsheet or a splitter of lines could trip over.
ODD = (
    "say \"hi\", or 'hi'",
    "two\nlines, and\r\na third",
    "comma, semicolon; tab\tpipe|",
    "back\\slash \\n \\u0041",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea e\u0301 \u00e9 \u4e2d\u6587",
    "\u05d0\u05d1\u05d2 \u202eback\u202c",
    "line\u2028and\u2029and\x85end",
    "=1+1",
    "-2",
    "+49 171",
    "@sum(A1)",
    "\uff1d1",
    "'quoted'",
    '""',
    "null",
    "NaN",
    "{}[]{{ x }}",
    "\x01\x1b[31m\x7f",
    "\ufeffmark",
    "a" * 5_000,
)
TEXT = 'Say "yes", or \\no;\n2 > 1 & \U0001f600 \u00e9 it\u2019s \u4e2d\u6587, friend'
NOTE = f"---\nchannel: note\n---\n{TEXT}\n"
CHANNELS = (
    WALL
    + "  note: {delivery: direct, unit: codepoints, limit: 99, address: handle, pace: 9 per day}\n"
    + "  card: {like: note_like, columns: {key: person_id, n: rank, who: name, day: send_on}}\n"
).replace("like: note_like", "delivery: direct, unit: codepoints, limit: 99")
RULES = """\
handoffs:
  - name: help
    to: service
    why: "Quick, \\"now\\";\\nplease"
    when: rank = 300
    columns: {who: name, place: town}
rules:
  - {name: bad, priority: 9, when: rank = 200, templates: [bad]}
  - {name: a, priority: 3, when: rank < 100 and rank % 2 = 0, templates: [note]}
  - {name: b, priority: 2, when: rank < 100, templates: [card]}
  - {name: c, priority: 1, when: rank is not null, templates: [fair]}
"""


def _odd_people() -> list[Person]:
    """Odd texts as keys, names and addresses; some for the wall, some to help, one blocked."""
    noted = [
        person(n, person_id=f"{text}{n}", name=text, handle=text) for n, text in enumerate(ODD)
    ]
    walls = [person(n, town=f'T"own, {n % 2}') for n in range(400, 420)]
    helped = [person(500 + n, rank="300", name=text, town="") for n, text in enumerate(ODD)]
    return [*noted, *walls, *helped, person(200, town="", name="forbidden")]


PEOPLE = _odd_people()


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Rendered]:
    """The same plan in every format."""
    root = fair(tmp_path_factory.mktemp("odd"), PEOPLE, CHANNELS, FAIR, RULES)
    files = {
        "templates/note.j2": NOTE,
        "templates/card.j2": NOTE.replace("note", "card"),
        "templates/bad.j2": '---\nchannel: note\n---\nA {{ name }}, "word"\n',
    }
    worlds.write(root, files)
    settings = root / "rules/targeter.yaml"
    settings.write_text(settings.read_text() + "block: [forbidden]\n")
    done = {}
    for form in ("jsonl", "csv", "parquet"):
        options = worlds.options(root, history=root / form)
        done[form] = pipeline.render(options, Request(form))
    return done


# -- readers ---------------------------------------------------------------------------------


def _plain(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Values as text, and nothing where there is nothing: CSV knows no more."""
    return [{k: None if v in (None, "") else str(v) for k, v in row.items()} for row in rows]


def _json_lines(path: Path) -> list[Row]:
    # every line is one row for a reader that ends lines where Unicode does, too
    return _plain([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()])


def _jq(path: Path) -> list[Row]:
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    words = ["jq", "--compact-output", ".", str(path)]
    ran = subprocess.run(words, capture_output=True, check=True, encoding="utf-8")
    return _plain([json.loads(line) for line in ran.stdout.split("\n") if line])


def _csv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return _plain(list(csv.DictReader(file, strict=True)))


def _duckdb(path: Path) -> list[Row]:
    read = {
        ".jsonl": f"read_json('{path}', format = 'newline_delimited', convert_strings_to_integers "
        "= false, dateformat = '%x', timestampformat = '%x')",
        ".csv": f"read_csv('{path}', all_varchar = true, header = true, delim = ',', quote = '\"', "
        "escape = '\"', strict_mode = true)",
        ".parquet": f"read_parquet('{path}')",
    }[path.suffix]
    with duckdb.connect() as connection:
        cursor = connection.execute(f"SELECT COLUMNS(*)::VARCHAR FROM {read}")
        names = [column[0] for column in cursor.description or ()]
        return _plain([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])


def _pyarrow(path: Path) -> list[Row]:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    from pyarrow import csv as arrow_csv
    from pyarrow import json as arrow_json
    from pyarrow import parquet

    if path.suffix == ".parquet":
        return _plain(parquet.read_table(path).to_pylist())
    if path.suffix == ".csv":
        names = path.read_text(encoding="utf-8").split("\n")[0].split(",")
        table = arrow_csv.read_csv(
            path,
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, arrow.string())
            ),
        )
        return _plain(table.to_pylist())
    first = json.loads(path.read_text(encoding="utf-8").split("\n")[0])
    numbers = {name for name, value in first.items() if isinstance(value, int)}
    schema = arrow.schema(
        [(name, arrow.int64() if name in numbers else arrow.string()) for name in first]
    )
    options = arrow_json.ParseOptions(explicit_schema=schema)
    return _plain(arrow_json.read_json(path, parse_options=options).to_pylist())


READERS: Mapping[str, Sequence[Reader]] = {
    "jsonl": (_json_lines, _duckdb, _pyarrow, _jq),
    "csv": (_csv, _duckdb, _pyarrow),
    "parquet": (_duckdb, _pyarrow),
}
EVERY = [(form, reader) for form, readers in READERS.items() for reader in readers]
_every = pytest.mark.parametrize(
    ("form", "read"), EVERY, ids=[f"{form}-{read.__name__.strip('_')}" for form, read in EVERY]
)


def _all(done: Rendered, pattern: str, read: Reader) -> list[Row]:
    paths = sorted(done.folder.glob(pattern))
    assert paths
    return [row for path in paths for row in read(path)]


def _is(found: Sequence[Row], expected: Sequence[Row], form: str) -> None:
    """The same rows; in CSV what a spreadsheet would run has a quote before it."""
    if form == "csv":
        expected = [{key: _disarmed(value) for key, value in row.items()} for row in expected]
    assert sorted(map(_sortable, found)) == sorted(map(_sortable, expected))


def _sortable(row: Row) -> list[tuple[str, str]]:
    return sorted((key, value or "") for key, value in row.items())


def _disarmed(value: str | None) -> str | None:
    begins = tuple("=+-@\t\r\n＝＋－＠")
    return f"'{value}" if value and value.startswith(begins) else value


# -- what each kind of file says -------------------------------------------------------------


@_every
def test_messages(rendered: Mapping[str, Rendered], form: str, read: Reader) -> None:
    rows = _all(rendered[form], f"messages-2*.{form}", read)
    shown = ("person_id", "text", "address", "rule", "channel", "length")
    expected: list[Row] = [
        {
            "person_id": one["person_id"],
            "text": TEXT,
            "address": one["handle"],
            "rule": "a",
            "channel": "note",
            "length": str(len(TEXT)),
        }
        for one in PEOPLE
        if int(one["rank"]) < 100 and int(one["rank"]) % 2 == 0
    ]
    _is([{name: row[name] for name in shown} for row in rows], expected, form)
    assert sorted({row["send_on"] or "" for row in rows}) == ["2026-11-01", "2026-11-02"]


@_every
def test_messages_with_columns_of_their_own(
    rendered: Mapping[str, Rendered], form: str, read: Reader
) -> None:
    expected: list[Row] = [
        {"key": p["person_id"], "n": p["rank"], "who": p["name"], "day": "2026-11-01"}
        for p in PEOPLE
        if int(p["rank"]) < 100 and int(p["rank"]) % 2
    ]
    _is(_all(rendered[form], f"messages-card-*.{form}", read), expected, form)


@_every
def test_handover_lists(rendered: Mapping[str, Rendered], form: str, read: Reader) -> None:
    expected: list[Row] = [
        {
            "person_id": one["person_id"],
            "handoff": "help",
            "to": "service",
            "day": "2026-11-01",
            "reason": 'Quick, "now";\nplease',
            "condition": "rank = 300",
            "holds": "rank = 300",
            "who": one["name"],
            "place": None,
        }
        for one in PEOPLE
        if one["rank"] == "300"
    ]
    _is(_all(rendered[form], f"handoff-help.{form}", read), expected, form)


WALLED = [one for one in PEOPLE if int(one["rank"]) >= 400]


@pytest.mark.parametrize("read", READERS["parquet"])
def test_the_record_of_a_batch(rendered: Mapping[str, Rendered], read: Reader) -> None:
    folder = rendered["csv"].folder
    assignments = {row["person"]: row["outcome"] for row in read(folder / "assignments.parquet")}
    expected = {one["person_id"]: "message" for one in PEOPLE}
    expected |= {one["person_id"]: "handed_over" for one in PEOPLE if one["rank"] == "300"}
    assert assignments == {**expected, "p00200": "blocked"}
    contacts = read(folder / "contacts.parquet")
    assert {row["person"] for row in contacts} == set(expected) - {"p00200"}
    assert len(contacts) == len(PEOPLE) - 1
    texts = {row["person"]: row["text"] for row in contacts if row["event"] == "message"}
    assert set(texts.values()) == {TEXT}
    members = read(folder / "audience_members.parquet")
    assert {row["person"]: row["email"] for row in members} == {
        one["person_id"]: sha(one["mail"]) for one in WALLED
    }
    named = {row["audience"] for row in read(folder / "audiences.parquet")}
    assert named == {row["audience"] for row in members} and len(named) == 2


@pytest.mark.parametrize(("form", "read"), [one for one in EVERY if one[0] != "parquet"])
def test_creatives(rendered: Mapping[str, Rendered], form: str, read: Reader) -> None:
    rows = read(rendered["jsonl"].folder / f"creatives.{form}")
    shown = ("channel", "text", "link", "size", "usable", "matched")
    expected: list[Row] = [
        {
            "channel": "wall",
            "text": f'The fair comes to T"own, {n}.',
            "link": "https://example.com/c",
            **dict.fromkeys(("size", "usable", "matched"), "10"),
        }
        for n in (0, 1)
    ]
    _is([{name: row[name] for name in shown} for row in rows], expected, form)
    assert len({row["audience"] for row in rows}) == 2


@pytest.mark.parametrize("read", READERS["csv"])
def test_hashes_and_the_order_of_requests(
    rendered: Mapping[str, Rendered], read: Reader, tmp_path: Path
) -> None:
    folder = rendered["csv"].folder
    for kind, column in (("email", "mail"), ("handle", "handle"), ("phone", "phone")):
        found = set()
        for path in folder.glob(f"audience-2-add-*-{kind}.csv"):
            # such a list has no heading, and readers want one
            headed = tmp_path / path.name
            headed.write_text("hash\n" + path.read_text())
            found |= {row["hash"] for row in read(headed)}
        assert found == {sha(_normal(one[column])) for one in WALLED}
    uploads = read(folder / "uploads.csv")
    assert [row["operation"] for row in uploads] == ["add", "add"]
    assert [row["bytes"] for row in uploads] == [
        str((folder / str(row["file"])).stat().st_size) for row in uploads
    ]


def _normal(value: str) -> str:
    return value.lower().lstrip("@").replace(" ", "")


def test_requests(rendered: Mapping[str, Rendered]) -> None:
    expected = sorted(sha(_normal(one["mail"])) for one in WALLED)
    paths = [str(path) for path in rendered["csv"].folder.glob("audience-2-add-*.json")]
    assert len(paths) == 2
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT unnest(params.users).email[1] FROM read_json($1, format = 'array')", [paths]
        ).fetchall()
    assert sorted(str(row[0]) for row in rows) == expected
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    words = ["jq", "--raw-output", ".[].params.users[].email[0]", *paths]
    ran = subprocess.run(words, capture_output=True, check=True, text=True)
    assert sorted(ran.stdout.split()) == expected


@pytest.mark.parametrize("read", READERS["jsonl"])
def test_the_quarantine(rendered: Mapping[str, Rendered], read: Reader) -> None:
    (row,) = read(rendered["csv"].folder / "quarantine.jsonl")
    assert (row["person"], row["text"]) == ("p00200", 'A forbidden, "word"')


def test_no_kind_of_file_was_forgotten(rendered: Mapping[str, Rendered]) -> None:
    read = r"(messages|handoff|assignments|contacts|audience|creatives|uploads|quarantine)"
    for done in rendered.values():
        names = [path.name for path in done.folder.iterdir() if path.name != "manifest.json"]
        assert all(re.match(read, name) for name in names), names
