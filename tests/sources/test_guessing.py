"""What a file seems to hold, and that what is written down about it then loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter.database import Engine
from targeter.errors import BadData
from targeter.sources.guessing import (
    GuessedColumn,
    GuessedFile,
    GuessedLink,
    guess,
    links,
    yaml_columns,
)

from .trial import PUBLIC_DATA, tried


def _engine(*folders: Path) -> Engine:
    return Engine(folders=folders, scratch=folders[0])


def _guess(root: Path, text: str, name: str = "a.csv") -> GuessedFile:
    (root / name).write_text(text, encoding="utf-8")
    return guess(_engine(root), root / name, root)


def _column(root: Path, *values: str) -> GuessedColumn:
    lines = "".join(f'r{n},"{value}"\n' for n, value in enumerate(values))
    return _guess(root, f"row,x\n{lines}").columns[1]


@pytest.mark.parametrize(
    ("values", "type_", "format_"),
    [
        (["31/12/1999", "01/02/2000"], "date", "%d/%m/%Y"),
        (["12/31/1999", "01/02/2000"], "date", "%m/%d/%Y"),
        (["31.12.1999", "01.02.2000"], "date", "%d.%m.%Y"),
        (["1999/12/31"], "date", "%Y/%m/%d"),
        (["19991231", "x"], "text", None),
        (["3 Mar 2020", "13 Apr 2021"], "date", "%d %b %Y"),
        (["31/12/1999 23:59", "01/02/2000 00:00"], "timestamp", "%d/%m/%Y %H:%M"),
        (["2020-01-05", "2020-02-05"], "date", None),
        (["2020-01-05T10:00:00Z"], "timestamp", None),
        (["01/02/2000", "03/04/2001"], "text", None),
        (["1", "2"], "integer", None),
        (["1.5", "2"], "decimal", None),
        (["1e9", "2"], "number", None),
        (["0044", "12"], "text", None),
        (["hello", "you"], "text", None),
        (["", ""], "text", None),
    ],
)
def test_types_and_formats_are_guessed_from_every_value(
    tmp_path: Path, values: list[str], type_: str, format_: str | None
) -> None:
    column = _column(tmp_path, *values)
    assert (column.type, column.format) == (type_, format_)


@pytest.mark.parametrize(
    ("values", "type_", "format_"),
    [
        (["1,5", "2", "-0,25"], "decimal", "1234,5"),
        (["1.234,5", "2,5"], "decimal", "1.234,5"),
        (["1,234.5", "2"], "decimal", "1,234.5"),
        (["1.234.567", "12"], "integer", "1.234,5"),
        (["1'234", "12"], "integer", "1'234.5"),
    ],
)
def test_numbers_with_marks_are_guessed(
    tmp_path: Path, values: list[str], type_: str, format_: str
) -> None:
    column = _column(tmp_path, *values)
    assert (column.type, column.format) == (type_, format_)


def test_a_thousand_or_one_and_a_bit_is_left_to_the_reader(tmp_path: Path) -> None:
    column = _column(tmp_path, "1,234", "2,500")
    assert column.type == "text" and column.format is None
    assert column.note == 'a number? format: "1234,5" or "1,234.5"'


def test_a_code_with_a_comma_is_no_number(tmp_path: Path) -> None:
    assert _column(tmp_path, "01,5", "02,5").type == "text"


def test_day_or_month_first_is_left_to_the_reader(tmp_path: Path) -> None:
    column = _column(tmp_path, "01/02/2000", "03/04/2001")
    assert "day or month first?" in column.note
    assert "%m/%d/%Y" in column.note


@pytest.mark.parametrize(
    ("values", "yes", "no"),
    [
        (["Y", "N", ""], ("Y",), ("N",)),
        (["yes", "no", "Yes"], ("Yes", "yes"), ("no",)),
        (["ja", "nein"], ("ja",), ("nein",)),
        (["Y", "yes", "N"], ("Y", "yes"), ("N",)),
    ],
)
def test_words_for_yes_and_no_are_guessed(
    tmp_path: Path, values: list[str], yes: tuple[str, ...], no: tuple[str, ...]
) -> None:
    column = _column(tmp_path, *values)
    assert (column.type, column.true_values, column.false_values) == ("boolean", yes, no)


def test_one_word_alone_is_no_yes(tmp_path: Path) -> None:
    assert _column(tmp_path, "Y", "Y").type == "text"


@pytest.mark.parametrize("word", ["NA", "N/A", "NULL", "-", "not given"])
def test_words_for_nothing_are_guessed(tmp_path: Path, word: str) -> None:
    column = _column(tmp_path, *map(str, range(20)), word, word, "")
    assert (column.type, column.missing) == ("integer", (word,))
    assert column.share_missing == pytest.approx(3 / 23)
    assert word not in column.examples


def test_a_few_bad_dates_are_allowed_for_openly(tmp_path: Path) -> None:
    dates = [f"{day:02}/05/2001" for day in range(1, 29)]
    column = _column(tmp_path, *dates, "spring 1990", "unknown")
    assert (column.type, column.format, column.bad) == ("date", "%d/%m/%Y", 1)
    assert column.missing == ("unknown",)
    assert "spring 1990" in column.note


def test_the_key_is_unique_and_named_like_one(tmp_path: Path) -> None:
    guessed = _guess(tmp_path, "name,customer_id,n\nAnn,7,1\nBo,8,1\nCy,9,2\n")
    assert guessed.key == "customer_id"
    assert _guess(tmp_path, "customer_id,n\n7,1\n7,2\n").key is None
    assert _guess(tmp_path, "customer_id,n\n7,1\n,2\n").key is None


def test_the_time_is_the_one_moment_of_a_row(tmp_path: Path) -> None:
    assert _guess(tmp_path, "id,born_on,seen_at\n1,2000-01-01,2024-01-01 10:00\n").time == "seen_at"
    assert _guess(tmp_path, "id,starts,ends\n1,2000-01-01,2024-01-01\n").time is None


def test_links_are_measured(tmp_path: Path) -> None:
    people = "id,age\n" + "".join(f"{n},{20 + n % 50}\n" for n in range(1, 100))
    orders = "order_id,customer_id,age\n" + "".join(
        f"{n + 500},{n % 60 + 1},{n % 80 + 1}\n" for n in range(200)
    )
    first, second = _guess(tmp_path, people, "p.csv"), _guess(tmp_path, orders, "o.csv")
    engine = _engine(tmp_path)
    assert links(engine, first, second, tmp_path) == (GuessedLink("customer_id", "id", 1.0),)
    assert links(engine, second, first, tmp_path) == ()


def test_what_is_guessed_loads_as_declared(tmp_path: Path) -> None:
    days = "".join(
        f'{n},{n % 28 + 1:02}/12/1999,{"JN"[n % 2]},{n}.5,"{n}; x","NA"\n' for n in range(40)
    )
    text = f"person_id,born,agreed,fee,odd: #name,gone\n{days}40,,,,,7\n"
    guessed = _guess(tmp_path, text)
    columns = yaml_columns(guessed.columns)
    assert '  agreed: {type: boolean, true_values: ["J"], false_values: ["N"]}\n' in columns
    trial = tried(tmp_path, f"path: a.csv\nkey: {guessed.key}\ncolumns:\n{columns}")
    assert trial.findings == ()
    assert trial.types == {
        "person_id": "VARCHAR",
        "born": "DATE",
        "agreed": "BOOLEAN",
        "fee": "DECIMAL(18,6)",
        "odd: #name": "VARCHAR",
        "gone": trial.types["gone"],
    }


def test_json_and_parquet_are_guessed_too(tmp_path: Path) -> None:
    guessed = _guess(tmp_path, '{"id": "a", "at": "2024-01-01", "tags": ["x"]}\n', "a.jsonl")
    types = {column.name: column.type for column in guessed.columns}
    assert types == {"at": "date", "id": "text", "tags": "list"}


def test_a_file_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData):
        _guess(tmp_path, "x", "a.exe")


@pytest.mark.skipif(not PUBLIC_DATA.is_dir(), reason="the public data isn't here")
def test_public_files_are_guessed_and_load_as_guessed(tmp_path: Path) -> None:
    names = ("gowalla_checkins_sample.tsv", "lastfm_artists.tsv", "lastfm_user_friends.tsv")
    files = [PUBLIC_DATA / name for name in (*names, "splink_fake_1000.csv")]
    for path in files:
        guessed = guess(_engine(PUBLIC_DATA, tmp_path), path, tmp_path)
        yaml = f"path: {path.name}\ncolumns:\n{yaml_columns(guessed.columns)}"
        trial = tried(tmp_path, yaml, data_roots=[PUBLIC_DATA])
        assert trial.findings == (), path.name
        assert trial.loaded
        assert trial.loaded.rows == guessed.rows > 0
