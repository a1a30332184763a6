"""The cache's folder: entries there whole or not at all, and believed only as we left them.

An entry is a folder with a manifest, which is written last, and Parquet files whose names and
digests it holds. Who reads one checks everything and gets nothing for an answer where anything is
odd; so nobody waits for anybody, and whoever finds the folder locked doesn't write.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from targeter.cache.keys import versions_of
from targeter.database import Engine, EngineError
from targeter.errors import DatabaseFailed
from targeter.folders import MANIFEST, seal_of, sha256_of, whole_folder, write_whole

FORMAT_VERSION = 1
SOURCE, PROFILES = "source", "profiles"
# How many entries are kept: of one source, and of profiles (a day, a revision each).
KEPT = {SOURCE: 2, PROFILES: 4}
_ENTRY = re.compile(r"(source|profiles)-[0-9a-f]{32}")
_LEFTOVER = re.compile(r"\.(source|profiles)-[0-9a-f]{32}\..+")
_LARGEST = 20_000_000  # bytes of a manifest; one of ours has thousands
_LOCK = ".lock"
# what tells git, and whoever makes backups, that nothing here is worth keeping
_SIGNS = {
    ".gitignore": "*\n",
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# of targeter\n",
}

Facts = Mapping[str, Any]
Note = Callable[[str], None]


class _Unusable(Exception):
    """There can be no cache here; the words say why."""


def folder_of(root: Path) -> Path:
    """Where a project's cache lies, whether it is there or not."""
    return root / ".targeter" / "cache"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as its manifest has it. `files` are (size, SHA-256) by name."""

    folder: Path
    facts: Facts
    files: Mapping[str, tuple[int, str]]

    def file(self, name: str) -> Path | None:
        """A file of the entry, its bytes checked; None where they aren't what was written."""
        size, digest = self.files.get(name, (-1, ""))
        path = self.folder / _named(name, digest)
        try:
            known = path.lstat()
            if not stat.S_ISREG(known.st_mode) or known.st_size != size:
                return None
            return path if sha256_of(path) == digest else None
        except OSError:
            return None


def _named(name: str, digest: str) -> str:
    """A file's name holds what is in it: who was told of one file can't open another."""
    return f"{name}-{digest[:16]}.parquet"


@dataclass(slots=True)
class Store:
    """The cache of a project, open. `version` is ours, `moment` now by the file system's clock.

    `note` is told once, when something can't be written: the run goes on without.
    """

    folder: Path
    version: str
    moment: int
    note: Note
    _is_noted: bool = field(default=False)

    def find(self, kind: str, key: str) -> Entry | None:
        """The entry of that key, if it is whole and of this version."""
        entry = _read(self.folder / f"{kind}-{key}", self.version)
        if entry is not None:
            try:
                os.utime(entry.folder)  # used now: others are removed before it
            except OSError:
                pass
        return entry

    def keep(
        self,
        kind: str,
        key: str,
        facts: Facts,
        write: Callable[[Path], Sequence[str]] = lambda folder: (),
    ) -> None:
        """Put an entry in place of the one there. `write` makes NAME.parquet files; it names them.

        Nothing happens where somebody else writes to the cache now, or where it can't be written.
        """
        target = self.folder / f"{kind}-{key}"
        try:
            with self._alone() as is_alone:
                if is_alone:
                    shutil.rmtree(target, ignore_errors=True)
                    with whole_folder(target, synced=False) as folder:
                        _fill(folder, self.version, facts, write(folder))
        except (OSError, EngineError, DatabaseFailed) as error:
            self.failed(error)

    def update(self, entry: Entry, facts: Facts) -> None:
        """Change the facts of an entry; its files stay."""
        try:
            with self._alone() as is_alone:
                if is_alone and _read(entry.folder, self.version) == entry:
                    _write_manifest(entry.folder, self.version, facts, entry.files)
        except OSError as error:
            self.failed(error)

    def tidy(self, is_wanted: Callable[[str, Facts], bool]) -> None:
        """Remove what is damaged, of another version, not wanted, or older than a few others."""
        try:
            with self._alone() as is_alone:
                if is_alone:
                    _remove(self._unwanted(is_wanted))
        except OSError as error:
            self.failed(error)

    def _unwanted(self, is_wanted: Callable[[str, Facts], bool]) -> Iterator[Path]:
        seen: dict[tuple[str, str], int] = {}
        for path in _by_use(self.folder):
            kind = path.name.partition("-")[0]
            entry = _read(path, self.version)
            if entry is None or not is_wanted(kind, entry.facts):
                yield path
                continue
            of = (kind, str(entry.facts.get("source")))
            seen[of] = seen.get(of, 0) + 1
            if seen[of] > KEPT[kind]:
                yield path

    def failed(self, error: Exception) -> None:
        """Say that nothing is kept, and why; once."""
        if not self._is_noted:
            self._is_noted = True
            self.note(_unkept(error))

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Whether nobody else writes here now; what a writer that died has left is removed."""
        with _locked(self.folder, wait=False) as is_alone:
            if is_alone:
                _remove(p for p in self.folder.iterdir() if _LEFTOVER.fullmatch(p.name))
            yield is_alone


def open_store(root: Path, engine: Engine, note: Note) -> Store | None:
    """The cache of the project in `root`; None, and a note, where there can't be one."""
    folder = folder_of(root)
    try:
        for path in (folder.parent, folder):
            path.mkdir(mode=0o700, exist_ok=True)
            known = path.lstat()
            if not stat.S_ISDIR(known.st_mode) or known.st_uid != os.geteuid():
                raise _Unusable(f"{path.name} is a link, or somebody else's")
        if folder.stat().st_mode & 0o077:
            # we never left it so: it was checked out, unpacked, or opened to others
            _remove(_entries(folder))
            folder.chmod(0o700)
        for name, text in _SIGNS.items():
            if not (folder / name).exists():
                write_whole(folder / name, text.encode())
        return Store(folder, versions_of(engine), _moment(folder), note)
    except (OSError, _Unusable) as error:
        note(_unkept(error))
        return None


def _unkept(error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error).split("\n")[0]
    return f"nothing is cached ({reason.lower()}): the next run reads every source again"


def _moment(folder: Path) -> int:
    """Now, by the clock that stamps files here."""
    with _locked(folder, wait=False):
        os.utime(folder / _LOCK)
        return (folder / _LOCK).stat().st_mtime_ns


def drop_cache(root: Path) -> None:
    """Remove everything that is cached for a project: for whoever must be forgotten.

    Waits for a writer that is at it. Raises `OSError` where something can't be removed.
    """
    folder = folder_of(root)
    if not folder.is_dir() or folder.is_symlink():
        return
    with _locked(folder, wait=True):
        for path in folder.iterdir():
            if _ENTRY.fullmatch(path.name) or _LEFTOVER.fullmatch(path.name):
                shutil.rmtree(path)


@contextmanager
def _locked(folder: Path, *, wait: bool) -> Iterator[bool]:
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


# -- entries on disk -------------------------------------------------------------------------


def _entries(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if _ENTRY.fullmatch(path.name)]


def _by_use(folder: Path) -> list[Path]:
    """All entries, the one that was used last first."""
    return sorted(_entries(folder), key=lambda p: (-p.lstat().st_mtime_ns, p.name))


def _remove(paths: Iterator[Path] | Sequence[Path]) -> None:
    for path in list(paths):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _fill(folder: Path, version: str, facts: Facts, names: Sequence[str]) -> None:
    files = {}
    for name in names:
        path = folder / f"{name}.parquet"
        digest = sha256_of(path)
        files[name] = (path.stat().st_size, digest)
        path.rename(folder / _named(name, digest))
    _write_manifest(folder, version, facts, files)


def _write_manifest(
    folder: Path, version: str, facts: Facts, files: Mapping[str, tuple[int, str]]
) -> None:
    # its own inode: a copy, and what came with a checkout, is not what we wrote
    document = {
        "format_version": FORMAT_VERSION,
        "version": version,
        "inode": folder.stat().st_ino,
        "files": [[name, size, digest] for name, (size, digest) in sorted(files.items())],
        "facts": facts,
    }
    text = json.dumps(document | {"seal": seal_of(document)}, ensure_ascii=False)
    temporary = folder / f".{MANIFEST}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(folder / MANIFEST)


def _read(folder: Path, version: str) -> Entry | None:
    """An entry whose manifest is as it was written, here and by this version; else None."""
    try:
        known = folder.lstat()
        if not stat.S_ISDIR(known.st_mode) or known.st_uid != os.geteuid():
            return None
        with (folder / MANIFEST).open("rb") as file:
            text = file.read(_LARGEST)
        document = json.loads(text)
        if document["seal"] != seal_of(document) or document["inode"] != known.st_ino:
            return None
        if (document["format_version"], document["version"]) != (FORMAT_VERSION, version):
            return None
        files = {str(name): (int(size), str(digest)) for name, size, digest in document["files"]}
        facts = document["facts"]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return Entry(folder, facts, files) if isinstance(facts, dict) else None
