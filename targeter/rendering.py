"""The text each person would get: values made inert, Jinja, footer and link, measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jinja2 import TemplateError

from targeter.binding import Bound
from targeter.channels import Channel, escape, fits, objections
from targeter.database import Engine, identifier, literal
from targeter.decisions import Choice
from targeter.inert import neutralise
from targeter.profiles import PROFILES
from targeter.templates import ENVIRONMENT, Template, filled

__all__ = ["Message", "Writer", "neutralise", "render_choices"]

# Why a text can't be sent, in words that a plan shows.
MISSING, TOO_LONG = "a value is missing", "too long for its channel"


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
        inert = {name: self._inert(value) for name, value in zip(self.columns, values, strict=True)}
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
        whole = f"{body} {self._link}" if self._link else body
        whole = "\n".join([whole, *self._ends])
        fit = fits(whole, self._channel)
        why = None if fit.ok else TOO_LONG
        if why is None:
            why = next(iter(objections(whole, self._channel)), None)
        return Message(escape(whole, self._channel), fit.length, fit.limit, why)

    def _inert(self, value: object) -> object:
        if isinstance(value, str):
            return neutralise(value, self._channel)
        return plain(value, self._channel)


def plain(value: object, channel: Channel) -> object:
    """A value that is no text as a template sees it: numbers without empty decimals, ISO dates."""
    if isinstance(value, bool) or value is None or isinstance(value, int):
        return value
    if isinstance(value, float | Decimal):
        if value != value or value in (float("inf"), float("-inf")):
            return None
        if value == int(value):
            return int(value)
        return Decimal(str(value)).normalize() if isinstance(value, Decimal) else value
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list):
        parts = [neutralise(str(part), channel) for part in value if part is not None]
        return ", ".join(part for part in parts if part) or None
    return neutralise(str(value), channel)


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
    columns = {f"v{n}": _type(bound, name) for n, name in enumerate(writer.columns)}
    shown = ", ".join(f"p.{identifier(name)} AS v{n}" for n, name in enumerate(writer.columns))
    key = f"p.{identifier(bound.key)}"
    people = (
        f"FROM {waiting} AS w JOIN {PROFILES} AS p ON {key} = w.person "
        f"WHERE w.choice = {choice.number}"
    )
    if not columns:
        message = writer.write(())
        engine.run(
            f"INSERT INTO {drafts} SELECT person, choice, {literal(message.text)}, "
            f"{message.length}, {literal(message.why)} FROM {waiting} "
            f"WHERE choice = {choice.number}"
        )
        return
    inputs = engine.chunks(f"SELECT DISTINCT {shown} {people}")
    rows = (_row(writer, values) for chunk in inputs for values in chunk)
    texts = {**columns, "text": "VARCHAR", "length": "INTEGER", "why": "VARCHAR"}
    engine.load("texts", texts, rows)
    same = " AND ".join(
        f"t.v{n} IS NOT DISTINCT FROM p.{identifier(name)}" for n, name in enumerate(writer.columns)
    )
    engine.run(
        f"INSERT INTO {drafts} SELECT w.person, w.choice, t.text, t.length, t.why "
        f"FROM {waiting} AS w JOIN {PROFILES} AS p ON {key} = w.person "
        f"JOIN texts AS t ON {same} WHERE w.choice = {choice.number}"
    )


def _row(writer: Writer, values: Sequence[object]) -> tuple[object, ...]:
    message = writer.write(values)
    return (*values, message.text, message.length, message.why)


def _type(bound: Bound, name: str) -> str:
    column = bound.profile.get(name)
    assert column is not None
    return column.type
