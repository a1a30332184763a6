"""`targeter explain`: one person's whole way, every rule and condition and the value it saw."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from targeter.cli.answer import Answer, Format
from targeter.cli.completing import people, rule_names
from targeter.cli.options import AsOf, DataRoots, Memory, OutputFormat, ProjectFolder, options_of
from targeter.errors import WrongUsage
from targeter.findings import did_you_mean

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
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule",
            metavar="NAME",
            help="Show how it ended, and this rule only.",
            autocompletion=rule_names,
        ),
    ] = None,
) -> Answer:
    """Show why one person gets what they get, or nothing.

    Every handoff, purpose, requirement, suppression and rule, each condition as TRUE, FALSE or
    NULL, and the values it saw.
    """
    from targeter import pipeline
    from targeter.cli import json_output
    from targeter.cli.drawing.explanation import draw_explanation
    from targeter.cli.drawing.progress import progress_on_screen

    options = options_of(project, as_of, data_root, memory)
    with progress_on_screen() as told:
        explanation = pipeline.explain_person(options, person, told)
    if rule is not None:
        explanation = _only(explanation, rule)
    return Answer(
        output,
        lambda: json_output.explanation(explanation),
        lambda screen: draw_explanation(screen, explanation),
    )


def _only(explanation: Explanation, name: str) -> Explanation:
    """How it ended and one rule; `WrongUsage` when no running rule is called so."""
    names = [rule.name for rule in explanation.rules]
    if name not in names:
        help_ = did_you_mean(name, names) or "targeter plan lists the rules that run"
        raise WrongUsage(f"no rule called {name!r} runs on {explanation.as_of}", help=help_)
    rules = tuple(rule for rule in explanation.rules if rule.name == name)
    return replace(explanation, verdicts=(), rules=rules)
