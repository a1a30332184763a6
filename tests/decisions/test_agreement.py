"""targeter and the plain decision-maker agree on every person of every made-up world."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.decisions.made_up import limited_worlds, worlds
from tests.decisions.on_disk import decided, write
from tests.decisions.plain import World, decide

_CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
_PHASES = [Phase.explicit, Phase.generate]


def _agree(world: World) -> None:
    with TemporaryDirectory() as folder:
        ours = decided(write(world, Path(folder)))
    plain = decide(world)
    differing = {person: (ours.get(person), plain[person]) for person in plain}
    assert ours.keys() == plain.keys()
    assert not {p: pair for p, pair in differing.items() if pair[0] != pair[1]}


@settings(
    max_examples=20, deadline=None, phases=_PHASES, derandomize=True, suppress_health_check=_CALM
)
@given(worlds())
def test_both_decide_the_same_for_everybody(world: World) -> None:
    _agree(world)


@settings(
    max_examples=20, deadline=None, phases=_PHASES, derandomize=True, suppress_health_check=_CALM
)
@given(limited_worlds())
def test_both_decide_the_same_with_every_limit_there_is(world: World) -> None:
    _agree(world)


@pytest.mark.slow
@settings(max_examples=1_000, deadline=None, suppress_health_check=_CALM)
@given(limited_worlds())
def test_both_decide_the_same_in_a_thousand_limited_worlds(world: World) -> None:
    _agree(world)


@pytest.mark.slow
@settings(max_examples=1_000, deadline=None, suppress_health_check=_CALM)
@given(worlds())
def test_both_decide_the_same_for_everybody_in_a_thousand_worlds(world: World) -> None:
    _agree(world)


def test_the_worlds_reach_every_outcome() -> None:
    outcomes: Counter[str] = Counter()

    @settings(
        max_examples=40,
        deadline=None,
        phases=_PHASES,
        derandomize=True,
        suppress_health_check=_CALM,
    )
    @given(worlds())
    def look(world: World) -> None:
        outcomes.update(decision.outcome for decision in decide(world).values())

    look()
    assert set(outcomes) == {
        "handed_over",
        "suppressed",
        "no_rule",
        "no_copy",
        "unreachable",
        "audience_too_small",
        "held_out",
        "message",
    }
