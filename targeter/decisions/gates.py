"""What ends a person's way before any rule: forgotten, service, no for everything, then rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from targeter.binding import Bound
from targeter.computing import purpose_column
from targeter.database import identifier
from targeter.decisions.choices import Choice
from targeter.history import FORGOTTEN
from targeter.policies import Handoff
from targeter.resting import Limits
from targeter.signature import NEVER, Both, Builder, Either, Formula, Without

# The detail of the gate of who was forgotten; a suppression may have its name.
TOMBSTONE = "tombstone"


@dataclass(frozen=True, slots=True)
class Gate:
    """Something that ends a person's way before any rule: `detail` tells unknown from no."""

    outcome: str
    name: str
    detail: str
    formula: Formula

    @property
    def is_tombstone(self) -> bool:
        return (self.outcome, self.name, self.detail) == ("suppressed", FORGOTTEN, TOMBSTONE)


def gates_of(
    bound: Bound, builder: Builder, choices: Sequence[Choice], limits: Limits, *, forgets: bool
) -> Iterator[Gate]:
    """In the order in which people are stopped; `forgets` where there are tombstones at all."""
    project = bound.project
    if forgets:
        is_forgotten = f"p.{identifier(bound.key)} IN (SELECT person FROM {FORGOTTEN})"
        yield Gate("suppressed", FORGOTTEN, TOMBSTONE, builder.leaf(is_forgotten))
    for number, handoff in enumerate(project.handoffs):
        yield from _handoff_gates(builder, handoff, number)
    yield from _purpose_gates(builder, choices, bound)
    for requirement in project.requirements:
        holds = builder.holds(requirement.when)
        yield Gate("suppressed", requirement.name, "no", builder.refuted(requirement.when))
        yield Gate("suppressed", requirement.name, "unknown", Without(holds))
    for suppression in project.suppressions:
        if suppression.is_for_everything:
            yield Gate("suppressed", suppression.name, "yes", builder.holds(suppression.when))
    if limits.rest.cooldown:
        yield Gate("resting", "cooldown", str(limits.rest.cooldown), builder.leaf("h.cooling"))
    if limits.rest.cap:
        yield Gate("resting", "frequency_cap", str(limits.rest.cap), builder.leaf("h.capped"))


def _handoff_gates(builder: Builder, handoff: Handoff, number: int) -> Iterator[Gate]:
    """Who is with service already comes first; a full capacity moves people there later."""
    holds = builder.holds(handoff.when)
    if handoff.again_after or handoff.capacity:
        lately = builder.leaf(f"h.handoff{number}") if handoff.again_after else NEVER
        yield Gate("with_service", handoff.name, handoff.to, Both((holds, lately)))
    yield Gate("handed_over", handoff.name, handoff.to, holds)


def _purpose_gates(builder: Builder, choices: Sequence[Choice], bound: Bound) -> Iterator[Gate]:
    """Who gave the purpose of no channel in use is not written to; unknown is not yes."""
    declared = {purpose.name for purpose in bound.project.settings.purposes}
    names = sorted({c.channel.purpose for c in choices} & declared)
    if not names or any(c.channel.purpose not in declared for c in choices):
        return
    columns = [f"p.{identifier(purpose_column(name))}" for name in names]
    given = [builder.leaf(column) for column in columns]
    refused = [builder.leaf(f"NOT {column}") for column in columns]
    title = " or ".join(names)
    yield Gate("suppressed", f"purpose {title}", "no", Both(tuple(refused)))
    yield Gate("suppressed", f"purpose {title}", "unknown", Without(Either(tuple(given))))
