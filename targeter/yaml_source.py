"""YAML read with the place of every node, by the rules of YAML 1.2; the only door to `yaml`."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from targeter.findings import Finding, Place, did_you_mean
from targeter.spelling import WHOLE_FILE, positions

MAX_FILE_BYTES = 5_000_000
MAX_DEPTH = 30

_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
# Characters that YAML 1.2 doesn't allow, section 5.1: its reader knows no place for them.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# What YAML 1.1 reads as a boolean or number and 1.2 doesn't, or as another number.
_SWITCH = re.compile(r"yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF")
_OCTAL = re.compile(r"[-+]?0[0-7]+")
_SIXTIES = re.compile(r"[-+]?[1-9][0-9]*(:[0-5]?[0-9])+(\.[0-9]*)?")
_GROUPED = re.compile(r"[-+]?[0-9]+(_[0-9]+)+")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text and where its lines start, so that an offset becomes a place."""

    path: str
    text: str
    _starts: tuple[int, ...] = field(repr=False, default=())

    @classmethod
    def of(cls, path: str, text: str) -> TextFile:
        starts = (0, *(match.end() for match in re.finditer("\n", text)))
        return cls(path, text, starts)

    def place(self, offset: int, length: int = 1) -> Place:
        """The place of `length` characters from `offset`; a place never runs past its line."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect.bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        excerpt = self.text[start : self._line_end(line)]
        length = max(1, min(length, len(excerpt) - (offset - start)))
        return Place(self.path, line, offset - start + 1, length, excerpt[:500])

    def _line_end(self, line: int) -> int:
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        return end - 1 if self.text[end - 1 : end] == "\r" else end


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value: its text, whether it was written without quotes, and its place."""

    text: str
    style: str
    file: TextFile
    start: int
    end: int

    @property
    def place(self) -> Place:
        return self.file.place(self.start, self.end - self.start)

    @property
    def key(self) -> tuple[str, int]:
        """Where it was written: what tells one scalar of a project from every other."""
        return self.file.path, self.start

    @property
    def is_plain(self) -> bool:
        return self.style == ""

    @property
    def is_null(self) -> bool:
        return self.is_plain and self.text in _NULLS

    @property
    def value(self) -> str | int | float | bool | None:
        """The value by YAML 1.2: `NO` is a text, `012` is twelve, `12:30` is a text."""
        if not self.is_plain:
            return self.text
        if self.text in _NULLS:
            return None
        if self.text in _BOOLEANS:
            return _BOOLEANS[self.text]
        if _INT.fullmatch(self.text) and len(self.text) < 30:
            return int(self.text)
        if _FLOAT.fullmatch(self.text):
            return float(self.text)
        return self.text

    def place_at(self, offset: int, length: int = 1) -> Place:
        """The place in the file of `length` characters from `offset` of the text."""
        spelled = positions(self.file.text, self.text, self.style, self.start, self.end)
        if not spelled:
            return self.place
        first = spelled[min(offset, len(spelled) - 1)]
        last = spelled[min(offset + max(length, 1) - 1, len(spelled) - 1)]
        if offset >= len(spelled):
            first = last = spelled[-1] + 1
        return self.file.place(first, max(1, last - first + 1))

    def rest_of_line(self) -> str:
        """What stands after the value on its line: a comment that cut it, for example."""
        end = self.file.text.find("\n", self.end)
        return self.file.text[self.end : end if end >= 0 else len(self.file.text)]


@dataclass(frozen=True, slots=True)
class Items:
    """A sequence of nodes."""

    nodes: tuple[Node, ...]
    file: TextFile
    start: int
    is_flow: bool

    @property
    def place(self) -> Place:
        return self.file.place(self.start)


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping, in the order it was written; no key stands twice."""

    pairs: tuple[tuple[Scalar, Node], ...]
    file: TextFile
    start: int
    is_flow: bool

    @property
    def place(self) -> Place:
        return self.file.place(self.start)

    def get(self, key: str) -> Node | None:
        return next((node for name, node in self.pairs if name.text == key), None)


Node = Scalar | Items | Entries


def parse(file: TextFile, found: list[Finding]) -> Node | None:
    """The document in a file, or None when it is empty or can't be read (which is then found)."""
    if len(file.text) > MAX_FILE_BYTES:
        found.append(Finding("TG112", "the file is larger than 5 MB", file.place(0)))
        return None
    unreadable = _UNREADABLE.search(file.text)
    if unreadable:
        message = f"a control character, U+{ord(unreadable[0]):04X}, can't stand in YAML"
        place = file.place(unreadable.start())
        found.append(Finding("TG101", message, place, "take it out; save the file as UTF-8"))
        return None
    try:
        refused = _scanned(file, found)
        node = None if refused is None else yaml.compose(file.text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        found.append(_syntax_finding(file, error))
        return None
    except (yaml.YAMLError, ValueError) as error:
        found.append(Finding("TG101", f"not readable as YAML: {error}", file.place(0)))
        return None
    return None if node is None else _Reader(file, found, refused or frozenset()).read(node)


def _scanned(file: TextFile, found: list[Finding]) -> frozenset[int] | None:
    """The file read once without building anything: where nodes begin that are not read.

    Tags, anchors and aliases hide what a rule says. None for a file nested so deeply that
    building its nodes would exhaust the stack.
    """
    refused, depth = set(), 0
    for event in yaml.parse(file.text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        at = event.start_mark.index if event.start_mark else 0
        if depth > MAX_DEPTH:
            found.append(Finding("TG101", "nested too deeply", file.place(at)))
            return None
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            refused.add(at)
            message = "anchors, aliases and tags are not used here"
            help_ = "write the value out; share conditions as segments"
            found.append(Finding("TG108", message, file.place(at), help_))
    return frozenset(refused)


def _syntax_finding(file: TextFile, error: yaml.MarkedYAMLError) -> Finding:
    mark = error.problem_mark or error.context_mark
    place = file.place(mark.index) if mark else file.place(0)
    problem = error.problem or "not readable as YAML"
    help_ = ""
    if "mapping values are not allowed" in problem:
        help_ = (
            "a colon followed by a space starts a mapping: write the value as a block,\n"
            "  when: |\n    the condition on a line of its own"
        )
    elif "tab character" in problem or (mark and file.text[mark.index : mark.index + 1] == "\t"):
        help_ = "indent with spaces, not tabs"
    elif "found character" in problem and "cannot start any token" in problem:
        help_ = "put the value in quotes, or write it as a | block"
    elif "another document" in problem or "<document start>" in problem:
        help_ = "one document a file: remove the line with --- or ..."
    return Finding("TG101", f"YAML: {problem}", place, help_)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns PyYAML's nodes into ours; what must not be read is left out."""

    file: TextFile
    found: list[Finding]
    refused: frozenset[int]

    def read(self, node: yaml.Node) -> Node | None:
        start, end = node.start_mark.index, node.end_mark.index
        if start in self.refused:
            return None  # found when the file was scanned; an alias hands out the anchored node
        if isinstance(node, yaml.ScalarNode):
            style = "" if node.style is None else str(node.style)
            scalar = Scalar(node.value, style, self.file, start, end)
            if scalar.is_plain and (other := _by_yaml_1_1(scalar.text)):
                message = f"{scalar.text} is {other} to readers of YAML 1.1, and not here"
                help_ = "put it in quotes, or write true, false or the plain number"
                self.found.append(Finding("TG107", message, scalar.place, help_))
            return scalar
        if isinstance(node, yaml.SequenceNode):
            items = [self.read(child) for child in node.value]
            known = tuple(item for item in items if item is not None)
            return Items(known, self.file, start, bool(node.flow_style))
        return self._entries(cast(yaml.MappingNode, node))

    def _entries(self, node: yaml.MappingNode) -> Entries:
        pairs: dict[str, tuple[Scalar, Node]] = {}
        for key_node, value_node in cast("list[tuple[Any, Any]]", node.value):
            key, value = self.read(key_node), self.read(value_node)
            if isinstance(key, Scalar):
                if value is not None and self._is_fit(key, pairs):
                    pairs[key.text] = (key, value)
            elif key is not None:
                message = "a key is a word, not a list or mapping"
                self.found.append(Finding("TG105", message, key.place))
        start, is_flow = node.start_mark.index, bool(node.flow_style)
        return Entries(tuple(pairs.values()), self.file, start, is_flow)

    def _is_fit(self, key: Scalar, pairs: Mapping[str, tuple[Scalar, Node]]) -> bool:
        if key.text == "<<" and key.is_plain:
            self.found.append(Finding("TG108", "merge keys are not used here", key.place))
            return False
        if key.text in pairs:
            first = pairs[key.text][0].place
            message = f"{key.text!r} stands twice, first at line {first.line}"
            self.found.append(Finding("TG102", message, key.place, "keep one of them"))
            return False
        return True


def _by_yaml_1_1(text: str) -> str:
    """What a bare word is by YAML 1.1's type repository, where that is something else; or ''."""
    if _SWITCH.fullmatch(text):
        return "true" if text.casefold() in ("yes", "on") else "false"
    if _OCTAL.fullmatch(text):
        return f"the number {int(text, 8)}"
    return "a number" if _SIXTIES.fullmatch(text) or _GROUPED.fullmatch(text) else ""


@dataclass(slots=True)
class Fields:
    """The keys of one mapping, taken one by one; what nobody took is a finding.

    `what` names the thing in messages («rule», «source 'posts'»). Every method that takes a
    value returns None when the key is missing, empty or of the wrong kind; the last is found.
    """

    entries: Entries
    what: str
    found: list[Finding]
    _known: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, node: Node | None, what: str, found: list[Finding]) -> Fields | None:
        if isinstance(node, Entries):
            return cls(node, what, found)
        if node is not None and not (isinstance(node, Scalar) and node.is_null):
            found.append(Finding("TG105", f"{what} must be a mapping of keys", node.place))
        return None

    def node(self, key: str, *, required: bool = False) -> Node | None:
        self._known.append(key)
        node = self.entries.get(key)
        if node is None or (isinstance(node, Scalar) and node.is_null):
            if required:
                message = f"{self.what} has no {key!r}"
                self.found.append(Finding("TG104", message, self.entries.place))
            return None
        return node

    def scalar(self, key: str, *, required: bool = False) -> Scalar | None:
        node = self.node(key, required=required)
        if node is None or isinstance(node, Scalar):
            return node
        self.wrong(node, f"{key!r} must be a single value")
        return None

    def text(self, key: str, *, required: bool = False) -> str | None:
        scalar = self.scalar(key, required=required)
        return None if scalar is None else scalar.text

    def boolean(self, key: str, *, default: bool = False) -> bool:
        scalar = self.scalar(key)
        if scalar is None:
            return default
        if isinstance(scalar.value, bool):
            return scalar.value
        other = _by_yaml_1_1(scalar.text) if scalar.is_plain else None
        is_switch = other in ("true", "false")
        help_ = f"only YAML 1.1 reads it as {other}: write {other}" if is_switch else ""
        self.wrong(scalar, f"{key!r} must be true or false, not {scalar.text!r}", help_)
        return default

    def integer(self, key: str, *, required: bool = False) -> int | None:
        scalar = self.scalar(key, required=required)
        if scalar is None:
            return None
        value = scalar.value
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.wrong(scalar, f"{key!r} must be a whole number, not {scalar.text!r}")
        return None

    def number(self, key: str) -> float | None:
        scalar = self.scalar(key)
        if scalar is None:
            return None
        value = scalar.value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        self.wrong(scalar, f"{key!r} must be a number, not {scalar.text!r}")
        return None

    def choice(self, key: str, choices: Sequence[str], default: str) -> str:
        scalar = self.scalar(key)
        if scalar is None:
            return default
        if scalar.text in choices:
            return scalar.text
        help_ = did_you_mean(scalar.text, choices)
        self.wrong(scalar, f"{key!r} can't be {scalar.text!r}", help_)
        return default

    def texts(self, key: str) -> tuple[Scalar, ...]:
        """A list of values; a single one counts as a list of one."""
        node = self.node(key)
        if node is None:
            return ()
        if isinstance(node, Scalar):
            return (node,)
        if isinstance(node, Items) and all(isinstance(n, Scalar) for n in node.nodes):
            return tuple(n for n in node.nodes if isinstance(n, Scalar))
        self.wrong(node, f"{key!r} must be a list of values")
        return ()

    def fields(self, key: str, what: str = "") -> Fields | None:
        return Fields.of(self.node(key), what or f"{key!r}", self.found)

    def mappings(self, key: str, what: str) -> Iterator[Fields]:
        """The mappings of a list, each as fields; anything else in it is found."""
        node = self.node(key)
        if node is None:
            return
        if not isinstance(node, Items):
            self.wrong(node, f"{key!r} must be a list")
            return
        for item in node.nodes:
            fields = Fields.of(item, what, self.found)
            if fields:
                yield fields

    def named(self, key: str) -> Iterator[tuple[Scalar, Node]]:
        """The pairs of a mapping from the user's names to nodes."""
        node = self.node(key)
        if isinstance(node, Entries):
            yield from node.pairs
        elif node is not None:
            self.wrong(node, f"{key!r} must be a mapping of names")

    def wrong(self, node: Node, message: str, help: str = "") -> None:
        self.found.append(Finding("TG105", f"{self.what}: {message}", node.place, help))

    def done(self) -> None:
        """Report the keys that nobody asked for."""
        for key, _ in self.entries.pairs:
            if key.text not in self._known:
                message = f"{self.what} has no key {key.text!r}"
                help_ = did_you_mean(key.text, list(dict.fromkeys(self._known)))
                self.found.append(Finding("TG103", message, key.place, help_))


def whole_file(file: TextFile) -> Scalar:
    """A file of another language as one scalar, so that its parts have places."""
    return Scalar(file.text, WHOLE_FILE, file, 0, len(file.text))


def plain_value(node: Node) -> object:
    """A node as plain Python: dicts, lists and scalars by YAML 1.2."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [plain_value(child) for child in node.nodes]
    result: Mapping[str, object] = {key.text: plain_value(child) for key, child in node.pairs}
    return result


def quoted(text: str) -> str:
    """A text as YAML writes it on one line: bare where that is safe, else in quotes."""
    safe = re.fullmatch(r"[A-Za-z_][\w .%/-]*", text) and not text.endswith(" ")
    words = {"yes", "no", "on", "off", "y", "n", "true", "false", "null"}
    if safe and text.casefold() not in words:
        return text
    if "\n" in text or "\t" in text or not text.isprintable():
        return '"' + text.encode("unicode_escape").decode().replace('"', '\\"') + '"'
    return "'" + text.replace("'", "''") + "'"
