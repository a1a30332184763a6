"""What a file declares, each thing with the lines it takes: what a comment or change belongs to."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from targeter.yaml_source import Entries, Items, Node, Scalar, TextFile, parse

# Keys that hold many things: a comment above one would be about all of them.
_COLLECTIONS = (
    *("segments", "handoffs", "require", "suppressions", "rules"),
    *("purposes", "sources", "topics", "traits", "campaigns", "channels", "facts", "tests"),
)
_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*(\r?\n|\Z)", re.S | re.M)


@dataclass(frozen=True, slots=True)
class Unit:
    """A mapping item, a list item or a key with its value, by the lines it takes, from 1.

    `depth` is 0 for the keys of the file. `is_collection`: it holds many things of one kind.
    `is_key`: a key with its value. `name` is what messages call it, `kind` the key it is under.
    """

    path: str
    kind: str
    name: str
    first: int
    last: int
    depth: int
    is_key: bool
    is_collection: bool = False

    @property
    def is_thing(self) -> bool:
        """Whether people would call it one thing: a rule, a segment, a whole template."""
        return self.depth == 1 if self.kind in _COLLECTIONS else self.depth == 0

    @property
    def title(self) -> str:
        """How a fingerprint names it: `rules/iphone`."""
        return f"{self.kind}/{self.name}" if self.kind else self.name

    def holds(self, line: int) -> bool:
        return self.first <= line <= self.last


@dataclass(frozen=True, slots=True)
class Outline:
    """The units of one file, outer before inner, and where its values span, as line ranges.

    `things` are those of the units that people would call one thing, one after the other.
    `is_readable` is False for YAML that can't be read: then nothing is known of its comments.
    """

    file: TextFile
    units: tuple[Unit, ...]
    values: tuple[tuple[int, int], ...]
    things: tuple[Unit, ...]
    is_readable: bool = True

    @classmethod
    def of(
        cls, file: TextFile, units: Iterable[Unit], values: Iterable[tuple[int, int]]
    ) -> Outline:
        units = tuple(units)
        return cls(file, units, tuple(values), tuple(unit for unit in units if unit.is_thing))

    def thing_at(self, line: int) -> Unit | None:
        """The thing that a line belongs to."""
        at = bisect.bisect_right(self.things, line, key=lambda unit: unit.first) - 1
        return self.things[at] if at >= 0 and self.things[at].holds(line) else None

    def is_value(self, offset: int) -> bool:
        """Whether a character stands inside a value, where `#` starts no comment."""
        at = bisect.bisect_right(self.values, (offset, len(self.file.text))) - 1
        return at >= 0 and self.values[at][0] <= offset < self.values[at][1]


def outline(file: TextFile) -> Outline:
    """The outline of any file of a project; templates and SQL are one thing each."""
    if file.path.endswith((".yaml", ".yml")):
        return _yaml_outline(file)
    whole = Unit(file.path, "", _stem(file.path), 1, _lines(file), 0, is_key=False)
    if file.path.endswith(".j2"):
        return Outline.of(file, (whole,), _matter_values(file))
    return Outline.of(file, (whole,), ())


def _stem(path: str) -> str:
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _lines(file: TextFile) -> int:
    return max(file.text.count("\n") + 1, 1)


def _yaml_outline(file: TextFile) -> Outline:
    node = parse(file, [])
    if not isinstance(node, Entries):
        return Outline(file, (), (), (), is_readable=False)
    walk = _Walk(file)
    walk.entries(node, "", 0, _lines(file))
    return Outline.of(file, walk.units, _values(node))


def _matter_values(file: TextFile) -> tuple[tuple[int, int], ...]:
    """The values of a template's front matter, at their offsets in the whole file."""
    match = _MATTER.match(file.text)
    if match is None:
        return ()
    node = parse(TextFile.of(file.path, " " * 3 + file.text[3 : match.end(1)]), [])
    return tuple(_values(node)) if node else ()


def _values(node: Node) -> Iterator[tuple[int, int]]:
    """Where scalars span. A block begins after its header, where a comment may stand."""
    if isinstance(node, Items):
        for child in node.nodes:
            yield from _values(child)
    elif isinstance(node, Entries):
        for key, child in node.pairs:
            yield key.start, key.end
            yield from _values(child)
    elif node.style in ("|", ">"):
        yield node.file.text.find("\n", node.start, node.end) + 1 or node.end, node.end
    else:
        yield node.start, node.end


class _Walk:
    """Collects units; each ends where the next one on its level begins, less what is between."""

    def __init__(self, file: TextFile) -> None:
        self.file = file
        self.lines = file.text.split("\n")
        self.units: list[Unit] = []

    def entries(self, node: Entries, kind: str, depth: int, last: int) -> None:
        starts = [key.start for key, _ in node.pairs]
        for (key, value), end in zip(node.pairs, self._ends(starts, last), strict=True):
            first = self.file.place(key.start).line
            own_kind = kind if depth else key.text
            last_line = self._last(key.start, end)
            path = self.file.path
            self.units.append(
                Unit(
                    path,
                    own_kind,
                    key.text,
                    first,
                    last_line,
                    depth,
                    is_key=True,
                    is_collection=depth == 0 and key.text in _COLLECTIONS,
                )
            )
            self._below(value, own_kind, depth + 1, last_line)

    def items(self, node: Items, kind: str, depth: int, last: int) -> None:
        starts = [child.start for child in node.nodes]
        for child, end in zip(node.nodes, self._ends(starts, last), strict=True):
            first, last_line = self.file.place(child.start).line, self._last(child.start, end)
            name = _name_of(child)
            self.units.append(
                Unit(self.file.path, kind, name, first, last_line, depth, is_key=False)
            )
            self._below(child, kind, depth + 1, last_line)

    def _below(self, node: Node, kind: str, depth: int, last: int) -> None:
        if isinstance(node, Entries):
            self.entries(node, kind, depth, last)
        elif isinstance(node, Items):
            self.items(node, kind, depth, last)

    def _ends(self, starts: list[int], last: int) -> list[int]:
        lines = [self.file.place(start).line for start in starts]
        # an empty mapping has no lines, and so no end
        return [max(a, b - 1) for a, b in zip(lines, [*lines[1:], last + 1], strict=False)]

    def _last(self, start: int, last: int) -> int:
        """The last line, less blank lines and comments that stand before the next thing."""
        place = self.file.place(start)
        while last > place.line:
            line = self.lines[last - 1]
            text = line.lstrip()
            if text and not (text.startswith("#") and len(line) - len(text) < place.column):
                break
            last -= 1
        return last


def _name_of(node: Node) -> str:
    if isinstance(node, Entries):
        name = node.get("name")
        return name.text if isinstance(name, Scalar) else ""
    return node.text if isinstance(node, Scalar) else ""
