"""Folders and files that are written whole or not at all, and read by their owner alone."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from targeter.interrupts import undisturbed

MANIFEST = "manifest.json"
_SCRATCH = "targeter-"
_IN_USE = ".in-use"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a folder of our own among the system's temporary ones, gone when the block is left.

    A process that is killed leaves its folder; whoever makes the next one removes it. The system
    lets go of the lock in it when its process ends, so no number of a process can mislead.
    """
    _remove_abandoned(Path(tempfile.gettempdir()))
    with ExitStack() as afterwards:
        with undisturbed():
            folder = Path(tempfile.mkdtemp(prefix=_SCRATCH))
            afterwards.callback(_put_away, folder, _held(folder))
        yield folder


def _put_away(folder: Path, handle: int) -> None:
    with undisturbed():
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _held(folder: Path) -> int:
    """Lock a file, and only then give it the name by which others know that it is locked."""
    nameless = folder / f"{_IN_USE}.new"
    handle = os.open(nameless, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    nameless.rename(folder / _IN_USE)
    return handle


def _remove_abandoned(parent: Path) -> None:
    """Remove scratch folders that nobody holds: this user's, and only those that we made."""
    for folder in parent.glob(f"{_SCRATCH}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            handle = os.open(folder / _IN_USE, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:
            continue  # not ours, or just gone
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass  # in use
        finally:
            os.close(handle)


@contextmanager
def whole_folder(target: Path, *, synced: bool = True) -> Iterator[Path]:
    """Yield a temporary folder that becomes `target` once everything is in it.

    `target` may be there when it is empty. Raises `OSError` where it can't be written; whatever
    is raised, nothing is left behind. What can be made again need not be `synced` to the disk.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary: Path | None = None
    try:
        with undisturbed():  # whoever is stopped from here on knows what to remove
            temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        yield temporary
        for path in sorted(temporary.iterdir()):
            path.chmod(0o600)
            if synced:
                sync(path)
        if synced:
            sync(temporary)
        temporary.rename(target)
        if synced:
            sync(target.parent)
    finally:
        with undisturbed():
            if temporary is not None:
                shutil.rmtree(temporary, ignore_errors=True)


def write_whole(target: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all. Raises `OSError` where it can't be."""
    temporary: Path | None = None
    try:
        with undisturbed():
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            temporary = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(target)
        sync(target.parent)
    finally:
        with undisturbed():
            if temporary is not None:
                temporary.unlink(missing_ok=True)


def write_text_whole(target: Path, text: str) -> None:
    """Write a file of the project's that anybody may read, whole or not at all."""
    target.parent.mkdir(exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        temporary.write_bytes(text.encode())
        temporary.replace(target)
    finally:
        with undisturbed():
            temporary.unlink(missing_ok=True)


def own_name(path: Path, folder: Path) -> Path:
    """A name in a folder of ours for a file that somebody else may remove meanwhile.

    Another name of the file where that can be, else a copy. Raises `OSError`.
    """
    own = folder / path.name
    own.unlink(missing_ok=True)
    try:
        os.link(path, own)
    except OSError:  # another file system, or one without links
        shutil.copyfile(path, own)
    return own


def seal_of(document: Mapping[str, object]) -> str:
    """A digest of everything a manifest says but its own seal."""
    rest = {key: value for key, value in document.items() if key != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Have what was written to a file or a folder on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
