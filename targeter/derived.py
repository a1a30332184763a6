"""Derived sources: one SELECT over declared sources that never leaves one person's rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from targeter.database import TOO_DEEP, EngineError, Parser, Tree, Trouble
from targeter.expressions import aggregates, checking, trees
from targeter.expressions.checking import place_at, place_of
from targeter.expressions.compiler import Compiled, Compiler, Request, guarded
from targeter.expressions.scopes import Scope
from targeter.findings import Finding, Place, did_you_mean
from targeter.schema import Column, Schema, strictest
from targeter.sources.declared import Source
from targeter.yaml_source import Scalar, TextFile, whole_file

_PADDING = " " * len(checking.PREFIX)


@dataclass(frozen=True, slots=True)
class Table:
    """A source as a derived source may read it: its columns, and the column of the person."""

    source: Source
    schema: Schema
    owner: str | None


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived source that can run. `tree` names its tables by source; `reads` are those."""

    source: Source
    tree: Tree
    reads: tuple[str, ...]
    schema: Schema

    def sql(self, parser: Parser, tables: Mapping[str, str]) -> str:
        """The SELECT over engine tables, given by source name."""
        return _with_tables(parser, self.tree, tables)


def tables_in(file: TextFile, parser: Parser) -> frozenset[str]:
    """The names, folded, of what a derived source reads; none where it can't be parsed."""
    if checking.unfit(whole_file(file)):
        return frozenset()
    tree = parser.trees([file.text.rstrip().removesuffix(";")])[0]
    names, stack = set(), [tree] if isinstance(tree, dict) else []
    while stack:
        node = stack.pop()
        if node.get("type") == "BASE_TABLE":
            names.add(str(node["table_name"]).casefold())
        for value in node.values():
            stack.extend(
                v for v in (value if isinstance(value, list) else [value]) if isinstance(v, dict)
            )
    return frozenset(names)


@dataclass(slots=True)
class _From:
    """The FROM clause while it is checked: aliases in order, join conditions, shared columns."""

    aliases: dict[str, Table]
    conditions: list[Tree]
    shared: set[str]


def bind_derived(
    source: Source,
    file: TextFile,
    tables: Mapping[str, Table],
    compiler: Compiler,
    today: str,
    found: list[Finding],
) -> Derived | None:
    """A derived source checked and typed; None, with findings, where it can't be used."""
    scalar = whole_file(file)
    before = len(found)
    node = _select(scalar, compiler.parser, found)
    if node is None:
        return None
    found.extend(_clause_objections(scalar, node))
    clause = _From({}, [], set())
    found.extend(_read_from(scalar, node["from_table"], tables, clause))
    if len(found) > before:
        return None
    scope = _scope(source, clause, today)
    expressions = _expressions(node, clause)
    requests = [Request(scalar, scope, tree=expression) for expression in expressions]
    compiled = compiler.compile(requests, found)
    known = [c for c in compiled if c is not None]
    if len(known) < len(compiled):
        return None
    found.extend(_ownership_objections(scalar, source, node, clause, scope))
    if len(found) > before:
        return None
    return _finished(source, scalar, node, clause, expressions, known, compiler.parser, found)


def _select(scalar: Scalar, parser: Parser, found: list[Finding]) -> Tree | None:
    wrong = checking.unfit(scalar)
    if wrong:
        found.append(wrong)
        return None
    text = scalar.text.rstrip().removesuffix(";")
    tree = parser.trees([_PADDING + text])[0]
    if isinstance(tree, Trouble) and tree.message.startswith(TOO_DEEP):
        found.append(checking.too_deep(scalar))
        return None
    if isinstance(tree, Trouble):
        place = place_at(scalar, tree.start, tree.start + max(tree.length, 1))
        message = tree.message.split("\n")[0]
        if "Only SELECT statements" in message:
            message = "a derived source is one SELECT"
        found.append(Finding("TG201", message, place))
        return None
    node: Tree = tree["statements"][0]["node"] if tree["statements"] else {"type": "none"}
    if len(tree["statements"]) != 1 or node["type"] != "SELECT_NODE":
        message = "a derived source is one SELECT, without UNION, recursion or a second statement"
        found.append(Finding("TG210", message, scalar.place_at(0)))
        return None
    return node


