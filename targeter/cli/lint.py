"""`targeter lint`: everything that can be said of the files without opening a source."""

from __future__ import annotations

from targeter.cli.answer import Answer, Format
from targeter.cli.options import AsOf, OutputFormat, ProjectFolder, options_of
from targeter.errors import NothingToCheck, RulesAreWrong
from targeter.findings import errors_in


def lint(
    project: ProjectFolder = None,
    output: OutputFormat = Format.TEXT,
    as_of: AsOf = None,
) -> Answer:
    """Check settings, rules and templates, for an editor or for CI. No source is opened.

    Errors fail (1); warnings are shown and don't.
    """
    from targeter import pipeline
    from targeter.cli import json_output
    from targeter.cli.drawing.findings import draw_lint

    findings = pipeline.lint(options_of(project, as_of))
    exit_code = RulesAreWrong.exit_code if errors_in(findings) else 0
    if exit_code == 0 and any(f.code == "TG401" for f in findings):
        exit_code = NothingToCheck.exit_code
    return Answer(
        output,
        lambda: json_output.lint(findings),
        lambda screen: draw_lint(screen, findings),
        exit_code,
    )
