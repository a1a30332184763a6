"""`targeter plan`: who would get what, how many, and who gets nothing and why."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from targeter.cli.answer import Answer, Format
from targeter.cli.options import (
    AsOf,
    DataRoots,
    History,
    Limit,
    Memory,
    NoCache,
    ProjectFolder,
    Runner,
    RunnerName,
    Threads,
    not_on_spark,
    options_of,
    whole_number,
)
from targeter.errors import WrongUsage

if TYPE_CHECKING:
    from targeter.cli.drawing.screen import Screen
    from targeter.cli.json_output import Json
    from targeter.keeping import Kept


class PlanFormat(StrEnum):
    """How a plan or a comparison is written to standard output."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def plan(
    project: ProjectFolder = None,
    output: Annotated[
        PlanFormat,
        typer.Option(
            "--format",
            help="JSON is whole, errors included; markdown is a comparison for a pull request.",
        ),
    ] = PlanFormat.TEXT,
    as_of: AsOf = None,
    data_root: DataRoots = None,
    memory: Memory = "4GB",
    threads: Threads = None,
    no_cache: NoCache = False,
    history: History = None,
    limit: Limit = None,
    runner: Runner = RunnerName.LOCAL,
    examples: Annotated[
        int,
        typer.Option(
            "--examples",
            metavar="N",
            parser=whole_number(0),
            help="How many messages to show a rule: the shortest, the longest, then any; with "
            "--against, how many people of each change.",
        ),
    ] = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            file_okay=False,
            help="A new folder to keep the plan in; render --plan DIR executes it exactly.",
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="DIR|sent|git:REF",
            help="Show who gains, loses and moves: since a kept plan, since what was rendered "
            "last, or by other rules on the same data.",
        ),
    ] = None,
    exit_code: Annotated[
        bool,
        typer.Option("--exit-code", help="With --against: end with 1 when there is a difference."),
    ] = False,
) -> Answer:
    """Show who would get what, how many, and who gets nothing and why.

    Nothing is sent, and nothing but a cache is written unless --out says where.
    """
    from targeter import keeping
    from targeter.cli.drawing.progress import progress_on_screen

    if against is None:
        _needs_against(output is PlanFormat.MARKDOWN, "--format markdown")
        _needs_against(exit_code, "--exit-code")
    options = options_of(
        project, as_of, data_root, memory, history, limit, cache=not no_cache, threads=threads
    )
    request = keeping.Request(out, against, examples)
    with progress_on_screen() as told:
        if runner is RunnerName.SPARK:
            from targeter.runners.starting import plan_on_spark

            not_on_spark(threads=threads is not None)
            kept = plan_on_spark(options, request, told)
        else:
            kept = keeping.plan(options, request, told)
    return Answer(
        Format.JSON if output is PlanFormat.JSON else Format.TEXT,
        lambda: _as_json(kept),
        lambda screen: _draw(screen, kept),
        _exit_code(kept, exit_code),
        (lambda: _markdown(kept)) if output is PlanFormat.MARKDOWN else None,
    )


def _needs_against(wanted: bool, option: str) -> None:
    if wanted:
        message = f"{option} is for comparing, and there is nothing to compare with"
        raise WrongUsage(message, help="name it with --against DIR, sent or git:REF")


def _exit_code(kept: Kept, asked: bool) -> int:
    """1 for an error that only the data shows, and for a difference if that was asked."""
    from targeter.findings import errors_in

    differs = asked and kept.comparison is not None and kept.comparison.differs
    wrong = kept.report is not None and bool(errors_in(kept.report.findings))
    return 1 if differs or wrong else 0


def _as_json(kept: Kept) -> Json:
    from targeter.cli import json_output

    shown: Json = {}
    if kept.report:
        shown |= json_output.plan(kept.report)
    if kept.comparison:
        shown |= json_output.comparison(kept.comparison)
    return shown | ({"saved": json_output.saved(kept.saved)} if kept.saved else {})


def _draw(screen: Screen, kept: Kept) -> None:
    from targeter.cli.drawing.batches import draw_saved
    from targeter.cli.drawing.comparison import draw_comparison
    from targeter.cli.drawing.plan import draw_plan

    if kept.report:
        draw_plan(screen, kept.report)
    if kept.comparison:
        draw_comparison(screen, kept.comparison)
    if kept.saved:
        draw_saved(screen, kept.saved)


def _markdown(kept: Kept) -> str:
    from targeter.cli.drawing.comparison_markdown import as_markdown

    assert kept.comparison is not None
    return as_markdown(kept.comparison)
