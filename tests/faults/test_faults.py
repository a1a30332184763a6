"""Every planted fault is found, at its line and column, in exactly the words beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter.findings import Finding

from .planting import (
    Fault,
    as_shown,
    copy_of_the_sample,
    faults,
    lint,
    planted,
    word_under,
    write_expected,
)

FAULTS = faults()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_sample(tmp_path_factory.mktemp("sample"))


def test_the_clean_sample_gives_nothing(copy: Path) -> None:
    assert as_shown(lint(copy)) == ""


def test_there_are_forty_faults_of_many_kinds() -> None:
    assert len(FAULTS) >= 40
    assert len({fault.code for fault in FAULTS}) >= 30


@pytest.fixture(scope="module")
def anyway(copy: Path) -> frozenset[Finding]:
    """What is found in the clean sample, and so isn't the fault's."""
    return frozenset(lint(copy))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_in_its_place(
    fault: Fault, copy: Path, anyway: frozenset[Finding]
) -> None:
    with planted(fault, copy):
        found = tuple(finding for finding in lint(copy) if finding not in anyway)
    shown = as_shown(found)
    write_expected(fault, shown)
    meant = [finding for finding in found if finding.code == fault.code]
    assert meant, shown
    if fault.under is not None:
        words = [word_under(finding.place) for finding in meant if finding.place]
        assert fault.under in words
    assert shown == fault.expected.read_text(encoding="utf-8")
