"""The ways numbers are written in exports where not as 1234.5, each named by an example."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from targeter.database import literal

# how an example marks groups of three (any of these, or nothing) and decimals
_MARKS: Mapping[str, tuple[str, str]] = {
    "1234,5": ("", ","),
    "1.234,5": (".", ","),
    "1,234.5": (",", "."),
    "1 234,5": (" \u00a0\u202f", ","),
    "1'234.5": ("'’", "."),
}
FORMATS: Sequence[str] = tuple(_MARKS)


def with_point(text: str, format_: str) -> str:
    """SQL for a trimmed text in one of FORMATS as 1234.5, NULL where it isn't written so."""
    groups, mark = _MARKS[format_]
    pointed = text
    for group in groups:
        pointed = f"replace({pointed}, {literal(group)}, '')"
    if mark != ".":
        pointed = f"replace({pointed}, {literal(mark)}, '.')"
    return f"CASE WHEN regexp_full_match({text}, {literal(_pattern(format_))}) THEN {pointed} END"


def spelled(number: str, format_: str) -> str:
    """SQL for a number with a point, if any, as a text in one of FORMATS."""
    _, mark = _MARKS[format_]
    return number if mark == "." else f"replace({number}, '.', {literal(mark)})"


def _pattern(format_: str) -> str:
    groups, mark = _MARKS[format_]
    whole = rf"[0-9]{{1,3}}([{groups}][0-9]{{3}})+|[0-9]+" if groups else "[0-9]+"
    return rf"[-+]?(({whole})([{mark}][0-9]*)?|[{mark}][0-9]+)([eE][-+]?[0-9]+)?"


def format_of(text: str) -> str:
    """The first of FORMATS that reads a text, or "" for none and for 1234.5, which needs none."""
    if re.fullmatch(r"[-+]?[0-9]*\.?[0-9]*", text):
        return ""
    return next((one for one in FORMATS if re.fullmatch(_pattern(one), text)), "")
