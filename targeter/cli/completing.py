"""What a shell completes: names of rules, templates, sources, codes, people. Never in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from targeter.project import Project

_AT_MOST = 50
Complete = Callable[[typer.Context, str], list[str]]


def _completing(names: Callable[[Path | None, str], Iterable[str]]) -> Complete:
    """A completion that offers nothing where anything at all goes wrong: somebody is typing."""

    def complete(context: typer.Context, incomplete: str) -> list[str]:
        try:
            known = names(context.params.get("project"), incomplete)
            return [name for name in known if name.startswith(incomplete)][:_AT_MOST]
        except Exception:
            return []

    return complete


def _project(folder: Path | None) -> Project:
    from targeter.cli.options import root_of
    from targeter.project import read_project

    return read_project(root_of(folder))


def _rules(folder: Path | None, incomplete: str) -> list[str]:
    return sorted(rule.name for rule in _project(folder).rules)


def _templates(folder: Path | None, incomplete: str) -> list[str]:
    """Each template by its name, and each language of one that has several: `welcome.de`."""
    templates = _project(folder).templates
    return sorted({name for template in templates for name in (template.name, template.id)})


def _sources(folder: Path | None, incomplete: str) -> list[str]:
    return [source.name for source in _project(folder).settings.sources]


def _codes(folder: Path | None, incomplete: str) -> list[str]:
    from targeter.findings import CODES

    return [*CODES, *(code.name for code in CODES.values())]


def _people(folder: Path | None, incomplete: str) -> Iterable[str]:
    from targeter.cli.options import options_of
    from targeter.people import keys_beginning

    return keys_beginning(options_of(folder, None), incomplete, _AT_MOST)


rule_names = _completing(_rules)
complete_template = _completing(_templates)
source_names = _completing(_sources)
code_names = _completing(_codes)
people = _completing(_people)
