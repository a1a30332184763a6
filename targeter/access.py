"""What is held of one person, what rules use of it, what they were sent: their right to know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from targeter.database import Engine, identifier, literal
from targeter.errors import WrongUsage
from targeter.history import COLUMNS, CONTACTS, all_tombstones, load_contacts
from targeter.options import Options, Progress, graves_of, history_of, silent
from targeter.pipeline import Profiled, profiled
from targeter.plans.uses import EVERYBODY, uses_of
from targeter.profiles import PROFILES
from targeter.sources.declared import Link, Source
from targeter.strays import normalised


@dataclass(frozen=True, slots=True)
class Rows:
    """A person's own rows of one source, as read; `named` counts the rows of others with them."""

    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    named: int


@dataclass(frozen=True, slots=True)
class Use:
    """What a rule reads of everybody, and this person's value; why it is there, and on what basis.

    `rule` is `everybody` for what handoffs, requirements and suppressions read.
    """

    rule: str
    why: str | None
    values: tuple[tuple[str, object], ...]
    sources: tuple[str, ...]
    purposes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """One contact: what happened when, by which rule and why, and the words."""

    at: dt.datetime
    event: str
    campaign: str | None
    rule: str | None
    why: str | None
    template: str | None
    channel: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Access:
    """Everything that can be told to a person about themselves.

    `is_forgotten` says that the history has a tombstone of theirs, by which nothing goes to them.
    """

    person: str
    held: tuple[Rows, ...]
    used: tuple[Use, ...]
    sent: tuple[Sent, ...]
    is_forgotten: bool = False


def access(options: Options, person: str, progress: Progress = silent) -> Access:
    """What the sources, the rules and the history know of one person. Nothing is decided.

    Rows are shown as they are held, also where a purpose keeps rules from them; a message that
    failed wasn't sent. Raises `WrongUsage` for somebody of whom nothing is known.
    """
    person = person.strip()  # as the keys of a source are read
    with profiled(options, progress, rows=True) as made:
        whole = replace(made.bound, today=dt.date.max)  # what was sent for a later day was sent
        folder = history_of(made.bound.project, options)
        load_contacts(made.engine, whole, folder)
        held = tuple(_held(made, person))
        sent = tuple(_sent(made, person))
        graves = all_tombstones(graves_of(made.bound.project, options))
        is_forgotten = any(person in stones for stones in graves)
        if not sent and not is_forgotten and not any(one.rows or one.named for one in held):
            message = f"nothing is known of anybody called {person!r}"
            raise WrongUsage(message, help="targeter access takes the key of the base source")
        return Access(person, held, tuple(_used(made, person)), sent, is_forgotten)


def _held(made: Profiled, person: str) -> Iterator[Rows]:
    """The rows of every source that isn't computed, the base first."""
    settings = made.bound.project.settings
    for one in sorted(made.loaded, key=lambda one: (one.table != _base_table(made), one.source)):
        source = settings.source(one.source)
        if source is None or source.owner is None:
            continue
        table = identifier(one.table)
        columns = tuple(column.name for column in one.columns)
        shown = ", ".join(identifier(name) for name in columns)
        whose = _whose(made, source)
        found = made.engine.rows(
            f"SELECT {shown} FROM {table} WHERE {whose} ORDER BY ALL", [person]
        )
        yield Rows(one.source, columns, tuple(found), _named(made.engine, source, table, person))


def _base_table(made: Profiled) -> str | None:
    base = made.bound.project.settings.base
    return next((one.table for one in made.loaded if base and one.source == base.name), None)


def _whose(made: Profiled, source: Source) -> str:
    """SQL that says whether a row is the person's ($1), by their key or another identifier."""
    owner = identifier(str(source.owner))
    link: Link | None = source.person
    if link is None or link.to is None:
        return f"{owner}::VARCHAR = $1"
    of_person = f"SELECT {normalised(identifier(link.to))} FROM {PROFILES}"
    return f"{normalised(owner)} = ({of_person} WHERE {identifier(made.bound.key)} = $1)"


def _named(engine: Engine, source: Source, table: str, person: str) -> int:
    """How many rows of other people name this one, as the settings' `others` would find them."""
    tests = [f"{identifier(other.by)}::VARCHAR = $1" for other in source.others]
    if not tests:
        return 0
    return int(engine.value(f"SELECT count(*) FROM {table} WHERE {' OR '.join(tests)}", [person]))


def _used(made: Profiled, person: str) -> Iterator[Use]:
    why = _reasons(made)
    there = [name for name, _ in made.engine.columns_of(PROFILES)]
    key = identifier(made.bound.key)
    row = made.engine.rows(f"SELECT * FROM {PROFILES} WHERE {key} = $1", [person])
    values = dict(zip(there, row[0], strict=True)) if row else {}
    for one in uses_of(made.bound, made.decisions):
        shown = tuple((name, values[name]) for name in one.columns if name in values)
        if shown or one.rule != EVERYBODY:
            yield Use(one.rule, why.get(one.rule), shown, one.sources, one.purposes)


def _sent(made: Profiled, person: str) -> Iterator[Sent]:
    why = _reasons(made)
    shown = ", ".join(identifier(name) for name in COLUMNS if name != "person")
    for at, event, campaign, rule, template, channel, text in made.engine.rows(
        f"SELECT {shown} FROM {CONTACTS} WHERE person = {literal(person)} ORDER BY ALL"
    ):
        reason = why.get(rule) if rule else None
        yield Sent(at, event, campaign, rule, reason, template, channel, text)


def _reasons(made: Profiled) -> Mapping[str, str | None]:
    """Why each rule of today is there; a rule that is gone has no reason any more."""
    return {rule.name: rule.why for rule in made.bound.project.rules}
