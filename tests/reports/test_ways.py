"""`explain` walks the way that was decided, and finds something in the way of every other rule."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings

from targeter.explain import explain
from tests import worlds as projects
from tests.decisions.made_up import limited_worlds
from tests.decisions.on_disk import write
from tests.decisions.plain import World


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(limited_worlds())
def test_a_way_ends_with_the_outcome_and_only_the_winner_needs_no_change(world: World) -> None:
    with TemporaryDirectory() as folder, projects.planned(write(world, Path(folder))) as run:
        for person in world.people[:4]:
            for rule in world.rules:
                told = explain(run, str(person["person_id"]), rule.name)
                assert told.path[-1].stage == told.outcome
                assert told.path[-1].passed == (told.outcome == "message")
                wins = (told.outcome, told.rule) == ("message", rule.name)
                assert (told.changes == ()) == wins, (told, rule)
