"""What lint reports: each finding as the project grades it, with a fingerprint that lasts."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from targeter.binding import Bound
from targeter.errors import NothingToCheck, RulesAreWrong, WrongUsage
from targeter.findings import CODES, Finding, Place, Severity, in_order
from targeter.grading import ALWAYS, Grading, codes_of, suggestion
from targeter.lint.comments import MARK, heard
from targeter.lint.consequences import causes
from targeter.lint.outline import Outline, outline
from targeter.lint.repository import changes_since, prefix_of
from targeter.lint.touched import touched
from targeter.project import SETTINGS, Project
from targeter.yaml_source import TextFile

# Places in messages («first at line 3») move with every edit above them.
_MOVING = re.compile(r"(?<=line )\d+|:\d+:\d+")


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line says of a lint: it replaces `select`, and adds to `ignore`."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_level: Severity | None = None
    changed_since: str | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding with `path` from the top of the repository, the thing it is about, as
    `rules/iphone`, and a fingerprint that stays when lines move."""

    finding: Finding
    path: str | None
    thing: str
    fingerprint: str
    fails: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """Why lint could not do its job, for the formats that say so inside."""

    message: str
    help: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything lint has to say, in order. `suppressed` counts what comments ignore, `untouched`
    what a change is not answerable for; `files` are the files that were read. `settings` is where
    findings are shown that stand in no file, for tools that want one."""

    reported: tuple[Reported, ...] = ()
    settings: str = SETTINGS
    files: tuple[str, ...] = ()
    suppressed: int = 0
    untouched: int = 0
    is_empty: bool = False
    failure: Failure | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(one.finding for one in self.reported)

    @property
    def exit_code(self) -> int:
        """1 where a finding fails, 5 where there was nothing to check, else 0."""
        if self.failure:
            return self.failure.exit_code
        if any(one.fails for one in self.reported):
            return RulesAreWrong.exit_code
        return NothingToCheck.exit_code if self.is_empty else 0


def report(
    bound: Bound, findings: Iterable[Finding], day: dt.date, request: Request = Request()
) -> Report:
    """Findings judged: comments first, then the settings, then what a change touched.

    Raises `WrongUsage` for a word that is no code, and where git can't be asked.
    """
    project = bound.project
    grading = graded_by(project.settings.lint, request)
    raw = causes(in_order(findings), bound)
    outlines = _Outlines(project.files)
    marked = [outlines[file.path] for file in project.files if MARK in file.text]
    kept = heard(raw, marked, day)
    shown = [*kept.shown, *_patterns_for_nothing(grading, project.files)]
    graded = in_order(one for f in shown if (one := grading.graded(f)) is not None)
    here = graded
    if request.changed_since is not None:
        changes = changes_since(project.root, request.changed_since)
        every = {file.path: outlines[file.path] for file in project.files}
        here = touched(graded, bound, every, changes)
    prefix = prefix_of(project.root)
    return Report(
        reported=tuple(_reported(here, outlines, prefix, grading)),
        settings=prefix + SETTINGS,
        files=tuple(prefix + file.path for file in project.files),
        suppressed=len(kept.suppressed),
        untouched=len(graded) - len(here),
        is_empty=not project.rules,
    )


def unsilenced(project: Project, findings: Sequence[Finding], day: dt.date) -> tuple[Finding, ...]:
    """Findings as graded, less those that a comment or the settings ignore: for other commands.

    What is wrong with the comments themselves is for lint to say: it knows all they speak of.
    """
    outlines = _Outlines(project.files)
    marked = [outlines[file.path] for file in project.files if MARK in file.text]
    silent = set(heard(findings, marked, day).suppressed)
    graded = (project.settings.lint.graded(one) for one in findings if one not in silent)
    return tuple(one for one in graded if one is not None)


class _Outlines(dict[str, Outline]):
    """The outline of a file, made when it is first asked for."""

    def __init__(self, files: Sequence[TextFile]) -> None:
        super().__init__()
        self._files = {file.path: file for file in files}

    def __missing__(self, path: str) -> Outline:
        file = self._files.get(path) or TextFile.of(path, "")
        self[path] = made = outline(file)
        return made


def graded_by(grading: Grading, request: Request) -> Grading:
    """The project's settings with what the command line says."""
    select = _codes(request.select, "--select")
    ignore = _codes(request.ignore, "--ignore")
    for word in request.ignore:
        if all(code.startswith(ALWAYS) for code in codes_of(word)):
            raise WrongUsage(f"--ignore {word}: what is wrong with comments can't be ignored")
    return replace(
        grading,
        select=select if request.select else grading.select,
        ignore=grading.ignore | ignore,
        fail_level=request.fail_level or grading.fail_level,
    )


def _codes(words: Sequence[str], option: str) -> frozenset[str]:
    codes: frozenset[str] = frozenset()
    for word in words:
        meant = codes_of(word)
        if not meant:
            raise WrongUsage(f"{option}: no code is called {word!r}", help=suggestion(word))
        codes |= meant
    return codes


def _patterns_for_nothing(grading: Grading, files: Sequence[TextFile]) -> Iterable[Finding]:
    for one in grading.per_file:
        if not any(one.concerns(file.path) for file in files):
            message = f"no file of the project fits {one.pattern!r}"
            yield Finding("TG001", message, one.place, "take it out")


def _reported(
    findings: Sequence[Finding],
    outlines: Mapping[str, Outline],
    prefix: str,
    grading: Grading,
) -> Iterable[Reported]:
    seen: Counter[tuple[str, ...]] = Counter()
    for finding in findings:
        thing = _thing(finding.place, outlines)
        path = prefix + finding.place.path if finding.place else None
        what = (path or "", finding.code, thing, _MOVING.sub("", finding.message))
        fingerprint = hashlib.sha256(
            "\0".join((*what, str(seen[what]))).encode(errors="replace")
        ).hexdigest()
        seen[what] += 1
        yield Reported(finding, path, thing, fingerprint[:32], grading.fails(finding))


def _thing(place: Place | None, outlines: Mapping[str, Outline]) -> str:
    if place is None:
        return ""
    unit = outlines[place.path].thing_at(place.line)
    return unit.title if unit else ""


def known_codes(words: Sequence[str]) -> tuple[str, ...]:
    """The codes that words mean, in order; `all` means every one. Raises `WrongUsage`."""
    if "all" in words:
        return tuple(CODES)
    meant = _codes(words, "--explain")
    return tuple(code for code in CODES if code in meant)
