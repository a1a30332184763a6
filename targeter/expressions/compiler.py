"""Expressions of a project, compiled many at a time: parsed, checked, named, typed, rewritten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from targeter.database import EngineError, Parser, Tree, Trouble
from targeter.expressions import checking, kinds, language, own, trees
from targeter.expressions.aggregates import is_aggregate
from targeter.expressions.checking import place_of
from targeter.expressions.drafts import Compiled, Draft, Part, Request
from targeter.expressions.guarding import can_raise, guarded
from targeter.expressions.misfits import misfit
from targeter.expressions.scopes import Scope, sentiment_column, stance_column
from targeter.findings import Finding, did_you_mean
from targeter.schema import Column

# Casts can ask for others where they are nested; this many rounds settle any.
_ROUNDS = 4


class Compiler:
    """Compiles expressions against their scopes; every engine call serves all of them at once."""

    def __init__(self, parser: Parser) -> None:
        self.parser = parser
        self._empty: dict[tuple[tuple[str, str], ...], str] = {}

    def compile(self, requests: Sequence[Request], found: list[Finding]) -> list[Compiled | None]:
        """Each request compiled, or None where something is wrong; what is wrong is found."""
        drafts = [Draft(request) for request in requests]
        self._parse(drafts)
        self._find_types([d for d in drafts if d.root])
        changed = list(drafts)
        for _ in range(_ROUNDS):
            changed = [d for d in changed if d.root and self._is_recast(d)]
            self._find_types(changed)
        for draft in drafts:
            if draft.root:
                kinds.check_types(draft, self.parser)
            found.extend(draft.found)
        return [_finished(draft) for draft in drafts]

    # -- parse and name ----------------------------------------------------------------------

    def _parse(self, drafts: Sequence[Draft]) -> None:
        given = [draft for draft in drafts if draft.request.tree is not None]
        for draft in given:
            assert draft.request.tree is not None
            self._name(draft, draft.request.tree)
        written = [draft for draft in drafts if draft.request.tree is None]
        parsed = checking.parsed(self.parser, [draft.request.scalar for draft in written])
        for draft, result in zip(written, parsed, strict=True):
            expression = self._expression(draft, result)
            if expression is not None:
                self._name(draft, expression)

    def _expression(self, draft: Draft, result: Tree | Trouble | Finding) -> Tree | None:
        scalar = draft.request.scalar
        if isinstance(result, Finding):
            draft.found.append(result)
            return None
        if isinstance(result, Trouble):
            names = draft.request.scope.known_names
            draft.found.append(checking.syntax_finding(scalar, result, names))
            return None
        expression = trees.single_expression(result)
        if expression is None or not checking.says_something(scalar):
            message = "this is not one expression"
            help_ = "write one condition, without SELECT, FROM or ;"
            draft.found.append(Finding("TG201", message, scalar.place, help_))
            return None
        return expression

    def _name(self, draft: Draft, expression: Tree) -> None:
        scalar = draft.request.scalar
        if trees.depth(expression) > language.MAX_DEPTH:
            draft.found.append(checking.too_deep(scalar))
            return
        aggregates = draft.request.scope.aggregates
        draft.found.extend(checking.objections(scalar, expression, aggregates=aggregates))
        if not draft.found:
            draft.expression = expression
            self._rewrite(draft, expression)

    def _rewrite(self, draft: Draft, expression: Tree) -> None:
        scalar = draft.request.scalar
        draft.parts, draft.columns, draft.root = [], {}, None
        root = self._part(draft, expression, inside=False)
        is_deep = trees.depth(root.rewritten) > language.MAX_EXPANDED_DEPTH
        if is_deep or _size(root.rewritten) > language.MAX_EXPANDED_NODES:
            message = "functions inside functions make this expression too large"
            draft.found.append(Finding("TG211", message, scalar.place, "split it into traits"))
        if not draft.found:
            draft.root = root

    def _is_recast(self, draft: Draft) -> bool:
        """Whether the types ask for casts that aren't there yet; then they are now."""
        needed = (cast for part in draft.parts for cast in kinds.needed_casts(part))
        casts = {id(part.original): type_ for part, type_ in needed}
        if casts == draft.casts or draft.expression is None:
            return False
        draft.casts = casts
        self._rewrite(draft, draft.expression)
        return draft.root is not None

    def _part(self, draft: Draft, node: Tree, inside: bool) -> Part:
        """A node with its names resolved and our functions written out, children first."""
        aggregates = is_aggregate(node)
        if aggregates and inside:
            message = "an aggregate inside an aggregate"
            draft.found.append(Finding("TG216", message, place_of(draft.request.scalar, node)))
        parts = tuple(
            self._part(draft, child, inside or aggregates) for child in trees.children(node)
        )
        operands = [_read_as(draft, part) for part in parts]
        rewritten = self._rewritten(draft, node, parts, operands)
        has_aggregate = aggregates or any(p.has_aggregate for p in parts)
        part = Part(node, rewritten, has_aggregate, parts)
        draft.parts.append(part)
        return part

    def _rewritten(
        self, draft: Draft, node: Tree, parts: Sequence[Part], operands: list[Tree]
    ) -> Tree:
        class_ = node["class"]
        if class_ == "COLUMN_REF":
            return self._column(draft, node)
        swap = {id(p.original): new for p, new in zip(parts, operands, strict=True)}
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
            return self._own(draft, node, name, operands)
        if name == "/" and len(parts) == 2:
            # division by zero is missing, not infinite
            divisor = trees.function("nullif", operands[1], trees.constant("0", "INTEGER"))
            return trees.function("/", operands[0], divisor, is_operator=True)
        if name == "sqrt":
            # below 0 the engine gives NaN, which would be greater than every number
            return trees.function("nullif", copied, trees.cast(trees.constant("nan"), "DOUBLE"))
        return copied

    def _column(self, draft: Draft, node: Tree) -> Tree:
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

    def _own(self, draft: Draft, node: Tree, name: str, arguments: list[Tree]) -> Tree:
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

    def _stance(self, draft: Draft, node: Tree, topic: str) -> Tree:
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

    def _sentiment(self, draft: Draft, node: Tree, argument: Tree) -> Tree:
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

    def _write_texts(self, drafts: Sequence[Draft]) -> None:
        parts = [part for draft in drafts for part in draft.parts]
        statements = [trees.select_of(part.rewritten) for part in parts]
        for part, text in zip(parts, self.parser.texts(statements), strict=True):
            part.text = part.probe = text.removeprefix("SELECT ")
        mixed = [part for part in parts if part.has_aggregate]
        statements = [trees.select_of(_of_any_row(part.rewritten)) for part in mixed]
        for part, text in zip(mixed, self.parser.texts(statements), strict=True):
            part.probe = text.removeprefix("SELECT ")

    def _find_types(self, drafts: Sequence[Draft]) -> None:
        """One DESCRIBE for all drafts of a scope; where it fails, one for each half."""
        self._write_texts(drafts)
        by_relation: dict[str, list[Draft]] = {}
        for draft in drafts:
            by_relation.setdefault(self._relation(draft.request.scope), []).append(draft)
        for relation, group in by_relation.items():
            self._type_drafts(relation, group)

    def _type_drafts(self, relation: str, drafts: Sequence[Draft]) -> None:
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

    def _describe(self, relation: str, parts: Sequence[Part]) -> None:
        texts = list(dict.fromkeys(part.probe for part in parts))
        types: dict[str, str] = {}
        for start in range(0, len(texts), 2_000):
            some = texts[start : start + 2_000]
            listed = ", ".join(f"({text}) AS c{n}" for n, text in enumerate(some))
            described = self.parser.types(f"SELECT {listed} FROM {relation}")
            types.update(zip(some, (type_ for _, type_ in described), strict=True))
        for part in parts:
            part.type = types[part.probe]

    def _blame(self, relation: str, draft: Draft) -> None:
        """Find the smallest part that can't be bound: its parts can, and it can't."""
        for part in draft.parts:  # children come before their parents
            try:
                self._describe(relation, [part])
            except EngineError as error:
                draft.found.append(misfit(draft, part, error.trouble))
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


