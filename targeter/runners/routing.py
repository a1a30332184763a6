"""Rows that don't name their person by the key, and rows that name somebody else: both find them.

A row that says `@anna` goes to where that identifier is known, and from there to its person. A row
that names a friend asks where the friend is for the columns that it may see. Whether they agreed
is asked in the shard, by the same condition as on one machine.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from targeter.database import Engine, identifier
from targeter.runners.clusters import Cluster, Envelope
from targeter.runners.envelopes import SHARD, closed, lay_in, open_rows, sent_back, shard_of
from targeter.runners.job import Job, engine_of, project_of, rules_of
from targeter.runners.reading import AGAIN, READ
from targeter.sources.declared import Others, Source
from targeter.strays import Shared, identifiers_of, normalised, refuse_shared, shared_identifiers

KNOWN, HOME, ASKED, TOLD = "known", "home", "asked", "told"
OTHERS = "others"
_KNOWN = {"identifier": "VARCHAR", "person": "VARCHAR", "home": "INTEGER"}
_ASKED = {"person": "VARCHAR", "origin": "INTEGER"}


def route(job: Job, cluster: Cluster) -> None:
    """Bring every row to its person. Raises `BadData` where two people have one identifier."""
    settings = project_of(job.project).settings
    linked = [s for s in settings.sources if s.person is not None and s.person.to is not None]
    if linked:
        cluster.deliver(partial(send_identifiers, job), job.shards, partial(lay_in, job, KNOWN))
        back, _ = cluster.deliver(partial(send_home, job), job.shards, partial(lay_in, job, HOME))
        shared: dict[str, list[tuple[str, list[str]]]] = {}
        for to, some in map(pickle.loads, back):
            shared.setdefault(to, []).extend(some)
        for source in linked:
            assert source.person is not None
            refuse_shared(source, shared.get(str(source.person.to), []))
    if _with_others(job):
        cluster.deliver(partial(send_questions, job), job.shards, partial(lay_in, job, ASKED))
        cluster.deliver(partial(send_answers, job), job.shards, partial(lay_in, job, TOLD))


def rows_in(job: Job, source: Source, shard: int) -> list[Path]:
    """The files of a source's rows that a shard reads: its people's, or all that are nobody's."""
    step = _read_by(job, source)
    if source.person is None and not source.is_base:
        return sorted(job.everywhere(step, source.name).glob("*.parquet"))
    is_routed = source.person is not None and source.person.to is not None
    return job.arrived(HOME if is_routed else step, source.name, shard)


def _read_by(job: Job, source: Source) -> str:
    """The step that read a source: the second where the first could not."""
    return AGAIN if source.name in job.again else READ


def open_source(job: Job, engine: Engine, source: Source, files: list[Path]) -> str:
    """Make the view of a source's rows in these files; its name."""
    loaded = next(one for one in job.loaded if one.source == source.name)
    open_rows(engine, loaded.table, files, [(c.name, c.type) for c in loaded.columns])
    return loaded.table


def _base(job: Job) -> Source:
    base = project_of(job.project).settings.base
    assert base is not None
    return base


# -- another identifier ----------------------------------------------------------------------


def send_identifiers(job: Job, shard: int) -> Iterator[Envelope]:
    """Who has which identifier, sent to where rows that say it wait."""
    base, settings = _base(job), project_of(job.project).settings
    files = rows_in(job, base, shard)
    links = {s.person.to: s.person for s in settings.sources if s.person and s.person.to}
    with engine_of(job) as engine:
        table = open_source(job, engine, base, files)
        for to, link in sorted(links.items()):
            query = identifiers_of(f"FROM {identifier(table)}", base, link)
            target = shard_of("identifier", job.shards)
            yield from closed(
                engine,
                to,
                f"SELECT *, {shard} AS home, {target} AS {identifier(SHARD)} FROM ({query})",
            )


def send_home(job: Job, shard: int) -> Iterator[Envelope]:
    """Rows that say an identifier, sent to the shard of its person; nobody's stay here."""
    settings = project_of(job.project).settings
    shared: dict[str, Shared] = {}
    with engine_of(job) as engine:
        for source in settings.sources:
            if source.person is None or source.person.to is None:
                continue
            to = source.person.to
            open_rows(engine, "known", job.arrived(KNOWN, to, shard), _KNOWN.items())
            shared[to] = shared_identifiers(engine, "SELECT identifier, person FROM known")
            rows = job.arrived(_read_by(job, source), source.name, shard)
            table = open_source(job, engine, source, rows)
            says = normalised(f"r.{identifier(source.person.column)}")
            yield from closed(
                engine,
                source.name,
                f"SELECT r.*, coalesce(k.home, {shard}) AS {identifier(SHARD)} "
                f"FROM {identifier(table)} AS r LEFT JOIN (SELECT identifier, min(home) AS home "
                f"FROM known GROUP BY 1) AS k ON k.identifier = {says}",
            )
    for to, some in shared.items():
        if some:
            yield sent_back((to, some))


# -- other people's columns ------------------------------------------------------------------


def _with_others(job: Job) -> list[tuple[Source, Others]]:
    settings = project_of(job.project).settings
    return [(source, other) for source in settings.sources for other in source.others]


def send_questions(job: Job, shard: int) -> Iterator[Envelope]:
    """Whom the rows of a shard's people name, sent to where those are."""
    with engine_of(job) as engine:
        parts = []
        for number, (source, other) in enumerate(_with_others(job)):
            table = open_source(job, engine, source, rows_in(job, source, shard))
            engine.run(
                f"CREATE TABLE asked_{number} AS SELECT DISTINCT {identifier(other.by)} AS person "
                f"FROM {identifier(table)} WHERE {identifier(other.by)} IS NOT NULL"
            )
            parts.append(f"SELECT person FROM asked_{number}")
        target = shard_of("person", job.shards)
        yield from closed(
            engine,
            ASKED,
            f"SELECT person, {shard} AS origin, {target} AS {identifier(SHARD)} "
            f"FROM ({' UNION '.join(parts)})",
        )


def send_answers(job: Job, shard: int) -> Iterator[Envelope]:
    """The people whom others ask about: only the columns that may be asked, the rest missing."""
    base = _base(job)
    files = rows_in(job, base, shard)
    shown = _askable(job)
    with engine_of(job) as engine:
        table = open_source(job, engine, base, files)
        open_rows(engine, "asked", job.arrived(ASKED, ASKED, shard), _ASKED.items())
        columns = ", ".join(
            f"b.{identifier(name)}"
            if name.casefold() in shown
            else f"NULL::{type_} AS {identifier(name)}"
            for name, type_ in engine.columns_of(table)
        )
        yield from closed(
            engine,
            OTHERS,
            f"SELECT {columns}, a.origin AS {identifier(SHARD)} FROM asked AS a "
            f"JOIN {identifier(table)} AS b ON b.{identifier(str(base.key))} = a.person",
        )


def _askable(job: Job) -> set[str]:
    """The base's columns that rows of others show, or that the consent to it reads."""
    bound, _ = rules_of(job)
    names = {bound.key}
    for _, other in _with_others(job):
        names |= {scalar.text for scalar in other.columns}
        if other.when is not None:
            names |= {name for _, name in bound.compiled(other.when).uses}
    return {name.casefold() for name in names}
