"""Traits in the order they can be computed, typed, with the duties of what they read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from targeter.binding.bound import BoundTrait
from targeter.binding.names import profile_names
from targeter.binding.steps import Step
from targeter.expressions import aggregates
from targeter.expressions.checking import expressions
from targeter.expressions.compiler import Compiled, Request
from targeter.expressions.kinds import spoken
from targeter.expressions.scopes import (
    PROFILE,
    ROW,
    Scope,
    with_sentiment,
)
from targeter.findings import Finding, did_you_mean
from targeter.schema import Column, strictest
from targeter.traits import Trait
from targeter.yaml_source import Scalar


class BindTraits(Step):
    """Traits: each level needs only what comes before it."""

    def run(self) -> None:
        self._traits()

    def _traits(self) -> None:
        waiting = [t for t in self.bound.project.settings.traits if self._has_source(t)]
        self._check_trait_names(waiting)
        needs = self._needs(waiting)
        while waiting:
            names = {name.casefold() for t in waiting for name in t.columns}
            ready = [t for t in waiting if not needs[t.name] & names]
            if not ready:
                self._circle(waiting, needs)
                return
            self._bind_level(ready)
            waiting = [t for t in waiting if t not in ready]

    def _has_source(self, trait: Trait) -> bool:
        if trait.purpose and trait.purpose.text not in self.known_purposes():
            self.unknown_purpose(trait.purpose)
        if trait.source is None:
            return True
        source = self.bound.project.settings.source(trait.source)
        if source is None:
            known = [s.name for s in self.bound.project.settings.sources]
            message = f"trait {trait.name!r}: unknown source {trait.source!r}"
            help_ = did_you_mean(trait.source, known)
            place = trait.source_place or trait.place
            self.found.append(Finding("TG113", message, place, help_))
            return False
        if source.owner is None or source.is_base:
            message = f"trait {trait.name!r}: {trait.source} has no 'person', so no rows of one"
            self.found.append(Finding("TG105", message, trait.place))
            return False
        if trait.last and source.time is None:
            message = f"trait {trait.name!r}: 'last' needs 'time' on source {source.name!r}"
            self.found.append(Finding("TG105", message, trait.place))
            return False
        return trait.source in self.bound.sources

    def _check_trait_names(self, traits: Sequence[Trait]) -> None:
        taken = {c.name.casefold() for c in self.bound.profile}
        for trait in traits:
            for name in trait.columns:
                if name.casefold() in taken:
                    message = f"{name!r} is already a column of the profile"
                    self.found.append(Finding("TG106", message, trait.place, "rename the trait"))
                taken.add(name.casefold())

    def _needs(self, traits: Sequence[Trait]) -> dict[str, set[str]]:
        """For each trait the names of profile columns that it mentions."""
        written = [(trait, scalar) for trait in traits for scalar in _trait_scalars(trait)]
        parsed = expressions(self.compiler.parser, [scalar for _, scalar in written])
        needs: dict[str, set[str]] = {trait.name: set() for trait in traits}
        for (trait, _), expression in zip(written, parsed, strict=True):
            if expression is not None:
                needs[trait.name] |= set(profile_names(expression, bare=trait.source is None))
        return needs

    def _circle(self, waiting: Sequence[Trait], needs: Mapping[str, set[str]]) -> None:
        owners = {name.casefold(): t for t in waiting for name in t.columns}
        path, trait = [waiting[0].name], waiting[0]
        while True:
            needed = min(needs[trait.name] & set(owners))
            trait = owners[needed]
            if trait.name in path:
                circle = [*path[path.index(trait.name) :], trait.name]
                break
            path.append(trait.name)
        message = f"traits need each other in a circle: {' → '.join(circle)}"
        self.found.append(Finding("TG206", message, trait.place))

    def _bind_level(self, traits: Sequence[Trait]) -> None:
        requests: list[Request] = []
        for trait in traits:
            requests.extend(self._trait_requests(trait))
        compiled = self.compiler.compile(requests, self.found)
        for request, one in zip(requests, compiled, strict=True):
            if one is not None:
                self.bound.expressions[request.scalar.key] = one
        level = [b for b in (self._bound_trait(trait) for trait in traits) if b is not None]
        self.bound.levels.append(level)
        added = [column for trait in level for column in trait.columns]
        self.bound.profile = self.bound.profile.with_columns(added)

    def _trait_requests(self, trait: Trait) -> Iterator[Request]:
        if trait.source is None:
            assert trait.value is not None
            yield Request(trait.value, self.profile_scope(f"trait {trait.name!r}"))
            return
        rows = self._row_scope(trait)
        if trait.value is not None:
            yield Request(trait.value, replace(rows, aggregates=True))
        for pick in trait.picks:
            yield Request(pick.value, rows)
        if trait.where is not None:
            yield Request(trait.where, rows, boolean=True)

    def _row_scope(self, trait: Trait) -> Scope:
        assert trait.source is not None
        schema = with_sentiment(self.bound.sources[trait.source])
        relations = {ROW: schema, PROFILE: self.bound.profile}
        return Scope(
            f"source {trait.source!r}",
            relations,
            (ROW,),
            (PROFILE, self.bound.key),
            self.today,
            prefixes={"person": PROFILE},
        )

    def _bound_trait(self, trait: Trait) -> BoundTrait | None:
        wanted = list(_trait_scalars(trait))
        known = [self.bound.expressions.get(scalar.key) for scalar in wanted]
        if any(one is None for one in known):
            return None
        order = self._order(trait)
        if order is None:
            return None
        written = [trait.value] if trait.value else [pick.value for pick in trait.picks]
        values = tuple(self.bound.compiled(scalar) for scalar in written)
        where = self.bound.compiled(trait.where) if trait.where else None
        if trait.source and trait.value and not aggregates.of(values[0].tree):
            message = f"trait {trait.name!r}: a person has many rows, so 'value' needs an aggregate"
            help_ = "max(…), count(*), …; or take one row whole with 'pick' and 'first_by'"
            self.found.append(Finding("TG216", message, trait.value.place, help_))
            return None
        columns = self._trait_columns(trait, values, where, order)
        self._check_default(trait, columns)
        return BoundTrait(trait, values, where, order, columns)

    def _trait_columns(
        self,
        trait: Trait,
        values: Sequence[Compiled],
        where: Compiled | None,
        order: Sequence[tuple[str, bool]],
    ) -> tuple[Column, ...]:
        """What the trait gives: copy follows the value, everything else all that was read."""
        read = [c for v in values for c in v.columns] + list(where.columns if where else ())
        source = self.bound.sources.get(trait.source or "")
        duties = strictest([*read, *(source or ())]) if trait.source else strictest(read)
        ordered = [source.get(name) for name, _ in order] if source else []
        sensitive = trait.sensitive or strictest([*read, *(c for c in ordered if c)]).sensitive
        purposes = duties.purposes | ({trait.purpose.text} if trait.purpose else set())
        types = [value.type for value in values] or ["BOOLEAN"]
        columns = []
        shown: list[Compiled | None] = [*values] or [None]
        for name, type_, value in zip(trait.columns, types, shown, strict=True):
            # a count says nothing but that its rows are there, so it follows all that was read
            said = value.columns if value else ()
            in_copy = strictest(said).in_copy if said else duties.in_copy
            if trait.in_copy is not None:
                if trait.in_copy.rank > in_copy.rank:
                    message = f"trait {trait.name!r} can't allow more than its columns: {in_copy}"
                    help_ = f"declare in_copy: {trait.in_copy} on the columns it is made of"
                    place = trait.in_copy_place
                    self.found.append(Finding("TG506", message, place, help_))
                in_copy = min(trait.in_copy, in_copy, key=lambda c: c.rank)
            never_null = (trait.exists or _is_count(value)) and not purposes
            columns.append(
                Column(name, type_, in_copy, sensitive, purposes, nullable=not never_null)
            )
        return tuple(columns)

    def _check_default(self, trait: Trait, columns: Sequence[Column]) -> None:
        if trait.default is None:
            return
        wanted = [(trait.default.text, column.type) for column in columns]
        for (text, type_), good in zip(wanted, self.compiler.parser.casts(wanted), strict=True):
            if not good:
                message = f"trait {trait.name!r}: default {text!r} can't be read as {spoken(type_)}"
                self.found.append(Finding("TG204", message, trait.default.place))

    def _order(self, trait: Trait) -> tuple[tuple[str, bool], ...] | None:
        """`first_by`: columns of the row, each with asc or desc."""
        if trait.first_by is None:
            return ()
        assert trait.source is not None
        schema, order = self.bound.sources[trait.source], []
        for part in trait.first_by.text.split(","):
            words = part.split()
            direction = words[1].casefold() if len(words) == 2 else "asc"
            column = schema.get(words[0].strip('"')) if words else None
            if column is None or len(words) > 2 or direction not in ("asc", "desc"):
                message = f"first_by: {part.strip()!r} is not a column of {trait.source}"
                help_ = did_you_mean(words[0] if words else "", schema.names)
                place = trait.first_by.place
                self.found.append(Finding("TG202", message, place, help_))
                return None
            order.append((column.name, direction == "desc"))
        return tuple(order)


def _trait_scalars(trait: Trait) -> Iterator[Scalar]:
    if trait.value is not None:
        yield trait.value
    for pick in trait.picks:
        yield pick.value
    if trait.where is not None:
        yield trait.where


def _is_count(value: Compiled | None) -> bool:
    """Whether a trait is a bare count, which is 0 and not NULL for whoever has no rows."""
    name = value.tree.get("function_name") if value else None
    return name in ("count", "count_star")
