"""The files of direct channels: their own columns, under the names that the sender wants."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from targeter.database import Engine, literal
from targeter.exporters import Format
from tests import worlds

from .fair import FAIR, fair, person, render

NOTE = "---\nchannel: note\n---\nHi {{ name }}.\n"
PLAIN = "  note: {delivery: direct, unit: codepoints, limit: 99, address: handle}\n"
OWN = PLAIN.replace("}", ", columns: {to: handle, message: text, rank: rank}}")


def test_the_address_is_exported(tmp_path: Path) -> None:
    done = render(fair(tmp_path, [person(1)], PLAIN, NOTE))
    (line,) = (done.folder / "messages-0001.jsonl").read_text().splitlines()
    assert json.loads(line)["address"] == "@P1"


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_a_channel_has_the_columns_that_it_says(tmp_path: Path, form: Format) -> None:
    people = [person(1), person(2, handle="=1+1", rank="-3")]
    done = render(fair(tmp_path, people, OWN, NOTE), form=form)
    path = done.folder / f"messages-note-0001.{form}"
    rows: list[dict[str, object]] = []
    if form == "jsonl":
        rows = [json.loads(line) for line in path.read_text().splitlines()]
    elif form == "csv":
        with path.open(newline="") as file:
            rows = [{**row, "rank": int(row["rank"])} for row in csv.DictReader(file)]
    else:
        engine = Engine(folders=[done.folder])
        found = engine.rows(f"SELECT * FROM read_parquet({literal(str(path))})")
        rows = [dict(zip(("to", "message", "rank"), row, strict=True)) for row in found]
        engine.close()
    guard = "'" if form == "csv" else ""
    assert rows == [
        {"to": f"{guard}@P1", "message": "Hi Name1.", "rank": 1},
        {"to": f"{guard}=1+1", "message": "Hi Name2.", "rank": -3},
    ]


def test_a_column_may_have_any_name(tmp_path: Path) -> None:
    channels = PLAIN.replace("}", ", columns: {n: text, 'a \"b': rank}}")
    done = render(fair(tmp_path, [person(1), person(2)], channels, NOTE))
    lines = (done.folder / "messages-note-0001.jsonl").read_text().splitlines()
    assert json.loads(lines[1]) == {"n": "Hi Name2.", 'a "b': 2}


def test_channels_without_columns_share_their_files(tmp_path: Path) -> None:
    channels = OWN + PLAIN.replace("note", "letter")
    rules = (
        "rules:\n"
        "  - {name: a, priority: 2, when: rank = 1, templates: [fair]}\n"
        "  - {name: b, priority: 1, when: rank > 1, templates: [letter]}\n"
    )
    root = fair(tmp_path, [person(1), person(2)], channels, NOTE, rules)
    worlds.write(root, {"templates/letter.j2": NOTE.replace("note", "letter")})
    names = {file.name: file.rows for file in render(root).files}
    assert names == {"messages-0001.jsonl": 1, "messages-note-0001.jsonl": 1}


@pytest.mark.parametrize(
    ("channels", "code", "said"),
    [
        (OWN.replace("rank: rank", "rank: rnak"), "TG202", "unknown column 'rnak'"),
        (OWN.replace("rank: rank", "mail: mail"), "TG506", "'mail' may not leave"),
        (OWN.replace("to: handle", "to: [handle]"), "TG105", "a column each"),
        (OWN.replace("rank: rank", "TO: rank"), "TG105", "'TO' twice"),
        (PLAIN.replace("handle}", "hnadle}"), "TG202", "unknown column 'hnadle' in 'address'"),
        (PLAIN.replace("}", ", exporter: mesages}"), "TG105", "no exporter 'mesages'"),
        (PLAIN.replace("}", ", exporter: x_audiences}"), "TG105", "not for direct channels"),
        (PLAIN.replace("}", ", audience_by: {email: mail}}"), "TG105", "for promoted channels"),
        (PLAIN.replace("}", ", pace: 0 per day}"), "TG105", "not '0 per day'"),
        (PLAIN.replace("}", ", pace: -5 per day}"), "TG105", "such as 20000 per day"),
        (PLAIN.replace("}", ", pace: 20}"), "TG105", "such as 20000 per day, not '20'"),
        (PLAIN.replace("}", ", pace: 20 per week}"), "TG105", "such as 20000 per day"),
        (PLAIN.replace("}", ", pace: '20,000 per day'}"), "TG105", "such as 20000 per day"),
        (PLAIN.replace("}", ", pace: 1.5 per day}"), "TG105", "such as 20000 per day"),
        (PLAIN.replace("}", ", pace: [20]}"), "TG105", "'pace' must be a single value"),
    ],
)
def test_what_can_not_be_exported_is_a_finding(
    tmp_path: Path, channels: str, code: str, said: str
) -> None:
    (found,) = worlds.errors(fair(tmp_path, [person(1)], channels, NOTE))
    assert (found.code, said in found.message) == (code, True)
    lines = (tmp_path / "rules/targeter.yaml").read_text().splitlines()
    assert found.place and found.place.line == 1 + lines.index(channels.rstrip())
    assert found.place.column > 3


@pytest.mark.parametrize(
    ("setting", "code", "said"),
    [
        ("audience_by: {email: mial}", "TG202", "unknown column 'mial'"),
        ("audience_by: {}", "TG105", "at least one of email, handle, phone"),
        ("audience_by: {mail: mail}", "TG103", "has no key 'mail'"),
        ("columns: {to: handle}", "TG105", "'columns' are for direct channels"),
        ("exporter: messages", "TG105", "not for promoted channels"),
        ("pace: 20 per day", "TG105", "'pace' is for direct channels"),
    ],
)
def test_what_no_audience_can_be_made_of_is_a_finding(
    tmp_path: Path, setting: str, code: str, said: str
) -> None:
    channels = f"  wall: {{like: x_promoted, min_audience: 1, {setting}}}\n"
    found = worlds.errors(fair(tmp_path, [person(1)], channels, FAIR))
    assert code in [one.code for one in found]
    assert any(said in one.message for one in found)


def test_a_sensitive_column_never_leaves(tmp_path: Path) -> None:
    wall = "  wall: {like: x_promoted, min_audience: 1, audience_by: {phone: phone}}\n"
    to = PLAIN.replace("address: handle", "address: phone")
    for channels, template in ((OWN, NOTE), (wall, FAIR), (to, NOTE)):
        root = fair(tmp_path, [person(1)], channels, template)
        settings = root / "rules/targeter.yaml"
        text = settings.read_text().replace(
            "rank: integer", "rank: {type: integer, sensitive: true}"
        )
        text = text.replace("phone: {type: text,", "phone: {type: text, sensitive: true,")
        settings.write_text(text)
        (found,) = worlds.errors(root)
        assert (found.code, "is sensitive and may not leave" in found.message) == ("TG506", True)
