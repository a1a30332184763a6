"""Whatever stands in a project's files: no traceback, no hang, and no file of anybody else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import targeter
from targeter import pipeline
from targeter.errors import TargeterError
from targeter.findings import CODES, Finding
from targeter.project import read_project
from tests.faults.planting import SAMPLE, copy_of_the_sample
from tests.worlds import options

SECONDS = 5.0  # for one project on a busy machine; it takes a third of a second on a free one
_FOLDERS = ("rules", "templates")
FILES = sorted(
    path.relative_to(SAMPLE).as_posix()
    for folder in _FOLDERS
    for path in (SAMPLE / folder).rglob("*")
    if path.suffix in (".yaml", ".sql", ".j2")
)
CONTENT = {file: (SAMPLE / file).read_bytes() for file in FILES}
SNIPPETS = [
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b"\t", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80"),
    *(b"'", b'"', b"\\", b"#", b": ", b"- ", b"|\n", b">\n", b"{", b"}", b"[", b"]", b"---\n"),
    *(b"&a ", b"*a", b"!!python/object/apply:os.system [ls]", b"<<: ", b"? ", b"%YAML 9.9\n"),
    *(b"{{", b"}}", b"{% for x in y %}", b"{% include '/etc/passwd' %}", b"{#", b"{{ 9**9**9 }}"),
    *(b"read_csv('/etc/passwd')", b"'/etc/passwd'", b"../../../etc/passwd", b"/etc/passwd"),
    *(b"(select 1)", b"(" * 300, b"not " * 300, b"[" * 2_000, b"{a: " * 500, b"a" * 20_000),
    *(b"1e999", b"-0", b"9" * 400, b".inf", b".nan", b"0x10", b"2026-02-30", b"99999-12-31"),
    *(b"null", b"~", b"true", b"interval 1 month", b"stance('", b"/*", b"--", b";", b"$1", b"?"),
    *(b"${TARGETER_X}", b"today()", b"count(*)", b"person.", b"= any", b"::json", b"\\u0000"),
]


@dataclass(frozen=True, slots=True)
class Edit:
    """At a share of the file: some bytes out, some bytes in, or its own bytes once more."""

    at: float
    out: int
    into: bytes
    again: int

    def on(self, data: bytes) -> bytes:
        start = int(self.at * len(data))
        more = self.into + data[start : start + self.again]
        return data[:start] + more + data[start + self.out :]


EDITS = st.builds(
    Edit,
    at=st.floats(0, 1),
    out=st.sampled_from((0, 0, 1, 2, 7, 40, 400)),
    into=st.sampled_from([b"", *SNIPPETS]) | st.binary(max_size=6),
    again=st.sampled_from((0, 0, 0, 3, 30, 300)),
)
CHANGES = st.tuples(st.sampled_from(FILES), st.lists(EDITS, min_size=1, max_size=3))
Change = tuple[str, list[Edit]]

_opened: list[str] = []
_listens = False


def _hears(event: str, arguments: tuple[object, ...]) -> None:
    if _listens and event == "open" and isinstance(arguments[0], str | bytes):
        path = arguments[0]
        _opened.append(path if isinstance(path, str) else path.decode(errors="replace"))


sys.addaudithook(_hears)


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Every file that is opened meanwhile."""
    global _listens
    _opened.clear()
    _listens = True
    try:
        yield _opened
    finally:
        _listens = False


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_sample(tmp_path_factory.mktemp("sample"))


@contextmanager
def _changed(copy: Path, change: Change) -> Iterator[None]:
    file, edits = change
    data = CONTENT[file]
    for edit in edits:
        data = edit.on(data)
    (copy / file).write_bytes(data)
    try:
        yield
    finally:
        (copy / file).write_bytes(CONTENT[file])


def _is_ours(path: str, copy: Path) -> bool:
    """Whether a file belongs to the project, or to Python itself (a module read late)."""
    program = (sys.prefix, sys.base_prefix, str(Path(targeter.__file__).parent))
    return path.startswith((str(copy), *program)) or "zoneinfo" in path


def _holds(copy: Path, change: Change, *, whole: bool) -> None:
    with _changed(copy, change), _listening() as opened:
        began = time.monotonic()
        found = _lint(copy) if whole else read_project(copy).findings
        took = time.monotonic() - began
    assert took < SECONDS
    assert [path for path in opened if not _is_ours(path, copy)] == []
    _are_in_order(found)


def _lint(copy: Path) -> tuple[Finding, ...]:
    try:
        return tuple(pipeline.lint(options(copy)))
    except TargeterError as error:
        return error.findings


def _are_in_order(found: tuple[Finding, ...]) -> None:
    for finding in found:
        assert finding.code in CODES
        place = finding.place
        if place:
            assert place.line >= 1
            assert 1 <= place.column <= len(place.excerpt) + 1 or len(place.excerpt) in (0, 500)


_SMALL = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@_SMALL
@given(change=CHANGES)
def test_any_bytes_can_be_read(copy: Path, change: Change) -> None:
    _holds(copy, change, whole=False)


@settings(_SMALL, max_examples=10)
@given(change=CHANGES)
def test_any_bytes_can_be_linted(copy: Path, change: Change) -> None:
    _holds(copy, change, whole=True)


@pytest.mark.slow
@settings(_SMALL, max_examples=600)
@given(change=CHANGES)
def test_any_bytes_can_be_linted_at_length(copy: Path, change: Change) -> None:
    _holds(copy, change, whole=True)


@pytest.mark.parametrize("name", ["rules/out.yaml", "templates/out.j2", "rules/tests/out.yaml"])
def test_a_link_that_leads_out_of_the_project_is_not_opened(tmp_path: Path, name: str) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("secret: 1", encoding="utf-8")
    root = copy_of_the_sample(tmp_path / "project")
    (root / name).symlink_to(outside)
    with _listening() as opened:
        found = _lint(root)
    assert [path for path in opened if path.endswith("secret.txt")] == []
    assert [finding.code for finding in found] == ["TG110"]
