"""The cache's folder: who may read it, how much is kept in it, and what happens without one."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path

import pytest

from targeter.cache import drop_cache, folder_of, open_store
from targeter.cache.keys import key_of
from targeter.cache.prints import print_of, still
from targeter.database import Engine
from targeter.options import unheard
from tests.cli.bakery import targeter

from .harbour import harbour
from .trial import entries, files, fresh, made

SECOND = 1_000_000_000


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    root = harbour(tmp_path)
    before = os.umask(0)
    try:
        made(root)
    finally:
        os.umask(before)
    folder = folder_of(root)
    assert {p.stat().st_mode & 0o777 for p in (folder.parent, folder, *entries(root))} == {0o700}
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}
    assert (folder / ".gitignore").read_text() == "*\n"
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f068")


def test_without_a_word_nothing_is_kept(tmp_path: Path) -> None:
    root = harbour(tmp_path)
    assert targeter("plan", "--project", root, "--no-cache").code == 0
    assert not (root / ".targeter").exists()


def test_a_few_entries_are_kept_and_no_more(tmp_path: Path) -> None:
    store = open_store(tmp_path, Engine(), unheard)
    assert store is not None
    for number in range(7):
        store.keep("profiles", key_of(number), {})
        store.keep("source", key_of(number), {"source": f"s{number % 2}"})
        os.utime(store.folder / f"profiles-{key_of(number)}", ns=(number, number))
    assert store.find("profiles", key_of(0)) is not None  # used just now
    store.tidy(lambda kind, facts: True)
    kept = {entry.name for entry in entries(tmp_path, "profiles")}
    assert kept == {f"profiles-{key_of(number)}" for number in (0, 4, 5, 6)}
    assert len(entries(tmp_path, "source")) == 4
    store.tidy(lambda kind, facts: kind == "source" and facts["source"] == "s1")
    assert len(entries(tmp_path)) == 2


def test_what_a_changed_source_no_longer_says_is_not_kept(tmp_path: Path) -> None:
    root = harbour(tmp_path)
    made(root)
    made(root, as_of=dt.date(2026, 10, 6))
    people = root / "data" / "people.csv"
    text = people.read_text(encoding="utf-8")
    people.write_text(text.replace('"Nome 3"', '"nobody"'), encoding="utf-8")
    made(root)
    assert len(entries(root, "profiles")) == 1
    assert len(entries(root, "source")) == 6


def test_a_cache_can_be_dropped_for_whoever_must_be_forgotten(tmp_path: Path) -> None:
    root = harbour(tmp_path)
    drop_cache(root)
    made(root)
    drop_cache(root)
    assert files(root) == [] and made(root).answer == fresh(root)


def _as_file(root: Path) -> None:
    (root / ".targeter").write_text("mine")


def _as_link(root: Path) -> None:
    (root / "elsewhere").mkdir()
    (root / ".targeter").symlink_to(root / "elsewhere")


def _as_link_inside(root: Path) -> None:
    (root / ".targeter").mkdir()
    (root / "elsewhere").mkdir()
    (root / ".targeter" / "cache").symlink_to(root / "elsewhere")


@pytest.mark.parametrize("way", [_as_file, _as_link, _as_link_inside])
def test_where_there_can_be_no_cache_one_quiet_line_says_so(tmp_path: Path, way: object) -> None:
    root = harbour(tmp_path)
    wanted = targeter("plan", "--project", root, "--no-cache")
    assert callable(way)
    way(root)
    ran = targeter("plan", "--project", root)
    assert (ran.code, ran.out) == (0, wanted.out)
    assert ran.err.startswith("nothing is cached (") and ran.err.count("\n") == 1
    assert ran.err.endswith("): the next run reads every source again\n")
    assert list(root.glob("elsewhere/*")) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_project_that_cannot_be_written_is_planned(tmp_path: Path) -> None:
    root = harbour(tmp_path)
    root.chmod(0o500)
    again = made(root)
    assert again.answer == fresh(root) and len(again.notes) == 1


def test_times_are_trusted_once_a_file_has_settled(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    now = path.stat().st_ctime_ns
    young, old = print_of(path, now), print_of(path, now + 3 * SECOND)
    assert (young.settled, old.settled) == (False, True)
    # a young print is looked at again, and is an old one then
    assert still([young], [path], now + 3 * SECOND) == (old,)
    # an old one is believed without a look: its digest is not even compared
    believed = replace(old, sha256="0" * 64)
    assert still([believed], [path], now) == (believed,)


def test_other_bytes_of_the_same_size_are_another_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    before = print_of(path, path.stat().st_ctime_ns)
    path.write_bytes(b"abd")
    os.utime(path, ns=(before.modified, before.modified))
    assert still([before], [path], path.stat().st_ctime_ns + 9 * SECOND) is None
