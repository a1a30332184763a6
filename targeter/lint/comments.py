"""Comments that ignore findings: read from the files, bound to what they speak of, and judged.

`# targeter: ignore[TG301] reason` and `# targeter: snooze[TG402, until=2026-12-31] reason` speak of
the mapping or list item on the line below, or of the key before them on their own line;
`# targeter: ignore-file[TG301] reason` stands at the top. A template and an SQL file are one thing
each, so a comment in them speaks of the whole file: `{# targeter: … #}`, `-- targeter: …`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from targeter.findings import Finding, Place
from targeter.grading import ALWAYS, codes_of, suggestion
from targeter.lint.outline import Outline, Unit

_HASH = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*targeter:[ \t]*([^\n]*)", re.MULTILINE)
_JINJA = re.compile(r"\{#-?\s*targeter:\s*(.*?)\s*-?#\}", re.DOTALL)
_SQL = re.compile(r"--[ \t]*targeter:[ \t]*([^\n]*)")
_WORDS = re.compile(r"(ignore|snooze|ignore-file)[ \t]*\[([^\]\n]*)\][ \t]*(.*)", re.DOTALL)
_USAGE = "# targeter: ignore[TG301] reason, or snooze[TG402, until=2026-12-31] reason"
# What any file of a project holds before it is worth looking closer.
MARK = "targeter:"


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment: the words in its brackets, and the lines whose findings it speaks of."""

    place: Place
    words: tuple[tuple[str, frozenset[str]], ...]
    reason: str
    until: dt.date | None
    first: int
    last: int

    def covers(self, finding: Finding) -> bool:
        """Whether it could speak of a finding on its lines."""
        return not finding.code.startswith(ALWAYS)

    def silences(self, finding: Finding, day: dt.date) -> bool:
        if self.until and day > self.until:
            return False
        return self.covers(finding) and any(finding.code in codes for _, codes in self.words)


@dataclass(frozen=True, slots=True)
class Heard:
    """What is left when the comments were heard: the findings shown, and those ignored."""

    shown: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]


def heard(findings: Sequence[Finding], outlines: Iterable[Outline], day: dt.date) -> Heard:
    """Findings less those that a comment ignores, plus what is wrong with the comments."""
    faults: list[Finding] = []
    comments = [comment for one in outlines for comment in read_comments(one, faults)]
    by_line: dict[tuple[str, int], list[Finding]] = {}
    for finding in findings if comments else ():
        if finding.place:
            by_line.setdefault((finding.place.path, finding.place.line), []).append(finding)
    silent: set[Finding] = set()
    for comment in comments:
        lines = range(comment.first, comment.last + 1)
        here = [f for n in lines for f in by_line.get((comment.place.path, n), ())]
        silent |= {finding for finding in here if comment.silences(finding, day)}
        faults += _judged(comment, here, day)
    shown = [f for f in findings if f not in silent]
    return Heard((*shown, *faults), tuple(f for f in findings if f in silent))


def _judged(comment: Comment, findings: Sequence[Finding], day: dt.date) -> Iterator[Finding]:
    """What is wrong with a comment, seen from the findings on the lines it speaks of."""
    if not comment.reason:
        message = "this comment doesn't say why the finding may be ignored"
        yield Finding("TG004", message, comment.place, "write the reason behind the brackets")
    if comment.until and day > comment.until:
        message = f"this snooze ended on {comment.until}"
        help_ = "mend what it hides, or take the comment out"
        yield Finding("TG003", message, comment.place, help_)
        return
    covered = {finding.code for finding in findings if comment.covers(finding)}
    for word, codes in comment.words:
        if not codes & covered:
            message = f"{word} is not found here, so there is nothing to ignore"
            yield Finding("TG001", message, comment.place, "take it out")


def read_comments(outline: Outline, found: list[Finding]) -> Iterator[Comment]:
    """The comments of one file; one that can't be understood or bound is found."""
    if not outline.is_readable:
        return
    binder = _Binder(outline)
    for start, end, text in _texts(outline):
        place = outline.file.place(start, end - start)
        words = _WORDS.fullmatch(text.strip())
        if words is None:
            message = "this comment is not understood"
            found.append(Finding("TG005", message, place, f"write {_USAGE}"))
            continue
        before = len(found)
        codes, until = _bracket(words[1], words[2], place, found)
        lines = binder.lines_of(words[1], place, found)
        if lines and len(found) == before:
            yield Comment(place, codes, words[3].strip(), until, *lines)


