"""A kept plan that shards execute is the batch that one machine writes of it."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from targeter import keeping
from targeter.batches import Rendered, Request
from targeter.errors import PlanRefused
from targeter.keeping import render_plan
from targeter.runners import executing
from targeter.runners.clusters import Cluster, Here
from targeter.runners.planning import Where
from tests import worlds
from tests.exporters.fair import person
from tests.runners.conftest import SHARDS
from tests.runners.test_audiences import CHANNELS, people_of, rendered, same, write_fair

_PACED = CHANNELS.replace("limit: 99}", "limit: 99, pace: 1 per day}")


def _kept(root: Path) -> Path:
    """A plan that is kept, after somebody was sent something by another."""
    rendered(write_fair(root, people_of(1), _PACED), None, 1)
    alone = [person(n, town=f"Hamlet {n}") for n in range(70, 75)]
    write_fair(root, [*people_of(5), *alone], _PACED)
    options = worlds.options(root, as_of=dt.date(2026, 11, 5))
    keeping.plan(options, keeping.Request(root / "kept"))
    return root


def _executed(root: Path, runner: Cluster | None, *, drop_changed: bool = False) -> Rendered:
    options, kept, request = worlds.options(root), root / "kept", Request()
    if runner is None:
        return render_plan(options, kept, request, drop_changed=drop_changed)
    where = Where(SHARDS)
    return executing.render_plan(options, runner, where, kept, request, drop_changed=drop_changed)


def test_a_kept_plan_is_executed_as_on_one_machine(tmp_path: Path, runner: Cluster) -> None:
    root = _kept(tmp_path / "one")
    many = Path(shutil.copytree(root, tmp_path / "many"))
    done = _executed(many, runner)
    same(_executed(root, None), done)
    days = {file.name[9:19] for file in done.files if file.name.startswith("messages-2026")}
    assert len(days) > 1
    assert not _executed(many, runner).is_new


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("mail", marks=pytest.mark.slow),
        pytest.param("gone", marks=pytest.mark.slow),
        "damaged",
    ],
)
def test_what_does_not_fit_is_refused_in_the_same_words(tmp_path: Path, change: str) -> None:
    root = _kept(tmp_path)
    people = root / "people.csv"
    if change == "mail":
        people.write_text(people.read_text().replace("p7@", "q7@").replace("p2@", "q2@"))
    elif change == "gone":
        people.write_text("\n".join(people.read_text().splitlines()[:-3]) + "\n")
    else:
        file = root / "kept/digests.parquet"
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    said = []
    for runner in (None, Here()):
        with pytest.raises(PlanRefused) as raised:
            _executed(root, runner)
        said.append((raised.value.message, raised.value.help))
    assert said[0] == said[1]


@pytest.mark.slow
def test_people_who_changed_are_left_out_as_on_one_machine(tmp_path: Path) -> None:
    root = _kept(tmp_path / "one")
    people = root / "people.csv"
    lines = people.read_text().replace("p7@", "q7@").replace("p2@", "q2@").splitlines()
    people.write_text(
        "\n".join([*lines[:20], *lines[23:], lines[20].replace("p000", "new")]) + "\n"
    )
    many = Path(shutil.copytree(root, tmp_path / "many"))
    one = _executed(root, None, drop_changed=True)
    done = _executed(many, Here(), drop_changed=True)
    same(one, done)
    assert any("left out" in note for note in done.notes)
    assert any("there when the plan was made" in note for note in done.notes)
