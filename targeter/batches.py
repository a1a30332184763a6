"""Messages written as batches: whole or not at all, sorted, with one manifest.

A batch in the history is the record of who was contacted; there is no other.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from targeter import exporters, history, pacing
from targeter.binding import Bound
from targeter.database import Engine, identifier, literal
from targeter.decisions import let_go
from targeter.errors import PlanRefused, TargeterError, WrongUsage
from targeter.exporters import By, Export, Format, Outcome
from targeter.exporters.tables import write_rows
from targeter.folders import sha256_of, whole_folder
from targeter.outgoing import MESSAGE_COLUMNS
from targeter.plans import (
    ASSIGNMENTS,
    LEAVING,
    MANIFEST,
    QUARANTINED,
    Plan,
    read_manifest,
    write_manifest,
)
from targeter.profiles import NUMBER, PROFILES

COLUMNS = MESSAGE_COLUMNS
KIND = "batch"
QUARANTINE = history.QUARANTINE


class BatchFailed(TargeterError):
    """A batch could not be written or copied; nothing half-written is left."""


@dataclass(frozen=True, slots=True)
class Request:
    """In which format, how many messages a file has (None: all in one), and where a copy goes.

    `by` is what message files are told apart by, beside the days on which they go out.
    """

    format: Format = "jsonl"
    batch_size: int | None = None
    copy_to: Path | None = None
    by: By = "day"


@dataclass(frozen=True, slots=True)
class File:
    """One file that an exporter wrote, in the batch's folder: what its rows are, and how many."""

    name: str
    what: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a render wrote into the history, and the folder of the copy if one was asked for.

    `is_new` is False when this plan was already there. `told` is what exporters say of their
    files, `notes` what should be looked at, `exports` the facts behind both, by exporter.
    """

    plan_id: str
    folder: Path
    messages: int
    files: tuple[File, ...]
    is_new: bool
    copy: Path | None = None
    notes: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    exports: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filled:
    """What was written into a batch's folder: files to send, and files that are the record of it.

    `held` is the quarantine's entry, None where no text is in it.
    """

    files: tuple[File, ...]
    kept: tuple[dict[str, object], ...]
    done: Outcome
    held: dict[str, object] | None = None


def write(engine: Engine, bound: Bound, plan: Plan, request: Request, folder: Path) -> Rendered:
    """Write a plan's messages and contacts into `FOLDER/PLAN_ID` of the history.

    The rows are the engine's `assignments` and `leavers`. A plan that is there stays as it is.
    """

    def fill(temporary: Path) -> Filled:
        _make_room(engine, bound)
        channels = bound.project.settings.channels
        pacing.give_days(engine, channels, plan.as_of, ASSIGNMENTS)
        files, done = export(engine, bound, plan, request, temporary, folder)
        kept = (_assignments(engine, temporary), _contacts(engine, plan, temporary))
        return Filled(files, kept, done, _quarantine(engine, temporary))

    return lay_down(plan, request, folder, fill)


def _make_room(engine: Engine, bound: Bound) -> None:
    """Take away what no export asks for: sorting needs the memory."""
    let_go(engine)
    needed = exporters.columns_of_exports(bound)
    if needed is None:
        return
    kept = {name.casefold() for name in (*needed, NUMBER)}
    for name, _ in engine.columns_of(PROFILES):
        if name.casefold() not in kept:
            engine.run(f"ALTER TABLE {PROFILES} DROP COLUMN {identifier(name)}")


def lay_down(
    plan: Plan, request: Request, folder: Path, fill: Callable[[Path], Filled]
) -> Rendered:
    """A batch of what `fill` writes into its folder, there whole or not at all."""
    if request.batch_size is not None and request.batch_size < 1:
        raise WrongUsage(f"a batch holds at least one message, not {request.batch_size}")
    there = already_there(plan.plan_id, request, folder)
    if there is not None:
        return there
    target = folder / plan.plan_id
    try:
        with whole_folder(target) as temporary:
            filled = fill(temporary)
            files, done, kept = filled.files, filled.done, list(filled.kept)
            if filled.held:
                kept.append(filled.held)
                done = replace(done, notes=(*done.notes, _held_back(filled.held)))
            write_manifest(temporary, _manifest(plan, request, files, kept, done))
        history.note_rendered(folder, plan.plan_id, plan.as_of.isoformat())
    except OSError as error:
        there = already_there(plan.plan_id, request, folder)
        if there is not None:  # somebody else rendered it meanwhile
            return there
        raise _failed(folder, error, "nothing was left behind") from error
    copy = _copied(target, request)
    rendered = Rendered(plan.plan_id, target, plan.messages, files, is_new=True, copy=copy)
    return replace(rendered, notes=done.notes, told=done.told, exports=done.facts)


def export(
    engine: Engine, bound: Bound, plan: Plan, request: Request, temporary: Path, folder: Path
) -> tuple[tuple[File, ...], Outcome]:
    """Write the files of an engine's messages into a folder, and say what they are."""
    channels = bound.project.settings.channels
    shape = request.format, request.batch_size, request.by
    done = exporters.write_out(Export(engine, bound, plan, channels, temporary, folder, *shape))
    files = tuple(
        File(one.name, one.what, one.rows, sha256_of(temporary / one.name)) for one in done.files
    )
    return files, done


