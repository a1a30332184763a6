"""`explain` tells of everybody exactly what was decided, and each condition as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings

from targeter.explain import ConditionResult, Explanation, explain
from tests import worlds as projects
from tests.decisions.kleene import Condition, Group, Person, Truth, sql, truth
from tests.decisions.made_up import worlds
from tests.decisions.on_disk import write
from tests.decisions.plain import Decision, Rule, World, decide


def _written(condition: Condition, role: str = "all") -> Iterator[tuple[str, str, Condition]]:
    """Each expression of a condition as explain shows it: text and role."""
    if not isinstance(condition, Group):
        yield sql(condition), role, condition
        return
    for part in condition.parts:
        yield from _written(part, role if role == "unless" else condition.kind)


def _expected(world: World, rule: Rule, person: Person) -> list[tuple[str, str, Truth]]:
    parts = [*_written(rule.when)]
    for condition in rule.unless:
        parts += _written(condition, "unless")
    return [(text, role, truth(one, person, world.segments)) for text, role, one in parts]


def _shown(results: tuple[ConditionResult, ...]) -> list[tuple[str, str, Truth]]:
    return [(one.text, one.role, one.result) for one in results]


def _check(world: World, person: Person, decision: Decision, told: Explanation) -> None:
    assert (told.outcome, told.rule, told.template, told.text) == (
        decision.outcome,
        decision.rule,
        decision.template,
        decision.text,
    )
    assert told.reason
    by_name = {rule.name: rule for rule in world.rules}
    for result in told.rules:
        rule = by_name[result.name]
        assert _shown(result.conditions) == _expected(world, rule, person)
        for condition in result.conditions:
            assert all(condition.values[name] == person[name] for name in condition.values)
        excused = any(truth(part, person, world.segments) is True for part in rule.unless)
        assert result.holds == (truth(rule.when, person, world.segments) is True and not excused)
        assert bool(result.fate) == result.holds
    winners = [result.name for result in told.rules if result.fate == "wins"]
    assert winners == ([decision.rule] if decision.rule else [])


def _check_verdicts(world: World, person: Person, told: Explanation) -> None:
    held = {(verdict.kind, verdict.name): verdict.holds for verdict in told.verdicts}
    for requirement in world.requirements:
        expected = truth(requirement.when, person, world.segments)
        assert held["requirement", requirement.name] is expected
    for name, column in world.purposes.items():
        assert held["purpose", name] is person[column]
    for kind, several in (("handoff", world.handoffs), ("suppression", world.suppressions)):
        for one in several:
            assert held[kind, one.name] == (truth(one.when, person, world.segments) is True)


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(worlds())
def test_explain_tells_what_was_decided_and_what_each_condition_is(world: World) -> None:
    decisions = decide(world)
    with TemporaryDirectory() as folder, projects.planned(write(world, Path(folder))) as run:
        for person in world.people[:8]:
            key = str(person["person_id"])
            told = explain(run, key)
            _check(world, person, decisions[key], told)
            _check_verdicts(world, person, told)
