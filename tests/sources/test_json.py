"""JSON and JSON Lines: every record, every field, and the lines that are malformed."""

from __future__ import annotations

import datetime
import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest

from .trial import Trial, tried, tried_csv


def _lines(root: Path, *lines: str, yaml: str = "", name: str = "a.jsonl") -> Trial:
    return tried_csv(root, "\n".join(lines) + "\n", yaml, name)


def test_types_are_those_of_all_records(tmp_path: Path) -> None:
    record = {"n": 1, "x": 1.5, "t": "a", "b": True, "d": "2024-01-31", "at": "2024-01-31T10:00:00"}
    trial = _lines(tmp_path, json.dumps(record), '{"n": 2, "x": 0.25, "extra": "late"}')
    assert trial.types == {
        "at": "TIMESTAMP",
        "b": "BOOLEAN",
        "d": "DATE",
        "extra": "VARCHAR",
        "n": "BIGINT",
        "t": "VARCHAR",
        "x": "DECIMAL(18,2)",
    }
    moment = datetime.datetime.fromisoformat("2024-01-31T10:00")
    assert trial.rows == [
        (moment, True, moment.date(), None, 1, "a", Decimal("1.50")),
        (None, None, None, "late", 2, None, Decimal("0.25")),
    ]


def test_text_that_looks_like_a_number_stays_text(tmp_path: Path) -> None:
    assert _lines(tmp_path, '{"a": "123", "b": "true"}').rows == [("123", "true")]


def test_long_numbers_keep_their_digits(tmp_path: Path) -> None:
    trial = _lines(tmp_path, '{"id": 1234567890123456789, "n": 1}', yaml="person: n")
    assert trial.rows == [("1234567890123456789", "1")]


@pytest.mark.parametrize("written", ["1.234,5", "1234,5", "1 234,5", "1,234.5", "1'234.5"])
def test_numbers_are_numbers_whatever_texts_beside_them_look_like(
    tmp_path: Path, written: str
) -> None:
    yaml = f'columns:\n  x: {{type: decimal, format: "{written}", missing: [-99.5, none]}}'
    values = [1.234, -1234.5, 1e-3, 7, written, -99.5, "none", None]
    trial = _lines(tmp_path, *(json.dumps({"x": value}) for value in values), yaml=yaml)
    expected = ["1.234", "-1234.5", "0.001", "7", "1234.5", None, None, None]
    assert [row[0] for row in trial.rows] == [one and Decimal(one) for one in expected]


def test_nested_values_become_lists_of_text_or_json_text(tmp_path: Path) -> None:
    trial = _lines(tmp_path, '{"l": ["a", 1, {"x": 2}], "s": {"y": [1]}}', '{"l": [], "s": "t"}')
    assert trial.types == {"l": "VARCHAR[]", "s": "VARCHAR"}
    assert trial.rows == [(["a", "1", '{"x":2}'], '{"y":[1]}'), ([], "t")]


def test_mixed_values_become_text(tmp_path: Path) -> None:
    trial = _lines(tmp_path, '{"a": 1}', '{"a": "x"}', '{"a": [1]}', '{"a": null}')
    assert [row[0] for row in trial.rows] == ["1", "x", "[1]", None]


def test_blank_text_is_missing(tmp_path: Path) -> None:
    assert _lines(tmp_path, '{"a": "  ", "b": ""}', '{"a": "x"}').rows[0] == (None, None)


def test_an_array_and_objects_over_several_lines_are_read(tmp_path: Path) -> None:
    array = tried_csv(tmp_path, '[{"a": 1},\n {"a": 2}]', name="a.json")
    spread = tried_csv(tmp_path, '{\n "a": 1\n}\n{\n "a": 2\n}', name="b.json")
    assert array.rows == spread.rows == [(1,), (2,)]


def test_gzipped_files_marks_and_globs_are_read(tmp_path: Path) -> None:
    (tmp_path / "p1.jsonl").write_bytes(b'\xef\xbb\xbf{"a": 1}\n\n{"a": 2}\n')
    (tmp_path / "p2.jsonl.gz").write_bytes(gzip.compress(b'{"a": 3}\n', mtime=0))
    (tmp_path / "p3.jsonl").write_bytes('{"b": "é"}\n'.encode("utf-16"))
    (tmp_path / "p4.jsonl").write_bytes(b"")
    trial = tried(tmp_path, "path: p*.jsonl*\nformat: jsonl")
    assert trial.rows == [(1, None), (2, None), (3, None), (None, "é")]


