"""One person's text: values made inert, Jinja, footer and link, measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Template as JinjaTemplate
from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from targeter.binding import Bound
from targeter.channels import Channel, escape, fits, objections
from targeter.inert import admitted
from targeter.templates import Template, environment

# Why a text can't be sent, in words that a plan shows.
MISSING, TOO_LONG = "a value is missing", "too long for its channel"
EMPTY = "the text is empty"

# A comparison with a value that is missing, or of another kind: the text lacks a value.
UNWRITABLE = (TemplateError, TypeError)


@dataclass(frozen=True, slots=True)
class Message:
    """A finished text with its length and limit in the channel's unit; `why` it can't be sent."""

    text: str
    length: int
    limit: int
    why: str | None = None


class Writer:
    """Writes one template on one channel: what renders one message renders a million.

    `columns` are the profile's columns that it reads, in the order of `write`'s values;
    `endings` follow the body: link and footer, each with the white space before it.
    """

    def __init__(
        self, template: Template, channel: Channel, bound: Bound, link: str | None
    ) -> None:
        settings = bound.project.settings
        declared = settings.channel(channel.name)
        footer = declared.footer if declared else None
        link = link if channel.link_place == "text" else None
        self.template, self.channel = template, channel
        self.environment = _environment(template, bound)
        self.facts: dict[str, object] = dict(settings.facts)
        self.endings = (f" {link}" if link else "") + (f"\n{footer}" if footer else "")
        self.columns = tuple(n for n in template.names if n not in self.facts)
        self.required = frozenset(n for n in self.columns if n in template.required)
        self.roles, self.hosts = dict(template.roles), settings.link_hosts
        self._compiled = _compiled(self.environment, template.body)

    def write(self, values: Sequence[object]) -> Message:
        """The message for one person's values, in the order of `columns`."""
        inert = self.inert(self.columns, values)
        if inert is None:
            return Message("", 0, self.channel.limit, MISSING)
        try:
            body = self._compiled.render({**self.facts, **inert})
        except UNWRITABLE:
            return Message("", 0, self.channel.limit, MISSING)
        return self._finished(body)

    def inert(
        self, columns: Sequence[str], values: Sequence[object]
    ) -> Mapping[str, object] | None:
        """Some columns' values as Jinja sees them; None where a required one is missing."""
        found: dict[str, object] = {}
        for name, value in zip(columns, values, strict=True):
            shown = admitted(value, self.channel, self.roles.get(name, "text"), self.hosts)
            if shown is None and name in self.required:
                return None
            found[name] = shown
        return found

    def _finished(self, body: str) -> Message:
        """The whole text, measured plain and escaped last, as the channel counts and takes it."""
        if not body.strip():
            # a link and a footer alone are no message
            return Message("", 0, self.channel.limit, EMPTY)
        whole = body + self.endings
        fit = fits(whole, self.channel)
        why = None if fit.ok else TOO_LONG
        if why is None:
            why = next(iter(objections(whole, self.channel)), None)
        return Message(escape(whole, self.channel), fit.length, fit.limit, why)


@lru_cache(maxsize=1_000)
def _compiled(environment: ImmutableSandboxedEnvironment, body: str) -> JinjaTemplate:
    """A body, once for all who write it: a language has one environment."""
    return environment.from_string(body)


def _environment(template: Template, bound: Bound) -> ImmutableSandboxedEnvironment:
    """The filters of the template's language, or of the language of everybody without one."""
    return environment(bound.project.settings.language_of(template.language))


def limit_of(text: str, channel: Channel) -> int:
    """The limit a finished text is measured against: a text message's depends on its letters."""
    return fits(text, channel).limit
