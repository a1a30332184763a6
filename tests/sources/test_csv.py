"""CSV as it comes: delimiters, headers, encodings, quotes, and what can't be read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from targeter.sources.csv_records import records

from .trial import tried, tried_csv


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_common_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = "id,name,note\n1,Ann,x\n2,Bo,y\n".replace(",", delimiter)
    trial = tried_csv(tmp_path, text)
    assert trial.rows == [(1, "Ann", "x"), (2, "Bo", "y")]


def test_a_semicolon_file_with_decimal_commas_is_not_read_by_its_commas(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "id;fee\na;1,5\nb;2,5\n")
    assert trial.rows == [("a", "1,5"), ("b", "2,5")]


@pytest.mark.parametrize("declared", ["'~'", "'\\t'", "tab"])
def test_a_declared_delimiter_wins(tmp_path: Path, declared: str) -> None:
    real = "~" if "~" in declared else "\t"
    trial = tried_csv(tmp_path, f"a{real}b,c\n1{real}2,3\n", f"delimiter: {declared}")
    assert trial.rows == [(1, "2,3")]


def test_a_spreadsheet_may_name_its_delimiter_first(tmp_path: Path) -> None:
    assert tried_csv(tmp_path, "sep=|\na,b|c\n1,5|2\n").rows == [("1,5", 2)]


def test_a_delimiter_of_two_characters_is_refused(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "a,b\n1,2\n", "delimiter: '::'")
    assert trial.codes == ["TG105"]


def test_holes_in_a_header_get_names_and_are_mentioned(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, ",name,\n0,Ann,x\n")
    assert list(trial.types) == ["column_1", "name", "column_3"]
    assert "column_1, column_3" in trial.notes


def test_a_name_that_stands_twice_is_found_in_any_case(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "id,Name,name\n1,a,b\n")
    assert trial.codes == ["TG720"]
    assert trial.places == ["a.csv:1:9"]


def test_a_byte_order_mark_is_not_part_of_the_first_name(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, b"\xef\xbb\xbfid,name\n1,Zo\xc3\xab\n")
    assert trial.rows == [(1, "Zoë")]
    assert list(trial.types) == ["id", "name"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_and_32_are_read_without_being_declared(tmp_path: Path, encoding: str) -> None:
    trial = tried_csv(tmp_path, "id,name\n1,Zoë\n2,Łukasz\n".encode(encoding))
    assert trial.rows == [(1, "Zoë"), (2, "Łukasz")]


def test_what_is_not_utf_8_is_read_as_windows_1252_and_said(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "id,name\n1,Zoë – “x” €\n".encode("cp1252"))
    assert trial.rows == [(1, "Zoë – “x” €")]
    assert "Windows-1252" in trial.notes


def test_a_declared_encoding_wins(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "id,name\n1,Łódź\n".encode("iso8859-2"), "encoding: iso8859-2")
    assert trial.rows == [(1, "Łódź")]
    assert trial.notes == ""


def test_an_unknown_encoding_is_a_finding(tmp_path: Path) -> None:
    assert tried_csv(tmp_path, "a,b\n1,2\n", "encoding: klingon").codes == ["TG105"]


def test_utf_8_with_one_broken_byte_is_refused_with_its_line(tmp_path: Path) -> None:
    data = "id,name\n1,Zoë\n2,Łukasz\n3,Ñ".encode() + b"\xff\n"
    trial = tried_csv(tmp_path, data)
    assert trial.codes == ["TG711"]
    assert trial.places == ["a.csv:4:4"]


def test_a_nul_byte_is_refused_with_its_line(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, b"id,name\n1,a\n2,b\x00c\n")
    assert (trial.codes, trial.places) == (["TG711"], ["a.csv:3:1"])


def test_line_breaks_inside_quotes_belong_to_the_value(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, 'id,note\r\n1,"one\r\ntwo"\r\n2,"say ""hi"""\r\n')
    assert trial.rows == [(1, "one\r\ntwo"), (2, 'say "hi"')]


