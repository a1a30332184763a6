"""A project's expressions bound to its columns: what can run, and everything that can't."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from targeter.conditions import Condition, scalars
from targeter.database import Parser, Tree
from targeter.derived import Derived, Table, bind_derived
from targeter.expressions import aggregates, trees
from targeter.expressions.checking import place_of
from targeter.expressions.compiler import Compiled, Compiler, Request
from targeter.expressions.scopes import (
    PROFILE,
    ROW,
    SEGMENT,
    Scope,
    stance_column,
    with_sentiment,
)
from targeter.findings import Finding, Place, did_you_mean
from targeter.project import Project, sql_path
from targeter.schema import Column, Schema, strictest
from targeter.sources.declared import Link, Others, Source
from targeter.traits import Trait
from targeter.yaml_source import Scalar, TextFile

Key = tuple[str, int]
Assumed = Mapping[str, Sequence[Column]]


@dataclass(frozen=True, slots=True)
class BoundTrait:
    """A trait that can run: its expressions compiled, and the profile columns it gives.

    `values` are over the rows (an aggregate, or one for each pick) or, without a source, over
    the profile; an `exists` has none. `order` are the columns of `first_by`, descending or not.
    """

    trait: Trait
    values: tuple[Compiled, ...]
    where: Compiled | None
    order: tuple[tuple[str, bool], ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """A source and column that opinions are read from, with the user's own score if any."""

    source: str
    column: str
    score: str | None = None


@dataclass(slots=True)
class Bound:
    """A project that was bound. `expressions` are found by where they were written.

    `levels` are the traits in the order they can be computed: each level needs only what comes
    before it. `profile` is the schema of the whole profile, `sources` of each source's rows.
    """

    project: Project
    today: dt.date
    parser: Parser
    expressions: dict[Key, Compiled] = field(default_factory=dict)
    sources: dict[str, Schema] = field(default_factory=dict)
    derived: list[Derived] = field(default_factory=list)
    levels: list[list[BoundTrait]] = field(default_factory=list)
    profile: Schema = field(default_factory=lambda: Schema(()))
    posts: Opinion | None = None
    likes: Opinion | None = None
    findings: list[Finding] = field(default_factory=list)

    def compiled(self, scalar: Scalar) -> Compiled:
        return self.expressions[scalar.key]

    @property
    def key(self) -> str:
        base = self.project.settings.base
        assert base is not None and base.key is not None
        return base.key

    def condition_columns(self, condition: Condition | None) -> tuple[str, ...]:
        """The profile columns a condition reads, through segments too, sorted."""
        segments = {s.name.casefold(): s for s in self.project.segments}
        names: set[str] = set()
        waiting, seen = list(scalars(condition)), set[str]()
        while waiting:
            for alias, name in self.compiled(waiting.pop()).uses:
                if alias != SEGMENT:
                    names.add(name)
                elif name not in seen:
                    seen.add(name)
                    waiting.extend(scalars(segments[name.casefold()].when))
        return tuple(sorted(names))


def bind(project: Project, today: dt.date, assumed: Assumed | None = None) -> Bound:
    """Bind a project on a day. `assumed` are columns seen in the data but not declared."""
    bound = Bound(project, today, Parser())
    if project.settings.base is None:
        if not project.settings.sources and not project.findings:
            place = Place("rules/targeter.yaml", 1, 1)
            bound.findings.append(Finding("TG104", "the settings declare no sources", place))
        return bound
    _Binder(bound, Compiler(bound.parser), assumed or {}).run()
    return bound


