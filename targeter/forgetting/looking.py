"""How somebody is found in what was written: their key, their messages' ids, their addresses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from targeter.channels import CHANNELS
from targeter.database import Engine, literal
from targeter.history import ASSIGNED, FILE, TABLE, RowFile, load_rows, message_id
from targeter.inert import neutralise
from targeter.outgoing import HANDOFF_COLUMNS, MESSAGE_COLUMNS

# The table of who is looked for; of the names in one batch's files, and of theirs among them.
PEOPLE = "people_to_forget"
NAMES = "names_in_batch"
THEIRS = "names_to_forget"
VALUES = "naming_values"
# What our own columns say is about the message and never names anybody else.
_OURS = {*MESSAGE_COLUMNS, *HANDOFF_COLUMNS} - {"text"}
_IDS = ("message_id", "person_id", "person")
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What names the people: the words that stand for them, and patterns that find those."""

    words: tuple[str, ...]
    patterns: tuple[str, ...]

    def find_values(self, engine: Engine, columns: Sequence[str]) -> None:
        """Fill `naming_values` with the values of a loaded file's columns that name one of them.

        Each is looked at once: a text is long, and many people may read the same.
        """
        values = ", ".join(f"{column}::VARCHAR" for column in columns)
        tests = [f"regexp_matches(value, {literal(p)})" for p in self.patterns if columns]
        engine.run(
            f"CREATE OR REPLACE TABLE {VALUES} AS SELECT value FROM (SELECT DISTINCT "
            f"unnest([{values}]::VARCHAR[]) AS value FROM {TABLE}) "
            f"WHERE {' OR '.join(tests) or 'false'}"
        )

    def test(self, column: str) -> str:
        """SQL: a value of one of these columns names one of them."""
        return f"{column}::VARCHAR IN (SELECT value FROM {VALUES})"

    def may_be_in(self, path: Path, size: int = 1 << 22) -> bool:
        """Whether it is worth reading a file: Parquet always is, text where a word stands in it."""
        if path.suffix == ".parquet":
            return bool(self.words)
        plain = [word.encode() for word in self.words if word.isascii() and '"' not in word]
        if len(plain) < len(self.words):
            return True
        if not plain:
            return False
        pattern = re.compile(b"|".join(map(re.escape, plain)), re.IGNORECASE)
        longest, before = max(map(len, plain)), b""
        with path.open("rb") as file:
            while part := file.read(size):
                seen = before + part
                if pattern.search(seen):
                    return True
                before = seen[-longest:]
        return False


def wanted(keys: Collection[str], addresses: Collection[str]) -> Wanted:
    """What to look for. A key or an address so short that it may be any word is left out."""
    exactly = sorted({form for key in keys if _tells(key) for form in _written(key)})
    cores = [core for address in addresses if (core := _core(address))]
    anyhow = sorted({form for core in cores for form in _written(core)})
    parts = [re.escape(word) for word in exactly] + [f"(?i:{re.escape(word)})" for word in anyhow]
    edge = r"[^\p{L}\p{N}_]"
    patterns = tuple(
        f"(?:^|{edge})(?:{'|'.join(parts[first : first + _AT_ONCE])})(?:$|{edge})"
        for first in range(0, len(parts), _AT_ONCE)
    )
    return Wanted((*exactly, *anyhow), patterns)


def _written(word: str) -> set[str]:
    """A word as it is, and as copy has it: made inert, on one channel so and on another so."""
    return {word, *filter(None, (neutralise(word, channel) for channel in CHANNELS))}


def _tells(key: str) -> bool:
    """Whether a key in the middle of a text names somebody: «7» in «7 days» does not."""
    return len(key) > (4 if key.isdigit() else 1)


def _core(address: str) -> str:
    """An address without the sign that a text may leave out; '' for one that is any word."""
    core = address.strip().lstrip("@＠")
    if len(core) > 3:
        return core
    return address.strip() if core and core != address.strip() else ""


# -- in the files of a batch -----------------------------------------------------------------


def load_names(engine: Engine, batch: Path) -> bool:
    """Fill `names_in_batch` and `names_to_forget`; whether anybody is in the batch at all.

    A CSV that a spreadsheet may open has a quote before some keys.
    """
    people = [f"SELECT person FROM read_parquet({literal(str(batch / FILE))})"]
    if (batch / ASSIGNED).is_file():
        people.append(
            f"SELECT person FROM read_parquet({literal(str(batch / ASSIGNED))}) "
            "WHERE outcome IN ('message', 'handed_over')"
        )
    engine.run(f"CREATE OR REPLACE TABLE people_in_batch AS {' UNION '.join(people)}")
    identity = message_id(literal(batch.name), "person")
    for table, whose in ((NAMES, "people_in_batch"), (THEIRS, PEOPLE)):
        engine.run(
            f"CREATE OR REPLACE TABLE {table} AS SELECT DISTINCT unnest([person, '''' || person, "
            f"{identity}]) AS name FROM {whose}"
        )
    return bool(
        engine.value(f"SELECT count(*) FROM people_in_batch SEMI JOIN {PEOPLE} USING (person)")
    )


def known_to(engine: Engine, batch: Path) -> set[str]:
    """Those of the people who are looked for on whom a batch decided anything at all."""
    files = [batch / name for name in (FILE, ASSIGNED) if (batch / name).is_file()]
    found = set()
    for path in files:
        source = f"read_parquet({literal(str(path))})"
        rows = engine.rows(f"SELECT person FROM {PEOPLE} SEMI JOIN {source} USING (person)")
        found |= {str(person) for (person,) in rows}
    return found


def naming_column(engine: Engine, file: RowFile) -> str | None:
    """The name of the column of a loaded file that says whose each row is; None without one.

    By its values, since a file's columns may be called anything: each is the key or the message
    id of somebody in the batch, and no two are the same.
    """
    if not int(engine.value(f"SELECT count(*) FROM {TABLE}")):
        return None
    known = [name for name in _IDS if name in file.names]
    for name in (*known, *(name for name in file.names if name not in known)):
        column = f"{file.columns[name]}::VARCHAR"
        found = engine.value(
            f"SELECT bool_and({column} IS NOT NULL AND {column} IN (SELECT name FROM {NAMES})) "
            f"AND (count(DISTINCT {column}) = count(*) OR {name in _IDS}) FROM {TABLE}"
        )
        if found:
            return name
    return None


def telling_columns(file: RowFile, naming: str | None) -> Iterator[str]:
    """The columns of a file in which another person's row may name somebody."""
    yield from (name for name in file.names if name not in _OURS and name != naming)


def addresses_in(engine: Engine, batch: Path, files: Sequence[str]) -> Iterator[str]:
    """The addresses that a batch's files have of the people who are looked for."""
    for name in files:
        file = load_rows(engine, batch / name)
        column = naming_column(engine, file) if file and "address" in file.names else None
        if file and column:
            address, whose = file.columns["address"], file.columns[column]
            rows = engine.rows(
                f"SELECT DISTINCT {address}::VARCHAR FROM {TABLE} WHERE {address} IS NOT NULL "
                f"AND {whose}::VARCHAR IN (SELECT name FROM {THEIRS})"
            )
            # the quote that disarms a formula in CSV is none of the address
            yield from (str(value).removeprefix("'") for (value,) in rows)
