"""A finding: something a user can mend, with its code, its place and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters: errors stop a plan, warnings are shown, infos explain."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in a user's file: line and column from 1, length in characters."""

    path: str
    line: int
    column: int
    length: int = 1
    excerpt: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding: its kebab name and how severe it is unless a project says otherwise."""

    name: str
    severity: Severity = Severity.ERROR


_WARNING = Severity.WARNING
_INFO = Severity.INFO

CODES: dict[str, Code] = {
    # 0xx: comments that ignore findings; they can't be ignored themselves
    "TG001": Code("unused-ignore", _WARNING),
    "TG002": Code("ignore-not-attached", _WARNING),
    "TG003": Code("snooze-expired", _WARNING),
    "TG004": Code("ignore-without-reason"),
    "TG005": Code("malformed-ignore"),
    # 1xx: YAML and shape
    "TG101": Code("yaml-syntax"),
    "TG102": Code("duplicate-key"),
    "TG103": Code("unknown-key"),
    "TG104": Code("missing-key"),
    "TG105": Code("wrong-value"),
    "TG106": Code("duplicate-name"),
    "TG107": Code("yaml-surprise", _WARNING),
    "TG108": Code("yaml-feature"),
    "TG110": Code("path-outside"),
    "TG111": Code("secret-in-file"),
    "TG112": Code("unreadable-file"),
    "TG113": Code("unknown-source"),
    "TG114": Code("unknown-purpose"),
    "TG115": Code("unknown-campaign"),
    "TG116": Code("purpose-not-declared"),
    "TG117": Code("history-too-short", _WARNING),
    # 2xx: certain errors in an expression
    "TG201": Code("syntax"),
    "TG202": Code("unknown-column"),
    "TG203": Code("type-error"),
    "TG204": Code("literal-not-castable"),
    "TG205": Code("not-boolean"),
    "TG206": Code("circle"),
    "TG207": Code("unknown-function"),
    "TG208": Code("unknown-topic"),
    "TG210": Code("construct-not-allowed"),
    "TG211": Code("too-large"),
    "TG212": Code("reserved-word"),
    "TG213": Code("condition-cut-by-yaml"),
    "TG214": Code("text-in-double-quotes"),
    "TG215": Code("sensitive-column"),
    "TG216": Code("aggregate-misplaced"),
    "TG217": Code("other-person-reached"),
    # 3xx: suspicious in an expression
    "TG301": Code("null-dropped", _WARNING),
    "TG302": Code("null-in-suppression"),
    "TG303": Code("nan-counts-as-greatest", _WARNING),
    "TG304": Code("constant-condition", _WARNING),
    "TG305": Code("topic-without-refusal-guard", _WARNING),
    # 4xx: the rule set
    "TG401": Code("no-rules", _WARNING),
    "TG402": Code("equal-priority", _WARNING),
    "TG403": Code("rule-cannot-win", _WARNING),
    "TG404": Code("condition-cannot-hold", _WARNING),
    "TG405": Code("equal-rules", _WARNING),
    "TG406": Code("no-why", _WARNING),
    "TG407": Code("unused-segment", _WARNING),
    "TG408": Code("unused-trait", _WARNING),
    "TG409": Code("sensitive-category-targeted", _WARNING),
    "TG410": Code("friend-named-without-consent", _WARNING),
    # 5xx: templates and copy
    "TG501": Code("unknown-template"),
    "TG502": Code("template-syntax"),
    "TG503": Code("unknown-variable"),
    "TG504": Code("unused-template", _WARNING),
    "TG505": Code("template-construct-not-allowed"),
    "TG506": Code("value-not-for-copy"),
    "TG507": Code("unknown-channel"),
    "TG508": Code("front-matter"),
    "TG509": Code("never-fits"),
    "TG510": Code("channel-forbids"),
    "TG511": Code("unsafe-joint"),
    "TG512": Code("value-may-be-missing", _WARNING),
    "TG513": Code("may-not-fit", _WARNING),
    "TG514": Code("role-cannot-be"),
    "TG515": Code("formats-not-known"),
    "TG516": Code("blocked-word"),
    "TG517": Code("invisible-character"),
    # 6xx: tests of rules
    "TG601": Code("unknown-column-in-test"),
    "TG602": Code("value-not-castable-in-test"),
    "TG603": Code("duplicate-test"),
    "TG604": Code("empty-expectation"),
    "TG605": Code("unknown-expectation"),
    "TG606": Code("no-tests"),
    "TG607": Code("test-without-day"),
    "TG608": Code("row-never-seen"),
    # 7xx: what only data shows
    "TG701": Code("rule-matches-nobody", _WARNING),
    "TG702": Code("rule-always-loses", _WARNING),
    "TG703": Code("rule-not-running", _WARNING),
    "TG704": Code("template-never-used", _WARNING),
    "TG705": Code("rows-of-nobody", _WARNING),
    "TG710": Code("value-not-castable"),
    "TG711": Code("malformed-row"),
    "TG712": Code("person-twice"),
    "TG713": Code("identifier-twice"),
    "TG714": Code("empty-source"),
    "TG715": Code("source-not-readable"),
    "TG716": Code("column-missing"),
    "TG717": Code("person-without-key"),
    "TG718": Code("values-dropped", _WARNING),
    "TG719": Code("suppression-holds-for-everybody", _WARNING),
    "TG720": Code("column-twice"),
    "TG721": Code("no-contact-history", _WARNING),
    "TG722": Code("holdout-too-small", _WARNING),
    "TG723": Code("many-cells", _WARNING),
    "TG724": Code("links-differ-in-cell"),
    "TG725": Code("pilot-smaller-than-asked", _WARNING),
    "TG726": Code("row-without-time", _WARNING),
    "TG727": Code("pace-too-slow", _WARNING),
    "TG728": Code("source-without-rows", _WARNING),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: a code of `CODES`, what is wrong, where, and what to do.

    `graded` is how severe a project's lint settings make it; None: as severe as its code.
    """

    code: str
    message: str
    place: Place | None = None
    help: str = ""
    graded: Severity | None = None

    @property
    def name(self) -> str:
        return CODES[self.code].name

    @property
    def severity(self) -> Severity:
        return self.graded or CODES[self.code].severity


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings without repetition, by path, line, column and code: the same in every run."""
    return tuple(sorted(dict.fromkeys(findings), key=_order))


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    place = finding.place
    where = (place.path, place.line, place.column) if place else ("", 0, 0)
    return (*where, finding.code, finding.message)


def errors_in(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Only the findings that stop a plan."""
    return tuple(f for f in findings if f.severity is Severity.ERROR)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """«did you mean 'x'?» for a word close to a known one, else the known ones, else ''."""
    close = difflib.get_close_matches(word.casefold(), [k.casefold() for k in known], n=1)
    if close:
        match = next(k for k in known if k.casefold() == close[0])
        return f"did you mean {match!r}?"
    if known and len(known) <= 12:
        return "known: " + ", ".join(sorted(known))
    return ""
