"""Message templates: front matter, the closed list of Jinja they may use, and what they need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from targeter import yaml_source
from targeter.filters import FILTERS
from targeter.findings import Finding, Place, did_you_mean
from targeter.yaml_source import Fields, Scalar, TextFile

MAX_BYTES = 8_000
MAX_DEPTH = 12
_FILE_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)(?:\.([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*))?\.j2")

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
# statements are found by the word that begins them
_KEYWORDS: dict[type[nodes.Node], str] = {
    nodes.For: "for",
    nodes.If: "if",
    nodes.Macro: "macro",
    nodes.Assign: "set",
    nodes.Include: "include",
    nodes.Extends: "extends",
    nodes.Import: "import",
}
# Names that Jinja fills itself, whatever a profile holds.
_RESERVED = frozenset({"self", "super", "loop", "caller", "varargs", "kwargs"})
_BLOCK = re.compile(r"\{([{%]).*?(?:[}%]\}|$)")


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that a template writes or asks for. Who lacks a required one can't get it."""

    name: str
    place: Place
    required: bool


@dataclass(frozen=True, slots=True)
class Hole:
    """Where values enter a text: the literal before and after, None for another value."""

    names: tuple[str, ...]
    before: str | None
    after: str | None
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

    def holes(self) -> Iterator[Hole]:
        """Each value written into the text, with what stands directly around it."""
        tree = ENVIRONMENT.parse(self.body)
        spots = _Spots(self.file, self.body_start, tree)
        for output in tree.find_all(nodes.Output):
            parts = output.nodes
            for before, node, after in zip(
                [None, *parts[:-1]], parts, [*parts[1:], None], strict=True
            ):
                if not isinstance(node, nodes.TemplateData):
                    names = tuple(name.name for name in _names(node))
                    place = spots.of(node)
                    yield Hole(names, _beside(before), _beside(after), place)

    @property
    def fixed_text(self) -> str:
        """What every message of this template holds: its words outside of conditions, and one
        letter for each value that must be there."""
        parts: list[str] = []
        for output in ENVIRONMENT.parse(self.body).body:
            for node in output.nodes if isinstance(output, nodes.Output) else ():
                if isinstance(node, nodes.TemplateData):
                    parts.append(node.data)
                elif isinstance(node, nodes.Name):
                    parts.append("a")
        return "".join(parts).strip()


def _beside(node: nodes.Node | None) -> str | None:
    """The literal beside a value: "" where the text ends, None where another value follows."""
    if node is None:
        return ""
    return node.data if isinstance(node, nodes.TemplateData) else None


def _finalize(value: object) -> object:
    return "" if value is None else value


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, finalize=_finalize
    )
    environment.filters = dict(FILTERS)
    environment.tests = {"defined": lambda value: value is not None}
    environment.globals.clear()
    return environment


ENVIRONMENT = _environment()


def read_template(file: TextFile, found: list[Finding]) -> Template | None:
    """One template file; None, with findings, where it can't be used."""
    name = _FILE_NAME.fullmatch(file.path.rsplit("/", 1)[-1])
    if name is None:
        message = "a template file is called NAME.j2 or NAME.LANGUAGE.j2"
        found.append(Finding("TG508", message, file.place(0), "for example winback.de.j2"))
        return None
    if len(file.text.encode()) > MAX_BYTES:
        message = f"a template has at most {MAX_BYTES:,} bytes"
        found.append(Finding("TG505", message, file.place(0)))
        return None
    head, body_start = _split(file)
    if head is None:
        message = "a template begins with front matter between two lines of ---"
        help_ = "---\nchannel: x\n---\nYour text"
        found.append(Finding("TG508", message, file.place(0), help_))
        return None
    matter = _front_matter(head, found)
    body = file.text[body_start:].strip("\n")
    body_start += len(file.text[body_start:]) - len(file.text[body_start:].lstrip("\n"))
    variables = _variables(file, body, body_start, found)
    if matter is None or variables is None:
        return None
    channel, topic, link = matter
    return Template(
        name[1], name[2], file, channel, topic, link, body, body_start, tuple(variables)
    )


def _split(file: TextFile) -> tuple[TextFile | None, int]:
    """The front matter as a file of its own, padded so that its places are the whole file's."""
    match = re.match(r"---[ \t]*\r?\n(.*?)^---[ \t]*(\r?\n|\Z)", file.text, re.S | re.M)
    if match is None:
        return None, 0
    padded = " " * 3 + file.text[3 : match.end(1)]
    return TextFile.of(file.path, padded), match.end()


