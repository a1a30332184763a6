"""Files as X takes them: requests of a size it accepts, lists for its website, and their order.

docs.x.com, «Custom audiences»: a request has at most 2,500 operations and 5,000,000 bytes and is
taken whole or not at all. Whether each person is an operation isn't said, so each counts as one.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from targeter.database import Engine, Row, literal
from targeter.exporters.interface import Written
from targeter.outgoing import IDENTIFIERS

MOST_OPERATIONS: Final = 2_500
MOST_BYTES: Final = 5_000_000
UPLOADS: Final = "uploads.csv"
# The first is sent first: who opted out is out before anybody comes in.
OPERATIONS: Final = {"remove": "Delete", "add": "Update"}
# What X calls each identifier.
_FIELDS: Final = {"email": "email", "handle": "handle", "phone": "phone_number"}
_AT_ONCE = 50


def body(operation: str, users: str) -> bytes:
    """The body of a request; `users` are JSON objects with commas between them."""
    kind = json.dumps(OPERATIONS[operation])
    return f'[{{"operation_type":{kind},"params":{{"users":[{users}]}}}}]'.encode()


def people_a_request(longest: int) -> int:
    """How many people a request may have when the longest of them takes so many bytes."""
    room = MOST_BYTES - max(len(body(one, "")) for one in OPERATIONS)
    return max(min(MOST_OPERATIONS, (room + 1) // (longest + 1)), 1)


def write_uploads(engine: Engine, handed: str, folder: Path) -> Iterator[Written]:
    """Write the files for a table of who is handed over: number and name of the audience,
    operation, and a column of hashes for each identifier. The same rows give the same bytes.
    """
    _number(engine, handed)
    last = int(engine.value("SELECT coalesce(max(request), 0) FROM handed_over"))
    listed = [
        f"string_agg({kind}, chr(10) ORDER BY person_json) AS {kind}" for kind in IDENTIFIERS
    ]
    with (folder / UPLOADS).open("w", encoding="utf-8", newline="") as file:
        index = csv.writer(file, lineterminator="\n")
        index.writerow(("file", "audience", "operation", "people", "bytes"))
        for first in range(1, last + 1, _AT_ONCE):
            rows = engine.rows(
                "SELECT operation, number, part, any_value(audience), count(*), "
                f"string_agg(person_json, ',' ORDER BY person_json), {', '.join(listed)} "
                f"FROM handed_over WHERE request BETWEEN {first} AND {first + _AT_ONCE - 1} "
                "GROUP BY ALL ORDER BY ALL"
            )
            for row in rows:
                yield _request(row, folder, index_row := [])
                index.writerow(index_row)
                yield from _lists(row, folder)
    yield Written(UPLOADS, "requests", last)


def _number(engine: Engine, handed: str) -> None:
    fields = ", ".join(
        f"""'"{_FIELDS[kind]}":["' || {kind} || '"]'""" for kind in IDENTIFIERS
    )
    order = " ".join(f"WHEN {literal(o)} THEN {n}" for n, o in enumerate(OPERATIONS, start=1))
    engine.run(
        "CREATE OR REPLACE TABLE handed_in_json AS SELECT DISTINCT number, audience, "
        f"CASE operation {order} END AS operation, {', '.join(IDENTIFIERS)}, "
        f"'{{' || concat_ws(',', {fields}) || '}}' AS person_json FROM {handed}"
    )
    longest = engine.value("SELECT coalesce(max(strlen(person_json)), 0) FROM handed_in_json")
    size = people_a_request(int(longest))
    engine.run(
        "CREATE OR REPLACE TABLE handed_over AS SELECT *, "
        "dense_rank() OVER (ORDER BY operation, number, part) AS request FROM ("
        f"SELECT *, (row_number() OVER (PARTITION BY operation, number ORDER BY person_json) - 1) "
        f"// {size} + 1 AS part FROM handed_in_json) ORDER BY request, person_json"
    )
