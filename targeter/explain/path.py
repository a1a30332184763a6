"""One person's way through everything that could end it, in the order in which it is asked."""

from __future__ import annotations

from collections.abc import Iterator

from targeter.cells import smallest_audience
from targeter.database import literal
from targeter.decisions import Choice
from targeter.explain.asking import Asked, End
from targeter.explain.fates import reason, stopped_by
from targeter.explain.results import PathStep, RuleResult
from targeter.history import CONTACTS
from targeter.outcomes import RESULTS
from targeter.runs import Run


def path_of(run: Run, asked: Asked, end: End, rules: tuple[RuleResult, ...]) -> Iterator[PathStep]:
    """The steps that were passed, and the one where the way ended."""
    if end.gate is not None and run.decisions.gates[end.gate].is_tombstone:
        yield PathStep(end.outcome, stopped_by(run, end), passed=False)
        return
    stage = run.decisions.gates[end.gate].outcome if end.gate is not None else ""
    stage = "handed_over" if stage == "with_service" else stage
    for name, passed in _before_rules(run, asked):
        if name == stage:
            yield PathStep(end.outcome, stopped_by(run, end), passed=False)
            return
        yield PathStep(name, passed)
    holding = [rule for rule in rules if rule.holds]
    if not holding:
        yield PathStep("no_rule", f"none of {len(rules)} holds", passed=False)
        return
    best = holding[0]
    told = f"{len(holding)} of {len(rules)} hold, first {best.name} ({best.priority})"
    yield PathStep("no_rule", told)
    yield from _turns(holding)
    if end.choice is None:
        yield PathStep(end.outcome, reason(run, end), passed=False)
        return
    yield from _chosen(run, end, run.decisions.choices[end.choice])


def _before_rules(run: Run, asked: Asked) -> Iterator[tuple[str, str]]:
    """What may stop somebody before any rule, and what is said of whom it doesn't stop."""
    gates = {gate.outcome for gate in run.decisions.gates}
    if "handed_over" in gates:
        yield "handed_over", "no handoff holds"
    if "suppressed" in gates:
        yield "suppressed", "every requirement is met, and no suppression for everything holds"
    if run.decisions.limits.asks:
        yield "resting", _last_contact(asked)


def _last_contact(asked: Asked) -> str:
    rows = asked.run.engine.rows(
        f"SELECT contacted_at::DATE, coalesce(template, rule, 'a message') FROM {CONTACTS} "
        "WHERE person = $1 ORDER BY contacted_at DESC, 2 LIMIT 1",
        [asked.person],
    )
    if not rows:
        return "never contacted"
    day, what = rows[0]
    return f"last contacted on {day.isoformat()}: {what}"


def _turns(holding: list[RuleResult]) -> Iterator[PathStep]:
    """The rules that had their turn and gave way."""
    for rule in holding:
        if rule.fate == "wins" or rule.fate.startswith("loses "):
            return
        yield PathStep("gave_way", f"{rule.name}: {rule.fate}", passed=False)


def _chosen(run: Run, end: End, choice: Choice) -> Iterator[PathStep]:
    """What happened to the choice that a person ended with."""
    if choice.channel.delivery == "promoted":
        people = run.engine.value(
            f"SELECT count(*) FROM {RESULTS} WHERE outcome = 'message' AND text = $1 "
            f"AND choice IN ({_of_channel(run, choice)})",
            [end.text],
        )
        needed = smallest_audience(choice.channel)
        told = f"{people:,} people share this text on {choice.channel.name}, {needed:,} are needed"
        yield PathStep("audience_too_small", told)
    if choice.rule.max_people is not None:
        yield PathStep("over_cap", f"one of {choice.rule.max_people:,} places")
    if end.outcome != "message":
        yield PathStep(end.outcome, reason(run, end), passed=False)
        return
    written = f"{choice.template.id} on {choice.channel.name}"
    yield PathStep("message", f"{end.status}, {written}" if end.status else written)


def _of_channel(run: Run, choice: Choice) -> str:
    same = [c for c in run.decisions.choices if c.channel.name == choice.channel.name]
    return ", ".join(literal(c.number) for c in same)
