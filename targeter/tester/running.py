"""Tests run by the pipeline that plans: no source is opened, tables are made of what tests say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from targeter.binding import Bound, bind
from targeter.cells import REFUSED, assign
from targeter.database import Engine, EngineError, failed
from targeter.decisions import DECIDED, Decisions, decide, needed_columns, plan_decisions
from targeter.errors import NothingToCheck, RulesAreWrong
from targeter.explain import Explanation, Verdict, explain
from targeter.findings import Finding, errors_in, in_order
from targeter.history import create_contacts
from targeter.outcomes import RESULTS, settle
from targeter.pilots import choose_pilot
from targeter.profiles import build_profiles
from targeter.project import read_test_files
from targeter.runs import Run
from targeter.tester.compared import differences
from targeter.tester.coverage import Tally
from targeter.tester.people import Person, people_of
from targeter.tester.results import Difference, Got, Report, Result, Why
from targeter.tester.universe import Tables, Universe, contacts_in, for_tests, universes
from targeter.tester.values import uncastable
from targeter.tester.written import Example, read_tests
from targeter.yaml_source import TextFile

_EXPLAINED = 50  # failures whose conditions are looked up; after so many nobody reads on


@dataclass(frozen=True, slots=True)
class Request:
    """Which tests to run (a pattern that is found in a name), and whether to say what they saw."""

    wanted: re.Pattern[str] | None = None
    coverage: bool = False

    def wants(self, example: Example) -> bool:
        return self.wanted is None or self.wanted.search(example.name) is not None


@dataclass(frozen=True, slots=True)
class Tests:
    """A project's tests as they were read, with everything that is wrong with them."""

    files: tuple[TextFile, ...]
    people: tuple[Person, ...]
    findings: tuple[Finding, ...]


def read(bound: Bound) -> Tests:
    """Every test of a bound project, names and values checked; nothing is raised."""
    found: list[Finding] = []
    files = read_test_files(bound.project.root, found)
    examples = [example for file in files for example in read_tests(file, found)]
    people: tuple[Person, ...] = ()
    if bound.project.settings.base is not None:
        people = people_of(bound, examples, found)
        values = [value for person in people for value in person.values()]
        if values:
            with closing(_engine(bound)) as engine:
                found.extend(uncastable(engine, values))
    return Tests(files, people, in_order(found))


def check(bound: Bound) -> tuple[Finding, ...]:
    """What lint says about tests: everything that is wrong with them before they run."""
    return read(bound).findings


def run_tests(bound: Bound, request: Request = Request()) -> Report:
    """Run the tests of a bound project.

    Raises `RulesAreWrong` where tests can't be run as written, `NothingToCheck` without any.
    """
    tests = read(bound)
    errors = errors_in(tests.findings)
    if errors:
        raise RulesAreWrong(
            f"{len(errors)} {'error' if len(errors) == 1 else 'errors'} in the tests",
            findings=errors,
        )
    people = [person for person in tests.people if request.wants(person.example)]
    if not people:
        raise _nothing(tests, request)
    runner = _Runner(bound, request.coverage)
    for universe in universes(bound, people):
        runner.run(universe)
    results = [runner.results[id(person)] for person in people]
    coverage = runner.tally.coverage(bound.project) if request.coverage else None
    return Report(tuple(results), len({person.example.path for person in people}), coverage)


def _nothing(tests: Tests, request: Request) -> NothingToCheck:
    if tests.people and request.wanted is not None:
        count = len(tests.people)
        return NothingToCheck(
            f"none of {count:,} tests has {request.wanted.pattern!r} in its name",
            help="targeter test without --run runs them all",
        )
    return NothingToCheck(
        "there are no tests", help="write some into rules/tests/, one file or many"
    )


def _engine(bound: Bound) -> Engine:
    """An engine that reaches no file."""
    return Engine(time_zone=bound.project.settings.time_zone, memory="1GB", threads=1, little=True)


class _Runner:
    """Runs one universe after the other."""

    def __init__(self, bound: Bound, coverage: bool) -> None:
        self._first = bound
        self._by_day: dict[dt.date, tuple[Bound, Decisions]] = {}
        self._coverage = coverage
        self._explained = 0
        self.tally = Tally()
        self.results: dict[int, Result] = {}

    def _on(self, day: dt.date) -> tuple[Bound, Decisions]:
        """The project on another day: `today()` is pinned where an expression is compiled."""
        if day not in self._by_day:
            first = self._first
            bound = first if first.today == day else bind(first.project, day)
            tested = replace(bound, project=for_tests(bound.project))
            self._by_day[day] = tested, plan_decisions(tested)
        return self._by_day[day]

    def run(self, universe: Universe) -> None:
        bound, decisions = self._on(universe.day)
        with closing(_engine(bound)) as engine:
            try:
                self._judge(_planned(engine, bound, decisions, universe), universe)
            except EngineError as error:
                raise failed(error, "the database stopped") from error

    def _judge(self, run: Run, universe: Universe) -> None:
        gotten = {key: (got, gate) for key, got, gate in _gotten(run)}
        for key, person in universe.people.items():
            got, gate = gotten[key]
            found = tuple(differences(person.example.expect, got))
            why = self._why(run, key, person, found, gate) if found else None
            self.results[id(person)] = Result(person.example, got, found, why)
        if self._coverage:
            self.tally.add(run, list(universe.people))

    def _why(
        self, run: Run, key: str, person: Person, found: Sequence[Difference], gate: int | None
    ) -> Why | None:
        self._explained += 1
        if self._explained > _EXPLAINED:
            return None
        told = explain(run, key)
        wanted = _rule_in_question(person, found) or told.rule
        rule = next((r for r in told.rules if r.name == wanted), None)
        notes = list(_kept_back(person, told))
        if wanted is not None and rule is None:
            notes.append(f"{wanted} does not run on {run.bound.today}: {_asleep(run, wanted)}")
        notes.extend(_passed_over(run, key, person, told))
        return Why(told.reason, rule, tuple(_checks(told, run, person, gate)), tuple(notes))


