"""Files as X takes them: requests of a size it accepts, lists for its website, and their order.

docs.x.com, «Custom audiences»: a request has at most 2,500 operations and 5,000,000 bytes and is
taken whole or not at all. Whether each person is an operation isn't said, so each counts as one.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, order=True)
class Request:
    """One request file: the `part` of an operation on an audience, and how many people it has.

    An audience whose people are in several shards has its requests in several lots, from 1 on.
    """

    step: int
    number: int
    lot: int
    part: int
    audience: str
    people: int
    size: int

    @property
    def operation(self) -> str:
        return list(OPERATIONS)[self.step - 1]

    @property
    def name(self) -> str:
        return _name(self, f"{self.part:04d}.json")


@dataclass(frozen=True, slots=True, order=True)
class Hashes:
    """A list for the website: one identifier of those whom an operation adds or removes."""

    step: int
    number: int
    lot: int
    kind: int

    @property
    def name(self) -> str:
        return _name(self, f"{IDENTIFIERS[self.kind]}.csv")


def _name(one: Request | Hashes, end: str) -> str:
    operation, (stem, _, ending) = list(OPERATIONS)[one.step - 1], end.rpartition(".")
    lot = f"-part{one.lot:05}" if one.lot else ""
    return f"audience-{one.step}-{operation}-{one.number:04d}-{stem}{lot}.{ending}"


@dataclass(frozen=True, slots=True)
class Requests:
    """The files of some people: requests, and lists with how many identifiers each has."""

    requests: tuple[Request, ...]
    lists: Mapping[Hashes, int]


def write_uploads(
    engine: Engine, handed: str, folder: Path
) -> tuple[tuple[Written, ...], tuple[Request, ...]]:
    """Write the files for a table of who is handed over, and `uploads.csv`, which says in which
    order they are sent. The same rows give the same bytes.

    The table has the number and the name of the audience, the operation, and a column of hashes
    for each identifier.
    """
    rows = f"SELECT *, 0 AS lot FROM {handed}"
    written = write_requests(engine, rows, people_a_request(longest(engine, rows)), folder)
    return write_index([written], folder), written.requests


def write_index(parts: Sequence[Requests], folder: Path) -> tuple[Written, ...]:
    """Write `uploads.csv` of all requests; the files it is about, too."""
    requests = sorted(one for part in parts for one in part.requests)
    lists = sorted((one, people) for part in parts for one, people in part.lists.items())
    with (folder / UPLOADS).open("w", encoding="utf-8", newline="") as file:
        index = csv.writer(file, lineterminator="\n")
        index.writerow(("file", "audience", "operation", "people", "bytes"))
        index.writerows((r.name, r.audience, r.operation, r.people, r.size) for r in requests)
    return (
        Written(UPLOADS, INDEX, len(requests)),
        *(Written(one.name, REQUESTS[one.operation], one.people) for one in requests),
        *(Written(one.name, LISTS, people) for one, people in lists),
    )


def longest(engine: Engine, handed: str) -> int:
    """How many bytes the longest person of such rows (SQL) takes in a request."""
    query = f"SELECT coalesce(max(strlen(person_json)), 0) FROM ({_in_json(handed)})"
    return int(engine.value(query))


def write_requests(engine: Engine, handed: str, size: int, folder: Path) -> Requests:
    """Write the requests and lists of rows of who is handed over (SQL), so many people each.

    `lot` tells apart what other writers have of one audience. A list is added to.
    """
    _number(engine, handed, size)
    requests: list[Request] = []
    lists = Counter[Hashes]()
    last = int(engine.value("SELECT coalesce(max(request), 0) FROM handed_over"))
    for first in range(1, last + 1, _AT_ONCE):
        for row in _bodies(engine, first):
            requests.append(_request(row, folder))
            for one, people in _lists(row, folder):
                lists[one] += people
    return Requests(tuple(requests), dict(lists))


def _bodies(engine: Engine, first: int) -> list[Row]:
    """Some requests in their order: whom they are for, how many people, their parts as text."""
    listed = (f"string_agg({kind}, chr(10) ORDER BY person_json)" for kind in IDENTIFIERS)
    return engine.rows(
        "SELECT step, number, lot, part, any_value(audience), count(*), "
        f"string_agg(person_json, ',' ORDER BY person_json), {', '.join(listed)} "
        f"FROM handed_over WHERE request BETWEEN {first} AND {first + _AT_ONCE - 1} "
        "GROUP BY step, number, lot, part ORDER BY step, number, lot, part"
    )


def _request(row: Row, folder: Path) -> Request:
    """Write one request."""
    step, number, lot, part, audience, people, users = row[:7]
    data = body(list(OPERATIONS)[step - 1], users)
    request = Request(step, number, lot, part, audience, people, len(data))
    (folder / request.name).write_bytes(data)
    return request


def _lists(row: Row, folder: Path) -> Iterator[tuple[Hashes, int]]:
    """Add to the lists that the website takes: one identifier each, one hash a line."""
    step, number, lot = row[:3]
    for kind, hashes in enumerate(row[7:]):
        if hashes is not None:
            one = Hashes(step, number, lot, kind)
            with (folder / one.name).open("a", encoding="ascii", newline="") as file:
                file.write(f"{hashes}\n")
            yield one, hashes.count("\n") + 1


def _in_json(handed: str) -> str:
    """SQL: who is handed over, as a request says it."""
    fields = ", ".join(f"""'"{_FIELDS[kind]}":["' || {kind} || '"]'""" for kind in IDENTIFIERS)
    order = " ".join(f"WHEN {literal(o)} THEN {n}" for n, o in enumerate(OPERATIONS, start=1))
    return (
        f"SELECT number, audience, CASE operation {order} END AS step, lot, "
        f"{', '.join(IDENTIFIERS)}, '{{' || concat_ws(',', {fields}) || '}}' AS person_json "
        f"FROM ({handed})"
    )


def _number(engine: Engine, handed: str, size: int) -> None:
    engine.run(
        "CREATE OR REPLACE TABLE handed_over AS SELECT *, "
        "dense_rank() OVER (ORDER BY step, number, lot, part) AS request FROM ("
        f"SELECT *, (row_number() OVER (PARTITION BY step, number, lot ORDER BY person_json) - 1) "
        f"// {size} + 1 AS part FROM (SELECT DISTINCT * FROM ({_in_json(handed)}))) "
        "ORDER BY request, person_json"
    )
