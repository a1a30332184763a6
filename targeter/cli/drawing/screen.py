"""Where drawings go: a terminal of any width, or a file that gets plain lines, never cut."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from targeter.cli.drawing.words import safe, safe_lines

# Styles by what they mean. No meaning is carried by colour alone.
TITLE = "bold"
QUIET = "dim"
GOOD = "green"
BAD = "red"
DOUBT = "yellow"
RESULT_STYLES: dict[bool | None, str] = {True: GOOD, False: BAD, None: DOUBT}

# Wider than any table can be, so that nothing is wrapped where nobody looks at a screen.
_UNBOUNDED = 2_000
_COMFORTABLE = 100
_WIDE = 128


class _Console(Console):
    """A console that leaves it to the error boundary to be quiet when nobody reads any more."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def _console(stream: TextIO, width: int | None = None) -> Console:
    return _Console(file=stream, markup=False, highlight=False, emoji=False, width=width)


class Screen:
    """A stream to draw on. Everything that is drawn goes through `safe`: no markup, no controls.

    It `is_bounded` on a terminal, and where COLUMNS says how wide a file's lines should be.
    """

    def __init__(self, stream: TextIO) -> None:
        terminal = _console(stream)
        asked = os.environ.get("COLUMNS", "")
        self.is_bounded = terminal.is_terminal or (asked.isdecimal() and int(asked) > 0)
        if terminal.is_terminal:
            self.console = terminal
        else:
            self.console = _console(stream, int(asked) if self.is_bounded else _UNBOUNDED)

    @property
    def width(self) -> int:
        return self.console.width

    @property
    def is_comfortable(self) -> bool:
        """Whether two things fit side by side; without a width nothing does."""
        return self.is_bounded and self.width >= _COMFORTABLE

    @property
    def is_wide(self) -> bool:
        """Whether a sentence fits beside a table."""
        return self.is_bounded and self.width >= _WIDE

    def blank(self) -> None:
        self.console.print()

    def title(self, text: str) -> None:
        """A heading with air above it."""
        self.blank()
        self.lines(styled(text, TITLE))

    def lines(self, text: Text, *, indent: int = 0, hang: int = 0) -> None:
        """A text, wrapped at words; wrapped lines stand `hang` further in than the first."""
        for paragraph in text.split("\n", allow_blank=True):
            self._paragraph(paragraph, indent, hang)

    def _paragraph(self, text: Text, indent: int, hang: int) -> None:
        if not self.is_bounded:
            self.console.print(Text(" " * indent) + text, soft_wrap=True)
            return
        room = max(self.width - indent - hang, 20)
        for number, line in enumerate(text.wrap(self.console, room)):
            line.rstrip()
            start = " " * (indent + (hang if number else 0))
            self.console.print(Text(start) + line, soft_wrap=True)

    def message(self, text: str, indent: int = 2) -> None:
        """A message as it would read, with a bar at its side."""
        for line in safe_lines(text):
            self._barred(Text(line), indent)

    def _barred(self, text: Text, indent: int) -> None:
        bar = Text(" " * indent) + Text("│ ", style=QUIET)
        if not self.is_bounded:
            self.console.print(bar + text, soft_wrap=True)
            return
        for line in text.wrap(self.console, max(self.width - indent - 2, 20)):
            line.rstrip()
            self.console.print(bar + line, soft_wrap=True)

    def fits(self, tables: Iterable[RenderableType], gap: int) -> bool:
        """Whether tables can stand side by side without wrapping a word."""
        widths = [self.console.measure(table).maximum + gap for table in tables]
        return self.is_comfortable and sum(widths) - gap <= self.width

    def table(self, table: RenderableType, indent: int = 0) -> None:
        """A table; in a file without the spaces that would end its lines."""
        shown = Padding(table, (0, 0, 0, indent), expand=False)
        if self.console.is_terminal:
            self.console.print(shown)
            return
        with self.console.capture() as captured:
            self.console.print(shown)
        for line in captured.get().splitlines():
            self.console.print(Text(line.rstrip()), soft_wrap=True)


def styled(text: str, style: str = "") -> Text:
    """A text from outside, safe to draw, on one line."""
    return Text(safe(text), style=style)


def joined(*parts: Text | str) -> Text:
    """Texts one after the other; plain strings are ours or made safe here."""
    return Text.assemble(*(p if isinstance(p, Text) else styled(p) for p in parts))


def listed(parts: Iterable[Text], between: str = " · ") -> Text:
    line = Text()
    for number, part in enumerate(parts):
        line.append_text(styled(between, QUIET) if number else Text()).append_text(part)
    return line


def table_of(*columns: tuple[str, str]) -> Table:
    """A calm table; a column is its heading and `left`, `right` or `text` (wraps at words)."""
    table = Table(
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        header_style=QUIET,
        border_style=QUIET,
    )
    for heading, kind in columns:
        right = kind == "right"
        table.add_column(
            heading,
            justify="right" if right else "left",
            no_wrap=right,
            overflow="fold",
        )
    return table


def grid_of(*kinds: str, gap: int = 2) -> Table:
    """Columns without headings, aligned; kinds as in `table_of`."""
    grid = Table.grid(padding=(0, gap, 0, 0))
    for kind in kinds:
        right = kind == "right"
        grid.add_column(
            justify="right" if right else "left", no_wrap=kind != "text", overflow="fold"
        )
    return grid


def cells(text: str) -> int:
    """How many columns of a terminal a safe text takes."""
    return cell_len(text)
