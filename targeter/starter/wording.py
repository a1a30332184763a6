"""How names, values and doubts of strangers' files are written into YAML, SQL and comments."""

from __future__ import annotations

import re
from textwrap import indent

from targeter.database import identifier

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_plain(name: str) -> bool:
    """Whether a name needs no quotes anywhere but where it is a word of SQL."""
    return bool(_PLAIN.fullmatch(name))


def sql_name(name: str, reserved: frozenset[str]) -> str:
    """A column as SQL says it: bare where that is the same."""
    return name if is_plain(name) and name.casefold() not in reserved else identifier(name)


def expression(text: str, depth: int) -> str:
    """An SQL expression as YAML writes it: as it stands, or as a block where YAML would cut it.

    `depth` is how many spaces stand before the key or dash of the expression.
    """
    bare = re.match(r"[A-Za-z_(]", text) and not re.search(r":(\s|$)|\s#", text)
    words = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
    if bare and text.isprintable() and text.casefold() not in words:
        return text
    return "|-\n" + indent(text, " " * (depth + 2))


def shown(text: str, most: int = 120) -> str:
    """A text from a file as a comment can hold it: one line, nothing that draws."""
    kept = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(kept.split())[:most]


def percent(share: float) -> str:
    """A share in words that never round to all or nothing."""
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    if share < 0.01:
        return "less than 1%"
    return "more than 99%" if share > 0.99 else f"{share:.0%}"
