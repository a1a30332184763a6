"""A saved plan opened again: whole, of this version, of these files; or refused, and why."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import targeter
from targeter.binding import Bound
from targeter.database import Engine, EngineError, identifier, literal
from targeter.errors import NothingToCheck, PlanRefused, WrongUsage
from targeter.filters import formats_version
from targeter.folders import MANIFEST, sha256_of
from targeter.history import ENTERED, FILE, MESSAGE, REMOVALS, order_of
from targeter.plans.assignments import (
    ASSIGNMENTS,
    FEW,
    LEAVING,
    QUARANTINED,
    identity,
    one_of,
)
from targeter.plans.digests import CONTACT_HISTORY, DIGESTS, Changes
from targeter.plans.manifest import (
    Plan,
    damaged,
    engine_version,
    files_of,
    plan_from,
    plan_of,
    read_manifest,
)
from targeter.plans.saving import KIND, TABLES, write_table
from targeter.profiles import PROFILES, number_of
from targeter.project import Project
from targeter.runs import Run

# The digests that a plan was saved with, beside those of today's data.
KEPT = "kept_digests"
_AGAIN = "plan again with targeter plan --out DIR"
_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan in a folder, before its rows are read; `columns` are the digests of its data."""

    folder: Path
    plan: Plan
    columns: Mapping[str, str]
    files: Mapping[str, str]


def open_plan(folder: Path) -> SavedPlan:
    """The plan in a folder. Raises `PlanRefused` for anything that `plan --out` didn't write."""
    saved = open_rows(folder)
    document = read_manifest(saved.folder)
    if document.get("kind") != KIND:
        raise PlanRefused(
            f"{saved.folder.name} is a batch, and what was rendered can't be rendered again",
            help="targeter plan --out DIR writes a plan",
        )
    # before the sources are read, which may take its time; what is read is checked again
    for table in TABLES:
        file = f"{table}.parquet"
        _check(saved, file, saved.folder / file)
    return saved


def _check(saved: SavedPlan, name: str, path: Path) -> None:
    """Refuse a file, or its copy at `path`, when it isn't what was written."""
    try:
        if sha256_of(path) == saved.files.get(name):
            return
    except OSError as error:
        raise damaged(saved.folder, name) from error
    raise damaged(saved.folder, name)


def open_rows(folder: Path) -> SavedPlan:
    """The plan in a folder, or of a batch: its rows can be compared, if no more."""
    if not folder.is_dir():
        raise WrongUsage(f"there is no folder {folder}", help="targeter plan --out DIR writes one")
    folder = folder.resolve()
    document = read_manifest(folder)
    plan = plan_from(document, folder)
    try:
        columns = {str(k): str(v) for k, v in document.get("digests", {}).items()}
        files = {str(file["name"]): str(file["sha256"]) for file in document["files"]}
    except (KeyError, TypeError, AttributeError) as error:
        raise damaged(folder, MANIFEST) from error
    return SavedPlan(folder, plan, columns, files)


def set_aside(run: Run, folder: Path) -> SavedPlan:
    """A run's rows moved to a folder, to be compared with once its engine is closed."""
    plan = plan_of(run)
    path = write_table(run.engine, ASSIGNMENTS)
    digest = sha256_of(path)
    shutil.move(path, folder / path.name)
    return SavedPlan(folder, plan, {}, {path.name: digest})


def last_sent(history: Path) -> SavedPlan:
    """The batch that was rendered last: of the latest day, and the last of that.

    Raises `NothingToCheck` when nothing was rendered.
    """
    paths = (path.parent for path in history.glob(f"*/{MANIFEST}"))
    folders = [folder for folder in paths if not folder.name.startswith(".")]
    plans = [f for f in folders if read_manifest(f).get("kind") != REMOVALS]
    batches = [open_rows(folder) for folder in plans]
    if not batches:
        message = f"nothing was rendered yet: there is no batch in {history.name}"
        raise NothingToCheck(message, help="targeter render writes one")
    order = order_of(history)
    return max(
        batches,
        key=lambda b: (b.plan.as_of, order.get(b.plan.plan_id, len(order)), b.plan.plan_id),
    )


def load_rows(engine: Engine, saved: SavedPlan, table: str, name: str) -> None:
    """Make a file of a saved plan, or of a batch, the engine's table `name`; refuses what isn't as
    written."""
    file = f"{table}.parquet"
    source = _checked(engine, saved, file)
    if table == ASSIGNMENTS and FILE in saved.files:
        source = _with_texts(source, _checked(engine, saved, FILE))
    columns, _ = TABLES[table]
    shown = ", ".join(f"{identifier(n)}::{t} AS {identifier(n)}" for n, t in columns.items())
    try:
        engine.run(f"CREATE OR REPLACE TABLE {identifier(name)} AS SELECT {shown} FROM {source}")
    except EngineError as error:
        raise damaged(saved.folder, file) from error


