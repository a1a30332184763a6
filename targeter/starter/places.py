"""Where a new project finds its files: inside its folder, or below folders named on the line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """For each file (its real path) what `path:` says, and the data roots that this needs."""

    paths: Mapping[Path, str]
    roots: tuple[Path, ...]


def places_of(folder: Path, files: Sequence[Path]) -> Places:
    """How a project in `folder` names these files (real paths).

    A file inside is named from the project. One outside stays where it is: it is named from its
    own folder, which every command then gets as a data root, so that no path of one machine stands
    in the project. Where two files are called alike, both are named from further up.
    """
    inside = {file: _relative(file, folder) for file in files if file.is_relative_to(folder)}
    outside = [file for file in files if file not in inside]
    parts = dict.fromkeys(outside, 1)
    while wrong := _found_elsewhere(folder, parts):
        for file in wrong:
            parts[file] += 1
    named = {file: "/".join(file.parts[-count:]) for file, count in parts.items()}
    return Places({**inside, **named}, _roots(parts))


def _relative(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix()


def _roots(parts: Mapping[Path, int]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(file.parents[count - 1] for file, count in parts.items()))


def _found_elsewhere(folder: Path, parts: Mapping[Path, int]) -> list[Path]:
    """The files that share their name, or whose name leads to another file before them."""
    wrong = []
    named = {file: Path(*file.parts[-count:]) for file, count in parts.items()}
    alike = Counter(named.values())
    for file, count in parts.items():
        name = named[file]
        candidates = (root / name for root in (folder, *_roots(parts)))
        first = next((c for c in candidates if c.exists()), file)
        is_wrong = alike[name] > 1 or first.resolve() != file
        if is_wrong and count < len(file.parts) - 1:
            wrong.append(file)
    return wrong
