"""Findings that only follow from another one: they are left out until that one is mended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from targeter.binding import Bound
from targeter.findings import Finding, errors_in
from targeter.project import SETTINGS

# What can't be read may be what uses these or guards them: an expression, or a whole rule.
_NEED_EXPRESSIONS = frozenset({"TG305", "TG407", "TG408"})
_NEED_RULES = _NEED_EXPRESSIONS | {"TG401", "TG504"}
_NOT_IN_COPY = ("TG503", "TG506")
_UNTYPED = re.compile(r"column '([^']*)' has an unknown type")
_NAMED = re.compile(r"'([^']*)'")
# `  loves_iphone: …` and `- name: iphone`, wherever they stand
_GIVEN = re.compile(r"\bname:[ \t]*['\"]?([A-Za-z_][\w-]*)|^[ \t]+([A-Za-z_][\w-]*):", re.MULTILINE)


def causes(findings: Sequence[Finding], bound: Bound) -> tuple[Finding, ...]:
    """The findings less their consequences; where nothing is broken, all of them."""
    errors = errors_in(findings)
    # that nobody is asked for consent hides nothing else
    unread = _unread({error.code[:3] for error in errors if error.code != "TG116"})
    columns, templates = _broken_columns(bound), _broken_templates(bound)
    lost = _lost_names(errors, bound)
    if any(error.code == "TG116" for error in errors):
        lost |= {"marketing"}
    untyped = _untyped_columns(errors)
    said = {(error.code, error.place) for error in errors if error.place}
    return tuple(
        finding
        for finding in findings
        if finding.code not in unread
        and not (finding.code in ("TG202", "TG503", "TG601") and _names(finding) & columns)
        and not (finding.code in ("TG501", "TG605") and _names(finding) & templates)
        and not (finding.code in ("TG202", "TG605") and _names(finding) & lost)
        and not (finding.code in ("TG203", "TG204", "TG205") and _words_under(finding) & untyped)
        and not (finding.code == "TG107" and ("TG105", finding.place) in said)
        and not (finding.code == "TG512" and {(c, finding.place) for c in _NOT_IN_COPY} & said)
        and not (finding.code == "TG116" and _settings_are_unread(errors))
        and not (finding.code == "TG208" and templates and "no template" in finding.message)
    )


def _unread(kinds: set[str]) -> frozenset[str]:
    """The codes that can't be relied on where there are errors of these kinds."""
    if "TG1" in kinds:
        return _NEED_RULES
    return _NEED_EXPRESSIONS if "TG2" in kinds else frozenset()


def _settings_are_unread(errors: Iterable[Finding]) -> bool:
    """Whether purposes may stand in the settings that couldn't be read."""
    return any(
        error.code.startswith("TG1") and error.code != "TG116"
        for error in errors
        if error.place and error.place.path == SETTINGS
    )


def _names(finding: Finding) -> set[str]:
    return {name.casefold() for name in _NAMED.findall(finding.message)}


def _words_under(finding: Finding) -> set[str]:
    """The words that a finding points at."""
    place = finding.place
    if place is None:
        return set()
    under = place.excerpt[place.column - 1 : place.column - 1 + place.length]
    return {word.casefold() for word in re.findall(r"\w+", under)}


def _untyped_columns(errors: Iterable[Finding]) -> set[str]:
    """Columns that are read as texts for want of a type that anybody knows."""
    found = (_UNTYPED.search(error.message) for error in errors if error.code == "TG105")
    return {match[1].casefold() for match in found if match}


def _broken_columns(bound: Bound) -> frozenset[str]:
    """Columns of traits that are declared and could not be bound."""
    declared = (name for trait in bound.project.settings.traits for name in trait.columns)
    return frozenset(name.casefold() for name in declared if name not in bound.profile)


def _lost_names(errors: Iterable[Finding], bound: Bound) -> frozenset[str]:
    """Names given in rule files that couldn't be read whole, of what was lost and what wasn't."""
    places = [error.place for error in errors if error.code.startswith("TG1") and error.place]
    broken = {place.path for place in places} - {SETTINGS}
    texts = (file.text for file in bound.project.files if file.path in broken)
    given = (match[1] or match[2] for text in texts for match in _GIVEN.finditer(text))
    return frozenset(name.casefold() for name in given)


def _broken_templates(bound: Bound) -> frozenset[str]:
    """Names of template files that were found and could not be read."""
    read = {template.file.path for template in bound.project.templates}
    paths: Iterable[str] = (file.path for file in bound.project.files)
    unread = (path for path in paths if path.endswith(".j2") and path not in read)
    return frozenset(path.rsplit("/", 1)[-1].split(".")[0].casefold() for path in unread)
