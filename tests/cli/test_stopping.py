"""Ctrl-C at any moment: over at once, with 130 and one sentence, and nothing is left behind."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .bakery import RULES, SETTINGS, bakery

ROOT = Path(__file__).resolve().parents[2]
POSTS = """\
  posts:
    path: posts.csv
    person: person_id
    time: written
    columns: {person_id: text, text: text, written: date}
opinions: {posts: posts.text}
topics:
  rye: {words: [rye], at_least: 1}
"""
HEAD = "person_id,name,age,language,agreed,town,spent,handle,waits\n"
# Far more than it takes, because others may be using the machine.
AT_ONCE = 5.0


def crowded_bakery(root: Path, people: int) -> Path:
    """As many names, posts and texts as people: no stage has little to do."""
    rows = (
        f"p{n},Nan {n:x} O'Hara,{18 + n % 60},{'de' if n % 3 else 'en'},Y,T{n % 99},{n % 300}.5,"
        f"@h{n},N\n"
        for n in range(people)
    )
    posts = (
        f"p{7 * n % people},I would not want rye bread number {n} for free,2026-10-{1 + n % 28}\n"
        for n in range(people)
    )
    settings = SETTINGS.replace("language: {column", f"{POSTS}language: {{column")
    rules = RULES.replace("- regular\n", "- regular\n        - stance('rye') <> 'for'\n")
    bakery(root, settings=settings, rules=rules, people=HEAD + "".join(rows))
    (root / "posts.csv").write_text("person_id,text,written\n" + "".join(posts), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crowded_bakery(tmp_path_factory.mktemp("crowded"), 15_000)


def files_in(folder: Path) -> list[Path]:
    """Everything that is there, but for what is kept for the next run."""
    return sorted(path for path in folder.rglob("*") if ".targeter" not in path.parts)


@contextmanager
def running(root: Path, scratch: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    scratch.mkdir(exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-m", "targeter", *words],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def stopped(root: Path, scratch: Path, moment: Callable[[], bool], *words: str) -> float | None:
    """Press Ctrl-C at a moment and look at what is left; how long it took, None if it was over."""
    before = files_in(root)
    with running(root, scratch, *words) as process:
        while not moment():
            if process.poll() is not None:
                put_away_what_is_whole(root)
                return None
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        pressed = time.monotonic()
        out, err = process.communicate(timeout=60)
        took = time.monotonic() - pressed
    assert (process.returncode, out) == (130, ""), err
    assert err == "error: stopped\nhelp: nothing was left half-written\n"
    assert list(scratch.iterdir()) == []
    put_away_what_is_whole(root)
    assert files_in(root) == before
    return took


def put_away_what_is_whole(root: Path) -> None:
    """What was finished at the very moment is there, and whole; nothing else may be."""
    if (root / "kept" / "manifest.json").is_file():
        shutil.rmtree(root / "kept")
    if any(root.glob("batches/[0-9a-f]*/manifest.json")):
        shutil.rmtree(root / "batches")


def after(seconds: float) -> Callable[[], bool]:
    """The moment so long from now."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() >= until


def test_while_sources_are_read(project: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    took = stopped(project, scratch, lambda: any(scratch.glob("targeter-*")), "plan", "--no-cache")
    assert took is not None and took < AT_ONCE


@pytest.mark.parametrize("words", [("render",), ("plan", "--out", "kept")])
def test_while_files_are_written(project: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    def is_writing() -> bool:
        return any(project.glob("batches/.?*.*")) or any(project.glob(".kept.*"))

    # files are written quickly: it may be over before anybody has looked
    tries = (stopped(project, tmp_path / "scratch", is_writing, *words) for _ in range(20))
    took = next(one for one in tries if one is not None)
    assert took < AT_ONCE


def test_what_was_killed_is_in_nobodys_way(project: Path, tmp_path: Path) -> None:
    """It leaves its lock and its folders; the next begins as if there was none."""
    scratch = tmp_path / "scratch"
    with running(project, scratch, "render") as process:
        while not any(project.glob("batches/.?*.*")):
            assert process.poll() is None
            time.sleep(0.005)
        process.kill()
    assert list(scratch.iterdir()) != []
    with running(project, scratch, "render") as process:
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
    assert list(scratch.iterdir()) == []
    assert [path for path in (project / "batches").iterdir() if path.name == ".lock"] == []
    assert list(project.glob("batches/.?*.*")) == []
    put_away_what_is_whole(project)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [("render", "--no-cache"), ("plan", "--out", "kept"), ("report",)]
)
def test_at_any_moment(tmp_path: Path, words: tuple[str, ...]) -> None:
    root = crowded_bakery(tmp_path / "project", 300_000)
    began = time.monotonic()
    with running(root, tmp_path / "scratch", "plan", "--no-cache") as process:
        process.communicate()
    whole = time.monotonic() - began
    pick = random.Random(7)
    times = [
        took
        for _ in range(25)
        # until the interpreter has begun, nobody of ours can hear
        for took in [stopped(root, tmp_path / "scratch", after(pick.uniform(0.3, whole)), *words)]
        if took is not None
    ]
    assert len(times) >= 10
    assert max(times) < AT_ONCE
    assert sorted(times)[len(times) // 2] < 1
