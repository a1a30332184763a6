"""Which files a source's `path:` names: globs, links, and the folders nothing may leave."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from targeter.errors import BadData
from targeter.findings import Finding, did_you_mean
from targeter.sources.declared import SUFFIXES, Source

_DATABASES = (".duckdb", ".db", ".ddb")
_MAGIC = frozenset("*?[")
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source: its real path, and how it is called in messages."""

    path: Path
    shown: str

    @property
    def is_gzipped(self) -> bool:
        with self.path.open("rb") as stream:
            return stream.read(2) == _GZIP

    def opened(self) -> BinaryIO:
        """The file's bytes, unpacked when it is gzipped."""
        if self.is_gzipped:
            return cast(BinaryIO, gzip.open(self.path, "rb"))
        return self.path.open("rb")


def format_of_path(name: str) -> str | None:
    """The format that a file's name says, None for an unknown ending."""
    plain = name.casefold().removesuffix(".gz")
    if plain.endswith(_DATABASES):
        return "duckdb"
    return SUFFIXES.get(Path(plain).suffix)


def folders(
    sources: Sequence[Source], root: Path, data_roots: Sequence[Path] = ()
) -> tuple[Path, ...]:
    """The real folders that hold the files of all sources: what the engine must be able to read.

    Raises `BadData` with every path that lies outside the project and the data roots. A file that
    isn't there has no folder; `load` says so.
    """
    found: list[Finding] = []
    result: set[Path] = set()
    for source in sources:
        matches, findings = _matches(source, root, data_roots)
        found += [f for f in findings if f.code == "TG110"]
        result.update(file.path.parent for file in matches)
    if found:
        raise BadData("a source lies outside the project", findings=found)
    return tuple(sorted(result))


def bytes_of(sources: Sequence[Source], root: Path, data_roots: Sequence[Path] = ()) -> int | None:
    """How many bytes the files of all sources have as they lie there; None with a database."""
    if any(source.variable is not None for source in sources):
        return None
    files = (file for source in sources for file in _matches(source, root, data_roots)[0])
    return sum(file.path.stat().st_size for file in files)


def files_of(source: Source, root: Path, data_roots: Sequence[Path] = ()) -> tuple[SourceFile, ...]:
    """The files of a source, in the order of their names; raises `BadData` when there is none.

    A relative path is looked for in the project first, then in each data root.
    """
    matches, found = _matches(source, root, data_roots)
    found += [f for file in matches if (f := _unreadable(source, file))]
    if found:
        raise BadData(f"source {source.name!r} can't be read", findings=found)
    return matches


def _matches(
    source: Source, root: Path, data_roots: Sequence[Path]
) -> tuple[tuple[SourceFile, ...], list[Finding]]:
    if source.path is None:
        return (), []
    allowed = [folder.resolve() for folder in (root, *data_roots)]
    inside = False
    for folder in allowed:
        start = _fixed_part(folder, source.path)
        if start is None or not _is_inside(start, allowed):
            continue
        inside = True
        if names := _expanded(folder, source.path):
            return _checked(source, names, allowed)
    if not inside:
        return (), [_outside(source, f"path {source.path!r} lies outside the project")]
    return (), [_nothing_there(source, (root, *data_roots))]


def _fixed_part(folder: Path, pattern: str) -> Path | None:
    """The real place of the part of a path before its first wildcard; None for no path at all."""
    fixed = folder
    for part in Path(pattern).parts:
        if _MAGIC & set(part):
            break
        fixed = fixed / part
    try:
        return fixed.resolve()
    except (OSError, ValueError, RuntimeError):
        return None


def _expanded(folder: Path, pattern: str) -> list[Path]:
    whole = folder / pattern
    try:
        if whole.exists() or whole.is_symlink():
            return [whole]
        if not _MAGIC & set(pattern):
            return []
        relative = Path(pattern)
        if relative.is_absolute():
            folder, relative = Path(relative.anchor), relative.relative_to(relative.anchor)
        return sorted(p for p in folder.glob(str(relative)) if not p.is_dir())
    except (OSError, ValueError):
        return []


def _checked(
    source: Source, names: Sequence[Path], allowed: Sequence[Path]
) -> tuple[tuple[SourceFile, ...], list[Finding]]:
    files, found = [], []
    for name in names:
        real = name.resolve()
        shown = _shown(name, allowed)
        if _is_inside(real, allowed):
            files.append(SourceFile(real, shown))
        else:
            found.append(_outside(source, f"{shown} is a link that leaves the project"))
    return tuple(files), found


def _shown(name: Path, allowed: Sequence[Path]) -> str:
    for folder in allowed:
        if name.is_relative_to(folder):
            return name.relative_to(folder).as_posix()
    return name.name


def _is_inside(path: Path, allowed: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in allowed)


def _outside(source: Source, message: str) -> Finding:
    help_ = "move the file into the project, or allow its folder with --data-root DIR"
    return Finding("TG110", f"source {source.name!r}: {message}", source.place, help_)


def _nothing_there(source: Source, folders: Sequence[Path]) -> Finding:
    path = source.path or ""
    if _MAGIC & set(path):
        message, help_ = f"no file matches {path!r}", "a pattern starts in the project"
    else:
        near = list(dict.fromkeys(name for one in folders for name in _neighbours(one, path)))
        message, help_ = f"{path!r} isn't there", did_you_mean(path, near)
    if len(folders) == 1 and "did you mean" not in help_:
        outside = "--data-root DIR names a folder outside the project to look in, too"
        help_ = f"{help_}\n{outside}" if help_ else outside
    return Finding("TG715", f"source {source.name!r}: {message}", source.place, help_)


def _neighbours(root: Path, path: str) -> Iterator[str]:
    folder = Path(path).parent
    try:
        for entry in sorted((root / folder).iterdir())[:500]:
            if entry.is_file() and not entry.name.startswith("."):
                yield (folder / entry.name).as_posix()
    except (OSError, ValueError):
        return


def _unreadable(source: Source, file: SourceFile) -> Finding | None:
    message, help_ = "", ""
    if file.path.is_dir():
        message = f"{file.shown} is a folder, not a file"
        help_ = f"name the files in it, for example path: {file.shown}/*.csv"
    elif not file.path.is_file():
        message = f"{file.shown} isn't there, or isn't a file"
    else:
        try:
            file.path.open("rb").close()
        except OSError as error:
            message = f"{file.shown} can't be opened: {error.strerror}"
    if not message:
        return None
    return Finding("TG715", f"source {source.name!r}: {message}", source.place, help_)
