"""Expressions of a project, compiled many at a time: parsed, checked, named, typed, rewritten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from targeter.database import EngineError, Parser, Tree, Trouble, identifier
from targeter.expressions import checking, language, own, trees
from targeter.expressions.checking import place_of
from targeter.expressions.scopes import Scope, sentiment_column, stance_column
from targeter.findings import Finding, did_you_mean
from targeter.schema import Column, strictest, type_class
from targeter.yaml_source import Scalar

Use = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """An expression to compile: what the user wrote, the names it may use, what it must give.

    `tree` is given where the expression is a part of something that was parsed already.
    """

    scalar: Scalar
    scope: Scope
    boolean: bool = False
    tree: Tree | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression that can run.

    `tree` is rewritten: names resolved to (alias, column), own functions written out, the day
    pinned. `type` is the engine's. `uses` are the columns it reads, as (alias, column);
    `columns` the same with their duties. `types` gives the type of every part by its text.
    """

    scalar: Scalar
    tree: Tree
    type: str
    uses: frozenset[Use]
    columns: tuple[Column, ...]
    types: dict[str, str] = field(compare=False, repr=False)

    @property
    def duties(self) -> Column:
        return strictest(self.columns)


@dataclass(slots=True)
class _Part:
    """One node while it is being compiled: as parsed, as rewritten, and what was learnt of it."""

    original: Tree
    rewritten: Tree
    has_aggregate: bool
    inside_aggregate: bool
    parts: tuple[_Part, ...]
    text: str = ""
    type: str = ""


@dataclass(slots=True)
class _Draft:
    """One request on its way; `root` is None once something was found wrong."""

    request: Request
    root: _Part | None = None
    parts: list[_Part] = field(default_factory=list)
    columns: dict[Use, Column] = field(default_factory=dict)
    found: list[Finding] = field(default_factory=list)


