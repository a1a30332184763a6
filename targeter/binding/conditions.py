"""Segments, and the conditions of rules and policies, over the whole profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from targeter.binding.names import profile_names
from targeter.binding.steps import Step
from targeter.conditions import Condition, scalars
from targeter.expressions.checking import expressions
from targeter.expressions.language import MAX_EXPANDED_SEGMENTS, MAX_SEGMENT_DEPTH
from targeter.expressions.scopes import (
    PROFILE,
    SEGMENT,
)
from targeter.findings import Finding
from targeter.schema import Column, Schema
from targeter.yaml_source import Scalar


class BindConditions(Step):
    """Conditions last: they may name everything."""

    def run(self) -> None:
        self._conditions()

    def _conditions(self) -> None:
        project = self.bound.project
        self._check_segment_circles()
        columns = [Column(s.name, "BOOLEAN", nullable=False) for s in project.segments]
        for column, segment in zip(columns, project.segments, strict=True):
            if column.name in self.bound.profile:
                message = f"{column.name!r} is already a column of the profile"
                self.found.append(Finding("TG106", message, segment.place, "rename the segment"))
        profile = self.profile_scope("the profile")
        scope = replace(
            profile,
            relations={**profile.relations, SEGMENT: Schema(tuple(columns))},
            bare=(PROFILE, SEGMENT),
        )
        written: list[Scalar] = []
        for condition in self._all_conditions():
            written.extend(scalars(condition))
        self.compile_into(written, scope)

    def _all_conditions(self) -> Iterator[Condition]:
        project = self.bound.project
        for segment in project.segments:
            yield segment.when
        for handoff in project.handoffs:
            yield handoff.when
        for requirement in project.requirements:
            yield requirement.when
        for suppression in project.suppressions:
            yield suppression.when
        for rule in project.rules:
            yield rule.when
            yield from rule.unless

    def _check_segment_circles(self) -> None:
        """A segment may name others, as long as it doesn't come back to itself."""
        segments = {s.name.casefold(): s for s in self.bound.project.segments}
        written = [(name, scalar) for name, s in segments.items() for scalar in scalars(s.when)]
        parsed = expressions(self.compiler.parser, [scalar for _, scalar in written])
        named: dict[str, list[str]] = {name: [] for name in segments}
        for (name, _), expression in zip(written, parsed, strict=True):
            if expression is not None:
                names = profile_names(expression, bare=True)
                named[name] += [other for other in names if other in segments]
        needs = {name: set(others) for name, others in named.items()}
        done: list[str] = []
        while len(done) < len(segments):
            ready = sorted(n for n in segments if n not in done and needs[n] <= set(done))
            if not ready:
                left = {n: needs[n] - set(done) for n in segments if n not in done}
                circle = _circle_in(left)
                message = f"segments name each other in a circle: {' → '.join(circle)}"
                self.found.append(Finding("TG206", message, segments[circle[0]].place))
                break
            done += ready
        self._check_sizes(done, named)

    def _check_sizes(self, ordered: Sequence[str], named: Mapping[str, Sequence[str]]) -> None:
        """A segment is written out where it is named; naming others twice doubles it each time."""
        places = {s.name.casefold(): s.place for s in self.bound.project.segments}
        sizes: dict[str, int] = {}
        depths: dict[str, int] = {}
        for name in ordered:
            inside = [other for other in named[name] if other in sizes]
            sizes[name] = 1 + sum(sizes[other] for other in inside)
            depths[name] = 1 + max((depths[other] for other in inside), default=0)
            if sizes[name] > MAX_EXPANDED_SEGMENTS or depths[name] > MAX_SEGMENT_DEPTH:
                message = f"segment {name!r} names others that name others: too large, written out"
                self.found.append(Finding("TG211", message, places[name], "name each once"))
                return


def _circle_in(needs: Mapping[str, set[str]]) -> list[str]:
    path = [min(needs)]
    while True:
        following = min(needs[path[-1]])
        if following in path:
            return [*path[path.index(following) :], following]
        path.append(following)
