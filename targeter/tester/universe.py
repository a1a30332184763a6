"""Tables made of example people: as many people in one run as can't get into each other's way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from targeter.binding import Bound
from targeter.computing import permitted
from targeter.database import Engine, identifier
from targeter.history import Contact
from targeter.project import Project
from targeter.schema import Column
from targeter.sources.declared import Link, Source
from targeter.tester.people import Person, Row, Values, own_columns
from targeter.tester.values import cast_to

# The column by which rows find their person where they don't by the key: two tests may well give
# two people the same handle.
_LINK = "person of the test"
_GIVEN = "given values"


@dataclass(frozen=True, slots=True)
class Universe:
    """People of one day who see the same reference tables; each has a key of their own."""

    day: dt.date
    people: Mapping[str, Person]


def universes(bound: Bound, people: Sequence[Person]) -> list[Universe]:
    """As few universes as there can be, in the order of the tests."""
    made: dict[tuple[object, ...], list[dict[str, Person]]] = {}
    for person in people:
        group = made.setdefault((person.day, _reference_rows(bound, person)), [{}])
        key = _key(bound, person)
        free = next((members for members in group if key not in members), None)
        if free is None:
            free = {}
            group.append(free)
        free[key] = person
    return [
        Universe(next(iter(members.values())).day, members)
        for group in made.values()
        for members in group
    ]


def contacts_in(universe: Universe) -> Iterator[Contact]:
    """What everybody of a universe got before."""
    for key, person in universe.people.items():
        yield from ((key, *contact[1:]) for contact in person.contacts)


def _key(bound: Bound, person: Person) -> str:
    given = person.base.get(bound.key)
    if given is not None and given.text and given.text.strip():
        return given.text.strip()
    return f"{person.example.path}: {person.example.name}"


def _reference_rows(bound: Bound, person: Person) -> tuple[object, ...]:
    """The rows that belong to nobody, which all people of a universe share."""
    return tuple(
        (source.name, tuple(_texts(row.values) for row in person.rows[source.name]))
        for source in bound.project.settings.sources
        if source.name in person.rows and source.person is None
    )


def _texts(values: Values) -> tuple[tuple[str, str | None], ...]:
    return tuple(sorted((name, value.text) for name, value in values.items()))


def for_tests(project: Project) -> Project:
    """The project as tests see it: nobody held out, and a place and an audience for everybody."""
    settings = project.settings
    channels = tuple(
        replace(c, channel=replace(c.channel, min_audience=1, match_rate=None))
        for c in settings.channels
    )
    sources = tuple(replace(s, person=_linked(s.person)) for s in settings.sources)
    campaigns = tuple(replace(c, holdout=None, max_people=None) for c in settings.campaigns)
    tested = replace(
        settings,
        holdout=None,
        max_people=None,
        channels=channels,
        sources=sources,
        campaigns=campaigns,
    )
    return replace(
        project,
        settings=tested,
        rules=tuple(replace(rule, max_people=None) for rule in project.rules),
        handoffs=tuple(replace(handoff, capacity=None) for handoff in project.handoffs),
    )


def _linked(link: Link | None) -> Link | None:
    return replace(link, column=_LINK, to=_LINK) if link and link.to else link


# -- tables ----------------------------------------------------------------------------------


# A row as it goes into the engine: a text for each column that is given.
_Texts = dict[str, str | None]


class Tables:
    """The tables of one universe, made from the declared schema and never from the values."""

    def __init__(self, engine: Engine, bound: Bound, universe: Universe) -> None:
        self._engine = engine
        self._bound = bound
        self._rows: dict[str, list[_Texts]] = {s.name: [] for s in self._sources()}
        self._people: list[_Texts] = []
        self._given: dict[str, Values] = {}
        for number, (key, person) in enumerate(universe.people.items()):
            self._add(number, key, person)

    def create(self) -> dict[str, str]:
        """Every source as a table; the tables by the names of the sources."""
        for source in self._sources():
            rows = self._people if source.is_base else self._rows[source.name]
            self._create(source, rows)
        return {source.name: f"source_{source.name}" for source in self._sources()}

    def _sources(self) -> Iterator[Source]:
        return (s for s in self._bound.project.settings.sources if not s.is_derived)

    def _add(self, number: int, key: str, person: Person) -> None:
        self._people.append(
            {**_given_texts(person.base), self._bound.key: key, _LINK: f"test{number}"}
        )
        if person.given:
            self._given[key] = person.given
        for source in self._sources():
            rows = person.rows.get(source.name, ())
            if source.person is None and number > 0:
                continue  # the first has the rows that all share
            for row in rows:
                self._rows[source.name].append(self._row(source, row, number, key))

    def _row(self, source: Source, row: Row, number: int, key: str) -> _Texts:
        texts = _given_texts(row.values)
        if source.person is not None:
            texts[source.person.column] = f"test{number}" if source.person.to else key
        for by, values in row.others.items():
            texts[by] = self._other(values)
        return texts

    def _other(self, values: Values) -> str:
        """Somebody else, who is a person like any other; their key."""
        number = len(self._people)
        texts = _given_texts(values)
        key = texts.get(self._bound.key) or f"other person {number}"
        self._people.append({**texts, self._bound.key: key, _LINK: f"other{number}"})
        return key

    def _create(self, source: Source, rows: Sequence[_Texts]) -> None:
        written = f"written {source.name}"
        columns = self._columns(source)
        # settings name columns in any case
        names = {column.name.casefold(): column.name for column in columns}
        named = [{names[name.casefold()]: text for name, text in row.items()} for row in rows]
        mentioned = list(dict.fromkeys(name for row in named for name in row)) or ["nothing"]
        texts = (tuple(row.get(name) for name in mentioned) for row in named)
        self._engine.load(written, dict.fromkeys(mentioned, "VARCHAR"), texts)
        values = [self._column(source, column, mentioned) for column in columns]
        table = identifier(f"source_{source.name}")
        self._engine.run(
            f"CREATE OR REPLACE TABLE {table} AS SELECT {', '.join(values)} "
            f"FROM {identifier(written)}"
        )

    def _columns(self, source: Source) -> list[Column]:
        columns = list(own_columns(self._bound, source))
        links = source.is_base or (source.person is not None and source.person.to)
        if links:
            columns.append(Column(_LINK, "VARCHAR"))
        return columns or [Column("nothing", "VARCHAR")]

    def _column(self, source: Source, column: Column, mentioned: Iterable[str]) -> str:
        name = identifier(column.name)
        if column.name not in mentioned:
            return f"NULL::{column.type} AS {name}"
        return f"{cast_to(column, source.column(column.name), name)} AS {name}"

    # -- what is given instead of computed ---------------------------------------------------

    def given(self) -> Callable[[str], str]:
        """Replaces computed columns of a profile table by what tests give; the new table."""
        names = list(dict.fromkeys(name for values in self._given.values() for name in values))
        columns = {"person": "VARCHAR"}
        for number in range(len(names)):
            columns |= {f"v{number}": "VARCHAR", f"h{number}": "BOOLEAN"}
        self._engine.load(_GIVEN, columns, (self._given_row(names, key) for key in self._given))
        waiting = {name: number for number, name in enumerate(names)}
        return lambda profile: self._replaced(profile, waiting)

    def _given_row(self, names: Sequence[str], key: str) -> tuple[object, ...]:
        values = self._given[key]
        cells: list[object] = [key]
        for name in names:
            cells += [values[name].text if name in values else None, name in values]
        return tuple(cells)

    def _replaced(self, profile: str, waiting: dict[str, int]) -> str:
        there = {name for name, _ in self._engine.columns_of(profile)}
        now = {name: waiting.pop(name) for name in list(waiting) if name in there}
        if not now:
            return profile
        replaced = ", ".join(self._instead(name, number) for name, number in now.items())
        table = f"{profile}_given"
        self._engine.run(
            f"CREATE OR REPLACE TABLE {table} AS SELECT p.* REPLACE ({replaced}) "
            f"FROM {profile} AS p LEFT JOIN {identifier(_GIVEN)} AS g "
            f"ON g.person = p.{identifier(self._bound.key)}"
        )
        return table

    def _instead(self, name: str, number: int) -> str:
        """A given value, kept back like a computed one from who didn't give its purposes."""
        column = self._bound.profile.get(name)
        assert column is not None
        value = f"TRY_CAST({cast_to(column, None, f'g.v{number}')} AS {column.type})"
        own = f"p.{identifier(name)}"
        kept = permitted(value, column)
        return f"CASE WHEN g.h{number} THEN {kept} ELSE {own} END AS {identifier(name)}"


def _given_texts(values: Values) -> _Texts:
    return {name: value.text for name, value in values.items()}
