"""What copy there was: how long, what did not fit, which values were missing, what is slow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from targeter.database import identifier
from targeter.decisions import DECIDED
from targeter.profiles import PROFILES, number_of
from targeter.rendering import SlowPart, limit_of, slow_parts
from targeter.reports.asking import people_of
from targeter.reports.endings import Endings
from targeter.reports.tallies import LONGEST, UNFIT
from targeter.runs import Run
from targeter.signature import BITS, Either, Formula, Signature, question


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template: its messages, the `longest` of them in its channel's unit, and its `limit`.

    For `too_long` people it was written and didn't fit; they took their next template, or none.
    """

    name: str
    channel: str
    messages: int
    longest: int | None
    limit: int | None
    too_long: int


@dataclass(frozen=True, slots=True)
class MissingValue:
    """A value of a template: of `held` people for whom a rule with it holds, `lacking` lack it.

    Who lacks a `required` one can't get the template.
    """

    template: str
    variable: str
    required: bool
    held: int
    lacking: int


def template_rows(run: Run, ended: Endings) -> tuple[TemplateRow, ...]:
    """Every template of a rule that runs, the one with the most messages first."""
    choices = run.decisions.choices
    rows = run.engine.rows(f"SELECT choice, length, text FROM {LONGEST}")
    longest = {choice: (length, text) for choice, length, text in rows}
    unfit: dict[int, int] = dict(run.engine.rows(f"SELECT choice, people FROM {UNFIT}"))
    by_name: dict[str, TemplateRow] = {}
    for choice in choices:
        name = choice.template.id
        messages = ended.of_choices([choice.number], "message")
        length, text = longest.get(choice.number, (None, None))
        limit = None if text is None else limit_of(text, choice.channel)
        row = TemplateRow(
            name, choice.channel.name, messages, length, limit, unfit.get(choice.number, 0)
        )
        known = by_name.get(name)
        by_name[name] = _together(known, row) if known else row
    return tuple(sorted(by_name.values(), key=lambda row: (-row.messages, row.name)))


def _together(one: TemplateRow, other: TemplateRow) -> TemplateRow:
    """The same template by two rules."""
    longer = other if (other.longest or 0) > (one.longest or 0) else one
    return TemplateRow(
        one.name,
        one.channel,
        one.messages + other.messages,
        longer.longest,
        longer.limit,
        one.too_long + other.too_long,
    )


def slow_templates(run: Run) -> tuple[SlowPart, ...]:
    """The parts of templates of rules that run which are outside the fast subset, and why."""
    templates = {choice.template.id: choice.template for choice in run.decisions.choices}
    return tuple(
        part
        for _, template in sorted(templates.items())
        for part in slow_parts(template, run.bound)
    )


def missing_values(run: Run) -> tuple[MissingValue, ...]:
    """What people lack for each template of a rule that runs; without what nobody lacks."""
    formulas = _held(run)
    asked = [
        (name, column.name, variable in required)
        for name, (_, variables, required) in formulas.items()
        for variable in variables
        if (column := run.bound.profile.get(variable)) is not None
    ]
    if not asked:
        return ()
    tests = _lacking(run, formulas, [column for _, column, _ in asked])
    held = people_of(run.engine, [tests[name, ""] for name in formulas], "lacking")
    by_name = dict(zip(formulas, held, strict=True))
    both = [f"({tests[name, '']} AND {tests['', column]})" for name, column, _ in asked]
    counts = people_of(run.engine, both, "lacking")
    found = [
        MissingValue(name, column, required, by_name[name], people)
        for (name, column, required), people in zip(asked, counts, strict=True)
        if people
    ]
    return tuple(sorted(found, key=lambda one: (-one.lacking, one.template, one.variable)))


_Held = dict[str, tuple[Formula, tuple[str, ...], frozenset[str]]]


def _held(run: Run) -> _Held:
    """For each template by name: whose rules hold, its variables, and those it can't do without."""
    rules: dict[str, dict[int, Formula]] = {}
    variables: dict[str, set[str]] = {}
    required: dict[str, set[str]] = {}
    for choice in run.decisions.choices:
        name = choice.template.name
        formula = run.decisions.rule_formulas[choice.rule_number]
        rules.setdefault(name, {})[choice.rule_number] = formula
        variables.setdefault(name, set()).update(choice.template.names)
        required.setdefault(name, set()).update(choice.template.required)
    return {
        name: (
            Either(tuple(formulas.values())),
            tuple(sorted(variables[name])),
            frozenset(required[name]),
        )
        for name, formulas in sorted(rules.items())
    }


def _lacking(run: Run, held: _Held, columns: list[str]) -> dict[tuple[str, str], str]:
    """Fill `lacking`: for how many people which templates' rules hold and which values lack.

    Returns SQL over it for each template (name, "") and each column ("", name).
    """
    names, lacked = list(held), sorted(set(columns))
    rules = Signature(tuple(question(held[name][0]) for name in names))
    nulls = Signature(tuple(f"p.{identifier(column)} IS NULL" for column in lacked))
    words = [*_named(rules, "h"), *_named(nulls, "n")]
    run.engine.run(
        f"CREATE OR REPLACE TABLE lacking AS SELECT {', '.join(words)}, count(*) AS people "
        f"FROM {DECIDED} AS d JOIN {PROFILES} AS p ON {number_of(run.bound)} = d.number "
        "GROUP BY ALL"
    )
    tests = {(name, ""): _bit("h", number) for number, name in enumerate(names)}
    return tests | {("", column): _bit("n", number) for number, column in enumerate(lacked)}


def _named(signature: Signature, letter: str) -> Iterator[str]:
    for number, word in enumerate(signature.words):
        yield f"{word} AS {letter}{number}"


def _bit(letter: str, number: int) -> str:
    return f"({letter}{number // BITS} & {1 << number % BITS}) <> 0"
