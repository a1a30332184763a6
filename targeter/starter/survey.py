"""Files that nobody described, read whole: who the people are, and which rows are whose."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from targeter.database import Engine, identifier
from targeter.errors import WrongUsage
from targeter.findings import Place, did_you_mean
from targeter.sources import casting
from targeter.sources.declared import Source
from targeter.sources.files import format_of_path
from targeter.sources.guessing import GuessedFile, GuessedLink, guess, links
from targeter.sources.reading import read
from targeter.sources.relation import Relation
from targeter.starter import names

PEOPLE_FILE = "data/people.csv"
CONSENT = "marketing_consent"
_NEARLY = 0.9
"""So great a share of different keys is meant to be one row a person, with some rows too many."""

_SURE = 0.5
_QUARTER = 0.75
_KEY_ONLY = 2


@dataclass(frozen=True, slots=True)
class Reference:
    """A column whose values are keys of another file, which is about things: artists, areas."""

    column: str
    to: str
    key: str


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One file: how the project calls it, and how its rows find their person.

    `doubtful` are columns that may name the person, `others` those that name more people. `often`
    is how many rows a quarter of the people with any have at least.
    """

    name: str
    file: GuessedFile
    owner: GuessedLink | None = None
    doubtful: tuple[GuessedLink, ...] = ()
    others: tuple[GuessedLink, ...] = ()
    references: tuple[Reference, ...] = ()
    often: int = 1


@dataclass(frozen=True, slots=True)
class Survey:
    """All files. `is_made` says that no file has one row a person, so one was made: the different
    values of the column `base.key`. `usual` are the commonest values of the base's columns of few.
    """

    base: GuessedFile
    is_made: bool
    others: tuple[Surveyed, ...]
    reason: str
    usual: Mapping[str, str]
    reserved: frozenset[str]
    newest: str | None = None


def survey(engine: Engine, files: Sequence[Path], scratch: Path, person: str | None) -> Survey:
    """Read every file and say how they belong together.

    `person` is the column that says whose row it is, where the user says so. Raises `BadData` for
    what can't be read, `WrongUsage` when nothing says who the people are. A file of people that
    had to be made is written below `scratch`.
    """
    guessed = [guess(engine, file, scratch) for file in files]
    reserved = _reserved_words(engine)
    base, reason = _base(engine, guessed, scratch, person)
    is_made = base is None
    if base is None:
        column, owning, reason = _column_of_people(guessed, person)
        base = _made(engine, column, owning, scratch)
    rest = [file for file in guessed if file is not base]
    return Survey(
        base=base,
        is_made=is_made,
        others=tuple(_surveyed(engine, base, rest, scratch, reserved)),
        reason=reason,
        usual=_usual(engine, base, scratch),
        reserved=reserved,
        newest=_newest(engine, rest, scratch),
    )


def _reserved_words(engine: Engine) -> frozenset[str]:
    """Words that can't be names in SQL without quotes."""
    query = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
    return frozenset(str(row[0]) for row in engine.rows(query))


# -- who the people are ----------------------------------------------------------------------


def _base(
    engine: Engine, files: Sequence[GuessedFile], scratch: Path, person: str | None
) -> tuple[GuessedFile | None, str]:
    """The file with one row a person and why, or None when its column must do."""
    if person is not None:
        named = next((f for f in files if _unique(f, person)), None)
        return (_keyed(named, person), f"you named {person}") if named else (None, "")
    about = [file for file in files if _evidence(file)]
    keyed = [file for file in about if file.key and _holds_all(engine, file, files, scratch)]
    if keyed:
        best = max(keyed, key=lambda f: (_linked(engine, f, files, scratch), _evidence(f)))
        return best, "its rows look like people"
    _refuse_repeated(about)
    if any(_columns_of_people(file) for file in files):
        return None, ""
    keyed = [file for file in files if file.key]
    if keyed:
        best = max(keyed, key=lambda f: _linked(engine, f, files, scratch))
        return best, f"{best.key} is different in every row"
    return None, ""


def _unique(file: GuessedFile, column: str) -> bool:
    return any(
        c.name.casefold() == column.casefold() and 0 < file.rows == c.distinct for c in file.columns
    )


def _keyed(file: GuessedFile, column: str) -> GuessedFile:
    return replace(file, key=_named(file, column))


def _named(file: GuessedFile, column: str) -> str | None:
    return next((c.name for c in file.columns if c.name.casefold() == column.casefold()), None)


def _evidence(file: GuessedFile) -> int:
    """How much speaks for one row a person; 0 for nothing."""
    known = names.attributes(column.name for column in file.columns)
    key = _KEY_ONLY if file.key and names.means_person(file.key) else 0
    called = 3 if names.means_people(file.path.name.partition(".")[0]) else 0
    return key + called + (known if known >= 2 else 0)


def _holds_all(
    engine: Engine, base: GuessedFile, files: Sequence[GuessedFile], scratch: Path
) -> bool:
    """Whether a file that is only called by its key like people has those of the other files too.

    A list of friends in which everybody stands once is no list of people.
    """
    if _evidence(base) > _KEY_ONLY:
        return True
    others = (f for f in files if f is not base and _named(f, str(base.key)))
    return all(links(engine, base, other, scratch) for other in others)


