"""Who is handed over, in a list a handoff: whom to help, why, and what the team asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from targeter.conditions import Condition, Group
from targeter.database import literal
from targeter.exporters.interface import Export, Written
from targeter.exporters.tables import shown_as, write_rows
from targeter.plans import ASSIGNMENTS
from targeter.policies import Handoff
from targeter.profiles import PROFILES, number_of
from targeter.signature import Builder
from targeter.yaml_source import Scalar

HANDED_OVER = "handed over"


def write_handoffs(export: Export) -> Iterator[Written]:
    """A file for each handoff that holds for anybody, in the order of the handoffs."""
    rows = export.engine.rows(
        f"SELECT DISTINCT rule FROM {ASSIGNMENTS} WHERE outcome = 'handed_over'"
    )
    there = {str(rule) for (rule,) in rows}
    handoffs = [one for one in export.bound.project.handoffs if one.name in there]
    for one, held in zip(handoffs, _held(export, handoffs), strict=True):
        name = f"handoff-{one.name}.{export.format}"
        source = (
            f"FROM {ASSIGNMENTS} AS a LEFT JOIN {PROFILES} AS p "
            f"ON {number_of(export.bound)} = a.number "
            f"WHERE a.outcome = 'handed_over' AND a.rule = {literal(one.name)}"
        )
        shown = shown_as(export.engine, _values(export, one, held), source, export.format)
        query = f"SELECT {shown} {source} ORDER BY a.person"
        count = write_rows(export.engine, query, export.folder / name, export.format)
        yield Written(name, HANDED_OVER, count)


def _values(export: Export, handoff: Handoff, held: str) -> tuple[tuple[str, str], ...]:
    """Each column of the list and its SQL, those of `HANDOFF_COLUMNS` first."""
    columns = [(name, scalar.text) for name, scalar in handoff.columns]
    return (
        ("person_id", "a.person"),
        ("handoff", "a.rule"),
        ("to", "a.channel"),
        ("day", f"{literal(export.plan.as_of.isoformat())}::DATE"),
        ("reason", f"{literal(handoff.why)}::VARCHAR"),
        ("condition", literal(in_words(handoff.when))),
        ("holds", held),
        *export.of_profile(columns),
    )


def _held(export: Export, handoffs: Sequence[Handoff]) -> Iterator[str]:
    """For each handoff SQL for those of its alternatives that hold for a person."""
    bound = export.bound
    segments = {one.name.casefold(): one.when for one in bound.project.segments}
    builder = Builder(bound.parser, bound.expressions, segments)
    for handoff in handoffs:
        ways = list(_alternatives(handoff.when))
        parts = [
            f"CASE WHEN {test} THEN {literal(in_words(one))} END"
            for one, test in zip(ways, builder.tests(ways), strict=True)
        ]
        yield f"concat_ws('; ', {', '.join(parts)})"


def _alternatives(condition: Condition) -> Iterator[Condition]:
    """The conditions of which one is enough."""
    if isinstance(condition, Scalar) or condition.kind == "all":
        yield condition
    else:
        for part in condition.parts:
            yield from _alternatives(part)


def in_words(condition: Condition) -> str:
    """A condition on one line, as it is written."""
    if isinstance(condition, Scalar):
        return _words(condition)
    parts = [in_words(part) for part in condition.parts]
    if len(parts) == 1:
        return parts[0]
    listed = (_inner(one, part) for one, part in zip(condition.parts, parts, strict=True))
    return (" and " if condition.kind == "all" else " or ").join(listed)


def _inner(condition: Condition, words: str) -> str:
    """A part of a group: in brackets where the words around it would cut it."""
    is_whole = isinstance(condition, Group) and len(condition.parts) == 1
    return words if is_whole or words.replace("_", "").isalnum() else f"({words})"


def _words(scalar: Scalar) -> str:
    return " ".join(scalar.text.split())
