"""The records of a CSV file in Python, with their places: to sniff a file, to say what is wrong."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

LONGEST_LINE = 2_000_000
"""Bytes of the longest record that is read; more is a quote that was never closed."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value as the file says it, with the line and column (from 1) where it starts."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its fields, or the field at which it stops making sense and why."""

    line: int
    fields: tuple[Field, ...]
    problem: str = ""


class _BrokenError(Exception):
    def __init__(self, problem: str, line: int, column: int, *, last: bool = False) -> None:
        super().__init__(problem)
        self.record = Record(line, (Field("", line, column),), problem)
        self.last = last


def text_lines(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """The lines of a file with their ends, none much longer than the longest line allowed."""
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    try:
        while line := text.readline(LONGEST_LINE + 1):
            yield line
            while len(line) > LONGEST_LINE and line[-1] not in "\r\n":
                # the rest of an overlong line is thrown away: the line is refused anyway
                line = text.readline(LONGEST_LINE + 1)
    finally:
        # whoever opened the stream closes it
        if not stream.closed:
            text.detach()


def records(
    lines: Iterable[str], delimiter: str, quote: str = '"', first: int = 1
) -> Iterator[Record]:
    """The records of a file by the rules of RFC 4180, as the engine reads them.

    A blank line is a record without fields. What is broken comes as a record with a problem;
    reading goes on at the next line, or ends where a quote is never closed. `first` is the number
    of the first line.
    """
    for record in skimmed(lines, delimiter, quote, first, columns=None):
        assert isinstance(record, Record)
        yield record


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that certainly is one record of as many values as asked for, not taken apart."""

    line: int
    text: str

    def read(self, delimiter: str, quote: str) -> Record:
        return next(records([self.text], delimiter, quote, self.line))


def skimmed(
    lines: Iterable[str], delimiter: str, quote: str, first: int, columns: int | None
) -> Iterator[Record | Unread]:
    """The records of a file, well-formed lines of so many columns unread: ten times as fast."""
    scanner = _Scanner(iter(lines), delimiter, quote, first - 1)
    is_fine = _line_of(columns, delimiter, quote).fullmatch if columns else None
    while (line := scanner.next_line()) is not None:
        if is_fine and is_fine(line) and len(line) <= LONGEST_LINE:
            yield Unread(scanner.number, line)
            continue
        try:
            yield scanner.record(line)
        except _BrokenError as broken:
            yield broken.record
            if broken.last:
                return


def _line_of(columns: int, delimiter: str, quote: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    value = rf"[^{mark}{quote}\r\n]*+"
    if quote:
        value = rf"(?:{quote}(?:[^{quote}\r\n]|{quote}{quote})*+{quote}|{value})"
    return re.compile(rf"(?:{value}{mark}){{{columns - 1}}}{value}[\r\n]*+")


@dataclass(slots=True)
class _Scanner:
    lines: Iterator[str]
    delimiter: str
    quote: str
    number: int = 0

    def next_line(self) -> str | None:
        self.number += 1
        return next(self.lines, None)

    def record(self, line: str) -> Record:
        number = self.number
        body = line.rstrip("\r\n")
        if len(body) > LONGEST_LINE:
            raise _BrokenError(f"a line longer than {LONGEST_LINE:,} bytes", number, 1)
        if not body:
            return Record(number, ())
        if not self.quote or self.quote not in body:
            return Record(number, _split(body, self.delimiter, number))
        return Record(number, tuple(self._fields(line)))

    def _fields(self, line: str) -> Iterator[Field]:
        at = 0
        while True:
            start, start_line = at, self.number
            opening = _skip_spaces(line, at)
            if line[opening : opening + 1] == self.quote:
                text, line, at = self._quoted(line, opening + 1, opening)
            else:
                end = line.find(self.delimiter, at)
                at = end if end >= 0 else len(line.rstrip("\r\n"))
                text = line[start:at]
            yield Field(text, start_line, start + 1)
            if line[at : at + 1] != self.delimiter:
                return
            at += 1

    def _quoted(self, line: str, at: int, opening: int) -> tuple[str, str, int]:
        """A quoted value from behind its opening quote; the line it ends on, and where."""
        opened_at, size = self.number, 0
        parts: list[str] = []
        while True:
            end = line.find(self.quote, at)
            if end < 0:
                parts.append(line[at:])
                size += len(line)
                following = self.next_line()
                if following is None or size > LONGEST_LINE:
                    problem = "a quote opened here is never closed"
                    raise _BrokenError(problem, opened_at, opening + 1, last=True)
                line, at = following, 0
                continue
            parts.append(line[at:end])
            if line[end + 1 : end + 2] != self.quote:
                break
            parts.append(self.quote)
            at = end + 2
        at = _skip_spaces(line, end + 1)
        if line[at : at + 1] not in ("", "\r", "\n", self.delimiter):
            problem = "text follows a closing quote (a quote inside a value is written twice)"
            raise _BrokenError(problem, self.number, end + 1)
        return "".join(parts), line, at


def _skip_spaces(line: str, at: int) -> int:
    while line[at : at + 1] == " ":
        at += 1
    return at


def _split(body: str, delimiter: str, line: int) -> tuple[Field, ...]:
    fields, at = [], 0
    for text in body.split(delimiter):
        fields.append(Field(text, line, at + 1))
        at += len(text) + 1
    return tuple(fields)
