"""A small project with every kind of ending, and a way to run commands on it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from targeter.cli.boundary import run
from tests import worlds

SETTINGS = (
    "as_of: 2026-11-01\n"
    + worlds.ASKED
    + """\
      name: text
      age: integer
      language: text
      agreed: {type: boolean, true_values: ["Y"], false_values: ["N"]}
      town: {type: text, in_copy: promoted}
      spent: decimal
      handle: text
      waits: {type: boolean, true_values: ["Y"], false_values: ["N"]}
language: {column: language, default: en}
campaigns:
  advent: {starts: 2026-10-20, ends: 2026-12-24}
  easter: {starts: 2027-03-01, ends: 2027-04-01}
channels:
  x_promoted: {min_audience: 2, match_rate: 0.5}
  x_dm: {address: handle}
"""
)
RULES = """\
segments:
  regular: spent >= 50
handoffs:
  - name: waiting
    to: the counter
    when: waits
require:
  - name: adult
    when: age >= 18
suppressions:
  - name: no-rye
    when: town = 'Ryeville'
    only: {topic: rye}
rules:
  - name: stollen
    campaign: advent
    why: Who came all year should hear first.
    priority: 20
    when:
      all:
        - regular
        - any:
            - town = 'Harbour'
            - age > 60
    unless:
      - name is null
    templates: [stollen]
  - name: new-bread
    why: Everybody eats bread.
    priority: 10
    when: town is not null
    templates: [rye, bread]
  - name: eggs
    campaign: easter
    why: At Easter there are eggs.
    priority: 5
    when: age > 0
    templates: [bread]
"""
TEMPLATES = {
    "templates/stollen.en.j2": """\
        ---
        channel: x_dm
        ---
        {{ name }}, the first stollen is out of the oven.
        """,
    "templates/stollen.de.j2": """\
        ---
        channel: x_dm
        ---
        {{ name }}, der erste Stollen ist aus dem Ofen.
        """,
    "templates/rye.j2": """\
        ---
        channel: x_promoted
        topic: rye
        ---
        There is rye bread in {{ town }} again.
        """,
    "templates/bread.j2": """\
        ---
        channel: x_promoted
        ---
        Bread is best while it is warm.
        """,
}
PEOPLE = """\
person_id,name,age,language,agreed,town,spent,handle,waits
ada,Ada,44,en,Y,Harbour,80.50,@ada,N
bo,Bo,70,de,Y,Hill,51,@bo,N
cy,Cy,30,en,Y,Harbour,3,,N
di,Di,31,en,Y,Harbour,4,,N
ed,Ed,32,en,Y,Harbour,5,,N
fay,Fay,33,en,Y,Harbour,,,N
gil,Gil,34,en,Y,Island,6,,N
hal,Hal,35,en,Y,,7,,N
ida,Ida,15,en,Y,Harbour,8,,N
jo,Jo,,en,Y,Harbour,9,,N
kim,Kim,36,en,N,Harbour,10,,N
lee,Lee,37,en,,Harbour,11,,N
max,Max,38,en,Y,Harbour,12,,Y
"""


def bakery(root: Path, **changed: str) -> Path:
    """The project, with `rules`, `settings` or `people` in other words."""
    return worlds.write(
        root,
        {
            "rules/targeter.yaml": changed.get("settings", SETTINGS),
            "rules/bread.yaml": changed.get("rules", RULES),
            "people.csv": changed.get("people", PEOPLE),
            **TEMPLATES,
        },
    )


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Mapping[str, Any]:
        assert self.out.isascii()
        document: Mapping[str, Any] = json.loads(self.out)
        assert document["format_version"] == 1
        return document


@contextmanager
def width(columns: int | None) -> Iterator[None]:
    before = os.environ.pop("COLUMNS", None)
    if columns is not None:
        os.environ["COLUMNS"] = str(columns)
    try:
        yield
    finally:
        os.environ.pop("COLUMNS", None)
        if before is not None:
            os.environ["COLUMNS"] = before


def targeter(*words: object, columns: int | None = None) -> Ran:
    """Run a command in this process, without a terminal; `columns` bounds its lines."""
    out, err = StringIO(), StringIO()
    with width(columns), redirect_stdout(out), redirect_stderr(err):
        code = run([str(word) for word in words])
    return Ran(code, out.getvalue(), err.getvalue())
