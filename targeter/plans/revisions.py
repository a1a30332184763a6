"""The rules and templates of a git revision, written out so that they can be read as a project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from targeter.errors import BadData, RulesAreWrong, WrongUsage
from targeter.findings import Finding
from targeter.repository import asked, commit_of
from targeter.yaml_source import MAX_FILE_BYTES

_OPTION = "--against"
_FOLDERS = ("rules", "templates")
_SUFFIXES = (".yaml", ".yml", ".sql", ".j2")
_LINK = "120000"


@dataclass(frozen=True, slots=True)
class _Blob:
    mode: str
    digest: str
    size: int
    path: str


def write_revision(root: Path, ref: str, folder: Path) -> None:
    """Write the rules and templates of a revision of the project at `root` into a folder.

    Raises `WrongUsage` when git knows no such revision, or a file of it can't be had.
    """
    commit = commit_of(root, ref, _OPTION)
    blobs = [b for b in _blobs(root, commit) if b.path.endswith(_SUFFIXES)]
    small = [blob for blob in blobs if blob.size <= MAX_FILE_BYTES]
    contents = dict(_contents(root, ref, small))
    for blob in blobs:
        if blob.mode == _LINK:
            message = f"git:{ref}: {blob.path} is a link, and links of a revision aren't followed"
            raise WrongUsage(message, help="compare with a saved plan: --against DIR")
        target = folder / blob.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(contents.get(blob.digest, b""))
        if blob.size > MAX_FILE_BYTES:
            with target.open("r+b") as file:  # so that reading it says that it is too large
                file.truncate(blob.size)


def _blobs(root: Path, commit: str) -> Iterator[_Blob]:
    """The files below the project's folders; paths are relative to the project."""
    listed = asked(root, "ls-tree", "-r", "-z", "-l", commit, "--", *_FOLDERS, by=_OPTION) or b""
    for entry in filter(None, listed.decode("utf-8", "surrogateescape").split("\0")):
        facts, _, path = entry.partition("\t")
        mode, kind, digest, size = facts.split()
        if kind == "blob" and _is_inside(path):
            yield _Blob(mode, digest, int(size), path)


def _is_inside(path: str) -> bool:
    """Whether a path stays where it is written: a tree made by hand can name any."""
    parts = PurePosixPath(path).parts
    return bool(parts) and parts[0] in _FOLDERS and ".." not in parts


def _contents(root: Path, ref: str, blobs: list[_Blob]) -> Iterator[tuple[str, bytes]]:
    given = "".join(f"{blob.digest}\n" for blob in blobs).encode()
    answer = asked(root, "cat-file", "--batch", by=_OPTION, given=given) or b""
    start = 0
    for blob in blobs:
        head = f"{blob.digest} blob {blob.size}\n".encode()
        if not answer.startswith(head, start):
            message = f"git:{ref}: {blob.path} isn't in this clone"
            raise WrongUsage(message, help="in CI, fetch the whole history (fetch-depth: 0)")
        start += len(head)
        yield blob.digest, answer[start : start + blob.size]
        start += blob.size + 1


def wrong_there(error: RulesAreWrong | BadData, ref: str) -> RulesAreWrong | BadData:
    """The error of a revision's rules, or of data read by them, said to be that revision's."""
    what = "are wrong" if isinstance(error, RulesAreWrong) else "can't read the data of today"
    return type(error)(
        f"the rules of git:{ref} {what}, so there is nothing to compare with: {error.message}",
        help=error.help or "name a revision whose rules pass targeter lint",
        findings=[_there(finding, ref) for finding in error.findings],
    )


def _there(finding: Finding, ref: str) -> Finding:
    if finding.place is None:
        return finding
    place = replace(finding.place, path=f"git:{ref}:{finding.place.path}")
    return replace(finding, place=place)
