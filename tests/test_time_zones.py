"""The time zone of a project: any that the system names, letter by letter."""

from __future__ import annotations

import zoneinfo

import pytest

from targeter.findings import Finding
from targeter.settings import read_settings
from targeter.yaml_source import TextFile, parse


def _read(name: str) -> tuple[str, list[Finding]]:
    """The zone that is taken, and what is found."""
    found: list[Finding] = []
    file = TextFile.of("rules/targeter.yaml", f"time_zone: '{name}'\n")
    zone = read_settings(parse(file, found), found).time_zone
    return zone, [one for one in found if "time zone" in one.message]


def test_every_zone_of_the_system_is_known() -> None:
    for name in zoneinfo.available_timezones():
        assert _read(name) == (name, [])


@pytest.mark.parametrize(
    "name",
    [
        "europe/london",
        "Europe",
        "Europe/",
        "/UTC",
        "Europe//London",
        "Europe/../UTC",
        "posix/UTC",
        "right/UTC",
        "posixrules",
        "zone.tab",
        "tzdata.zi",
        "Mars/Olympus",
    ],
)
def test_what_only_looks_like_a_zone_is_found(name: str) -> None:
    zone, found = _read(name)
    assert zone == "UTC"
    assert [one.message for one in found] == [f"the settings: unknown time zone {name!r}"]
