"""What must be true of every plan, whatever its rules and people are."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings

from targeter import batches, pipeline, plans, reports
from targeter.database import Engine, literal
from tests import worlds as projects
from tests.decisions.made_up import worlds
from tests.decisions.on_disk import COLUMNS, decided, write
from tests.decisions.plain import World

_few = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@contextmanager
def _written(world: World) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield write(world, Path(folder))


def _exported(root: Path, **changes: object) -> dict[str, bytes]:
    """The plan id and the bytes of every file of the batch."""
    with TemporaryDirectory() as folder:
        options = projects.options(root, history=Path(folder) / "out", **changes)
        done = pipeline.render(options, batches.Request(batch_size=7))
        files = {path.name: path.read_bytes() for path in sorted(done.folder.iterdir())}
    # the manifest holds the digests of rule files, and they aren't the same where a path differs
    return {"plan": done.plan_id.encode(), **{n: b for n, b in files.items() if n[0] == "m"}}


def _shuffle(root: Path) -> None:
    path = root / "people.csv"
    header, *rows = path.read_text().splitlines()
    Random(1).shuffle(rows)
    path.write_text("\n".join([header, *rows]) + "\n")


def _as_parquet(root: Path) -> None:
    """The same people from a Parquet file of their real types."""
    types = {"text": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN", "date": "DATE"}
    typed = ", ".join(f"nullif({c}, '')::{types[t]} AS {c}" for c, t in COLUMNS.items())
    engine = Engine(folders=[root], scratch=root)
    with (root / "people.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    engine.load("people", dict.fromkeys(header, "VARCHAR"), [tuple(row) for row in rows])
    target = literal(str(root / "people.parquet"))
    engine.run(f"COPY (SELECT {typed} FROM people) TO {target} (FORMAT parquet)")
    engine.close()
    path = root / "rules/targeter.yaml"
    path.write_text(path.read_text().replace("people.csv", "people.parquet"))


@_few
@given(worlds())
def test_neither_threads_nor_row_order_nor_format_nor_another_run_change_a_byte(
    world: World,
) -> None:
    with _written(world) as root:
        first = _exported(root, threads=1)
        assert _exported(root, threads=2) == first
        _shuffle(root)
        assert _exported(root, threads=4) == first
        _as_parquet(root)
        changed = _exported(root)
        assert {**changed, "manifest.json": b""} == {**first, "manifest.json": b""}


@_few
@given(worlds())
def test_outcomes_partition_the_people_and_reports_add_up(world: World) -> None:
    with _written(world) as root, projects.planned(root) as run:
        people = run.engine.rows("SELECT person FROM results ORDER BY 1")
        assert people == sorted((str(p["person_id"]),) for p in world.people)
        report = reports.plan_report(run, 2)
    outcomes = report.outcomes
    assert sum(outcomes.values()) == report.people == len(world.people)
    assert sum(rule.won for rule in report.rules) == report.messages
    assert sum(rule.held_out for rule in report.rules) == outcomes["held_out"]
    stopped = sum(stop.people for stop in report.stops)
    assert stopped == outcomes["handed_over"] + outcomes["suppressed"]
    for totals in (report.templates, report.campaigns, report.channels, report.languages):
        assert sum(total.messages for total in totals) == report.messages
    assert all(rule.won + rule.held_out <= rule.matched for rule in report.rules)


@_few
@given(worlds())
def test_every_promoted_audience_is_large_enough_and_closed_cells_stay_closed(
    world: World,
) -> None:
    smallest = {channel.name: channel.smallest for channel in world.channels}
    with _written(world) as root, projects.planned(root) as run:
        report = reports.plan_report(run, 0)
        closed = set(run.engine.rows("SELECT channel, text FROM closed"))
        given_ = set(
            run.engine.rows(
                "SELECT DISTINCT channel, text FROM results AS r "
                "JOIN choice_channels USING (choice)"
            )
        )
    assert all(cell.people >= smallest[cell.channel] == cell.smallest for cell in report.cells)
    assert not closed & given_


@_few
@given(worlds())
def test_a_larger_hold_out_lets_nobody_out_and_changes_nobodys_text(world: World) -> None:
    direct = tuple(replace(channel, promoted=False) for channel in world.channels)
    world = replace(world, channels=direct)
    plans = []
    for percent in (1, 10, 50):
        with _written(replace(world, holdout=(percent, "spring"))) as root:
            plans.append(decided(root))
    for less, more in pairwise(plans):
        for person, decision in less.items():
            now = more[person]
            assert (now.rule, now.text, now.gate) == (decision.rule, decision.text, decision.gate)
            assert decision.outcome != "held_out" or now.outcome == "held_out"


@_few
@given(worlds())
def test_the_plan_id_tells_plans_apart(world: World) -> None:
    with _written(world) as root:
        with projects.planned(root) as run:
            first, again = plans.plan_id(run), plans.plan_id(run)
        path = root / "rules/targeter.yaml"
        path.write_text(path.read_text().replace("2026-11-01", "2026-11-02", 1))
        with projects.planned(root) as run:
            tomorrow = plans.plan_id(run)
    assert first == again != tomorrow
