"""A damaged, half-written, foreign or hostile cache is made again, and never believed."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targeter.cache import drop_cache, facts, folder_of
from targeter.folders import MANIFEST, seal_of, sha256_of

from .harbour import harbour
from .trial import Answer, entries, files, fresh, made

REPOSITORY = Path(__file__).parents[2]
Damage = Callable[[Path], object]


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    if data:
        data[random.Random(len(data)).randrange(len(data))] ^= 0xFF
    path.write_bytes(data)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _to_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


DAMAGES: tuple[Damage, ...] = (
    _flip,
    _cut,
    _to_folder,
    _to_link,
    Path.unlink,
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(b"[" * 100_000),
    lambda path: path.write_bytes(b'{"seal": 1, "facts": "\xff"}'),
)


def _sealed(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a manifest as somebody would who knows how they are sealed."""
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document | {"seal": seal_of(document)}), encoding="utf-8")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    root = harbour(tmp_path_factory.mktemp("harbour"))
    return root, fresh(root)


def _turns(count: int, at_once: int) -> list[object]:
    """All turns, of which a few are taken in every run of the tests."""
    slow = pytest.mark.slow
    return [pytest.param(n, marks=() if n % at_once == 0 else slow) for n in range(count)]


@pytest.mark.parametrize("turn", _turns(2 * len(DAMAGES), 9))
def test_damage_is_made_good(world: tuple[Path, Answer], turn: int) -> None:
    root, answer = world
    made(root)
    for number, entry in enumerate(entries(root), start=turn):
        hit = sorted(entry.iterdir())
        DAMAGES[number % len(DAMAGES)](hit[number % len(hit)])
    assert made(root).answer == answer
    assert made(root).read == ()


@pytest.mark.slow
def test_every_file_damaged_in_every_way(world: tuple[Path, Answer]) -> None:
    root, answer = world
    for damage in DAMAGES:
        made(root)
        for path in files(root):
            if path.exists():
                damage(path)
                assert made(root).answer == answer
                assert made(root).read == ()


def test_sources_whose_rows_are_damaged_are_read_where_they_are_asked_for(
    world: tuple[Path, Answer],
) -> None:
    root, answer = world
    made(root)
    for entry in entries(root, "profiles"):
        shutil.rmtree(entry)
    for path in files(root):
        if path.suffix == ".parquet":
            _flip(path)
    assert made(root).answer == answer
    for path in files(root):
        if path.suffix == ".parquet":
            assert path.name == f"{path.name.split('-')[0]}-{sha256_of(path)[:16]}.parquet"


CHANGES: tuple[Callable[[dict[str, Any]], object], ...] = (
    lambda document: document["facts"].update(columns=[["x", "INTEGER) FROM y; --"]]),
    lambda document: document["facts"].update(people=3),
    lambda document: document.update(version="targeter 0.0.1"),
    lambda document: document.update(format_version=0),
    lambda document: document.update(inode=1),
    lambda document: document.update(facts=[]),
    lambda document: document.update(files="none"),
    lambda document: document.update(files=[["../../../etc/passwd", 1, "00"]]),
    lambda document: document["facts"].clear(),
    lambda document: document["facts"].update(source=[[]], states={"people": []}),
    lambda document: document["facts"].update(prints=[{"path": 1}, {"stat": 2}]),
    lambda document: document["facts"].update(loaded={"columns": [["\ud800", "", 1, ""]]}),
    lambda document: document["facts"].update(computed=None, prints=7, loaded={"columns": 1}),
)


@pytest.mark.parametrize("turn", _turns(len(CHANGES), 7))
def test_a_manifest_of_another_version_or_another_shape_is_not_believed(
    world: tuple[Path, Answer], turn: int
) -> None:
    root, answer = world
    made(root)
    for number, entry in enumerate(entries(root), start=turn):
        _sealed(entry / MANIFEST, CHANGES[number % len(CHANGES)])
    assert made(root).answer == answer
    assert made(root).read == ()


def test_a_cache_that_was_copied_or_checked_out_is_not_believed(tmp_path: Path) -> None:
    root = harbour(tmp_path / "one")
    made(root)
    shutil.copytree(root, tmp_path / "two", copy_function=shutil.copy2)
    assert made(tmp_path / "two").read
    folder_of(root).chmod(0o755)  # as git and an archive leave it
    assert made(root).read
    assert folder_of(root).stat().st_mode & 0o777 == 0o700


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner)
)


@given(ANYTHING)
def test_facts_of_any_shape_raise_only_what_is_caught(data: object) -> None:
    wrapped = {"columns": data, "rows": data, "findings": data, "files": data, "notes": data}
    for one in (data, wrapped, {**wrapped, "columns": []}, {**wrapped, "columns": [], "rows": 1}):
        try:
            facts.loaded_from(one, "people", "source_people", {})
        except facts.MISSHAPEN:
            pass


def test_leftovers_of_a_writer_that_died_are_removed(world: tuple[Path, Answer]) -> None:
    root, answer = world
    drop_cache(root)
    made(root)
    left = folder_of(root) / f".{entries(root)[0].name}.abc123"
    left.mkdir()
    (left / "rows.parquet").write_bytes(b"PAR1")
    shutil.rmtree(entries(root, "profiles")[0])
    assert made(root).answer == answer
    assert not left.exists()


def test_processes_that_race_all_answer_the_same(tmp_path: Path) -> None:
    root = harbour(tmp_path)
    command = [sys.executable, "-m", "targeter", "plan", "--project", str(root)]
    racing = [_started(command) for _ in range(2)]
    said = {one.communicate(timeout=120) for one in racing}
    assert [one.returncode for one in racing] == [0, 0]
    assert said == {_started([*command, "--no-cache"]).communicate(timeout=120)}
    assert made(root).answer == fresh(root)


def _started(command: list[str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=REPOSITORY, text=True, stdout=pipe, stderr=pipe)
