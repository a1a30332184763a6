"""The engine's door: nothing outside the given folders is reached, and Ctrl-C is heard."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from targeter.database import (
    Engine,
    EngineError,
    Parser,
    Trouble,
    identifier,
    list_literal,
    literal,
)
from targeter.errors import Interrupted


def test_only_the_given_folders_are_reached(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "a.csv").write_text("x\n1\n")
    engine = Engine(folders=[inside])
    assert engine.value(f"SELECT x FROM read_csv({literal(str(inside / 'a.csv'))})") == 1
    hidden = literal(str(outside / "a.csv"))
    for statement in (
        f"SELECT * FROM read_csv({hidden})",
        f"SELECT * FROM {identifier(str(outside / 'a.csv'))}",
        f"COPY (SELECT 1) TO {hidden}",
        f"ATTACH {literal(str(outside / 'b.duckdb'))}",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        f"SET allowed_directories = [{literal(str(outside))}]",
        "INSTALL httpfs",
    ):
        with pytest.raises(EngineError):
            engine.run(statement)


def test_without_folders_nothing_on_disk_is_reached(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    with pytest.raises(EngineError, match="disabled by configuration"):
        Engine().rows(f"SELECT * FROM read_csv({literal(str(tmp_path / 'a.csv'))})")


def test_rows_come_in_chunks_while_other_statements_run() -> None:
    engine = Engine(time_zone="America/New_York")
    engine.load("copied", {"n": "BIGINT"}, [])
    sizes = []
    for chunk in engine.chunks("SELECT range AS n FROM range(25)", size=10):
        sizes.append(len(chunk))
        engine.append("copied", chunk)
    assert sizes == [10, 10, 5]
    assert engine.rows("SELECT n FROM copied ORDER BY n") == [(n,) for n in range(25)]
    shown = engine.chunks("SELECT '2026-01-01 00:30:00+00'::TIMESTAMPTZ::VARCHAR AS t")
    assert next(shown)[0][0].startswith("2025-12-31 19:30:00")


def test_who_writes_rows_hears_how_many() -> None:
    engine = Engine()
    assert engine.written("CREATE TABLE t AS SELECT * FROM range(7)") == 7
    assert engine.written("INSERT INTO t SELECT * FROM t WHERE range > 4") == 2
    assert engine.written("CREATE OR REPLACE TABLE t AS SELECT * FROM range(0)") == 0


def test_ctrl_c_stops_a_running_statement_within_a_second() -> None:
    engine = Engine()
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        engine.rows("SELECT count(*) FROM range(100000000) a, range(1000000) b WHERE a = b + 1e-9")
    timer.join()
    assert time.monotonic() - began < 10
    assert engine.value("SELECT 42") == 42


def test_an_error_says_where_it_is() -> None:
    with pytest.raises(EngineError) as caught:
        Engine().rows("SELECT nothing_like_that")
    trouble = caught.value.trouble
    assert (trouble.start, trouble.length) == (7, 17)
    assert "nothing_like_that" in trouble.message


def test_texts_are_parsed_many_at_a_time_and_in_order() -> None:
    parser = Parser()
    texts = [f"SELECT {n} + x" for n in range(100)]
    trees = parser.trees([*texts, "SELECT ("])
    assert isinstance(trees[-1], Trouble)
    good = [tree for tree in trees if not isinstance(tree, Trouble)]
    assert parser.texts(good) == [f"SELECT ({n} + x)" for n in range(100)]


def test_a_text_is_said_the_same_again_and_each_tree_is_ones_own() -> None:
    parser, again = Parser(), Parser()
    texts = ["SELECT x + 1", "SELECT (", "SELECT x + 1"]
    first = parser.trees(texts)
    assert first[0] == first[2] and first[0] is not first[2]
    assert isinstance(first[0], dict)
    first[0].clear()
    assert again.trees(texts) == [first[2], first[1], first[2]]
    assert not again.texts([]) and not again.trees([])


def test_parsers_share_a_database_and_see_none_of_each_others_tables() -> None:
    first, second = Parser(), Parser()
    tables = first.table([("a", "BIGINT")]), second.table([("b", "DATE")])
    assert first.types(f"SELECT * FROM {tables[0]}") == [("a", "BIGINT")]
    assert second.types(f"SELECT * FROM {tables[1]}") == [("b", "DATE")]
    with pytest.raises(EngineError, match='column "a"'):
        second.types(f"SELECT a FROM {tables[1]}")
    with pytest.raises(EngineError):
        second.table([(column, "BIGINT") for column in ("c", "c")])
    assert first.casts([("3", "BIGINT"), ("x", "BIGINT")]) == [True, False]


def test_a_parser_reads_a_time_in_utc_wherever_it_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    engine = Engine(time_zone="America/New_York")
    asked = "SELECT current_setting('TimeZone')"
    assert engine.value(asked) == engine.beside().value(asked) == "America/New_York"
    constant = "CAST(TIMESTAMPTZ '2026-11-01 12:00:00+00' AS TIMESTAMP)"
    assert Parser().values([constant]) == [("TIMESTAMP", "2026-11-01 12:00:00")]


@pytest.mark.parametrize(
    "value", ["", "O'Neil", '"; DROP TABLE x; --', "two\nlines", "\u202e", 3, -2.5, True, None]
)
def test_values_of_any_kind_come_back_from_a_literal(value: object) -> None:
    assert Engine().value(f"SELECT {literal(value)}") == value
    assert Engine().value(f"SELECT {list_literal([value])}") == [value]


def test_names_of_any_kind_are_quoted() -> None:
    name = 'a "quoted" name; DROP'
    engine = Engine()
    engine.load(name.replace('"', ""), {name: "BIGINT"}, [(1,)])
    assert engine.columns_of(name.replace('"', "")) == [(name, "BIGINT")]