# By what the contacts of a batch are sorted: a person gets one message, but may leave and be handed
# over besides.
_BESIDES = f"event NOT IN ({literal(history.MESSAGE)}, {literal(history.ENTERED)})"
CONTACTS_ORDER = ("person", f"CASE WHEN {_BESIDES} THEN event || ' ' || channel END NULLS FIRST")


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the history alone, from the first look at its contacts to the batch that is there.

    Raises `HistoryInUse` where another process writes to it.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(history.writing(folder))
        except OSError as error:
            raise _failed(folder, error, "nothing was left behind") from error
        yield


def _failed(folder: Path, error: OSError, help_: str) -> BatchFailed:
    reason = (error.strerror or "unknown").lower()
    message = f"batches can't be written to {folder.name}: {reason}"
    return BatchFailed(message, help=f"{help_}; --history DIR and --out DIR name other folders")


def already_there(plan: str, request: Request, folder: Path) -> Rendered | None:
    """What was rendered before of this plan; another format would send it a second time."""
    target = folder / plan
    if not target.is_dir():
        return None
    try:
        manifest = read_manifest(target)
        files = tuple(_files_in(manifest))
        messages, written = int(manifest["messages"]), str(manifest["format"])
        told, notes = tuple(manifest.get("told", ())), tuple(manifest.get("notes", ()))
        exports = dict(manifest.get("exports", {}))
    except (PlanRefused, ValueError, KeyError, TypeError) as error:
        raise BatchFailed(
            f"the batch {plan} is there, but its manifest can't be read",
            help="restore it; without it nobody in it counts as contacted",
        ) from error
    if written != request.format:
        raise WrongUsage(
            f"this plan was rendered as {written} already, in {plan}",
            help=f"to try {request.format}, name a history for tries with --history DIR",
        )
    copy = _copied(target, request)
    rendered = Rendered(plan, target, messages, files, is_new=False, copy=copy)
    return replace(rendered, notes=notes, told=told, exports=exports)


def _files_in(manifest: Mapping[str, Any]) -> Iterator[File]:
    for file in manifest["files"]:
        if "what" in file:
            name, what, rows = str(file["name"]), str(file["what"]), int(file["rows"])
            yield File(name, what, rows, str(file["sha256"]))


def _copied(batch: Path, request: Request) -> Path | None:
    """A copy of the whole batch in another folder, where that is wanted and isn't there yet."""
    if request.copy_to is None:
        return None
    target = request.copy_to / batch.name
    try:
        if not target.exists():
            with whole_folder(target) as temporary:
                for path in batch.iterdir():
                    shutil.copyfile(path, temporary / path.name)
        elif (target / MANIFEST).read_bytes() != (batch / MANIFEST).read_bytes():
            message = f"{request.copy_to.name} has another batch {batch.name} already"
            raise WrongUsage(message, help="name another folder with --out DIR")
    except OSError as error:
        help_ = f"the batch itself is in {batch.parent.name}; render the same plan again"
        raise _failed(request.copy_to, error, help_) from error
    return target


