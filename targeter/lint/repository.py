"""Where the repository around a project begins, and which lines changed since a commit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from targeter.errors import WrongUsage
from targeter.repository import asked, commit_of

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_OPTION = "--changed-since"


def prefix_of(root: Path) -> str:
    """A project's folder from the top of its repository, `a/b/`; empty when it is the top or there
    is none."""
    root = root.resolve()
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            relative = root.relative_to(folder).as_posix()
            return "" if relative == "." else f"{relative}/"
    return ""


@dataclass(frozen=True, slots=True)
class Changes:
    """Which lines of a project's files differ from a commit, by path relative to the project."""

    lines: Mapping[str, frozenset[int]]
    added: frozenset[str]

    def touch(self, path: str, first: int, last: int) -> bool:
        """Whether any of these lines changed; of a file that is new, all did."""
        if path in self.added:
            return True
        return any(first <= line <= last for line in self.lines.get(path, ()))

    def touch_file(self, path: str) -> bool:
        return path in self.added or path in self.lines


def changes_since(root: Path, ref: str) -> Changes:
    """What the working tree, new files included, holds that the commit both grew from does not.

    Raises `WrongUsage` when there is no git, no repository, or no such commit.
    """
    commit = commit_of(root, ref, _OPTION)
    diff = _git(
        root, "diff", "--merge-base", "--relative", "--unified=0", "--no-color", "--no-ext-diff",
        "--no-textconv", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/", commit, "--",
    )  # fmt: skip
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    if diff is None or new is None:
        raise WrongUsage(
            f"{_OPTION}: {ref!r} and what is here share no history",
            help="fetch more of the history (fetch-depth: 0)",
        )
    lines: dict[str, set[int]] = {}
    for path, line in changed_lines(diff):
        lines.setdefault(path, set()).add(line)
    frozen = {path: frozenset(numbers) for path, numbers in lines.items()}
    return Changes(frozen, frozenset(filter(None, new.split("\0"))))


def _git(root: Path, *words: str) -> str | None:
    answer = asked(root, *words, by=_OPTION)
    return None if answer is None else answer.decode("utf-8", "replace")


def changed_lines(diff: str) -> Iterator[tuple[str, int]]:
    """The (path, line) of every line that a diff without context adds or changes.

    Where lines were only taken out, the lines before and after the gap count as changed.
    """
    path: str | None = None
    lines = iter(diff.split("\n"))
    for line in lines:
        if line.startswith("+++ "):
            path = _path(line[4:])
        elif (hunk := _HUNK.match(line)) and path is not None:
            gone, first, come = int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1)
            for number in range(first, first + come) if come else (max(first, 1), first + 1):
                yield path, number
            _skip(lines, gone + come)


def _skip(lines: Iterator[str], count: int) -> None:
    """Pass over a hunk's own lines, which may look like anything."""
    while count:
        count -= not next(lines, "").startswith("\\")


def _path(name: str) -> str | None:
    """The path of a `+++` line; None where the file is gone."""
    name = name.removesuffix("\t")
    if name.startswith('"') and name.endswith('"'):
        name = re.sub(r"\\(\d{3}|.)", _unescaped, name[1:-1])
    return None if name == "/dev/null" else name.removeprefix("b/")


def _unescaped(match: re.Match[str]) -> str:
    escaped = match[1]
    return chr(int(escaped, 8)) if escaped.isdigit() else _ESCAPES.get(escaped, escaped)
