"""Whether a file is what it was: its path, size, times and inode, and where they differ its bytes.

A file can change twice within one tick of the clock that stamps it. So one that was changed less
than two seconds before it was looked at isn't trusted by its times: its bytes decide (git calls
such a file racy).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from targeter.folders import sha256_of

_SETTLED = 2_000_000_000  # nanoseconds; the coarsest clock of a file system in use ticks so (FAT)


class Restless(Exception):
    """A file changed while it was looked at."""


@dataclass(frozen=True, slots=True)
class Print:
    """A file as it was; times are in nanoseconds, `sha256` in hexadecimal.

    It is `settled` when it hadn't been changed for a while, so that its times can be trusted.
    """

    path: str
    size: int
    modified: int
    changed: int
    inode: int
    sha256: str
    settled: bool

    @property
    def stat(self) -> tuple[str, int, int, int, int]:
        """What the system says of it without reading it."""
        return self.path, self.size, self.modified, self.changed, self.inode


def print_of(path: Path, moment: int) -> Print:
    """A file read for its print; `moment` is now, in nanoseconds of the file system's clock.

    Raises `OSError`, and `Restless` for a file that is being written.
    """
    before = _stated(path, moment)
    found = replace(before, sha256=sha256_of(path))
    if _stated(path, moment).stat != found.stat:
        raise Restless(found.path)
    return found


def _stated(path: Path, moment: int) -> Print:
    known = path.stat()
    youngest = max(known.st_mtime_ns, known.st_ctime_ns)
    return Print(
        str(path),
        known.st_size,
        known.st_mtime_ns,
        known.st_ctime_ns,
        known.st_ino,
        "",
        youngest + _SETTLED < moment,
    )


def prints_of(paths: Sequence[Path], moment: int) -> tuple[Print, ...]:
    """The prints of several files. Raises `OSError` and `Restless`."""
    return tuple(print_of(path, moment) for path in paths)


def still(before: Sequence[Print], paths: Sequence[Path], moment: int) -> tuple[Print, ...] | None:
    """The files' prints as they are now if they hold the same bytes as then, else None.

    Bytes are read only where the system says something else, or said it too early.
    """
    if len(before) != len(paths):
        return None
    found = []
    for one, path in zip(before, paths, strict=True):
        now = _stated(path, moment)
        if one.settled and one.stat == now.stat:
            found.append(one)
            continue
        if one.size != now.size:
            return None
        read = print_of(path, moment)
        if read.sha256 != one.sha256:
            return None
        found.append(read)
    return tuple(found)
