"""The sample and the beginner's example: all their tests pass, and no rule is without one."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from targeter import pipeline, tester
from targeter.options import Options
from targeter.starter import init
from tests.tester.lighthouse import report as report_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tester.Report:
    """The sample's tests, run where none of its data is."""
    root = tmp_path_factory.mktemp("sample")
    for name in ("rules", "templates"):
        shutil.copytree(ROOT / name, root / name)
    options = Options(root, dt.date(2026, 11, 1))
    return pipeline.run_tests(options, tester.Request(coverage=True))


def test_every_test_of_the_sample_passes(report: tester.Report) -> None:
    assert [one.example.name for one in report.failures] == []
    assert len(report.results) >= 80


def test_every_rule_of_the_sample_won_and_every_condition_came_out_both_ways(
    report: tester.Report,
) -> None:
    coverage = report.coverage
    assert coverage is not None and coverage.missing == ()
    assert [c.text for c in coverage.conditions if not (c.seen_true and c.seen_not_true)] == []


def test_a_beginner_finds_tests_that_pass_for_every_rule(tmp_path: Path) -> None:
    init(tmp_path)
    begun = report_of(tmp_path, coverage=True)
    assert begun.coverage is not None and begun.coverage.missing == ()
    assert [one.example.name for one in begun.failures] == []
