"""The cases: folders of files laid over a clean project, each with the output that lint owes."""

from __future__ import annotations

import shutil
from pathlib import Path

CASES = Path(__file__).parent / "cases"
CLEAN = CASES / "clean"
EXPECTED = "expected.txt"


def names() -> list[str]:
    return sorted(path.name for path in CASES.iterdir() if path != CLEAN)


def project(name: str, root: Path) -> Path:
    """The clean project with a case's files over it."""
    target = root / "project"
    for folder in (CLEAN, CASES / name):
        shutil.copytree(folder, target, dirs_exist_ok=True)
    (target / EXPECTED).unlink(missing_ok=True)
    return target


def change(root: Path, path: str, old: str, new: str) -> None:
    """Put one text in the place of another, which must be there."""
    file = root / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
