"""A template's body cut into pieces, each of which reads as few columns as it can.

A cut is made only before a space or a line feed of the fixed text, so that what is glued together
(`{{ name }},` or `{% if a %}@{% endif %}{{ b }}`) stays one piece and is measured as one: the
pieces' measures add up (`channels.Measure`). Jinja itself writes every piece. The one exception is
a value alone or through filters, where what Jinja would call is called directly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from targeter.rendering.writer import UNWRITABLE, Writer
from targeter.templates.spots import names_in

Values: TypeAlias = Mapping[str, object]
_Atom: TypeAlias = str | nodes.Node

# Filters that leave a plain word as it is.
_KEEPING = frozenset({"default", "trim"})
# Beside a plain word these never act and never change what it counts.
_TAME_BEFORE = re.compile(r"[ \n(“‘«\"']*")
_TAME_AFTER = re.compile(r"(?:['’]s)?[,.!?:;)…”’»\"']*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is written from `columns`; without any it is `fixed`.

    `around` are the fixed words before and after a value of which nothing but a plain word can
    come as it is, None where more is done. `line` counts from 1 within the body.
    """

    columns: tuple[str, ...]
    write: Callable[[Values], str]
    fixed: str = ""
    around: tuple[str, str] | None = None
    line: int = 1


def pieces(writer: Writer) -> tuple[Piece, ...] | None:
    """The body's pieces in order, or None where it must be written in one piece.

    That is so where a carriage return may stand in a text, or where fixed text can't be written.
    """
    tree = writer.environment.parse(writer.template.body)
    try:
        atoms = list(_atoms(tree, writer))
    except UNWRITABLE:
        return None
    said = [const.value for const in tree.find_all(nodes.Const)]
    if any("\r" in text for text in (*atoms, *said, writer.endings) if isinstance(text, str)):
        return None
    return tuple(_piece(stretch, writer) for stretch in _stretches(atoms))


def _atoms(tree: nodes.Template, writer: Writer) -> Iterator[_Atom]:
    """Fixed texts and what Jinja must be asked for; neighbouring texts as one."""
    text = ""
    for statement in tree.body:
        for node in statement.nodes if isinstance(statement, nodes.Output) else (statement,):
            if isinstance(node, nodes.TemplateData):
                text += node.data
            elif not _columns([node], writer):
                text += _asked([node], writer.environment)(writer.facts)
            else:
                if text:
                    yield text
                yield node
                text = ""
    if text:
        yield text


def _stretches(atoms: Iterable[_Atom]) -> Iterator[list[_Atom]]:
    """Atoms that are glued together; every stretch but the first begins with white space."""
    glued: list[_Atom] = []
    for atom in atoms:
        first, last = _cuts(atom) if isinstance(atom, str) else (-1, -1)
        if first < 0 or not isinstance(atom, str):
            glued.append(atom)
            continue
        before = [*glued, atom[:first]] if first else glued
        if before:
            yield before
        if first < last:
            yield [atom[first:last]]
        glued = [atom[last:]]
    if glued:
        yield glued


def _cuts(text: str) -> tuple[int, int]:
    """Where the first and the last white space of a text stands that may be cut at, -1 if none."""
    firsts = [at for at in (text.find(" "), text.find("\n")) if at >= 0]
    return min(firsts, default=-1), max(text.rfind(" "), text.rfind("\n"))


def _piece(stretch: list[_Atom], writer: Writer) -> Piece:
    asked = [atom for atom in stretch if not isinstance(atom, str)]
    if not asked:
        fixed = "".join(atom for atom in stretch if isinstance(atom, str))
        return Piece((), lambda _: fixed, fixed)
    columns, line = _columns(asked, writer), asked[0].lineno
    around, direct = _around(stretch), None
    if around is not None:
        direct = _direct(asked[0], writer.environment)
    if around is None or direct is None:
        return Piece(columns, _asked(stretch, writer.environment, writer.facts), line=line)
    bare = around if _is_bare(asked[0]) and _is_tame(*around) else None
    write = _between(around, direct, writer.environment.finalize or str)
    return Piece(columns, write, around=bare, line=line)


def _columns(asked: Iterable[nodes.Node], writer: Writer) -> tuple[str, ...]:
    names = {name.name for node in asked for name in names_in(node)}
    return tuple(sorted(names - writer.facts.keys()))


def _asked(
    stretch: Iterable[_Atom],
    environment: ImmutableSandboxedEnvironment,
    facts: Values | None = None,
) -> Callable[[Values], str]:
    """What asks Jinja for a stretch, compiled as a template of its own."""
    body: list[nodes.Node] = [
        nodes.Output([nodes.TemplateData(atom)])
        if isinstance(atom, str)
        else (nodes.Output([atom]) if isinstance(atom, nodes.Expr) else atom)
        for atom in stretch
    ]
    tree = nodes.Template(body)
    tree.set_environment(environment)
    compiled = environment.from_string(tree)
    known = dict(facts or {})
    return lambda values: compiled.render({**known, **values})


# -- without asking Jinja --------------------------------------------------------------------


def _around(stretch: list[_Atom]) -> tuple[str, str] | None:
    """The fixed texts around the only value of a stretch."""
    before = stretch[0] if isinstance(stretch[0], str) else ""
    after = stretch[-1] if isinstance(stretch[-1], str) else ""
    others = len(stretch) - isinstance(stretch[0], str) - isinstance(stretch[-1], str)
    return (before, after) if others == 1 else None


def _direct(
    node: nodes.Node, environment: ImmutableSandboxedEnvironment
) -> Callable[[Values], Any] | None:
    """A value, alone or through filters, as Jinja computes it; None where more is asked."""
    if isinstance(node, nodes.Name):
        name = node.name
        return lambda values: values[name]
    if not isinstance(node, nodes.Filter) or node.node is None or node.kwargs:
        return None
    if not all(isinstance(argument, nodes.Const) for argument in node.args):
        return None
    change, inner = environment.filters[node.name], _direct(node.node, environment)
    if inner is None or hasattr(change, "jinja_pass_arg"):
        return None
    constants = [argument.as_const() for argument in node.args]
    return lambda values: change(inner(values), *constants)


def _between(
    around: tuple[str, str], direct: Callable[[Values], Any], finalize: Callable[..., Any]
) -> Callable[[Values], str]:
    before, after = around
    return lambda values: f"{before}{finalize(direct(values))!s}{after}"


def _is_bare(node: nodes.Node) -> bool:
    while isinstance(node, nodes.Filter) and node.name in _KEEPING and node.node is not None:
        node = node.node
    return isinstance(node, nodes.Name)


def _is_tame(before: str, after: str) -> bool:
    return bool(_TAME_BEFORE.fullmatch(before) and _TAME_AFTER.fullmatch(after))