def _linked(engine: Engine, base: GuessedFile, files: Sequence[GuessedFile], scratch: Path) -> int:
    """How many other files hold keys of this one."""
    return sum(1 for f in files if f is not base and links(engine, base, f, scratch))


def _refuse_repeated(files: Sequence[GuessedFile]) -> None:
    """A file of people in which some stand twice: nobody can say which row is right."""
    for file in files:
        for column in file.columns:
            extra = file.rows - column.distinct
            nearly = column.distinct >= _NEARLY * file.rows and extra > 0
            if nearly and (
                names.means_person(column.name) or names.words_of(column.name) == ("id",)
            ):
                raise WrongUsage(
                    f"{file.path.name} looks like one row a person, but {extra:,} of its "
                    f"{file.rows:,} rows repeat or lack a {column.name}",
                    help="take the rows that are too many out of the file, then begin again",
                )


def _columns_of_people(file: GuessedFile) -> list[str]:
    """The columns of a file that say whose row it is, by their names."""
    fit = (c for c in file.columns if c.type in ("text", "integer"))
    return [column.name for column in fit if names.means_person(column.name)]


def _column_of_people(
    files: Sequence[GuessedFile], person: str | None
) -> tuple[str, list[GuessedFile], str]:
    """The column whose different values are the people, the files that have it, and a caution."""
    counts = Counter(n.casefold() for file in files for n in _columns_of_people(file))
    wanted, reason = person, ""
    if wanted is None and counts:
        wanted = counts.most_common(1)[0][0]
    elif wanted is None:
        wanted = _nameless(files)
        reason = "it stands first in a file without a header (--person COLUMN names another)"
    owning = [file for file in files if _named(file, wanted)]
    if owning:
        return _named(owning[0], wanted) or wanted, owning, reason
    known = list(dict.fromkeys(c.name for file in files for c in file.columns))
    raise WrongUsage(f"no file has a column {wanted!r}", help=did_you_mean(wanted, known))


def _nameless(files: Sequence[GuessedFile]) -> str:
    """The first column of a file without a header, where whose row it is comes first by custom."""
    for file in files:
        first = file.columns[0]
        is_nameless = all(c.name == f"column_{n}" for n, c in enumerate(file.columns, start=1))
        if is_nameless and first.type in ("text", "integer") and first.distinct < file.rows:
            return first.name
    listed = ", ".join(column.name for file in files for column in file.columns)
    raise WrongUsage(
        "none of the files says who the people are: no column is different in every row of one, "
        "and none is called like a person's number",
        help="name the column that says whose row it is with --person COLUMN, one of\n"
        f"{listed[:500]}\n"
        "or, where each row is a person, give them a column with a number of their own",
    )


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


def _made(engine: Engine, column: str, files: Sequence[GuessedFile], scratch: Path) -> GuessedFile:
    """A file of the people that a column names, with a column for their consent, which nobody gave.

    Numbers are sorted as numbers, so that a reader finds them.
    """
    engine.run("CREATE OR REPLACE TABLE surveyed_people (person VARCHAR)")
    for file in files:
        with _opened(engine, file, scratch) as relation:
            key = _key(relation, _named(file, column) or column)
            query = f"SELECT DISTINCT {key} FROM {identifier(relation.name)}"
            engine.run(f"INSERT INTO surveyed_people {query}")
    path = scratch / PEOPLE_FILE
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


def _surveyed(
    engine: Engine,
    base: GuessedFile,
    files: Sequence[GuessedFile],
    scratch: Path,
    reserved: frozenset[str],
) -> Iterator[Surveyed]:
    taken = ["people"]
    called: list[tuple[str, GuessedFile]] = []
    for file in files:
        stem = file.path.name.partition(".")[0]
        taken.append(names.source_name(stem, taken, reserved))
        called.append((taken[-1], file))
    for name, file in called:
        found = links(engine, base, file, scratch)
        sure = [link for link in found if _is_sure(link, base, file)]
        owner = sure[0] if sure else None
        yield Surveyed(
            name,
            file,
            owner,
            doubtful=tuple(link for link in found if not sure),
            others=tuple(link for link in found if owner and link is not owner),
            references=tuple(_references(engine, base, file, called, scratch)) if owner else (),
            often=_often(engine, file, owner, scratch) if owner else 1,
        )


def _is_sure(link: GuessedLink, base: GuessedFile, file: GuessedFile) -> bool:
    """Whether a column that holds keys of people is meant to: numbers meet by chance.

    An order number of 40 is found among person numbers as well. So the column is called like the
    key or like a person, or the keys are texts, which don't meet by chance.
    """
    if link.column.casefold() == (base.key or "").casefold() or names.means_person(link.column):
        return True
    key = next(column for column in base.columns if column.name == base.key)
    return key.type == "text" and link.column != file.key


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
        stem = other.path.name.partition(".")[0]
        for link in links(engine, other, file, scratch):
            fits = names.refers_to(link.column, stem) and types[link.column] == of_key
            if fits and link.share >= _SURE and link.column != base.key:
                yield Reference(link.column, name, other.key)
                break


def _often(engine: Engine, file: GuessedFile, owner: GuessedLink, scratch: Path) -> int:
    with _opened(engine, file, scratch) as relation:
        counts = f"SELECT count(*) AS n FROM {identifier(relation.name)} GROUP BY "
        counts += _key(relation, owner.column)
        return int(engine.value(f"SELECT quantile_disc(n, {_QUARTER}) FROM ({counts})"))