def _clause_objections(scalar: Scalar, node: Tree) -> Iterator[Finding]:
    for modifier in node["modifiers"]:
        place = _place_within(scalar, modifier)
        if modifier["type"].startswith("LIMIT"):
            yield Finding("TG210", "LIMIT would take some people's rows only", place)
        else:
            message = "DISTINCT and ORDER BY have no place here"
            yield Finding("TG210", message, place, "use GROUP BY")
    if node["cte_map"]["map"]:
        message = "WITH is not part of the language"
        yield Finding("TG210", message, scalar.place_at(0), "make it a derived source of its own")
    for part in (node["qualify"], node["sample"]):
        if part:
            message = "QUALIFY and samples are not part of the language"
            yield Finding("TG210", message, _place_within(scalar, part))
    if len(node["group_sets"]) > 1:
        # a set without the person's key is about several people
        message = "GROUPING SETS, ROLLUP and CUBE are not part of the language"
        yield Finding("TG210", message, _place_within(scalar, *node["group_expressions"]))
    for item in node["select_list"]:
        if item["class"] == "STAR":
            yield Finding("TG210", "name the columns instead of *", place_of(scalar, item))


def _place_within(scalar: Scalar, *clauses: Tree) -> Place:
    """Where the expressions of a clause stand; a clause without any stands at SELECT."""
    spans = [span for clause in clauses if (span := trees.span(clause))]
    if not spans:
        return scalar.place_at(0, 6)
    return place_at(scalar, min(s for s, _ in spans), max(e for _, e in spans))


def _read_from(
    scalar: Scalar, table: Tree, tables: Mapping[str, Table], clause: _From
) -> Iterator[Finding]:
    if table["type"] == "JOIN":
        yield from _read_from(scalar, table["left"], tables, clause)
        yield from _read_join(scalar, table, tables, clause)
        return
    place = place_at(
        scalar,
        table.get("query_location", 0),
        table.get("query_location", 0) + table.get("query_location_length", 1),
    )
    if table["type"] != "BASE_TABLE" or table.get("sample") or table.get("at_clause"):
        message = "only declared sources stand in FROM: no files, functions or queries"
        yield Finding("TG210", message, place)
        return
    name = str(table["table_name"])
    known = tables.get(name.casefold())
    if known is None or table.get("schema_name") or table.get("catalog_name"):
        help_ = did_you_mean(name, sorted(t.source.name for t in tables.values()))
        yield Finding("TG113", f"unknown source {name!r}", place, help_)
        return
    alias = str(table["alias"] or name).casefold()
    if alias in clause.aliases:
        yield Finding("TG210", f"{alias!r} stands twice in FROM", place, "give it another name")
        return
    clause.aliases[alias] = known


def _read_join(
    scalar: Scalar, join: Tree, tables: Mapping[str, Table], clause: _From
) -> Iterator[Finding]:
    before = set(clause.aliases)
    right = join["right"]
    yield from _read_from(scalar, right, tables, clause)
    place = place_at(
        scalar,
        right.get("query_location", 0),
        right.get("query_location", 0) + right.get("query_location_length", 1),
    )
    if join["join_type"] not in ("INNER", "LEFT") or join["ref_type"] != "REGULAR":
        message = "a join is JOIN or LEFT JOIN, with ON or USING"
        yield Finding("TG210", message, place)
        return
    using = [str(name).casefold() for name in join.get("using_columns", [])]
    clause.shared.update(using)
    if join.get("condition"):
        clause.conditions.append(join["condition"])
    new = set(clause.aliases) - before
    for alias in new:
        table = clause.aliases[alias]
        if table.owner is None:
            if not using and not any(_equalities(join.get("condition"))):
                yield Finding("TG210", "a join needs an equality", place)
        elif not _joins_by_person(join.get("condition"), using, alias, clause):
            message = f"{table.source.name} is about people, so it is joined by the person's key"
            help_ = f"USING ({table.owner}), or ON {alias}.{table.owner} = …, and nothing else"
            yield Finding("TG217", message, place, help_)


def _equalities(condition: Tree | None) -> Iterator[Tree]:
    """The equalities that must all hold for a join condition to hold."""
    if condition is None:
        return
    if condition["class"] == "CONJUNCTION" and condition["type"] == "CONJUNCTION_AND":
        for child in condition["children"]:
            yield from _equalities(child)
    elif condition["class"] == "COMPARISON" and condition["type"] == "COMPARE_EQUAL":
        yield condition


