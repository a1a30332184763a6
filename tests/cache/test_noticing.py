"""What a run reads again, and what it doesn't: the answer is the one of a run without a cache."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest

from targeter.database import Engine, literal

from .harbour import PORTS_SQL, RULES, SETTINGS, harbour
from .trial import fresh, made

slow = pytest.mark.slow
ALL = {"people", "trips", "moorings", "posts", "crews", "sent"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("harbour")


@pytest.fixture
def root(place: Path) -> Path:
    """The project as it was at first, and cached so: the same bytes are the same files."""
    for name in ("data", "rules"):
        shutil.rmtree(place / name, ignore_errors=True)
    found = harbour(place)
    made(found)
    return found


def test_a_first_run_reads_everything(tmp_path: Path) -> None:
    assert set(made(harbour(tmp_path)).read) == ALL


def _settings(root: Path, old: str, new: str) -> None:
    assert SETTINGS.count(old) >= 1
    (root / "rules" / "targeter.yaml").write_text(SETTINGS.replace(old, new), encoding="utf-8")


def test_a_second_run_reads_nothing(root: Path) -> None:
    again = made(root)
    assert again.read == () and again.answer == fresh(root)


def test_after_a_rule_changed_no_source_is_read(root: Path) -> None:
    for old, new in (
        ("sailor and miles > 100", "sailor"),  # asks for less
        ("asked or fee > 60", "asked and ports > 1 and afloat > 10"),  # for traits nobody asked
    ):
        (root / "rules" / "rules.yaml").write_text(RULES.replace(old, new), encoding="utf-8")
        again = made(root)
        assert again.read == () and again.answer == fresh(root)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("value: sum(miles)", "value: max(miles)"),
        ("sources:\n", "# findings go with the lines\n# they stand on\nsources:\n"),
        pytest.param("    - {source: sent, rule: rule}", "    - {source: sent}", marks=slow),
        pytest.param("first_by: sailed_at desc", "first_by: sailed_at", marks=slow),
        pytest.param("sails: {words: [sail, sails]", "sails: {words: [rope]", marks=slow),
        pytest.param("when: agreed}\n  buying", "when: agreed and age > 40}\n  buying", marks=slow),
        pytest.param("value: max(fee)}", "value: min(fee), default: 1}", marks=slow),
    ],
)
def test_a_changed_definition_is_noticed_and_needs_no_source_again(
    root: Path, old: str, new: str
) -> None:
    _settings(root, old, new)
    again = made(root)
    assert again.read == () and again.answer == fresh(root)


@pytest.mark.parametrize(
    ("old", "new", "read"),
    [
        ("time_zone: Europe/London", "time_zone: Asia/Tokyo", ALL),
        pytest.param("on_bad: missing}", "missing: [old]}", {"people"}, marks=slow),
        pytest.param("    time: said_at\n", "", {"posts"}, marks=slow),
        pytest.param("miles: integer", "miles: number", {"trips"}, marks=slow),
        pytest.param("    purpose: buying\n", "", {"trips"}, marks=slow),
        pytest.param("handle, consent: agreed}", "handle}", {"posts"}, marks=slow),
        pytest.param("[name], when: agreed}", "[name], when: age > 99}", {"crews"}, marks=slow),
    ],
)
def test_a_source_that_is_declared_otherwise_is_read(
    root: Path, old: str, new: str, read: set[str]
) -> None:
    _settings(root, old, new)
    again = made(root)
    assert set(again.read) == read and again.answer == fresh(root)


def test_a_derived_source_that_changed_is_noticed(root: Path) -> None:
    rules = RULES.replace("asked or fee > 60", "ports > 5")
    (root / "rules" / "rules.yaml").write_text(rules, encoding="utf-8")
    before = made(root).answer
    changed = PORTS_SQL.replace("count(*)", "count(*) + 5")
    (root / "rules" / "ports.sql").write_text(changed, encoding="utf-8")
    again = made(root)
    assert again.read == () and before != again.answer == fresh(root)


@slow
def test_another_day_has_other_profiles(root: Path) -> None:
    day = dt.date(2026, 10, 12)
    again = made(root, as_of=day)
    assert again.read == () and again.answer == fresh(root, as_of=day)


def test_a_changed_file_alone_is_read_again(root: Path) -> None:
    for name, old, new, source in (
        ("people.csv", "Nome 1", "Name 1", "people"),
        ("posts-2.csv", "a rope", "a sail", "posts"),
    ):
        path = root / "data" / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        again = made(root)
        assert again.read == (source,) and again.answer == fresh(root)


def test_a_changed_parquet_file_is_noticed(root: Path) -> None:
    engine, path = Engine(folders=[root / "data"]), literal(str(root / "data" / "moorings.parquet"))
    engine.run(f"CREATE TABLE t AS SELECT * REPLACE (fee + 20 AS fee) FROM read_parquet({path})")
    engine.run(f"COPY t TO {path} (FORMAT parquet)")
    again = made(root)
    assert again.read == ("moorings",) and again.answer == fresh(root)


def test_one_file_more_or_less_of_a_pattern_is_noticed(root: Path) -> None:
    (root / "data" / "posts-3.csv").write_text("handle,said_at,words\nh2,2026-10-01,which rope\n")
    more = made(root)
    assert more.read == ("posts",) and more.answer == fresh(root)
    (root / "data" / "posts-1.csv").unlink()
    less = made(root)
    assert less.read == ("posts",) and less.answer == fresh(root)


def test_a_file_that_was_only_touched_or_written_again_is_not_read(root: Path) -> None:
    for path in (root / "data").iterdir():
        path.touch()
    again = root / "data" / "crews.csv"
    copy = again.read_bytes()
    again.unlink()
    again.write_bytes(copy)
    assert made(root).read == ()


def test_a_change_that_hides_behind_the_old_size_and_times_is_noticed(root: Path) -> None:
    path = root / "data" / "people.csv"
    known, text = path.stat(), path.read_text(encoding="utf-8")
    path.write_text(text.replace('"Y"', '"N"', 1), encoding="utf-8")
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert path.stat().st_size == known.st_size
    again = made(root)
    assert again.read == ("people",) and again.answer == fresh(root)


def test_a_source_that_went_is_missed_as_without_a_cache(root: Path) -> None:
    (root / "data" / "sent.csv").unlink()
    with pytest.raises(Exception, match="can't be read"):
        made(root)


@slow
def test_a_table_of_a_duckdb_file_is_read_when_it_changed(tmp_path: Path) -> None:
    import duckdb

    kept = "path: data/moorings.duckdb\n    table: moorings"
    root = harbour(tmp_path, settings=SETTINGS.replace("path: data/moorings.parquet", kept))
    with duckdb.connect(str(root / "data" / "moorings.duckdb")) as file:
        file.execute("CREATE TABLE moorings AS SELECT 'p1' AS person_id, 70.5 AS fee")
    assert set(made(root).read) == ALL
    assert made(root).read == ()
    with duckdb.connect(str(root / "data" / "moorings.duckdb")) as file:
        file.execute("INSERT INTO moorings VALUES ('p3', 99)")
    again = made(root)
    assert again.read == ("moorings",) and again.answer == fresh(root)
