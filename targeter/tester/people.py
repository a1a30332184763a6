"""Example people with every name looked up: columns, sources, and what they are expected to get."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from targeter.binding import Bound
from targeter.expressions.scopes import stance_column
from targeter.findings import Finding, did_you_mean
from targeter.history import Contact
from targeter.schema import Schema
from targeter.sources.declared import Others, Source
from targeter.tester.past import contacts_of
from targeter.tester.values import Value, value_of
from targeter.tester.written import Example, Expectation
from targeter.yaml_source import Entries, Node, Scalar

_STANCE = re.compile(r"stance\(\s*['\"]?(.*?)['\"]?\s*\)")

# How somebody can end in a test, where there is no control group and one person is an audience.
ENDINGS = (
    "message",
    "handed_over",
    "with_service",
    "suppressed",
    "resting",
    "no_rule",
    "no_copy",
    "unreachable",
    "blocked",
)
_NOT_IN_A_TEST = {
    "over_cap": "there is a place for everybody in a test",
    "not_in_pilot": "a test is no pilot",
    "held_out": "nobody is held out in a test",
    "audience_too_small": "one person is audience enough in a test",
}

# Values by the name of their column.
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a source; `others` are people whose key stands in the column of that name."""

    values: Values
    others: Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class Person:
    """An example person: what the base holds, what is given instead of computed, and their rows."""

    example: Example
    day: dt.date
    base: Values
    given: Values
    rows: Mapping[str, tuple[Row, ...]]
    contacts: tuple[Contact, ...] = ()

    def values(self) -> Iterator[Value]:
        """Everything that the test says."""
        yield from self.base.values()
        yield from self.given.values()
        for row in (row for rows in self.rows.values() for row in rows):
            yield from row.values.values()
            for other in row.others.values():
                yield from other.values()


def people_of(
    bound: Bound, examples: Iterable[Example], found: list[Finding]
) -> tuple[Person, ...]:
    """The people of all examples; names that nothing is called by go into `found`."""
    lookup = _Lookup(bound, found)
    people = [lookup.person(example) for example in examples]
    return tuple(person for person in people if person is not None)


