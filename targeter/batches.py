"""Messages written as batches: whole or not at all, sorted, with one manifest.

A batch in the history is the record of who was contacted; there is no other.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from targeter import history
from targeter.database import Engine, identifier, literal
from targeter.errors import PlanRefused, TargeterError, WrongUsage
from targeter.folders import sha256_of, whole_folder
from targeter.plans import (
    ASSIGNMENTS,
    LEAVING,
    MANIFEST,
    Plan,
    read_manifest,
    write_manifest,
    write_table,
)

Format = Literal["jsonl", "csv", "parquet"]
COLUMNS = (
    "message_id",
    "person_id",
    "campaign",
    "rule",
    "template",
    "channel",
    "language",
    "text",
    "length",
    "link",
    "variant",
    "status",
)
KIND = "batch"
_NEW = "new_contacts"
_COPY = {
    "jsonl": "FORMAT json",
    "csv": "FORMAT csv, HEADER",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}
# What a spreadsheet reads as the beginning of a formula.
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
# Where readers such as Python's splitlines end a line and JSON doesn't, and how JSON escapes them.
_LINE_ENDS = {"\x85": b"\\u0085", "\u2028": b"\\u2028", "\u2029": b"\\u2029"}


class BatchFailed(TargeterError):
    """A batch could not be written or copied; nothing half-written is left."""


@dataclass(frozen=True, slots=True)
class Request:
    """In which format, how many messages a file has (None: all in one), and where a copy goes."""

    format: Format = "jsonl"
    batch_size: int | None = None
    copy_to: Path | None = None


@dataclass(frozen=True, slots=True)
class File:
    """One written file of messages, relative to the batch's folder."""

    name: str
    messages: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a render wrote into the history, and the folder of the copy if one was asked for.

    `is_new` is False when this plan was already there. `notes` say what else should be known.
    """

    plan_id: str
    folder: Path
    messages: int
    files: tuple[File, ...]
    is_new: bool
    copy: Path | None = None
    notes: tuple[str, ...] = ()


def write(engine: Engine, plan: Plan, request: Request, folder: Path) -> Rendered:
    """Write a plan's messages and contacts into `FOLDER/PLAN_ID` of the history.

    The rows are the engine's `assignments` and `leavers`. A plan that is there stays as it is.
    """
    if request.batch_size is not None and request.batch_size < 1:
        raise WrongUsage(f"a batch holds at least one message, not {request.batch_size}")
    there = already_there(plan.plan_id, request, folder)
    if there is not None:
        return there
    target = folder / plan.plan_id
    try:
        with whole_folder(target) as temporary:
            _number_rows(engine, plan.plan_id)
            files = tuple(_files(engine, request, temporary))
            kept = [_assignments(engine, temporary), _contacts(engine, plan, temporary)]
            write_manifest(temporary, _manifest(plan, request, files, kept))
        history.note_rendered(folder, plan.plan_id, plan.as_of.isoformat())
    except OSError as error:
        there = already_there(plan.plan_id, request, folder)
        if there is not None:  # somebody else rendered it meanwhile
            return there
        raise _failed(folder, error, "nothing was left behind") from error
    messages = sum(file.messages for file in files)
    copy = _copied(target, request)
    return Rendered(plan.plan_id, target, messages, files, is_new=True, copy=copy)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the history alone, from the first look at its contacts to the batch that is there.

    Raises `HistoryInUse` where another process writes to it.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(history.writing(folder))
        except OSError as error:
            raise _failed(folder, error, "nothing was left behind") from error
        yield


def _failed(folder: Path, error: OSError, help_: str) -> BatchFailed:
    reason = (error.strerror or "unknown").lower()
    message = f"batches can't be written to {folder.name}: {reason}"
    return BatchFailed(message, help=f"{help_}; --history DIR and --out DIR name other folders")


def already_there(plan: str, request: Request, folder: Path) -> Rendered | None:
    """What was rendered before of this plan; another format would send it a second time."""
    target = folder / plan
    if not target.is_dir():
        return None
    try:
        manifest = read_manifest(target)
        files = tuple(_messages_in(manifest))
        messages, written = int(manifest["messages"]), str(manifest["format"])
    except (PlanRefused, ValueError, KeyError, TypeError) as error:
        raise BatchFailed(
            f"the batch {plan} is there, but its manifest can't be read",
            help="restore it; without it nobody in it counts as contacted",
        ) from error
    if written != request.format:
        raise WrongUsage(
            f"this plan was rendered as {written} already, in {plan}",
            help=f"to try {request.format}, name a history for tries with --history DIR",
        )
    copy = _copied(target, request)
    return Rendered(plan, target, messages, files, is_new=False, copy=copy)


def _messages_in(manifest: Mapping[str, Any]) -> Iterator[File]:
    for file in manifest["files"]:
        if "messages" in file:
            yield File(str(file["name"]), int(file["messages"]), str(file["sha256"]))


def _copied(batch: Path, request: Request) -> Path | None:
    """A copy of the whole batch in another folder, where that is wanted and isn't there yet."""
    if request.copy_to is None:
        return None
    target = request.copy_to / batch.name
    try:
        if not target.exists():
            with whole_folder(target) as temporary:
                for path in batch.iterdir():
                    shutil.copyfile(path, temporary / path.name)
        elif (target / MANIFEST).read_bytes() != (batch / MANIFEST).read_bytes():
            message = f"{request.copy_to.name} has another batch {batch.name} already"
            raise WrongUsage(message, help="name another folder with --out DIR")
    except OSError as error:
        help_ = f"the batch itself is in {batch.parent.name}; render the same plan again"
        raise _failed(request.copy_to, error, help_) from error
    return target


