"""What a contact history is asked and told, one function a command; the sources stay closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from targeter import batches, history
from targeter.database import Engine, EngineError, failed
from targeter.errors import NothingToCheck, WrongUsage
from targeter.findings import errors_in
from targeter.pipeline import Options, day_of, history_of
from targeter.project import read_project


def list_history(options: Options, *, verify: bool = False) -> history.History:
    """Every batch that is or should be there; with `verify` every file of it is looked at."""
    folder = _folder(options)
    with _opened(folder) as engine:
        return history.list_history(engine, folder, verify=verify)


def record(options: Options, sent: Path | None, failed_: Path | None) -> history.Told:
    """Keep what the sender tells: files of messages that were sent, and that failed.

    Raises `NothingToCheck` where nothing was rendered, `BadData` with every row of no use.
    """
    folder = _folder(options)
    if not history.batches_of(folder):
        message = f"nothing was rendered yet: there is no batch in {folder.name}"
        raise NothingToCheck(message, help="targeter render writes one")
    with batches.writing(folder), _opened(folder) as engine:
        return history.record(engine, folder, sent, failed_)


def give_up(options: Options, batch: str) -> None:
    """Miss a lost batch no longer. Raises `WrongUsage` for one that isn't lost."""
    folder = _folder(options)
    with batches.writing(folder):
        history.give_up(folder, batch)


def tidy(options: Options) -> history.Tidied:
    """Drop the batches that are older than `history: {keep: …}` says.

    Raises `WrongUsage` where the settings don't say how long, or can't be read.
    """
    project = read_project(options.root)
    keep, folder = project.settings.history.keep, history_of(project, options)
    if keep is None or errors_in(project.findings):
        message = "the settings don't say for how long the history is kept"
        if keep is not None:
            message = "the project has errors, so nothing is dropped"
        raise WrongUsage(message, help="history: {keep: 24 months}; targeter lint checks it")
    today = day_of(project, options)
    if not history.batches_of(folder):
        return history.Tidied((), (), ())
    with batches.writing(folder), _opened(folder) as engine:
        return history.tidy(engine, folder, keep, today)


def _folder(options: Options) -> Path:
    return history_of(read_project(options.root), options)


@contextmanager
def _opened(folder: Path) -> Iterator[Engine]:
    with history.opened(folder) as engine:
        try:
            yield engine
        except EngineError as error:
            raise failed(error, "the database stopped") from error
