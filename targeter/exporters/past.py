"""What earlier batches handed to a network: the names of its audiences, and who is in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from targeter.database import Engine, identifier, list_literal
from targeter.errors import BadData
from targeter.folders import sha256_of
from targeter.history import batches_of
from targeter.outgoing import IDENTIFIERS
from targeter.plans import read_manifest

# What a batch keeps of itself, for later ones: its audiences, and whom it handed over by what hash.
AUDIENCES: Final = "audiences.parquet"
MEMBERS: Final = "audience_members.parquet"
# By what it took people out, today's identifiers too: so that who is forgotten is found there.
LEAVERS: Final = "audience_leavers.parquet"
AUDIENCE_COLUMNS: Final = dict.fromkeys(("audience", "channel", "cell"), "VARCHAR")
MEMBER_COLUMNS: Final = dict.fromkeys(("person", "channel", "audience", *IDENTIFIERS), "VARCHAR")
LEAVER_COLUMNS: Final = dict.fromkeys(("person", "audience", *IDENTIFIERS), "VARCHAR")
# A cell in the name of its audience: 64 bits, of which no two texts of anybody are equal.
CELL: Final = "substr(sha256(channel || chr(31) || text), 1, 16)"
# The tables that they are read into.
NAMED, HANDED, TAKEN_OUT = "audiences_before", "members_before", "leavers_before"


def load_past(engine: Engine, history: Path) -> None:
    """Fill `audiences_before`, `members_before` and `leavers_before`.

    Raises `BadData` for an altered file.
    """
    load_named(engine, history)
    _load(engine, history, HANDED, MEMBERS, MEMBER_COLUMNS)
    _load(engine, history, TAKEN_OUT, LEAVERS, LEAVER_COLUMNS)


def load_named(engine: Engine, history: Path) -> None:
    """Fill `audiences_before` alone: one row a text that was ever promoted. Raises the same."""
    _load(engine, history, NAMED, AUDIENCES, AUDIENCE_COLUMNS)


def _load(engine: Engine, history: Path, table: str, file: str, columns: Mapping[str, str]) -> None:
    engine.load(table, columns, ())
    paths = [path for batch in batches_of(history) if (path := kept_in(batch, file))]
    if paths:
        engine.run(f"INSERT INTO {table} {rows_of(paths, columns)}")


def rows_of(paths: Iterable[Path], columns: Iterable[str]) -> str:
    """SQL for the rows of such files, each once."""
    shown = ", ".join(map(identifier, columns))
    return f"SELECT DISTINCT {shown} FROM read_parquet({list_literal(map(str, paths))})"


def kept_in(batch: Path, file: str) -> Path | None:
    """A file that a batch keeps of itself, if it has one. Raises `BadData` for an altered one."""
    return _checked(batch, file) if (batch / file).is_file() else None


def _checked(batch: Path, name: str) -> Path:
    digests = {str(file["name"]): file["sha256"] for file in read_manifest(batch)["files"]}
    if digests.get(name) != sha256_of(batch / name):
        message = f"the batch {batch.name} was altered: {name} is not what was written"
        help_ = "restore it: who leaves an audience is taken out by what was handed over then"
        raise BadData(message, help=help_)
    return batch / name
