"""Which columns of the profile an expression may mean, before it is compiled."""

from __future__ import annotations

from collections.abc import Iterator

from targeter.database import Tree
from targeter.expressions import trees


def profile_names(expression: Tree, *, bare: bool) -> Iterator[str]:
    """Names that may be columns of the profile: those without a dot, and after `person.`."""
    for node in trees.walk(expression):
        if node["class"] == "COLUMN_REF":
            names = [str(name).casefold() for name in node["column_names"]]
            if len(names) == 1 and bare:
                yield names[0]
            elif len(names) == 2 and names[0] == "person":
                yield names[1]
