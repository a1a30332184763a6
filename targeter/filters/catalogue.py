"""Every filter by name: what it does, what may stand in its brackets, and an example."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from targeter.filters import formats, words

Written = Callable[..., Any]
"""A filter in one language: a value and the constants behind it, to a value or None."""


@dataclass(frozen=True, slots=True)
class Example:
    """`{{ … }}` written for a value, in a language."""

    body: str
    value: object
    text: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: the function behind it, and what may stand in its brackets, in words and as a
    test of the values. `by_locale`: it needs the formats of a language."""

    change: Written
    examples: tuple[Example, ...]
    takes: str = "no values"
    accepts: Callable[[Sequence[object]], bool] = lambda given: not given
    by_locale: bool = False

    @property
    def doc(self) -> str:
        """What it does, on one line."""
        return " ".join((self.change.__doc__ or "").split())


def _one_text(given: Sequence[object]) -> bool:
    return len(given) == 1 and isinstance(given[0], str | int | float)


def _perhaps_one_of(*choices: object) -> Callable[[Sequence[object]], bool]:
    def accepts(given: Sequence[object]) -> bool:
        known = [choice for choice in choices if type(choice) is type(given[0])] if given else []
        return not given or (len(given) == 1 and given[0] in known)

    return accepts


_STYLES: Final = (*formats.DAY_STYLES, "day")

FILTERS: Final[Mapping[str, Filter]] = {
    "default": Filter(
        words.default,
        (Example("{{ name|default('you') }}", None, "you"),),
        "one value",
        _one_text,
    ),
    "upper": Filter(
        words.upper,
        (
            Example("{{ name|upper }}", "straße", "STRASSE"),
            Example("{{ name|upper }}", "izmir", "İZMİR", "tr"),
        ),
    ),
    "lower": Filter(words.lower, (Example("{{ name|lower }}", "ANNA", "anna"),)),
    "capitalize": Filter(
        words.capitalize, (Example("{{ name|capitalize }}", "sofa and chairs", "Sofa and chairs"),)
    ),
    "title": Filter(
        words.title,
        (
            Example("{{ name|title }}", "ANNA O'NEIL", "Anna O'Neil"),
            Example("{{ name|title }}", "jean-luc", "Jean-Luc"),
            Example("{{ name|title }}", "McDonald", "McDonald"),
        ),
    ),
    "trim": Filter(words.trim, (Example("{{ name|trim }}", "  anna ", "anna"),)),
    "date": Filter(
        formats.date,
        (
            Example("{{ day|date }}", "2026-11-21", "21 November 2026", "en-GB"),
            Example("{{ day|date }}", "2026-11-21", "21. November 2026", "de"),
            Example("{{ day|date('day') }}", "2026-11-21", "November 21"),
            Example("{{ day|date('weekday') }}", "2026-11-21", "samedi", "fr"),
        ),
        f"nothing or one of {', '.join(map(repr, _STYLES))}",
        _perhaps_one_of(*_STYLES),
        by_locale=True,
    ),
    "number": Filter(
        formats.number,
        (
            Example("{{ days|number }}", 12345, "12,345"),
            Example("{{ price|number(2) }}", 1234.5, "1.234,50", "de"),
        ),
        f"nothing or how many decimals, 0 to {formats.MOST_DECIMALS}",
        _perhaps_one_of(*range(formats.MOST_DECIMALS + 1)),
        by_locale=True,
    ),
    "listing": Filter(
        formats.listing,
        (
            Example("{{ likes|listing }}", ["tea", "jam", "rye"], "tea, jam, and rye"),
            Example("{{ likes|listing('or') }}", ["Tee", "Saft"], "Tee oder Saft", "de"),
        ),
        "nothing, 'and' or 'or'",
        _perhaps_one_of("and", "or"),
        by_locale=True,
    ),
}
"""Every filter that a template may use, by its name."""


@cache
def filters_of(language: str) -> Mapping[str, Written]:
    """The filters in a language (`en`, `de-AT`), each a pure function of a value and constants."""
    return {name: _in_language(one, language) for name, one in FILTERS.items()}


def _in_language(one: Filter, language: str) -> Written:
    change = one.change
    if change is words.default:
        return lambda value, *given: change(value, language, *given)
    return lambda value, *given: None if value is None else change(value, language, *given)
