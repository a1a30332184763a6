"""The lists that service is given: whom to help, why, and what it asked to be told."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from targeter import batches, keeping
from targeter.batches import Rendered
from targeter.database import Engine, literal
from targeter.errors import PlanRefused
from targeter.exporters import Format
from tests import worlds

from .fair import fair, person, render

NOTE = "---\nchannel: note\n---\nHi {{ name }}.\n"
CHANNEL = "  note: {delivery: direct, unit: codepoints, limit: 99}\n"
RULES = """\
handoffs:
  - name: unhappy
    to: service
    why: They wait for us, and somebody should call.
    when:
      any:
        - name like '%1%'
        - all:
            - town = 'Ashby'
            - rank between 2
              and 3
    columns:
      call: phone
      since: rank
  - name: lost
    to: sales
    when: town is null
rules:
  - {name: rest, priority: 1, when: rank is not null, templates: [fair]}
"""


def _town(root: Path, rules: str = RULES) -> Path:
    people = [person(n, town="Bray" if n > 5 else "Ashby") for n in range(8)]
    return fair(root, [*people, person(9, town="")], CHANNEL, NOTE, rules)


def _rows(done: Rendered, name: str) -> list[dict[str, Any]]:
    lines = (done.folder / f"handoff-{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_list_says_whom_to_help_and_why(tmp_path: Path) -> None:
    done = render(_town(tmp_path))
    whole = "(name like '%1%') or ((town = 'Ashby') and (rank between 2 and 3))"
    common = {
        "handoff": "unhappy",
        "to": "service",
        "day": "2026-11-01",
        "reason": "They wait for us, and somebody should call.",
        "condition": whole,
    }
    both = "(town = 'Ashby') and (rank between 2 and 3)"
    assert _rows(done, "unhappy") == [
        {"person_id": f"p{n:05d}", **common, "holds": holds, "call": call, "since": n}
        for n, holds, call in (
            (1, "name like '%1%'", "+44 20 7946 0001"),
            (2, both, "+44 20 7946 0002"),
            (3, both, "+44 20 7946 0003"),
        )
    ]
    (lost,) = _rows(done, "lost")
    assert list(lost) == ["person_id", "handoff", "to", "day", "reason", "condition", "holds"]
    assert (lost["reason"], lost["condition"]) == (None, "town is null")


def test_who_is_handed_over_gets_no_message_and_every_one_of_them_is_in_a_list(
    tmp_path: Path,
) -> None:
    done = render(_town(tmp_path))
    manifest = json.loads((done.folder / "manifest.json").read_text())
    listed = {file["name"]: file["rows"] for file in manifest["files"] if file["name"] in _LISTS}
    assert listed == {"handoff-unhappy.jsonl": 3, "handoff-lost.jsonl": 1}
    assert manifest["outcomes"]["handed_over"] == 4
    assert {f.what for f in done.files if f.name in _LISTS} == {"handed over"}
    messages = (done.folder / "messages-0001.jsonl").read_text()
    for row in [*_rows(done, "unhappy"), *_rows(done, "lost")]:
        assert row["person_id"] not in messages


_LISTS = ("handoff-unhappy.jsonl", "handoff-lost.jsonl")


def test_only_its_owner_reads_a_list(tmp_path: Path) -> None:
    done = render(_town(tmp_path))
    modes = {stat.S_IMODE((done.folder / name).stat().st_mode) for name in _LISTS}
    assert modes == {0o600}


def test_nobody_to_help_is_no_file(tmp_path: Path) -> None:
    done = render(_town(tmp_path, RULES.replace("town is null", "town = 'Nowhere'")))
    assert not (done.folder / "handoff-lost.jsonl").exists()


def test_who_is_with_service_still_is_in_no_second_list(tmp_path: Path) -> None:
    root = _town(tmp_path, RULES.replace("to: service\n", "to: service\n    again_after: 3 days\n"))
    render(root)
    assert not list(render(root, 2).folder.glob("handoff-unhappy*"))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_format_says_the_same(tmp_path: Path, form: Format) -> None:
    expected = _rows(render(_town(tmp_path / "one")), "unhappy")
    done = render(_town(tmp_path / "two"), form=form)
    path = done.folder / f"handoff-unhappy.{form}"
    if form == "csv":
        with path.open(newline="") as file:
            rows = [{**row, "since": int(row["since"])} for row in csv.DictReader(file)]
        # a telephone number is no formula
        expected = [{**row, "call": f"'{row['call']}"} for row in expected]
    else:
        engine = Engine(folders=[done.folder])
        names = ", ".join(f'"{name}"::VARCHAR' for name in list(expected[0])[:-1])
        shown = engine.rows(f"SELECT {names}, since FROM read_parquet({literal(str(path))})")
        rows = [dict(zip(expected[0], row, strict=True)) for row in shown]
        engine.close()
    assert rows == expected


@pytest.mark.parametrize(
    ("columns", "code", "said"),
    [
        ("call: phnoe", "TG202", "handoff 'unhappy': unknown column 'phnoe' in 'columns'"),
        ("To: phone", "TG105", "'To' stands in the file already"),
        ("call: [phone]", "TG105", "a name in the file and a column each"),
        ("call: secret", "TG506", "'secret' is sensitive and may not leave"),
        ("call: whereabouts", "TG506", "given for location, and a hand-over is for none"),
    ],
)
def test_what_may_not_be_told_is_a_finding(
    tmp_path: Path, columns: str, code: str, said: str
) -> None:
    root = _town(tmp_path, RULES.replace("call: phone", columns))
    settings = root / "rules/targeter.yaml"
    text = settings.read_text().replace("channels:\n", _MORE + "channels:\n")
    text = text.replace(
        "when: agreed}\n", "when: agreed}\n  location: {basis: consent, when: agreed}\n"
    )
    text = text.replace(
        "      rank: integer\n",
        "      rank: integer\n      secret: {type: text, sensitive: true}\n",
    )
    settings.write_text(text)
    (found,) = worlds.errors(root)
    assert (found.code, said in found.message) == (code, True)


_MORE = """\
  visits:
    path: visits.csv
    person: person_id
    purpose: location
    columns: {person_id: text, place: text}
traits:
  whereabouts: {from: visits, value: max(place)}
"""


def test_a_kept_plan_is_refused_when_what_service_is_told_has_changed(tmp_path: Path) -> None:
    root = _town(tmp_path)
    keeping.plan(worlds.options(root), keeping.Request(root / "kept"))
    table = (root / "people.csv").read_text()
    (root / "people.csv").write_text(table.replace("7946 0002", "7946 1111"))
    with pytest.raises(PlanRefused, match="what changed: phone"):
        keeping.render_plan(worlds.options(root), root / "kept", batches.Request())