def test_every_malformed_line_is_found(tmp_path: Path) -> None:
    trial = _lines(tmp_path, '{"a": 1}', '{"a":', "", "{'a': 2}", '{"a": 3}', '{"a": NaN}')
    assert trial.codes == ["TG711"] * 3
    assert [place.rsplit(":", 1)[0] for place in trial.places] == [
        "a.jsonl:2",
        "a.jsonl:4",
        "a.jsonl:6",
    ]


def test_a_malformed_document_has_its_line_and_column(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, '[{"a": 1},\n {"a" 2}]', name="a.json")
    assert trial.places == ["a.json:2:7"]


@pytest.mark.parametrize("line", ["[1, 2]", '"text"', "7", "null"])
def test_a_record_that_is_no_object_is_found(tmp_path: Path, line: str) -> None:
    trial = _lines(tmp_path, '{"a": 1}', line)
    assert (trial.codes, trial.places) == (["TG711"], ["a.jsonl:2:1"])


def test_a_name_twice_in_one_object_is_found(tmp_path: Path) -> None:
    trial = _lines(tmp_path, '{"a": 1}', '{"a": 1, "a": 2}')
    assert (trial.codes, trial.places) == (["TG711"], ["a.jsonl:2:1"])
    assert "stands twice" in trial.messages


def test_names_that_differ_in_case_only_are_found(tmp_path: Path) -> None:
    assert _lines(tmp_path, '{"Name": 1}', '{"name": 2}').codes == ["TG720"]


def test_half_a_surrogate_is_found(tmp_path: Path) -> None:
    trial = _lines(tmp_path, '{"a": "x"}', '{"a": "\\ud800"}')
    assert (trial.codes, trial.places) == (["TG711"], ["a.jsonl:2:1"])


def test_a_bad_value_has_the_line_of_its_record(tmp_path: Path) -> None:
    yaml = "columns:\n  n: integer"
    trial = _lines(tmp_path, '{"n": 1}', "", '{"n": "two"}', '{"n": 2.5}', yaml=yaml)
    assert [p.rsplit(":", 1)[0] for p in trial.places] == ["a.jsonl:3", "a.jsonl:4"]


def test_a_bad_value_of_an_array_has_the_number_of_its_record(tmp_path: Path) -> None:
    trial = tried_csv(tmp_path, '[{"n": 1}, {"n": "x"}]', "columns:\n  n: integer", "a.json")
    assert "record 2" in trial.messages


def test_a_declared_field_may_stand_in_no_record(tmp_path: Path) -> None:
    trial = _lines(tmp_path, '{"a": 1}', yaml="columns:\n  score: number")
    assert trial.types == {"a": "BIGINT", "score": "DOUBLE"}
    assert _lines(tmp_path, '{"scoore": 1}', yaml="columns:\n  score: number").codes == ["TG716"]


def test_an_empty_file_needs_declared_columns(tmp_path: Path) -> None:
    trial = _lines(tmp_path, "", yaml="person: a\ncolumns:\n  a: text\n  n: integer")
    assert (trial.rows, trial.types) == ([], {"a": "VARCHAR", "n": "BIGINT"})
    assert _lines(tmp_path, "").codes == ["TG714"]
    assert tried_csv(tmp_path, "[]", name="a.json").codes == ["TG714"]


def test_a_record_too_long_is_found(tmp_path: Path) -> None:
    trial = _lines(tmp_path, '{"a": "x"}', '{"a": "' + "x" * 40_000_000 + '"}')
    assert (trial.codes, trial.places) == (["TG711"], ["a.jsonl:2:1"])


def test_deep_nesting_is_text_or_a_finding(tmp_path: Path) -> None:
    trial = _lines(tmp_path, '{"a": ' + "[" * 5000 + "]" * 5000 + "}")
    assert trial.loaded or trial.codes == ["TG711"]
