"""Every answer as JSON: `format_version: 1`, dates as ISO, ASCII only, valid also on failure."""

from targeter.cli.json_output.access import access
from targeter.cli.json_output.batches import rendered, saved
from targeter.cli.json_output.comparison import comparison
from targeter.cli.json_output.documents import FORMAT_VERSION, Json, dumps
from targeter.cli.json_output.explanation import explanation
from targeter.cli.json_output.files import schemas, started
from targeter.cli.json_output.findings import failure
from targeter.cli.json_output.history import history, tidied, told
from targeter.cli.json_output.leaving import forgotten, opt_outs
from targeter.cli.json_output.lint import explained, lint, lint_lines
from targeter.cli.json_output.plan import plan
from targeter.cli.json_output.preview import preview
from targeter.cli.json_output.report import report
from targeter.cli.json_output.sources import declared, sources
from targeter.cli.json_output.tests import tested
from targeter.cli.json_output.why_not import why_not

__all__ = [
    "FORMAT_VERSION",
    "Json",
    "access",
    "comparison",
    "declared",
    "dumps",
    "explained",
    "explanation",
    "failure",
    "forgotten",
    "history",
    "lint",
    "lint_lines",
    "opt_outs",
    "plan",
    "preview",
    "rendered",
    "report",
    "saved",
    "schemas",
    "sources",
    "started",
    "tested",
    "tidied",
    "told",
    "why_not",
]
