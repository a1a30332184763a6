"""Which names an expression may use, and what each stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from targeter.schema import Column, Schema

PROFILE = "p"
ROW = "r"
SEGMENT = "s"


@dataclass(frozen=True, slots=True)
class Scope:
    """The names visible to one kind of expression.

    `relations` are the tables behind the names, by alias: the profile is `p`, a source's row
    `r`, segments `s`. `bare` are the aliases in which a name without a dot is looked up;
    `shared` are names that may stand in several of them, being equal there. `prefixes` are what
    a user writes before a dot and the alias it means. `key` is (alias, column) of the person's
    key. `is_grouped` allows columns beside aggregates, as GROUP BY does.
    """

    what: str
    relations: Mapping[str, Schema]
    bare: tuple[str, ...]
    key: tuple[str, str]
    today: str
    prefixes: Mapping[str, str] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    aggregates: bool = False
    is_grouped: bool = False
    topics: tuple[str, ...] = ()

    def resolve(self, path: Sequence[str]) -> tuple[str, Column] | None:
        """The alias and column a written name stands for, or None."""
        if len(path) == 1:
            return next(iter(self.homes(path[0])), None)
        if len(path) != 2:
            return None
        dotted = self.homes(f"{path[0]}.{path[1]}")
        if dotted:
            return dotted[0]
        alias = self.prefixes.get(path[0].casefold())
        column = self.relations[alias].get(path[1]) if alias else None
        return (alias, column) if alias and column else None

    def homes(self, name: str) -> list[tuple[str, Column]]:
        """Every relation in which a name without a dot is a column."""
        found = []
        for alias in self.bare:
            column = self.relations[alias].get(name)
            if column:
                found.append((alias, column))
        return found

    def is_ambiguous(self, path: Sequence[str]) -> bool:
        name = path[0].casefold()
        return len(path) == 1 and name not in self.shared and len(self.homes(name)) > 1

    @property
    def known_names(self) -> list[str]:
        """The names a user may write here, for «did you mean»."""
        names = [name for alias in self.bare for name in self.relations[alias].names]
        for prefix, alias in self.prefixes.items():
            names += [f"{prefix}.{name}" for name in self.relations[alias].names]
        return sorted({name for name in names if "(" not in name})


def sentiment_column(name: str) -> str:
    """The column of a source that holds the built-in sentiment of a text column."""
    return f"sentiment({name})"


def stance_column(topic: str) -> str:
    """The column of the profile that holds a person's stance about a topic."""
    return f"stance('{topic}')"


def with_sentiment(schema: Schema) -> Schema:
    """A source's columns, and beside each text column its sentiment."""
    texts = [c for c in schema if c.type == "VARCHAR"]
    return schema.with_columns(c.derived(sentiment_column(c.name), "DOUBLE", ()) for c in texts)
