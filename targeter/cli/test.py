"""`targeter test`: example people, and what each of them must get."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from targeter.cli.answer import Answer, Format
from targeter.cli.options import OutputFormat, ProjectFolder, options_of
from targeter.errors import RulesAreWrong, TargeterError, WrongUsage

if TYPE_CHECKING:
    from targeter.options import Options
    from targeter.tester import Report, Request, Rewrite


def _percent(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 100:
        return int(text)
    raise typer.BadParameter(f"a whole number from 0 to 100, not {text!r}")


def test(
    project: ProjectFolder = None,
    output: OutputFormat = Format.TEXT,
    run: Annotated[
        str | None,
        typer.Option(
            "--run", metavar="REGEX", help="Only tests with this in their name: case 2, ^iPhone."
        ),
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option("--junit", metavar="FILE", help="Write the results as JUnit XML, too."),
    ] = None,
    coverage: Annotated[
        bool,
        typer.Option(
            "--coverage", help="Show which rules never won, and which conditions never changed."
        ),
    ] = False,
    fail_under: Annotated[
        int | None,
        typer.Option(
            "--coverage-fail-under",
            metavar="N",
            parser=_percent,
            help="Fail when fewer than N % of the rules won at least once. Nothing is rounded.",
        ),
    ] = None,
    update: Annotated[
        bool,
        typer.Option(
            "--update",
            help="Show which expected texts differ, ask, and write them into their files.",
        ),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="With --update: write without asking.")
    ] = False,
) -> Answer:
    """Run the tests of the rules, rules/tests/*.yaml. No source is opened.

    A test is an example person and what they must get, or must not. What it doesn't say of
    somebody is missing. Nobody is held out, and one person is audience enough: what depends on
    other people is for `targeter plan` to show.
    """
    from targeter.tester import Request

    options = options_of(project, None)
    request = Request(_pattern(run), coverage or fail_under is not None)
    report = _tested(options, request, junit)
    if update:
        report = _updated(options, request, report, yes)
    if junit is not None:
        _write(junit, _xml(report))
    return _answer(output, report, fail_under)


def _pattern(text: str | None) -> re.Pattern[str] | None:
    try:
        return None if text is None else re.compile(text)
    except (re.error, RecursionError) as error:
        raise WrongUsage(f"--run: {text!r} is no regular expression: {error}") from None


def _tested(options: Options, request: Request, junit: Path | None) -> Report:
    """The report; where nothing can run, the file for CI says so."""
    from targeter import pipeline
    from targeter.tester import junit_of_findings

    try:
        return pipeline.run_tests(options, request)
    except RulesAreWrong as error:
        if junit is not None:
            _write(junit, junit_of_findings(error.findings))
        raise


def _xml(report: Report) -> str:
    from targeter.tester import junit

    return junit(report)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise TargeterError(f"{path} can't be written: {reason}") from error


def _answer(output: Format, report: Report, fail_under: int | None) -> Answer:
    from targeter.cli import json_output
    from targeter.cli.drawing.tests import draw_report

    too_little = fail_under is not None and not (
        report.coverage and report.coverage.reaches(fail_under)
    )
    return Answer(
        output,
        lambda: json_output.tested(report, fail_under),
        lambda screen: draw_report(screen, report, fail_under),
        RulesAreWrong.exit_code if report.failures or too_little else 0,
    )


# -- new texts -------------------------------------------------------------------------------


def _updated(options: Options, request: Request, report: Report, yes: bool) -> Report:
    """Show what would be written, write what is wanted, and run the tests again."""
    from targeter import pipeline
    from targeter.tester import rewrites, write

    found = rewrites(report)
    if not found:
        return report
    _show(found)
    if not yes and not _agreed(len(found)):
        return report
    write(options.root, found)
    return replace(pipeline.run_tests(options, request), updated=len(found))


def _show(found: tuple[Rewrite, ...]) -> None:
    from targeter.cli.drawing.screen import Screen
    from targeter.cli.drawing.tests import draw_rewrites

    draw_rewrites(Screen(sys.stderr), found)
    sys.stderr.flush()


def _agreed(count: int) -> bool:
    if not sys.stdin.isatty():
        raise WrongUsage(
            "nobody is here to say yes, so nothing was written",
            help="targeter test --update --yes writes without asking",
        )
    texts = "this text" if count == 1 else f"these {count} texts"
    return typer.confirm(f"Write {texts} into the tests?", err=True)
