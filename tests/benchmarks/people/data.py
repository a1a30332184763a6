"""The data, the same for the same number of people: profiles, posts, likes and check-ins.

`python -m tests.benchmarks.people.data FOLDER PEOPLE 1` makes all of it, with 0 only the profiles.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.benchmarks.people.offers import AREAS, HANDSETS, NETWORKS, SECTORS, SEED, TODAY

ROWS_A_PERSON = 5
_FIRST = ("An", "Be", "Chi", "Da", "El", "Fio", "Gre", "Ha", "Ing", "Jo", "Ka", "Lu", "Zoë", "Łu")
_MIDDLE = ("bi", "ca", "di", "fe", "li", "ma", "na", "ro", "sa", "ti", "vi", "xo", "zé", "sté")
_LAST = ("", "a", "an", "e", "el", "ka", "la", "na", "o", "ra", "ry", "s", "ta", "to")
_BEGINNINGS = (
    "Rain again, and the bus is late.",
    "Which phone would you get for your mother?",
    "Time for a new phone, says the old one.",
    "Lapwing works on the train now.",
    "Two bars in the kitchen, as always.",
    "What a match yesterday!",
    "Somebody ate my sandwich.",
    "The market is open until six.",
    "Anybody up for the lake on Sunday?",
    "I painted the door green.",
)
_PAGES = ("Football", "Gardens", "Trains", "Karst", "Bread", "Lapwing", "Lakes", "Chess")


@dataclass(frozen=True, slots=True)
class Data:
    """The Parquet files of one number of people, in one folder."""

    folder: Path

    def file(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"


def make_people(data: Data, people: int) -> None:
    """Write `people.parquet`, one row a person, if it isn't there."""
    _write(data, "people", _people(people))


def make_sources(data: Data, people: int) -> None:
    """Write posts, likes and check-ins, five rows a person of each on average."""
    for name, query in (
        ("posts", _posts(people)),
        ("likes", _likes(people)),
        ("checkins", _checkins(people)),
    ):
        _write(data, name, query)


def _write(data: Data, name: str, query: str) -> None:
    if data.file(name).exists():
        return
    part = data.file(name).with_suffix(".part")
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{part}' (FORMAT parquet)")
    part.rename(data.file(name))


def _draw(number: int) -> str:
    """One of twelve numbers from 0 to 1,023 that a row has."""
    return f"((d{number // 6} >> {10 * (number % 6)}) & 1023)::INTEGER"


def _rows(count: int, name: str) -> str:
    """So many rows `i`, each with four numbers of 64 bits that nobody can foresee."""
    digests = ", ".join(
        f"md5_number_{half}('{SEED}:{name}:{turn}:' || i) AS d{2 * turn + number}"
        for turn in range(2)
        for number, half in enumerate(("lower", "upper"))
    )
    return f"(SELECT i, {digests} FROM range({count}) AS r(i))"


def _one_of(words: tuple[str, ...], number: int) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"[{listed}][{_draw(number)} % {len(words)} + 1]"


def _key(number: str, people: int) -> str:
    """A person's key; the file isn't in their order."""
    return f"printf('p%08d', ({number}) * 7919 % {people})"


def _day(before: str) -> str:
    return f"(DATE '{TODAY}' - ({before}))"


def _but(value: str, number: int, missing: int) -> str:
    """A value that so many of 1,024 people lack."""
    return f"CASE WHEN {_draw(number)} >= {missing} THEN {value} END"


def _people(people: int) -> str:
    name = f"{_one_of(_FIRST, 0)} || {_one_of(_MIDDLE, 1)} || {_one_of(_LAST, 2)}"
    columns = {
        "person_id": _key("i", people),
        "first_name": _but(name, 3, 50),
        "handle": _but("printf('u%08d', i)", 4, 300),
        "area": _but(_one_of(AREAS, 5), 6, 20),
        "network": _but(_one_of(NETWORKS, 7), 8, 100),
        "handset": _but(_one_of(HANDSETS, 9), 10, 100),
        "sector": _but(_one_of(SECTORS, 11), 12, 200),
        "age": _but(f"16 + {_draw(13)} % 70", 14, 50),
        "salary": _but(f"12000 + {_draw(15)} * 75", 16, 200),
        "children": _but(f"{_draw(17)} % 5", 12, 100),
        "points": _but(f"{_draw(18)} * 5", 14, 100),
        "data_gb": _but(f"{_draw(19)} / 10.0::DOUBLE", 16, 100),
        "visits": f"{_draw(20)} % 50",
        "days_at_spot": _but(f"{_draw(21)} % 28", 8, 200),
        "joined_on": _but(_day(f"{_draw(22)} * 4"), 10, 50),
        "handset_bought_on": _but(_day(f"{_draw(23)} * 2"), 6, 150),
        "contract_ends_on": _but(_day(f"200 - {_draw(22)}"), 3, 300),
        "is_member": _but(f"{_draw(21)} % 3 = 0", 20, 50),
        "complaints": f"({_draw(20)} < 30)::INTEGER",
        "marketing_consent": _but(f"{_draw(23)} < 900", 4, 50),
        "location_consent": _but(f"{_draw(19)} < 700", 5, 50),
    }
    listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    return f"SELECT {listed} FROM {_rows(people, 'people')}"


def _whose(people: int) -> str:
    """Whose row it is; one in a thousand is of nobody who is known."""
    whose = _key(f"(d2 % {people})::BIGINT", people)
    return f"CASE WHEN {_draw(6)} = 7 THEN 'nobody' ELSE {whose} END AS person_id"


def _seconds_ago() -> str:
    """Within two years; some are of tomorrow."""
    return f"{_draw(0)} * 62000 + {_draw(1)} * 60 - 40000"


def _posts(people: int) -> str:
    return (
        f"SELECT {_whose(people)}, TIMESTAMP '{TODAY} 00:00:00' "
        f"- INTERVAL 1 SECOND * ({_seconds_ago()}) AS posted_at, "
        f"{_one_of(_BEGINNINGS, 2)} || ' That was ' || ({_draw(3)} * 1024 + {_draw(4)}) "
        f"|| ' on my list.' AS text, (({_draw(5)} % 201 - 100) / 100)::DECIMAL(3, 2) AS score "
        f"FROM {_rows(ROWS_A_PERSON * people, 'posts')}"
    )


def _likes(people: int) -> str:
    return (
        f"SELECT {_whose(people)}, {_one_of(_PAGES, 2)} AS page, "
        f"{_day(f'{_draw(0)} - 20')} AS liked_on "
        f"FROM {_rows(ROWS_A_PERSON * people, 'likes')}"
    )


def _checkins(people: int) -> str:
    return (
        f"SELECT {_whose(people)}, {_one_of(AREAS, 2)} AS area, TIMESTAMP '{TODAY} 00:00:00' "
        f"- INTERVAL 1 SECOND * (({_seconds_ago()}) // 8) AS seen_at "
        f"FROM {_rows(ROWS_A_PERSON * people, 'checkins')}"
    )


def main() -> None:
    folder, people, with_sources = sys.argv[1:]
    data = Data(Path(folder))
    data.folder.mkdir(parents=True, exist_ok=True)
    make_people(data, int(people))
    if int(with_sources):
        make_sources(data, int(people))


if __name__ == "__main__":
    main()
