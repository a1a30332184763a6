"""What is wrong among the rows of people, or left over: keys, identifiers, rows that are nobody's.

Each is counted in a way that can be added up, as people may be in several places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from targeter.binding import Bound
from targeter.database import Engine, identifier
from targeter.errors import BadData
from targeter.findings import Finding
from targeter.sources.declared import Link, Source

EXAMPLES = 3
_DOUBLES = 5
_UNDATED = "nobody can tell whether it is of the past, so it counts for nothing"


@dataclass(frozen=True, slots=True)
class Noticed:
    """Rows of a source that count for nobody: of nobody (with examples), and without a time."""

    source: str
    strays: int
    examples: tuple[str | None, ...]
    undated: int

    def __add__(self, other: Noticed) -> Noticed:
        """The same of all their rows together."""
        strays, undated = self.strays + other.strays, self.undated + other.undated
        return Noticed(self.source, strays, first_of(self.examples + other.examples), undated)


def first_of(examples: Iterable[str | None]) -> tuple[str | None, ...]:
    """The first few of different values, what is missing after all others."""
    ordered = sorted(set(examples), key=lambda one: (one is None, one or ""))
    return tuple(ordered[:EXAMPLES])


@dataclass(frozen=True, slots=True)
class Keys:
    """What is wrong with the keys of the base: how many are missing, and who stands twice."""

    missing: int
    doubles: tuple[tuple[str, int], ...]

    def __add__(self, other: Keys) -> Keys:
        doubles = sorted(self.doubles + other.doubles)[:_DOUBLES]
        return Keys(self.missing + other.missing, tuple(doubles))


def wrong_keys(engine: Engine, base: Source, table: str) -> Keys:
    """Who of the base has no key, and who stands twice."""
    key = identifier(str(base.key))
    # where every key is after the one before it, as in many exports, no two are the same
    before = f"SELECT {key}, lag({key}) OVER () AS before FROM {identifier(table)}"
    wrong = f"SELECT 1 FROM ({before}) WHERE {key} IS NULL OR {key} <= before LIMIT 1"
    if not engine.rows(wrong):
        return Keys(0, ())
    # equal keys have equal hashes, and in order those are neighbours: few are compared by text
    hashes = f"SELECT hash({key}) AS h FROM {identifier(table)}"
    nothing, alike = engine.row(
        "SELECT count_if(h = hash(NULL::VARCHAR)), "
        f"count_if(h = before) FROM (SELECT h, lag(h) OVER (ORDER BY h) AS before FROM ({hashes}))"
    )
    if not nothing and not alike:
        return Keys(0, ())
    missing = engine.value(f"SELECT count(*) FROM {identifier(table)} WHERE {key} IS NULL")
    doubles = engine.rows(
        f"SELECT {key}, count(*) FROM {identifier(table)} WHERE {key} IS NOT NULL "
        f"GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT {_DOUBLES}"
    )
    return Keys(int(missing), tuple((str(person), int(count)) for person, count in doubles))


def refuse_keys(base: Source, keys: Keys) -> None:
    """Everybody has a key, and nobody stands twice: else raises `BadData`."""
    found = []
    if keys.missing:
        rows = "1 row has" if keys.missing == 1 else f"{keys.missing:,} rows have"
        message = f"source {base.name!r}: {rows} no {base.key!r}"
        help_ = "everybody needs a key: take those rows out of the file"
        found.append(Finding("TG717", message, base.place, help_))
    if keys.doubles:
        listed = ", ".join(f"{person!r} ({count} rows)" for person, count in keys.doubles)
        message = f"source {base.name!r} has people twice: {listed}"
        found.append(Finding("TG712", message, base.place, "one row a person"))
    if found:
        raise BadData(f"{base.name} is not one row a person", findings=found)


# Values of an identifier with the first people who have each.
Shared = Sequence[tuple[str, Sequence[str]]]


def identifiers_of(base_rows: str, base: Source, link: Link) -> str:
    """SQL for (identifier, person) of the base's rows (FROM …), for whoever has that identifier."""
    column = normalised(identifier(str(link.to)))
    return (
        f"SELECT {column} AS identifier, {identifier(str(base.key))} AS person {base_rows} "
        f"WHERE {column} IS NOT NULL"
    )


def shared_identifiers(engine: Engine, query: str) -> Shared:
    """The identifiers that several people have, of a query of `identifier` and `person`."""
    return engine.rows(
        f"SELECT identifier, list_sort(list(person))[:3] FROM ({query}) "
        f"GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT {_DOUBLES}"
    )


def refuse_shared(source: Source, shared: Shared) -> None:
    """Two people with one identifier: nobody can say whose rows those are. Raises `BadData`."""
    if shared:
        link = source.person
        assert link is not None
        first = sorted(shared)[:_DOUBLES]
        listed = "; ".join(f"{value!r}: {', '.join(people)}" for value, people in first)
        message = f"two people have one {link.to!r}: {listed}"
        finding = Finding("TG713", message, link.place, "an identifier belongs to one person")
        raise BadData(f"{source.name} can't be linked to people", findings=[finding])


def findings_of(bound: Bound, noticed: Iterable[Noticed]) -> Iterator[Finding]:
    """What was noticed of a project's rows, in words."""
    for one in noticed:
        source = bound.project.settings.source(one.source)
        assert source is not None and source.person is not None
        if one.strays:
            shown = ", ".join(repr(e)[:40] for e in one.examples if e is not None)
            belong = "1 row" if one.strays == 1 else f"{one.strays:,} rows"
            verb = "belongs" if one.strays == 1 else "belong"
            message = f"{belong} of {source.name} {verb} to nobody"
            if source.person.consent is not None:
                message += " we may link them to"
            help_ = f"for example {shown}" if shown else "they name nobody"
            yield Finding("TG705", message, source.place, help_)
        if one.undated:
            rows = "1 row is" if one.undated == 1 else f"{one.undated:,} rows are"
            message = f"{rows} left out of {source.name}: no {source.time!r} says when it was"
            yield Finding("TG726", message, source.place, _UNDATED)


def normalised(column: str) -> str:
    """An identifier other than the key, so that `@Anna` and `anna ` are one (SQL)."""
    return f"nullif(ltrim(lower(trim({column}::VARCHAR)), '@'), '')"
