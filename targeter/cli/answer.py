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


class ReportFormat(StrEnum):
    """How a report is written: CSV is one flat table, Markdown is for a comment or a page."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"


class LintFormat(StrEnum):
    """How a lint report is written, to standard output and to files."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    JSONL = "jsonl"
    GITHUB = "github"
    GITLAB = "gitlab"
    SARIF = "sarif"
    JUNIT = "junit"


@dataclass(frozen=True, slots=True)
class Answer:
    """A command's answer; nothing is written before the whole answer is there.

    `text` is for an answer in a form of its own: it is written as it is.
    """

    format: Format
    data: Callable[[], Mapping[str, object]]
    draw: Callable[[Screen], None]
    exit_code: int = 0
    text: Callable[[], str] | None = None
