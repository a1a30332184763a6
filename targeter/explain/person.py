"""Everything that decided about one person, put together."""

from __future__ import annotations

from targeter.explain.asking import Asked, end_of
from targeter.explain.changes import changes_for
from targeter.explain.fates import reason, rule_results, verdicts
from targeter.explain.path import path_of
from targeter.explain.results import Explanation
from targeter.profiles import nobody_called
from targeter.rendering import limit_of
from targeter.reports import rule_called
from targeter.runs import Run


def explain(run: Run, person: str, rule: str | None = None) -> Explanation:
    """The explanation for one person of a computed plan, perhaps with what a rule would need.

    Raises `WrongUsage` when there is nobody, or no rule, of that name.
    """
    end = end_of(run, person)
    if end is None:
        raise nobody_called(run.engine, run.bound, person)
    about = rule_called(run, rule) if rule is not None else None
    asked = Asked(run, person, [about] if about else [])
    chosen = run.decisions.choices[end.choice] if end.choice is not None else None
    checks = tuple(verdicts(run, asked))
    rules = tuple(rule_results(run, asked, end))
    return Explanation(
        person=person,
        as_of=run.bound.today,
        outcome=end.outcome,
        reason=reason(run, end),
        rule=chosen.rule.name if chosen else None,
        template=chosen.template.id if chosen else None,
        channel=chosen.channel.name if chosen else None,
        text=end.text,
        length=end.length,
        limit=limit_of(end.text, chosen.channel) if chosen and end.text is not None else None,
        values=asked.values,
        verdicts=checks,
        rules=rules,
        path=tuple(path_of(run, asked, end, rules)),
        status=end.status,
        until=end.until,
        because=end.because,
        changes=tuple(changes_for(run, asked, end, checks, about)) if about else None,
    )
