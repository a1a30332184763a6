"""One message for one person: its text and link, what it counts, and what became of each value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from targeter import blocking
from targeter.binding import Bound
from targeter.channels import Channel, entities
from targeter.database import Engine, identifier
from targeter.decisions import Choice
from targeter.filters import FILTERS, filters_of
from targeter.previews.people import Chosen
from targeter.profiles import PROFILES
from targeter.rendering import MISSING, Message, Writer

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Changed:
    """A value as it is in the data, and as it is written."""

    name: str
    was: object
    written: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A value without which the message can't be written: missing, or in no form to be written."""

    name: str
    was: object


@dataclass(frozen=True, slots=True)
class Card:
    """One message as its channel shows it.

    `chosen` says why this person is shown (`shortest`, `longest`, `another`; None: asked for), `by`
    the rule that filled in the link. `text` is what is sent, `shown` what a reader sees of it,
    both None where `why` says that nothing can be written. `beside` is the link that goes with the
    post without being in its text. `length` and `limit` are in `unit`, as the channel counts.
    """

    template: str
    language: str | None
    channel: str
    is_promoted: bool
    by: str | None
    person: str | None
    chosen: str | None
    text: str | None
    shown: str | None
    length: int
    limit: int
    unit: str
    links: tuple[str, ...]
    mentions: tuple[str, ...]
    hashtags: tuple[str, ...]
    beside: str | None
    why: str | None
    absent: tuple[Absent, ...]
    changed: tuple[Changed, ...]


def card_of(engine: Engine, bound: Bound, choice: Choice, chosen: Chosen | None) -> Card:
    """The card of a choice for somebody; for nobody where the text is one for all."""
    template, channel, link = choice.template, choice.channel, choice.link
    writer = Writer(template, channel, bound, link)
    values = _values(engine, bound, writer.columns, chosen.person if chosen else None)
    message = writer.write(list(values.values()))
    why = message.why or _blocked(bound, message.text)
    is_written = message.why != MISSING and bool(message.text)
    shown = _as_read(message.text, channel) if is_written else None
    held = entities(shown or "")
    return Card(
        template=template.id,
        language=template.language,
        channel=channel.name,
        is_promoted=channel.delivery == "promoted",
        by=None if choice.rule.name.startswith("{") else choice.rule.name,
        person=chosen.person if chosen else None,
        chosen=chosen.why if chosen else None,
        text=message.text if is_written else None,
        shown=shown,
        length=message.length,
        limit=message.limit,
        unit=channel.unit,
        links=tuple(entity.text for entity in held if entity.kind == "link"),
        mentions=tuple(entity.text for entity in held if entity.kind == "mention"),
        hashtags=tuple(entity.text for entity in held if entity.kind in ("hashtag", "cashtag")),
        beside=link if channel.link_place == "card" else None,
        why=why,
        absent=_absent(writer, values, message, bound),
        changed=_changed(writer, values),
    )


def _values(
    engine: Engine, bound: Bound, columns: Sequence[str], person: str | None
) -> Mapping[str, object]:
    if person is None or not columns:
        return {}
    listed = ", ".join(identifier(name) for name in columns)
    where = f"{identifier(bound.key)} = ?"
    row = engine.row(f"SELECT {listed} FROM {PROFILES} WHERE {where}", [person])
    return dict(zip(columns, row, strict=True))


def _blocked(bound: Bound, text: str) -> str | None:
    word = blocking.blocked_word(bound.parser, bound.project.settings.blocked_words, text)
    return None if word is None else f"it holds {word!r}, which is on the block list"


def _as_read(text: str, channel: Channel) -> str:
    """The text without the signs that its channel takes away again."""
    return _ESCAPED.sub(r"\1", text) if channel.escaped else text


def _absent(
    writer: Writer, values: Mapping[str, object], message: Message, bound: Bound
) -> tuple[Absent, ...]:
    """The values that kept the message from being written."""
    if message.why != MISSING:
        return ()
    inert = _inert(writer, values)
    missing = [name for name in values if name in writer.required and inert[name] is None]
    if not missing:
        missing = _unread(writer, inert, bound)
    return tuple(Absent(name, values[name]) for name in missing)


def _unread(writer: Writer, inert: Mapping[str, object], bound: Bound) -> list[str]:
    """The values that a filter can't read."""
    language = bound.project.settings.language_of(writer.template.language)
    known = filters_of(language)
    unread: dict[str, None] = {}
    for hole in writer.template.holes(dict(bound.project.settings.facts), language):
        for name in hole.filters:
            if FILTERS[name].by_locale and known[name](inert[hole.name]) is None:
                unread[hole.name] = None
    return list(unread)


def _changed(writer: Writer, values: Mapping[str, object]) -> tuple[Changed, ...]:
    """The values that are written otherwise than they are: made inert, or in a role's form."""
    inert = _inert(writer, values)
    return tuple(
        Changed(name, value, str(inert[name]))
        for name, value in values.items()
        if inert[name] is not None and _plain(value) not in (None, str(inert[name]))
    )


def _plain(value: object) -> str | None:
    """A text as it is; a list as it is joined. Numbers and days can't do anything."""
    if isinstance(value, list):
        return ", ".join(str(part) for part in value if part is not None)
    return value if isinstance(value, str) else None


def _inert(writer: Writer, values: Mapping[str, object]) -> dict[str, object]:
    inert: dict[str, object] = {}
    for name, value in values.items():
        one = writer.inert([name], [value])
        inert[name] = None if one is None else one[name]
    return inert
