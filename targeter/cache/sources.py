"""Sources that are read only if they changed since a run before, or were declared otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from targeter.cache.entries import SOURCE, Entry, Store
from targeter.cache.facts import MISSHAPEN, loaded_as_json, loaded_from, names_of
from targeter.cache.keys import key_of
from targeter.cache.prints import Print, Restless, prints_of, still
from targeter.cache.tables import can_be_kept, read_table, write_table
from targeter.database import Engine, EngineError, identifier, literal
from targeter.errors import DatabaseFailed
from targeter.settings import Settings
from targeter.sources.declared import Source
from targeter.sources.files import files_of
from targeter.sources.postgres import server_of, version_of
from targeter.sources.reading import Loaded, load

_ROWS = "rows"
Begin = Callable[[], None]


@dataclass(slots=True)
class Sources:
    """The sources of a run: what is known of each, and their tables where somebody asks for them.

    Without a store everything is read. `states` are what tells the rows of one source from the
    same source at another time; a source whose state nobody can tell isn't there.
    """

    engine: Engine
    settings: Settings
    root: Path
    data_roots: Sequence[Path]
    store: Store | None
    states: dict[str, str] = field(default_factory=dict)
    _loaded: dict[str, Loaded] = field(default_factory=dict)
    _closed: dict[str, Entry] = field(default_factory=dict)

    def look(self, source: Source, begin: Begin) -> Loaded:
        """What is known of a source; `begin` is called if it has to be read for that.

        Raises `BadData` as reading it does.
        """
        loaded = self._known(source, begin) if self.store else self._read(source, begin)
        self._loaded[source.name] = loaded
        return loaded

    def open_all(self) -> Mapping[str, str]:
        """Make the tables of all sources that were looked at; their names by source."""
        for name in tuple(self._closed):
            entry = self._closed.pop(name)
            if not self._opened(self._loaded[name], entry):
                source = self.settings.source(name)
                assert source is not None
                self._loaded[name] = self._read(source)
                self._mend(source, entry)
        return {name: one.table for name, one in self._loaded.items()}

    def _opened(self, loaded: Loaded, entry: Entry) -> bool:
        """Whether the table could be made from what was kept; a view of a file isn't."""
        path = entry.file(_ROWS)
        columns = [(column.name, column.type) for column in loaded.columns]
        names = frozenset(column.name for column in loaded.columns)
        try:
            if path is not None:
                read_table(self.engine, loaded.table, path, columns, names)
                if self._count(loaded.table) == loaded.rows:
                    return True
        except (EngineError, DatabaseFailed, ValueError):
            pass
        self.engine.run(f"DROP TABLE IF EXISTS {identifier(loaded.table)}")
        return False

    def _mend(self, source: Source, entry: Entry) -> None:
        """Keep the rows of a source again, where they were kept and are damaged."""
        prints = _prints_from(entry.facts.get("prints"))
        if entry.files and self._is_same(prints, [Path(one.path) for one in prints]):
            key = entry.folder.name.removeprefix(f"{SOURCE}-")
            self._keep(source, key, self._loaded[source.name], self.states[source.name], prints)

    def _count(self, table: str) -> int:
        return int(self.engine.value(f"SELECT count(*) FROM {identifier(table)}"))

    def _read(self, source: Source, begin: Begin = lambda: None) -> Loaded:
        begin()
        identifiers = self.settings.identifiers if source.is_base else ()
        engine, scratch = self.engine, self.engine.scratch
        return load(engine, source, self.root, self.data_roots, scratch, identifiers)

    # -- what was kept ---------------------------------------------------------------------------

    def _known(self, source: Source, begin: Begin) -> Loaded:
        assert self.store is not None
        if source.variable is not None:
            if source.version is None:
                return self._read(source, begin)
            version = version_of(source)
            return self._from_server(source, server_of(source), version, begin)
        if source.is_catalogued:
            return self._read(source, begin)
        files = files_of(source, self.root, self.data_roots)
        paths = [file.path for file in files]
        # a DuckDB file may have changes beside it that aren't in it yet
        paths += [wal for p in paths if (wal := p.with_name(f"{p.name}.wal")).is_file()]
        return self._from_files(source, [file.shown for file in files], paths, begin)

    def _from_server(self, source: Source, server: str, version: str, begin: Begin) -> Loaded:
        key = self._key(source, [server])
        found = self._found(source, key)
        state = key_of([key, version])
        if found is not None and found[1].facts.get("state") == state:
            return self._closed_as(source, state, *found)
        loaded = self._read(source, begin)
        self._keep(source, key, loaded, state, ())
        return loaded

    def _from_files(
        self, source: Source, shown: Sequence[str], paths: Sequence[Path], begin: Begin
    ) -> Loaded:
        assert self.store is not None
        key = self._key(source, shown)
        found = self._found(source, key)
        try:
            if found is not None and (loaded := self._unchanged(source, key, paths, *found)):
                return loaded
            before = prints_of(paths, self.store.moment)
        except (OSError, Restless):
            return self._read(source, begin)  # which says what is wrong with the file, if anything
        loaded = self._read(source, begin)
        if self._is_same(before, paths):
            self._keep(source, key, loaded, _state(key, before), before)
        return loaded

    def _is_same(self, before: Sequence[Print], paths: Sequence[Path]) -> bool:
        """Whether what was read is what the prints were taken of."""
        assert self.store is not None
        try:
            return still(before, paths, self.store.moment) is not None
        except (OSError, Restless):
            return False

    def _unchanged(
        self, source: Source, key: str, paths: Sequence[Path], loaded: Loaded, entry: Entry
    ) -> Loaded | None:
        """What was kept, if the files hold the same bytes; their new times are noted.

        Raises `OSError` and `Restless`.
        """
        assert self.store is not None
        before = _prints_from(entry.facts.get("prints"))
        now = still(before, paths, self.store.moment)
        if now is None or not before:
            return None
        if now != before:
            self.store.update(entry, {**entry.facts, "prints": [asdict(one) for one in now]})
        return self._closed_as(source, _state(key, now), loaded, entry)

    def _closed_as(self, source: Source, state: str, loaded: Loaded, entry: Entry) -> Loaded:
        self.states[source.name] = state
        self._closed[source.name] = entry
        return loaded

    def _key(self, source: Source, where: Sequence[str]) -> str:
        assert self.store is not None
        identifiers = self.settings.identifiers if source.is_base else ()
        zone = self.settings.time_zone
        return key_of([source, list(identifiers), list(where), zone, self.store.version])

    def _found(self, source: Source, key: str) -> tuple[Loaded, Entry] | None:
        assert self.store is not None
        entry = self.store.find(SOURCE, key)
        if entry is None or entry.facts.get("source") != source.name:
            return None
        try:
            names, table = names_of(self.settings), f"source_{source.name}"
            return loaded_from(entry.facts["loaded"], source.name, table, names), entry
        except MISSHAPEN:
            return None

    def _keep(
        self, source: Source, key: str, loaded: Loaded, state: str, prints: Sequence[Print]
    ) -> None:
        """Keep a source that was just read: its rows, too, unless its table is a view of a file."""
        assert self.store is not None
        said = loaded_as_json(loaded, names_of(self.settings))
        if said is None:
            return
        self.states[source.name] = state
        facts = {
            "source": source.name,
            "state": state,
            "prints": [asdict(one) for one in prints],
            "loaded": said,
        }
        columns = [(column.name, column.type) for column in loaded.columns]

        def write(folder: Path) -> Sequence[str]:
            rows = f"SELECT * FROM {identifier(loaded.table)}"
            write_table(self.engine, rows, columns, folder / f"{_ROWS}.parquet")
            return (_ROWS,)

        if self._is_view(loaded.table) or not can_be_kept(columns):
            self.store.keep(SOURCE, key, facts)
        else:
            self.store.keep(SOURCE, key, facts, write)

    def _is_view(self, table: str) -> bool:
        query = f"SELECT count(*) FROM duckdb_views() WHERE view_name = {literal(table)}"
        return bool(self.engine.value(query))


def _state(key: str, prints: Sequence[Print]) -> str:
    return key_of([key, [one.sha256 for one in prints]])


def _prints_from(data: Any) -> tuple[Print, ...]:
    """Prints as they were kept; none where they have another shape, so that nothing is alike."""
    try:
        found = tuple(Print(**one) for one in data)
    except MISSHAPEN:
        return ()
    return found if all(isinstance(one.path, str) for one in found) else ()
