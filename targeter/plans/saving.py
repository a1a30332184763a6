"""A plan kept in a folder: its rows, digests of its data, and a manifest that vouches for both."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from targeter.database import Engine, identifier, literal
from targeter.errors import PlanRefused, TargeterError, WrongUsage
from targeter.folders import sha256_of, whole_folder
from targeter.plans.assignments import (
    ASSIGNMENTS,
    COLUMNS,
    LEAVING,
    LEAVING_COLUMNS,
    QUARANTINED,
    QUARANTINED_COLUMNS,
)
from targeter.plans.digests import DIGEST_COLUMNS, DIGESTS, column_digests, take_digests
from targeter.plans.manifest import Plan, plan_of, read_manifest, write_manifest
from targeter.runs import Run

KIND = "plan"
# The tables of a plan, each a file of its name, and the columns by which its rows are sorted.
TABLES: Mapping[str, tuple[Mapping[str, str], Sequence[str]]] = {
    ASSIGNMENTS: (COLUMNS, ("person",)),
    LEAVING: (LEAVING_COLUMNS, tuple(LEAVING_COLUMNS)),
    QUARANTINED: (QUARANTINED_COLUMNS, tuple(QUARANTINED_COLUMNS)),
    DIGESTS: (DIGEST_COLUMNS, ("person",)),
}


class PlanNotWritten(TargeterError):
    """A plan could not be written; nothing of it is left."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A plan in a folder. `is_new` is False when this very plan was there already."""

    plan_id: str
    folder: Path
    people: int
    messages: int
    is_new: bool


def save(run: Run, folder: Path, history: Path) -> Saved:
    """Write a run's plan into a folder that isn't there or is empty; `render` executes it.

    Raises `WrongUsage` when the folder holds anything else than this plan, or lies in the history.
    """
    refuse_history(folder, history)
    plan = plan_of(run)
    take_digests(run.engine, run.bound, run.decisions, history, plan.plan_id)
    files = [write_table(run.engine, table) for table in TABLES]
    return save_files(plan, column_digests(run.engine, plan.plan_id), files, folder)


def refuse_history(folder: Path, history: Path) -> None:
    """Raise `WrongUsage` for a folder in the history."""
    if folder.resolve().is_relative_to(history.resolve()):
        message = f"{folder.name} lies in the contact history, and a plan is no contact"
        raise WrongUsage(message, help="name a folder elsewhere with --out DIR")


def save_files(
    plan: Plan, digests: Mapping[str, str], files: Sequence[Path], folder: Path
) -> Saved:
    """Move the files of a plan's tables into a folder, with a manifest. Raises as `save` does."""
    folder = folder.resolve()
    document = {
        **plan.as_json(),
        "kind": KIND,
        "digests": dict(digests),
        "files": [{"name": path.name, "sha256": sha256_of(path)} for path in files],
    }
    saved = Saved(plan.plan_id, folder, plan.people, plan.messages, is_new=True)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        return _already_there(saved, document)
    try:
        with whole_folder(folder) as temporary:
            for path in files:
                shutil.move(path, temporary / path.name)
            write_manifest(temporary, document)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise PlanNotWritten(
            f"the plan can't be written to {folder.name}: {reason}",
            help="nothing was left behind; name another folder with --out DIR",
        ) from error
    return saved


def write_table(engine: Engine, table: str) -> Path:
    """Write one table of a plan as Parquet into the engine's scratch folder, sorted."""
    columns, order = TABLES[table]
    path = engine.scratch / f"{table}.parquet"
    shown = ", ".join(identifier(name) for name in columns)
    by = ", ".join(identifier(name) for name in order)
    engine.run(
        f"COPY (SELECT {shown} FROM {table} ORDER BY {by}) TO {literal(str(path))} "
        "(FORMAT parquet, COMPRESSION zstd)"
    )
    return path


def _already_there(saved: Saved, document: Mapping[str, object]) -> Saved:
    """The same plan says so; anything else is left as it is."""
    folder = saved.folder
    try:
        there = read_manifest(folder)
    except PlanRefused as error:
        message = f"{folder.name} is there already, and it is no plan"
        raise WrongUsage(message, help="name a new folder with --out DIR") from error
    if {**there, "seal": None} == {**document, "seal": None}:
        return Saved(saved.plan_id, folder, saved.people, saved.messages, is_new=False)
    what = "holds another plan"
    if there.get("plan_id") == saved.plan_id:
        what = "holds a plan with the same messages, made from other data or files"
    raise WrongUsage(f"{folder.name} {what}", help="name a new folder with --out DIR")