def test_a_header_may_hold_a_line_break(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, 'id,"long\nname"\n1,2\n')
    assert list(trial.types) == ["id", "long name"]
    assert trial.rows == [(1, 2)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(tmp_path: Path, end: str) -> None:
    trial = tried_csv(tmp_path, end.join(["id,name", "1,a", "2,b", ""]))
    assert trial.rows == [(1, "a"), (2, "b")]


def test_lines_may_end_in_different_ways(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "id,name\r\n1,a\n2,b\r\n3,c\n")
    assert trial.rows == [(1, "a"), (2, "b"), (3, "c")]
    assert "different ways" in trial.notes


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    assert tried_csv(tmp_path, "\n\nid,name\n1,a\n\n2,b\n\n\n").rows == [(1, "a"), (2, "b")]
    assert tried_csv(tmp_path, "id\n1\n\n2\n\n").rows == [(1,), (2,)]


def test_a_file_without_a_header_gets_numbered_columns(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "0\t2010-10-19T23:55:27Z\t30.2\n1\t2010-10-18T22:17:43Z\t9.5\n")
    assert list(trial.types) == ["column_1", "column_2", "column_3"]
    assert len(trial.rows) == 2
    assert "first line holds data" in trial.notes


def test_a_file_without_a_header_is_named_by_its_declaration(tmp_path: Path) -> None:
    yaml = "columns:\n  person: text\n  lat: number"
    trial = tried_csv(tmp_path, "7,30.25\n8,29.5\n", yaml)
    assert trial.rows == [("7", 30.25), ("8", 29.5)]
    assert list(trial.types) == ["person", "lat"]


def test_tab_separated_names_in_quotes_keep_their_quotes(tmp_path: Path) -> None:
    text = 'id\tname\n1\tAnn\n2\t"Weird" Al\n3\tB "o" C\n'
    trial = tried_csv(tmp_path, text, name="a.tsv")
    assert [row[1] for row in trial.rows] == ["Ann", '"Weird" Al', 'B "o" C']
    assert "quotes are taken" in trial.notes


def test_gzipped_files_and_globs_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "p2.csv").write_text("name,id\nb,2\n")
    (tmp_path / "p1.csv").write_text("id,name\n1,a\n")
    (tmp_path / "p3.csv.gz").write_bytes(gzip.compress(b"id;name\n3;c\n", mtime=0))
    trial = tried(tmp_path, "path: p*.csv*\nformat: csv")
    assert trial.rows == [(1, "a"), (2, "b"), (3, "c")]
    assert trial.loaded
    assert trial.loaded.files == ("p1.csv", "p2.csv", "p3.csv.gz")


def test_files_of_one_source_have_the_same_columns(tmp_path: Path) -> None:
    (tmp_path / "p1.csv").write_text("id,name\n1,a\n")
    (tmp_path / "p2.csv").write_text("id,nmae\n2,b\n")
    trial = tried(tmp_path, "path: p*.csv")
    assert trial.codes == ["TG716"]
    assert "'name'" in trial.messages
    assert "'nmae'" in trial.messages


def test_every_ragged_row_is_found_with_its_line(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, 'id,name\n1,a\n2\n3,"x\ny"\n4,b,c\n')
    assert trial.codes == ["TG711", "TG711"]
    assert trial.places == ["a.csv:3:1", "a.csv:6:1"]
    assert "3 values on a line, 2 in the header" in trial.messages


def test_many_ragged_rows_are_counted(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "id,name\n" + "1\n" * 50)
    assert len(trial.findings) == 21
    assert "and 30 more lines" in trial.messages


def test_a_quote_that_is_never_closed_is_found_where_it_opens(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, 'id,name\n1,a\n2,"b\n3,c\n4,d\n')
    assert (trial.codes, trial.places) == (["TG711"], ["a.csv:3:3"])
    assert "never closed" in trial.messages


def test_text_behind_a_closing_quote_is_found(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, 'id,name\n1,"a"b\n2,c\n3,"d"e\n')
    assert trial.places == ["a.csv:2:5", "a.csv:4:5"]


def test_a_line_too_long_is_found_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,name\n1,a\n2," + b"x" * 10_000_000 + b"\n3,c\n")
    trial = tried(tmp_path, "path: a.csv")
    assert (trial.codes, trial.places) == (["TG711"], ["a.csv:3:1"])
    assert "longer than" in trial.messages


@pytest.mark.slow
def test_a_line_of_100_megabytes_is_found_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,name\n1,a\n2," + b"x" * 100_000_000 + b"\n3,c\n")
    trial = tried(tmp_path, "path: a.csv")
    assert (trial.codes, trial.places) == (["TG711"], ["a.csv:3:1"])


def test_a_header_that_is_one_endless_line_is_refused(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, b"x" * 3_000_000)
    assert trial.codes == ["TG711"]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \n"])
def test_an_empty_file_is_a_finding(tmp_path: Path, data: bytes) -> None:
    assert tried_csv(tmp_path, data).codes in (["TG714"], ["TG711"])


def test_a_header_alone_is_fine_but_not_for_the_base(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, "id,name\n", "person: id")
    assert trial.rows == []
    assert trial.types == {"id": "VARCHAR", "name": "VARCHAR"}
    assert tried_csv(tmp_path, "id,name\n", "key: id").codes == ["TG714"]


def test_a_gzipped_file_that_is_cut_off_is_a_finding(tmp_path: Path) -> None:
    whole = gzip.compress(b"id,name\n" + b"1,abcdef\n" * 1000, mtime=0)
    trial = tried_csv(tmp_path, whole[:-20], name="a.csv.gz")
    assert trial.codes == ["TG715"]


_VALUES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=12
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(_VALUES, _VALUES), min_size=1, max_size=6))
def test_quoted_values_come_back_as_they_were(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = [f"r{n},{quoted(a)},{quoted(b)}\n" for n, (a, b) in enumerate(rows)]
    text = "row,a,b\n" + "".join(lines)
    yaml = "columns:\n  a: text\n  b: text"
    expected = [tuple(None if not v.strip() else v for v in row) for row in rows]
    got = [(a, b) for _, a, b in tried_csv(tmp_path, text, yaml).rows]
    blank_alike = [(a if a and a.strip() else None, b if b and b.strip() else None) for a, b in got]
    assert blank_alike == expected
    read = [r for r in records(text.splitlines(keepends=True), ",") if r.fields]
    assert all(len(record.fields) == 3 for record in read if not record.problem)
