"""What the sender told of messages: a few small files beside the batches, the last word counts.

A file's name holds its number and the digest of its bytes, so none can be altered unnoticed.
"""

from __future__ import annotations

import re
from pathlib import Path

from targeter.database import Engine, literal
from targeter.errors import BadData
from targeter.folders import sha256_of
from targeter.history.log import expected

TOLD = "told"
COLUMNS = {"batch": "VARCHAR", "person": "VARCHAR", "sent": "BOOLEAN"}
_NAME = re.compile(r"reported-(\d{6})-([0-9a-f]{16})\.parquet")


def name_of(number: int, digest: str) -> str:
    """The name of the file with this number and these bytes."""
    return f"reported-{number:06d}-{digest[:16]}.parquet"


def reports_of(folder: Path) -> tuple[tuple[int, Path], ...]:
    """The files of a history and their numbers, in order; raises `BadData` for a lost one."""
    missed = {name for name, line in expected(folder).items() if "file" in line}
    paths = folder.iterdir() if folder.is_dir() else ()
    matches = ((_NAME.fullmatch(path.name), path) for path in paths)
    found = sorted((int(match[1]), path) for match, path in matches if match)
    for name in sorted(missed - {path.name for _, path in found}):
        raise BadData(
            f"{name} was lost: what the sender told is not all there",
            help="restore it: without it messages that failed would count as contacts",
        )
    return tuple(found)


def load_told(engine: Engine, folder: Path) -> None:
    """Fill `told` (batch, person, sent). Raises `BadData` for a file that was altered or lost."""
    reports = reports_of(folder)
    engine.load("every_word", {"number": "INTEGER", **COLUMNS}, ())
    for number, path in reports:
        if name_of(number, sha256_of(path)) != path.name:
            raise BadData(
                f"{path.name} was altered after it was written",
                help="restore it: what the sender told would change",
            )
        engine.run(
            f"INSERT INTO every_word SELECT {number}, batch, person, sent "
            f"FROM read_parquet({literal(str(path))})"
        )
    engine.run(
        f"CREATE OR REPLACE TABLE {TOLD} AS SELECT batch, person, "
        "max_by(sent, number) AS sent FROM every_word GROUP BY batch, person"
    )
