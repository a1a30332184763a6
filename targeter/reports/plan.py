"""What a plan shows: counts of people, rules and templates."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from targeter.cells import CLOSED, smallest_audience
from targeter.database import literal
from targeter.findings import Finding, Place, in_order
from targeter.lint.report import unsilenced
from targeter.pacing import Paced
from targeter.plans import plan_id
from targeter.project import Project
from targeter.rendering import SlowPart, limit_of
from targeter.reports.copying import TemplateRow, slow_templates, template_rows
from targeter.reports.endings import Endings, endings
from targeter.reports.idle import idle_because
from targeter.reports.limited import limit_findings
from targeter.reports.paced import pace_findings, paces
from targeter.reports.tallies import (
    EXAMPLES,
    LEAVERS,
    MATCHED,
    PROMOTED,
    take_tallies,
)
from targeter.runs import Run

# How many of the texts that were shut are told.
SHUT = 10


@dataclass(frozen=True, slots=True)
class Example:
    """A message as it would read."""

    person: str
    text: str
    length: int
    limit: int


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule: how many people it `matched`, and how many it `won` (they get its message)."""

    name: str
    why: str
    priority: int
    campaign: str | None
    matched: int
    won: int
    held_out: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """Why people were stopped before any rule: a handoff, purpose, requirement or suppression."""

    outcome: str
    name: str
    detail: str
    people: int


@dataclass(frozen=True, slots=True)
class Back:
    """When those who rest may get a message again: the first of them, and the last."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Total:
    """People with a message, by something."""

    name: str
    messages: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A promoted text and the people who would see it; `smallest` is what the network needs.

    A text that was shut has the people it had when it was.
    """

    channel: str
    template: str
    text: str
    people: int
    smallest: int


@dataclass(frozen=True, slots=True)
class Turnover:
    """The audiences of a promoted channel: who enters, who stays, and who leaves."""

    channel: str
    new: int
    staying: int
    leaving: int


@dataclass(frozen=True, slots=True)
class PlanReport:
    """A plan in numbers. The outcomes partition the people.

    `shut` texts had too few people; the largest are told, and `shut_count` counts them all.
    """

    plan_id: str
    as_of: dt.date
    is_pinned: bool
    people: int
    outcomes: dict[str, int]
    rules: tuple[RuleRow, ...]
    stops: tuple[Stop, ...]
    back: Back | None
    templates: tuple[TemplateRow, ...]
    slow: tuple[SlowPart, ...]
    campaigns: tuple[Total, ...]
    channels: tuple[Total, ...]
    languages: tuple[Total, ...]
    cells: tuple[Cell, ...]
    audiences: tuple[Turnover, ...]
    paces: tuple[Paced, ...]
    shut: tuple[Cell, ...]
    shut_count: int
    findings: tuple[Finding, ...]

    @property
    def messages(self) -> int:
        return self.outcomes["message"]

    @property
    def coverage(self) -> float:
        """The share of people who get a message, 0 to 1."""
        return self.messages / self.people if self.people else 0.0


def plan_report(run: Run, examples: int) -> PlanReport:
    """Count everything a plan shows, with `examples` messages a rule."""
    take_tallies(run.engine, run.decisions, examples)
    return report_of(run, plan_id(run))


def report_of(run: Run, plan: str) -> PlanReport:
    """The same of a run whose engine needs no more than the tallies."""
    ended = endings(run.engine)
    rules = tuple(_rules(run, ended))
    templates = template_rows(run, ended)
    choices = run.decisions.choices
    campaigns = _by_choice(ended, [c.rule.campaign or "" for c in choices])
    channels = _by_choice(ended, [c.channel.name for c in choices])
    languages = _by_choice(ended, [c.template.language or "" for c in choices])
    return PlanReport(
        plan_id=plan,
        as_of=run.bound.today,
        is_pinned=run.is_pinned,
        people=run.profiles.people,
        outcomes=run.outcomes,
        rules=rules,
        stops=tuple(_stops(run, ended)),
        back=_back(ended),
        templates=templates,
        slow=slow_templates(run),
        campaigns=campaigns,
        channels=channels,
        languages=languages,
        cells=tuple(_cells(run)),
        audiences=tuple(_turnover(run, ended)),
        paces=tuple(paces(run, ended)),
        shut=tuple(_shut(run)),
        shut_count=int(run.engine.value(f"SELECT count(*) FROM {CLOSED}")),
        findings=in_order(
            unsilenced(run.project, _findings(run, ended, rules, templates), run.bound.today)
        ),
    )


def seen_in_data(run: Run) -> tuple[Finding, ...]:
    """Everything found on the way to a plan and in it, whatever a comment ignores."""
    take_tallies(run.engine, run.decisions, 0)
    ended = endings(run.engine)
    return _findings(run, ended, tuple(_rules(run, ended)), template_rows(run, ended))


def _findings(
    run: Run, ended: Endings, rules: Sequence[RuleRow], templates: Sequence[TemplateRow]
) -> tuple[Finding, ...]:
    shown = _data_findings(run, ended, rules, templates)
    limits, paced = limit_findings(run, ended), pace_findings(run, ended)
    return in_order([*run.findings, *shown, *limits, *paced])


# -- rules -----------------------------------------------------------------------------------


