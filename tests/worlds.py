"""Small projects for tests: files in a folder, planned as a user would plan them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

from targeter import pipeline
from targeter.findings import Finding, errors_in
from targeter.options import Options
from targeter.runs import Run

DAY = dt.date(2026, 11, 1)

# Everybody agreed: what these worlds are about is something else.
AGREED = """\
purposes:
  marketing: {basis: legitimate_interest, when: person_id is not null}
"""
_BASE = """\
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
"""
PEOPLE = (
    AGREED
    + _BASE
    + """\
      name: {type: text, in_copy: promoted}
      age: integer
"""
)
# Who agreed is said by the column `agreed`: it follows, among the base's others.
ASKED = (
    """\
purposes:
  marketing: {basis: consent, when: agreed}
"""
    + _BASE
)


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write files (relative path to text, dedented) below a folder."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text), encoding="utf-8")
    return root


def options(root: Path, **changes: object) -> Options:
    values: dict[str, object] = {"root": root, "today": DAY, "memory": "1GB", **changes}
    return Options(**values)  # type: ignore[arg-type]


def findings(root: Path) -> tuple[Finding, ...]:
    """What lint finds."""
    return pipeline.lint(options(root))


def errors(root: Path) -> tuple[Finding, ...]:
    """What lint finds that stops a plan."""
    return errors_in(findings(root))


@contextmanager
def planned(root: Path, **changes: object) -> Iterator[Run]:
    with pipeline.planned(options(root, **changes)) as run:
        yield run


def results(root: Path, **changes: object) -> dict[str, tuple[str, str | None, str | None]]:
    """For each person: outcome, rule and text."""
    with planned(root, **changes) as run:
        rows = run.engine.rows("SELECT person, outcome, choice, text FROM results")
        choices = run.decisions.choices
        return {
            person: (outcome, None if choice is None else choices[choice].rule.name, text)
            for person, outcome, choice, text in rows
        }


def profile(root: Path, *columns: str) -> dict[str, tuple[object, ...]]:
    """For each person the values of some columns of the profile."""
    with planned(root) as run:
        shown = ", ".join(f'"{column}"' for column in columns)
        key = run.bound.key
        rows = run.engine.rows(f'SELECT "{key}", {shown} FROM profiles')
        return {row[0]: row[1:] for row in rows}
