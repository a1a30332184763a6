"""What became of each check and rule for one person, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from targeter.decisions import Choice
from targeter.explain.asking import Asked, End
from targeter.explain.results import RuleResult, Verdict
from targeter.policies import Suppression
from targeter.runs import Run

# Begins why a text is not this person's at all.
ELSEWHERE = "for another"


def verdicts(run: Run, asked: Asked) -> Iterator[Verdict]:
    """Every handoff, purpose, requirement and suppression."""
    project = run.project
    for handoff in project.handoffs:
        holds = asked.truth(handoff.when) is True
        results = tuple(asked.results(handoff.when, "all"))
        yield Verdict("handoff", handoff.name, holds, results, f"to {handoff.to}")
    for purpose in project.settings.purposes:
        if purpose.when is not None:
            results = tuple(asked.results(purpose.when, "all"))
            yield Verdict("purpose", purpose.name, asked.truth(purpose.when), results)
    for requirement in project.requirements:
        results = tuple(asked.results(requirement.when, "all"))
        yield Verdict("requirement", requirement.name, asked.truth(requirement.when), results)
    for suppression in project.suppressions:
        holds = asked.truth(suppression.when) is True
        results = tuple(asked.results(suppression.when, "all"))
        yield Verdict("suppression", suppression.name, holds, results, _scope(suppression))


def _scope(suppression: Suppression) -> str:
    """What a suppression is only for, '' when it is for everything."""
    scopes = {
        "topic": suppression.topic,
        "channel": suppression.channel,
        "campaign": suppression.campaign,
    }
    named = [f"{what} {scalar.text}" for what, scalar in scopes.items() if scalar]
    return f"only {', '.join(named)}" if named else ""


def rule_results(run: Run, asked: Asked, end: End) -> Iterator[RuleResult]:
    """Every rule that runs, with its conditions and what became of it."""
    decisions = run.decisions
    holds = asked.rules_met
    winner = decisions.choices[end.choice].rule_number if end.choice is not None else None
    given_way = _given_way(run, asked)
    for number, rule in enumerate(decisions.rules):
        fate = ""
        if holds[number]:
            fate = _stopped(run, end, number, winner) or given_way[number]
        results = (
            *asked.results(rule.when, "all"),
            *(r for part in rule.unless for r in asked.results(part, "unless")),
        )
        yield RuleResult(rule.name, rule.why, rule.priority, holds[number], fate, results)


def _stopped(run: Run, end: End, number: int, winner: int | None) -> str:
    """What became of a rule that holds, '' when it had its turn and gave way."""
    if end.gate is not None:
        return f"stopped before any rule by {run.decisions.gates[end.gate].name}"
    rule = run.decisions.rules[number]
    if end.status == "staying" and winner is not None and winner != number:
        return f"waits while they stay in the audience of {run.decisions.rules[winner].name}"
    if winner is None or winner > number:
        return ""
    if winner == number:
        return "wins"
    best = run.decisions.rules[winner]
    if best.priority == rule.priority:
        return f"loses to {best.name} (both {rule.priority}, so by name)"
    return f"loses to {best.name} ({best.priority} over {rule.priority})"


def _given_way(run: Run, asked: Asked) -> list[str]:
    """For each rule why none of its templates could be sent."""
    rests = asked.rests()
    tried = unsent(run, asked)
    return [
        rested(*rests[number])
        if number in rests
        else "no message: " + ("; ".join(map(_told, tried.get(number, []))) or "it has no template")
        for number in range(len(run.decisions.rules))
    ]


def rested(until: dt.date, because: str) -> str:
    """Until when somebody is left in peace, and because of what."""
    return f"rested until {until.isoformat()}: {because}"


def _told(one: tuple[Choice, str]) -> str:
    return f"{one[0].template.id}: {one[1] or 'not tried'}"


def unsent(run: Run, asked: Asked) -> dict[int, list[tuple[Choice, str]]]:
    """For each rule, by number, its choices and why each can't be sent; '' where it may be."""
    choices, refusals = run.decisions.choices, asked.refusals()
    tried: dict[int, list[tuple[Choice, str]]] = {}
    for choice in choices:
        why = refusals.get(choice.number, "")
        is_written, is_reached = asked.choices_met[choice.number]
        if not is_written:
            why = _unwritten(choice, asked)
        elif not is_reached:
            why = f"{choice.channel.name} doesn't reach this person{_out_of_reach(choice, asked)}"
        tried.setdefault(choice.rule_number, []).append((choice, why))
    return tried