def _joins_by_person(
    condition: Tree | None, using: Sequence[str], alias: str, clause: _From
) -> bool:
    owner = str(clause.aliases[alias].owner).casefold()
    if using:
        others = [t for a, t in clause.aliases.items() if a != alias and t.owner]
        return list(using) == [owner] and any(str(t.owner).casefold() == owner for t in others)
    if condition is None or condition["class"] != "COMPARISON":
        return False
    sides = [_owner_of(side, clause) for side in (condition["left"], condition["right"])]
    is_between_two = alias in sides and None not in sides and len(set(sides)) == 2
    return condition["type"] == "COMPARE_EQUAL" and is_between_two


def _owner_of(node: Tree, clause: _From) -> str | None:
    """The alias whose person's key this expression is, or None."""
    if node["class"] != "COLUMN_REF":
        return None
    names = [str(name).casefold() for name in node["column_names"]]
    for alias, table in clause.aliases.items():
        owner = str(table.owner).casefold() if table.owner else None
        if owner and (names == [alias, owner] or names == [owner]):
            return alias
    return None


def _scope(source: Source, clause: _From, today: str) -> Scope:
    relations = {alias: table.schema for alias, table in clause.aliases.items()}
    about = next(((a, str(t.owner)) for a, t in clause.aliases.items() if t.owner), ("", ""))
    return Scope(
        what=f"source {source.name!r}",
        relations=relations,
        bare=tuple(relations),
        key=about,
        today=today,
        prefixes={alias: alias for alias in relations},
        shared=frozenset(clause.shared),
        aggregates=True,
        is_grouped=True,
    )


def _expressions(node: Tree, clause: _From) -> list[Tree]:
    """Every expression of the SELECT; a name that HAVING takes from the list is written out."""
    named = {str(item["alias"]).casefold(): item for item in node["select_list"] if item["alias"]}
    expressions = [{**item, "alias": ""} for item in node["select_list"]]
    expressions += clause.conditions
    for key in ("where_clause", "having"):
        if node[key]:
            expressions.append(_written_out(node[key], named if key == "having" else {}))
    return expressions + list(node["group_expressions"])


def _written_out(tree: Tree, named: Mapping[str, Tree]) -> Tree:
    swap = {}
    for part in trees.walk(tree):
        if part["class"] == "COLUMN_REF" and len(part["column_names"]) == 1:
            item = named.get(str(part["column_names"][0]).casefold())
            if item:
                swap[id(part)] = {**item, "alias": ""}
    result: Tree = trees.replaced(tree, swap)
    return result


def _ownership_objections(
    scalar: Scalar, source: Source, node: Tree, clause: _From, scope: Scope
) -> Iterator[Finding]:
    """The result must be rows of one person each, named by `person:`, from nobody else's rows."""
    place = scalar.place_at(0, 6)
    if not any(table.owner for table in clause.aliases.values()):
        if source.person:
            message = f"{source.name} has no source about people in FROM"
            yield Finding("TG217", message, place)
        return
    if source.person is None:
        message = f"source {source.name!r} reads people's rows, so it needs 'person'"
        yield Finding("TG104", message, source.place, "name the column that holds their key")
        return
    wanted = source.person.column.casefold()
    item = next((i for i in node["select_list"] if _output_name(i).casefold() == wanted), None)
    if item is None or _owner_of(item, clause) is None:
        message = f"the SELECT gives no {source.person.column!r} that is the person's key"
        yield Finding("TG217", message, place)
        return
    is_aggregated = node["aggregate_handling"] == "FORCE_AGGREGATES" or any(
        aggregates.of(i) for i in node["select_list"]
    )
    grouped = any(_owner_of(group, clause) for group in node["group_expressions"])
    if is_aggregated and node["aggregate_handling"] != "FORCE_AGGREGATES" and not grouped:
        message = "GROUP BY must hold the person's key"
        where = _place_within(scalar, *node["group_expressions"])
        yield Finding("TG217", message, where, "GROUP BY ALL does")


def _output_name(item: Tree) -> str:
    if item["alias"]:
        return str(item["alias"])
    return str(item["column_names"][-1]) if item["class"] == "COLUMN_REF" else ""


