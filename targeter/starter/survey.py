"""Files that nobody described, read whole: who the people are, and which rows are whose."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from targeter.database import Engine, identifier
from targeter.findings import Place
from targeter.sources import casting
from targeter.sources.declared import Source
from targeter.sources.files import format_of_path
from targeter.sources.guessing import GuessedFile, GuessedLink, guess, links
from targeter.sources.reading import read
from targeter.sources.relation import Relation
from targeter.starter import names
from targeter.starter.choosing import SURE, base_of, column_of_people, named, stem

PEOPLE = "people"
PEOPLE_FILE = "data/people.csv"
CONSENT = "marketing_consent"
_QUARTER = 0.75
"""The first rule is for the busiest quarter."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A column whose values are keys of another file, which is about things: artists, areas."""

    column: str
    to: str
    key: str


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One file: how the project calls it, and how its rows find their person.

    `doubtful` are columns that may name the person, `others` those that name more people, and
    `shared` one that the base has too, different for everybody. `often` is how many rows a quarter
    of the people with any have at least.
    """

    name: str
    file: GuessedFile
    owner: GuessedLink | None = None
    doubtful: tuple[GuessedLink, ...] = ()
    others: tuple[GuessedLink, ...] = ()
    shared: str | None = None
    references: tuple[Reference, ...] = ()
    often: int = 1


@dataclass(frozen=True, slots=True)
class Survey:
    """All files, and how they belong together.

    `is_made` says that no file has one row a person, so one was made: the different values of the
    column `base.key`. `usual` is the commonest value of each column of the base that has few.
    `reserved` are the words that SQL can't take for names, `newest` is the day of the latest row.
    """

    is_made: bool
    people: Surveyed
    others: tuple[Surveyed, ...]
    reason: str
    usual: Mapping[str, str]
    reserved: frozenset[str]
    newest: str | None = None

    @property
    def base(self) -> GuessedFile:
        return self.people.file


def survey(
    engine: Engine, files: Sequence[Path], stage: Path, scratch: Path, person: str | None
) -> Survey:
    """Read every file and say how they belong together.

    `person` is the column that says whose row it is, where the user says so. Raises `BadData` for
    what can't be read, `WrongUsage` when nothing says who the people are. A file of people that
    had to be made is written below `stage`; files that must be rewritten to be read, in `scratch`.
    """
    guessed = [guess(engine, file, scratch) for file in files]
    reserved = _reserved_words(engine)
    base, reason = base_of(engine, guessed, scratch, person)
    is_made = base is None
    if base is None:
        column, owning, reason = column_of_people(guessed, person)
        base = _made(engine, column, owning, stage, scratch)
    rest = [file for file in guessed if file.path != base.path]
    called = _called(rest, reserved)
    owner = GuessedLink(str(base.key), str(base.key), 1.0)
    told = tuple(_references(engine, base, base, called, scratch))
    return Survey(
        is_made=is_made,
        people=Surveyed(PEOPLE, base, owner, references=told),
        others=tuple(_surveyed(engine, base, called, scratch)),
        reason=reason,
        usual=_usual(engine, base, scratch),
        reserved=reserved,
        newest=_newest(engine, rest, scratch),
    )


def _reserved_words(engine: Engine) -> frozenset[str]:
    """Words that can't be names in SQL without quotes."""
    query = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
    return frozenset(str(row[0]) for row in engine.rows(query))


# -- reading once more -----------------------------------------------------------------------


@contextmanager
def _opened(engine: Engine, file: GuessedFile, scratch: Path) -> Iterator[Relation]:
    """The rows of a file, while they are asked about."""
    path = file.path
    format_ = format_of_path(path.name)
    source = Source("surveyed", Place(path.name, 1, 1), path=path.name, format=format_)
    relation = read(engine, source, path.parent, (), scratch)
    try:
        yield relation
    finally:
        relation.drop(engine)


def _key(relation: Relation, name: str) -> str:
    """SQL for a column as a key: text, however the file holds it."""
    column = next(c for c in relation.columns if c.name == name)
    return casting.key_text(identifier(name), column.type)


def _made(
    engine: Engine, column: str, files: Sequence[GuessedFile], stage: Path, scratch: Path
) -> GuessedFile:
    """A file of the people that a column names, with a column for their consent, which nobody gave.

    Numbers are sorted as numbers, so that a reader finds them.
    """
    engine.run("CREATE OR REPLACE TABLE surveyed_people (person VARCHAR)")
    for file in files:
        with _opened(engine, file, scratch) as relation:
            key = _key(relation, named(file, column) or column)
            query = f"SELECT DISTINCT {key} FROM {identifier(relation.name)}"
            engine.run(f"INSERT INTO surveyed_people {query}")
    path = stage / PEOPLE_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    query = (
        "SELECT DISTINCT person FROM surveyed_people WHERE person IS NOT NULL "
        "ORDER BY TRY_CAST(person AS HUGEINT) NULLS LAST, person"
    )
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([column, names.unused(CONSENT, [column])])
        for chunk in engine.chunks(query):
            writer.writerows((person, None) for (person,) in chunk)
    engine.run("DROP TABLE surveyed_people")
    made = guess(engine, path, scratch)
    return replace(made, key=made.columns[0].name)


