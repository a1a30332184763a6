"""With a cold cache, a warm one and none, every command answers the same, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from targeter.cache import drop_cache, folder_of
from tests.cli.bakery import targeter

from .harbour import harbour


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour(tmp_path_factory.mktemp("harbour"))


@pytest.mark.parametrize(
    "words",
    [
        ("plan",),
        ("access", "p1", "--format", "json"),
        pytest.param(("plan", "--format", "json", "--limit", "2"), marks=pytest.mark.slow),
        pytest.param(("explain", "p4"), marks=pytest.mark.slow),
        pytest.param(("report",), marks=pytest.mark.slow),
    ],
)
def test_cold_and_warm_a_command_answers_as_without(root: Path, words: tuple[str, ...]) -> None:
    drop_cache(root)
    asked = (*words, "--project", root)
    cold, warm = targeter(*asked), targeter(*asked)
    assert list(folder_of(root).glob("profiles-*"))
    assert targeter(*asked, "--no-cache") == cold == warm


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("plan", "--format", "json", "--examples", "20"), marks=pytest.mark.slow),
        ("report", "--format", "json"),
        pytest.param(("why-not", "ropes"), marks=pytest.mark.slow),
        ("preview", "thanks"),
        ("explain", "p1", "--rule", "ropes", "--format", "json"),
        pytest.param(("explain", "nobody"), marks=pytest.mark.slow),
        ("lint", "--data", "--format", "json"),
    ],
)
def test_warm_a_command_answers_as_without(root: Path, words: tuple[str, ...]) -> None:
    targeter("plan", "--project", root)
    asked = (*words, "--project", root)
    assert targeter(*asked, "--no-cache") == targeter(*asked)


def test_renders_and_kept_plans_are_the_same(tmp_path: Path) -> None:
    wrote = []
    for name, more in (("with", ()), ("without", ("--no-cache",))):
        root = harbour(tmp_path / name)
        kept = root / "kept"
        for words in (("plan", "--out", kept), ("render", "--plan", kept), ("history",)):
            command = (*words, "--project", root)
            ran = targeter(*command, *(more if words != ("history",) else ()))
            assert ran.code == 0, ran.err
        # a second day: the first one's batch rests everybody
        ran = targeter("render", "--project", root, "--as-of", "2026-11-20", *more)
        assert ran.code == 0, ran.err
        wrote.append(_bytes(root))
        shutil.rmtree(root)
    assert wrote[0] == wrote[1]


def _bytes(root: Path) -> dict[str, bytes]:
    found = {}
    for folder in ("batches", "kept"):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file():
                found[str(path.relative_to(root))] = path.read_bytes()
    return found


@pytest.mark.slow
def test_a_comparison_is_the_same(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    root = harbour(tmp_path / "harbour")
    assert targeter("plan", "--project", root, "--out", kept).code == 0
    rules = root / "rules" / "rules.yaml"
    rules.write_text(rules.read_text().replace("miles > 100", "miles > 700"))
    asked = ("plan", "--project", root, "--against", kept)
    assert targeter(*asked) == targeter(*asked, "--no-cache")
