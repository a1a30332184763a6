"""How YAML spells a text: where each of its characters stands in the file."""

from __future__ import annotations

import re

# the style of a scalar that is a file of its own, such as a derived source's SQL
WHOLE_FILE = "file"


def positions(raw: str, text: str, style: str, start: int, end: int) -> list[int]:
    """For every character of a scalar's text the offset in the raw file where it stands.

    `style` is the quote it begins with, `|` or `>` of a block, "" for none, or WHOLE_FILE; `start`
    and `end` are offsets of the scalar as written.
    """
    if style == WHOLE_FILE:
        return list(range(start, end))
    if style == "":
        return _aligned(raw, text, start, end)
    if style in ("'", '"'):
        return _aligned(raw, text, start + 1, end, quote=style)
    return _aligned_block(raw, text, start, end)


def _aligned(raw: str, text: str, at: int, end: int, quote: str = "") -> list[int]:
    found: list[int] = []
    for character in text:
        while at < end and raw[at] != character and raw[at] in " \t\r\n":
            at += 1
        while quote == '"' and raw[at : at + 1] == "\\" and raw[at + 1 : at + 2] in ("\r", "\n"):
            # a line break that is written away, and the indentation after it
            at = len(raw) - len(raw[at + 1 :].lstrip(" \t\r\n"))
        if quote == '"' and raw[at : at + 1] == "\\":
            found.append(at)
            at += {"x": 4, "u": 6, "U": 10}.get(raw[at + 1 : at + 2], 2)
            continue
        found.append(min(at, end))
        at += 2 if quote == "'" and raw[at : at + 2] == "''" else 1
        if character in " \n":
            while at < end and raw[at] in " \t\r\n" and not _continues(raw, at):
                at += 1
    return found


def _continues(raw: str, at: int) -> bool:
    """Whether white space at `at` belongs to the text (a run inside a line) and not to a fold."""
    before = raw.rfind("\n", 0, at)
    return raw[at] in " \t" and raw[before + 1 : at].strip() != ""


def _aligned_block(raw: str, text: str, start: int, end: int) -> list[int]:
    header_end = raw.find("\n", start) + 1
    explicit = re.match(r"[|>][-+]?([1-9])", raw[start:header_end])
    lines = raw[header_end:end].split("\n")
    first = next((line for line in lines if line.strip()), "")
    indent = len(first) - len(first.lstrip(" "))
    if explicit:
        indent = min(indent, _parent_indent(raw, start) + int(explicit[1]))
    found: list[int] = []
    at, taken = header_end, 0
    for line in lines:
        body = line[indent:]
        for offset in range(len(body)):
            if taken < len(text) and text[taken] == body[offset]:
                found.append(at + min(indent, len(line)) + offset)
                taken += 1
        if taken < len(text) and text[taken] in "\n ":
            found.append(at + len(line))
            taken += 1
        at += len(line) + 1
    return found


def _parent_indent(raw: str, start: int) -> int:
    line = raw[raw.rfind("\n", 0, start) + 1 : start]
    return len(line) - len(line.lstrip(" "))