def _planned(engine: Engine, bound: Bound, decisions: Decisions, universe: Universe) -> Run:
    """The stages of a plan over the tables of one universe."""
    tables = Tables(engine, bound, universe)
    sources, instead = tables.create(), tables.given()
    profiles = build_profiles(engine, bound, sources, needed_columns(bound), instead)
    create_contacts(engine, contacts_in(universe))
    decide(engine, bound, decisions)
    assign(engine, bound, decisions)
    choose_pilot(engine, bound, decisions, None)
    outcomes = settle(engine, decisions, profiles.people)
    return Run(
        bound.project, bound, engine, decisions, profiles, outcomes, (), is_pinned=True, findings=()
    )


def _gotten(run: Run) -> Iterator[tuple[str, Got, int | None]]:
    """For each person what they got, and the number of the gate that stopped them."""
    decisions = run.decisions
    rows = run.engine.rows(
        "SELECT r.person, r.outcome, r.gate, d.best_rule, r.choice, r.text "
        f"FROM {RESULTS} AS r JOIN (SELECT number, {decisions.best_rule()} AS best_rule "
        f"FROM {DECIDED}) AS d USING (number) ORDER BY r.person"
    )
    for person, outcome, gate, best, number, text in rows:
        choice = None if number is None else decisions.choices[number]
        got = Got(
            outcome,
            choice.rule.name if choice else None,
            decisions.rules[best].name if best is not None else None,
            choice.template.id if choice else None,
            choice.template.name if choice else None,
            text,
            decisions.gates[gate].name if gate is not None else None,
        )
        yield str(person), got, gate


def _rule_in_question(person: Person, found: Iterable[Difference]) -> str | None:
    """The rule that should have won, else the one that should not have."""
    expected = person.example.expect.rule
    unwanted = next((d.expected for d in found if d.what == "not_rule"), None)
    return expected.text if expected else unwanted


def _checks(told: Explanation, run: Run, person: Person, gate: int | None) -> Iterator[Verdict]:
    """The checks behind a gate (a gate of purposes has one for each), and the expected one."""
    by = person.example.expect.by
    wanted = {by.text} if by else set()
    purposes = set(wanted)
    handoffs = set(wanted)
    if gate is not None:
        one = run.decisions.gates[gate]
        purposes |= set(one.name.removeprefix("purpose ").split(" or "))
        (handoffs if one.outcome == "handed_over" else wanted).add(one.name)
    names = {"handoff": handoffs, "purpose": purposes}
    for verdict in told.verdicts:
        if verdict.name in names.get(verdict.kind, wanted):
            yield verdict


def _passed_over(run: Run, key: str, person: Person, told: Explanation) -> Iterator[str]:
    """Why the expected template was not the one, where its rule won or nearly did."""
    expected = person.example.expect.template
    if expected is None or told.template == expected.text:
        return
    refused: dict[int, str] = dict(
        run.engine.rows(
            f"SELECT f.choice, f.why FROM {REFUSED} AS f JOIN {RESULTS} AS r USING (number) "
            "WHERE r.person = $1",
            [key],
        )
    )
    for choice in run.decisions.choices:
        template = choice.template
        if expected.text in (template.id, template.name) and choice.rule.name == told.rule:
            missing = [n for n in sorted(template.required) if told.values.get(n, "") is None]
            if missing:
                yield f"{template.id} needs {', '.join(missing)}, which is missing"
            elif choice.number in refused:
                yield f"{template.id}: {refused[choice.number]}"


def _kept_back(person: Person, told: Explanation) -> Iterator[str]:
    """Values that were given and that nobody may see."""
    for name, value in person.given.items():
        purposes = sorted(value.column.purposes)
        if purposes and value.text is not None and told.values.get(name, "") is None:
            listed = " and ".join(purposes)
            yield f"{name} is given, and kept back: the purpose {listed} isn't"


def _asleep(run: Run, name: str) -> str:
    rule = run.project.rule(name)
    if rule is None or not rule.enabled:
        return "it is switched off"
    return f"its campaign {rule.campaign!r} does not"
