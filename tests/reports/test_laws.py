"""Reports count what became of each person, whatever the rules and people are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings

from targeter.reports import WhyNot, whole_report, why_not
from targeter.runs import Run
from tests import worlds as projects
from tests.decisions.kleene import Condition, Group, Person, Truth, truth
from tests.decisions.made_up import limited_worlds
from tests.decisions.on_disk import write
from tests.decisions.plain import Rule, World

_few = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _steps(rule: Rule) -> list[tuple[str, Condition]]:
    return [*(("all", part) for part in _parts(rule.when)), *(("unless", u) for u in rule.unless)]


def _parts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Group) and condition.kind == "all":
        for part in condition.parts:
            yield from _parts(part)
    else:
        yield condition


def _fails(world: World, rule: Rule, person: Person) -> list[tuple[int, Truth]]:
    """The steps that fail, by number, with what they are."""
    found = []
    for number, (role, condition) in enumerate(_steps(rule)):
        is_true = truth(condition, person, world.segments)
        if (is_true is not True) if role == "all" else (is_true is True):
            found.append((number, is_true))
    return found


def _running(world: World) -> list[str]:
    """The names of the rules that run, best first."""
    running = []
    for rule in world.rules:
        starts, ends = world.campaigns[rule.campaign] if rule.campaign else (None, None)
        if rule.enabled and (starts or world.day) <= world.day <= (ends or world.day):
            running.append(rule)
    return [rule.name for rule in sorted(running, key=lambda rule: (-rule.priority, rule.name))]


@dataclass(frozen=True, slots=True)
class _End:
    """How somebody's way ended: outcome, what stopped them, and whose message they have."""

    outcome: str
    gate: str | None
    rule: str | None


People = list[tuple[Person, _End]]


def _people(world: World, run: Run) -> People:
    """Everybody with their end, read person by person: another test proves that it is right."""
    gates, choices = run.decisions.gates, run.decisions.choices
    ends = {
        person: _End(
            outcome,
            None if gate is None else gates[gate].name,
            None if choice is None else choices[choice].rule.name,
        )
        for person, outcome, gate, choice in run.engine.rows(
            "SELECT person, outcome, gate, choice FROM results"
        )
    }
    return [(person, ends[str(person["person_id"])]) for person in world.people]


def _check_failed(world: World, people: People, rule: Rule, told: WhyNot) -> None:
    no, unknown, only = Counter[int](), Counter[int](), Counter[int]()
    for person, end in people:
        fails = [] if end.gate else _fails(world, rule, person)
        if fails:
            number, is_true = fails[0]
            (unknown if is_true is None else no)[number] += 1
            only[number] += len(fails) == 1
    for number, failed in enumerate(told.failed):
        assert (failed.no, failed.unknown) == (no[number], unknown[number])
        assert failed.only == only[number]
        for seen in failed.seen:
            shown = sum(people for _, people in seen.values)
            assert shown + seen.others + seen.missing == failed.only


def _check_stopped(world: World, people: People, rule: Rule, told: WhyNot) -> None:
    stopped, matched = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for person, end in people:
        if end.gate:
            stopped[end.outcome, end.gate] += 1
            held = not _fails(world, rule, person)
            matched[end.outcome, end.gate] += held
    ours, our_matched = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in told.stopped:
        ours[one.outcome, one.name] += one.people
        our_matched[one.outcome, one.name] += one.matched
    assert (ours, +our_matched) == (stopped, +matched)


def _check_endings(world: World, people: People, rule: Rule, told: WhyNot) -> None:
    order = _running(world)
    expected = Counter[tuple[str, str | None]]()
    for person, end in people:
        if end.gate or _fails(world, rule, person):
            continue
        if rule.name not in order:
            expected["not_running", end.rule] += 1
        elif end.rule == rule.name:
            expected[end.outcome, None] += 1
        elif end.rule and order.index(end.rule) < order.index(rule.name):
            expected["lost", end.rule] += 1
        else:
            expected["gave_way", end.rule] += 1
    ours = Counter[tuple[str, str | None]]()
    settled = {("message", None), ("held_out", None)}
    for ending in told.endings:
        key = ending.outcome, ending.rule
        is_settled = key in settled or ending.outcome in ("lost", "not_running")
        ours[key if is_settled else ("gave_way", ending.rule)] += ending.people
    assert ours == expected


@_few
@given(limited_worlds())
def test_why_not_counts_everybody_once_and_as_they_are(world: World) -> None:
    with TemporaryDirectory() as folder, projects.planned(write(world, Path(folder))) as run:
        people = _people(world, run)
        for rule in world.rules:
            told = why_not(run, rule.name)
            stopped = sum(one.people for one in told.stopped)
            failed = sum(one.people for one in told.failed)
            assert stopped + failed + told.matched == told.people == len(world.people)
            _check_stopped(world, people, rule, told)
            _check_failed(world, people, rule, told)
            _check_endings(world, people, rule, told)


@_few
@given(limited_worlds())
def test_a_report_counts_the_rules_of_everybody(world: World) -> None:
    with TemporaryDirectory() as folder, projects.planned(write(world, Path(folder))) as run:
        told = whole_report(run)
        people = _people(world, run)
    order = _running(world)
    rules = {rule.name: rule for rule in world.rules}
    held = [
        [name for name in order if not _fails(world, rules[name], person)]
        for person in world.people
    ]
    outcomes = Counter(end.outcome for _, end in people)
    assert {name: n for name, n in told.plan.outcomes.items() if n} == dict(outcomes)
    assert told.waterfall[-1].people == told.waterfall[-1].left == told.plan.messages
    assert dict(told.crossing.counts) == Counter(len(names) for names in held)
    assert told.matched == sum(bool(names) for names in held)
    matched = Counter(name for names in held for name in names)
    assert told.crossing.matched == {name: matched[name] for name in order}
    assert {row.name: row.matched for row in told.plan.rules} == told.crossing.matched
    pairs = Counter(pair for names in held for pair in combinations(names, 2))
    assert {(o.first, o.second): o.people for o in told.crossing.overlaps} == pairs
    winners = {end.rule for _, end in people}
    beaten = {name for name in order if matched[name] and name not in winners}
    assert {one.rule for one in told.crossing.beaten} == beaten
    for one in told.crossing.beaten:
        assert sum(people for _, people in one.instead) == one.matched
