"""The sender's reports read and kept: which messages went out and which failed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from targeter.database import Engine, literal
from targeter.errors import BadData, WrongUsage
from targeter.findings import Finding, Place
from targeter.folders import sha256_of, write_whole
from targeter.history.contacts import FILE, MESSAGE
from targeter.history.intact import whole_batches
from targeter.history.log import note_reported
from targeter.history.told import TOLD, load_told, name_of, reports_of

_COLUMNS = {
    "n": "INTEGER",
    "message_id": "VARCHAR",
    "batch": "VARCHAR",
    "person": "VARCHAR",
    "sent": "BOOLEAN",
}
_KEYS = ("message_id", "plan_id", "person_id")
_MOST_SHOWN = 50
# A key without the quote that our CSV has before what a spreadsheet would run.
_ARMED = "CASE WHEN starts_with(r.person, chr(39)) THEN substr(r.person, 2) END"


@dataclass(frozen=True, slots=True)
class Told:
    """What was recorded: messages newly known as sent and failed; `file` is None for nothing new.

    `known` counts what was told before with the same words.
    """

    sent: int
    failed: int
    known: int
    file: str | None


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a report: by message id, or by plan and person."""

    place: Place
    message_id: str | None
    batch: str | None
    person: str | None
    sent: bool


def message_id(plan: str, person: str) -> str:
    """SQL for a message's id, of SQL for its plan and person: the same wherever it is made."""
    return f"substr(sha256({plan} || ':' || {person}), 1, 32)"


def record(engine: Engine, folder: Path, sent: Path | None, failed: Path | None) -> Told:
    """Keep what the sender tells of messages, all of it or nothing; the last word counts.

    A file is CSV with a heading, or JSON Lines (`.jsonl`, `.json`), with `message_id`, or with
    `plan_id` and `person_id`. Raises `BadData` with every row that names no message.
    """
    rows: list[_Row] = []
    found: list[Finding] = []
    for path, was_sent in ((sent, True), (failed, False)):
        if path is not None:
            rows += _read(path, was_sent, found)
    load_told(engine, folder)
    _match(engine, folder, rows, found)
    if found:
        count = "1 row" if len(found) == 1 else f"{len(found):,} rows"
        message = f"{count} of the report can't be used, so nothing was recorded"
        help_ = f"these are the first {_MOST_SHOWN}" if len(found) > _MOST_SHOWN else ""
        raise BadData(message, help=help_, findings=found[:_MOST_SHOWN])
    return _keep(engine, folder)


# -- reading ---------------------------------------------------------------------------------


def _read(path: Path, sent: bool, found: list[Finding]) -> Iterator[_Row]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise WrongUsage(f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise BadData(f"{path.name} can't be read", help="CSV or JSON Lines, in UTF-8") from error
    is_json = path.suffix in (".jsonl", ".json", ".ndjson")
    lines = _json_lines(text, path, found) if is_json else _csv_lines(text, path, found)
    for number, values in lines:
        place = Place(path.name, number, 1)
        given = {key: _text(values.get(key)) for key in _KEYS}
        if not given["message_id"] and not (given["plan_id"] and given["person_id"]):
            message = "a row without message_id, or without plan_id and person_id"
            found.append(Finding("TG711", message, place))
            continue
        yield _Row(place, given["message_id"], given["plan_id"], given["person_id"], sent)


def _text(value: object) -> str | None:
    """A key as text; half of a character, which JSON can write, is a question mark."""
    text = str(value).strip() if isinstance(value, str | int) else ""
    return text.encode(errors="replace").decode() or None


def _json_lines(
    text: str, path: Path, found: list[Finding]
) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            values = None
        if isinstance(values, dict):
            yield number, values
        else:
            message = "a line that is no JSON object"
            found.append(Finding("TG711", message, Place(path.name, number, 1)))


def _csv_lines(
    text: str, path: Path, found: list[Finding]
) -> Iterator[tuple[int, Mapping[str, object]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        names = set(reader.fieldnames or ())
        if "message_id" not in names and not {"plan_id", "person_id"} <= names:
            message = "the heading has neither message_id nor plan_id and person_id"
            help_ = "the first line names the columns, with commas between them"
            found.append(Finding("TG716", message, Place(path.name, 1, 1), help_))
            return
        for values in reader:
            yield reader.line_num, values
    except csv.Error as error:
        place = Place(path.name, max(reader.reader.line_num, 1), 1)
        found.append(Finding("TG711", f"a row that is no CSV: {error}", place))


# -- matching --------------------------------------------------------------------------------


def _match(engine: Engine, folder: Path, rows: list[_Row], found: list[Finding]) -> None:
    """Fill `report` (batch, person, sent); a row that names no message is found."""
    engine.load(
        "report_rows",
        _COLUMNS,
        ((n, r.message_id, r.batch, r.person, r.sent) for n, r in enumerate(rows)),
    )
    engine.load("messages", dict.fromkeys(("batch", "person", "message_id"), "VARCHAR"), ())
    for batch in whole_batches(folder, (FILE,)):
        name = literal(batch.name)
        engine.run(
            f"INSERT INTO messages SELECT {name}, person, {message_id(name, 'person')} "
            f"FROM read_parquet({literal(str(batch / FILE))}) WHERE event = {literal(MESSAGE)}"
        )
    # one join by either would compare every row with every message
    engine.run(
        "CREATE OR REPLACE TABLE report AS SELECT r.n, coalesce(i.batch, p.batch, q.batch) AS "
        "batch, coalesce(i.person, p.person, q.person) AS person, r.sent FROM report_rows AS r "
        "LEFT JOIN messages AS i ON i.message_id = r.message_id "
        "LEFT JOIN messages AS p ON r.message_id IS NULL AND p.batch = r.batch "
        "AND p.person = r.person LEFT JOIN messages AS q ON r.message_id IS NULL "
        f"AND q.batch = r.batch AND q.person = {_ARMED} AND p.batch IS NULL"
    )
    unknown = "SELECT n, 'no message in the history is this one' FROM report WHERE batch IS NULL"
    both = (
        "SELECT min(n), 'told to be sent and to have failed' FROM report "
        "WHERE batch IS NOT NULL GROUP BY batch, person HAVING count(DISTINCT sent) > 1"
    )
    for number, what in engine.rows(f"{unknown} UNION ALL {both} ORDER BY 1"):
        found.append(Finding("TG711", str(what), rows[number].place))


def _keep(engine: Engine, folder: Path) -> Told:
    """Write what is new as a file of its own."""
    engine.run(
        "CREATE OR REPLACE TABLE news AS SELECT DISTINCT r.batch, r.person, r.sent "
        f"FROM report AS r LEFT JOIN {TOLD} AS t USING (batch, person) "
        "WHERE t.sent IS DISTINCT FROM r.sent"
    )
    sent, failed = engine.row("SELECT count(*) FILTER (sent), count(*) FILTER (NOT sent) FROM news")
    known = engine.value("SELECT count(DISTINCT (batch, person)) FROM report") - sent - failed
    if not sent and not failed:
        return Told(0, 0, known, None)
    path = engine.scratch / "news.parquet"
    engine.run(
        f"COPY (SELECT * FROM news ORDER BY ALL) TO {literal(str(path))} "
        "(FORMAT parquet, COMPRESSION zstd)"
    )
    number = max((number for number, _ in reports_of(folder)), default=0) + 1
    name = name_of(number, sha256_of(path))
    write_whole(folder / name, path.read_bytes())
    note_reported(folder, name)
    path.unlink()
    return Told(sent, failed, known, name)
