"""Whether a history is what was written: every batch there, sealed, and each file as it was."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from targeter.errors import BadData
from targeter.folders import MANIFEST, seal_of, sha256_of
from targeter.history.log import Line, expected
from targeter.history.rewriting import is_halfway

LOST, ALTERED, UNREADABLE, STRANGE = "lost", "altered", "unreadable", "not of this batch"
HALFWAY = "left halfway by somebody who was rewriting it"


@dataclass(frozen=True, slots=True)
class Fault:
    """A file of the history that isn't what was written, and how; `file` is None for all of it."""

    batch: str
    file: str | None
    what: str

    @property
    def told(self) -> str:
        """What is wrong, in a sentence."""
        whole = self.file is None or self.file == MANIFEST
        subject = f"the batch {self.batch}"
        if not whole:
            subject = f"{self.file} of {subject}"
        match self.what:
            case "lost":
                return f"{subject} was lost"
            case "altered":
                return f"{subject} was altered after it was written"
            case "unreadable":
                return f"{subject} can't be read"
        return f"{subject} is {self.what}"

    @property
    def help(self) -> str:
        if self.what == HALFWAY:
            return "run what was stopped again: it puts the batch right first"
        if self.file is None:
            gone = f"targeter history --give-up {self.batch}"
            return f"restore it, or say with {gone} that it is gone for good"
        return (
            "restore the batch, or move its folder out of the history and say so with "
            f"targeter history --give-up {self.batch}: then nobody was contacted by it"
        )


def batches_of(folder: Path) -> tuple[Path, ...]:
    """The batches of a history; a folder without a manifest was never finished or isn't ours."""
    if not folder.is_dir():
        return ()
    found = (path for path in folder.iterdir() if not path.name.startswith("."))
    return tuple(sorted(path for path in found if (path / MANIFEST).is_file()))


def whole_batches(folder: Path, files: Collection[str] | None = None) -> tuple[Path, ...]:
    """The batches, with these files of theirs (None: all) unaltered.

    Raises `BadData` with the first fault.
    """
    for fault in faults(folder, files):
        raise BadData(fault.told, help=fault.help)
    return batches_of(folder)


def refuse_altered(batch: Path, files: Collection[str]) -> None:
    """Raise `BadData` where one of these files of a batch isn't what was written."""
    for fault in _faults_in(batch, expected(batch.parent).get(batch.name, {}), files):
        raise BadData(fault.told, help=fault.help)


def faults(folder: Path, files: Collection[str] | None = None) -> Iterator[Fault]:
    """What is wrong with a history; `files` are those to look at, None all of them."""
    # the log comes first: a batch is logged after it is there, so none is missed that only began
    logged = expected(folder)
    there = batches_of(folder)
    names = {batch.name for batch in there}
    for name, line in logged.items():
        if "batch" in line and name not in names:
            yield Fault(name, None, HALFWAY if is_halfway(folder, name) else LOST)
    for batch in there:
        yield from _faults_in(batch, logged.get(batch.name, {}), files)


def _faults_in(batch: Path, logged: Line, files: Collection[str] | None) -> Iterator[Fault]:
    manifest = manifest_of(batch, logged)
    if manifest is None:
        yield Fault(batch.name, MANIFEST, ALTERED)
        return
    digests = _digests(manifest)
    for name in sorted(digests if files is None else files):
        what = _fault_of(batch / name, digests.get(name))
        if what:
            yield Fault(batch.name, name, what)
    if files is None:
        for path in sorted(batch.iterdir()):
            if path.name not in digests and path.name != MANIFEST:
                yield Fault(batch.name, path.name, STRANGE)


def _fault_of(path: Path, digest: str | None) -> str | None:
    if digest is None:
        return STRANGE
    try:
        return None if sha256_of(path) == digest else ALTERED
    except FileNotFoundError:
        return LOST
    except OSError:
        return UNREADABLE


def manifest_of(batch: Path, logged: Line) -> Mapping[str, Any] | None:
    """A batch's manifest; None where it isn't what was written, as its seal and the log say."""
    path = batch / MANIFEST
    try:
        digest = sha256_of(path)
        if digest not in (logged.get("manifest", digest), logged.get("before")):
            return None
        manifest = json.loads(path.read_text(encoding="utf-8"))
        whole = isinstance(manifest, dict) and manifest["seal"] == seal_of(manifest)
        return manifest if whole and _digests(manifest) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _digests(manifest: Mapping[str, Any]) -> dict[str, str]:
    return {str(file["name"]): str(file["sha256"]) for file in manifest["files"]}
