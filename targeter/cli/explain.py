"""`targeter explain`: one person's whole way, every rule and condition and the value it saw."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from targeter.cli.answer import Answer, Format
from targeter.cli.completing import people, rule_names
from targeter.cli.options import (
    AsOf,
    DataRoots,
    History,
    Memory,
    NoCache,
    OutputFormat,
    ProjectFolder,
    Threads,
    options_of,
)

if TYPE_CHECKING:
    from targeter.explain import Explanation


def explain(
    person: Annotated[
        str,
        typer.Argument(metavar="PERSON", help="The person's key.", autocompletion=people),
    ],
    project: ProjectFolder = None,
    output: OutputFormat = Format.TEXT,
    as_of: AsOf = None,
    data_root: DataRoots = None,
    memory: Memory = "4GB",
    threads: Threads = None,
    no_cache: NoCache = False,
    history: History = None,
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule",
            metavar="NAME",
            help="Show this rule only, and what would have to change for it to win.",
            autocompletion=rule_names,
        ),
    ] = None,
) -> Answer:
    """Show why one person gets what they get, or nothing.

    Their way from the first check to the message, then every handoff, purpose, requirement,
    suppression and rule: each condition as TRUE, FALSE or NULL, and the values it saw.
    """
    from targeter import pipeline
    from targeter.cli import json_output
    from targeter.cli.drawing.explanation import draw_explanation
    from targeter.cli.drawing.progress import progress_on_screen

    options = options_of(
        project, as_of, data_root, memory, history, cache=not no_cache, threads=threads
    )
    with progress_on_screen() as told:
        explanation = pipeline.explain_person(options, person, told, rule)
    if rule is not None:
        explanation = _only(explanation, rule)
    return Answer(
        output,
        lambda: json_output.explanation(explanation),
        lambda screen: draw_explanation(screen, explanation),
    )


def _only(explanation: Explanation, name: str) -> Explanation:
    """How it ended, one rule, and what it would take."""
    rules = tuple(rule for rule in explanation.rules if rule.name == name)
    return replace(explanation, verdicts=(), path=(), rules=rules)
