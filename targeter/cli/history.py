"""`targeter history`: what was rendered, whether it is whole, and what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from targeter.cli import completing
from targeter.cli.answer import Answer, Format
from targeter.cli.options import AsOf, History, OutputFormat, ProjectFolder, options_of
from targeter.errors import BadData, WrongUsage

if TYPE_CHECKING:
    from targeter.history import History as Listed
    from targeter.history import Tidied, Told


def history(
    context: typer.Context,
    project: ProjectFolder = None,
    output: OutputFormat = Format.TEXT,
    history: History = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Check every byte of every file; ends with 3 where one was altered."
        ),
    ] = False,
    sent: Annotated[
        Path | None,
        typer.Option(
            "--sent",
            metavar="FILE",
            dir_okay=False,
            help="Messages that the sender sent: CSV or JSON Lines with message_id, or with "
            "plan_id and person_id.",
        ),
    ] = None,
    failed: Annotated[
        Path | None,
        typer.Option(
            "--failed",
            metavar="FILE",
            dir_okay=False,
            help="Messages that failed, in such a file: they don't count as contacts.",
        ),
    ] = None,
    tidy: Annotated[
        bool,
        typer.Option(
            "--tidy",
            help="Drop the batches that are older than history: {keep: ...} says, and blank texts "
            "that are older than texts: ...",
        ),
    ] = False,
    as_of: AsOf = None,
    give_up: Annotated[
        str | None,
        typer.Option(
            "--give-up",
            metavar="PLAN_ID",
            help="Say that a batch is gone for good: nobody was contacted by it.",
        ),
    ] = None,
) -> Answer | None:
    """List what was rendered, check it, or record what the sender reports back.

    The folder of batches is the contact history. A batch that was lost or altered stops plan and
    render, and is named here.
    """
    from targeter import remembering

    if context.invoked_subcommand is not None:
        _before(context)
        return None
    _one_thing(verify, sent is not None or failed is not None, tidy, give_up is not None)
    if as_of is not None and not tidy:
        raise WrongUsage("--as-of is the day of --tidy", help="leave it out, or add --tidy")
    options = options_of(project, as_of, history=history)
    if tidy:
        return _tidied(output, remembering.tidy(options))
    if sent or failed:
        return _told(output, remembering.record(options, sent, failed))
    if give_up is not None:
        remembering.give_up(options, give_up)
    return _listed(output, remembering.list_history(options, verify=verify))


def _before(context: typer.Context) -> None:
    """Refuse an option that stands before `forget`: it would be lost."""
    given = [name for name, value in context.params.items() if value not in (None, False)]
    given = [name for name in given if context.params[name] is not Format.TEXT]
    if given:
        message = f"--{given[0].replace('_', '-')} stands before {context.invoked_subcommand}"
        help_ = f"options come after it: targeter history {context.invoked_subcommand} --help"
        raise WrongUsage(message, help=help_)


def forget(
    people: Annotated[
        list[str],
        typer.Argument(
            metavar="PERSON", help="The keys of the people.", autocompletion=completing.people
        ),
    ],
    project: ProjectFolder = None,
    output: OutputFormat = Format.TEXT,
    as_of: AsOf = None,
    history: History = None,
) -> Answer:
    """Forget people: take them out of every batch, and suppress them.

    First a tombstone, a salted digest of the key, by which nothing goes to them again; then
    removals from every audience they were uploaded to, to be sent now; then each batch is rewritten
    without them. Whatever stops it, the same command does the rest.
    """
    from targeter import remembering
    from targeter.cli import json_output
    from targeter.cli.drawing.optouts import draw_forgotten

    done = remembering.forget(options_of(project, as_of, history=history), people)
    return Answer(
        output,
        lambda: json_output.forgotten(done),
        lambda screen: draw_forgotten(screen, done),
    )


def _one_thing(*wanted: bool) -> None:
    if sum(wanted) > 1:
        message = "--verify, reports of the sender, --tidy and --give-up are done one at a time"
        raise WrongUsage(message, help="targeter history --help shows what is possible")


def _told(output: Format, told: Told) -> Answer:
    from targeter.cli import json_output
    from targeter.cli.drawing.history import draw_told

    return Answer(output, lambda: json_output.told(told), lambda screen: draw_told(screen, told))


def _tidied(output: Format, done: Tidied) -> Answer:
    from targeter.cli import json_output
    from targeter.cli.drawing.history import draw_tidied

    return Answer(
        output, lambda: json_output.tidied(done), lambda screen: draw_tidied(screen, done)
    )


def _listed(output: Format, listed: Listed) -> Answer:
    from targeter.cli import json_output
    from targeter.cli.drawing.history import draw_history

    return Answer(
        output,
        lambda: json_output.history(listed),
        lambda screen: draw_history(screen, listed),
        exit_code=BadData.exit_code if listed.faults else 0,
    )
