"""Small projects whose outcome can be read off: one people file, rules, and a few templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent

from tests import worlds

# One channel of each kind, narrow enough to overflow and to run out of people.
SETTINGS = """\
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
      name: {type: text, in_copy: promoted}
      city: {type: text, in_copy: promoted}
      age: {type: integer, in_copy: promoted}
      consent: boolean
      phone: text
      language: text
channels:
  mail: {delivery: direct, unit: codepoints, limit: 30}
  text: {delivery: direct, unit: codepoints, limit: 30, address: phone}
  wall: {like: x_promoted, min_audience: 3}
"""
HEADER = "person_id,name,city,age,consent,phone,language"
# Somebody about whom everything is known.
KNOWN = "anna,Anna,Ashby,40,true,0171,en"


def template(text: str, channel: str = "mail", **matter: str) -> str:
    """A template file."""
    lines = "".join(f"{key}: {value}\n" for key, value in matter.items())
    return f"---\nchannel: {channel}\n{lines}---\n{text}\n"


HELLO: Mapping[str, str] = {"hello": template("Hello you")}
EVERYBODY = """\
rules:
  - name: everybody
    priority: 1
    when: person_id is not null
    templates: [hello]
"""


def project(
    root: Path,
    rules: str = EVERYBODY,
    people: Sequence[str] = (KNOWN,),
    *,
    settings: str = "",
    templates: Mapping[str, str] = HELLO,
) -> Path:
    """Write a project; `settings` follow those every one here has, the channels first."""
    agreed = "" if "purposes:" in settings else worlds.AGREED
    files = {
        "rules/targeter.yaml": agreed + SETTINGS + settings,
        "rules/rules.yaml": dedent(rules),
        "people.csv": "\n".join([HEADER, *people]) + "\n",
    }
    files |= {f"templates/{name}.j2": text for name, text in templates.items()}
    return worlds.write(root, files)


def crowd(count: int, rest: str = "Anna,Ashby,40,true,0171,en") -> list[str]:
    """People who differ only in their key: p0, p1, …"""
    return [f"p{number},{rest}" for number in range(count)]


def rule(name: str, priority: int, when: str, *templates: str, **more: str) -> str:
    """One rule as a list item of YAML; `when` needs no quoting."""
    lines = [
        f"  - name: {name}",
        f"    priority: {priority}",
        "    when: |",
        f"      {when}",
        f"    templates: [{', '.join(templates)}]",
        *(f"    {key}: {value}" for key, value in more.items()),
    ]
    return "\n".join(lines) + "\n"


def outcome(root: Path, person: str = "anna") -> str:
    """What became of one person."""
    return worlds.results(root)[person][0]
