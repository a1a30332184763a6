"""Everybody's way through the conditions of one rule: which fails first, and how many do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from targeter.conditions import Condition, Group, scalars
from targeter.database import identifier
from targeter.findings import Place
from targeter.profiles import PROFILES
from targeter.rules import Rule
from targeter.runs import Run
from targeter.signature import Builder, Signature, Without, question
from targeter.yaml_source import Scalar

WALKED = "walked"
Role = Literal["all", "unless"]


@dataclass(frozen=True, slots=True)
class Step:
    """One condition that must hold, or one part of `unless`, as it was written."""

    condition: Condition
    role: Role

    @property
    def text(self) -> str:
        return _text(self.condition)

    @property
    def place(self) -> Place:
        return next(scalars(self.condition)).place


def steps_of(rule: Rule) -> tuple[Step, ...]:
    """The conditions of a rule in the order written; `any` of several is one step."""
    held = [Step(part, "all") for part in _parts(rule.when)]
    return (*held, *(Step(part, "unless") for part in rule.unless))


def _parts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Group) and condition.kind == "all":
        for part in condition.parts:
            yield from _parts(part)
    else:
        yield condition


def _text(condition: Condition) -> str:
    if isinstance(condition, Scalar):
        return " ".join(condition.text.split())
    return f"{condition.kind} of: {'; '.join(map(_text, condition.parts))}"


def walk(run: Run, steps: Sequence[Step]) -> None:
    """Fill `walked` (person, first, is_unknown, failed): the first step that fails, and how many.

    `first` is NULL for whom all is well; `is_unknown` where that step is NULL, not FALSE. The
    steps have a signature of their own: the plan's has no bit for «is FALSE».
    """
    segments = {segment.name.casefold(): segment.when for segment in run.project.segments}
    builder = Builder(run.bound.parser, run.bound.expressions, segments)
    fails, unknown = [], []
    for step in steps:
        holds = builder.holds(step.condition)
        if step.role == "all":
            fails.append(question(Without(holds)))
            unknown.append(f"NOT {question(builder.refuted(step.condition))}")
        else:
            fails.append(question(holds))
            unknown.append("false")
    _answer(run, builder.signature())
    numbered = list(enumerate(zip(fails, unknown, strict=True)))
    first = " ".join(f"WHEN {test} THEN {number}" for number, (test, _) in numbered)
    told = " ".join(f"WHEN {test} THEN {null}" for _, (test, null) in numbered)
    failed = " + ".join(f"CASE WHEN {test} THEN 1 ELSE 0 END" for test in fails)
    run.engine.run(
        f"CREATE OR REPLACE TABLE {WALKED} AS SELECT person, CASE {first} END AS first, "
        f"CASE {told} ELSE false END AS is_unknown, {failed} AS failed FROM answered"
    )


def _answer(run: Run, signature: Signature) -> None:
    """Each leaf once per person, as the plan does it."""
    words = "".join(f", {word} AS {name}" for name, word in signature.named)
    run.engine.run(
        f"CREATE OR REPLACE TABLE answered AS SELECT p.{identifier(run.bound.key)} AS person"
        f"{words} FROM {PROFILES} AS p"
    )
