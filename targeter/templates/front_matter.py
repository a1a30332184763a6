"""The lines between --- at the top of a template: where it goes, and which values may act."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from targeter import yaml_source
from targeter.findings import Finding, did_you_mean
from targeter.inert import Role
from targeter.templates.template import DeclaredRole
from targeter.yaml_source import Fields, Scalar, TextFile


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a template says of itself, as declared."""

    channel: Scalar
    topic: Scalar | None
    link: Scalar | None
    roles: tuple[DeclaredRole, ...]


def split(file: TextFile) -> tuple[TextFile | None, int]:
    """The front matter as a file of its own, padded so that its places are the whole file's; and
    the offset at which the body begins. None where there is no front matter."""
    match = re.match(r"---[ \t]*\r?\n(.*?)^---[ \t]*(\r?\n|\Z)", file.text, re.S | re.M)
    if match is None:
        return None, 0
    padded = " " * 3 + file.text[3 : match.end(1)]
    return TextFile.of(file.path, padded), match.end()


def read_front_matter(head: TextFile, found: list[Finding]) -> FrontMatter | None:
    """The front matter; None, with findings, where the template can't be used."""
    before = len(found)
    node = yaml_source.parse(head, found)
    if len(found) > before:
        return None
    fields = Fields.of(node, "the front matter", found)
    if fields is None:
        message = "the front matter names no channel"
        found.append(Finding("TG508", message, head.place(0), "add a line channel: x"))
        return None
    channel = fields.scalar("channel", required=True)
    topic, link = fields.scalar("topic"), fields.scalar("link")
    roles = _roles(fields)
    fields.done()
    return FrontMatter(channel, topic, link, roles) if channel else None


def _roles(fields: Fields) -> tuple[DeclaredRole, ...]:
    declared = []
    known: dict[str, Role] = {role: role for role in get_args(Role)}
    for name, node in fields.named("roles"):
        said = node.text if isinstance(node, Scalar) else ""
        if said in known:
            declared.append(DeclaredRole(name.text, known[said], name.place))
            continue
        message = f"{name.text!r} can't have the role {said!r}" if said else "a role is one word"
        help_ = did_you_mean(said, list(known)) or f"known: {', '.join(known)}"
        fields.wrong(node, message, help_)
    return tuple(declared)
