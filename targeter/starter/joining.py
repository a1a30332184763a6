"""Derived sources: the rows of a source with what other files say of the things they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from targeter.sources.guessing import GuessedColumn
from targeter.starter import names
from targeter.starter.survey import Reference, Survey, Surveyed
from targeter.starter.wording import is_plain, sql_name

_NAMES_OF_THINGS = frozenset({"name", "title", "label"})
_NUMBERS = frozenset({"integer", "decimal", "number"})
_MOST = 8


@dataclass(frozen=True, slots=True)
class Top:
    """A trait that picks one row whole: the greatest by `rank`, and the column of it to keep."""

    trait: str
    rank: str
    column: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A derived source over `of`, as the text of its file.

    `added` are the columns that came from elsewhere; `top` where one row can be preferred.
    """

    name: str
    of: Surveyed
    sql: str
    added: tuple[str, ...]
    top: Top | None


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a derived source: how it is selected, under which name, and what it was."""

    sql: str
    name: str
    thing: str
    of: GuessedColumn


def joined_sources(survey: Survey, taken: list[str]) -> Iterator[Joined]:
    """One derived source for each source that refers to others.

    `taken` are the columns of the profile so far; those of the traits are added.
    """
    by_name = {other.name: other for other in survey.others}
    sources = [survey.people.name, *by_name]
    for one in (survey.people, *survey.others):
        if one.references:
            sources.append(names.unused(f"{one.name}_in_full", sources))
            yield _joined(sources[-1], one, by_name, survey.reserved, taken)


def _joined(
    name: str,
    one: Surveyed,
    by_name: Mapping[str, Surveyed],
    reserved: frozenset[str],
    taken: list[str],
) -> Joined:
    is_base = one.owner is not None and one.owner.column == one.file.key
    kept = [c.name for c in one.file.columns if not is_base or c.name == one.file.key]
    own = [f"r.{sql_name(column, reserved)}" for column in kept]
    used = [c.name for c in one.file.columns]
    added: list[_Column] = []
    joins = []
    for number, reference in enumerate(one.references, start=1):
        there = by_name[reference.to]
        added += _columns(f"t{number}", reference, there, used, reserved)
        joins.append(
            f"left join {reference.to} t{number} on t{number}.{sql_name(reference.key, reserved)}"
            f" = r.{sql_name(reference.column, reserved)}"
        )
    also = ", ".join(reference.to for reference in one.references)
    lines = [
        f"-- Each row of {one.name}, with what is known of it from {also}.",
        "select",
        ",\n".join(f"  {column}" for column in (*own, *(c.sql for c in added))),
        f"from {one.name} r",
        *joins,
        "",
    ]
    top = None if is_base else _top(one, added, taken)
    return Joined(name, one, "\n".join(lines), tuple(c.name for c in added), top)


def _columns(
    alias: str, reference: Reference, there: Surveyed, used: list[str], reserved: frozenset[str]
) -> Iterator[_Column]:
    """What the other file says, each column under a name that tells what it is of."""
    thing = "_".join(names.things_of(reference.column))
    wanted = [c for c in there.file.columns if c.name != reference.key]
    for column in wanted[:_MOST]:
        name = names.source_name(f"{thing}_{column.name}", used, reserved)
        used.append(name)
        sql = f"{alias}.{sql_name(column.name, reserved)} as {name}"
        yield _Column(sql, name, thing, column)


def _top(one: Surveyed, added: list[_Column], taken: list[str]) -> Top | None:
    """The name of what somebody has most of, where a number says how much."""
    rank = _rank(one)
    named = next((c for c in added if _names_things(c.of)), None)
    if rank is None or named is None:
        return None
    trait = names.source_name(f"top_{named.thing}", taken, ())
    taken.append(trait)
    return Top(trait, rank, named.name)


def _rank(one: Surveyed) -> str | None:
    """The first column of numbers that may say how much a row matters."""
    told = {reference.column for reference in one.references}
    told |= {one.owner.column} if one.owner else set()
    fit = (c.name for c in one.file.columns if c.type in _NUMBERS and c.name not in told)
    return next((n for n in fit if is_plain(n) and not names.is_identifier(n)), None)


def _names_things(column: GuessedColumn) -> bool:
    return column.type == "text" and names.words_of(column.name)[-1] in _NAMES_OF_THINGS
