"""A fair that is promoted to a town, and its people with every kind of identifier."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from targeter import pipeline
from targeter.batches import Rendered, Request
from targeter.database import Engine, literal
from targeter.exporters import Format
from tests import worlds

COLUMNS = ("person_id", "name", "town", "mail", "handle", "phone", "agreed", "rank")
SETTINGS = (
    worlds.ASKED
    + """\
      name: text
      town: {type: text, in_copy: promoted}
      mail: {type: text, in_copy: never}
      handle: text
      phone: {type: text, in_copy: never}
      agreed: boolean
      rank: integer
channels:
"""
)
BY_ALL = "{email: mail, handle: handle, phone: phone}"
WALL = f"  wall: {{like: x_promoted, min_audience: 1, stay: 14 days, audience_by: {BY_ALL}}}\n"
RULES = """\
rules:
  - name: fairgoers
    priority: 1
    when: town is not null
    templates: [fair]
"""
FAIR = "---\nchannel: wall\nlink: https://example.com/{rule}\n---\nThe fair comes to {{ town }}.\n"
Person = Mapping[str, str]


def person(number: int, **values: str) -> Person:
    """Somebody with one identifier of each kind, different from everybody else's."""
    return {
        "person_id": f"p{number:05d}",
        "name": f"Name{number}",
        "town": "Ashby",
        "mail": f"p{number}@example.com",
        "handle": f"@P{number}",
        "phone": f"+44 20 7946 {number:04d}",
        "agreed": "true",
        "rank": str(number),
        **values,
    }


def fair(
    root: Path,
    people: Sequence[Person],
    channels: str = WALL,
    template: str = FAIR,
    rules: str = RULES,
) -> Path:
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(people)
    return worlds.write(
        root,
        {
            "rules/targeter.yaml": SETTINGS + channels,
            "rules/fair.yaml": rules,
            "templates/fair.j2": template,
            "people.csv": out.getvalue(),
        },
    )


def render(root: Path, day: int = 1, form: Format = "jsonl", **options: object) -> Rendered:
    """Render on a day of November."""
    at = dt.date(2026, 11, day)
    return pipeline.render(worlds.options(root, as_of=at, **options), Request(form))


def sha(text: str) -> str:
    """What Python's own library makes of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def requests(done: Rendered, operation: str = "") -> list[Path]:
    """The request files in the order they are sent."""
    return sorted(done.folder.glob(f"audience-*{operation}-*.json"))


def users(done: Rendered, operation: str) -> list[dict[str, list[str]]]:
    """Everybody in the requests of an operation."""
    bodies = [json.loads(path.read_bytes()) for path in requests(done, operation)]
    return [user for body in bodies for one in body for user in one["params"]["users"]]


def creatives(done: Rendered) -> list[dict[str, Any]]:
    lines = (done.folder / "creatives.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def parquet(path: Path) -> list[tuple[Any, ...]]:
    return _reader().rows(f"SELECT * FROM read_parquet({literal(str(path))})")


@cache
def _reader() -> Engine:
    """Opened once: many small files are looked into."""
    return Engine(folders=[Path("/")], threads=1)