def _finished(
    source: Source,
    scalar: Scalar,
    node: Tree,
    clause: _From,
    originals: Sequence[Tree],
    compiled: Sequence[Compiled],
    parser: Parser,
    found: list[Finding],
) -> Derived | None:
    names = [_output_name(item) for item in node["select_list"]]
    if not all(names) or len({n.casefold() for n in names}) < len(names):
        message = "every column needs a name of its own: add AS name"
        found.append(Finding("TG210", message, scalar.place_at(0, 6)))
        return None
    tree = _rebuilt(node, clause, compiled, names, parser)
    tables = {
        t.source.name: parser.table((c.name, c.type) for c in t.schema)
        for t in clause.aliases.values()
    }
    try:
        typed = parser.types(_with_tables(parser, tree, tables))
    except EngineError as error:
        message = error.trouble.message.split("\n")[0]
        found.append(Finding("TG203", message, scalar.place_at(0, 6)))
        return None
    count = len(names)
    everything = strictest(column for c in compiled for column in c.columns)
    columns = []
    for (name, type_), item in zip(typed, compiled[:count], strict=True):
        duties = item.duties
        columns.append(
            Column(name, type_, duties.in_copy, everything.sensitive, everything.purposes)
        )
    reads = tuple(dict.fromkeys(t.source.name for t in clause.aliases.values()))
    return Derived(source, tree, reads, Schema(tuple(columns)))


def _rebuilt(
    node: Tree, clause: _From, compiled: Sequence[Compiled], names: Sequence[str], parser: Parser
) -> Tree:
    """The SELECT with every expression rewritten, guarded and free of the order of rows."""
    safe = iter([_safe(c, parser) for c in compiled])
    listed = [{**next(safe), "alias": name} for name in names]
    joins = iter([next(safe) for _ in clause.conditions])
    new = {**node, "select_list": listed, "from_table": _join_swapped(node["from_table"], joins)}
    for key in ("where_clause", "having"):
        if node[key]:
            new[key] = next(safe)
    new["group_expressions"] = [next(safe) for _ in node["group_expressions"]]
    return new


def _safe(compiled: Compiled, parser: Parser) -> Tree:
    calls = aggregates.of(compiled.tree)
    if not calls:
        return guarded(compiled.tree)
    exact = exact_calls(compiled, parser)
    tree: Tree = trees.replaced(compiled.tree, exact)
    return aggregates.guarded_outside(tree, list(exact.values()))


def exact_calls(compiled: Compiled, parser: Parser, where: Tree | None = None) -> dict[int, Tree]:
    """Every aggregate call of an expression, by identity: exact, over rows where `where` holds."""
    calls = aggregates.of(compiled.tree)
    firsts = [trees.arguments(call)[:1] for call in calls]
    texts = iter(parser.texts([trees.select_of(first[0]) for first in firsts if first]))
    swap = {}
    for call, first in zip(calls, firsts, strict=True):
        type_ = compiled.types.get(next(texts).removeprefix("SELECT "), "") if first else ""
        inner = {id(part): guarded(part) for part in trees.children(call)}
        safe: Tree = {key: trees.replaced(value, inner) for key, value in call.items()}
        swap[id(call)] = aggregates.exact(safe, type_, where)
    return swap


def _join_swapped(table: Tree, conditions: Iterator[Tree]) -> Tree:
    """The FROM clause with its join conditions replaced, in the order they were read."""
    if table["type"] != "JOIN":
        return table
    left = _join_swapped(table["left"], conditions)
    if not table.get("condition"):
        return {**table, "left": left}
    return {**table, "left": left, "condition": next(conditions)}


def _with_tables(parser: Parser, node: Tree, tables: Mapping[str, str]) -> str:
    folded = {name.casefold(): table.strip('"') for name, table in tables.items()}
    new = {**node, "from_table": _named(node["from_table"], folded)}
    statement = {
        "error": False,
        "statements": [{"node": new, "named_param_map": []}],
    }
    return parser.texts([statement])[0]


def _named(table: Tree, tables: Mapping[str, str]) -> Tree:
    if table["type"] == "JOIN":
        left, right = _named(table["left"], tables), _named(table["right"], tables)
        return {**table, "left": left, "right": right}
    name = str(table["table_name"])
    real = tables[name.casefold()]
    path = {"path": [real]}
    alias = table["alias"] or name
    return {**table, "table_name": real, "alias": alias, "qualified_name": path}