def _unwritten(choice: Choice, asked: Asked) -> str:
    missing = [name for name in sorted(choice.template.required) if _lacks(asked, name)]
    if missing:
        return f"{', '.join(missing)} missing"
    suppressed = _suppressions(choice, asked, of_channel=False)
    if suppressed:
        return f"suppressed by {', '.join(suppressed)}"
    return f"{ELSEWHERE} variant or language" if choice.variant else f"{ELSEWHERE} language"


def _out_of_reach(choice: Choice, asked: Asked) -> str:
    """What a channel lacks: an address, its purpose, or that no suppression is for it."""
    address, purpose = choice.channel.address, choice.channel.purpose
    if address is not None and _lacks(asked, address):
        return f": {address} missing"
    suppressed = _suppressions(choice, asked, of_channel=True)
    if suppressed:
        return f": suppressed by {', '.join(suppressed)}"
    return f": purpose {purpose} not given"


def _suppressions(choice: Choice, asked: Asked, *, of_channel: bool) -> list[str]:
    """The suppressions that hold and are for such messages, of their channel or not."""
    topic = choice.template.topic.text if choice.template.topic else None
    return [
        one.name
        for one in asked.run.project.suppressions
        if not one.is_for_everything
        and (one.channel is not None) == of_channel
        and one.concerns(topic, choice.template.channel.text, choice.rule.campaign)
        and asked.truth(one.when) is True
    ]


def _lacks(asked: Asked, name: str) -> bool:
    known = {column.casefold(): value for column, value in asked.values.items()}
    return known.get(name.casefold(), name) is None


# -- how it ended ----------------------------------------------------------------------------


def reason(run: Run, end: End) -> str:
    """Why a person ended as they did, as a sentence."""
    if end.gate is not None:
        return stopped_by(run, end)
    if end.choice is not None:
        name = run.decisions.choices[end.choice].rule.name
        if end.status == "staying":
            return f"{name} still holds, so they stay in its audience"
        return {
            "held_out": f"in the control group; would have had {name}",
            "not_in_pilot": f"outside the pilot; would have had {name}",
        }.get(end.outcome, f"{name} is the best rule that holds and can be written")
    if end.best_rule is None:
        return "no rule matched"
    name = run.decisions.rules[end.best_rule].name
    if end.until is not None:
        return f"{name} holds, but {rested(end.until, end.because or '')}"
    return {
        "audience_too_small": f"{name} holds, but too few people would get its text",
        "unreachable": f"{name} holds, but its channels don't reach this person",
        "over_cap": f"{name} holds, but its places went to others",
        "blocked": f"{name} holds, but its text is blocked",
    }.get(end.outcome, f"{name} holds, but none of its templates can be written")


def stopped_by(run: Run, end: End) -> str:
    """What stopped somebody before any rule, as a sentence."""
    assert end.gate is not None
    gate = run.decisions.gates[end.gate]
    if gate.is_tombstone:
        return "they were forgotten, and nothing goes to who was"
    match end.outcome:
        case "handed_over":
            return f"handed to {gate.detail} by {gate.name}: no marketing"
        case "with_service":
            return f"{gate.name} holds, and they are with {gate.detail} already"
        case "resting" if end.until is not None:
            return f"{rested(end.until, end.because or '')} ({gate.name} {gate.detail})"
    words = {"no": "is not met", "unknown": "is unknown, and unknown is not yes"}
    return f"{gate.name} {words.get(gate.detail, 'holds')}"
