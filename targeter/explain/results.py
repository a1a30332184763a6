"""What is told of one person: every check, rule and condition, and each step of their way."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Role = Literal["all", "any", "unless"]


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One condition as it came out for this person: TRUE, FALSE or NULL, and what it saw."""

    text: str
    role: Role
    result: bool | None
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A handoff, purpose, requirement or suppression, and whether it holds (None: unknown).

    `detail` says to whom a handoff goes, and what a suppression is only for.
    """

    kind: str
    name: str
    holds: bool | None
    conditions: tuple[ConditionResult, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A rule: whether it holds, its conditions, and what became of it if it does."""

    name: str
    why: str
    priority: int
    holds: bool
    fate: str
    conditions: tuple[ConditionResult, ...]


@dataclass(frozen=True, slots=True)
class PathStep:
    """A step of a person's way, named after the outcome of who ends there; `told` says why."""

    stage: str
    told: str
    passed: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """Something that would have to be different for a rule to win; `conditions` are what it saw."""

    kind: str
    what: str
    detail: str
    conditions: tuple[ConditionResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that decided about one person. `reason` is a sentence.

    Who rests does so `until` a day, `because` of what; `status` says whether they stay in an
    audience. `changes` is what one rule would need to win, None where no rule was asked about.
    """

    person: str
    as_of: dt.date
    outcome: str
    reason: str
    rule: str | None
    template: str | None
    channel: str | None
    text: str | None
    length: int | None
    limit: int | None
    values: dict[str, object]
    verdicts: tuple[Verdict, ...]
    rules: tuple[RuleResult, ...]
    path: tuple[PathStep, ...] = ()
    status: str | None = None
    until: dt.date | None = None
    because: str | None = None
    changes: tuple[Change, ...] | None = None
