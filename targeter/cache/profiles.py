"""Profiles as a run before made them, if everything that they are made from is the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from targeter.binding import Bound
from targeter.cache.entries import PROFILES as KIND
from targeter.cache.entries import Entry, Facts, Store
from targeter.cache.facts import MISSHAPEN, findings_as_json, findings_from, names_of
from targeter.cache.keys import key_of
from targeter.cache.sources import Sources
from targeter.cache.tables import (
    Columns,
    can_be_kept,
    read_table,
    rows_in,
    view_table,
    write_table,
)
from targeter.computing import PERSON
from targeter.database import Engine, EngineError, identifier
from targeter.errors import DatabaseFailed
from targeter.folders import own_name
from targeter.profiles import (
    PROFILES,
    Profiles,
    build_profiles,
    computed_columns,
    rows_of,
)
from targeter.project import sql_path

_TABLE = "profiles"


def load_profiles(
    engine: Engine,
    bound: Bound,
    sources: Sources,
    needed: frozenset[str],
    lasting: frozenset[str] | None = None,
) -> Profiles:
    """Make the table of profiles, and what the contact history reads besides.

    An entry may have more columns than are needed; one that lacks any is made again, from sources
    that needn't be read again. With `lasting` columns the profiles may be a view, whose keys are
    seen later where nothing is kept, see `Profiles`. Raises `BadData` as building profiles does.
    """
    build = partial(build_profiles, engine, bound, needed=needed, lasting=lasting)
    store, key = sources.store, _key(bound, sources)
    if store is None:
        return build(sources.open_all(), keys_later=True)
    entry = store.find(KIND, key) if key else None
    found = _opened(engine, bound, entry, needed, lasting) if entry else None
    if found is not None:
        return found
    for rows, _ in _history(bound):
        engine.run(f"DROP TABLE IF EXISTS {identifier(rows)}")
    profiles = build(sources.open_all())
    if key:
        _keep(engine, bound, sources, store, key, needed, profiles)
    _tidy(bound, sources, store)
    return profiles


def _key(bound: Bound, sources: Sources) -> str | None:
    """What profiles are made from; None where nobody can tell whether a source has changed."""
    project, settings = bound.project, bound.project.settings
    read = [source for source in settings.sources if not source.is_derived]
    if sources.store is None or any(source.name not in sources.states for source in read):
        return None
    paths = (sql_path(source.sql.text) for source in settings.sources if source.sql)
    files = [file for path in paths if path and (file := project.file(path))]
    return key_of(
        [
            sources.store.version,
            bound.today,
            settings.time_zone,
            [sources.states[source.name] for source in read],
            settings.sources,
            [[file.path, file.text] for file in files],
            settings.purposes,
            settings.opinions,
            settings.topics,
            settings.traits,
            settings.history.imported,
        ]
    )


# -- what was kept ---------------------------------------------------------------------------


def _opened(
    engine: Engine,
    bound: Bound,
    entry: Entry,
    needed: frozenset[str],
    lasting: frozenset[str] | None,
) -> Profiles | None:
    """The profiles as they would be made now, from an entry that has all of them; else None."""
    facts, path = entry.facts, entry.file(_TABLE)
    try:
        columns: Columns = [(str(name), str(type_)) for name, type_ in facts["columns"]]
        computed, wanted = set(facts["computed"]), set(computed_columns(bound, needed))
        findings = findings_from(facts["findings"], names_of(bound.project.settings))
        if path is None or not wanted <= computed or not _open_rows(engine, bound, entry):
            return None
        shown = frozenset(name for name, _ in columns) - (computed - wanted)
        people = rows_in(engine, path)
        if people != facts["people"]:
            return None
        if lasting is None:
            read_table(engine, PROFILES, path, columns, shown)
        else:
            view_table(engine, PROFILES, own_name(path, engine.scratch), columns, shown)
        return Profiles(people, findings, lasting)
    except (EngineError, DatabaseFailed, OSError, *MISSHAPEN):
        return None


def _open_rows(engine: Engine, bound: Bound, entry: Entry) -> bool:
    """Make the tables of the rows that the contact history reads; whether all are there.

    Raises `EngineError`, or what reading facts of another shape raises.
    """
    for number, (rows, _) in enumerate(_history(bound)):
        path = entry.file(f"rows{number}")
        if path is None:
            return False
        columns: Columns = [(str(name), str(type_)) for name, type_ in entry.facts["rows"][number]]
        read_table(engine, rows, path, columns, frozenset(name for name, _ in columns))
    return True


def _history(bound: Bound) -> Sequence[tuple[str, str]]:
    """The rows of people that `history: imported` reads: the relation, and the query of them."""
    settings = bound.project.settings
    found: dict[str, dict[str, str]] = {}
    for one in settings.history.imported:
        source = settings.source(one.source.text)
        assert source is not None and source.time is not None
        names = found.setdefault(rows_of(source), {PERSON.casefold(): PERSON})
        for name in (source.time, *([one.rule.text] if one.rule else [])):
            names.setdefault(identifier(name).casefold(), identifier(name))
    return [
        (rows, f"SELECT {', '.join(names.values())} FROM {identifier(rows)}")
        for rows, names in sorted(found.items())
    ]


def _keep(
    engine: Engine,
    bound: Bound,
    sources: Sources,
    store: Store,
    key: str,
    needed: frozenset[str],
    profiles: Profiles,
) -> None:
    settings = bound.project.settings
    findings = findings_as_json(profiles.findings, names_of(settings))
    tables = [(_TABLE, f"SELECT * FROM {PROFILES}")]
    tables += [(f"rows{n}", query) for n, (_, query) in enumerate(_history(bound))]
    columns = [engine.describe(query) for _, query in tables]
    if findings is None or not all(map(can_be_kept, columns)):
        return

    def write(folder: Path) -> Sequence[str]:
        for (name, query), kept in zip(tables, columns, strict=True):
            write_table(engine, query, kept, folder / f"{name}.parquet")
        return [name for name, _ in tables]

    facts: Facts = {
        "columns": columns[0],
        "rows": columns[1:],
        "computed": list(computed_columns(bound, needed)),
        "people": profiles.people,
        "findings": findings,
        "states": sources.states,
    }
    store.keep(KIND, key, facts, write)


def _tidy(bound: Bound, sources: Sources, store: Store) -> None:
    """Keep no source that is no more, and no profiles of rows that a source no longer has."""
    names, states = {one.name for one in bound.project.settings.sources}, sources.states

    def is_wanted(kind: str, facts: Facts) -> bool:
        if kind == KIND:
            kept = facts.get("states")
            return isinstance(kept, dict) and kept.items() <= states.items()
        return str(facts.get("source")) in names

    store.tidy(is_wanted)
