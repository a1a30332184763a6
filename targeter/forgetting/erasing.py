"""People taken out of every file of a history: their rows, their hashes, words that name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from targeter.database import Engine, literal
from targeter.exporters.past import AUDIENCES, LEAVERS, MEMBERS
from targeter.exporters.uploads import INDEX, LISTS, REQUESTS
from targeter.folders import sha256_of, write_whole
from targeter.forgetting.looking import (
    PEOPLE,
    THEIRS,
    Wanted,
    load_names,
    naming_column,
    telling_columns,
)
from targeter.forgetting.requests import take_hashes_out
from targeter.history import (
    ASSIGNED,
    CONTACTS,
    FILE,
    QUARANTINE,
    TABLE,
    Draft,
    RowFile,
    count_rows,
    load_rows,
    name_of,
    note_dropped,
    note_reported,
    reports_of,
    rewritten,
    write_rows,
)

# Our own files, in which a row says by `person` whose it is, and what the manifest counts of each.
OWN: Final = {
    ASSIGNED: "people",
    FILE: CONTACTS,
    MEMBERS: "rows",
    LEAVERS: "rows",
    QUARANTINE: "blocked",
}
OF_NETWORKS: Final = (*REQUESTS.values(), LISTS, INDEX)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done to one batch; `removed` are files in which nobody could be told apart."""

    batch: str
    rows: int
    texts: int
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.rows or self.texts or self.removed)


def erase(engine: Engine, folder: Path, batch: str, looked_for: Wanted, hashes: set[str]) -> Erased:
    """Take everybody in the table `people_to_forget` out of one batch.

    Another's row that names them stays, without the words that do. A file of messages that says
    of no row whose it is goes whole, if one of them had a message in this batch.
    """
    is_named = load_names(engine, folder / batch)
    with rewritten(folder, batch) as draft:
        rows = take_hashes_out(draft, hashes, engine.scratch) if hashes else 0
        texts, removed = 0, []
        for entry in list(draft.files):
            name = str(entry["name"])
            if entry.get("what") in OF_NETWORKS or name == AUDIENCES:
                continue
            path = draft.folder / name
            if name not in OWN and not is_named and not looked_for.may_be_in(path):
                continue
            done = _erase_in(engine, draft, name, looked_for, is_named)
            if done is None:
                draft.remove(name)
                removed.append(name)
            else:
                rows, texts = rows + done[0], texts + done[1]
        return Erased(batch, rows, texts, tuple(removed))


def _erase_in(
    engine: Engine, draft: Draft, name: str, looked_for: Wanted, is_named: bool
) -> tuple[int, int] | None:
    """How many rows of a file went and how many texts; None where the file has to go whole."""
    file = load_rows(engine, draft.folder / name)
    if file is None:
        return None
    own = name in OWN
    naming = "person" if own else naming_column(engine, file)
    if naming is None and is_named and _could_be_in(engine, draft, name):
        return None
    dropped = "false"
    if naming is not None:
        names = f"SELECT person FROM {PEOPLE}" if own else f"SELECT name FROM {THEIRS}"
        dropped = f"{file.columns[naming]}::VARCHAR IN ({names})"
    columns = ["text"] if own else telling_columns(file, naming)
    telling = [column for column in columns if column in file.names]
    looked_for.find_values(engine, [file.columns[column] for column in telling])
    blanked = {column: looked_for.test(file.columns[column]) for column in telling}
    return rewrite_file(engine, draft, file, dropped, blanked)


def _could_be_in(engine: Engine, draft: Draft, name: str) -> bool:
    """Whether a file that names nobody may have rows of them: it is of no promoted text, and one
    of them got a direct message or was handed over."""
    if (draft.file(name) or {}).get("what") == "creatives":
        return False
    if not int(engine.value(f"SELECT count(*) FROM {TABLE}")):
        return False
    path = draft.before / ASSIGNED
    if not path.is_file():
        return False
    promoted = ", ".join(map(literal, draft.manifest.get("promoted_channels", ()))) or "NULL"
    return bool(
        engine.value(
            f"SELECT count(*) FROM read_parquet({literal(str(path))}) SEMI JOIN {PEOPLE} "
            f"USING (person) WHERE outcome = 'handed_over' OR (outcome = 'message' "
            f"AND coalesce(channel NOT IN ({promoted}), true))"
        )
    )


def rewrite_file(
    engine: Engine, draft: Draft, file: RowFile, dropped: str, blanked: Mapping[str, str]
) -> tuple[int, int]:
    """Write a loaded file of a batch anew, where that changes it: how many rows went and texts.

    `dropped` is SQL for rows that go, `blanked` for the values of a column that do.
    """
    name = file.path.name
    rows, kept = count_rows(engine, dropped), f"NOT coalesce({dropped}, false)"
    counts = {column: count_rows(engine, f"{kept} AND {test}") for column, test in blanked.items()}
    missing = {column: test for column, test in blanked.items() if counts[column]}
    if rows or missing:
        target = engine.scratch / name
        left = write_rows(engine, file, dropped, missing, target)
        draft.replace(name, target, **{OWN.get(name, "rows"): left})
    return rows, sum(counts.values())


def erase_reports(engine: Engine, folder: Path) -> Iterator[str]:
    """Take them out of what the sender told: a new file first, then the old one goes."""
    for number, path in reports_of(folder):
        source = f"FROM read_parquet({literal(str(path))})"
        theirs = f"{source} SEMI JOIN {PEOPLE} USING (person)"
        if not int(engine.value(f"SELECT count(*) {theirs}")):
            continue
        target = engine.scratch / "report.parquet"
        left = engine.value(
            f"COPY (SELECT * {source} ANTI JOIN {PEOPLE} USING (person) ORDER BY ALL) "
            f"TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)"
        )
        if int(left):
            name = name_of(number, sha256_of(target))
            write_whole(folder / name, target.read_bytes())
            note_reported(folder, name)
        target.unlink()
        note_dropped(folder, path.name)
        path.unlink()
        yield path.name
