"""The filters a template may use: small, right in every script, and bounded in what they make."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any


def default(value: Any, otherwise: str = "") -> Any:
    """The value, or `otherwise` where it is missing or blank."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return otherwise
    return value


def upper(value: Any) -> str:
    """«ANNA»."""
    return str(value).upper()


def lower(value: Any) -> str:
    """«anna»."""
    return str(value).lower()


def capitalize(value: Any) -> str:
    """The first letter large, the rest as it was: «iPhone» stays «IPhone», «anna» is «Anna»."""
    text = str(value)
    return text[:1].upper() + text[1:]


def title(value: Any) -> str:
    """Each word's first letter large: «anna o'neil» is «Anna O'Neil», «jean-luc» «Jean-Luc»."""
    return re.sub(
        r"(?<![^\W\d_])(?<![^\W\d_]['’](?=s\b))[^\W\d_]",
        lambda match: match[0].title(),
        str(value).lower(),
    )


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
