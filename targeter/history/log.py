"""What was done to a history, a line each: by it a batch that was lost is missed.

The log has no clock: a line holds the plan's own day, so the same work writes the same lines.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from targeter.errors import BadData, WrongUsage
from targeter.folders import MANIFEST, sha256_of, write_whole

LOG = "log.jsonl"
RENDERED, REPORTED, GIVEN_UP, DROPPED = "rendered", "reported", "given_up", "dropped"
# A batch is about to be rewritten, and was; people were forgotten, who are only counted.
REWRITING, REWRITTEN, FORGOTTEN = "rewriting", "rewritten", "forgotten"

Line = Mapping[str, str]


def read_log(folder: Path) -> tuple[Line, ...]:
    """The lines of a history's log, oldest first. Raises `BadData` for one that can't be read."""
    path = folder / LOG
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, ValueError) as error:
        raise _unreadable(folder, 0) from error
    return tuple(_line(line, number, folder) for number, line in enumerate(text.splitlines(), 1))


def _line(text: str, number: int, folder: Path) -> Line:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable(folder, number) from error
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise _unreadable(folder, number)
    return data


def _unreadable(folder: Path, number: int) -> BadData:
    where = f", line {number}" if number else ""
    message = f"the history {folder.name} has a log that can't be read: {LOG}{where}"
    return BadData(message, help="restore it: without it nobody would miss a batch that is lost")


def expected(folder: Path) -> dict[str, Line]:
    """By its name, the newest line of every batch and report that should be there."""
    newest: dict[str, Line] = {}
    for line in read_log(folder):
        name = line.get("batch") or line.get("file") or ""
        if line.get("event") in (GIVEN_UP, DROPPED):
            newest.pop(name, None)
        elif name:
            newest[name] = line
    return newest


def order_of(folder: Path) -> Mapping[str, int]:
    """By its name, how many others were rendered before a batch: days don't tell of two batches of
    one day. Who died before it could log its batch was the last one, as the next writer logs it."""
    order: dict[str, int] = {}
    for line in read_log(folder):
        if line.get("event") == RENDERED:
            order.setdefault(line.get("batch", ""), len(order))
    return order


def note_rendered(folder: Path, batch: str, day: str) -> None:
    """Log a batch that is there now."""
    digest = sha256_of(folder / batch / MANIFEST)
    line = {"event": RENDERED, "batch": batch, "day": day, "manifest": digest}
    try:
        _append(folder, line)
    except OSError:
        pass  # the batch is whole without it, and the next writer logs what isn't logged


def note_reported(folder: Path, file: str) -> None:
    """Log a file of what the sender told."""
    _append(folder, {"event": REPORTED, "file": file})


def note_dropped(folder: Path, name: str) -> None:
    """Log that a batch or a report is older than it is kept: from now on nobody misses it."""
    _append(folder, {"event": DROPPED, "batch": name})


def note_rewriting(folder: Path, line: Line) -> None:
    """Log that a batch is about to have another manifest: until it has, both are taken as whole.

    `line` has its name, its day, its `manifest` to come and the one of `before`.
    """
    _append(folder, {"event": REWRITING, **line})


def note_rewritten(folder: Path, batch: str, day: str) -> None:
    """Log a batch that was rewritten: from now on nothing of before is taken for it."""
    digest = sha256_of(folder / batch / MANIFEST)
    _append(folder, {"event": REWRITTEN, "batch": batch, "day": day, "manifest": digest})


def note_forgotten(folder: Path, people: int, batches: int) -> None:
    """Log that people were forgotten, and in how many batches they stood; it names nobody."""
    _append(folder, {"event": FORGOTTEN, "people": str(people), "batches": str(batches)})


def was_forgotten(folder: Path) -> bool:
    """Whether anybody was ever forgotten, as the log says."""
    return any(line.get("event") == FORGOTTEN for line in read_log(folder))


def note_unlogged(folder: Path) -> None:
    """Log the batches whose render died before it could, and those that were brought here."""
    there = expected(folder)
    paths = (path for path in folder.glob(f"*/{MANIFEST}") if not path.parent.name.startswith("."))
    for path in sorted(paths):
        batch = path.parent.name
        if batch in there:
            continue
        try:
            day = str(json.loads(path.read_text(encoding="utf-8"))["as_of"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue  # who reads the batch will say what is wrong with it
        note_rendered(folder, batch, day)


def give_up(folder: Path, batch: str) -> None:
    """Say that a batch is gone for good: from now on nobody misses it, nobody in it was contacted.

    Raises `WrongUsage` for a batch that is there, or that nobody misses.
    """
    if (folder / batch / MANIFEST).is_file():
        message = f"the batch {batch} is there"
        raise WrongUsage(message, help="move its folder out of the history first")
    if batch not in expected(folder):
        raise WrongUsage(f"no batch {batch} is missed", help="targeter history lists them")
    _append(folder, {"event": GIVEN_UP, "batch": batch})


def _append(folder: Path, line: Line) -> None:
    """Add a line; the log is written anew, so that a crash leaves the old one."""
    path = folder / LOG
    before = path.read_bytes() if path.is_file() else b""
    write_whole(path, before + json.dumps(line).encode() + b"\n")
