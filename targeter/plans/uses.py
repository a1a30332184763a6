"""What each rule uses: columns of the profile, the sources they come from, purposes and bases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from targeter.binding import Bound, BoundTrait
from targeter.computing import purpose_column
from targeter.conditions import Condition
from targeter.decisions import Choice, Decisions
from targeter.expressions.scopes import PROFILE, stance_column
from targeter.rules import Rule

# Where what concerns everybody is named: handoffs, requirements, suppressions.
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Uses:
    """What one rule reads, in conditions and copy. `purposes` are (name, legal basis)."""

    rule: str
    columns: tuple[str, ...]
    sources: tuple[str, ...]
    purposes: tuple[tuple[str, str], ...]


def uses_of(bound: Bound, decisions: Decisions) -> tuple[Uses, ...]:
    """What is used for everybody, and then by each rule that runs, best rule first."""
    by_rule = dict(decisions.by_rule())
    names = {*_columns(bound, _for_everybody(bound)), *_handed_over(bound)}
    everybody = _uses(bound, EVERYBODY, names, ())
    rules = []
    for number, rule in enumerate(decisions.rules):
        choices = by_rule.get(number, [])
        names = {*_columns(bound, (rule.when, *rule.unless)), *_in_copy(bound, choices)}
        names |= set(_ranking(bound, rule))
        rules.append(_uses(bound, rule.name, names, choices))
    return (everybody, *rules)


def digested_columns(bound: Bound, decisions: Decisions) -> tuple[str, ...]:
    """The columns of the profile table that anybody's decision or copy can depend on, sorted."""
    uses = uses_of(bound, decisions)
    purposes = {purpose_column(name) for one in uses for name, _ in one.purposes}
    return tuple(sorted({*(name for one in uses for name in one.columns), *purposes}))


def _uses(bound: Bound, rule: str, columns: Iterable[str], choices: Sequence[Choice]) -> Uses:
    names = sorted(columns)
    known = [column for name in names if (column := bound.profile.get(name))]
    asked = {p for column in known for p in column.purposes} | {c.channel.purpose for c in choices}
    declared = bound.project.settings.purposes
    purposes = tuple(sorted((p.name, p.basis) for p in declared if p.name in asked))
    return Uses(rule, tuple(names), _sources(bound, names), purposes)


def _for_everybody(bound: Bound) -> Iterator[Condition]:
    project = bound.project
    yield from (handoff.when for handoff in project.handoffs)
    yield from (requirement.when for requirement in project.requirements)
    yield from (suppression.when for suppression in project.suppressions)


def _handed_over(bound: Bound) -> Iterator[str]:
    """What the teams of handoffs are told."""
    asked = (scalar.text for one in bound.project.handoffs for _, scalar in one.columns)
    yield from (column.name for column in map(bound.profile.get, asked) if column)


def _columns(bound: Bound, conditions: Iterable[Condition]) -> set[str]:
    return {name for one in conditions for name in bound.condition_columns(one)}


def _ranking(bound: Bound, rule: Rule) -> Iterator[str]:
    """The columns by which a rule with too many people chooses among them."""
    ranking = bound.expressions.get(rule.rank_by.key) if rule.rank_by else None
    if ranking is not None:
        yield from (name for alias, name in ranking.uses if alias == PROFILE)


def _in_copy(bound: Bound, choices: Sequence[Choice]) -> Iterator[str]:
    """What a rule's templates and channels ask for, by the names that the profile has."""
    language = bound.project.settings.language
    for choice in choices:
        asked = [*choice.template.names, choice.channel.address]
        settings = bound.project.settings.channel(choice.channel.name)
        asked += [scalar.text for scalar in settings.outgoing.of_profile] if settings else []
        asked.append(language.column.text if language else None)
        for column in (bound.profile.get(name) for name in asked if name):
            if column is not None:
                yield column.name


# -- where columns come from -----------------------------------------------------------------


def _sources(bound: Bound, columns: Iterable[str]) -> tuple[str, ...]:
    """The sources that columns are computed from, those behind derived ones included, sorted."""
    traits = {c.name: trait for level in bound.levels for trait in level for c in trait.columns}
    derived = {one.source.name: one.reads for one in bound.derived}
    stances = {stance_column(t.topic.name) for t in bound.project.settings.topics}
    found: set[str] = set()
    seen: set[str] = set()
    waiting = list(columns)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in stances:
            found |= {opinion.source for opinion in (bound.posts, bound.likes) if opinion}
        elif name in traits:
            trait = traits[name]
            waiting += _read_of_profile(trait)
            found |= {trait.trait.source} if trait.trait.source else set()
        elif bound.project.settings.base:
            found.add(bound.project.settings.base.name)
    behind = {read for name in found for read in derived.get(name, ())}
    return tuple(sorted(found | behind))


def _read_of_profile(trait: BoundTrait) -> Iterator[str]:
    """The columns of the profile that a trait is computed from."""
    for part in (*trait.values, *([trait.where] if trait.where else ())):
        yield from (name for alias, name in part.uses if alias == PROFILE)
