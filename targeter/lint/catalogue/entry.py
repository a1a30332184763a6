"""One code explained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """What a code says, why that matters, and the lines that fire it beside lines that don't."""

    what: str
    why: str
    wrong: str
    right: str
