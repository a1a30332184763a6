"""Which findings a change is answerable for: those it stands on, and those of what uses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from targeter.binding import Bound
from targeter.findings import Finding
from targeter.lint.outline import Outline, Unit
from targeter.lint.repository import Changes


@dataclass(frozen=True, slots=True)
class _Thing:
    """A rule, segment, trait, template …: what it gives to others, and the names it uses.

    Names are lower case; a template's carries its folder, so that it is no column.
    """

    unit: Unit
    gives: frozenset[str]
    uses: frozenset[str]


def touched(
    findings: Sequence[Finding], bound: Bound, outlines: Mapping[str, Outline], changes: Changes
) -> tuple[Finding, ...]:
    """The findings that a change touched.

    A finding is reported when its line, or the rule or other thing it stands in, changed; when
    something that thing uses changed; or when it speaks of another thing that did.
    """
    things = list(_things(bound, outlines))
    changed = {id(t): t for t in things if _is_changed(t.unit, changes)}
    spoken = {f"{t.unit.name!r}" for t in changed.values() if t.unit.name}
    names = {name for thing in changed.values() for name in thing.gives}
    grows = True
    while grows:
        more = [t for t in things if id(t) not in changed and t.uses & names]
        changed |= {id(thing): thing for thing in more}
        names |= {name for thing in more for name in thing.gives}
        grows = bool(more)
    units = {(t.unit.path, t.unit.first) for t in changed.values()}
    return tuple(f for f in findings if _concerns(f, outlines, changes, units, spoken))


def _is_changed(unit: Unit, changes: Changes) -> bool:
    return changes.touch(unit.path, unit.first, unit.last)


def _concerns(
    finding: Finding,
    outlines: Mapping[str, Outline],
    changes: Changes,
    units: set[tuple[str, int]],
    spoken: set[str],
) -> bool:
    place = finding.place
    if place is None or changes.touch(place.path, place.line, place.line):
        return True
    if any(name in finding.message or name in finding.help for name in spoken):
        return True
    known = outlines.get(place.path)
    if known is None or not known.is_readable:
        return changes.touch_file(place.path)
    thing = known.thing_at(place.line)
    return thing is not None and (thing.path, thing.first) in units


def _things(bound: Bound, outlines: Mapping[str, Outline]) -> Iterator[_Thing]:
    uses = _uses_by_line(bound)
    given = _given(bound)
    for path, known in outlines.items():
        for unit in known.units:
            # a column of a source can change without the rest of it
            if unit.is_thing or (unit.kind == "sources" and unit.is_key and unit.depth == 3):
                lines = range(unit.first, unit.last + 1)
                used = {name for line in lines for name in uses.get((path, line), ())}
                own = given.get((path, unit.first)) or frozenset({_own_name(unit)})
                yield _Thing(unit, own, frozenset(used) - own)


def _own_name(unit: Unit) -> str:
    """What others call it: expressions name segments, traits, sources, their columns, topics."""
    is_in_expressions = unit.kind in ("segments", "traits", "sources", "topics")
    return unit.name.casefold() if is_in_expressions else unit.title


def _given(bound: Bound) -> dict[tuple[str, int], frozenset[str]]:
    """The names that things give, where it is not just their own, by where they begin."""
    given = {
        (template.file.path, 1): frozenset({_template(template.name)})
        for template in bound.project.templates
    }
    for one in (one for level in bound.levels for one in level):
        place = one.trait.place
        given[place.path, place.line] = frozenset(c.name.casefold() for c in one.columns)
    return given


def _template(name: str) -> str:
    return f"templates/{name.casefold()}"


def _uses_by_line(bound: Bound) -> dict[tuple[str, int], set[str]]:
    """The names used on each line: columns, segments and topics of expressions, sources, copy."""
    uses: dict[tuple[str, int], set[str]] = {}

    def use(path: str, line: int, names: Iterable[str]) -> None:
        for name in names:
            # «stance('phones')» is a column of the topic phones
            parts = (name, name.split("'")[1]) if "'" in name else (name,)
            uses.setdefault((path, line), set()).update(part.casefold() for part in parts)

    for compiled in bound.expressions.values():
        place = compiled.scalar.place
        use(place.path, place.line, (name for _, name in compiled.uses))
    for rule in bound.project.rules:
        for scalar in rule.templates:
            use(scalar.file.path, scalar.place.line, [_template(scalar.text)])
    for trait in bound.project.settings.traits:
        if trait.source:
            use(trait.place.path, trait.place.line, [trait.source])
    for template in bound.project.templates:
        for name in template.names:
            use(template.file.path, 1, [name])
    return uses
