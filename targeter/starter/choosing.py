"""Who the people are: the file with one row a person, or the column that names them elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from targeter.database import Engine
from targeter.errors import WrongUsage
from targeter.findings import did_you_mean
from targeter.sources.guessing import GuessedFile, links
from targeter.starter import names

SURE = 0.5
"""So great a share of values among the keys is no accident."""

_NEARLY = 0.9
"""So great a share of different keys is meant to be one row a person, with some rows too many."""

_KEY_ONLY = 2
"""The evidence of a file of which only the key is called like people."""


def stem(file: GuessedFile) -> str:
    """A file's name without its endings."""
    return file.path.name.partition(".")[0]


def base_of(
    engine: Engine, files: Sequence[GuessedFile], scratch: Path, person: str | None
) -> tuple[GuessedFile | None, str]:
    """The file with one row a person and why, or None when its column must do."""
    if person is not None:
        own = next((f for f in files if _unique(f, person)), None)
        return (_keyed(own, person), f"you named {person}") if own else (None, "")
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
    return replace(file, key=named(file, column))


def named(file: GuessedFile, column: str) -> str | None:
    """A column's name as the file writes it, found in any case."""
    return next((c.name for c in file.columns if c.name.casefold() == column.casefold()), None)


def _evidence(file: GuessedFile) -> int:
    """How much speaks for one row a person; 0 for nothing."""
    known = names.attributes(column.name for column in file.columns)
    key = _KEY_ONLY if file.key and names.means_person(file.key) else 0
    called = 3 if names.means_people(stem(file)) else 0
    return key + called + (known if known >= 2 else 0)


def _holds_all(
    engine: Engine, base: GuessedFile, files: Sequence[GuessedFile], scratch: Path
) -> bool:
    """Whether a file that is only called by its key like people has those of the other files too.

    A list of friends in which everybody stands once is no list of people.
    """
    if _evidence(base) > _KEY_ONLY:
        return True
    others = (f for f in files if f is not base and named(f, str(base.key)))
    return all(_is_linked(engine, base, other, scratch) for other in others)


def _linked(engine: Engine, base: GuessedFile, files: Sequence[GuessedFile], scratch: Path) -> int:
    """How many other files hold keys of this one."""
    return sum(1 for f in files if f is not base and _is_linked(engine, base, f, scratch))


def _is_linked(engine: Engine, base: GuessedFile, file: GuessedFile, scratch: Path) -> bool:
    return any(link.share >= SURE for link in links(engine, base, file, scratch))


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


def column_of_people(
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
    owning = [file for file in files if named(file, wanted)]
    if owning:
        return named(owning[0], wanted) or wanted, owning, reason
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
