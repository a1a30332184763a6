"""A promoted audience is a state: a plan keeps who is new, who stays, and who leaves."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from targeter import batches, pipeline
from tests import worlds

from .orchard import SETTINGS, bytes_of, changed, execute, keep, orchard, table

STAY = SETTINGS.replace("as_of: 2026-11-01\n", "").replace(
    "wall: {like: x_promoted, min_audience: 2}",
    "wall: {like: x_promoted, min_audience: 2, stay: 14 days}",
)


def _events(folder: Path) -> dict[str, object]:
    rows = table(folder / "contacts.parquet")
    return {str(row["person"]): row["event"] for row in rows}


def test_who_stays_is_no_contact_and_who_leaves_is_recorded(tmp_path: Path) -> None:
    root = orchard(tmp_path, settings=STAY)
    first = worlds.options(root, as_of=dt.date(2026, 11, 1))
    entered = pipeline.render(first, batches.Request())
    assert {_events(entered.folder)[person] for person in ("ann", "bea", "hal")} == {"entered"}
    orchard(root, changed("hal", agreed="false"), settings=STAY)
    saved = keep(root, as_of=dt.date(2026, 11, 3))
    rows = {row["person"]: row for row in table(saved.folder / "assignments.parquet")}
    assert (rows["ann"]["outcome"], rows["ann"]["status"]) == ("message", "staying")
    assert [row["person"] for row in table(saved.folder / "leavers.parquet")] == ["hal"]
    done = execute(root)
    events = _events(done.folder)
    assert (events["hal"], "ann" in events) == ("left", False)


def test_planning_again_after_rendering_is_the_same_plan(tmp_path: Path) -> None:
    options = worlds.options(orchard(tmp_path))
    done = pipeline.render(options, batches.Request())
    before = bytes_of(done.folder)
    again = pipeline.render(options, batches.Request())
    assert (again.is_new, again.plan_id) == (False, done.plan_id)
    assert bytes_of(done.folder) == before
