"""What columns become: as declared, or as every row of them looks."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.database import Engine
from targeter.sources import casting
from targeter.sources.reading import load

from .trial import source_of, tried, tried_csv


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (["true", "False", ""], "BOOLEAN"),
        (["Y", "N"], "VARCHAR"),
        (["1", "-2", "0"], "BIGINT"),
        (["007", "12"], "VARCHAR"),
        (["+447700900123", "+447700900124"], "VARCHAR"),
        (["999999999999999999", "1"], "BIGINT"),
        (["1000000000000000000", "1"], "VARCHAR"),
        (["1.50", "2", "-0.125"], "DECIMAL(18,3)"),
        (["123456789012.1234567", "1"], "DOUBLE"),
        (["1e5", "2.5"], "DOUBLE"),
        ([".5", "1"], "DOUBLE"),
        (["1,5", "2,5"], "VARCHAR"),
        (["2024-02-29", "1999-12-31"], "DATE"),
        (["2024-02-29", "", "1999-12-31"], "DATE"),
        (["", "2024-02-29 10:30"], "TIMESTAMP"),
        (["2023-02-29", "1999-12-31"], "VARCHAR"),
        (["2024-02-29 10:30", "2024-02-29"], "TIMESTAMP"),
        (["2024-02-29T10:30:00.125Z", "2024-02-29T10:30:00+02:00"], "TIMESTAMP"),
        (["31/12/1999", "01/01/2000"], "VARCHAR"),
        (["", " "], "VARCHAR"),
        (["1", "NA"], "VARCHAR"),
        (["1_000", "2"], "VARCHAR"),
        (["0x1F", "2"], "VARCHAR"),
        (["infinity", "1999-12-31"], "VARCHAR"),
        (["epoch", "1999-12-31"], "VARCHAR"),
    ],
)
def test_a_column_is_what_all_its_values_look_like(
    tmp_path: Path, values: list[str], type_: str
) -> None:
    lines = "".join(f'r{n},"{value}"\n' for n, value in enumerate(values))
    assert tried_csv(tmp_path, f"row,x\n{lines}").types["x"] == type_


def test_the_last_of_30_000_rows_counts_as_much_as_the_first(tmp_path: Path) -> None:
    lines = "".join(f"r{n},{n}\n" for n in range(30_000))
    assert tried_csv(tmp_path, f"row,x\n{lines}last,NA\n").types["x"] == "VARCHAR"


def test_blank_is_missing_and_other_text_is_kept_as_it_is(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, 'id,x\n1,""\n2,"  "\n3,"\u3000\u00a0"\n4," a "\n')
    assert [row[1] for row in trial.rows] == [None, None, None, " a "]


def test_not_a_number_is_missing_among_numbers(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "id,x\n1,NaN\n2,1.5\n3,inf\n4,nan\n")
    assert [row[1] for row in trial.rows] == [None, 1.5, None, None]
    assert trial.loaded
    assert "3 NaN or infinite are missing" in trial.loaded.columns[1].note


def test_keys_and_links_are_text_whatever_they_look_like(tmp_path: Path) -> None:
    yaml = """
person: who
others:
  friend:
    by: friend_id
    columns: [name]
    when: agreed
