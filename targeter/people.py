"""Whose keys begin with what somebody has typed so far; only small data is looked through."""

from __future__ import annotations

from targeter.database import identifier, literal
from targeter.options import Options
from targeter.pipeline import engine_for
from targeter.project import read_project
from targeter.sources.files import bytes_of
from targeter.sources.reading import load

_SMALL = 5_000_000  # bytes; they are read while somebody waits for a shell to complete a word


def keys_beginning(options: Options, beginning: str, at_most: int) -> tuple[str, ...]:
    """The keys of people that begin so, sorted; none where the base is no small file."""
    project = read_project(options.root)
    base = project.settings.base
    size = bytes_of([base], options.root, options.data_roots) if base else None
    if base is None or not size or size > _SMALL:
        return ()
    with engine_for(project, options) as engine:
        scratch, found = engine.scratch, project.settings.identifiers
        loaded = load(engine, base, options.root, options.data_roots, scratch, found)
        key, table = identifier(base.key or ""), identifier(loaded.table)
        rows = engine.rows(
            f"SELECT {key} FROM {table} WHERE starts_with({key}, {literal(beginning)}) "
            f"ORDER BY 1 LIMIT {at_most}"
        )
    return tuple(str(row[0]) for row in rows)
