"""Projects begun from data that nobody made for this: friends, likes and check-ins."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.starter.begun import Begun, begin

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("TARGETER_PUBLIC_DATA", ROOT.parent / "shared" / "data"))


def given(*names: str) -> list[Path]:
    for name in names:
        if not (DATA / name).is_file():
            pytest.skip(f"{name} is not in {DATA.name}/")
    return [DATA / name for name in names]


def agree(begun: Begun) -> None:
    """Everybody of a made file of people says yes."""
    path = begun.root / "data/people.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, *(f"{row}Y" for row in rows)]) + "\n", encoding="utf-8")


def test_friends_and_likes_are_begun_planned_and_agreed_to(tmp_path: Path) -> None:
    names = ("lastfm_user_friends.tsv", "lastfm_user_artists.tsv", "lastfm_artists.tsv")
    begun = begin(tmp_path, given(*names))
    assert begun.outcomes() == {"suppressed": 1893}
    assert "first_by: weight desc\n    pick: {top_artist: artist_name}" in begun.settings
    agree(begun)
    assert begun.outcomes() == {"no_rule": 64, "message": 1829}


def test_check_ins_without_a_header_are_begun_planned_and_agreed_to(tmp_path: Path) -> None:
    begun = begin(tmp_path, given("gowalla_checkins_sample.tsv"))
    assert begun.outcomes() == {"suppressed": 48}
    agree(begun)
    assert begun.outcomes() == {"no_rule": 34, "message": 14}


def test_people_among_files_about_other_things_are_found(tmp_path: Path) -> None:
    names = ("hillstrom_email_rct.csv", "splink_fake_1000.csv", "forenames_by_country.csv")
    begun = begin(tmp_path, given(*names))
    assert "key: unique_id" in begun.settings
    assert begun.outcomes() == {"suppressed": 1000}
