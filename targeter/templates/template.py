"""A message template as it was read: what it says in its front matter, and what its body needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import nodes

from targeter.filters import FILTERS
from targeter.findings import Place
from targeter.inert import Role
from targeter.templates.environment import parsed
from targeter.templates.neighbours import Hole, holes_in, literals_in
from targeter.templates.spots import Spots
from targeter.templates.variables import Variable
from targeter.yaml_source import Scalar, TextFile


@dataclass(frozen=True, slots=True)
class DeclaredRole:
    """A variable that is meant to act: `place` is where the front matter names it."""

    name: str
    role: Role
    place: Place


@dataclass(frozen=True, slots=True)
class Template:
    """One message in one language. `body` is Jinja; `link` goes with the post."""

    name: str
    language: str | None
    file: TextFile
    channel: Scalar
    topic: Scalar | None
    link: Scalar | None
    body: str
    body_start: int
    variables: tuple[Variable, ...]
    declared_roles: tuple[DeclaredRole, ...] = ()

    @property
    def id(self) -> str:
        """What a plan calls it: the file's name without `.j2`."""
        return f"{self.name}.{self.language}" if self.language else self.name

    @property
    def place(self) -> Place:
        return self.file.place(0)

    @property
    def names(self) -> tuple[str, ...]:
        """The variables' names, each once, sorted."""
        return tuple(sorted({variable.name for variable in self.variables}))

    @property
    def required(self) -> frozenset[str]:
        return frozenset(v.name for v in self.variables if v.required)

    @property
    def roles(self) -> Mapping[str, Role]:
        """The variables that are meant to act, by name; every other one is `text`."""
        return {declared.name: declared.role for declared in self.declared_roles}

    def holes(self, facts: Mapping[str, str], language: str) -> tuple[Hole, ...]:
        """Each value written into the text, with all that can stand directly around it.

        `facts` are the project's own words, by name; `language` is what the filters speak.
        """
        tree = parsed(self.body)
        return holes_in(tree, Spots(self.file, self.body_start, tree), facts, language)

    def formats(self) -> tuple[tuple[str, Place], ...]:
        """The filters that need the formats of a language, and where each stands."""
        tree = parsed(self.body)
        spots = Spots(self.file, self.body_start, tree)
        asked = [node for node in tree.find_all(nodes.Filter) if FILTERS[node.name].by_locale]
        return tuple((node.name, spots.of(node)) for node in asked)

    def literals(self, language: str) -> tuple[str, ...]:
        """The words that stand in the template itself, branch by branch."""
        tree = parsed(self.body)
        return literals_in(tree, Spots(self.file, self.body_start, tree), language)

    def place_of(self, literal: str) -> Place:
        """Where a literal of the body begins; the body, where that can't be told."""
        words = literal.strip()
        at = self.file.text.find(words, self.body_start)
        first = words.partition("\n")[0]
        return self.file.place(max(at, self.body_start), len(first))

    @property
    def fixed_text(self) -> str:
        """What every message of this template holds: its words outside of conditions, and one
        letter for each value that must be there."""
        parts: list[str] = []
        for output in parsed(self.body).body:
            for node in output.nodes if isinstance(output, nodes.Output) else ():
                if isinstance(node, nodes.TemplateData):
                    parts.append(node.data)
                elif isinstance(node, nodes.Name):
                    parts.append("a")
        return "".join(parts).strip()


def placeholders(link: str) -> frozenset[str]:
    """The `{name}` placeholders of a link."""
    return frozenset(re.findall(r"\{([^{}]*)\}", link))


def filled(link: str, values: Mapping[str, str]) -> str:
    """A link with its placeholders filled in."""
    return re.sub(r"\{([^{}]*)\}", lambda match: values.get(match[1], match[0]), link)
