"""What earlier batches handed to a network: the names of its audiences, and who is in them."""

from __future__ import annotations

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
    for table, file, columns in (
        (NAMED, AUDIENCES, AUDIENCE_COLUMNS),
        (HANDED, MEMBERS, MEMBER_COLUMNS),
        (TAKEN_OUT, LEAVERS, LEAVER_COLUMNS),
    ):
        engine.load(table, columns, ())
        paths = [str(_checked(batch, file)) for batch in batches_of(history) if _has(batch, file)]
        if paths:
            shown = ", ".join(map(identifier, columns))
            files = f"read_parquet({list_literal(paths)})"
            engine.run(f"INSERT INTO {table} SELECT DISTINCT {shown} FROM {files}")


def _has(batch: Path, file: str) -> bool:
    return (batch / file).is_file()


def _checked(batch: Path, name: str) -> Path:
    digests = {str(file["name"]): file["sha256"] for file in read_manifest(batch)["files"]}
    if digests.get(name) != sha256_of(batch / name):
        message = f"the batch {batch.name} was altered: {name} is not what was written"
        help_ = "restore it: who leaves an audience is taken out by what was handed over then"
        raise BadData(message, help=help_)
    return batch / name