def _number_rows(engine: Engine, plan: str) -> None:
    """The rows of the export, numbered by person, so that files are the same in every run."""
    shown = ", ".join(identifier(name) for name in COLUMNS[2:])
    message_id = history.message_id(literal(plan), "person")
    engine.run(
        "CREATE OR REPLACE TABLE export AS SELECT row_number() OVER (ORDER BY person) AS n, "
        f"{message_id} AS message_id, person AS person_id, {shown} FROM {ASSIGNMENTS} WHERE outcome = 'message'"
    )


def _assignments(engine: Engine, folder: Path) -> dict[str, object]:
    """Every assignment, so that a later plan can be compared with what was sent."""
    path = folder / f"{ASSIGNMENTS}.parquet"
    shutil.move(write_table(engine, ASSIGNMENTS), path)
    return {"name": path.name, "sha256": sha256_of(path)}


def _contacts(engine: Engine, plan: Plan, folder: Path) -> dict[str, object]:
    """Who was contacted by this batch. The held-out weren't, nor who stays in an audience."""
    at = f"{literal(history.moment(plan.as_of).isoformat(sep=' '))}::TIMESTAMP"
    promoted = ", ".join(map(literal, plan.promoted)) or "NULL"
    entered, message = literal(history.ENTERED), literal(history.MESSAGE)
    event = f"CASE WHEN channel IN ({promoted}) THEN {entered} ELSE {message} END"
    said = "campaign, rule, template, channel, text"
    engine.load(_NEW, history.COLUMNS, ())
    engine.run(
        f"INSERT INTO {_NEW} SELECT person, {at}, event, {said} FROM ("
        f"SELECT person, {event} AS event, {said} FROM {ASSIGNMENTS} "
        "WHERE outcome = 'message' AND status IS DISTINCT FROM 'staying' "
        f"UNION ALL SELECT person, {literal(history.LEFT)}, {said} FROM {LEAVING} "
        f"UNION ALL SELECT person, {literal(history.HANDED_OVER)}, {said} FROM {ASSIGNMENTS} "
        "WHERE outcome = 'handed_over')"
    )
    path = engine.scratch / history.FILE
    engine.run(
        f"COPY (SELECT * FROM {_NEW} ORDER BY ALL) "
        f"TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
    )
    shutil.move(path, folder / history.FILE)
    count = engine.value(f"SELECT count(*) FROM {_NEW}")
    return {
        "name": history.FILE,
        history.CONTACTS: count,
        "sha256": sha256_of(folder / history.FILE),
    }


def _files(engine: Engine, request: Request, folder: Path) -> Iterator[File]:
    total = int(engine.value("SELECT count(*) FROM export"))
    size = request.batch_size or max(total, 1)
    count = max((total + size - 1) // size, 1)
    escaped = request.format == "jsonl" and _has_line_ends(engine)
    for number in range(count):
        name = f"messages-{number + 1:04d}.{request.format}"
        first, last = number * size + 1, min((number + 1) * size, total)
        path = engine.scratch / name
        shown = ", ".join(_exported(column, request.format) for column in COLUMNS)
        engine.run(
            f"COPY (SELECT {shown} FROM export WHERE n BETWEEN {first} AND {last} ORDER BY n) "
            f"TO {literal(str(path))} ({_COPY[request.format]})"
        )
        if escaped:
            _keep_lines_whole(path)
        target = folder / name
        shutil.move(path, target)
        yield File(name, max(last - first + 1, 0), sha256_of(target))


def _has_line_ends(engine: Engine) -> bool:
    test = f"regexp_matches(concat_ws(' ', person_id, text, link), '[{''.join(_LINE_ENDS)}]')"
    return bool(engine.value(f"SELECT coalesce(bool_or({test}), false) FROM export"))


def _keep_lines_whole(path: Path) -> None:
    """One message, one line: for those too who end a line where JSON doesn't."""
    safe = path.with_suffix(".safe")
    with path.open("rb") as lines, safe.open("wb") as out:
        for line in lines:
            for end, escaped in _LINE_ENDS.items():
                line = line.replace(end.encode(), escaped)
            out.write(line)
    safe.replace(path)


def _exported(column: str, format_: Format) -> str:
    """A column as it is written: in CSV a text that a spreadsheet would run gets a quote first."""
    name = identifier(column)
    if format_ != "csv" or column == "length":
        return name
    pattern = literal(_FORMULA)
    return (
        f"CASE WHEN regexp_matches({name}, {pattern}) THEN '''' || {name} ELSE {name} END AS {name}"
    )


def _manifest(
    plan: Plan, request: Request, files: tuple[File, ...], kept: list[dict[str, object]]
) -> dict[str, object]:
    written = [{"name": f.name, "messages": f.messages, "sha256": f.sha256} for f in files]
    return {
        **plan.as_json(),
        "kind": KIND,
        "format": request.format,
        "csv_formula_guard": request.format == "csv",
        "columns": list(COLUMNS),
        "files": [*written, *kept],
    }
