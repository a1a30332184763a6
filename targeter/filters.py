"""The filters a template may use: small, right in every script, and bounded in what they make."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any


def _of_what_is_there(change: Callable[[Any], str]) -> Callable[[Any], str | None]:
    """A filter that leaves what is missing missing, so that `default` behind it still sees that."""

    @wraps(change)
    def changed(value: Any) -> str | None:
        return None if value is None else change(value)

    return changed


def default(value: Any, otherwise: str = "") -> Any:
    """The value, or `otherwise` where it is missing or blank."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return otherwise
    return value


@_of_what_is_there
def upper(value: Any) -> str:
    """«ANNA»."""
    return str(value).upper()


@_of_what_is_there
def lower(value: Any) -> str:
    """«anna»."""
    return str(value).lower()


@_of_what_is_there
def capitalize(value: Any) -> str:
    """The first letter large, the rest as it was: «iPhone» stays «IPhone», «anna» is «Anna»."""
    text = str(value)
    return text[:1].upper() + text[1:]


@_of_what_is_there
def title(value: Any) -> str:
    """Each word's first letter large: «anna o'neil» is «Anna O'Neil», «jean-luc» «Jean-Luc»."""
    return re.sub(
        r"(?<![^\W\d_])(?<![^\W\d_]['’](?=s\b))[^\W\d_]",
        lambda match: match[0].title(),
        str(value).lower(),
    )


@_of_what_is_there
def trim(value: Any) -> str:
    """Without white space at both ends."""
    return str(value).strip()


FILTERS: dict[str, Callable[..., Any]] = {
    "default": default,
    "upper": upper,
    "lower": lower,
    "capitalize": capitalize,
    "title": title,
    "trim": trim,
}
