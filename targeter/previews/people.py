"""For whom a template is shown: the people that were named, or telling ones of all who could."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from targeter import blocking
from targeter.binding import Bound
from targeter.channels import Channel
from targeter.database import Engine, identifier, literal
from targeter.decisions import Choice, Decisions, language_of
from targeter.profiles import PROFILES, nobody_called, number_of
from targeter.project import Project
from targeter.rendering import DRAFT_COLUMNS, Listed, render_choices
from targeter.rules import Rule
from targeter.signature import ALWAYS, Both, Builder, Either, Without, spelled
from targeter.templates import Template
from targeter.yaml_source import Scalar

WAITING, DRAFTS, BLOCKED = "preview_waiting", "preview_drafts", "preview_blocked"

_STOPPING = ("handed_over", "suppressed")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A person and why they are shown: `shortest`, `longest`, `another`, or None: asked for."""

    person: str
    why: str | None = None


def named(engine: Engine, bound: Bound, people: Sequence[str]) -> tuple[Chosen, ...]:
    """The people that were named. Raises `WrongUsage` for one who isn't in the data."""
    key = identifier(bound.key)
    for person in people:
        if not engine.rows(f"SELECT 1 FROM {PROFILES} WHERE {key} = ?", [person]):
            raise nobody_called(engine, bound, person)
    return tuple(Chosen(person) for person in dict.fromkeys(people))


def choose(
    engine: Engine, bound: Bound, decisions: Decisions, choice: Choice, notes: list[str]
) -> tuple[Chosen, ...]:
    """The shortest message, the longest and another, of those who could get it.

    Where nobody could, of all for whom it can be written; where there is none, somebody for whom
    it can't. `notes` gets a sentence for each step down.
    """
    if choice in decisions.choices:
        found = _written(engine, bound, choice, _meets(decisions, choice))
        if found:
            return found
        notes.append(f"{choice.template.id}: by its rule and the data nobody could get it now")
    found = _written(engine, bound, choice, "true")
    if found:
        return found
    notes.append(f"{choice.template.id}: it can be sent to nobody")
    rows = engine.rows(f"SELECT person FROM {DRAFTS} ORDER BY md5(person), person LIMIT 1")
    return tuple(Chosen(str(row[0]), "another") for row in rows)


def _written(engine: Engine, bound: Bound, choice: Choice, condition: str) -> tuple[Chosen, ...]:
    """Telling people of those who meet a condition on their profile `p`."""
    engine.run(
        f"CREATE OR REPLACE TABLE {WAITING} AS SELECT {number_of(bound)}::INTEGER AS number, "
        f"p.{identifier(bound.key)} AS person, {choice.number}::INTEGER AS choice "
        f"FROM {PROFILES} AS p WHERE {condition}"
    )
    engine.run(f"CREATE OR REPLACE TABLE {DRAFTS} ({DRAFT_COLUMNS})")
    render_choices(engine, bound, [choice], Listed(bound, WAITING), DRAFTS)
    words = bound.project.settings.blocked_words
    blocking.find_blocked(engine, words, f"SELECT text FROM {DRAFTS}", BLOCKED)
    may_go = f"why IS NULL AND text NOT IN (SELECT text FROM {BLOCKED})"
    found: dict[str, Chosen] = {}
    for why, order in (
        ("shortest", "length, md5(person)"),
        ("longest", "length DESC, md5(person)"),
        ("another", "md5(person)"),
    ):
        shown = ", ".join(literal(text) for text in found) or "''"
        rows = engine.rows(
            f"SELECT person, text FROM {DRAFTS} WHERE {may_go} AND text NOT IN ({shown}) "
            f"ORDER BY {order}, person LIMIT 1"
        )
        for person, text in rows:
            found[text] = Chosen(str(person), why)
    if len(found) == 1:  # neither short nor long
        return tuple(Chosen(one.person, "another") for one in found.values())
    return tuple(found.values())


# -- who could get it ------------------------------------------------------------------------


def could_get(
    engine: Engine, bound: Bound, decisions: Decisions, choice: Choice, person: str
) -> bool:
    """Whether somebody meets all that a choice asks, but for what was sent before.

    Nothing is asked where its rule doesn't run.
    """
    if choice not in decisions.choices:
        return True
    of_them = f"FROM {PROFILES} AS p WHERE p.{identifier(bound.key)} = $1"
    condition = _meets(decisions, choice)
    return bool(engine.value(f"SELECT count(*) {of_them} AND {condition}", [person]))


def _meets(decisions: Decisions, choice: Choice) -> str:
    """SQL on a profile `p`: nothing but what was sent before could keep the message away."""
    stops = [gate.formula for gate in decisions.gates if gate.outcome in _STOPPING]
    holds = decisions.rule_formulas[choice.rule_number]
    meets = Both((holds, choice.writable, choice.reachable, Without(Either(tuple(stops)))))
    # nobody asks the contacts, so they say nothing
    leaves = decisions.signature.leaves
    return spelled(meets, ["false" if leaf.startswith("h.") else leaf for leaf in leaves])


# -- in which language -----------------------------------------------------------------------


def variant_for(
    engine: Engine, bound: Bound, variants: Sequence[Template], person: str
) -> Template | None:
    """The language of a template that somebody gets, by the law that decides for everybody."""
    if bound.project.settings.language is None or len(variants) == 1:
        return variants[0]
    builder = Builder(bound.parser, bound.expressions, {})
    reads = [language_of(bound, builder, template) for template in variants]
    leaves = builder.signature().leaves
    shown = ", ".join(spelled(formula, leaves) for formula in reads)
    row = engine.row(
        f"SELECT {shown} FROM {PROFILES} AS p WHERE p.{identifier(bound.key)} = $1", [person]
    )
    return next((one for one, is_read in zip(variants, row, strict=True) if is_read), None)


# -- by which rule ---------------------------------------------------------------------------


def choice_for(
    bound: Bound, decisions: Decisions, template: Template, channel: Channel, rule: str | None
) -> Choice:
    """The choice of a template: by the rule that is named, else by the first that uses it.

    A template that no running rule uses gets a choice of its own, with its link as written where
    no rule uses it at all.
    """
    for choice in decisions.choices:
        if choice.template is template and rule in (None, choice.rule.name):
            return choice
    by = [one for one in rules_of(bound.project, template.name) if rule in (None, one.name)]
    using = by[0] if by else _no_rule(template)
    return Choice(0, using, 0, template, channel, ALWAYS, ALWAYS, ALWAYS)


def rules_of(project: Project, template: str) -> tuple[Rule, ...]:
    """The rules that use a template, the best first."""
    used = (r for r in project.rules if any(name.text == template for name in r.templates))
    return tuple(used)


def _no_rule(template: Template) -> Rule:
    """Stands where a rule would, so that the link's placeholders stay as they are."""
    always = Scalar("true", "", template.file, 0, 0)
    return Rule(
        "{rule}", template.place, "", 0, always, (), (), enabled=True, campaign="{campaign}"
    )
