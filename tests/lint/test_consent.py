"""Nobody is written to by a channel that asks for no consent: TG116."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter.errors import RulesAreWrong
from tests import worlds

from .cases_on_disk import change, project

SETTINGS = "rules/targeter.yaml"
MARKETING = "  marketing: {basis: consent, when: agreed}\n"


def without_marketing(tmp_path: Path, purposes: str = "") -> Path:
    root = project("clean", tmp_path)
    change(root, SETTINGS, f"purposes:\n{MARKETING}", purposes)
    return root


def said(root: Path) -> list[str]:
    return [finding.message for finding in worlds.findings(root) if finding.code == "TG116"]


def test_it_stops_a_plan_before_any_source_is_opened(tmp_path: Path) -> None:
    root = without_marketing(tmp_path)
    (root / "people.csv").unlink()
    with pytest.raises(RulesAreWrong) as stopped, worlds.planned(root):
        pass
    assert [finding.code for finding in stopped.value.findings] == ["TG116"]


def test_it_is_said_once_of_all_channels_in_use(tmp_path: Path) -> None:
    (message,) = said(without_marketing(tmp_path))
    assert message.startswith("channels x_dm, x_promoted ask nobody for consent")


def test_another_purpose_is_not_this_one(tmp_path: Path) -> None:
    news = "purposes:\n  news: {basis: consent, when: agreed}\n"
    root = without_marketing(tmp_path, news)
    change(root, SETTINGS, "x_dm: {address: handle}", "x_dm: {address: handle, purpose: news}")
    (message,) = said(root)
    assert message.startswith("channel x_promoted asks nobody for consent")


def test_a_channel_that_no_rule_uses_needs_none(tmp_path: Path) -> None:
    news = "purposes:\n  news: {basis: consent, when: agreed}\n"
    root = without_marketing(tmp_path, news)
    channels = "x_dm: {address: handle, purpose: news}"
    change(root, SETTINGS, "x_dm: {address: handle}", channels)
    change(root, SETTINGS, "x_promoted: {", "x_promoted: {purpose: news, ")
    assert said(root) == []


def test_it_waits_until_the_settings_can_be_read(tmp_path: Path) -> None:
    root = without_marketing(tmp_path, "purpose:\n" + MARKETING)
    found = worlds.findings(root)
    assert [finding.code for finding in found] == ["TG103"]