@dataclass(slots=True)
class _Lookup:
    bound: Bound
    found: list[Finding]

    def person(self, example: Example) -> Person | None:
        base: dict[str, Value] = {}
        given: dict[str, Value] = {}
        for key, node in example.person:
            self._profile_value(key, node, base, given)
        rows = {source.text: tuple(self._rows(source, written)) for source, written in example.rows}
        for source, written in example.rows:
            self._check_link(source, written, base)
        self._check_expectation(example.expect)
        day = example.day or self.bound.project.settings.as_of
        if day is None:
            message = "nothing says on which day this test is"
            help_ = "write as_of: 2026-11-30 at the top of the file, or into the settings"
            self.found.append(Finding("TG607", message, example.place, help_))
            return None
        contacts = contacts_of(self.bound, day, example.history, self.found)
        return Person(example, day, base, given, rows, contacts)

    # -- columns -----------------------------------------------------------------------------

    def _profile_value(
        self, key: Scalar, node: Node, base: dict[str, Value], given: dict[str, Value]
    ) -> None:
        source = self.bound.project.settings.base
        assert source is not None
        stance = _STANCE.fullmatch(key.text)
        name = stance_column(stance[1]) if stance else key.text
        column = self.bound.profile.get(name)
        if column is None:
            self._unknown_column(key)
            return
        is_base = column.name in self.bound.sources[source.name]
        value = value_of(column, source.column(column.name) if is_base else None, node, self.found)
        if value is None or (stance and self._is_no_stance(value)):
            return
        if value.text is None and not column.nullable:
            message = f"{column.name!r} is never missing"
            self.found.append(Finding("TG602", message, value.place, "give a value, or nothing"))
            return
        (base if is_base else given)[column.name] = value

    def _is_no_stance(self, value: Value) -> bool:
        stances = ("for", "against", "mixed", "unknown")
        if value.text in stances:
            return False
        message = f"a stance is {', '.join(stances[:-1])} or {stances[-1]}, not {value.text!r}"
        self.found.append(Finding("TG602", message, value.place))
        return True

    def _unknown_column(self, key: Scalar) -> None:
        project = self.bound.project
        trait = next((t for t in project.settings.traits if t.name == key.text), None)
        segment = next((s for s in project.segments if s.name == key.text), None)
        if trait is not None:
            help_ = f"the trait gives {', '.join(trait.columns)}"
        elif segment is not None:
            help_ = "a segment is worked out: give the columns that it asks about"
        else:
            help_ = did_you_mean(key.text, self.bound.profile.names)
        message = f"the profile has no column {key.text!r}"
        self.found.append(Finding("TG601", message, key.place, help_))

    # -- rows --------------------------------------------------------------------------------

    def _rows(self, name: Scalar, written: Sequence[Entries]) -> Iterator[Row]:
        settings = self.bound.project.settings
        source = settings.source(name.text)
        if source is None:
            known = [s.name for s in settings.sources if not s.is_base and not s.is_derived]
            help_ = did_you_mean(name.text, known)
            self.found.append(Finding("TG113", f"unknown source {name.text!r}", name.place, help_))
        elif source.is_base:
            self._wrong(name, "the person is the row of this source", "give columns in 'person:'")
        elif source.is_derived:
            reads = ", ".join(sorted(self._reads(source)))
            self._wrong(name, "this source is computed", f"give rows of what it reads: {reads}")
        else:
            for entries in written:
                yield self._row(source, entries)

    def _check_link(self, name: Scalar, written: Sequence[Entries], base: Values) -> None:
        """Rows that find their person by a handle are nobody's where the person has none."""
        source = self.bound.project.settings.source(name.text)
        link = source.person if source else None
        if link and link.to and written and not _says(base, link.to):
            message = f"rows of {name.text} are found by {link.to!r}, and this person has none"
            help_ = f"give {link.to} in 'person:'"
            self.found.append(Finding("TG608", message, name.place, help_))

    def _wrong(self, name: Scalar, message: str, help_: str) -> None:
        self.found.append(Finding("TG105", f"{name.text}: {message}", name.place, help_))

    def _reads(self, source: Source) -> Iterator[str]:
        for derived in self.bound.derived:
            if derived.source.name == source.name:
                yield from derived.reads

    def _row(self, source: Source, entries: Entries) -> Row:
        values: dict[str, Value] = {}
        others: dict[str, Values] = {}
        schema = own_columns(self.bound, source)
        for key, node in entries.pairs:
            other = next((o for o in source.others if o.name == key.text), None)
            if other is not None:
                self._other(other, key, node, others)
            elif key.text == source.owner and not _links(source):
                self._wrong(key, "whose row it is goes without saying", "take the line out")
            else:
                self._value(schema, source, key, node, values)
        if source.person and source.time and not _says(values, source.time):
            message = f"a row of {source.name} without {source.time!r} is never seen"
            help_ = "rows without a time are left out: say when it was"
            self.found.append(Finding("TG608", message, entries.place, help_))
        return Row(values, others)

    def _value(
        self, schema: Schema, source: Source, key: Scalar, node: Node, values: dict[str, Value]
    ) -> None:
        column = schema.get(key.text)
        if column is None:
            names = [*schema.names, *(other.name for other in source.others)]
            message = f"source {source.name!r} has no column {key.text!r}"
            help_ = did_you_mean(key.text, names)
            self.found.append(Finding("TG601", message, key.place, help_))
            return
        value = value_of(column, source.column(column.name), node, self.found)
        if value is not None:
            values[column.name] = value

    def _other(self, other: Others, key: Scalar, node: Node, others: dict[str, Values]) -> None:
        """Somebody else on a row: a person of their own, with columns of the base."""
        source = self.bound.project.settings.base
        assert source is not None
        if not isinstance(node, Entries):
            self._wrong(key, "this is a person: columns and their values", "first_name: Kim")
            return
        values: dict[str, Value] = {}
        schema = self.bound.sources[source.name]
        for name, value in node.pairs:
            if name.text.casefold() == self.bound.key.casefold():
                self._wrong(name, "who they are goes without saying", "take the line out")
            else:
                self._value(schema, source, name, value, values)
        others[other.by] = {**others.get(other.by, {}), **values}

    # -- what is expected --------------------------------------------------------------------

    def _check_expectation(self, expect: Expectation) -> None:
        project = self.bound.project
        rules = [rule.name for rule in project.rules]
        templates = [name for t in project.templates for name in (t.id, t.name)]
        for scalar in (expect.rule, *expect.not_rules):
            self._known("rule", scalar, rules)
        for scalar in (expect.template, *expect.not_templates):
            self._known("template", scalar, templates)
        self._known("outcome", expect.outcome, ENDINGS)
        self._known("check", expect.by, list(self._checks()))

    def _checks(self) -> Iterator[str]:
        """Everything that can stop somebody before any rule."""
        project = self.bound.project
        yield from (handoff.name for handoff in project.handoffs)
        yield from (requirement.name for requirement in project.requirements)
        yield from (one.name for one in project.suppressions if one.is_for_everything)
        yield from (purpose.name for purpose in project.settings.purposes)
        yield from (name for name, limit in project.settings.rest.named if limit)

    def _known(self, what: str, scalar: Scalar | None, names: Sequence[str]) -> None:
        if scalar is None or scalar.text in names:
            return
        help_ = _NOT_IN_A_TEST.get(scalar.text, "") if what == "outcome" else ""
        help_ = help_ or did_you_mean(scalar.text, list(dict.fromkeys(names)))
        message = f"there is no {what} {scalar.text!r}"
        if what == "outcome" and scalar.text in _NOT_IN_A_TEST:
            message = f"no test ends with {scalar.text!r}"
        self.found.append(Finding("TG605", message, scalar.place, help_))


def own_columns(bound: Bound, source: Source) -> Schema:
    """A source's own columns, without those that come from another person."""
    others = {f"{o.name}.{c.text}".casefold() for o in source.others for c in o.columns}
    columns = [c for c in bound.sources[source.name] if c.name.casefold() not in others]
    return Schema(tuple(columns))


def _links(source: Source) -> bool:
    """Whether rows find their person by something else than the key."""
    return source.person is None or source.person.to is not None


def _says(values: Values, column: str) -> bool:
    value = next((v for name, v in values.items() if name.casefold() == column.casefold()), None)
    return value is not None and value.text is not None
