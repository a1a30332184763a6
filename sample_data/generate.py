"""Writes the files of the sample: the same people, the same bytes, every time.

    python sample_data/generate.py                                  the files beside this script
    python sample_data/generate.py --people 1000000 --out DIR       as many people as you like

Some people are written by hand (`stories.py`), the crowd around them is dealt like cards
(`crowd.py`). All of them are invented.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import IO

from crowd import crowd
from lives import OURS, Contract, Life, Post, Sent, ago
from places import AREAS, EMPLOYERS, RIVALS
from stories import STORIES

SEED = 2026
PEOPLE = 9_000
# What went out before this tool was there, and to how many of a hundred people.
EARLIER = ("welcome", "thank-you", "which-phone", "trade-in", "blackberry-sale")
WRITTEN_TO = 12

PERSON_COLUMNS = (
    "person_id",
    "first_name",
    "born_on",
    "language",
    "network",
    "joined_on",
    "handset",
    "handset_bought_on",
    "employer_id",
    "salary",
    "household",
    "children",
    "home_area",
    "home_lat",
    "home_lon",
    "handle",
    "marketing_consent",
    "location_consent",
    "may_link_handle",
    "may_be_found",
    "may_be_named",
    "union_member",
)


def everyone(people: int, seed: int) -> Iterator[tuple[str, Life]]:
    """The stories and their crowd, `people` in all."""
    yield from STORIES.items()
    yield from crowd(max(people - len(STORIES), 0), seed)


class Files:
    """The files of one folder, open for as long as people keep coming."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self.people = self._csv("people.csv", PERSON_COLUMNS)
        self.contracts = self._csv(
            "contracts.csv",
            ("contract_id", "person_id", "network", "starts_on", "ends_on", "monthly_fee"),
        )
        self.posts = self._text("posts.jsonl")
        self.likes = self._csv("likes.csv", ("person_id", "page", "liked_on"))
        self.checkins = self._csv("checkins.csv.gz", ("person_id", "area", "seen_at"))
        self.friendships = self._csv("friendships.csv", ("person_id", "friend_id", "closeness"))
        self.complaints = self._csv(
            "complaints.csv", ("person_id", "about", "opened_on", "closed_on")
        )
        self.sent = self._csv("sent.csv", ("person_id", "sent_at", "rule"))

    def _text(self, name: str) -> IO[str]:
        path = self._folder / name
        if path.suffix != ".gz":
            return self._stack.enter_context(path.open("w", encoding="utf-8", newline=""))
        raw = self._stack.enter_context(path.open("wb"))
        # no name and no time inside: the same bytes every time
        packed = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)
        self._stack.enter_context(packed)
        return self._stack.enter_context(io.TextIOWrapper(packed, "utf-8", newline=""))

    def _csv(self, name: str, header: tuple[str, ...]) -> Callable[[Iterable[object]], object]:
        writer = csv.writer(self._text(name), lineterminator="\n")
        writer.writerow(header)
        return writer.writerow


def earlier_messages(person: str, life: Life) -> Iterator[Sent]:
    """What somebody got before: of the stories what they tell, of the crowd what an md5 says."""
    yield from life.sent
    lot = int(hashlib.md5(f"sent:{person}".encode()).hexdigest()[:12], 16)
    if person not in STORIES and lot % 100 < WRITTEN_TO:
        for number in range(1 + lot // 100 % 2):
            drawn = lot // (1_000 * (number + 1))
            yield Sent(drawn % 75, EARLIER[drawn // 75 % len(EARLIER)])


def write_person(files: Files, person: str, life: Life) -> None:
    facts = life.facts
    files.people((person, *(facts.get(column, "") for column in PERSON_COLUMNS[1:])))
    for number, contract in enumerate(life.contracts, 1):
        files.contracts((f"c-{person}-{number}", person, *contract))
    for like in life.likes:
        files.likes((person, like.page, ago(like.days_ago)))
    for visit in life.visits:
        files.checkins(
            (person, visit.area, f"{ago(visit.days_ago)}T{7 + visit.days_ago % 12:02}:15:00")
        )
    for friend in life.friends:
        files.friendships((person, *friend))
    for case in life.complaints:
        files.complaints((person, case.about, case.opened_on, case.closed_on or ""))
    for message in earlier_messages(person, life):
        files.sent((person, f"{ago(message.days_ago)} 10:00:00", message.rule))
    for number, post in enumerate(life.posts):
        files.posts.write(post_line(facts["handle"], post, number))


def post_line(handle: str, post: Post, number: int) -> str:
    """One post; some networks write a handle with its @, others in capitals: it is one handle."""
    spelled = (handle, f"@{handle}", handle.upper())[(number + post.days_ago) % 3]
    at = f"{ago(post.days_ago)}T{8 + post.days_ago % 13:02}:{post.days_ago % 60:02}:00"
    record = {"handle": spelled, "posted_at": at, "text": post.text}
    return json.dumps(record, ensure_ascii=False) + "\n"


def write_places(folder: Path) -> None:
    """The reference tables: signal by area and network, and who employs people for what."""
    networks = (OURS, *RIVALS)
    signal = [
        (area, network, strength)
        for area, (strengths, _) in AREAS.items()
        for network, strength in zip(networks, strengths, strict=True)
    ]
    write_table(folder / "coverage.csv", ("area", "network", "signal"), signal)
    employers = [(key, *value) for key, value in EMPLOYERS.items()]
    write_table(folder / "employers.csv", ("employer_id", "name", "sector"), employers)


def write_table(path: Path, header: tuple[str, ...], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_strays(files: Files) -> None:
    """What every real folder holds too: rows of nobody we know, and posts from after the day."""
    gone = Contract(OURS, date(2017, 3, 1), date(2019, 2, 28), "12.00")
    for number in range(3):
        files.contracts((f"c-gone-{number}", f"gone-{number}", *gone))
    files.posts.write(post_line("somebody_else", Post(12, "I love my iPhone"), 0))
    files.posts.write(post_line("kofi_answers", Post(-3, "Away until Christmas!"), 0))


def generate(folder: Path, people: int = PEOPLE, seed: int = SEED) -> None:
    """Write all files of the sample to `folder`: the same arguments, the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    write_places(folder)
    with ExitStack() as stack:
        files = Files(folder, stack)
        for person, life in everyone(people, seed):
            write_person(files, person, life)
        write_strays(files)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the sample's data.")
    parser.add_argument(
        "--people", type=int, default=PEOPLE, help="how many (default: %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=SEED, help="another crowd (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="into this folder")
    chosen = parser.parse_args()
    generate(chosen.out, chosen.people, chosen.seed)


if __name__ == "__main__":
    main()
