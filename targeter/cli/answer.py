"""What a command answers: the same thing as JSON and as a drawing, and the exit code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from targeter.cli.drawing.screen import Screen


class Format(StrEnum):
    """How an answer is written to standard output."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Answer:
    """A command's answer; nothing is written before the whole answer is there."""

    format: Format
    data: Callable[[], Mapping[str, object]]
    draw: Callable[[Screen], None]
    exit_code: int = 0
