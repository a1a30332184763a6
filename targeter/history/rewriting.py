"""A batch rewritten: other files under the same name and a new seal, or as it was before.

The new folder is made beside the old one and takes its place by two renames. Who dies between them
leaves the old one hidden, and the next writer puts it back.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from targeter.folders import MANIFEST, seal_of, sha256_of, sync
from targeter.history.log import note_rewriting, note_rewritten
from targeter.interrupts import undisturbed

_OLD = ".was"


@dataclass(slots=True)
class Draft:
    """A batch that is being rewritten: its files, and what its manifest says of each.

    `before` is the batch as it is until then.
    """

    folder: Path
    before: Path
    manifest: dict[str, Any]
    is_changed: bool = False

    @property
    def files(self) -> list[dict[str, Any]]:
        """What the manifest says of each file, in its order."""
        files: list[dict[str, Any]] = self.manifest["files"]
        return files

    def file(self, name: str) -> dict[str, Any] | None:
        return next((file for file in self.files if file["name"] == name), None)

    def replace(self, name: str, path: Path, **counts: int) -> None:
        """Put a file in the place of another, and say what is counted in it now."""
        target = self.folder / name
        target.unlink()  # a link to the old batch: what is written must be another file
        shutil.move(path, target)
        entry = self.file(name)
        assert entry is not None
        entry.update(
            {**{k: v for k, v in counts.items() if k in entry}, "sha256": sha256_of(target)}
        )
        self.is_changed = True

    def remove(self, name: str) -> None:
        """Take a file out of the batch."""
        (self.folder / name).unlink()
        self.manifest["files"] = [file for file in self.files if file["name"] != name]
        self.is_changed = True


@contextmanager
def rewritten(folder: Path, batch: str) -> Iterator[Draft]:
    """Yield a batch to be changed; it takes its own place, sealed anew, where it was.

    Raises `OSError` where it can't be written; then, and whatever is raised, it is as before.
    """
    there = folder / batch
    manifest = json.loads((there / MANIFEST).read_text(encoding="utf-8"))
    temporary = Path(tempfile.mkdtemp(prefix=f".{batch}.", dir=folder))
    try:
        for path in there.iterdir():
            _link(path, temporary / path.name)
        draft = Draft(temporary, there, manifest)
        yield draft
        if draft.is_changed:
            _seal(draft)
            with undisturbed():
                _swap(folder, batch, temporary, str(manifest["as_of"]))
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        _put_right(folder, folder / f".{batch}{_OLD}")


def _link(path: Path, target: Path) -> None:
    """The same file under another name, or a copy where the file system knows none."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def _seal(draft: Draft) -> None:
    rest = {key: value for key, value in draft.manifest.items() if key != "seal"}
    whole = {**rest, "seal": seal_of(rest)}
    path = draft.folder / MANIFEST
    path.unlink()
    path.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    for one in sorted(draft.folder.iterdir()):
        one.chmod(0o600)
        sync(one)
    sync(draft.folder)


def _swap(folder: Path, batch: str, temporary: Path, day: str) -> None:
    there, old = folder / batch, folder / f".{batch}{_OLD}"
    before, now = sha256_of(there / MANIFEST), sha256_of(temporary / MANIFEST)
    note_rewriting(folder, {"batch": batch, "day": day, "manifest": now, "before": before})
    there.rename(old)
    temporary.rename(there)
    sync(folder)
    note_rewritten(folder, batch, day)
    shutil.rmtree(old)


def is_halfway(folder: Path, batch: str) -> bool:
    """Whether somebody who rewrote a batch died when it was hidden."""
    return (folder / f".{batch}{_OLD}").is_dir()


def put_right(folder: Path) -> None:
    """Finish or undo what was rewritten by somebody who died; for who holds the history."""
    for old in sorted(folder.glob(f".*{_OLD}")):
        _put_right(folder, old)


def _put_right(folder: Path, old: Path) -> None:
    if not old.is_dir():
        return
    there = folder / old.name[1 : -len(_OLD)]
    if not there.exists():
        old.rename(there)
        sync(folder)
        return
    day = json.loads((there / MANIFEST).read_text(encoding="utf-8"))["as_of"]
    note_rewritten(folder, there.name, str(day))
    shutil.rmtree(old)
