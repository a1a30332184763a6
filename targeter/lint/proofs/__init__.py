"""What can be decided about conditions and the rule set without data, by proof."""

from __future__ import annotations

from collections.abc import Iterator

from targeter.binding import Bound
from targeter.findings import Finding
from targeter.lint.proofs import holding, missing_values, people, standing, unused
from targeter.lint.proofs.cases import Cases
from targeter.lint.proofs.fitting import may_not_fit
from targeter.lint.proofs.lacking import lacking

__all__ = ["analyse"]


def analyse(bound: Bound) -> Iterator[Finding]:
    """Findings of a bound project. What isn't proved isn't said, and nothing here takes long."""
    if bound.project.settings.base is None:
        return
    cases = Cases(bound)
    yield from holding.constant_parts(cases)
    yield from holding.unreachable_rules(cases)
    yield from missing_values.dropped(cases)
    yield from standing.contained(cases)
    yield from standing.tied(cases)
    yield from unused.without_reason(bound)
    yield from unused.unused(bound)
    yield from people.unguarded_topics(cases)
    yield from people.sensitive_targeting(bound)
    yield from people.named_without_consent(bound)
    yield from people.not_a_number(bound)
    yield from lacking(cases)
    yield from may_not_fit(bound)
