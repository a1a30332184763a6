"""The closed piece of Jinja that a template may hold, and what to write instead of the rest."""

from __future__ import annotations

import re

from jinja2 import TemplateSyntaxError, nodes

from targeter.filters import FILTERS
from targeter.findings import Finding, did_you_mean
from targeter.templates.environment import parsed
from targeter.templates.spots import Spots, line_place
from targeter.yaml_source import TextFile

MAX_DEPTH = 12
_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Filter,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Test,
)
_INSTEAD = {
    nodes.For: "a list has no place in a message: make a trait that holds one text",
    nodes.Call: "functions can't be called: compute the value as a trait",
    nodes.Macro: "write the text out",
    nodes.Getattr: "a value has no attributes: name the column itself",
    nodes.Getitem: "a value has no items: compute the value as a trait",
    nodes.Include: "a template stands alone: put shared words into facts or a footer",
    nodes.Extends: "a template stands alone: put shared words into facts or a footer",
    nodes.Import: "a template stands alone",
    nodes.Assign: "nothing is assigned: compute the value as a trait",
    nodes.Add: "arithmetic belongs into a trait",
    nodes.Sub: "arithmetic belongs into a trait",
    nodes.Mul: "arithmetic belongs into a trait",
    nodes.Concat: "put the two beside each other: {{ a }}{{ b }}",
}
# Names that Jinja fills itself, whatever a profile holds.
_RESERVED = frozenset({"self", "super", "loop", "caller", "varargs", "kwargs"})


def _syntax_finding(file: TextFile, body: str, start: int, error: TemplateSyntaxError) -> Finding:
    """What Jinja can't read; of a character it says at which offset, else only the line."""
    place, help_ = line_place(file, start, error.lineno), ""
    message = error.message or "not readable"
    strange = re.fullmatch(r"(unexpected char '(.+)') at (\d+)", message, re.DOTALL)
    if strange:
        message = strange[1]
        help_ = "a value's name has letters, digits and _ only: give a trait such a name"
        if body[int(strange[3]) :].startswith(strange[2]):
            place = file.place(start + int(strange[3]))
    return Finding("TG502", f"Jinja: {message}", place, help_)


def read_body(
    file: TextFile, body: str, start: int, found: list[Finding]
) -> tuple[nodes.Template, Spots] | None:
    """The tree of a body that is within the allowed language, else None and findings."""
    if not body.strip():
        found.append(Finding("TG508", "the template has no text", file.place(start)))
        return None
    try:
        tree = parsed(body)
    except TemplateSyntaxError as error:
        found.append(_syntax_finding(file, body, start, error))
        return None
    except RecursionError:
        found.append(Finding("TG505", "nested too deeply", file.place(start)))
        return None
    deep = _too_deep(tree)
    if deep:
        place = line_place(file, start, deep.lineno)
        found.append(Finding("TG505", "nested too deeply", place))
        return None
    before, spots = len(found), Spots(file, start, tree)
    _check(tree, spots, found)
    if not _says_something(tree) and len(found) == before:
        found.append(Finding("TG508", "the template has no text", file.place(start)))
    return (tree, spots) if len(found) == before else None


def _too_deep(tree: nodes.Template) -> nodes.Node | None:
    """A part that stands deeper than templates go; nothing else may follow it down there."""
    level: list[nodes.Node] = [tree]
    for _ in range(MAX_DEPTH + 1):
        level = [child for node in level for child in node.iter_child_nodes()]
    return level[0] if level else None


def _says_something(tree: nodes.Template) -> bool:
    parts = [part for output in tree.find_all(nodes.Output) for part in output.nodes]
    return any(not isinstance(part, nodes.TemplateData) or part.data.strip() for part in parts)


def _check(node: nodes.Node, spots: Spots, found: list[Finding]) -> None:
    if not isinstance(node, _ALLOWED):
        what = type(node).__name__.lower()
        help_ = next((text for kind, text in _INSTEAD.items() if isinstance(node, kind)), "")
        message = f"a template may not hold {_spoken(node, what)}"
        found.append(Finding("TG505", message, spots.of(node), help_))
        return
    if isinstance(node, nodes.Filter):
        _check_filter(node, spots, found)
    if isinstance(node, nodes.Test) and node.name != "defined":
        message = f"unknown test {node.name!r}"
        help_ = "ask with {% if value %}, a comparison, or 'is defined'"
        found.append(Finding("TG505", message, spots.of(node), help_))
        return
    if isinstance(node, nodes.Output):
        for part in node.nodes:
            _check_written(part, spots, found)
    if isinstance(node, nodes.Name) and node.name in _RESERVED:
        message = f"{node.name!r} is a word of Jinja and names no value"
        found.append(Finding("TG505", message, spots.of(node)))
    for child in node.iter_child_nodes():
        _check(child, spots, found)


def _check_written(node: nodes.Node, spots: Spots, found: list[Finding]) -> None:
    """`none` may be asked about and never written: a text with a hole in it can't go out."""
    if isinstance(node, nodes.Const) and node.value is None:
        help_ = "write '' for nothing, or leave it out"
        found.append(Finding("TG505", "none can't be written", spots.of(node), help_))
    elif isinstance(node, nodes.CondExpr):
        for branch in filter(None, (node.expr1, node.expr2)):
            _check_written(branch, spots, found)
    elif isinstance(node, nodes.And | nodes.Or):
        _check_written(node.left, spots, found)
        _check_written(node.right, spots, found)
    elif isinstance(node, nodes.Filter) and node.node is not None:
        _check_written(node.node, spots, found)


def _spoken(node: nodes.Node, what: str) -> str:
    names = {"for": "a loop", "call": "a call", "getattr": "an attribute", "getitem": "an item"}
    return names.get(what, f"this ({what})")


def _check_filter(node: nodes.Filter, spots: Spots, found: list[Finding]) -> None:
    place = spots.of(node)
    known = FILTERS.get(node.name)
    if known is None:
        help_ = did_you_mean(node.name, sorted(FILTERS))
        found.append(Finding("TG505", f"unknown filter {node.name!r}", place, help_))
        return
    if node.kwargs or node.dyn_args or node.dyn_kwargs:
        found.append(Finding("TG505", "a filter takes plain values only", place))
        return
    given = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
    if len(given) < len(node.args):
        found.append(Finding("TG505", "a filter's values are written out", place))
    elif not known.accepts(given):
        example = known.examples[-1].body
        message = f"{node.name} takes {known.takes}"
        found.append(Finding("TG505", message, place, f"for example {example}"))
    elif known.by_locale and isinstance(node.node, nodes.Filter):
        message = f"{node.name} reads the value as it is, so it stands first"
        help_ = f"{{{{ value|{node.name}|{node.node.name} }}}}"
        found.append(Finding("TG505", message, place, help_))