class Compiler:
    """Compiles expressions against their scopes; every engine call serves all of them at once."""

    def __init__(self, parser: Parser) -> None:
        self.parser = parser
        self._empty: dict[tuple[tuple[str, str], ...], str] = {}

    def compile(self, requests: Sequence[Request], found: list[Finding]) -> list[Compiled | None]:
        """Each request compiled, or None where something is wrong; what is wrong is found."""
        drafts = [_Draft(request) for request in requests]
        self._parse(drafts)
        self._write_texts([d for d in drafts if d.root])
        self._find_types([d for d in drafts if d.root])
        for draft in drafts:
            if draft.root:
                _check_types(draft, self.parser)
            found.extend(draft.found)
        return [_finished(draft) for draft in drafts]

    # -- parse and name ----------------------------------------------------------------------

    def _parse(self, drafts: Sequence[_Draft]) -> None:
        small = []
        for draft in drafts:
            large = checking.too_large(draft.request.scalar)
            if large:
                draft.found.append(large)
            elif draft.request.tree is not None:
                self._name(draft, draft.request.tree)
            else:
                small.append(draft)
        texts = [checking.statement(draft.request.scalar.text) for draft in small]
        for draft, tree in zip(small, self.parser.trees(texts), strict=True):
            expression = self._expression(draft, tree)
            if expression is not None:
                self._name(draft, expression)

    def _expression(self, draft: _Draft, tree: Tree | Trouble) -> Tree | None:
        scalar = draft.request.scalar
        if isinstance(tree, Trouble):
            draft.found.append(checking.syntax_finding(scalar, tree))
            return None
        expression = trees.single_expression(tree)
        if expression is None or not scalar.text.strip():
            message = "this is not one expression"
            help_ = "write one condition, without SELECT, FROM or ;"
            draft.found.append(Finding("TG201", message, scalar.place, help_))
            return None
        return expression

    def _name(self, draft: _Draft, expression: Tree) -> None:
        scalar = draft.request.scalar
        aggregates = draft.request.scope.aggregates
        draft.found.extend(checking.objections(scalar, expression, aggregates=aggregates))
        if draft.found:
            return
        root = self._part(draft, expression, inside=False)
        if _size(root.rewritten) > language.MAX_EXPANDED_NODES:
            message = "functions inside functions make this expression too large"
            draft.found.append(Finding("TG211", message, scalar.place, "split it into traits"))
        if not draft.found:
            draft.root = root

    def _part(self, draft: _Draft, node: Tree, inside: bool) -> _Part:
        """A node with its names resolved and our functions written out, children first."""
        is_aggregate = (
            node["class"] == "FUNCTION" and str(node["function_name"]) in language.AGGREGATES
        )
        if is_aggregate and inside:
            message = "an aggregate inside an aggregate"
            draft.found.append(Finding("TG216", message, place_of(draft.request.scalar, node)))
        parts = tuple(
            self._part(draft, child, inside or is_aggregate) for child in trees.children(node)
        )
        swap = {id(part.original): part.rewritten for part in parts}
        rewritten = self._rewritten(draft, node, swap, parts)
        part = _Part(
            node,
            rewritten,
            is_aggregate or any(p.has_aggregate for p in parts),
            inside,
            parts,
        )
        draft.parts.append(part)
        return part

    def _rewritten(
        self, draft: _Draft, node: Tree, swap: dict[int, Tree], parts: Sequence[_Part]
    ) -> Tree:
        class_ = node["class"]
        if class_ == "COLUMN_REF":
            return self._column(draft, node)
        copied: Tree = {key: trees.replaced(value, swap) for key, value in node.items()}
        if class_ == "CAST":
            type_ = {**copied["type_expr"]}
            type_["type_name"] = str(type_["type_name"]).upper()
            type_["qualified_name"] = {"path": [type_["type_name"]]}
            return {**copied, "try_cast": True, "type_expr": type_}
        if class_ != "FUNCTION":
            return copied
        name = str(node["function_name"]).casefold()
        if name in language.OWN:
            return self._own(draft, node, name, [part.rewritten for part in parts])
        if name == "/" and len(parts) == 2:
            # division by zero is missing, not infinite
            divisor = trees.function("nullif", parts[1].rewritten, trees.constant("0", "INTEGER"))
            return trees.function("/", parts[0].rewritten, divisor, is_operator=True)
        return copied

    def _column(self, draft: _Draft, node: Tree) -> Tree:
        path = [str(name) for name in node["column_names"]]
        scope = draft.request.scope
        resolved = scope.resolve(path)
        if scope.is_ambiguous(path):
            message = f"{path[0]!r} stands in several sources here"
            help_ = " or ".join(f"{alias}.{path[0]}" for alias, _ in scope.homes(path[0]))
            place = place_of(draft.request.scalar, node)
            draft.found.append(Finding("TG202", message, place, f"say which: {help_}"))
            return node
        if resolved is None:
            draft.found.append(_unknown_column(draft, node, path))
            return node
        alias, column = resolved
        draft.columns[alias, column.name] = column
        return {**node, "column_names": [alias, column.name]}

    def _own(self, draft: _Draft, node: Tree, name: str, arguments: list[Tree]) -> Tree:
        scope = draft.request.scope
        if name == "stance":
            return self._stance(draft, node, str(arguments[0]["literal"]["text"]))
        if name == "sentiment":
            return self._sentiment(draft, node, arguments[0])
        key = trees.column(*scope.key)
        if name == "bucket":
            draft.columns[scope.key] = Column(scope.key[1], "VARCHAR", nullable=False)
        try:
            return own.expanded(self.parser, name, arguments, scope.today, key)
        except ValueError as error:  # a mention pattern that can't be made
            place = place_of(draft.request.scalar, node)
            draft.found.append(Finding("TG203", str(error), place))
            return node

    def _stance(self, draft: _Draft, node: Tree, topic: str) -> Tree:
        scope = draft.request.scope
        resolved = scope.resolve([stance_column(topic)])
        if resolved is None:
            place = place_of(draft.request.scalar, trees.arguments(node)[0])
            if "r" in scope.bare:
                message = "stance() is about a person; here is one row of a source"
                draft.found.append(Finding("TG210", message, place, "use it in a rule or trait"))
            else:
                help_ = did_you_mean(topic, scope.topics)
                draft.found.append(Finding("TG208", f"unknown topic {topic!r}", place, help_))
            return node
        alias, column = resolved
        draft.columns[alias, column.name] = column
        return trees.column(alias, column.name)

    def _sentiment(self, draft: _Draft, node: Tree, argument: Tree) -> Tree:
        names = argument.get("column_names", [])
        relation = draft.request.scope.relations.get(names[0]) if len(names) == 2 else None
        column = relation.get(sentiment_column(names[1])) if relation else None
        if column is None:
            message = "sentiment() takes a text column of the trait's source"
            place = place_of(draft.request.scalar, node)
            draft.found.append(Finding("TG203", message, place, "sentiment(text)"))
            return node
        draft.columns[names[0], column.name] = column
        return trees.column(names[0], column.name)

    # -- types -------------------------------------------------------------------------------

    def _write_texts(self, drafts: Sequence[_Draft]) -> None:
        parts = [part for draft in drafts for part in draft.parts]
        statements = [trees.select_of(part.rewritten) for part in parts]
        for part, text in zip(parts, self.parser.texts(statements), strict=True):
            part.text = text.removeprefix("SELECT ")

    def _find_types(self, drafts: Sequence[_Draft]) -> None:
        """One DESCRIBE for all drafts of a scope; where it fails, one for each half."""
        by_relation: dict[str, list[_Draft]] = {}
        for draft in drafts:
            by_relation.setdefault(self._relation(draft.request.scope), []).append(draft)
        for relation, group in by_relation.items():
            self._type_drafts(relation, group)

    def _type_drafts(self, relation: str, drafts: Sequence[_Draft]) -> None:
        rows = [p for d in drafts for p in d.parts if _is_row_level(p)]
        groups = [p for d in drafts for p in d.parts if p.has_aggregate]
        try:
            self._describe(relation, rows)
            self._describe(relation, groups)
        except EngineError:
            if len(drafts) == 1:
                self._blame(relation, drafts[0])
                return
            half = len(drafts) // 2
            self._type_drafts(relation, drafts[:half])
            self._type_drafts(relation, drafts[half:])

    def _describe(self, relation: str, parts: Sequence[_Part]) -> None:
        texts = list(dict.fromkeys(part.text for part in parts))
        types: dict[str, str] = {}
        for start in range(0, len(texts), 2_000):
            some = texts[start : start + 2_000]
            listed = ", ".join(f"({text}) AS c{n}" for n, text in enumerate(some))
            described = self.parser.types(f"SELECT {listed} FROM {relation}")
            types.update(zip(some, (type_ for _, type_ in described), strict=True))
        for part in parts:
            part.type = types[part.text]

    def _blame(self, relation: str, draft: _Draft) -> None:
        """Find the smallest part that can't be bound: its parts can, and it can't."""
        for part in draft.parts:  # children come before their parents
            try:
                self._describe(relation, [part])
            except EngineError as error:
                draft.found.append(_type_finding(draft, part, error.trouble))
                break
        draft.root = None

    def _relation(self, scope: Scope) -> str:
        return ", ".join(
            f"{self._empty_table(schema.columns)} AS {alias}"
            for alias, schema in scope.relations.items()
        )

    def _empty_table(self, columns: Iterable[Column]) -> str:
        shape = tuple((column.name, column.type) for column in columns)
        if shape not in self._empty:
            self._empty[shape] = self.parser.table(shape)
        return self._empty[shape]


