"""A small run of the comparison: everybody who is installed gives the same answers."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from targeter.options import Options
from tests.benchmarks.people import __main__ as command
from tests.benchmarks.people import stages
from tests.benchmarks.people.asked import Asked
from tests.benchmarks.people.checking import disagreements
from tests.benchmarks.people.data import Data, make_people, make_sources
from tests.benchmarks.people.offers import TODAY, offers
from tests.benchmarks.people.peer import PEERS, SOURCES, Peer
from tests.benchmarks.people.project import write_project, write_source_project
from tests.benchmarks.people.results import OURS, Row, targets

PEOPLE, SAMPLE = 1_500, 500
COMPARED = [
    pytest.param(
        stage,
        peer,
        id=f"{stage}, {peer.name}",
        marks=pytest.mark.skipif(not peer.is_there, reason=f"{peer.package} isn't installed"),
    )
    for stage, peers in PEERS.items()
    if not stage.startswith("render")
    for peer in peers
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    made = Data(tmp_path_factory.mktemp("people"))
    make_people(made, PEOPLE)
    make_sources(made, PEOPLE)
    return made


def ours(data: Data, stage: str) -> Path:
    """The answer of a stage, made once."""
    root, out = data.folder / f"{stage} project", data.folder / f"{stage} of ours"
    options = Options(root, TODAY, data_roots=(data.folder,), memory="1GB")
    watch = stages.Watch()
    if stage in SOURCES:
        if not out.exists():
            write_source_project(root, data, PEOPLE, stage)
            stages.source(options, watch, out, stage)
        return out
    if not out.exists():
        write_project(root, data, PEOPLE, with_traits=stage == "everything")
        assert stages.plan(options, watch, out) > PEOPLE / 4
    return out / "assignments.parquet"


@pytest.mark.parametrize(("stage", "peer"), COMPARED)
def test_everybody_gives_the_same_answer(data: Data, stage: str, peer: Peer) -> None:
    asked = Asked(data, PEOPLE, SAMPLE, data.folder / f"{stage} {peer.name}", data.folder)
    peer.work(asked)
    assert asked.people in (PEOPLE, SAMPLE)
    answer = str(ours(data, stage)), str(asked.answer)
    assert disagreements(stage, *answer, str(data.file("people")), asked.people) == 0


def test_another_answer_is_noticed(data: Data) -> None:
    asked = Asked(data, PEOPLE, SAMPLE, data.folder / "other", data.folder)
    next(peer for peer in PEERS["everything"]).work(asked)
    answer = str(ours(data, "plan")), str(asked.answer)
    assert disagreements("plan", *answer, str(data.file("people")), PEOPLE) > PEOPLE / 10


def test_the_rules_are_the_same_every_time() -> None:
    assert offers() == offers()
    assert len({offer.name for offer in offers()}) == 50


def test_the_command_prints_a_table_and_writes_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "figures.json"
    asked = ["people", "--people", "400", "--sample", "100", "--stages", "likes"]
    monkeypatch.setattr(sys, "argv", [*asked, "--json", str(written)])
    command.main()
    assert "DuckDB by hand" in capsys.readouterr().out
    figures = json.loads(written.read_text(encoding="utf-8"))
    assert figures["format_version"] == 1
    whose = {row["who"]: row for row in figures["rows"]}
    assert whose[OURS]["people"] == 400 and whose[OURS]["peak"] > 0
    assert whose["Python"]["taken"] == 100


def test_targets_are_told_from_the_rows() -> None:
    rows = [
        Row("plan", OURS, 1_000, 1_000, 2.0, 3.0, 1 << 30),
        Row("plan", "DuckDB by hand", 1_000, 1_000, 1.5, 3.0, 1 << 20),
        Row("plan", "Python and Jinja", 1_000, 100, 80.0, 80.0, 0),
        Row("render jsonl", OURS, 600, 600, 9.0, 9.0, 1 << 30, {"batches": 2.0}),
        Row("render jsonl", "DuckDB's sorted COPYs", 600, 600, 1.5, 2.0, 1 << 20),
    ]
    said = [(round(one.measured, 2), one.is_met) for one in targets(rows)]
    assert said == [(1.0, True), (1.33, True), (40.0, False), (0.75, True)]
