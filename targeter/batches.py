"""Messages written as batches: whole or not at all, sorted, with one manifest."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import targeter
from targeter.database import identifier, literal
from targeter.errors import TargeterError, WrongUsage
from targeter.outcomes import RESULTS
from targeter.rendering import link_of
from targeter.reports import plan_id
from targeter.runs import Run

Format = Literal["jsonl", "csv", "parquet"]
COLUMNS = (
    "person_id",
    "campaign",
    "rule",
    "template",
    "channel",
    "language",
    "text",
    "length",
    "link",
)
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
    """A batch could not be written; nothing of it is left."""


@dataclass(frozen=True, slots=True)
class Request:
    """Where batches go, in which format, and how many messages a file has (None: all in one)."""

    folder: Path
    format: Format = "jsonl"
    batch_size: int | None = None


@dataclass(frozen=True, slots=True)
class File:
    """One written file, relative to the batch's folder."""

    name: str
    messages: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a render wrote. `is_new` is False when this plan was already there."""

    plan_id: str
    folder: Path
    messages: int
    files: tuple[File, ...]
    is_new: bool


def write(run: Run, request: Request) -> Rendered:
    """Write the messages of a plan into `FOLDER/PLAN_ID`; a plan that is there stays as it is."""
    if request.batch_size is not None and request.batch_size < 1:
        raise WrongUsage(f"a batch holds at least one message, not {request.batch_size}")
    plan = plan_id(run)
    target = request.folder / plan
    if target.is_dir():
        return _already_there(target, plan, request)
    try:
        request.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = request.folder / f".{plan}.{os.getpid()}"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(mode=0o700)
    except OSError as error:
        raise _failed(request, error) from error
    try:
        _export_rows(run)
        files = tuple(_files(run, request, temporary))
        _manifest(run, request, plan, files, temporary)
        _synced(temporary)
        temporary.rename(target)
        _sync(request.folder)
    except OSError as error:
        raise _failed(request, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return Rendered(plan, target, sum(file.messages for file in files), files, is_new=True)


def _failed(request: Request, error: OSError) -> BatchFailed:
    reason = (error.strerror or "unknown").lower()
    return BatchFailed(
        f"batches can't be written to {request.folder.name}: {reason}",
        help="nothing was left behind; name another folder with --out DIR",
    )


def _already_there(target: Path, plan: str, request: Request) -> Rendered:
    """What was written before; a second format would be the same messages a second time."""
    try:
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
        files = tuple(File(f["name"], f["messages"], f["sha256"]) for f in manifest["files"])
        rendered = Rendered(plan, target, int(manifest["messages"]), files, is_new=False)
        written = str(manifest["format"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BatchFailed(
            f"the batch {target.name} is there, but its manifest can't be read",
            help="move that folder away and render again",
        ) from error
    if written != request.format:
        raise WrongUsage(
            f"this plan was rendered as {written} already, in {target.name}",
            help=f"name another folder for {request.format} with --out DIR",
        )
    return rendered


def _export_rows(run: Run) -> None:
    """The rows of the export, numbered by person, so that files are the same in every run."""
    choices = [
        (
            c.number,
            c.rule.campaign,
            c.rule.name,
            c.template.id,
            c.channel.name,
            c.template.language,
            link_of(c),
        )
        for c in run.decisions.choices
    ]
    columns = {
        "choice": "INTEGER",
        "campaign": "VARCHAR",
        "rule": "VARCHAR",
        "template": "VARCHAR",
        "channel": "VARCHAR",
        "language": "VARCHAR",
        "link": "VARCHAR",
    }
    run.engine.load("export_choices", columns, choices)
    run.engine.run(
        "CREATE OR REPLACE TABLE export AS SELECT row_number() OVER (ORDER BY r.person) AS n, "
        "r.person AS person_id, c.campaign, c.rule, c.template, c.channel, c.language, "
        f"r.text, r.length, c.link FROM {RESULTS} AS r JOIN export_choices AS c USING (choice) "
        "WHERE r.outcome = 'message'"
    )


def _files(run: Run, request: Request, folder: Path) -> Iterator[File]:
    total = int(run.engine.value("SELECT count(*) FROM export"))
    size = request.batch_size or max(total, 1)
    count = max((total + size - 1) // size, 1)
    escaped = request.format == "jsonl" and _has_line_ends(run)
    for number in range(count):
        name = f"messages-{number + 1:04d}.{request.format}"
        first, last = number * size + 1, min((number + 1) * size, total)
        path = run.engine.scratch / name
        shown = ", ".join(_exported(column, request.format) for column in COLUMNS)
        run.engine.run(
            f"COPY (SELECT {shown} FROM export WHERE n BETWEEN {first} AND {last} ORDER BY n) "
            f"TO {literal(str(path))} ({_COPY[request.format]})"
        )
        if escaped:
            _keep_lines_whole(path)
        target = folder / name
        shutil.move(path, target)
        target.chmod(0o600)
        yield File(name, max(last - first + 1, 0), _sha256(target))


def _has_line_ends(run: Run) -> bool:
    test = f"regexp_matches(concat_ws(' ', person_id, text, link), '[{''.join(_LINE_ENDS)}]')"
    return bool(run.engine.value(f"SELECT coalesce(bool_or({test}), false) FROM export"))


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


def _manifest(run: Run, request: Request, plan: str, files: tuple[File, ...], folder: Path) -> None:
    manifest = {
        "format_version": 1,
        "plan_id": plan,
        "targeter": targeter.__version__,
        "as_of": run.bound.today.isoformat(),
        "people": run.profiles.people,
        "messages": sum(file.messages for file in files),
        "outcomes": run.outcomes,
        "format": request.format,
        "csv_formula_guard": request.format == "csv",
        "columns": list(COLUMNS),
        "files": [{"name": f.name, "messages": f.messages, "sha256": f.sha256} for f in files],
        "rules": {
            file.path: hashlib.sha256(file.text.encode()).hexdigest()
            for file in sorted(run.project.files, key=lambda file: file.path)
        },
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    path.chmod(0o600)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _synced(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