def _texts(outline: Outline) -> Iterator[tuple[int, int, str]]:
    """Where comments of ours stand, and what follows `targeter:`."""
    text, path = outline.file.text, outline.file.path
    patterns = [_HASH]
    if path.endswith(".sql"):
        patterns = [_SQL]
    elif path.endswith(".j2"):
        patterns = [_HASH, _JINJA]
    for pattern in patterns:
        for match in pattern.finditer(text):
            if pattern is _HASH and (
                outline.is_value(match.start()) or _is_body(outline, match.start())
            ):
                continue
            yield match.start(), match.end(), match[1]


def _is_body(outline: Outline, offset: int) -> bool:
    """Whether a `#` stands in a template's text, where it is a text like any other."""
    text = outline.file.text
    if not outline.file.path.endswith(".j2"):
        return False
    end = re.compile(r"^---[ \t]*$", re.MULTILINE).search(text, 3)
    return end is None or offset > end.start()


def _bracket(
    verb: str, inside: str, place: Place, found: list[Finding]
) -> tuple[tuple[tuple[str, frozenset[str]], ...], dt.date | None]:
    """The codes in the brackets, and the day of a snooze."""
    words: list[tuple[str, frozenset[str]]] = []
    until: dt.date | None = None
    before = len(found)
    for part in (part.strip() for part in inside.split(",")):
        key, is_setting, value = part.partition("=")
        if is_setting:
            until = _day(key.strip(), value.strip(), place, found)
        elif not (codes := codes_of(part)):
            message = f"no code is called {part!r}" if part else "the brackets name no code"
            found.append(Finding("TG005", message, place, suggestion(part)))
        elif all(code.startswith(ALWAYS) for code in codes):
            found.append(Finding("TG005", f"{part} can't be ignored", place, "mend it instead"))
        else:
            words.append((part, codes))
    if len(found) == before and (until is not None) != (verb == "snooze"):
        message = "a snooze says until when" if verb == "snooze" else "only a snooze has an end"
        found.append(Finding("TG005", message, place, "snooze[TG402, until=2026-12-31] reason"))
    return tuple(words), until


def _day(key: str, value: str, place: Place, found: list[Finding]) -> dt.date | None:
    try:
        if key == "until":
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    message = f"{key}={value} is not understood"
    found.append(Finding("TG005", message, place, "a day is written until=2026-12-31"))
    return None


class _Binder:
    """Finds the lines that comments of one file speak of."""

    def __init__(self, outline: Outline) -> None:
        self._lines = outline.file.text.split("\n")
        self._is_one_thing = not outline.file.path.endswith((".yaml", ".yml"))
        self._units: dict[int, list[Unit]] = {}
        for unit in outline.units:
            self._units.setdefault(unit.first, []).append(unit)

    def lines_of(self, verb: str, place: Place, found: list[Finding]) -> tuple[int, int] | None:
        """The first and last line; None, and a finding, where it speaks of nothing."""
        if self._is_one_thing:
            return 1, len(self._lines)
        if verb == "ignore-file":
            return self._whole_file(place, found)
        unit = self._unit(place)
        if unit is not None and not unit.is_collection:
            return unit.first, unit.last
        message = "this comment is not bound to anything"
        help_ = "put it on the line above a rule, a segment or a condition, or behind a key"
        if unit is not None:
            message = f"this comment would be about everything under {unit.name!r}"
            help_ = "put it above one of them; ignore-file[…] at the top is for a whole file"
        found.append(Finding("TG002", message, place, help_))
        return None

    def _whole_file(self, place: Place, found: list[Finding]) -> tuple[int, int] | None:
        above = self._lines[: place.line - 1]
        if all(not line.strip() or line.lstrip().startswith("#") for line in above):
            return 1, len(self._lines)
        message = "ignore-file stands in the middle of a file"
        found.append(Finding("TG002", message, place, "move it to the top"))
        return None

    def _unit(self, place: Place) -> Unit | None:
        """What stands on the comment's own line, or else on the next that is no comment."""
        if self._lines[place.line - 1][: place.column - 1].strip():
            here = self._units.get(place.line, [])
            return next((unit for unit in here if unit.is_key), here[0] if here else None)
        line = place.line
        while line < len(self._lines) and self._lines[line].lstrip().startswith("#"):
            line += 1
        return next(iter(self._units.get(line + 1, [])), None)
