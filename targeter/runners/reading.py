"""Sources read by many tasks, one file each, and every row sent to where its person is."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from targeter.database import identifier
from targeter.errors import BadData
from targeter.findings import Finding
from targeter.history import CONTACTS, load_batch, removals_in, whole_batches
from targeter.runners.clusters import Cluster, Envelope, TableUnreadable
from targeter.runners.envelopes import (
    SHARD,
    Refused,
    closed,
    copy_rows,
    exact,
    lay_in,
    raise_refused,
    refused,
    sent_back,
    shard_of,
)
from targeter.runners.job import Job, engine_of, project_of, whole
from targeter.sources.declared import Source
from targeter.sources.files import files_of
from targeter.sources.reading import Loaded, load
from targeter.strays import normalised

READ, AGAIN = "read", "again"
# What earlier batches say, beside the rows of sources: no source has such a name.
PAST = "past contacts"


@dataclass(frozen=True, slots=True)
class Piece:
    """What one task reads: a file of a source, without one all of it; without a source a batch."""

    source: str | None
    file: str | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """What came of the data: the sources, and how many batches and contacts the history has."""

    job: Job
    batches: int
    contacts: int


def read_all(job: Job, cluster: Cluster) -> Read:
    """Read every source and the history into the inboxes of the shards.

    Raises `BadData` as reading on one machine does. Where the files of a source don't agree, or
    anything is wrong in one, a single task reads all of it: what is said is what one machine says.
    """
    settings = project_of(job.project).settings
    sources = [source for source in settings.sources if not source.is_derived]
    _export(job, cluster, sources)
    past, removals = _past(job)
    pieces = [*past, *(piece for source in sources for piece in _pieces(job, source))]
    said = _asked(job, cluster, READ, pieces, removals)
    by_source: dict[str, list[Loaded | Refused]] = {}
    for piece in pieces:
        if piece.source is not None:
            by_source.setdefault(piece.source, []).append(said[piece])
    again = [name for name, parts in by_source.items() if _together(parts) is None]
    once_more = _asked(job, cluster, AGAIN, [Piece(name) for name in again])
    refusals = [*(said[piece] for piece in past), *once_more.values()]
    raise_refused([one for one in refusals if isinstance(one, Refused)])
    loaded = tuple(_together(parts) or once_more[Piece(name)] for name, parts in by_source.items())
    contacts = sum(said[piece] for piece in past)
    return Read(replace(job, loaded=loaded, again=frozenset(again)), len(past), contacts)


def read_past(job: Job, cluster: Cluster, step: str) -> None:
    """Read the history alone, up to the day of the job. Raises `BadData` as with the sources."""
    past, removals = _past(job)
    said = _asked(job, cluster, step, past, removals)
    raise_refused([one for one in said.values() if isinstance(one, Refused)])


def _past(job: Job) -> tuple[list[Piece], tuple[Path, ...]]:
    """A piece for each batch; and the batches that take people off."""
    batches = whole_batches(job.history, ())
    pieces = [Piece(None, batch.name, number) for number, batch in enumerate(batches)]
    return pieces, removals_in(batches)


def _export(job: Job, cluster: Cluster, sources: Sequence[Source]) -> None:
    """Have the tables of a catalogue written as files, which are read like others."""
    found = []
    for source in sources:
        if source.is_catalogued:
            try:
                cluster.export(str(source.table), job.catalogued(source.name))
            except TableUnreadable as error:
                message = f"source {source.name!r}: Spark can't read the table {source.table!r}"
                found.append(Finding("TG715", f"{message}: {error}", source.place))
    if found:
        raise BadData("a table of the catalogue can't be read", findings=found)


def _pieces(job: Job, source: Source) -> Iterator[Piece]:
    if source.is_catalogued:
        written = sorted(job.catalogued(source.name).glob("*.parquet"))
        for number, path in enumerate(written):
            yield Piece(source.name, str(path), number)
        return
    if source.variable is not None:
        yield Piece(source.name)
        return
    try:
        files = files_of(source, job.root, job.data_roots)
    except BadData:
        yield Piece(source.name)  # whoever reads it says what is wrong
        return
    if len(files) == 1 or source.format == "duckdb":
        yield Piece(source.name)
        return
    for number, file in enumerate(files):
        yield Piece(source.name, file.shown, number)


def _together(parts: Sequence[Loaded | Refused]) -> Loaded | None:
    """One source of the files of one; None where a task has to read them all."""
    loaded = [part for part in parts if isinstance(part, Loaded)]
    if len(parts) == 1 and loaded:
        return loaded[0]
    shapes = {tuple((c.name, c.type, c.declared) for c in one.columns) for one in loaded}
    if len(loaded) < len(parts) or len(shapes) > 1 or any(one.findings for one in loaded):
        return None
    files = tuple(file for one in loaded for file in one.files)
    notes = tuple(dict.fromkeys(note for one in loaded for note in one.notes))
    return replace(loaded[0], rows=sum(one.rows for one in loaded), files=files, notes=notes)


def _asked(
    job: Job,
    cluster: Cluster,
    step: str,
    pieces: Sequence[Piece],
    removals: tuple[Path, ...] = (),
) -> dict[Piece, Any]:
    """Have the pieces read; what each task said: what it loaded, how many contacts, or why
    it couldn't."""
    if not pieces:
        return {}
    send = partial(send_piece, job, step, tuple(pieces), removals)
    back, _ = cluster.deliver(send, len(pieces), partial(lay_in, job, step))
    return dict(pickle.loads(said) for said in back)


