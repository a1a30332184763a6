"""The text each person would get: values made inert, Jinja, footer and link, measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jinja2 import TemplateError

from targeter.binding import Bound
from targeter.channels import Channel, escape, fits, objections
from targeter.database import Engine, identifier, literal
from targeter.decisions import Choice
from targeter.inert import admitted, neutralise
from targeter.profiles import PROFILES
from targeter.templates import ENVIRONMENT, Template, filled

__all__ = ["Message", "Writer", "neutralise", "render_choices"]

# Why a text can't be sent, in words that a plan shows.
MISSING, TOO_LONG = "a value is missing", "too long for its channel"
EMPTY = "the text is empty"

_TEXTS = {"input": "BIGINT", "text": "VARCHAR", "length": "INTEGER", "why": "VARCHAR"}


@dataclass(frozen=True, slots=True)
class Message:
    """A finished text with its length and limit in the channel's unit; `why` it can't be sent."""

    text: str
    length: int
    limit: int
    why: str | None = None


class Writer:
    """Writes one template on one channel: what renders one message renders a million."""

    def __init__(
        self, template: Template, channel: Channel, bound: Bound, link: str | None
    ) -> None:
        settings = bound.project.settings
        declared = settings.channel(channel.name)
        self._channel = channel
        self._facts: dict[str, object] = dict(settings.facts)
        self._ends = [end for end in (declared.footer if declared else None,) if end]
        self._link = link if channel.link_place == "text" else None
        self._compiled = ENVIRONMENT.from_string(template.body)
        self.columns = tuple(n for n in template.names if n not in self._facts)
        self._required = [n for n in self.columns if n in template.required]

    def write(self, values: Sequence[object]) -> Message:
        """The message for one person's values, in the order of `columns`."""
        named = zip(self.columns, values, strict=True)
        inert = {name: admitted(value, self._channel) for name, value in named}
        if any(inert[name] is None for name in self._required):
            return Message("", 0, self._channel.limit, MISSING)
        try:
            body = self._compiled.render({**self._facts, **inert})
        except (TemplateError, TypeError):
            # a comparison with a value that is missing, or of another kind
            return Message("", 0, self._channel.limit, MISSING)
        return self._finished(body)

    def _finished(self, body: str) -> Message:
        """The whole text, measured plain and escaped last, as the channel counts and takes it."""
        if not body.strip():
            # a link and a footer alone are no message
            return Message("", 0, self._channel.limit, EMPTY)
        whole = f"{body} {self._link}" if self._link else body
        whole = "\n".join([whole, *self._ends])
        fit = fits(whole, self._channel)
        why = None if fit.ok else TOO_LONG
        if why is None:
            why = next(iter(objections(whole, self._channel)), None)
        return Message(escape(whole, self._channel), fit.length, fit.limit, why)


def limit_of(text: str, channel: Channel) -> int:
    """The limit a finished text is measured against: a text message's depends on its letters."""
    return fits(text, channel).limit


# -- for everybody ---------------------------------------------------------------------------


def link_of(choice: Choice) -> str | None:
    """The link that goes with a choice's message, with its placeholders filled in."""
    if choice.template.link is None:
        return None
    values = {
        "campaign": choice.rule.campaign or "",
        "rule": choice.rule.name,
        "template": choice.template.id,
    }
    return filled(choice.template.link.text, values)


def render_choices(
    engine: Engine, bound: Bound, choices: Iterable[Choice], waiting: str, drafts: str
) -> None:
    """Write the texts of everybody in `waiting` (person, choice) into the table `drafts`.

    Each distinct input is rendered once. `drafts` gets person, choice, text, length and why.
    """
    engine.run(
        f"CREATE OR REPLACE TABLE {drafts} "
        "(person VARCHAR, choice INTEGER, text VARCHAR, length INTEGER, why VARCHAR)"
    )
    present = {row[0] for row in engine.rows(f"SELECT DISTINCT choice FROM {waiting}")}
    for choice in choices:
        if choice.number in present:
            _render(engine, bound, choice, waiting, drafts)


def _render(engine: Engine, bound: Bound, choice: Choice, waiting: str, drafts: str) -> None:
    writer = Writer(choice.template, choice.channel, bound, link_of(choice))
    if not writer.columns:
        message = writer.write(())
        engine.run(
            f"INSERT INTO {drafts} SELECT person, choice, {literal(message.text)}, "
            f"{message.length}, {literal(message.why)} FROM {waiting} "
            f"WHERE choice = {choice.number}"
        )
        return
    shown = [f"p.{identifier(name)}" for name in writer.columns]
    people = (
        f"FROM {waiting} AS w JOIN {PROFILES} AS p ON p.{identifier(bound.key)} = w.person "
        f"WHERE w.choice = {choice.number}"
    )
    listed = ", ".join(f"{column} AS v{n}" for n, column in enumerate(shown))
    engine.run(f"CREATE OR REPLACE TABLE inputs AS SELECT DISTINCT {listed} {people}")
    # people find their text by the number of its input: a value may not survive the way
    # through Python and back (a date without end doesn't), and nobody may be lost
    inputs = engine.chunks("SELECT rowid, * FROM inputs")
    engine.load("texts", _TEXTS, (_row(writer, *row) for chunk in inputs for row in chunk))
    same = " AND ".join(f"i.v{n} IS NOT DISTINCT FROM p.v{n}" for n in range(len(shown)))
    engine.run(
        f"INSERT INTO {drafts} SELECT p.person, p.choice, t.text, t.length, t.why "
        f"FROM (SELECT w.person, w.choice, {listed} {people}) AS p "
        f"JOIN inputs AS i ON {same} JOIN texts AS t ON t.input = i.rowid"
    )


def _row(writer: Writer, number: int, *values: object) -> tuple[object, ...]:
    message = writer.write(values)
    return number, message.text, message.length, message.why
