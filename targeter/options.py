"""What a command may be told, whom it tells how far it is, and where a project's folders are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from targeter.project import Project

# Told what begins, which step it is, and of how many.
Progress = Callable[[str, int, int], None]


def silent(stage: str, step: int, steps: int) -> None:
    """The progress of somebody who doesn't look."""


# Told what a run goes on without.
Note = Callable[[str], None]


def unheard(note: str) -> None:
    """The notes of somebody who doesn't ask for them."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a command may be told: which project, which day, where data may lie, how much memory.

    `as_of` wins over the project's own day; `today` is used where neither pins one. `history` is
    the folder of batches, instead of the project's own; `limit` is how many people a pilot has.
    With `cache` a run keeps what it reads for the next, and `note` hears why it can't.
    """

    root: Path
    today: dt.date
    as_of: dt.date | None = None
    data_roots: tuple[Path, ...] = ()
    memory: str = "4GB"
    threads: int | None = None
    history: Path | None = None
    limit: int | None = None
    cache: bool = False
    note: Note = unheard


def day_of(project: Project, options: Options) -> dt.date:
    """The day of a run: as asked for, else as the project pins it, else today."""
    return options.as_of or project.settings.as_of or options.today


def history_of(project: Project, options: Options) -> Path:
    """The folder of batches: who was contacted when."""
    return options.history or options.root / project.settings.history.folder


def graves_of(project: Project, options: Options) -> tuple[Path, ...]:
    """The histories that say who was forgotten: who was in the project's own is so everywhere."""
    own = options.root / project.settings.history.folder
    return tuple(dict.fromkeys((history_of(project, options), own)))