def _front_matter(
    head: TextFile, found: list[Finding]
) -> tuple[Scalar, Scalar | None, Scalar | None] | None:
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
    fields.done()
    return (channel, topic, link) if channel else None


def _variables(
    file: TextFile, body: str, start: int, found: list[Finding]
) -> list[Variable] | None:
    """The variables of a body that is within the allowed language, else None and findings."""
    if not body.strip():
        found.append(Finding("TG508", "the template has no text", file.place(start)))
        return None
    try:
        tree = ENVIRONMENT.parse(body)
    except TemplateSyntaxError as error:
        place = _line_place(file, start, error.lineno)
        found.append(Finding("TG502", f"Jinja: {error.message}", place))
        return None
    except RecursionError:
        found.append(Finding("TG505", "nested too deeply", file.place(start)))
        return None
    deep = _too_deep(tree)
    if deep:
        place = _line_place(file, start, deep.lineno)
        found.append(Finding("TG505", "nested too deeply", place))
        return None
    before, spots = len(found), _Spots(file, start, tree)
    _check(tree, spots, found)
    if not _says_something(tree) and len(found) == before:
        found.append(Finding("TG508", "the template has no text", file.place(start)))
    if len(found) > before:
        return None
    return list(_used(tree, spots, frozenset()))


def _too_deep(tree: nodes.Template) -> nodes.Node | None:
    """A part that stands deeper than templates go; nothing else may follow it down there."""
    level: list[nodes.Node] = [tree]
    for _ in range(MAX_DEPTH + 1):
        level = [child for node in level for child in node.iter_child_nodes()]
    return level[0] if level else None


def _says_something(tree: nodes.Template) -> bool:
    parts = [part for output in tree.find_all(nodes.Output) for part in output.nodes]
    return any(not isinstance(part, nodes.TemplateData) or part.data.strip() for part in parts)


def _check(node: nodes.Node, spots: _Spots, found: list[Finding]) -> None:
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
    if isinstance(node, nodes.Name) and node.name in _RESERVED:
        message = f"{node.name!r} is a word of Jinja and names no value"
        found.append(Finding("TG505", message, spots.of(node)))
    for child in node.iter_child_nodes():
        _check(child, spots, found)


def _spoken(node: nodes.Node, what: str) -> str:
    names = {"for": "a loop", "call": "a call", "getattr": "an attribute", "getitem": "an item"}
    return names.get(what, f"this ({what})")


def _check_filter(node: nodes.Filter, spots: _Spots, found: list[Finding]) -> None:
    place = spots.of(node)
    if node.name not in FILTERS:
        help_ = did_you_mean(node.name, sorted(FILTERS))
        found.append(Finding("TG505", f"unknown filter {node.name!r}", place, help_))
    if node.kwargs or node.dyn_args or node.dyn_kwargs:
        found.append(Finding("TG505", "a filter takes plain values only", place))
    if not all(isinstance(argument, nodes.Const) for argument in node.args):
        found.append(Finding("TG505", "a filter's values are written out", place))
    takes = 1 if node.name == "default" else 0
    if node.name in FILTERS and len(node.args) != takes:
        message = f"{node.name} takes {'one value' if takes else 'no values'}"
        found.append(Finding("TG505", message, place, "{{ name|default('you') }}" * takes))


def _used(node: nodes.Node, spots: _Spots, known: frozenset[str]) -> Iterator[Variable]:
    """The variables below a node; one is required unless `known` to be there or asked for."""
    if isinstance(node, nodes.Name):
        yield Variable(node.name, spots.of(node), node.name not in known)
    elif isinstance(node, nodes.Filter) and node.name == "default":
        names = frozenset(name.name for name in _names(node))
        for child in node.iter_child_nodes():
            yield from _used(child, spots, known | names)
    elif isinstance(node, nodes.If | nodes.CondExpr):
        yield from _used_if(node, spots, known)
    elif isinstance(node, nodes.Or):
        asked = frozenset(name.name for name in _names(node.left))
        yield from _used(node.left, spots, known | asked)
        yield from _used(node.right, spots, known)
    else:
        for child in node.iter_child_nodes():
            yield from _used(child, spots, known)


