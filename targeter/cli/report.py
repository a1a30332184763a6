"""`targeter report`: reach, coverage, where people end, what rules share, copy, audiences, cost."""

from __future__ import annotations

from typing import Annotated

import typer

from targeter.cli.answer import Answer, Format, ReportFormat
from targeter.cli.options import (
    AsOf,
    DataRoots,
    History,
    Memory,
    NoCache,
    ProjectFolder,
    Threads,
    options_of,
)


def report(
    project: ProjectFolder = None,
    output: Annotated[
        ReportFormat,
        typer.Option("--format", help="CSV is one flat table; Markdown is for a page."),
    ] = ReportFormat.TEXT,
    as_of: AsOf = None,
    data_root: DataRoots = None,
    memory: Memory = "4GB",
    threads: Threads = None,
    no_cache: NoCache = False,
    history: History = None,
) -> Answer:
    """Show what a plan does, in numbers.

    Reach and coverage, where people end, which rules overlap and which never win, missing values,
    the length of texts, audiences after the match rate, and cost.
    """
    from targeter import pipeline
    from targeter.cli import flat_report, json_output, report_tables
    from targeter.cli.drawing.progress import progress_on_screen
    from targeter.cli.drawing.report import draw_report

    options = options_of(
        project, as_of, data_root, memory, history, cache=not no_cache, threads=threads
    )
    with progress_on_screen() as told:
        whole = pipeline.whole_report(options, told)
    written = {
        ReportFormat.MARKDOWN: lambda: report_tables.markdown(whole),
        ReportFormat.CSV: lambda: flat_report.csv_text(whole),
    }
    return Answer(
        Format.JSON if output is ReportFormat.JSON else Format.TEXT,
        lambda: json_output.report(whole),
        lambda screen: draw_report(screen, whole),
        text=written.get(output),
    )
