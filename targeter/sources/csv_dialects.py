"""How a CSV file is written: its delimiter, its quotes and its header."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from targeter.errors import BadData
from targeter.findings import Finding, Place
from targeter.sources.csv_records import Field, Record, records, text_lines
from targeter.sources.declared import Source
from targeter.sources.encodings import Text

_DELIMITERS = (",", ";", "\t", "|")
_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
_SAMPLED = 200
_DATA = re.compile(
    r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?"
    r"|\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}.*)?|\d{1,2}[./]\d{1,2}[./]\d{4}",
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the engine must be told to read a file.

    `skip` records stand before the first row, on `lines` lines: a header may hold a line break.
    `names` are the columns in the file's order; `quote` is "" where quotes mean nothing.
    """

    delimiter: str
    quote: str
    names: tuple[str, ...]
    has_header: bool
    skip: int
    lines: int
    notes: tuple[str, ...] = ()


def dialect_of(source: Source, text: Text) -> Dialect | None:
    """The dialect of a file, None when it is empty; raises `BadData` for a header that can't be."""
    lines = _head(text)
    first = next((n for n, line in enumerate(lines) if line.strip("\ufeff \t\r\n")), None)
    if first is None:
        return None
    # a spreadsheet may say its delimiter on a line of its own
    named = re.fullmatch('"?sep=(.)"?', lines[first].strip("\ufeff\r\n"))
    if named:
        first += 1
        lines = lines if len(lines) > first else [*lines, "\n"]
    delimiter = _declared_delimiter(source) or (named and named[1])
    delimiter = delimiter or _sniffed(source, lines[first:])
    quote = '"'
    header = next(records(lines[first:], delimiter, quote))
    if header.problem and delimiter == "\t":
        quote = ""
        header = next(records(lines[first:], delimiter, quote))
    if header.problem:
        place = Place(text.file.shown, first + 1, header.fields[0].column)
        raise _bad(source, Finding("TG711", f"the header can't be read: {header.problem}", place))
    plain = Dialect(delimiter, quote, (), has_header=True, skip=first, lines=first)
    if _holds_data(header):
        return _without_header(source, text, plain, header)
    consumed = _lines_of(lines[first:], delimiter, quote)
    below = replace(plain, skip=first + 1, lines=first + consumed)
    return _with_header(source, text, below, header)


def _head(text: Text) -> list[str]:
    """The first lines of a file, and never more than a few megabytes of them."""
    result, size = [], 0
    with text.file.opened() as stream:
        for line in islice(text_lines(stream, text.encoding), 5_000):
            result.append(line)
            size += len(line)
            if size > 1_000_000:
                break
    return result


def _declared_delimiter(source: Source) -> str | None:
    if source.delimiter is None:
        return None
    delimiter = _NAMED.get(source.delimiter.casefold(), source.delimiter)
    if len(delimiter) != 1 or delimiter in '"\r\n' or not delimiter.isascii():
        message = f"source {source.name!r}: the delimiter can't be {source.delimiter!r}"
        help_ = "one character, for example delimiter: ';' or delimiter: tab"
        raise _bad(source, Finding("TG105", message, source.place, help_))
    return delimiter


def _sniffed(source: Source, lines: Sequence[str]) -> str:
    """The delimiter that gives the most records as many fields as the first, and more than one."""
    order = ("\t", ",", ";", "|") if source.format == "tsv" else _DELIMITERS
    best, best_score = order[0], (0.0, 0)
    for delimiter in order:
        counts = [len(r.fields) for r in islice(records(lines, delimiter), _SAMPLED) if r.fields]
        if counts and counts[0] > 1:
            score = (counts.count(counts[0]) / len(counts), counts[0])
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _holds_data(first: Record) -> bool:
    """Whether a first record is no header: every value in it is a number or a date."""
    texts = [field.text.strip() for field in first.fields]
    return any(texts) and all(_DATA.fullmatch(text) for text in texts if text)


def _lines_of(lines: Sequence[str], delimiter: str, quote: str) -> int:
    """How many lines the first record takes."""
    pulled = 0

    def counted() -> Iterator[str]:
        nonlocal pulled
        for line in lines:
            pulled += 1
            yield line

    next(records(counted(), delimiter, quote))
    return pulled


def _without_header(source: Source, text: Text, plain: Dialect, first: Record) -> Dialect:
    declared = [column.name for column in source.columns]
    shown = text.file.shown
    numbered = [f"column_{n}" for n in range(1, len(first.fields) + 1)]
    known = {name.casefold() for name in numbered}
    if len(declared) == len(numbered) and not known & {name.casefold() for name in declared}:
        note = f"{shown}: the first line holds data; columns are named in the order declared"
        return replace(plain, names=tuple(declared), has_header=False, notes=(note,))
    note = (
        f"{shown}: the first line holds data, so the columns are called {numbered[0]} to "
        f"{numbered[-1]}; declare all of them in the file's order to name them"
    )
    return replace(plain, names=tuple(numbered), has_header=False, notes=(note,))


def _with_header(source: Source, text: Text, plain: Dialect, header: Record) -> Dialect:
    names, holes = [], []
    for number, field in enumerate(header.fields, 1):
        name = " ".join(field.text.strip("\ufeff").split())
        if not name:
            name = f"column_{number}"
            holes.append(name)
        names.append(name)
    _refuse_repeated(source, text, header.fields, names)
    notes: tuple[str, ...] = ()
    if holes:
        notes = (f"{text.file.shown}: no name in the header, called {', '.join(holes)}",)
    return replace(plain, names=tuple(names), notes=notes)


def _refuse_repeated(
    source: Source, text: Text, fields: Sequence[Field], names: Sequence[str]
) -> None:
    found, seen = [], set[str]()
    for field, name in zip(fields, names, strict=True):
        if name.casefold() in seen:
            place = Place(text.file.shown, field.line, field.column, max(1, len(field.text)))
            message = f"column {name!r} stands twice in the header (case doesn't count)"
            found.append(Finding("TG720", message, place, "rename one of them in the file"))
        seen.add(name.casefold())
    if found:
        raise BadData(f"source {source.name!r} can't be read", findings=found)


def _bad(source: Source, finding: Finding) -> BadData:
    return BadData(f"source {source.name!r} can't be read", findings=[finding])
