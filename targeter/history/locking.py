"""One writer at a time: a history is locked while somebody renders or changes what it holds."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from targeter.errors import TargeterError
from targeter.history.log import note_unlogged
from targeter.history.rewriting import put_right
from targeter.interrupts import undisturbed

_LOCK = ".lock"
# What a render that died leaves: the temporary folder of a batch, the half of a file.
_LEFTOVER = re.compile(
    r"\.(?:[0-9a-f]{16}|log\.jsonl|forgotten\.json|reported-\d+-[0-9a-f]{16}\.parquet)\..+"
)


class HistoryInUse(TargeterError):
    """Somebody else writes to this history now."""


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold a history alone, from the first look to the last write, and clear up after the dead.

    The system lets go of the lock when its process ends, however that happens, so no lock is ever
    stale. Raises `HistoryInUse` where somebody holds it, `OSError` where it can't be written.
    """
    is_new, handle = not folder.exists(), -1
    try:
        with undisturbed():  # whoever is stopped from here on knows what to let go of
            handle = _locked(folder)
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()}\n".encode())
        put_right(folder)
        _remove_leftovers(folder)
        note_unlogged(folder)
        yield
    finally:
        with undisturbed():
            if handle >= 0:
                (folder / _LOCK).unlink(missing_ok=True)
                os.close(handle)
            if is_new:
                _remove_if_empty(folder)


def _locked(folder: Path) -> int:
    path = folder / _LOCK
    while True:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            if folder.is_dir():
                raise
            continue  # another one made the folder, failed, and took it away again
        try:
            _take(handle, folder)
            if _is_still(path, handle):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # its last holder removed the file while we waited for it


def _take(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(handle, 100).decode("ascii", "replace").strip() or "another process"
        raise HistoryInUse(
            f"{holder} is writing to the history {folder.name}",
            help="wait until it is done, then run this again: nothing was written",
        ) from None


def _is_still(path: Path, handle: int) -> bool:
    """Whether the locked file is the one that others will find."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _remove_leftovers(folder: Path) -> None:
    """Remove what a writer that died has left; whoever holds the lock is the only one alive."""
    for path in folder.iterdir():
        if not _LEFTOVER.fullmatch(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        pass  # a batch is in it, or somebody else