def _size(tree: Tree) -> int:
    count = 0
    for _ in trees.walk(tree):
        count += 1
        if count > language.MAX_EXPANDED_NODES:
            break
    return count


def _is_row_level(part: _Part) -> bool:
    return not part.has_aggregate


def _finished(draft: _Draft) -> Compiled | None:
    if draft.root is None or draft.found:
        return None
    return Compiled(
        draft.request.scalar,
        draft.root.rewritten,
        draft.root.type,
        frozenset(draft.columns),
        tuple(draft.columns.values()),
        {part.text: part.type for part in draft.parts},
    )


def _unknown_column(draft: _Draft, node: Tree, path: list[str]) -> Finding:
    scalar, scope = draft.request.scalar, draft.request.scope
    place, name = place_of(scalar, node), ".".join(path)
    if checking.written(scalar, node).startswith('"'):
        right = scalar.text.replace(f'"{name}"', f"'{name}'").strip()
        message = f'"{name}" in double quotes is a column, and there is none of that name'
        return Finding("TG214", message, place, f"a text takes single quotes: {right}")
    if name.casefold() in language.INSTEAD:
        instead = language.INSTEAD[name.casefold()]
        return Finding("TG207", f"{name} is not part of the language", place, f"use {instead}")
    help_ = did_you_mean(name, scope.known_names)
    return Finding("TG202", f"unknown column {name!r} in {scope.what}", place, help_)


