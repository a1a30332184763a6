"""What a contact history is asked and told, one function a command; the sources stay closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from targeter import batches, forgetting, history
from targeter.cache import drop_cache
from targeter.database import Engine, EngineError, failed
from targeter.errors import NothingToCheck, WrongUsage
from targeter.findings import errors_in
from targeter.options import Options, day_of, history_of
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
    """Drop the batches that are older than `history: {keep: …}` says, blank texts after `texts:`.

    Raises `WrongUsage` where the settings say neither, or can't be read.
    """
    project = read_project(options.root)
    settings, folder = project.settings.history, history_of(project, options)
    if (settings.keep or settings.texts) is None or errors_in(project.findings):
        message = "the settings don't say for how long the history is kept"
        if settings.keep or settings.texts:
            message = "the project has errors, so nothing is dropped"
        help_ = "history: {keep: 24 months, texts: 6 months}; targeter lint checks it"
        raise WrongUsage(message, help=help_)
    today, done = day_of(project, options), history.Tidied()
    if not history.batches_of(folder):
        return done
    with batches.writing(folder), _opened(folder) as engine:
        if settings.keep:
            done = history.tidy(engine, folder, settings.keep, today)
        if settings.texts:
            blanked = forgetting.blank_texts(engine, folder, settings.texts, today)
            done = replace(done, blanked=blanked)
    return done


def forget(options: Options, people: Sequence[str]) -> forgetting.Forgotten:
    """Forget people, by their keys: no source is opened, and nothing that was read is kept.

    A key stands without white space around it, as sources are read. Raises `WrongUsage` for an
    empty one, `BadData` where the history isn't whole.
    """
    people = [person.strip() for person in people]
    if not people or not all(people):
        message = "a person is named by their key, and one is empty"
        raise WrongUsage(message, help="targeter history forget PERSON [PERSON…]")
    project = read_project(options.root)
    folder = history_of(project, options)
    drop_cache(options.root)
    with batches.writing(folder), _opened(folder) as engine:
        return forgetting.forget(engine, folder, people, day_of(project, options))


def _folder(options: Options) -> Path:
    return history_of(read_project(options.root), options)


@contextmanager
def _opened(folder: Path) -> Iterator[Engine]:
    with history.opened(folder) as engine:
        try:
            yield engine
        except EngineError as error:
            raise failed(error, "the database stopped") from error
