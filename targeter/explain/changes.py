"""What would have to be different for one rule to win one person."""

from __future__ import annotations

from collections.abc import Iterator

from targeter.cells import smallest_audience
from targeter.decisions import Choice
from targeter.explain.asking import Asked, End
from targeter.explain.fates import ELSEWHERE, rested, stopped_by, unsent
from targeter.explain.results import Change, ConditionResult, Verdict
from targeter.rendering import Writer
from targeter.reports.idle import idle_because
from targeter.reports.walking import Step, steps_of
from targeter.rules import Rule
from targeter.runs import Run


def changes_for(
    run: Run, asked: Asked, end: End, verdicts: tuple[Verdict, ...], rule: Rule
) -> Iterator[Change]:
    """Everything that stands in a rule's way, in the order of a person's way; nothing if it wins.

    Rules that come before are told when they hold: one that gave way already stands in no way.
    """
    number = next((n for n, one in enumerate(run.decisions.rules) if one is rule), None)
    idle = idle_because(rule, run.project, run.bound.today)
    if idle:
        yield Change("not_running", rule.name, idle)
    if end.gate is not None:
        yield _stopped(run, end, verdicts)
    for step in steps_of(rule):
        if _fails(asked, step):
            yield _condition(asked, step)
    if number is None:
        return
    rests = asked.rests()
    if number in rests:
        yield Change("resting", rule.name, rested(*rests[number]))
    yield from _rules_before(run, asked, end, number)
    yield from _templates(run, asked, end, number)
    yield from _after(run, end, number)


def _stopped(run: Run, end: End, verdicts: tuple[Verdict, ...]) -> Change:
    assert end.gate is not None
    gate = run.decisions.gates[end.gate]
    same = [v for v in verdicts if gate.name in (v.name, f"purpose {v.name}")]
    conditions = tuple(result for verdict in same for result in verdict.conditions)
    return Change("stopped", gate.name, stopped_by(run, end), conditions)


def _fails(asked: Asked, step: Step) -> bool:
    truth = asked.truth(step.condition)
    return truth is not True if step.role == "all" else truth is True


def _condition(asked: Asked, step: Step) -> Change:
    results: tuple[ConditionResult, ...] = tuple(asked.results(step.condition, step.role))
    if step.role == "unless":
        return Change("condition", step.text, "may not be TRUE", results)
    return Change("condition", step.text, "must be TRUE", results)


def _rules_before(run: Run, asked: Asked, end: End, number: int) -> Iterator[Change]:
    """The rules that have the person first, or would have them next."""
    if end.choice is not None and end.status == "staying":
        winner = run.decisions.choices[end.choice]
        if winner.rule_number != number:
            told = "they stay in its audience until its time is over or it holds no longer"
            yield Change("rule", winner.rule.name, told)
    holds = asked.rules_met
    can_send = _can_send(run, asked)
    for before, rule in enumerate(run.decisions.rules[:number]):
        if holds[before] and before in can_send:
            told = f"comes first ({rule.priority} over {run.decisions.rules[number].priority})"
            if rule.priority == run.decisions.rules[number].priority:
                told = f"comes first (both {rule.priority}, so by name)"
            yield Change("rule", rule.name, f"holds and {told}")


def _can_send(run: Run, asked: Asked) -> set[int]:
    """The rules with a text that nothing is known to be against."""
    rests = asked.rests()
    tried = unsent(run, asked)
    return {
        number
        for number, choices in tried.items()
        if number not in rests and any(not why for _, why in choices)
    }


def _templates(run: Run, asked: Asked, end: End, number: int) -> Iterator[Change]:
    """Why none of its texts can be sent; one that can be is enough."""
    choices = unsent(run, asked).get(number, [])
    tried = [(choice, why or _unwritten(run, asked, choice)) for choice, why in choices]
    if any(not why for _, why in tried):
        return
    theirs = [(choice, why) for choice, why in tried if not why.startswith(ELSEWHERE)]
    for choice, why in theirs or tried:
        if why == "audience too small":
            why = f"too few people share its text: {smallest_audience(choice.channel):,} are needed"
        yield Change("template", choice.template.id, why)


def _unwritten(run: Run, asked: Asked, choice: Choice) -> str:
    """Why a text that wasn't tried can't be written; '' if it can be."""
    writer = Writer(choice.template, choice.channel, run.bound, choice.link)
    known = {name.casefold(): value for name, value in asked.values.items()}
    message = writer.write([known.get(name.casefold()) for name in writer.columns])
    return message.why or ""


def _after(run: Run, end: End, number: int) -> Iterator[Change]:
    """What keeps a message back that was chosen."""
    if end.choice is None or run.decisions.choices[end.choice].rule_number != number:
        return
    if end.outcome == "held_out":
        yield Change("held_out", "control group", "held out, to measure what messages do")
    elif end.outcome != "message":
        yield Change(end.outcome, run.decisions.rules[number].name, "kept back")
