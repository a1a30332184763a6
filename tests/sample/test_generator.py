"""The sample's data: the same every time, at any size, and clean where it must be."""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from .places import DATA, GENERATE, RULES, STORIES

FILES = (
    "people.csv",
    "contracts.csv",
    "posts.jsonl",
    "likes.csv",
    "checkins.csv.gz",
    "friendships.csv",
    "complaints.csv",
    "sent.csv",
    "coverage.csv",
    "employers.csv",
)


def generate(folder: Path, *options: str) -> Path:
    command = [sys.executable, str(GENERATE), "--out", str(folder), *options]
    subprocess.run(command, check=True)
    return folder


def content(path: Path) -> bytes:
    """What a file says: packed bytes may differ from one zlib to the next, and say the same."""
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(content(path).decode().splitlines()))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("small"), "--people", "1200")


def test_the_files_of_the_repository_are_what_the_script_writes(tmp_path: Path) -> None:
    generate(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    for name in FILES:
        assert content(tmp_path / name) == content(DATA / name), name


def test_the_same_arguments_give_the_same_bytes(small: Path, tmp_path: Path) -> None:
    again = generate(tmp_path, "--people", "1200")
    assert all((again / name).read_bytes() == (small / name).read_bytes() for name in FILES)


def test_people_stay_the_same_when_more_are_written(small: Path) -> None:
    few, many = rows(small / "people.csv"), rows(DATA / "people.csv")
    assert few == many[: len(few)]


def test_another_seed_is_another_crowd_around_the_same_stories(small: Path, tmp_path: Path) -> None:
    other = rows(generate(tmp_path, "--people", "1200", "--seed", "7") / "people.csv")
    usual = rows(small / "people.csv")
    told = len(STORIES)
    assert other[:told] == usual[:told]
    assert other[told + 2 :] != usual[told + 2 :]


def test_the_number_of_people_is_the_number_asked_for(small: Path) -> None:
    people = [row["person_id"] for row in rows(small / "people.csv")]
    assert len(people) == len(set(people)) == 1200


def test_every_story_is_told_once() -> None:
    ids = [row["person_id"] for row in rows(DATA / "people.csv")]
    assert [ids.count(story) for story in STORIES] == [1] * len(STORIES)


def test_a_handle_belongs_to_one_person_and_could_exist() -> None:
    handles = [row["handle"].casefold() for row in rows(DATA / "people.csv") if row["handle"]]
    assert len(handles) == len(set(handles))
    assert all(re.fullmatch(r"[a-z0-9_]{1,15}", handle) for handle in handles)


def test_the_folder_is_small() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir() if path.is_file()) < 3_000_000


@pytest.mark.parametrize("column", ["born_on", "language", "first_name", "marketing_consent"])
def test_records_are_as_untidy_as_records_are(column: str) -> None:
    values = [row[column] for row in rows(DATA / "people.csv")]
    assert 0 < values.count("") < len(values) / 10


def held_out(people: Sequence[str], salt: str, percent: int) -> list[str]:
    """By the law of the hold-out: the first seven digits of an md5, to the ten-thousandth."""

    def bucket(person: str) -> int:
        return int(hashlib.md5(f"{salt}:{person}".encode()).hexdigest()[:7], 16) % 10_000

    return [person for person in people if bucket(person) < percent * 100]


def test_no_story_is_held_out() -> None:
    settings = (RULES / "targeter.yaml").read_text(encoding="utf-8")
    written = r"^holdout: \{percent: (\d+), salt: (\S+), base_rate: \d+\}$"
    declared = re.search(written, settings, re.MULTILINE)
    assert declared
    assert held_out(STORIES, declared[2], int(declared[1])) == []
    crowd = [row["person_id"] for row in rows(DATA / "people.csv")]
    assert 0.09 < len(held_out(crowd, declared[2], int(declared[1]))) / len(crowd) < 0.11