def _checked(engine: Engine, saved: SavedPlan, file: str) -> str:
    """SQL: the rows of a file. What is read is what was checked: a copy that is nobody else's."""
    try:
        copy = Path(shutil.copyfile(saved.folder / file, engine.scratch / f"kept-{file}"))
    except OSError as error:
        raise damaged(saved.folder, file) from error
    _check(saved, file, copy)
    return f"read_parquet({literal(str(copy))})"


def _with_texts(assignments: str, contacts: str) -> str:
    """SQL: the assignments of a batch with the texts of its contacts."""
    return (
        f"(SELECT a.* REPLACE (coalesce(a.text, c.text) AS text) FROM {assignments} AS a "
        f"LEFT JOIN {contacts} AS c ON c.person = a.person AND a.outcome = 'message' "
        f"AND c.event IN ({literal(MESSAGE)}, {literal(ENTERED)}))"
    )


def load_plan(engine: Engine, bound: Bound, saved: SavedPlan) -> None:
    """Make the tables of a saved plan: `assignments`, `leavers`, `quarantined`, its digests."""
    for table in (ASSIGNMENTS, LEAVING, QUARANTINED):
        load_rows(engine, saved, table, table)
    number_people(engine, bound)
    load_rows(engine, saved, DIGESTS, KEPT)
    if identity(engine, saved.plan.as_of) != saved.plan.plan_id:
        raise damaged(saved.folder, f"{ASSIGNMENTS}.parquet")


def number_people(engine: Engine, bound: Bound) -> None:
    """Make the assignments of a saved plan the rows that those of a run are: with the numbers of
    the people's profiles, and few texts as what they are."""
    typed = ", ".join(f"a.{name}::{one_of(_distinct(engine, name))} AS {name}" for name in FEW)
    engine.run(
        f"CREATE OR REPLACE TABLE {ASSIGNMENTS} AS SELECT {number_of(bound)}::INTEGER AS number, "
        f"a.* REPLACE ({typed}) FROM {ASSIGNMENTS} AS a "
        f"LEFT JOIN {PROFILES} AS p ON p.{identifier(bound.key)} = a.person"
    )


def _distinct(engine: Engine, column: str) -> Iterator[str | None]:
    for (value,) in engine.rows(f"SELECT DISTINCT {column} FROM {ASSIGNMENTS}"):
        yield value


# -- what no longer fits ---------------------------------------------------------------------


def refuse_other_files(saved: SavedPlan, project: Project) -> None:
    """Refuse a plan of another version of targeter, other formats, or other rules and templates."""
    if saved.plan.targeter != targeter.__version__:
        message = f"this plan was made by targeter {saved.plan.targeter}"
        raise PlanRefused(f"{message}, and this is {targeter.__version__}", help=_AGAIN)
    formats = formats_version()
    if saved.plan.formats not in (None, formats):
        message = f"this plan was written with the formats of {saved.plan.formats}"
        here = f"this is {formats}" if formats else "none are installed"
        raise PlanRefused(f"{message}, and {here}", help=_AGAIN)
    then, now = saved.plan.rules, files_of(project)
    changed = [path for path in sorted({*then, *now}) if then.get(path) != now.get(path)]
    if changed:
        files = "1 file has" if len(changed) == 1 else f"{len(changed):,} files have"
        message = f"{files} changed since this plan was made: {_listed(changed)}"
        raise PlanRefused(message, help=f"put the files back, or {_AGAIN}")


def refuse_other_engine(saved: SavedPlan, engine: Engine) -> None:
    """Refuse a plan that another version of the database computed."""
    here = engine_version(engine)
    if saved.plan.engine != here:
        message = f"this plan was computed by {saved.plan.engine}, and this is {here}"
        raise PlanRefused(message, help=_AGAIN)


def refuse_other_data(changes: Changes) -> None:
    """Refuse a plan whose data or contact history has changed."""
    if not changes.people:
        return
    parts = [
        f"{count:,} {'person' if count == 1 else 'people'} {what}"
        for count, what in (
            (changes.changed, "changed"),
            (changes.gone, "no longer there"),
            (changes.new, "not there before"),
            (changes.forgotten, "forgotten since"),
        )
        if count
    ]
    message = f"the data is not what this plan was made from: {', '.join(parts)}"
    if changes.columns:
        message += f"; what changed: {_listed(changes.columns)}"
    elif changes.columns is None and changes.changed:
        message += "; which columns can't be told, since people are gone"
    help_ = f"--drop-changed renders it without them, or {_AGAIN}"
    if changes.columns == (CONTACT_HISTORY,):
        help_ = f"they were contacted since; {help_}"
    raise PlanRefused(message, help=help_)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown
