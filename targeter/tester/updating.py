"""Expected texts rewritten in their files; everything else stays as it is, byte by byte."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from targeter import yaml_source
from targeter.errors import WrongUsage
from targeter.tester.compared import expected_text
from targeter.tester.results import Report, Result
from targeter.yaml_source import Entries, Items, Node, Scalar, TextFile, quoted

_WIDTH = 96
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One expected text, where it stands, and the text that takes its place."""

    test: str
    scalar: Scalar
    text: str

    @property
    def before(self) -> str:
        return expected_text(self.scalar)


def rewrites(report: Report) -> tuple[Rewrite, ...]:
    """The texts that can be rewritten: where nothing but the text differs.

    A text that several cases share is left alone unless they all got the same.
    """
    found: dict[tuple[str, int], list[Result]] = {}
    for result in report.results:
        scalar = result.example.expect.text
        if scalar is not None:
            found.setdefault(scalar.key, []).append(result)
    return tuple(rewrite for results in found.values() for rewrite in _rewrite(results))


def _rewrite(results: Sequence[Result]) -> Iterator[Rewrite]:
    scalar = results[0].example.expect.text
    texts = {result.got.text for result in results}
    differing = {difference.what for result in results for difference in result.differences}
    text = next(iter(texts))
    if scalar is not None and text is not None and len(texts) == 1 and differing == {"text"}:
        yield Rewrite(results[0].example.name, scalar, text.rstrip("\n"))


def rewritten(file: TextFile, rewrites: Iterable[Rewrite]) -> str:
    """A file with new texts; from its end to its beginning, so that places stay true."""
    text = file.text
    for rewrite in sorted(rewrites, key=lambda r: r.scalar.start, reverse=True):
        text = _with(TextFile.of(file.path, text), rewrite.scalar, rewrite.text)
    return text


def _with(file: TextFile, scalar: Scalar, text: str) -> str:
    """The first way of writing a text that reads back as exactly that, and all else as before."""
    expected = [
        token if start != scalar.start else text
        for start, token in _tokens(yaml_source.parse(file, []))
    ]
    for written in _ways(file, scalar, text):
        tried = file.text[: scalar.start] + written + file.text[scalar.end :]
        node = yaml_source.parse(TextFile.of(file.path, tried), [])
        tokens = [
            token.rstrip("\n") if start == scalar.start else token for start, token in _tokens(node)
        ]
        if tokens == expected:
            return tried
    return file.text


def _tokens(node: Node | None) -> Iterator[tuple[int, str]]:
    """A document as a line of words, and where each stands: equal lines mean the same."""
    if isinstance(node, Scalar):
        yield node.start, node.text
    elif isinstance(node, Items):
        yield -1, "["
        for child in node.nodes:
            yield from _tokens(child)
        yield -1, "]"
    elif isinstance(node, Entries):
        yield -1, "{"
        for key, value in node.pairs:
            yield from _tokens(key)
            yield from _tokens(value)
        yield -1, "}"


def _ways(file: TextFile, scalar: Scalar, text: str) -> Iterator[str]:
    """How a text may be written, as like the old one as can be."""
    raw = file.text[scalar.start : scalar.end]
    if scalar.style in ("|", ">"):
        yield _block(raw, text, is_folded=scalar.style == ">")
    elif "\n" in text:
        yield _new_block(file, scalar, text)
    elif scalar.style == "":
        yield text
    elif scalar.style == "'":
        yield "'" + text.replace("'", "''") + "'"
    else:
        yield _double_quoted(text)
    # a block ends with its line, and so must what takes its place
    after = raw[len(raw.rstrip()) :] if scalar.style in ("|", ">") else ""
    yield quoted(text) + after
    yield _double_quoted(text) + after


def _block(raw: str, text: str, *, is_folded: bool) -> str:
    """A block under its old header, as far in as before; what follows it stays."""
    header, _, body = raw.partition("\n")
    end = "\r\n" if header.endswith("\r") else "\n"
    first = next((line for line in body.split("\n") if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" "))] or "  "
    lines = _folded(text, _WIDTH - len(indent)) if is_folded else text.split("\n")
    after = raw[len(raw.rstrip()) :]
    return header + "\n" + end.join(indent + line if line else "" for line in lines) + after


def _folded(text: str, width: int) -> list[str]:
    """Lines that a folded block joins again; a line break of the text is an empty line."""
    lines: list[str] = []
    for number, paragraph in enumerate(text.split("\n")):
        if number:
            lines.append("")
        line = ""
        for word in paragraph.split(" "):
            if line and len(line) + 1 + len(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines


def _new_block(file: TextFile, scalar: Scalar, text: str) -> str:
    """A text of several lines as a block, further in than the line that it begins on."""
    line = file.text[file.text.rfind("\n", 0, scalar.start) + 1 : scalar.start]
    indent = " " * (len(line) - len(line.lstrip(" -")) + 2)
    return "|-\n" + "\n".join(indent + one if one else "" for one in text.split("\n"))


def _double_quoted(text: str) -> str:
    """A text in double quotes; what can't be seen is spelled out."""
    named = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(named.get(c) or _shown(c) for c in text) + '"'


def _shown(character: str) -> str:
    return character if character.isprintable() else f"\\U{ord(character):08X}"


def write(root: Path, rewrites: Sequence[Rewrite]) -> tuple[str, ...]:
    """Write new texts into the files they stand in; the paths of the files.

    Raises `WrongUsage` where a file was changed since it was read; then it stays as it is.
    """
    files = {rewrite.scalar.file.path: rewrite.scalar.file for rewrite in rewrites}
    for path, file in sorted(files.items()):
        target = (root / path).resolve()
        old = target.read_bytes()
        if old.decode("utf-8-sig") != file.text:
            raise WrongUsage(f"{path} was changed while its tests ran", help="run them again")
        mark = _BOM if old.startswith(_BOM) else b""
        new = rewritten(file, [r for r in rewrites if r.scalar.file.path == path])
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        temporary.write_bytes(mark + new.encode())
        temporary.replace(target)
    return tuple(sorted(files))
