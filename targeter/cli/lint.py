"""`targeter lint`: everything that can be said of the files without opening a source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from targeter.cli.answer import Answer, Format, LintFormat
from targeter.cli.completing import code_names
from targeter.cli.options import AsOf, DataRoots, NoCache, ProjectFolder, options_of
from targeter.errors import WrongUsage
from targeter.findings import Severity

if TYPE_CHECKING:
    from targeter.lint.report import Report

_CODES = "TG202, unknown-column or TG2; commas between"


def lint(
    project: ProjectFolder = None,
    output: Annotated[
        LintFormat,
        typer.Option("--format", help="Tools get a whole document, failures included."),
    ] = LintFormat.TEXT,
    reports: Annotated[
        list[str] | None,
        typer.Option(
            "--report",
            metavar="FORMAT=FILE",
            help="Write the report to a file, too: sarif=lint.sarif. Can be repeated.",
        ),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="CODES",
            help=f"Report only these: {_CODES}.",
            autocompletion=code_names,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore", metavar="CODES", help="Don't report these.", autocompletion=code_names
        ),
    ] = None,
    fail_level: Annotated[
        Severity | None,
        typer.Option("--fail-level", help="Fail from here on. Without it: the settings, or error."),
    ] = None,
    changed_since: Annotated[
        str | None,
        typer.Option(
            "--changed-since",
            metavar="REF",
            help="Check everything, report what changed since this git commit or branch.",
        ),
    ] = None,
    explain: Annotated[
        list[str] | None,
        typer.Option(
            "--explain",
            metavar="CODE",
            help="Say what a code means, with an example; or all.",
            autocompletion=code_names,
        ),
    ] = None,
    data: Annotated[
        bool, typer.Option("--data", help="Open the sources too, and say what only data shows.")
    ] = False,
    as_of: AsOf = None,
    data_roots: DataRoots = None,
    no_cache: NoCache = False,
) -> Answer:
    """Check settings, rules and templates, for an editor or for CI.

    No source is opened, unless --data asks for it.

    Errors fail (1); warnings are shown and don't, unless --fail-level says so.
    """
    if explain:
        return _explained(_split(explain), output)
    from targeter import pipeline
    from targeter.cli.lint_output import ReportFile, write_files
    from targeter.lint.report import Request

    files = [ReportFile.parse(text) for text in reports or ()]
    request = Request(_split(select), _split(ignore), fail_level, changed_since)
    options = options_of(project, as_of, data_roots, cache=not no_cache)
    report = pipeline.lint_report(options, request, with_data=data)
    write_files(report, files)
    return _answer(report, output)


def _answer(report: Report, output: LintFormat) -> Answer:
    from targeter.cli import json_output
    from targeter.cli.drawing.findings import draw_lint
    from targeter.cli.lint_output import written

    return Answer(
        Format.JSON if output is LintFormat.JSON else Format.TEXT,
        lambda: json_output.lint(report),
        lambda screen: draw_lint(screen, report),
        report.exit_code,
        text=None
        if output in (LintFormat.TEXT, LintFormat.JSON)
        else lambda: written(report, output),
    )


def _split(words: Sequence[str] | None) -> tuple[str, ...]:
    """Words that were given one by one, or with commas between them."""
    return tuple(word.strip() for one in words or () for word in one.split(",") if word.strip())


def _explained(words: Sequence[str], output: LintFormat) -> Answer:
    from targeter.cli import json_output
    from targeter.cli.drawing.codes import draw_codes
    from targeter.lint.report import known_codes

    if output not in (LintFormat.TEXT, LintFormat.JSON):
        raise WrongUsage(f"--explain speaks text and json, not {output}")
    codes = known_codes(words)
    return Answer(
        Format(output.value),
        lambda: json_output.explained(codes),
        lambda screen: draw_codes(screen, codes),
    )