"""
    trial = tried_csv(tmp_path, "who,friend_id,n\n 12 ,7,1\n", yaml)
    assert trial.rows == [("12", "7", 1)]
    assert trial.types == {"who": "VARCHAR", "friend_id": "VARCHAR", "n": "BIGINT"}


def test_times_with_a_zone_become_the_projects(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "id,at\n1,2024-01-01T10:00:00+02:00\n2,2024-01-01 10:00\n")
    assert [row[1].hour for row in trial.rows] == [8, 10]


_EDGES = st.text(
    st.sampled_from(" \t\n\u00a0\u2003\u3000!~a\u00e9\u4eba\u0301\U0001f642"), max_size=4
)


@settings(deadline=None, max_examples=50)
@given(values=st.lists(st.tuples(_EDGES, st.text(max_size=3), _EDGES), min_size=1, max_size=30))
def test_white_space_of_any_script_is_no_part_of_a_value(
    values: list[tuple[str, str, str]],
) -> None:
    texts = ["".join(parts).replace("\0", "") for parts in values]
    engine = _engine()
    engine.load("given", {"n": "BIGINT", "t": "VARCHAR"}, enumerate(texts))
    rows = engine.rows(
        f"SELECT t, {casting.trimmed('t')}, {casting.not_blank('t')}, "
        r"regexp_replace(regexp_replace(t, '^[\s\pZ]+', ''), '[\s\pZ]+$', '') "
        "FROM given ORDER BY n"
    )
    for text, trimmed, kept, bare in rows:
        assert trimmed == (bare or None)
        assert kept == (text if bare else None)


@cache
def _engine() -> Engine:
    return Engine()


DECLARED = """
columns:
  day: {type: date, format: "%d/%m/%Y"}
  at: timestamp
  fee: decimal
  share: number
  many: integer
  agreed: {type: boolean, true_values: [Y, "Yes"], false_values: [N]}
  tags: {type: list, format: ";"}
  code: text
