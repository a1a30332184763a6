"""Strings that break other programs, as values and as names, in every format."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest

from .trial import PUBLIC_DATA, Trial, tried

OURS = (
    "'; DROP TABLE source_things; --",
    '"',
    "'",
    '""',
    "\\",
    "${TARGETER_CRM}",
    "{{ name }}",
    "<script>alert(1)</script>",
    "\u202eabc\u202c",
    "\ufeff",
    "\u200b",
    "👩‍👩‍👧‍👦",
    "é" * 300,
    "a\nb",
    "NULL",
    "nan",
    "1;2",
    "=1+1",
    "$1",
    "\x01\x02\x7f",
)
_PUBLIC = PUBLIC_DATA / "blns.json"


def _naughty() -> list[str]:
    if not _PUBLIC.is_file():
        return list(OURS)
    return [*OURS, *json.loads(_PUBLIC.read_text(encoding="utf-8"))]


def _loaded(trial: Trial) -> list[str | None]:
    assert trial.findings == (), trial.messages
    rows = sorted(trial.rows, key=lambda row: int(row[0]))
    return [row[1] for row in rows]


def _expected(values: list[str]) -> list[str | None]:
    # the engine's white space, not Python's, decides what is blank
    return [value if value.strip(" \t\n\r\f\v\u00a0\u3000") else None for value in values]


def _same(got: list[str | None], values: list[str]) -> None:
    for one, other in zip(got, _expected(values), strict=True):
        assert one == other or (one is None and other is not None and not other.strip())


STARTS = [b"", b"a,b\n", b'{"a": 1}\n', b"PAR1", b"\x1f\x8b\x08", b"\xff\xfe"]
YAML = "key: n\ncolumns:\n  n: text\n  value: text"


def test_hostile_values_in_csv_come_back_as_they_were(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(["n", "value"])
        writer.writerows(enumerate(_naughty()))
    _same(_loaded(tried(tmp_path, f"path: a.csv\n{YAML}")), _naughty())


def test_hostile_values_in_json_come_back_as_they_were(tmp_path: Path) -> None:
    records = [{"n": n, "value": value} for n, value in enumerate(_naughty())]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (tmp_path / "a.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps(records), encoding="utf-8")
    _same(_loaded(tried(tmp_path, f"path: a.jsonl\n{YAML}")), _naughty())
    _same(_loaded(tried(tmp_path, f"path: b.json\n{YAML}")), _naughty())


def test_hostile_values_in_parquet_come_back_as_they_were(tmp_path: Path) -> None:
    with duckdb.connect() as maker:
        maker.execute("CREATE TABLE t (n BIGINT, value VARCHAR)")
        maker.execute(
            "INSERT INTO t SELECT generate_subscripts($1, 1) - 1, unnest($1)", [_naughty()]
        )
        maker.execute(f"COPY t TO '{tmp_path}/a.parquet' (FORMAT parquet)")
    _same(_loaded(tried(tmp_path, f"path: a.parquet\n{YAML}")), _naughty())


def test_a_hostile_value_where_a_number_should_be_is_one_finding_each(tmp_path: Path) -> None:
    values = [v for v in OURS if v.strip("\ufeff\u200b") and v not in ("nan",)]
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(["n", "value"])
        writer.writerows(enumerate(values))
    trial = tried(tmp_path, "path: a.csv\ncolumns:\n  value: integer")
    assert set(trial.codes) == {"TG710"}
    assert len(trial.codes) == len(values)
    assert all(place.startswith("a.csv:") for place in trial.places)
    assert all(finding.message.isprintable() for finding in trial.findings)


def test_hostile_names_in_json_are_names(tmp_path: Path) -> None:
    names = {name.casefold(): name for name in _naughty() if name}
    record = dict.fromkeys(names.values(), 1)
    (tmp_path / "a.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    trial = tried(tmp_path, "path: a.jsonl")
    assert trial.loaded
    assert {column.name for column in trial.loaded.columns} == set(record)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "json", "parquet", "duckdb", "csv.gz"])
@pytest.mark.parametrize("start", STARTS)
def test_garbage_is_a_finding_or_a_table_and_never_an_accident(
    tmp_path: Path, suffix: str, start: bytes
) -> None:
    noise = bytes((len(start) * 37 + n * n * 13 + n // 7) % 256 for n in range(5_000))
    (tmp_path / f"a.{suffix}").write_bytes(start + noise)
    trial = tried(tmp_path, f"path: a.{suffix}\ntable: t")
    assert trial.loaded or trial.codes
