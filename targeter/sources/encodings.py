"""How the bytes of a text file become text: byte order marks, UTF-8 or not, and what to do then."""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from targeter.errors import BadData
from targeter.findings import Finding, Place
from targeter.sources.declared import Source
from targeter.sources.files import SourceFile

CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_DECODED = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_UTF8 = frozenset({"utf-8", "utf-8-sig", "ascii"})


@dataclass(frozen=True, slots=True)
class Text:
    """A text file in UTF-8: the original, or a copy of it where the engine can't read that."""

    file: SourceFile
    encoding: str
    notes: tuple[str, ...] = ()


def as_utf8(source: Source, file: SourceFile, scratch: Path | None, *, mark: bool = True) -> Text:
    """The file as UTF-8 without NUL; raises `BadData` with the line when it isn't text.

    An encoding that is declared counts; else a byte order mark; else UTF-8; else Windows-1252,
    which is what old exports are, and which is said in a note. Where a byte order mark is in the
    way (`mark=False`), UTF-8 with one is copied without it.
    """
    try:
        return _as_utf8(source, file, scratch, mark)
    except (EOFError, zlib.error, OSError) as error:
        message = f"{file.shown} can't be read to its end: {error or type(error).__name__}"
        place = Place(file.shown, 1, 1)
        help_ = "the file is cut off or damaged: fetch it again"
        raise _bad(source, Finding("TG715", message, place, help_)) from None


def _as_utf8(source: Source, file: SourceFile, scratch: Path | None, mark: bool) -> Text:
    declared = _declared(source)
    with file.opened() as stream:
        head = stream.read(CHUNK)
    encoding = declared or _marked(head) or _unmarked_utf16(head) or "utf-8"
    if encoding not in _UTF8:
        notes = () if declared else (f"{file.shown}: read as {encoding.upper()}",)
        return _copied(source, file, scratch, encoding, notes)
    _refuse_nul(source, file)
    broken, valid = _utf8_quality(file)
    if not broken and not mark and head.startswith(codecs.BOM_UTF8):
        return _copied(source, file, scratch, "utf-8-sig", ())
    if not broken:
        return Text(file, "utf-8-sig")
    if declared or valid > broken:
        raise _bad(source, _first_broken(file, "utf-8"))
    note = f"{file.shown}: not UTF-8, read as Windows-1252; if that's wrong, declare encoding:"
    return _copied(source, file, scratch, "cp1252", (note,))


def _declared(source: Source) -> str | None:
    if source.encoding is None:
        return None
    try:
        name = codecs.lookup(source.encoding).name
    except (LookupError, ValueError):
        message = f"source {source.name!r}: unknown encoding {source.encoding!r}"
        help_ = "for example utf-8, utf-16, latin-1 or cp1252"
        raise _bad(source, Finding("TG105", message, source.place, help_)) from None
    return name


def _marked(head: bytes) -> str | None:
    return next((name for mark, name in _BOMS if head.startswith(mark)), None)


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: in plain text every other byte is zero."""
    if len(head) < 4 or head.count(0) * 3 < len(head):
        return None
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _chunks(file: SourceFile) -> Iterator[bytes]:
    with file.opened() as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _refuse_nul(source: Source, file: SourceFile) -> None:
    lines = 0
    for chunk in _chunks(file):
        at = chunk.find(0)
        if at >= 0:
            place = Place(file.shown, lines + chunk.count(b"\n", 0, at) + 1, 1)
            help_ = "the file is damaged, or isn't text: export it again"
            raise _bad(source, Finding("TG711", "a NUL byte in a text file", place, help_))
        lines += chunk.count(b"\n")


def _utf8_quality(file: SourceFile) -> tuple[int, int]:
    """How many bytes are not UTF-8, and how many characters beyond ASCII are (0, 0: all well)."""
    strict = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(file):
            strict.decode(chunk)
        strict.decode(b"", final=True)
    except UnicodeDecodeError:
        pass
    else:
        return 0, 0
    lenient = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    broken = beyond_ascii = 0
    for chunk in _chunks(file):
        text = lenient.decode(chunk)
        broken += len(_NOT_DECODED.findall(text))
        beyond_ascii += len(_BEYOND_ASCII.findall(text))
    return max(broken, 1), beyond_ascii - broken


def _first_broken(file: SourceFile, encoding: str) -> Finding:
    """The first byte that the encoding has no character for, as a finding with its place."""
    line = 1
    decoder = codecs.getincrementaldecoder(encoding)()
    before = ""
    for chunk in (*_chunks(file), b""):
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            good = before + error.object[: error.start].decode(encoding, "replace")
            line += good.count("\n")
            place = Place(file.shown, line, len(good) - good.rfind("\n"))
            message = f"the byte {error.object[error.start]:#04x} is not {encoding.upper()}"
            help_ = "mend the file, or declare its encoding:, for example encoding: cp1252"
            return Finding("TG711", message, place, help_)
        line += text.count("\n")
        before = text[text.rfind("\n") + 1 :][-CHUNK:] if "\n" in text else before + text
    return Finding("TG711", f"not readable as {encoding.upper()}", Place(file.shown, 1, 1))


def _copied(
    source: Source,
    file: SourceFile,
    scratch: Path | None,
    encoding: str,
    notes: tuple[str, ...],
) -> Text:
    try:
        copy = _rewritten(file, _scratch_name(source, file, scratch), encoding, newline="")
    except UnicodeError:
        if encoding != "cp1252" or source.encoding:
            raise _bad(source, _first_broken(file, encoding)) from None
        # five bytes mean nothing in Windows-1252; Latin-1 gives every byte a character
        copy = _rewritten(file, _scratch_name(source, file, scratch), "latin-1", newline="")
    _refuse_nul(source, copy)
    return Text(copy, "utf-8", notes)


def with_plain_line_ends(source: Source, text: Text, scratch: Path | None) -> Text:
    """A copy of a text in which every line ends with a line feed."""
    file = text.file
    target = _scratch_name(source, file, scratch).with_suffix(".lines")
    note = f"{file.shown}: lines end in different ways; all are read as line ends"
    return Text(_rewritten(file, target, "utf-8-sig", newline=None), "utf-8", (*text.notes, note))


def _rewritten(file: SourceFile, target: Path, encoding: str, newline: str | None) -> SourceFile:
    with (
        file.opened() as stream,
        io.TextIOWrapper(stream, encoding=encoding, newline=newline) as text,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        while chunk := text.read(CHUNK):
            out.write(chunk)
    return SourceFile(target.resolve(), file.shown)


def _scratch_name(source: Source, file: SourceFile, scratch: Path | None) -> Path:
    if scratch is None:
        message = f"{file.shown} must be rewritten as UTF-8 first, and there is no place for that"
        raise _bad(source, Finding("TG715", message, source.place, "save the file as UTF-8"))
    scratch.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(str(file.path).encode()).hexdigest()[:12]
    return scratch / f"{source.name}-{digest}.copy"


def _bad(source: Source, finding: Finding) -> BadData:
    return BadData(f"source {source.name!r} can't be read", findings=[finding])
