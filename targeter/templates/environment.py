"""Jinja as templates use it: a sandbox without globals, loader or escaping, and our filters."""

from __future__ import annotations

from functools import cache, lru_cache

from jinja2 import StrictUndefined, TemplateRuntimeError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from targeter.filters import filters_of


class ValueIsMissing(TemplateRuntimeError):
    """Nothing is where a value would be written: a filter couldn't read it."""


def _finalize(value: object) -> object:
    """What is written; a hole in a text is never written silently."""
    if value is None:
        raise ValueIsMissing("a value is missing")
    return value


@cache
def environment(language: str) -> ImmutableSandboxedEnvironment:
    """What compiles the templates of one language (`en`, `de-AT`): its filters know it."""
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, finalize=_finalize
    )
    made.filters = dict(filters_of(language))
    made.tests = {"defined": lambda value: value is not None}
    made.globals.clear()
    return made


# Parsing is the same in every language.
ENVIRONMENT = environment("en")


@lru_cache(maxsize=1_000)
def parsed(body: str) -> nodes.Template:
    """The tree of a body, for looking at: it is shared by all who ask, and nobody changes it.

    Raises jinja2's `TemplateSyntaxError`.
    """
    return ENVIRONMENT.parse(body)
