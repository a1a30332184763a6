"""The git repository around a project: where it begins, and which lines changed since a commit."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from targeter.errors import WrongUsage

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
# A repository is somebody else's: nothing in its configuration may run a program.
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "diff.external=")
_TIMEOUT_SECONDS = 60


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
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if commit is None:
        if _git(root, "rev-parse", "--git-dir") is None:
            raise WrongUsage(
                "--changed-since needs a git repository, and the project is in none",
                help="leave the option out, and everything is reported",
            )
        raise WrongUsage(
            f"--changed-since: git knows no commit {ref!r}",
            help="in CI, fetch the branch with its history first (fetch-depth: 0)",
        )
    diff = _git(
        root, "diff", "--merge-base", "--relative", "--unified=0", "--no-color", "--no-ext-diff",
        "--no-textconv", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/", commit.strip(), "--",
    )  # fmt: skip
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    if diff is None or new is None:
        raise WrongUsage(
            f"--changed-since: {ref!r} and what is here share no history",
            help="fetch more of the history (fetch-depth: 0)",
        )
    lines: dict[str, set[int]] = {}
    for path, line in changed_lines(diff):
        lines.setdefault(path, set()).add(line)
    frozen = {path: frozenset(numbers) for path, numbers in lines.items()}
    return Changes(frozen, frozenset(filter(None, new.split("\0"))))


def _git(root: Path, *words: str) -> str | None:
    """What git answers; None where it fails. Raises `WrongUsage` when there is no git."""
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(
            ["git", *_SAFE, *words],
            cwd=root,
            env=environment,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise WrongUsage(
            "--changed-since asks git, and there is no git here",
            help="install git, or leave the option out",
        ) from None
    except subprocess.TimeoutExpired:
        raise WrongUsage(f"git did not answer within {_TIMEOUT_SECONDS} seconds") from None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


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