def send_piece(
    job: Job, step: str, pieces: Sequence[Piece], removals: Sequence[Path], number: int
) -> Iterator[Envelope]:
    """Read a piece, and send its rows on."""
    piece = pieces[number]
    try:
        if piece.source is None:
            yield from _send_batch(job, piece, removals)
        else:
            yield from _send_source(job, step, piece, piece.source)
    except BadData as error:
        yield sent_back((piece, refused(error)))


def _send_batch(job: Job, piece: Piece, removals: Sequence[Path]) -> Iterator[Envelope]:
    with engine_of(job) as engine:
        load_batch(engine, job.history / str(piece.file), removals, job.day)
        shard = shard_of("person", job.shards)
        query = f"SELECT *, {shard} AS {identifier(SHARD)} FROM {CONTACTS}"
        yield from closed(engine, PAST, query)
        contacts = int(engine.value(f"SELECT count(*) FROM {CONTACTS}"))
    yield sent_back((piece, contacts))


def _send_source(job: Job, step: str, piece: Piece, name: str) -> Iterator[Envelope]:
    settings = project_of(job.project).settings
    source = settings.source(name)
    assert source is not None
    part = source if piece.file is None else replace(source, path=piece.file)
    roots = job.data_roots
    if source.is_catalogued:
        path = piece.file or str(job.catalogued(name) / "*.parquet")
        part, roots = replace(source, path=path, format="parquet"), (*roots, job.work)
    identifiers = settings.identifiers if source.is_base else ()
    with engine_of(job, sources=True) as engine:
        loaded = load(engine, part, job.root, roots, engine.scratch, identifiers)
        if source.is_catalogued:
            loaded = replace(loaded, files=())
        table, column = identifier(loaded.table), _routed_by(source)
        if column is None:
            # about places, not people: every shard reads it
            with whole(job, job.everywhere(step, name) / f"{piece.number:06}.parquet") as target:
                copy_rows(engine, exact(engine, f"SELECT * FROM {table}"), target)
        else:
            shard = shard_of(column, job.shards)
            query = f"SELECT *, {shard} AS {identifier(SHARD)} FROM {table}"
            yield from closed(engine, name, query)
    yield sent_back((piece, loaded))


def _routed_by(source: Source) -> str | None:
    """SQL for what says to which shard a row goes first; None for rows that are about nobody."""
    if source.key is not None:
        return identifier(source.key)
    if source.person is None:
        return None
    column = identifier(source.person.column)
    return normalised(column) if source.person.to is not None else column
