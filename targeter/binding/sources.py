"""The columns of every source, purposes and consents, and what derived sources give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from targeter.binding.steps import Step
from targeter.derived import Table, bind_derived, tables_in
from targeter.expressions.scopes import (
    PROFILE,
    Scope,
)
from targeter.findings import Finding, did_you_mean
from targeter.project import sql_path
from targeter.schema import Column, Schema, type_class
from targeter.sources.declared import Link, Others, Source
from targeter.yaml_source import TextFile


class BindSources(Step):
    """Sources first: everything else names their columns."""

    def run(self) -> None:
        self._sources()
        self._people_conditions()
        self._derived_sources()

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
        schema, known = self.bound.sources[source.name], self.known_purposes()
        if source.time and source.time not in schema:
            message = f"source {source.name!r}: unknown column {source.time!r} in 'time'"
            help_ = did_you_mean(source.time, schema.names)
            self.found.append(Finding("TG202", message, source.place, help_))
        moment = schema.get(source.time) if source.time else None
        if moment and type_class(moment.type) not in ("date", "time"):
            message = f"source {source.name!r}: 'time' is a date or timestamp"
            help_ = f"declare {moment.name}: {{type: timestamp}}"
            self.found.append(Finding("TG203", message, source.place, help_))
        if source.purpose and source.purpose.text not in known:
            self.unknown_purpose(source.purpose)

    def _people_conditions(self) -> None:
        """Purposes and consents: conditions on the base's own columns, before anything else."""
        settings = self.bound.project.settings
        assert settings.base is not None
        written = [p.when for p in settings.purposes]
        for source in settings.sources:
            written += [source.person.consent if source.person else None]
            written += [other.when for other in source.others]
            self._check_link(source)
        self.compile_into([s for s in written if s], self._base_scope())
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
        names = tables_in(file, self.compiler.parser)
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
            self.bound.sources[source.name] = _with_declared(derived.schema, source)
            self._check_columns(source)

    def _table(self, name: str) -> Table:
        source = self.bound.project.settings.source(name)
        assert source is not None
        schema, owner = self.bound.sources[name], source.owner
        if source.person and source.person.to is not None:
            # rows found by another identifier carry the person's key as well
            owner = self.bound.key
            schema = schema.with_columns([Column(owner, "VARCHAR", nullable=False)])
        return Table(source, schema, owner)


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