"""
HEADER = "day,at,fee,share,many,agreed,tags,code\n"


def test_declared_columns_are_cast_as_declared(tmp_path: Path) -> None:
    line = "01/02/2024,2024-02-01 10:00:00,1.10,1e-3,34.0,yes,a; b;,0012\n"
    (row,) = tried_csv(tmp_path, HEADER + line, DECLARED).rows
    assert row == (
        datetime.date(2024, 2, 1),
        datetime.datetime.fromisoformat("2024-02-01T10:00"),
        Decimal("1.100000"),
        0.001,
        34,
        True,
        ["a", "b"],
        "0012",
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("day", "2024-02-01"),
        ("day", "30/02/2024"),
        ("day", "01/02/24"),
        ("at", "soon"),
        ("at", "infinity"),
        ("fee", "1.1234567"),
        ("fee", "1_000"),
        ("fee", "12345678901234567890"),
        ("share", "12 %"),
        ("many", "1.5"),
        ("many", "99999999999999999999"),
        ("many", "0x10"),
        ("agreed", "maybe"),
        ("tags", "[broken"),
    ],
)
def test_what_is_not_exactly_of_the_type_stops_the_load(
    tmp_path: Path, column: str, value: str
) -> None:
    names = HEADER.strip().split(",")
    cells = [value if name == column else "" for name in names]
    trial = tried_csv(tmp_path, f"{HEADER}{',' * 7}\n{','.join(cells)}\n", DECLARED)
    assert trial.codes == ["TG710"]
    assert trial.places == [f"a.csv:3:{names.index(column) + 1}"]
    assert f"{column!r}: {value!r} is not" in trial.messages


def test_every_bad_value_has_its_place_even_below_quoted_line_breaks(tmp_path: Path) -> None:
    data = 'id,note,n\n1,"a\nb\nc",1\n2,x,two\n\n3,"y ""z""\n", three \n4,x,4\n'
    trial = tried_csv(tmp_path, data, "columns:\n  n: integer")
    assert trial.places == ["a.csv:5:5", "a.csv:8:3"]
    assert "'three'" in trial.messages


def test_bad_values_of_all_columns_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    data = "id,n,day\n" + "".join(f"{n},x{n},2024-13-01\n" for n in range(100))
    trial = tried_csv(tmp_path, data, "columns:\n  n: integer\n  day: date")
    assert trial.codes.count("TG710") == 42
    assert trial.messages.count("and 80 more") == 2


def test_a_bad_date_is_told_the_format_it_has(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "id,day\n1,31/12/2024\n", "columns:\n  day: date")
    assert '"%d/%m/%Y"' in trial.messages


def test_a_long_bad_value_is_shortened_and_escaped(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, 'id,n\n1,"\x1b[2J' + "x" * 500 + '"\n', "columns:\n  n: integer")
    assert "\x1b" not in trial.messages
    assert len(trial.findings[0].message) < 120


def test_a_row_of_the_second_file_is_found_there(tmp_path: Path) -> None:
    (tmp_path / "p1.csv").write_text("id,n\n1,1\n2,2\n")
    (tmp_path / "p2.csv").write_text("n,id\n3,3\nx,4\n")
    trial = tried(tmp_path, "path: p*.csv\ncolumns:\n  n: integer")
    assert trial.places == ["p2.csv:3:1"]


def test_missing_words_are_missing(tmp_path: Path) -> None:
    yaml = 'columns:\n  n: {type: integer, missing: [NA, "-"]}\n  t: {missing: [none]}'
    trial = tried_csv(tmp_path, "n,t\nNA,none\n -,x\n3, none \n", yaml)
    assert trial.rows == [(None, None), (None, "x"), (3, None)]


@pytest.mark.parametrize(
    ("declared", "missing", "gap"),
    [
        ("number", "-99", "-99.0"),
        ("decimal", "-99.0", "-99"),
        ("integer", "0", "000"),
        ("date, format: '%d/%m/%Y'", "01/01/1900", "1/1/1900"),
        ("timestamp", "1900-01-01", "1900-01-01T00:00"),
    ],
)
def test_a_missing_number_or_day_is_missing_however_it_is_written(
    tmp_path: Path, declared: str, missing: str, gap: str
) -> None:
    yaml = f"columns:\n  id: text\n  x: {{type: {declared}, missing: [none, '{missing}']}}"
    trial = tried_csv(tmp_path, f"id,x\na,{gap}\nb,none\n", yaml)
    assert trial.rows == [("a", None), ("b", None)] and not trial.codes


def test_a_missing_word_of_a_text_is_spelled_as_it_is(tmp_path: Path) -> None:
    yaml = "columns:\n  id: text\n  x: {missing: [-99]}"
    assert tried_csv(tmp_path, "id,x\na,-99.0\nb,-99\n", yaml).rows == [
        ("a", "-99.0"),
        ("b", None),
    ]


@pytest.mark.parametrize(
    ("format_", "written", "expected"),
    [
        ("1234,5", "-142,44", "-142.44"),
        ("1234,5", ",5", "0.5"),
        ("1.234,5", "1.234.567,89", "1234567.89"),
        ("1.234,5", "1234", "1234"),
        ("1,234.5", "1,234", "1234"),
        ("1 234,5", "1\u202f234,5", "1234.5"),
        ("1 234,5", "1 234 567", "1234567"),
        ("1'234.5", "1’234.5", "1234.5"),
    ],
)
def test_numbers_are_read_as_they_are_written(
    tmp_path: Path, format_: str, written: str, expected: str
) -> None:
    yaml = f'columns:\n  n: {{type: decimal, format: "{format_}"}}'
    trial = tried_csv(tmp_path, f"id;n\n1;{written}\n", yaml)
    assert [row[1] for row in trial.rows] == [Decimal(expected)]


@pytest.mark.parametrize(
    ("format_", "written"),
    [
        ("1234,5", "1.5"),
        ("1234,5", "1.234,5"),
        ("1.234,5", "1.23"),
        ("1.234,5", "12.34,5"),
        ("1,234.5", "1,5"),
        ("1 234,5", "1 23"),
    ],
)
def test_a_number_written_otherwise_is_bad(tmp_path: Path, format_: str, written: str) -> None:
    yaml = f'columns:\n  n: {{type: number, format: "{format_}"}}'
    trial = tried_csv(tmp_path, f"id;n\n1;{written}\n", yaml)
    assert trial.codes == ["TG710"]
    assert f"is not a number as {format_}" in trial.messages


@pytest.mark.parametrize(("written", "way"), [("1,5", "1234,5"), ("1.234,50", "1.234,5")])
def test_a_comma_in_a_number_is_told_how_to_declare(tmp_path: Path, written: str, way: str) -> None:
    trial = tried_csv(tmp_path, f"id;n\n1;{written}\n", "columns:\n  n: number")
    assert f'declare format: "{way}" for n' in trial.findings[0].help


def test_on_bad_missing_drops_and_counts(tmp_path: Path) -> None:
    yaml = "columns:\n  n: {type: integer, on_bad: missing, at_most: 2}"
    trial = tried_csv(tmp_path, "id,n\n1,a\n2,b\n3,3\n", yaml)
    assert [row[1] for row in trial.rows] == [None, None, 3]
    assert trial.codes == ["TG718"]
    assert "2 values" in trial.messages
    over = tried_csv(tmp_path, "id,n\n1,a\n2,b\n3,c\n", yaml)
    assert set(over.codes) == {"TG710"}
    assert "at_most: 2" in over.messages


def test_a_declared_column_that_is_not_there_is_found_with_a_suggestion(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "id,born\n1,x\n", "key: id\ncolumns:\n  borm: text")
    assert trial.codes == ["TG716"]
    assert "did you mean 'born'?" in trial.messages


def test_key_time_and_by_must_be_there(tmp_path: Path) -> None:
    yaml = """