def _type_finding(draft: _Draft, part: _Part, trouble: Trouble) -> Finding:
    lines = [line.strip() for line in trouble.message.split("\n") if line.strip()]
    message = lines[0] if lines else "this can't be typed"
    kinds = ", ".join(_spoken(p.type) for p in part.parts if p.type)
    name = part.original.get("function_name")
    here = place_of(draft.request.scalar, part.original)
    if name and kinds and not part.original.get("is_operator"):
        function = language.known_functions().get(str(name))
        usage = f"called as {function.usage}" if function else ""
        return Finding("TG203", f"{name} can't take {kinds}", here, usage)
    if name and kinds:
        return Finding("TG203", f"{name} doesn't go between {kinds}", here)
    return Finding("TG203", message, here)


def _spoken(type_: str) -> str:
    """A type of the engine in a user's word."""
    kind = type_class(type_)
    return {"time": "a timestamp", "other": type_.lower(), "null": "NULL"}.get(kind, f"a {kind}")


# -- the type rules of the language, stricter than the engine's --------------------------------


def _check_types(draft: _Draft, parser: Parser) -> None:
    """What the engine would let pass and then fail on, at some row, for everybody."""
    casts: list[tuple[_Part, str]] = []
    for part in draft.parts:
        _check_part(draft, part, casts)
    fits = parser.casts([(str(p.original["literal"]["text"]), type_) for p, type_ in casts])
    for (part, type_), good in zip(casts, fits, strict=True):
        if not good:
            text = part.original["literal"]["text"]
            message = f"{text!r} can't be read as {_spoken(type_)}"
            help_ = "dates are written '2026-11-30'" if type_class(type_) == "date" else ""
            place = place_of(draft.request.scalar, part.original)
            draft.found.append(Finding("TG204", message, place, help_))
    root = draft.root
    if root and draft.request.boolean and type_class(root.type) not in ("boolean", "null"):
        message = f"a condition is true or false, and this is {_spoken(root.type)}"
        draft.found.append(Finding("TG205", message, place_of(draft.request.scalar, root.original)))
    scope = draft.request.scope
    if root and scope.aggregates and not scope.is_grouped:
        _check_aggregation(draft, root)


def _check_part(draft: _Draft, part: _Part, casts: list[tuple[_Part, str]]) -> None:
    node, class_ = part.original, part.original["class"]
    if class_ == "CONJUNCTION" or (class_ == "OPERATOR" and node["type"] == "OPERATOR_NOT"):
        for child in part.parts:
            _must_be(draft, child, "boolean")
    elif class_ in ("COMPARISON", "BETWEEN") or _is_alike(node):
        _must_be_alike(draft, part.parts, casts)
    elif class_ == "CASE":
        whens = {id(check["when_expr"]) for check in node["case_checks"]}
        for child in part.parts:
            if id(child.original) in whens:
                _must_be(draft, child, "boolean")
        results = [child for child in part.parts if id(child.original) not in whens]
        _must_be_alike(draft, results, casts)
    elif class_ == "FUNCTION" and str(node["function_name"]) in own.WANTED:
        wanted = own.WANTED[str(node["function_name"])]
        for child, kind in zip(part.parts, wanted, strict=False):
            _must_be(draft, child, kind)
    elif class_ == "FUNCTION" and node["is_operator"] and node["function_name"] in language.LIKE:
        _must_be(draft, part.parts[0], "text")


def _is_alike(node: Tree) -> bool:
    """Whether all operands must be of one kind: IN, COALESCE, nullif, greatest, least, lists."""
    if node["class"] == "OPERATOR":
        return node["type"] in ("COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_COALESCE")
    names = ("nullif", "greatest", "least", "list_value")
    return node["class"] == "FUNCTION" and str(node["function_name"]) in names


