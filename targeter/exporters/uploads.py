"""Files as X takes them: requests of a size it accepts, lists for its website, and their order.

docs.x.com, «Custom audiences»: a request has at most 2,500 operations and 5,000,000 bytes and is
taken whole or not at all. Whether each person is an operation isn't said, so each counts as one.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

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
# What the rows of each file are: of a request by its operation, of a list for the website, and of
# the index.
REQUESTS: Final = {"remove": "removals", "add": "additions"}
LISTS: Final = "hashes"
INDEX: Final = "requests"
_AT_ONCE = 50


def body(operation: str, users: str) -> bytes:
    """The body of a request; `users` are JSON objects with commas between them."""
    kind = json.dumps(OPERATIONS[operation])
    return f'[{{"operation_type":{kind},"params":{{"users":[{users}]}}}}]'.encode()


def people_a_request(longest: int) -> int:
    """How many people a request may have when the longest of them takes so many bytes."""
    room = MOST_BYTES - max(len(body(one, "")) for one in OPERATIONS)
    return max(min(MOST_OPERATIONS, (room + 1) // (longest + 1)), 1)


def write_uploads(engine: Engine, handed: str, folder: Path) -> tuple[Written, ...]:
    """Write the files for a table of who is handed over, and `uploads.csv`, which says in which
    order they are sent. The same rows give the same bytes.

    The table has the number and the name of the audience, the operation, and a column of hashes
    for each identifier.
    """
    _number(engine, handed)
    requests: list[tuple[object, ...]] = []
    lists: dict[str, int] = {}
    last = int(engine.value("SELECT coalesce(max(request), 0) FROM handed_over"))
    for first in range(1, last + 1, _AT_ONCE):
        for row in _bodies(engine, first):
            requests.append(_request(row, folder))
            for name, people in _lists(row, folder):
                lists[name] = lists.get(name, 0) + people
    with (folder / UPLOADS).open("w", encoding="utf-8", newline="") as file:
        index = csv.writer(file, lineterminator="\n")
        index.writerow(("file", "audience", "operation", "people", "bytes"))
        index.writerows(requests)
    return (
        Written(UPLOADS, INDEX, len(requests)),
        *(Written(str(name), REQUESTS[str(did)], int(str(n))) for name, _, did, n, _ in requests),
        *(Written(name, LISTS, people) for name, people in lists.items()),
    )


def _bodies(engine: Engine, first: int) -> list[Row]:
    """Some requests in their order: whom they are for, how many people, their parts as text."""
    listed = (f"string_agg({kind}, chr(10) ORDER BY person_json)" for kind in IDENTIFIERS)
    return engine.rows(
        "SELECT operation, number, part, any_value(audience), count(*), "
        f"string_agg(person_json, ',' ORDER BY person_json), {', '.join(listed)} "
        f"FROM handed_over WHERE request BETWEEN {first} AND {first + _AT_ONCE - 1} "
        "GROUP BY operation, number, part ORDER BY operation, number, part"
    )


def _request(row: Row, folder: Path) -> tuple[object, ...]:
    """Write one request; its line of the index."""
    order, number, part, audience, people, users = row[:6]
    operation = list(OPERATIONS)[order - 1]
    name = f"audience-{order}-{operation}-{number:04d}-{part:04d}.json"
    data = body(operation, users)
    (folder / name).write_bytes(data)
    return name, audience, operation, people, len(data)


def _lists(row: Row, folder: Path) -> Iterator[tuple[str, int]]:
    """Add to the lists that the website takes: one identifier each, one hash a line."""
    order, number = row[:2]
    for kind, hashes in zip(IDENTIFIERS, row[6:], strict=True):
        if hashes is not None:
            name = f"audience-{order}-{list(OPERATIONS)[order - 1]}-{number:04d}-{kind}.csv"
            with (folder / name).open("a", encoding="ascii", newline="") as file:
                file.write(f"{hashes}\n")
            yield name, hashes.count("\n") + 1


def _number(engine: Engine, handed: str) -> None:
    fields = ", ".join(f"""'"{_FIELDS[kind]}":["' || {kind} || '"]'""" for kind in IDENTIFIERS)
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