def _usual(engine: Engine, base: GuessedFile, scratch: Path) -> dict[str, str]:
    """The commonest value of each column of texts that has a few, each many times."""
    few = [c for c in base.columns if c.type == "text" and 2 <= c.distinct <= base.rows / 3]
    result: dict[str, str] = {}
    with _opened(engine, base, scratch) as relation:
        for column in few:
            value = casting.trimmed(f"CAST({identifier(column.name)} AS VARCHAR)")
            rows = engine.rows(
                f"SELECT {value}, count(*) FROM {identifier(relation.name)} "
                f"WHERE {value} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
            )
            if rows and rows[0][0] not in column.missing:
                result[column.name] = str(rows[0][0])
    return result


def _newest(engine: Engine, files: Sequence[GuessedFile], scratch: Path) -> str | None:
    """The latest day on which anything happened, as far as formats need no guessing."""
    days = []
    for file in files:
        time = next((c for c in file.columns if c.name == file.time), None)
        if time is None or time.format or time.bad or not names.is_event(time.name):
            continue
        with _opened(engine, file, scratch) as relation:
            text = casting.trimmed(f"CAST({identifier(time.name)} AS VARCHAR)")
            moment = f"CAST({casting.timestamp(text, None)} AS DATE)"
            newest = engine.value(f"SELECT max({moment}) FROM {identifier(relation.name)}")
            days += [newest.isoformat()] if newest else []
    return max(days, default=None)


# -- whose rows ------------------------------------------------------------------------------


def _called(
    files: Sequence[GuessedFile], reserved: frozenset[str]
) -> list[tuple[str, GuessedFile]]:
    """Each file with its name as a source."""
    taken, called = [PEOPLE], []
    for file in files:
        taken.append(names.source_name(stem(file), taken, reserved))
        called.append((taken[-1], file))
    return called


def _surveyed(
    engine: Engine, base: GuessedFile, called: Sequence[tuple[str, GuessedFile]], scratch: Path
) -> Iterator[Surveyed]:
    for name, file in called:
        found = links(engine, base, file, scratch)
        owner = next(iter(_owners(found, base, file)), None)
        likely = tuple(link for link in found if link.share >= SURE and link is not owner)
        yield Surveyed(
            name,
            file,
            owner,
            doubtful=() if owner else likely,
            others=tuple(link for link in likely if _is_other(link, file)) if owner else (),
            shared=None if owner else _shared(base, file),
            references=tuple(_references(engine, base, file, called, scratch)) if owner else (),
            often=_often(engine, file, owner, scratch) if owner else 1,
        )


def _is_other(link: GuessedLink, file: GuessedFile) -> bool:
    """Whether a second column of people's keys may name more people: not the row's own number."""
    return link.column != file.key and bool(names.things_of(link.column))


def _shared(base: GuessedFile, file: GuessedFile) -> str | None:
    """A column of texts that both have, in the base a different one for everybody: a handle."""
    theirs = {column.name.casefold() for column in file.columns}
    for column in base.columns:
        given = round(base.rows * (1 - column.share_missing))
        is_own = column.type == "text" and 1 < given == column.distinct
        if is_own and column.name != base.key and column.name.casefold() in theirs:
            return column.name
    return None


def _owners(
    found: Sequence[GuessedLink], base: GuessedFile, file: GuessedFile
) -> list[GuessedLink]:
    """The links that are surely meant to name the person, the surest first.

    Numbers meet by chance: an order number of 40 is found among person numbers as well. So the
    column is called like the key (a mere `id` says nothing), like a person or like the base's
    file; or the keys are texts, which don't meet by chance.
    """
    key = next(column for column in base.columns if column.name == base.key)
    is_called = bool(names.things_of(key.name))

    def rank(link: GuessedLink) -> int:
        if link.column.casefold() == key.name.casefold() and is_called:
            return 0
        if link.share >= SURE and names.refers_to(link.column, stem(base)):
            return 1
        if link.share >= SURE and names.means_person(link.column):
            return 2
        texts = key.type == "text" and link.share >= SURE
        return 3 if texts and (link.column != file.key or link.share == 1) else 4

    return sorted((link for link in found if rank(link) < 4), key=rank)


def _references(
    engine: Engine,
    base: GuessedFile,
    file: GuessedFile,
    called: Sequence[tuple[str, GuessedFile]],
    scratch: Path,
) -> Iterator[Reference]:
    """The columns of a file that are called like another file and hold its keys."""
    types = {column.name: column.type for column in file.columns}
    for name, other in called:
        if other is file or other.key is None:
            continue
        of_key = next(column.type for column in other.columns if column.name == other.key)
        for link in links(engine, other, file, scratch):
            fits = names.refers_to(link.column, stem(other)) and types[link.column] == of_key
            if fits and link.share >= SURE and link.column != base.key:
                yield Reference(link.column, name, other.key)
                break


def _often(engine: Engine, file: GuessedFile, owner: GuessedLink, scratch: Path) -> int:
    with _opened(engine, file, scratch) as relation:
        counts = f"SELECT count(*) AS n FROM {identifier(relation.name)} GROUP BY "
        counts += _key(relation, owner.column)
        return int(engine.value(f"SELECT quantile_disc(n, {_QUARTER}) FROM ({counts})"))