def _must_be(draft: _Draft, part: _Part, kind: str) -> None:
    actual = type_class(part.type)
    if actual in (kind, "null") or (kind == "date" and actual == "time"):
        return
    place = place_of(draft.request.scalar, part.original)
    text = checking.written(draft.request.scalar, part.original).strip()
    if kind == "date" and part.original["class"] == "CONSTANT":
        help_ = f"write date {text}"
        draft.found.append(Finding("TG203", "a date is wanted here", place, help_))
        return
    code = "TG205" if kind == "boolean" else "TG203"
    help_ = f"compare it: {text} = …" if kind == "boolean" else ""
    message = f"{text} is {_spoken(part.type)}, and a {kind} is wanted here"
    draft.found.append(Finding(code, message, place, help_))


def _must_be_alike(draft: _Draft, parts: Sequence[_Part], casts: list[tuple[_Part, str]]) -> None:
    """Operands of one kind; a text literal takes the kind of the others if it can be read so."""
    typed = [part for part in parts if not _is_loose(part)]
    if not typed:
        return
    first = typed[0]
    for part in typed[1:]:
        if _family(part.type) != _family(first.type):
            scalar = draft.request.scalar
            message = (
                f"{checking.written(scalar, first.original).strip()} is {_spoken(first.type)} and "
                f"{checking.written(scalar, part.original).strip()} is {_spoken(part.type)}: "
                "they can't be compared"
            )
            draft.found.append(Finding("TG203", message, place_of(scalar, part.original)))
    if _family(first.type) != "text":
        casts.extend((p, first.type) for p in parts if _is_text_literal(p))


def _family(type_: str) -> str:
    kind = type_class(type_)
    return "date" if kind == "time" else kind


def _is_loose(part: _Part) -> bool:
    return type_class(part.type) == "null" or _is_text_literal(part)


def _is_text_literal(part: _Part) -> bool:
    node = part.original
    return bool(node["class"] == "CONSTANT" and node["literal"]["kind"] == "STRING")


def _check_aggregation(draft: _Draft, root: _Part) -> None:
    """Outside of an aggregate there is no single row to take a column from."""
    for part in _above_aggregates(root):
        if part.original["class"] == "COLUMN_REF":
            text = checking.written(draft.request.scalar, part.original)
            message = f"{text} has many values here: which one?"
            help_ = f"max({text}), or a pick with first_by"
            place = place_of(draft.request.scalar, part.original)
            draft.found.append(Finding("TG216", message, place, help_))


def _above_aggregates(part: _Part) -> Iterable[_Part]:
    name = part.original.get("function_name")
    if part.original["class"] == "FUNCTION" and str(name) in language.AGGREGATES:
        return
    yield part
    for child in part.parts:
        yield from _above_aggregates(child)


def run_text(parser: Parser, expressions: Sequence[Tree]) -> list[str]:
    """Rewritten trees as text that runs, canonical: equal expressions give equal texts."""
    statements = [trees.select_of(guarded(expression)) for expression in expressions]
    return [text.removeprefix("SELECT ") for text in parser.texts(statements)]


def guarded(expression: Tree) -> Tree:
    """The expression, as TRY where the engine might stop on some value: that is then missing."""
    return trees.operator("OPERATOR_TRY", expression) if can_raise(expression) else expression


def can_raise(expression: Tree) -> bool:
    return any(_raises(node) for node in trees.walk(expression))


def _raises(node: Tree) -> bool:
    if node["class"] != "FUNCTION":
        return False
    name = str(node["function_name"])
    if name in ("date_sub", "asin", "pow", "to_months"):
        return True
    if node["is_operator"]:
        return language.OPERATORS.get(name, False)
    function = language.known_functions().get(name)
    return function is not None and function.can_raise


def swapped(tree: Tree, change: Callable[[Tree], Tree | None]) -> Tree:
    """A copy of a tree with nodes changed, from the top; None leaves a node as it is."""
    swap = {}
    for node in trees.walk(tree):
        new = change(node)
        if new is not None:
            swap[id(node)] = new
    result: Tree = trees.replaced(tree, swap)
    return result


__all__ = [
    "Compiled",
    "Compiler",
    "Request",
    "can_raise",
    "guarded",
    "identifier",
    "run_text",
    "swapped",
]
