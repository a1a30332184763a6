"""A planted fault: what is put into which file of the sample, and what must be found."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from targeter.cli.drawing.findings import draw_findings
from targeter.cli.drawing.screen import Screen
from targeter.findings import Finding, Place
from targeter.yaml_source import TextFile, parse, plain_value
from tests.worlds import findings

SAMPLE = Path(__file__).parents[2]
PLANTED = Path(__file__).parent / "planted"


@dataclass(frozen=True, slots=True)
class Edit:
    """One place of one file that is replaced; it stands there exactly once."""

    file: str
    replace: str
    by: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: `code` must be found, and where `under` is given, under exactly that word."""

    name: str
    edits: tuple[Edit, ...]
    code: str
    under: str | None
    encoding: str

    @property
    def expected(self) -> Path:
        return PLANTED / f"{self.name}.txt"


def faults() -> list[Fault]:
    """Every planted fault, by name."""
    return [_fault(path) for path in sorted(PLANTED.glob("*.yaml"))]


def _fault(path: Path) -> Fault:
    found: list[Finding] = []
    node = parse(TextFile.of(path.name, path.read_text(encoding="utf-8")), found)
    assert node is not None, found
    assert not found, found
    data = cast("dict[str, Any]", plain_value(node))
    edits = [data, *data.get("and", [])]
    return Fault(
        path.stem,
        tuple(Edit(one["file"], one["replace"], one["by"]) for one in edits),
        data["code"],
        data.get("under"),
        data.get("encoding", "utf-8"),
    )


def copy_of_the_sample(folder: Path) -> Path:
    """The sample's rules and templates in a folder; its data stays behind: lint opens none."""
    for name in ("rules", "templates"):
        shutil.copytree(SAMPLE / name, folder / name)
    return folder


@contextmanager
def planted(fault: Fault, copy: Path) -> Iterator[None]:
    """A copy of the sample with the fault in it, and afterwards without."""
    before = {edit.file: (copy / edit.file).read_bytes() for edit in fault.edits}
    for edit in fault.edits:
        target = copy / edit.file
        text = target.read_text(encoding="utf-8")
        assert text.count(edit.replace) == 1, f"{edit.replace!r} stands not once in {edit.file}"
        changed = text.replace(edit.replace, edit.by)
        target.write_bytes(changed.encode(fault.encoding))
    try:
        yield
    finally:
        for file, content in before.items():
            (copy / file).write_bytes(content)


def lint(copy: Path) -> tuple[Finding, ...]:
    return findings(copy)


def as_shown(found: tuple[Finding, ...]) -> str:
    """The findings as a file or a pipe gets them: no colour, no line broken."""
    stream = io.StringIO()
    draw_findings(Screen(stream), found)
    return stream.getvalue()


def word_under(place: Place) -> str:
    """What the carets stand under."""
    return place.excerpt[place.column - 1 : place.column - 1 + place.length]


def write_expected(fault: Fault, shown: str) -> None:
    """Keep what is shown as what is expected, when TARGETER_WRITE_EXPECTED is set."""
    if os.environ.get("TARGETER_WRITE_EXPECTED"):
        fault.expected.write_text(shown, encoding="utf-8")
