"""DuckDB: opened and locked down, asked to parse, bind and run; the only door to `duckdb`."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar
from weakref import WeakValueDictionary

import duckdb

from targeter.errors import DatabaseFailed, Interrupted
from targeter.interrupts import hearing
from targeter.meters import METER

# Connections of commands that were stopped, for as long as the process lives.
_LEFT_OPEN: list[duckdb.DuckDBPyConnection] = []

T = TypeVar("T")
Row = tuple[Any, ...]
Tree = dict[str, Any]

MEMORY = "4GB"
# How the engine begins to say that a statement is nested more deeply than it reads.
TOO_DEEP = "Max expression depth"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the engine objects to in a text: its words, and where (bytes from 0 of that text)."""

    message: str
    start: int
    length: int
    kind: str = ""
    name: str = ""


class EngineError(Exception):
    """The engine's own complaint, inside the house; callers turn it into a finding or error."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.message)
        self.trouble = trouble


class Engine:
    """One DuckDB connection that reads only the folders it was given and runs one thing at a time.

    `folders` are the real paths that SQL may read and write; without any, nothing on disk is
    reachable. Ctrl-C interrupts a running statement and raises `Interrupted`. Tables are in memory,
    or in the file `database`; those of the file `behind` can be read by their names, too. Where all
    data are `little`, what pays only over many rows is left out.
    """

    def __init__(
        self,
        *,
        folders: Sequence[Path] = (),
        scratch: Path | None = None,
        time_zone: str = "UTC",
        memory: str = MEMORY,
        threads: int | None = None,
        database: Path | None = None,
        behind: Path | None = None,
        little: bool = False,
    ) -> None:
        self.scratch = scratch or Path()
        self._kept = 0
        self._is_closed = False
        self._memory = memory
        self._connection = duckdb.connect(
            str(database or ":memory:"), config={"python_enable_replacements": "false"}
        )
        settings: list[tuple[str, object]] = [
            ("temp_directory", str(scratch) if scratch else ""),
            ("memory_limit", memory),
            ("GLOBAL TimeZone", time_zone),  # for connections beside this one, too
            ("errors_as_json", True),
            ("error_on_division_by_zero", False),
            ("preserve_insertion_order", True),
            ("enable_progress_bar", True),  # so that it can be asked
            ("enable_progress_bar_print", False),
        ]
        if threads:
            settings.append(("threads", threads))
        if database is None:
            # in memory it would only be tidied up, in the middle of a plan, and nothing saved
            settings.append(("checkpoint_threshold", "1TB"))
        if little:
            # it compares each expression of a statement with all others, before any row is read
            settings.append(("disabled_optimizers", "common_subexpressions"))
        for name, value in settings:
            self._connection.execute(f"SET {name} = {literal(value)}")
        if behind:
            self._look_behind(behind)
        paths = [str(folder.resolve()) for folder in folders]
        if paths:
            self._connection.execute(f"SET allowed_directories = {list_literal(paths)}")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """Close, unless somebody waits for the end: giving gigabytes back takes longer."""
        if kind is not None and issubclass(kind, KeyboardInterrupt | Interrupted):
            self._is_closed = True
            _LEFT_OPEN.append(self._connection)
        else:
            self.close()

    def _look_behind(self, file: Path) -> None:
        """Read the tables of another file where ours has none of the name."""
        (own,) = self._connection.execute("SELECT current_database()").fetchone() or ("",)
        self._connection.execute(f"ATTACH {literal(str(file))} AS behind (READ_ONLY)")
        path = f"{identifier(own)}.main,behind.main"
        self._connection.execute(f"SET search_path = {literal(path)}")

    def beside(self) -> Self:
        """A connection of its own to the same database, with temporary tables of its own."""
        other = copy(self)
        other._connection = self._connection.cursor()
        return other

    def close(self) -> None:
        self._is_closed = True
        self._connection.close()

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run one statement of ours for its effect."""
        self._guarded(lambda: self._connection.execute(sql, list(parameters)).fetchall())

    def written(self, sql: str) -> int:
        """Run one `CREATE TABLE … AS` or `INSERT` of ours; how many rows it wrote."""
        return int(self.value(sql))

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of a query of ours."""
        return self._guarded(lambda: self._connection.execute(sql, list(parameters)).fetchall())

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row:
        """The first row of a query that has one."""
        return self.rows(sql, parameters)[0]

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """The single value of a query."""
        return self.row(sql, parameters)[0]

    def chunks(self, sql: str, size: int = 50_000, what: str = "rows") -> Iterator[list[Row]]:
        """The rows of a query, `size` at a time; other statements may run in between.

        They are counted for whoever looks on, as `what` they are.

        The rows are kept in a table meanwhile: a cursor of its own would not have this
        connection's settings, such as the time zone.
        """
        self._kept += 1
        table = identifier(f"kept_{self._kept}")
        # under names of ours, as a column called rowid would hide the numbers of the rows
        kept = f"SELECT COLUMNS('.*') AS 'c_\\0' FROM ({sql})"
        count = self.written(f"CREATE TABLE {table} AS {kept}")
        try:
            yield from self.parts(table, count, size, what, shown="*")
        finally:
            if not self._is_closed:  # who stopped in the middle is collected after the engine
                self.run(f"DROP TABLE {table}")

    def parts(
        self,
        table: str,
        count: int,
        size: int = 50_000,
        what: str = "rows",
        shown: str = "rowid, *",
    ) -> Iterator[list[Row]]:
        """The `count` rows of a (quoted) table that nothing is taken from, counted the same way.

        Each begins with its number, if nothing else is to be `shown`.
        """
        with METER.counting(count, what) as counted:
            for start in range(0, count, size):
                counted.done = start
                bounds = f"rowid >= {start} AND rowid < {start + size}"
                yield self.rows(f"SELECT {shown} FROM {table} WHERE {bounds} ORDER BY rowid")

    def describe(self, query: str) -> list[tuple[str, str]]:
        """Names and types of a query's columns; an `EngineError` when it can't be bound."""
        return [(str(r[0]), str(r[1])) for r in self.rows(f"DESCRIBE {query}")]

    def columns_of(self, table: str) -> list[tuple[str, str]]:
        """Names and types of a table's columns."""
        return self.describe(f"SELECT * FROM {identifier(table)}")

    def load(self, table: str, columns: Mapping[str, str], rows: Iterable[Row]) -> None:
        """Create a table of the given column types and fill it from Python."""
        declared = ", ".join(f"{identifier(name)} {type_}" for name, type_ in columns.items())
        self.run(f"CREATE OR REPLACE TABLE {identifier(table)} ({declared})")
        self.append(table, rows)

    def append(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows from Python to a table, a part at a time."""
        remaining = iter(rows)
        while part := list(itertools.islice(remaining, 100_000)):
            self._guarded(partial(self._appended, table, part))

    def _appended(self, table: str, rows: list[Row]) -> None:
        appender = self._connection.appender(table)
        appender.append_rows(rows)
        appender.flush()

    def register_arrow(self, name: str, table: object) -> None:
        """Make an Arrow table (from a database driver) a view of this name."""
        self._connection.register(name, table)

    def _guarded(self, work: Callable[[], T]) -> T:
        """Run in this thread; Ctrl-C interrupts the engine, which hears of it from another one."""
        METER.share = self._share
        try:
            with hearing(self._connection.interrupt):
                return work()
        except (KeyboardInterrupt, duckdb.InterruptException):
            raise Interrupted("stopped") from None
        except duckdb.OutOfMemoryException:
            raise _too_little(self._memory) from None
        except duckdb.Error as error:
            raise EngineError(_trouble(error)) from error
        finally:
            METER.share = None

    def _share(self) -> float:
        """How much of the running statement is done, 0 to 1; below 0 where nobody can tell."""
        return float(self._connection.query_progress()) / 100


def _too_little(memory: str) -> DatabaseFailed:
    help_ = "give it more with --memory, or fewer --threads: each needs a part of its own"
    return DatabaseFailed(f"the database can't do this with {memory} of memory", help=help_)


def _trouble(error: duckdb.Error) -> Trouble:
    text = str(error)
    start = text.find("{")
    try:
        data = json.loads(text[start:]) if start >= 0 else {}
    except ValueError:
        data = {}
    if not data:
        return Trouble(text.split("\n")[0], 0, 0, type(error).__name__)
    where = json.loads(data.get("location", "[0,0]"))
    message = str(data.get("exception_message", text))
    kind = str(data.get("error_subtype", data.get("exception_type", "")))
    return Trouble(message, int(where[0]), int(where[1]), kind, str(data.get("name", "")))


class Grammar:
    """What all parsers share while one of them lives: a database, and what it said of a text.

    To open a database takes longer than most of what a parser is asked, and the same conditions
    are read again when a project is bound a second time, to the columns of its data.
    """

    def __init__(self) -> None:
        self.engine = Engine(memory="1GB", threads=1)
        self._said: dict[str, dict[str, str]] = {}

    def say(self, engine: Engine, function: str, texts: Sequence[str]) -> list[str]:
        """A function of `t`, which depends on nothing else, of each text; in one call."""
        kept = self._said.setdefault(function, {})
        said = {text: kept[text] for text in texts if text in kept}
        new = list(dict.fromkeys(text for text in texts if text not in said))
        if new:
            query = f"SELECT list_transform($1, lambda t: {function})"
            answers = dict(zip(new, engine.value(query, [new]), strict=True))
            if len(kept) + len(answers) > _REMEMBERED:
                kept.clear()
            kept.update((text, said) for text, said in answers.items() if len(said) < _LONG)
            said |= answers
        return [said[text] for text in texts]


# The one grammar, as long as anybody needs it; of how many texts it remembers what was said, and
# from how many characters on an answer isn't worth the room.
_GRAMMARS: WeakValueDictionary[str, Grammar] = WeakValueDictionary()
_REMEMBERED = 10_000
_LONG = 5_000


def grammar() -> Grammar:
    """The grammar of this process; it stays open while somebody keeps it."""
    shared = _GRAMMARS.get("")
    if shared is None:
        shared = _GRAMMARS[""] = Grammar()
    return shared


class Parser:
    """DuckDB as parser and type checker, on a connection from which no file can be reached."""

    def __init__(self) -> None:
        self._grammar = grammar()
        self._engine = self._grammar.engine.beside()
        self._tables = 0

    def trees(self, texts: Sequence[str]) -> list[Tree | Trouble]:
        """The parse tree of each statement, or what is wrong with it, in one call."""
        said = self._grammar.say(self._engine, "json_serialize_sql(t)", texts)
        return [_tree_or_trouble(text) for text in said]

    def texts(self, trees: Sequence[Tree]) -> list[str]:
        """The canonical text of each statement's tree, in one call."""
        written = [json.dumps(tree) for tree in trees]
        return self._grammar.say(self._engine, "json_deserialize_sql(t::JSON)", written)

    def table(self, columns: Iterable[tuple[str, str]]) -> str:
        """An empty table with these columns to bind against; returns its quoted name."""
        self._tables += 1
        name = identifier(f"empty_{self._tables}")
        declared = ", ".join(f"{identifier(column)} {type_}" for column, type_ in columns)
        self._engine.run(f"CREATE TEMP TABLE {name} ({declared or 'nothing BOOLEAN'})")
        return name

    def types(self, query: str) -> list[tuple[str, str]]:
        """Names and types of a query's columns; raises `EngineError` with the place."""
        return self._engine.describe(query)

    def casts(self, literals: Sequence[tuple[str, str]]) -> list[bool]:
        """For each (text, type): whether the text can be read as that type."""
        if not literals:
            return []
        checks = ", ".join(
            f"TRY_CAST({literal(text)} AS {type_}) IS NOT NULL" for text, type_ in literals
        )
        return [bool(value) for value in self._engine.row(f"SELECT {checks}")]

    def values(self, constants: Sequence[str]) -> list[tuple[str, str | None]]:
        """Type and value, as text, of each expression that reads no column."""
        found: list[tuple[str, str | None]] = []
        for start in range(0, len(constants), 500):
            some = constants[start : start + 500]
            shown = ", ".join(f"typeof({text}), CAST({text} AS VARCHAR)" for text in some)
            row = self._engine.row(f"SELECT {shown}")
            found += [(str(t), v) for t, v in zip(row[::2], row[1::2], strict=True)]
        return found


def _tree_or_trouble(text: str) -> Tree | Trouble:
    try:
        data: Tree = json.loads(text)
    except RecursionError:
        return Trouble(TOO_DEEP, 0, 0)
    if not data["error"]:
        return data
    where = json.loads(data.get("location", "[0,0]"))
    message = str(data.get("error_message", "not readable as SQL"))
    return Trouble(message, int(where[0]), int(where[1]), str(data.get("error_subtype", "")))


def identifier(name: str) -> str:
    """A name as SQL reads it back, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A Python value as an SQL literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:e}" if value == value else "'nan'::DOUBLE"
    return "'" + str(value).replace("'", "''") + "'"


def list_literal(values: Iterable[object]) -> str:
    """Python values as an SQL list."""
    return "[" + ", ".join(literal(value) for value in values) + "]"


def failed(error: EngineError, doing: str) -> DatabaseFailed:
    """The error a user sees when the engine refuses a statement that should have run."""
    first = error.trouble.message.split("\n")[0]
    return DatabaseFailed(f"{doing}: {first}")