def _used_if(
    node: nodes.If | nodes.CondExpr, spots: _Spots, known: frozenset[str]
) -> Iterator[Variable]:
    """The test may ask for anything; what it proves is known in the branch it leads to."""
    asked = frozenset(name.name for name in _names(node.test))
    yield from _used(node.test, spots, known | asked)
    held = known | _proven(node.test, outcome=True)
    failed = known | _proven(node.test, outcome=False)
    if isinstance(node, nodes.CondExpr):
        yield from _used(node.expr1, spots, held)
        if node.expr2 is not None:
            yield from _used(node.expr2, spots, failed)
        return
    for child in node.body:
        yield from _used(child, spots, held)
    for child in (*node.elif_, *node.else_):
        yield from _used(child, spots, failed)


def _proven(test: nodes.Node, *, outcome: bool) -> frozenset[str]:
    """The names that are certainly there when a test comes out like that."""
    if isinstance(test, nodes.Not):
        return _proven(test.node, outcome=not outcome)
    if isinstance(test, nodes.And | nodes.Or):
        left = _proven(test.left, outcome=outcome)
        right = _proven(test.right, outcome=outcome)
        return left | right if isinstance(test, nodes.And) == outcome else left & right
    if not outcome:
        return frozenset()
    if isinstance(test, nodes.Compare):  # == with a text or number, or an order: both are there
        operands = [test.expr, *(operand.expr for operand in test.ops)]
        is_equal = all(operand.op == "eq" for operand in test.ops)
        has_value = any(isinstance(o, nodes.Const) and o.value is not None for o in operands)
        is_order = all(operand.op in ("lt", "lteq", "gt", "gteq") for operand in test.ops)
        if not is_order and not (is_equal and has_value):
            return frozenset()
        return frozenset(operand.name for operand in operands if isinstance(operand, nodes.Name))
    shown = test.node if isinstance(test, nodes.Test) else test
    return frozenset([shown.name]) if isinstance(shown, nodes.Name) else frozenset()


def _names(node: nodes.Node) -> list[nodes.Name]:
    found = list(node.find_all(nodes.Name))
    return [node, *found] if isinstance(node, nodes.Name) else found


class _Spots:
    """Where the parts of a body stand. Jinja knows their lines only.

    The column is where a part's own word stands inside braces: the first time it is met the
    first such word of the line, the next time the next.
    """

    def __init__(self, file: TextFile, start: int, tree: nodes.Template) -> None:
        self._file, self._start = file, start
        self._nth: dict[int, int] = {}
        seen: dict[tuple[int, str], int] = {}
        for node in tree.find_all(nodes.Node):
            key = (node.lineno, _word(node))
            self._nth[id(node)] = seen.get(key, 0)
            seen[key] = self._nth[id(node)] + 1

    def of(self, node: nodes.Node) -> Place:
        if not _word(node):
            node = next(iter(_names(node)), node)
        nth = self._nth.get(id(node), 0)
        return _line_place(self._file, self._start, node.lineno, _word(node), nth)


def _word(node: nodes.Node) -> str:
    """The word by which a part of a template is found on its line."""
    word = _KEYWORDS.get(type(node)) or getattr(node, "name", None) or getattr(node, "attr", None)
    return word if isinstance(word, str) else ""


def _unquoted(block: str) -> str:
    """A block with its texts blanked: a word inside quotes names nothing."""
    return re.sub(r"'[^']*'|\"[^\"]*\"", lambda match: " " * len(match[0]), block)


def _line_place(
    file: TextFile, start: int, lineno: int | None, word: str = "", nth: int = 0
) -> Place:
    offset = start
    for _ in range((lineno or 1) - 1):
        offset = file.text.find("\n", offset) + 1
    end = file.text.find("\n", offset)
    line = file.text[offset : end if end >= 0 else len(file.text)]
    blocks = list(_BLOCK.finditer(line))
    found = [
        block.start() + match.start()
        for block in blocks
        for match in re.finditer(rf"(?<![\w.]){re.escape(word)}(?!\w)", _unquoted(block[0]))
        if word
    ]
    if found:
        return file.place(offset + found[min(nth, len(found) - 1)], len(word))
    # an expression without a name: its block, or the line where braces never close
    first = blocks[0] if blocks else None
    if first:
        return file.place(offset + first.start(), len(first[0]))
    return file.place(offset, len(line.strip()) or 1)


def placeholders(link: str) -> frozenset[str]:
    """The `{name}` placeholders of a link."""
    return frozenset(re.findall(r"\{([^{}]*)\}", link))


def filled(link: str, values: Mapping[str, str]) -> str:
    """A link with its placeholders filled in."""
    return re.sub(r"\{([^{}]*)\}", lambda match: values.get(match[1], match[0]), link)
