"""Tests as they are written: example people, and what each of them must get."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from targeter import yaml_source
from targeter.findings import Finding, Place
from targeter.policies import day
from targeter.yaml_source import Entries, Fields, Items, Node, Scalar, TextFile

# What a test says of somebody's columns, in order: what comes later wins.
Values = tuple[tuple[Scalar, Node], ...]
# Rows of sources, each source once.
Rows = tuple[tuple[Scalar, tuple[Entries, ...]], ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What somebody must get, or must not; it says one thing at least.

    `by` is the handoff, purpose, requirement or suppression that must have stopped them.
    """

    place: Place
    rule: Scalar | None = None
    template: Scalar | None = None
    text: Scalar | None = None
    outcome: Scalar | None = None
    by: Scalar | None = None
    not_rules: tuple[Scalar, ...] = ()
    not_templates: tuple[Scalar, ...] = ()

    @property
    def is_empty(self) -> bool:
        one = self.rule or self.template or self.text or self.outcome or self.by
        return not (one or self.not_rules or self.not_templates)


@dataclass(frozen=True, slots=True)
class Example:
    """One example person on one day. `day` is None where only the project may pin it."""

    name: str
    place: Place
    day: dt.date | None
    person: Values
    rows: Rows
    expect: Expectation
    history: tuple[Entries, ...] = ()

    @property
    def path(self) -> str:
        return self.place.path


def read_tests(file: TextFile, found: list[Finding]) -> tuple[Example, ...]:
    """The tests of one file; what is wrong with their shape goes into `found`."""
    before = len(found)
    node = yaml_source.parse(file, found)
    fields = Fields.of(node, "a file of tests", found)
    if fields is None:
        if len(found) == before:
            found.append(_nothing(file))
        return ()
    reader = _File(fields)
    examples = tuple(reader.examples())
    fields.done()
    if not examples and len(found) == before:
        found.append(_nothing(file))
    _unique(examples, found)
    return examples


def _nothing(file: TextFile) -> Finding:
    message = "this file has no tests, so nothing is tested by it"
    return Finding("TG606", message, file.place(0), "write some under 'tests:', or take it out")


def _unique(examples: Sequence[Example], found: list[Finding]) -> None:
    seen: dict[str, Place] = {}
    for example in examples:
        first = seen.setdefault(example.name, example.place)
        if first is not example.place:
            message = f"test {example.name!r} stands twice, first at line {first.line}"
            found.append(Finding("TG603", message, example.place, "rename one of them"))


@dataclass(frozen=True, slots=True)
class _Said:
    """What a test says of its person, and each of its cases may say better."""

    person: Values
    rows: Rows
    expect: Expectation | None
    history: tuple[Entries, ...]


class _File:
    """One file of tests: what it says for all of them, and each of them."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._day = day(fields, "as_of")
        self._defaults = tuple(fields.named("defaults"))
        self._rows = _rows(fields)
        self._history = _history(fields)

    def examples(self) -> Iterator[Example]:
        for fields in self._fields.mappings("tests", "test"):
            name = fields.scalar("name", required=True)
            if name is not None:
                fields.what = f"test {name.text!r}"
            person = (*self._defaults, *fields.named("person"))
            rows = _merged(self._rows, _rows(fields))
            expect = _expectation(fields)
            history = _history(fields) or self._history
            cases = list(fields.mappings("cases", "case"))
            has_cases = fields.entries.get("cases") is not None
            if name is not None and not has_cases:
                said = _Said(person, rows, expect, history)
                yield from self._example(name.text, name.place, said, fields)
            for number, case in enumerate(cases, start=1):
                said = _Said(person, rows, expect, history)
                yield from self._case(name, number, case, said)
            if has_cases and not cases and isinstance(fields.entries.get("cases"), Items):
                fields.wrong(fields.entries, "'cases' lists nobody")
            fields.done()

    def _case(
        self,
        name: Scalar | None,
        number: int,
        fields: Fields,
        said: _Said,
    ) -> Iterator[Example]:
        own = fields.scalar("name")
        title = own.text if own else f"case {number}"
        fields.what = f"test {name.text!r}, {title}" if name else title
        said = _Said(
            (*said.person, *fields.named("person")),
            _merged(said.rows, _rows(fields)),
            _expectation(fields) or said.expect,
            _history(fields) or said.history,
        )
        fields.done()
        if name is not None:
            place = own.place if own else fields.entries.place
            yield from self._example(f"{name.text}: {title}", place, said, fields)

    def _example(
        self,
        name: str,
        place: Place,
        said: _Said,
        fields: Fields,
    ) -> Iterator[Example]:
        if said.expect is not None:
            yield Example(name, place, self._day, said.person, said.rows, said.expect, said.history)
        elif _is_missing(fields.entries.get("expect")):
            message = f"{fields.what} expects nothing"
            fields.found.append(Finding("TG604", message, place, _SAYS))


_SAYS = "say under 'expect:' a rule, template, text, outcome, by, not_rule or not_template"


def _expectation(fields: Fields) -> Expectation | None:
    inner = fields.fields("expect", f"{fields.what}: 'expect'")
    if inner is None:
        return None
    before = len(fields.found)
    expectation = Expectation(
        inner.entries.place,
        inner.scalar("rule"),
        inner.scalar("template"),
        inner.scalar("text"),
        inner.scalar("outcome"),
        inner.scalar("by"),
        inner.texts("not_rule"),
        inner.texts("not_template"),
    )
    inner.done()
    if not expectation.is_empty:
        return expectation
    if len(fields.found) == before:
        message = f"{fields.what}: the expectation says nothing"
        fields.found.append(Finding("TG604", message, inner.entries.place, _SAYS))
    return None


def _is_missing(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and node.is_null)


def _rows(fields: Fields) -> Rows:
    inner = fields.fields("rows", f"{fields.what}: 'rows'")
    if inner is None:
        return ()
    return tuple((source, tuple(_listed(inner, source))) for source, _ in inner.entries.pairs)


def _history(fields: Fields) -> tuple[Entries, ...]:
    """What the person got before, one entry a contact."""
    return tuple(inner.entries for inner in fields.mappings("history", "an entry of 'history'"))


def _listed(fields: Fields, source: Scalar) -> Iterator[Entries]:
    for row in fields.mappings(source.text, f"a row of {source.text}"):
        yield row.entries


def _merged(first: Rows, second: Rows) -> Rows:
    """Rows of a source that a test names again stand instead of those of the file."""
    again = {source.text for source, _ in second}
    return (*((source, rows) for source, rows in first if source.text not in again), *second)