@dataclass(slots=True)
class _Binder:
    bound: Bound
    compiler: Compiler
    assumed: Assumed

    @property
    def found(self) -> list[Finding]:
        return self.bound.findings

    @property
    def today(self) -> str:
        return self.bound.today.isoformat()

    def run(self) -> None:
        self._sources()
        self._people_conditions()
        self._derived_sources()
        self._opinions()
        self._traits()
        self._conditions()

    # -- sources -----------------------------------------------------------------------------

    def _sources(self) -> None:
        settings = self.bound.project.settings
        for source in settings.sources:
            if not source.is_derived:
                self.bound.sources[source.name] = self._declared_schema(source)
                self._check_columns(source)
        base = settings.base
        assert base is not None
        self.bound.profile = self.bound.sources[base.name]

    def _declared_schema(self, source: Source) -> Schema:
        purposes = frozenset([source.purpose.text] if source.purpose else [])
        columns = {c.name.casefold(): c for c in self.assumed.get(source.name, ())}
        for declared in source.columns:
            columns[declared.name.casefold()] = Column(
                declared.name, declared.engine_type, declared.in_copy, declared.sensitive
            )
        texts = [source.owner, *(o.by for o in source.others)]
        if source.is_base:
            texts += [n for n in self.bound.project.settings.identifiers if n.casefold() in columns]
        for name in texts:
            if name:
                old = columns.get(name.casefold(), Column(name, "VARCHAR"))
                columns[name.casefold()] = replace(old, type="VARCHAR")
        if source.key:
            columns[source.key.casefold()] = replace(columns[source.key.casefold()], nullable=False)
        return Schema(tuple(replace(c, purposes=c.purposes | purposes) for c in columns.values()))

    def _check_columns(self, source: Source) -> None:
        schema, known = self.bound.sources[source.name], self._known_purposes()
        if source.time and source.time not in schema:
            message = f"source {source.name!r}: unknown column {source.time!r} in 'time'"
            help_ = did_you_mean(source.time, schema.names)
            self.found.append(Finding("TG202", message, source.place, help_))
        if source.purpose and source.purpose.text not in known:
            self._unknown_purpose(source.purpose)

    def _known_purposes(self) -> list[str]:
        return [purpose.name for purpose in self.bound.project.settings.purposes]

    def _unknown_purpose(self, scalar: Scalar) -> None:
        help_ = did_you_mean(scalar.text, self._known_purposes())
        message = f"unknown purpose {scalar.text!r}"
        self.found.append(Finding("TG114", message, scalar.place, help_))

    def _people_conditions(self) -> None:
        """Purposes and consents: conditions on the base's own columns, before anything else."""
        settings = self.bound.project.settings
        assert settings.base is not None
        written = [p.when for p in settings.purposes]
        for source in settings.sources:
            written += [source.person.consent if source.person else None]
            written += [other.when for other in source.others]
            self._check_link(source)
        self._compile_into([s for s in written if s], self._base_scope())
        for source in settings.sources:
            for other in source.others:
                self._add_other(source, other)

    def _base_scope(self) -> Scope:
        base = self.bound.project.settings.base
        assert base is not None and base.key is not None
        schema = self.bound.sources[base.name]
        what = f"source {base.name!r}"
        return Scope(what, {PROFILE: schema}, (PROFILE,), (PROFILE, base.key), self.today)

    def _check_link(self, source: Source) -> None:
        link: Link | None = source.person
        base = self.bound.project.settings.base
        assert base is not None
        if link is None or link.to is None:
            return
        schema = self.bound.sources[base.name]
        if link.to not in schema:
            message = f"unknown column {link.to!r} in source {base.name!r}"
            help_ = did_you_mean(link.to, schema.names)
            self.found.append(Finding("TG202", message, link.place, help_))

    def _add_other(self, source: Source, other: Others) -> None:
        base = self.bound.project.settings.base
        assert base is not None
        people = self.bound.sources[base.name]
        added = []
        for scalar in other.columns:
            column = people.get(scalar.text)
            if column is None:
                message = f"unknown column {scalar.text!r} in source {base.name!r}"
                help_ = did_you_mean(scalar.text, people.names)
                self.found.append(Finding("TG202", message, scalar.place, help_))
            else:
                added.append(replace(column, name=f"{other.name}.{column.name}", nullable=True))
        if source.name in self.bound.sources:
            schema = self.bound.sources[source.name]
            self.bound.sources[source.name] = schema.with_columns(added)

    # -- derived sources ---------------------------------------------------------------------

    def _derived_sources(self) -> None:
        waiting = [s for s in self.bound.project.settings.sources if s.is_derived]
        while waiting:
            ready = [s for s in waiting if not self._reads_any_of(s, waiting)]
            if not ready:
                names = " → ".join([s.name for s in waiting] + [waiting[0].name])
                message = f"derived sources read each other in a circle: {names}"
                self.found.append(Finding("TG206", message, waiting[0].place))
                return
            for source in ready:
                self._derive(source)
            waiting = [s for s in waiting if s not in ready]

    def _reads_any_of(self, source: Source, waiting: Sequence[Source]) -> bool:
        file = self._sql_file(source)
        if file is None:
            return False
        tree = self.compiler.parser.trees([file.text.rstrip().removesuffix(";")])[0]
        names = _table_names(tree) if isinstance(tree, dict) else set()
        return any(other.name.casefold() in names for other in waiting)

    def _sql_file(self, source: Source) -> TextFile | None:
        assert source.sql is not None
        path = sql_path(source.sql.text)
        return self.bound.project.file(path) if path else None

    def _derive(self, source: Source) -> None:
        file = self._sql_file(source)
        if file is None:
            return  # found when the project was read
        tables = {name.casefold(): self._table(name) for name in self.bound.sources}
        derived = bind_derived(source, file, tables, self.compiler, self.today, self.found)
        if derived:
            self.bound.derived.append(derived)
            schema = _with_declared(derived.schema, source)
            self.bound.sources[source.name] = schema

    def _table(self, name: str) -> Table:
        source = self.bound.project.settings.source(name)
        assert source is not None
        schema, owner = self.bound.sources[name], source.owner
        if source.person and source.person.to is not None:
            # rows found by another identifier carry the person's key as well
            owner = self.bound.key
            schema = schema.with_columns([Column(owner, "VARCHAR", nullable=False)])
        return Table(source, schema, owner)

    # -- topics ------------------------------------------------------------------------------

    def _opinions(self) -> None:
        settings = self.bound.project.settings
        score = self._opinion_column(settings.opinions.score)
        posts = self._opinion_column(settings.opinions.posts)
        likes = self._opinion_column(settings.opinions.likes)
        if score and (posts is None or score[0] != posts[0]):
            assert settings.opinions.score is not None
            message = "'score' must be a column of the source that 'posts' names"
            self.found.append(Finding("TG105", message, settings.opinions.score.place))
            score = None
        self.bound.posts = Opinion(*posts, score[1] if score else None) if posts else None
        self.bound.likes = Opinion(*likes) if likes else None
        used = [o.source for o in (self.bound.posts, self.bound.likes) if o]
        duties = strictest(c for name in used for c in self.bound.sources[name])
        columns = [
            Column(
                stance_column(declared.topic.name),
                "VARCHAR",
                duties.in_copy,
                purposes=duties.purposes,
                nullable=False,
            )
            for declared in settings.topics
        ]
        if settings.topics and not used:
            message = "topics need 'opinions': which columns hold posts or likes?"
            self.found.append(Finding("TG104", message, settings.topics[0].place))
        self.bound.profile = self.bound.profile.with_columns(columns)

    def _opinion_column(self, scalar: Scalar | None) -> tuple[str, str] | None:
        if scalar is None:
            return None
        name, _, column = scalar.text.partition(".")
        schema = self.bound.sources.get(name)
        if schema is None:
            help_ = did_you_mean(name, list(self.bound.sources))
            self.found.append(Finding("TG113", f"unknown source {name!r}", scalar.place, help_))
            return None
        known = schema.get(column)
        if known is None:
            help_ = did_you_mean(column, schema.names)
            message = f"unknown column {column!r} in source {name!r}"
            self.found.append(Finding("TG202", message, scalar.place, help_))
            return None
        return name, known.name

    # -- traits ------------------------------------------------------------------------------

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
        if trait.purpose and trait.purpose.text not in self._known_purposes():
            self._unknown_purpose(trait.purpose)
        if trait.source is None:
            return True
        source = self.bound.project.settings.source(trait.source)
        if source is None:
            known = [s.name for s in self.bound.project.settings.sources]
            message = f"trait {trait.name!r}: unknown source {trait.source!r}"
            help_ = did_you_mean(trait.source, known)
            self.found.append(Finding("TG113", message, trait.place, help_))
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
        texts = [f"SELECT ({scalar.text}\n)" for _, scalar in written]
        needs: dict[str, set[str]] = {trait.name: set() for trait in traits}
        for (trait, _), tree in zip(written, self.compiler.parser.trees(texts), strict=True):
            expression = trees.single_expression(tree) if isinstance(tree, dict) else None
            if expression is not None:
                needs[trait.name] |= set(_profile_names(expression, bare=trait.source is None))
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
            yield Request(trait.value, self._profile_scope(f"trait {trait.name!r}"))
            return
        rows = self._row_scope(trait)
        if trait.value is not None:
            yield Request(trait.value, replace(rows, aggregates=True))
        for pick in trait.picks:
            yield Request(pick.value, rows)
        if trait.where is not None:
            yield Request(trait.where, rows, boolean=True)

    def _profile_scope(self, what: str) -> Scope:
        topics = tuple(d.topic.name for d in self.bound.project.settings.topics)
        schema = self.bound.profile
        key = (PROFILE, self.bound.key)
        return Scope(what, {PROFILE: schema}, (PROFILE,), key, self.today, topics=topics)

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

    # -- conditions --------------------------------------------------------------------------

    def _conditions(self) -> None:
        project = self.bound.project
        self._check_segment_circles()
        columns = [Column(s.name, "BOOLEAN", nullable=False) for s in project.segments]
        for column, segment in zip(columns, project.segments, strict=True):
            if column.name in self.bound.profile:
                message = f"{column.name!r} is already a column of the profile"
                self.found.append(Finding("TG106", message, segment.place, "rename the segment"))
        profile = self._profile_scope("the profile")
        scope = replace(
            profile,
            relations={**profile.relations, SEGMENT: Schema(tuple(columns))},
            bare=(PROFILE, SEGMENT),
        )
        written: list[Scalar] = []
        for condition in self._all_conditions():
            written.extend(scalars(condition))
        self._compile_into(written, scope)

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
        texts = [f"SELECT ({scalar.text}\n)" for _, scalar in written]
        needs: dict[str, set[str]] = {name: set() for name in segments}
        for (name, _), tree in zip(written, self.compiler.parser.trees(texts), strict=True):
            expression = trees.single_expression(tree) if isinstance(tree, dict) else None
            if expression is not None:
                needs[name] |= set(_profile_names(expression, bare=True)) & set(segments)
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

    def _compile_into(self, written: Iterable[Scalar], scope: Scope) -> None:
        requests = [Request(scalar, scope, boolean=True) for scalar in written]
        for request, one in zip(requests, self.compiler.compile(requests, self.found), strict=True):
            if one is None:
                continue
            self.bound.expressions[request.scalar.key] = one
            self.found.extend(_sensitive(one))