def _assignments(engine: Engine, folder: Path) -> dict[str, object]:
    """Every assignment, so that a later plan can be compared with what was sent."""
    path = folder / history.ASSIGNED
    write_rows(engine, f"{assignments_of()} ORDER BY person", path, "parquet")
    return {"name": path.name, "sha256": sha256_of(path)}


def assignments_of() -> str:
    """SQL: the assignments as a batch keeps them: what somebody reads now is in the contacts."""
    text = "CASE WHEN status = 'staying' THEN text END AS text"
    return f"SELECT * EXCLUDE (number) REPLACE ({text}) FROM {ASSIGNMENTS}"


def _quarantine(engine: Engine, folder: Path) -> dict[str, object] | None:
    """The texts that may not go out, for somebody to read; None where there are none."""
    count = int(engine.value(f"SELECT count(*) FROM {QUARANTINED}"))
    if not count:
        return None
    write_rows(engine, f"SELECT * FROM {QUARANTINED} ORDER BY ALL", folder / QUARANTINE, "jsonl")
    return quarantine_entry(folder, count)


def quarantine_entry(folder: Path, texts: int) -> dict[str, object]:
    """What a manifest says of the quarantine in a batch's folder."""
    return {"name": QUARANTINE, "blocked": texts, "sha256": sha256_of(folder / QUARANTINE)}


def _held_back(held: Mapping[str, object]) -> str:
    texts = "1 text holds" if held["blocked"] == 1 else f"{held['blocked']:,} texts hold"
    return f"{texts} a word of the block list and did not go out: read {QUARANTINE}"


def _contacts(engine: Engine, plan: Plan, folder: Path) -> dict[str, object]:
    query = f"{contacts_of(plan)} ORDER BY {', '.join(CONTACTS_ORDER)}"
    rows = write_rows(engine, query, folder / history.FILE, "parquet")
    return contacts_entry(folder, rows)


def contacts_entry(folder: Path, rows: int) -> dict[str, object]:
    """What a manifest says of the contacts in a batch's folder."""
    digest = sha256_of(folder / history.FILE)
    return {"name": history.FILE, history.CONTACTS: rows, "sha256": digest}


def contacts_of(plan: Plan) -> str:
    """SQL: who is contacted by this batch, and when: at the plan's moment, or so many days later as
    their message's pace says. The held-out aren't, nor who stays in an audience."""
    promoted = ", ".join(map(literal, plan.promoted)) or "NULL"
    entered, message = literal(history.ENTERED), literal(history.MESSAGE)
    event = f"CASE WHEN channel IN ({promoted}) THEN {entered} ELSE {message} END"
    at, said = history.moment_sql(plan.as_of), "campaign, rule, template, channel, text"
    return (
        f"SELECT person, CASE WHEN later IS NULL THEN {at} ELSE {at} + to_days(later) END "
        f"AS contacted_at, event, {said} FROM ("
        f"SELECT person, later, {event} AS event, {said} FROM {ASSIGNMENTS} "
        f"LEFT JOIN {pacing.SENDING} USING (person) "
        "WHERE outcome = 'message' AND status IS DISTINCT FROM 'staying' "
        f"UNION ALL SELECT person, NULL, {literal(history.LEFT)}, {said} FROM {LEAVING} "
        f"UNION ALL SELECT person, NULL, {literal(history.HANDED_OVER)}, {said} FROM {ASSIGNMENTS} "
        "WHERE outcome = 'handed_over')"
    )


def _manifest(
    plan: Plan,
    request: Request,
    files: tuple[File, ...],
    kept: list[dict[str, object]],
    done: Outcome,
) -> dict[str, object]:
    written = [asdict(file) for file in files]
    return {
        **plan.as_json(),
        "kind": KIND,
        "format": request.format,
        "split_by": request.by,
        "csv_formula_guard": request.format == "csv",
        "columns": list(COLUMNS),
        "told": list(done.told),
        "notes": list(done.notes),
        "exports": done.facts,
        "files": [*written, *kept],
    }