person: who
time: at
others:
  friend:
    by: friend
    columns: [x]
    when: y
"""
    assert tried_csv(tmp_path, "id,born\n1,x\n", yaml).codes == ["TG716"] * 3


def test_time_must_name_a_column_of_times(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "who,at\na,31/12/1999\n", "person: who\ntime: at")
    assert trial.codes == ["TG710"]
    assert "is no time but text" in trial.messages
    yaml = 'person: who\ntime: at\ncolumns:\n  at: {type: date, format: "%d/%m/%Y"}'
    assert tried_csv(tmp_path, "who,at\na,31/12/1999\n", yaml).findings == ()


def test_other_identifiers_of_people_are_text_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,number\n1,42\n")
    engine = Engine(folders=[tmp_path])
    loaded = load(engine, source_of("path: a.csv\nkey: id"), tmp_path, identifiers=["number"])
    assert [column.type for column in loaded.columns] == ["VARCHAR", "VARCHAR"]


def test_undeclared_columns_are_kept_with_what_was_assumed(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "id,x\n1,2\n", "key: id")
    assert trial.loaded
    column = trial.loaded.columns[1]
    assert (column.declared, column.note) == (False, "whole numbers")


def test_a_format_that_can_not_be_used_is_found_before_anything_is_read(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "id,d\n1,2\n", 'columns:\n  d: {type: date, format: "%Q"}')
    assert trial.codes == ["TG105"]
    assert trial.places[0].startswith("targeter.yaml:")


def test_names_are_found_in_any_case_and_take_the_declared_one(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "ID,Born\n1,2000-01-01\n", "key: id\ncolumns:\n  born: date")
    assert trial.types == {"ID": "VARCHAR", "born": "DATE"}


def test_a_hostile_name_is_a_name(tmp_path: Path) -> None:
    names = ['x"; DROP TABLE y', "'", "sélect", "a b", "{}", "$1", "rowid", "c1", "c0"]
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    trial = tried_csv(tmp_path, f"{header}\n{','.join('1' * len(names))}\n")
    assert list(trial.types) == names
    assert trial.rows == [(1,) * len(names)]


def test_threads_and_row_order_change_no_type_and_no_value(tmp_path: Path) -> None:
    lines = [f"{n},{n * 7 % 1000}.5,2024-01-{n % 28 + 1:02}\n" for n in range(5_000)]
    (tmp_path / "a.csv").write_text("id,x,d\n" + "".join(lines))
    one = tried(tmp_path, "path: a.csv", threads=1)
    (tmp_path / "a.csv").write_text("id,x,d\n" + "".join(reversed(lines)))
    four = tried(tmp_path, "path: a.csv", threads=4)
    assert one.types == four.types
    assert sorted(one.rows) == sorted(four.rows)


def test_a_column_called_rowid_does_not_move_the_places(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "rowid,n\n9,1\n8,x\n", "columns:\n  n: integer")
    assert trial.places == ["a.csv:3:3"]


def test_each_of_many_columns_is_what_it_would_be_alone(tmp_path: Path) -> None:
    looks = [("1", "BIGINT"), ("1.5", "DECIMAL(18,1)"), ("2026-11-01", "DATE"), ("no", "VARCHAR")]
    columns = [looks[number % len(looks)] for number in range(120)]
    header = ",".join(f"c{number}" for number in range(len(columns)))
    trial = tried_csv(tmp_path, f"{header}\n{','.join(value for value, _ in columns)}\n")
    assert trial.loaded is not None
    assert [column.type for column in trial.loaded.columns] == [type_ for _, type_ in columns]
