"""The commands of `targeter`, by name; each lives in a module of its own."""

from __future__ import annotations

from typing import Annotated

import typer

import targeter
from targeter.cli.access import access
from targeter.cli.defaults import leave_defaults_alone
from targeter.cli.explain import explain
from targeter.cli.history import forget, history
from targeter.cli.init import init
from targeter.cli.lint import lint
from targeter.cli.optouts import optouts
from targeter.cli.plan import plan
from targeter.cli.preview import preview
from targeter.cli.render import render
from targeter.cli.report import report
from targeter.cli.schema import schema
from targeter.cli.sources import sources
from targeter.cli.test import test
from targeter.cli.why_not import why_not

EXIT_CODES = """Exit codes:

\b
    0  fine
    1  the rules are wrong, or --exit-code found a difference
    2  wrong usage
    3  could not do the job (a file, the database, a fault of targeter)
    4  a saved plan was refused
    5  nothing was there to check
  130  interrupted
"""

HELP = f"""Decide for every person which one message is worth sending, if any, and show why.

A project is a folder with rules/targeter.yaml; it is found from the working folder upward. Nothing
is ever sent: `plan` shows, `render` writes files.

{EXIT_CODES}"""

leave_defaults_alone()
app = typer.Typer(
    name="targeter",
    help=HELP,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"targeter {targeter.__version__}")
        raise typer.Exit


@app.callback()
def _targeter(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """What is said before a command."""


_COMMANDS = (
    plan,
    render,
    preview,
    lint,
    test,
    explain,
    why_not,
    report,
    history,
    optouts,
    access,
    sources,
    init,
    schema,
)
# The history has a command of its own besides being listed.
_history = typer.Typer(rich_markup_mode=None)
_history.callback(invoke_without_command=True, epilog=EXIT_CODES)(history)
_history.command(epilog=EXIT_CODES)(forget)
for _command in _COMMANDS:
    if _command is history:
        app.add_typer(_history, name="history")
    else:
        app.command(epilog=EXIT_CODES)(_command)