def _read_as(draft: Draft, part: Part) -> Tree:
    """An operand as its parent takes it: itself, or cast where the types asked for that."""
    type_ = draft.casts.get(id(part.original))
    return trees.cast(part.rewritten, type_) if type_ else part.rewritten


def _size(tree: Tree) -> int:
    count = 0
    for _ in trees.walk(tree):
        count += 1
        if count > language.MAX_EXPANDED_NODES:
            break
    return count


def _of_any_row(tree: Tree) -> Tree:
    """For typing only: columns beside aggregates, which only GROUP BY allows, as aggregates."""
    if tree["class"] == "COLUMN_REF":
        return trees.function("any_value", tree)
    if is_aggregate(tree):
        return tree
    swap = {id(child): _of_any_row(child) for child in trees.children(tree)}
    result: Tree = trees.replaced(tree, swap)
    return result


def _is_row_level(part: Part) -> bool:
    return not part.has_aggregate


def _finished(draft: Draft) -> Compiled | None:
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


def _unknown_column(draft: Draft, node: Tree, path: list[str]) -> Finding:
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


def run_text(parser: Parser, expressions: Sequence[Tree]) -> list[str]:
    """Rewritten trees as text that runs, canonical: equal expressions give equal texts."""
    statements = [trees.select_of(guarded(expression)) for expression in expressions]
    return [text.removeprefix("SELECT ") for text in parser.texts(statements)]


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
    "run_text",
    "swapped",
]
