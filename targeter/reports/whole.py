"""What a plan does, whole: reach, coverage, where people end, rules, copy, audiences and cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from targeter.database import identifier
from targeter.outcomes import RESULTS
from targeter.profiles import PROFILES
from targeter.reports.copying import MissingValue, missing_values
from targeter.reports.crossing import Crossing, cross
from targeter.reports.plan import PlanReport, plan_report
from targeter.runs import Run


@dataclass(frozen=True, slots=True)
class Followers:
    """Who may see what people with a message share: an upper bound, followers being shared too.

    `people` of them say how many followers they have, `unknown` people don't.
    """

    column: str
    followers: Decimal
    people: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Remaining:
    """A step of the waterfall: how many people end there, and how many are left after it."""

    outcome: str
    people: int
    left: int


@dataclass(frozen=True, slots=True)
class Audience:
    """A promoted text: its people, and how many of them the network is expected to recognise."""

    channel: str
    template: str
    text: str
    people: int
    match_rate: float
    recognised: Decimal
    smallest: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What a channel's messages cost, in the project's own money."""

    channel: str
    messages: int
    each: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Report:
    """A plan's numbers and what they are made of."""

    plan: PlanReport
    followers: Followers | None
    waterfall: tuple[Remaining, ...]
    crossing: Crossing
    missing: tuple[MissingValue, ...]
    audiences: tuple[Audience, ...]
    costs: tuple[Cost, ...]

    @property
    def matched(self) -> int:
        """People for whom at least one rule holds."""
        return sum(people for rules, people in self.crossing.counts if rules)


def whole_report(run: Run) -> Report:
    """Everything a report shows of a computed plan."""
    plan = plan_report(run, 0)
    return Report(
        plan=plan,
        followers=_followers(run),
        waterfall=tuple(_waterfall(plan)),
        crossing=cross(run),
        missing=missing_values(run),
        audiences=tuple(_audiences(run, plan)),
        costs=tuple(_costs(run, plan)),
    )


def _followers(run: Run) -> Followers | None:
    declared = run.project.settings.followers
    column = run.bound.profile.get(declared.text) if declared else None
    if column is None:
        return None
    # a column of doubles is summed exactly: a sum of them would follow the order of the rows
    exact = f"TRY_CAST(p.{identifier(column.name)} AS DECIMAL(38, 6))"
    followers, people, unknown = run.engine.row(
        f"SELECT coalesce(sum(greatest({exact}, 0)), 0), count({exact}), count(*) - count({exact}) "
        f"FROM {RESULTS} AS r JOIN {PROFILES} AS p ON p.{identifier(run.bound.key)} = r.person "
        "WHERE r.outcome = 'message'"
    )
    return Followers(column.name, followers, people, unknown)


def _waterfall(plan: PlanReport) -> Iterator[Remaining]:
    left = plan.people
    for outcome, people in plan.outcomes.items():
        left -= 0 if outcome == "message" else people
        yield Remaining(outcome, people, left)


def _audiences(run: Run, plan: PlanReport) -> Iterator[Audience]:
    for cell in plan.cells:
        settings = run.project.settings.channel(cell.channel)
        rate = (settings.channel.match_rate if settings else None) or 1.0
        yield Audience(
            cell.channel,
            cell.template,
            cell.text,
            cell.people,
            rate,
            cell.people * Decimal(str(rate)),
            cell.smallest,
        )


def _costs(run: Run, plan: PlanReport) -> Iterator[Cost]:
    for total in plan.channels:
        settings = run.project.settings.channel(total.name)
        if settings is not None and settings.cost is not None:
            each = settings.cost
            yield Cost(total.name, total.messages, each, each * total.messages)
