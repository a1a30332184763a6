"""A table or query of PostgreSQL, read through ADBC and Arrow in a read-only transaction."""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from targeter.database import Engine, EngineError, identifier
from targeter.errors import BadData
from targeter.findings import Finding
from targeter.sources.declared import Source
from targeter.sources.relation import Looks, ReadColumn, Relation, by_row

T = TypeVar("T")

_REASONS = (
    ("password authentication failed", "the user or the password was refused"),
    ("no password supplied", "the server asks for a password"),
    ("no pg_hba.conf entry", "the server lets nobody in from here"),
    ("does not exist", "there is no such database or user"),
    ("could not translate host name", "there is no such host"),
    ("Connection refused", "nothing listens at that host and port"),
    ("No such file or directory", "nothing listens at that socket"),
    ("timeout", "the server didn't answer in time"),
    ("connection info string", "the address is malformed"),
    ("invalid", "the address is malformed"),
)
# what the driver hands over as it is; everything else is turned into text by the server
_NUMBERS = {"int2", "int4", "int8", "float4", "float8"}
_TEXTS = {"text", "varchar", "char", "name", "_text", "_varchar"}
_KNOWN = _NUMBERS | _TEXTS | {"bool", "date", "timestamp", "timestamptz"}


def read_postgres(engine: Engine, source: Source) -> Relation:
    """All rows of a source's table or query as a table of the engine.

    Raises `BadData` with the reason, never with anything of the connection string: a driver's own
    words may hold the password.
    """
    return _asked_of_server(source, lambda connection: _read(engine, source, connection))


def version_of(source: Source) -> str:
    """What the server answers to a source's `version` query: its one row, as a text.

    Raises `BadData` as reading does, and for an answer of no row or several.
    """
    return _asked_of_server(source, lambda connection: _versioned(source, connection))


def server_of(source: Source) -> str:
    """A digest of the server's address without its password. Raises `BadData` without one."""
    address = uri = _connection_string(source)
    for secret in _secrets(uri):
        if secret != uri:
            address = address.replace(secret, "")
    return hashlib.sha256(address.encode()).hexdigest()


def _asked_of_server(source: Source, ask: Callable[[Any], T]) -> T:
    uri = _connection_string(source)
    dbapi = _driver(source)
    try:
        connection = dbapi.connect(uri, autocommit=False)
    except Exception as error:
        # the driver's message may quote the connection string: only its code is used
        raise _bad(source, "connecting failed", _reason(error)) from None
    try:
        return ask(connection)
    except EngineError as error:
        raise _bad(source, "reading failed", _scrubbed(error.trouble.message, uri)) from None
    except BadData:
        raise
    except Exception as error:
        raise _bad(source, "reading failed", _scrubbed(str(error), uri)) from None
    finally:
        connection.close()


def _connection_string(source: Source) -> str:
    variable = source.variable or ""
    uri = os.environ.get(variable, "").strip()
    if uri:
        return uri
    message = f"source {source.name!r}: the environment variable {variable} isn't set"
    help_ = f"export {variable}=postgresql://USER:PASSWORD@HOST:5432/DATABASE"
    finding = Finding("TG715", message, source.place, help_)
    raise BadData(f"source {source.name!r} can't be read", findings=[finding])


def _driver(source: Source) -> Any:
    try:
        importlib.import_module("pyarrow")
        return importlib.import_module("adbc_driver_postgresql.dbapi")
    except ImportError:
        message = f"source {source.name!r}: reading PostgreSQL needs a package more"
        help_ = "pip install 'targeter[postgres]'"
        finding = Finding("TG715", message, source.place, help_)
        raise BadData(f"source {source.name!r} can't be read", findings=[finding]) from None


def _read(engine: Engine, source: Source, connection: Any) -> Relation:
    name, arriving = f"read_{source.name}", f"arriving_{source.name}"
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        query = _asked(source)
        cursor.execute(f"SELECT * FROM ({query}) AS shape LIMIT 0")
        types = {f.name: _server_type(f) for f in cursor.fetch_record_batch().schema}
        cursor.execute(f"SELECT {', '.join(map(_chosen, types.items()))} FROM ({query}) AS typed")
        engine.register_arrow(arriving, cursor.fetch_record_batch())
        engine.run(f"CREATE OR REPLACE TABLE {identifier(name)} AS FROM {identifier(arriving)}")
        engine.run(f"DROP VIEW IF EXISTS {identifier(arriving)}")
    columns = tuple(
        ReadColumn(n, t, Looks.NUMBER if types[n] == "numeric" else Looks.TYPED)
        for n, t in engine.columns_of(name)
    )
    what = source.table or "the query"
    return Relation(name, columns, (), is_stored=True, locate=by_row(what))


def _versioned(source: Source, connection: Any) -> str:
    query = _within(source.version or "")
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute(f"SELECT CAST(version AS text) FROM ({query}) AS version")
        rows = cursor.fetchmany(2)
    if len(rows) != 1:
        found = "no row" if not rows else "several rows"
        raise _bad(source, "asking for its version failed", f"one row is needed, not {found}")
    return str(rows[0][0])


def _asked(source: Source) -> str:
    if source.query is not None:
        return _within(source.query)
    table = ".".join(identifier(part) for part in (source.table or "").split("."))
    return f"SELECT * FROM {table}"


def _within(query: str) -> str:
    """A query as it can stand in brackets: a comment at its end must not eat them."""
    return f"{query.rstrip().rstrip(';')}\n"


def _server_type(field: Any) -> str:
    metadata: dict[bytes, bytes] = field.metadata or {}
    return metadata.get(b"POSTGRESQL:type", b"").decode()


def _chosen(column: tuple[str, str]) -> str:
    """A column as it comes, or turned into text by the server where the driver doesn't know it."""
    name, type_ = identifier(column[0]), column[1]
    return name if type_ in _KNOWN else f"CAST({name} AS text) AS {name}"


def _reason(error: Exception) -> str:
    text = str(error)
    known = (reason for words, reason in _REASONS if words in text)
    return next(known, "the server isn't reachable, or the address is malformed")


def _scrubbed(message: str, uri: str) -> str:
    """The server's words, unless they hold a part of the connection string."""
    first = message.split("\n")[0].rpartition("ERROR:")[2].strip()
    return "the server refused" if _holds(message, _secrets(uri)) else first


def _holds(message: str, secrets: Sequence[str]) -> bool:
    return any(secret in message for secret in secrets)


def _secrets(uri: str) -> list[str]:
    try:
        password = urlsplit(uri).password or ""
    except ValueError:
        password = ""
    words = [word.partition("=")[2] for word in uri.split() if word.startswith("password=")]
    return [s for s in (uri, password, unquote(password), *words) if s]


def _bad(source: Source, what: str, reason: str) -> BadData:
    message = f"source {source.name!r}: {what}: {reason}"
    help_ = f"look at the variable {source.variable} and at what the server allows"
    finding = Finding("TG715", message, source.place, help_)
    return BadData(f"source {source.name!r} can't be read", findings=[finding])
