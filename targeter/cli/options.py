"""The options that every command has, and the one place that reads the clock."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from targeter.cli.answer import Format
from targeter.errors import WrongUsage

if TYPE_CHECKING:
    from targeter.options import Options

_MEMORY = re.compile(r"\d+(\.\d+)?\s*([KMGT]i?B)", re.IGNORECASE)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"a day is written like 2026-11-30, not {text!r}") from None


def _memory(text: str) -> str:
    if _MEMORY.fullmatch(text.strip()):
        return text.strip()
    raise typer.BadParameter(f"an amount of memory is written like 4GB or 500MB, not {text!r}")


def whole_number(at_least: int) -> Callable[[str | int], int]:
    """A parser of counts, whose complaint is a sentence; a default is a number already."""

    def parse(text: str | int) -> int:
        if isinstance(text, int):
            return text
        if text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= at_least:
            return int(text)
        raise typer.BadParameter(f"a whole number of {at_least} or more, not {text!r}")

    return parse


ProjectFolder = Annotated[
    Path | None,
    typer.Option(
        "--project",
        metavar="DIR",
        help="The project's folder. Without it: the nearest one upward from here.",
    ),
]
OutputFormat = Annotated[
    Format,
    typer.Option("--format", help="JSON goes to standard output whole, errors included."),
]
AsOf = Annotated[
    dt.date | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        parser=_day,
        help="The day to plan for, 2026-11-30. Without it: the project's as_of, else today.",
    ),
]
DataRoots = Annotated[
    list[Path] | None,
    typer.Option(
        "--data-root",
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="A folder outside the project where sources may lie, too. Can be repeated.",
    ),
]
Memory = Annotated[
    str,
    typer.Option(
        "--memory",
        metavar="SIZE",
        parser=_memory,
        help="How much memory the database may use before it goes to disk.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        metavar="N",
        parser=whole_number(1),
        help="How many threads the database may use. Without it: one for each processor, or "
        "one alone for little data.",
    ),
]
History = Annotated[
    Path | None,
    typer.Option(
        "--history",
        metavar="DIR",
        file_okay=False,
        help="Another contact history than the project's, for tries: who was sent what, when.",
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        metavar="N",
        parser=whole_number(1),
        help="A pilot: at most so many messages, spread over the rules as the whole is.",
    ),
]


class RunnerName(StrEnum):
    """What a plan is made on."""

    LOCAL = "local"
    SPARK = "spark"


Runner = Annotated[
    RunnerName,
    typer.Option(
        "--runner",
        help="What makes the plan: this machine, or Spark as the settings under spark: say. The "
        "plan is the same.",
    ),
]
NoCache = Annotated[
    bool,
    typer.Option("--no-cache", help="Read every source, and keep nothing for the next run."),
]


def options_of(
    project: Path | None,
    as_of: dt.date | None,
    data_roots: Sequence[Path] | None = None,
    memory: str = "4GB",
    history: Path | None = None,
    limit: int | None = None,
    cache: bool = False,
    threads: int | None = None,
) -> Options:
    """What the engine is told. Raises `WrongUsage` when there is no project."""
    from targeter.options import Options

    root = root_of(project)
    roots = tuple(folder.resolve() for folder in data_roots or ())
    return Options(
        root,
        _today(root),
        as_of,
        roots,
        memory,
        threads,
        history=history.absolute() if history else None,
        limit=limit,
        cache=cache,
        note=_noted,
    )


def not_on_spark(**given: bool) -> None:
    """Refuse what `--runner spark` can't do, by the name of the option, dashes as underscores."""
    for name, is_given in given.items():
        if is_given:
            option = "--" + name.rstrip("_").replace("_", "-")
            message = f"{option} and --runner spark don't go together"
            raise WrongUsage(message, help="leave one of them out")


def _noted(note: str) -> None:
    from targeter.cli.drawing.notes import note_on_screen

    note_on_screen(note)


def root_of(project: Path | None) -> Path:
    """The project's folder: as it was named, else the nearest one upward from here."""
    from targeter.project import SETTINGS, find_root

    if project is None:
        return find_root(Path.cwd())
    if not (project / SETTINGS).is_file():
        raise WrongUsage(
            f"no project in {project}: it has no {SETTINGS}",
            help=f"begin one with targeter init {project}",
        )
    return project.resolve()


def _today(root: Path) -> dt.date:
    """Today where the project is: its time zone, read before anything else of it."""
    from targeter.project import SETTINGS
    from targeter.settings import read_settings
    from targeter.yaml_source import TextFile, parse

    try:
        text = (root / SETTINGS).read_text(encoding="utf-8")
    except (OSError, ValueError):
        text = ""  # reading the project says what is wrong with the file
    settings = read_settings(parse(TextFile.of(SETTINGS, text), []), [])
    is_utc = settings.time_zone == "UTC"
    zone = dt.UTC if is_utc else zoneinfo.ZoneInfo(settings.time_zone)
    return dt.datetime.now(zone).date()