def _sensitive(compiled: Compiled) -> Iterator[Finding]:
    """A finding for each sensitive column that a condition asks about."""
    names = {column.name for column in compiled.columns if column.sensitive}
    for node in trees.walk(compiled.tree):
        if node["class"] == "COLUMN_REF" and node["column_names"][-1] in names:
            message = f"{node['column_names'][-1]!r} is sensitive: nobody is chosen by it"
            place = place_of(compiled.scalar, node)
            yield Finding("TG215", message, place, "take the condition out")


def _circle_in(needs: Mapping[str, set[str]]) -> list[str]:
    path = [min(needs)]
    while True:
        following = min(needs[path[-1]])
        if following in path:
            return [*path[path.index(following) :], following]
        path.append(following)


def _with_declared(schema: Schema, source: Source) -> Schema:
    """A derived source's columns, stricter where its declaration says so."""
    columns = []
    for column in schema:
        declared = source.column(column.name)
        if declared:
            in_copy = min(declared.in_copy, column.in_copy, key=lambda c: c.rank)
            sensitive = column.sensitive or declared.sensitive
            column = replace(column, in_copy=in_copy, sensitive=sensitive)
        if source.purpose:
            column = replace(column, purposes=column.purposes | {source.purpose.text})
        columns.append(column)
    return Schema(tuple(columns))


def _table_names(tree: Tree) -> set[str]:
    names = set()
    stack: list[object] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if node.get("type") == "BASE_TABLE":
                names.add(str(node["table_name"]).casefold())
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return names


def _trait_scalars(trait: Trait) -> Iterator[Scalar]:
    if trait.value is not None:
        yield trait.value
    for pick in trait.picks:
        yield pick.value
    if trait.where is not None:
        yield trait.where


def _profile_names(expression: Tree, *, bare: bool) -> Iterator[str]:
    """Names that may be columns of the profile: those without a dot, and after `person.`."""
    for node in trees.walk(expression):
        if node["class"] == "COLUMN_REF":
            names = [str(name).casefold() for name in node["column_names"]]
            if len(names) == 1 and bare:
                yield names[0]
            elif len(names) == 2 and names[0] == "person":
                yield names[1]


def _is_count(value: Compiled | None) -> bool:
    """Whether a trait is a bare count, which is 0 and not NULL for whoever has no rows."""
    name = value.tree.get("function_name") if value else None
    return name in ("count", "count_star")
