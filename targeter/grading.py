"""Which findings a project wants to see, and how severe each is: its `lint:` settings."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from targeter.findings import CODES, Finding, Place, Severity, did_you_mean
from targeter.sensitive import Sensitive, read_sensitive
from targeter.yaml_source import Entries, Fields, Node, Scalar

_PREFIX = re.compile(r"TG\d{0,3}", re.IGNORECASE)
# What says that a comment is wrong can't be silenced: a silence nobody notices would be the result.
ALWAYS = "TG0"


def codes_of(word: str) -> frozenset[str]:
    """The codes that a word means: `TG202`, `unknown-column` or the prefix `TG2`; else none."""
    word = word.strip()
    if _PREFIX.fullmatch(word):
        return frozenset(code for code in CODES if code.startswith(word.upper()))
    return frozenset(code for code, kind in CODES.items() if kind.name == word.casefold())


def suggestion(word: str) -> str:
    """What to write instead of a word that means no code."""
    names = [*CODES, *(kind.name for kind in CODES.values())]
    return did_you_mean(word.strip(), names) or "targeter lint --explain all lists every code"


@dataclass(frozen=True, slots=True)
class PerFile:
    """What is ignored, and how severe the rest is, in the files that a pattern fits.

    Its `*` stands for `/` too.
    """

    pattern: str
    place: Place
    codes: frozenset[str]
    severity: tuple[tuple[str, Severity], ...] = ()

    def concerns(self, path: str) -> bool:
        return fnmatch.fnmatchcase(path, self.pattern)


@dataclass(frozen=True, slots=True)
class Grading:
    """What is reported, how severe it is, and from where on it fails. TG0xx is always reported.

    `sensitive` says by which words a name is taken for something nobody is chosen by (TG409).
    """

    select: frozenset[str] = frozenset(CODES)
    ignore: frozenset[str] = frozenset()
    severity: tuple[tuple[str, Severity], ...] = ()
    per_file: tuple[PerFile, ...] = ()
    fail_level: Severity = Severity.ERROR
    sensitive: Sensitive = Sensitive()

    def graded(self, finding: Finding) -> Finding | None:
        """A finding as severe as the project says; None where the project doesn't want it."""
        if finding.code.startswith(ALWAYS):
            return finding
        if finding.code not in self.select or finding.code in self.ignore:
            return None
        path = finding.place.path if finding.place else ""
        here = [one for one in self.per_file if one.concerns(path)]
        if any(finding.code in one.codes for one in here):
            return None
        # what is said of a file goes before what is said of all, and the last pattern wins
        levels = dict([*self.severity, *(level for one in here for level in one.severity)])
        severity = levels.get(finding.code)
        return replace(finding, graded=severity) if severity else finding

    def fails(self, finding: Finding) -> bool:
        """Whether a graded finding is severe enough to fail."""
        ranks = list(Severity)
        return ranks.index(finding.severity) <= ranks.index(self.fail_level)


def read_grading(settings: Fields) -> Grading:
    """The `lint:` settings; every word that is no code is found.

    Settings with a mistake in them silence nothing, or they could silence that mistake.
    """
    before = len(settings.found)
    fields = settings.fields("lint", "lint")
    if fields is None:
        return Grading()
    select = _codes(fields.texts("select"), fields, silences=False)
    ignore = _codes(fields.texts("ignore"), fields)
    grading = Grading(
        select=select if fields.entries.get("select") else frozenset(CODES),
        ignore=ignore,
        severity=_severities(fields),
        per_file=_per_file(fields),
        fail_level=Severity(fields.choice("fail_level", list(Severity), Severity.ERROR)),
        sensitive=read_sensitive(fields),
    )
    fields.done()
    return grading if len(settings.found) == before else Grading()


def _codes(words: Iterable[Scalar], fields: Fields, *, silences: bool = True) -> frozenset[str]:
    codes: frozenset[str] = frozenset()
    for word in words:
        meant = codes_of(word.text)
        if not meant:
            fields.wrong(word, f"no code is called {word.text!r}", suggestion(word.text))
        elif silences and all(code.startswith(ALWAYS) for code in meant):
            fields.wrong(word, f"{word.text!r} can't be ignored", "mend the comment it speaks of")
        codes |= meant
    return codes


def _severities(fields: Fields) -> tuple[tuple[str, Severity], ...]:
    """The longest word wins: `TG3: info` with `TG301: error` leaves TG301 an error."""
    graded: list[tuple[int, str, Severity]] = []
    inner = fields.fields("severity", f"{fields.what}: 'severity'")
    for word, _ in inner.entries.pairs if inner else ():
        assert inner is not None
        codes = _codes([word], inner)
        level = inner.choice(word.text, list(Severity), "")
        exactness = len(word.text) if _PREFIX.fullmatch(word.text) else 5
        graded += [(exactness, code, Severity(level)) for code in sorted(codes) if level]
    return tuple((code, level) for _, code, level in sorted(graded, key=lambda one: one[0]))


def _per_file(fields: Fields) -> tuple[PerFile, ...]:
    """Patterns of files, each with the codes to ignore or with `ignore` and `severity`."""
    inner = fields.fields("per_file", "lint: 'per_file'")
    if inner is None:
        return ()
    return tuple(_one_file(pattern, node, inner) for pattern, node in inner.entries.pairs)


def _one_file(pattern: Scalar, node: Node, fields: Fields) -> PerFile:
    if not isinstance(node, Entries):
        return PerFile(pattern.text, pattern.place, _codes(fields.texts(pattern.text), fields))
    fields.node(pattern.text)
    inner = Fields(node, f"lint: 'per_file': {pattern.text!r}", fields.found)
    ignored, severity = _codes(inner.texts("ignore"), inner), _severities(inner)
    inner.done()
    return PerFile(pattern.text, pattern.place, ignored, severity)