def _rules(run: Run, ended: Endings) -> Iterator[RuleRow]:
    matched: dict[int, int] = dict(run.engine.rows(f"SELECT rule, people FROM {MATCHED}"))
    shown = _examples(run)
    for number, rule in enumerate(run.decisions.rules):
        choices = [c.number for c in run.decisions.choices if c.rule_number == number]
        yield RuleRow(
            rule.name,
            rule.why,
            rule.priority,
            rule.campaign,
            matched[number],
            ended.of_choices(choices, "message"),
            ended.of_choices(choices, "held_out"),
            tuple(shown.get(number, ())),
        )


def _examples(run: Run) -> dict[int, list[Example]]:
    rows = run.engine.rows(
        f"SELECT rule, choice, person, text, length FROM {EXAMPLES} ORDER BY rule, n"
    )
    examples: dict[int, list[Example]] = {}
    for rule, choice, person, text, length in rows:
        limit = limit_of(text, run.decisions.choices[choice].channel)
        examples.setdefault(rule, []).append(Example(person, text, length, limit))
    return examples


# -- everything else -------------------------------------------------------------------------


def _stops(run: Run, ended: Endings) -> Iterator[Stop]:
    counts = Counter[int | None]()
    for row in ended.rows:
        counts[row.gate] += row.people
    for number, gate in enumerate(run.decisions.gates):
        yield Stop(gate.outcome, gate.name, gate.detail, counts[number])


def _back(ended: Endings) -> Back | None:
    resting = [row for row in ended.rows if row.outcome == "resting"]
    first = min((row.first for row in resting if row.first), default=None)
    last = max((row.last for row in resting if row.last), default=None)
    return Back(first, last) if first and last else None


def _by_choice(ended: Endings, names: Sequence[str]) -> tuple[Total, ...]:
    """Messages counted by a name that each choice has; largest first."""
    totals: dict[str, int] = dict.fromkeys(names, 0)
    for number, name in enumerate(names):
        totals[name] += ended.of_choices([number], "message")
    ordered = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Total(name, count) for name, count in ordered)


def _cells(run: Run) -> Iterator[Cell]:
    """The promoted texts with their audiences, largest first."""
    promoted = {c.number: c for c in run.decisions.choices if c.channel.delivery == "promoted"}
    if not promoted:
        return
    pairs = ", ".join(f"({c.number}, {literal(c.channel.name)})" for c in promoted.values())
    rows = run.engine.rows(
        "SELECT c.channel, min(r.choice), r.text, sum(r.people)::BIGINT AS people "
        f"FROM {PROMOTED} AS r JOIN (VALUES {pairs}) AS c(choice, channel) "
        "ON c.choice = r.choice "
        "GROUP BY c.channel, r.text ORDER BY people DESC, c.channel, r.text"
    )
    for channel, choice, text, people in rows:
        one = promoted[choice]
        yield Cell(channel, one.template.id, text, people, smallest_audience(one.channel))


def _turnover(run: Run, ended: Endings) -> Iterator[Turnover]:
    """Per promoted channel, by name, also one that people only leave."""
    leaving: dict[str, int] = dict(run.engine.rows(f"SELECT channel, people FROM {LEAVERS}"))
    counts = Counter[tuple[str, str]]()
    for row in ended.rows:
        if row.outcome == "message" and row.choice is not None and row.status is not None:
            counts[run.decisions.choices[row.choice].channel.name, row.status] += row.people
    for channel in sorted({name for name, _ in counts} | set(leaving)):
        new, staying = counts[channel, "new"], counts[channel, "staying"]
        yield Turnover(channel, new, staying, leaving.get(channel, 0))


def _shut(run: Run) -> Iterator[Cell]:
    """The promoted texts that were closed, the largest first: those that were nearly enough."""
    rows = run.engine.rows(
        f"SELECT channel, choice, text, people FROM {CLOSED} "
        f"ORDER BY people DESC, channel, text LIMIT {SHUT}"
    )
    for channel, choice, text, people in rows:
        one = run.decisions.choices[choice]
        yield Cell(channel, one.template.id, text, people, smallest_audience(one.channel))


def _data_findings(
    run: Run, ended: Endings, rules: Sequence[RuleRow], templates: Sequence[TemplateRow]
) -> Iterator[Finding]:
    """What only the data shows of the rules."""
    project = run.project
    for rule in project.rules:
        row = next((r for r in rules if r.name == rule.name), None)
        if row is None:
            reason = idle_because(rule, project, run.bound.today)
            yield Finding("TG703", f"rule {rule.name!r} is not running: {reason}", rule.place)
        elif row.matched == 0:
            help_ = f"targeter why-not {rule.name} shows who nearly fits"
            yield Finding("TG701", f"rule {rule.name!r} matches nobody", rule.place, help_)
        elif row.won == 0 and row.held_out == 0:
            people = "1 person" if row.matched == 1 else f"{row.matched:,} people"
            message = f"rule {rule.name!r} matches {people} and wins none of them"
            help_ = f"targeter why-not {rule.name} shows to what they go instead"
            yield Finding("TG702", message, rule.place, help_)
    for total in templates:
        if total.messages == 0:
            template = next(t for t in project.templates if t.id == total.name)
            message = f"template {total.name!r} is used for nobody"
            yield Finding("TG704", message, template.place)
    for stop in _stops(run, ended):
        if stop.outcome == "suppressed" and stop.people == run.profiles.people > 0:
            message = f"{stop.name!r} suppresses everybody"
            yield Finding("TG719", message, _declared(project).get(stop.name))


def _declared(project: Project) -> Mapping[str, Place]:
    """Where what suppresses stands, by the name that its gate has."""
    return {
        **{f"purpose {one.name}": one.place for one in project.settings.purposes},
        **{one.name: one.place for one in project.suppressions},
        **{one.name: one.place for one in project.requirements},
    }
