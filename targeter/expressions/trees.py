"""DuckDB's parse trees: walked, built, and cut into pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from targeter.database import Tree

NOWHERE = 18446744073709551615
_EXPRESSION_CLASSES_KEY = "class"


def children(node: Tree) -> list[Tree]:
    """The expressions directly below an expression."""
    found: list[Tree] = []
    _gather(node, found)
    return found


def _gather(node: Tree, found: list[Tree]) -> None:
    """Add the expressions below a node; what is no expression itself may hold some."""
    for value in node.values():
        if isinstance(value, dict):
            _gather_from(value, found)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    _gather_from(item, found)


def _gather_from(value: Tree, found: list[Tree]) -> None:
    if _EXPRESSION_CLASSES_KEY not in value:
        _gather(value, found)
    elif value["class"] != "TYPE":
        found.append(value)


def walk(node: Tree) -> Iterator[Tree]:
    """An expression and everything below it."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(children(one)))


def depth(node: Tree) -> int:
    """How many expressions stand inside each other at the deepest point."""
    level, found = [node], 0
    while level:
        level = [child for parent in level for child in children(parent)]
        found += 1
    return found


def replaced(node: Any, swap: Mapping[int, Tree]) -> Any:
    """A copy of a tree in which nodes are replaced by identity."""
    if isinstance(node, dict):
        if id(node) in swap:
            return swap[id(node)]
        return {key: replaced(value, swap) for key, value in node.items()}
    if isinstance(node, list):
        return [replaced(item, swap) for item in node]
    return node


def span(node: Tree) -> tuple[int, int] | None:
    """First and last byte of an expression in the parsed text; operators cover their operands."""
    start, end = NOWHERE, -1
    for part in walk(node):
        at = part.get("query_location", NOWHERE)
        if at != NOWHERE:
            start = min(start, at)
            end = max(end, at + part.get("query_location_length", 0))
    return (start, end) if end >= 0 else None


def select_of(expression: Tree) -> Tree:
    """`SELECT expression` as a statement tree."""
    return {
        "error": False,
        "statements": [
            {
                "node": {
                    "type": "SELECT_NODE",
                    "modifiers": [],
                    "cte_map": {"map": []},
                    "select_list": [expression],
                    "from_table": {"type": "EMPTY", "alias": "", "sample": None},
                    "where_clause": None,
                    "group_expressions": [],
                    "group_sets": [],
                    "aggregate_handling": "STANDARD_HANDLING",
                    "having": None,
                    "sample": None,
                    "qualify": None,
                },
                "named_param_map": [],
            }
        ],
    }


def single_expression(tree: Tree) -> Tree | None:
    """The one expression of a statement that is nothing but `SELECT expression`, else None."""
    statements = tree["statements"]
    if len(statements) != 1:
        return None
    node = statements[0]["node"]
    empty = ("where_clause", "having", "qualify", "sample", "group_expressions", "group_sets")
    if (
        node["type"] != "SELECT_NODE"
        or len(node["select_list"]) != 1
        or node["from_table"]["type"] != "EMPTY"
        or node["modifiers"]
        or node["cte_map"]["map"]
        or any(node[key] for key in empty)
        or node["aggregate_handling"] != "STANDARD_HANDLING"
    ):
        return None
    expression: Tree = node["select_list"][0]
    return None if expression.get("alias") else expression


def column(*names: str) -> Tree:
    return {"class": "COLUMN_REF", "type": "COLUMN_REF", "alias": "", "column_names": list(names)}


def constant(text: str, kind: str = "STRING") -> Tree:
    literal = {"kind": kind} if kind == "NULL_LITERAL" else {"kind": kind, "text": text}
    return {"class": "CONSTANT", "type": "VALUE_CONSTANT", "alias": "", "literal": literal}


def operator(type_: str, *operands: Tree) -> Tree:
    return {"class": "OPERATOR", "type": type_, "alias": "", "children": list(operands)}


def equal(left: Tree, right: Tree) -> Tree:
    return {
        "class": "COMPARISON",
        "type": "COMPARE_EQUAL",
        "alias": "",
        "left": left,
        "right": right,
    }


def case(when: Tree, then: Tree) -> Tree:
    """`CASE WHEN when THEN then END`."""
    return {
        "class": "CASE",
        "type": "CASE_EXPR",
        "alias": "",
        "case_checks": [{"when_expr": when, "then_expr": then}],
        "else_expr": constant("", "NULL_LITERAL"),
    }


def lambda_(parameter: Tree, body: Tree) -> Tree:
    return {
        "class": "LAMBDA",
        "type": "LAMBDA",
        "alias": "",
        "lhs": parameter,
        "expr": body,
        "syntax_type": "LAMBDA_KEYWORD",
    }


def conjunction(type_: str, *operands: Tree) -> Tree:
    return {"class": "CONJUNCTION", "type": type_, "alias": "", "children": list(operands)}


def function(name: str, *arguments: Tree, is_operator: bool = False) -> Tree:
    return {
        "class": "FUNCTION",
        "type": "FUNCTION",
        "alias": "",
        "function_name": name,
        "schema": "",
        "filter": None,
        "order_bys": {"type": "ORDER_MODIFIER", "orders": []},
        "distinct": False,
        "is_operator": is_operator,
        "export_state": False,
        "catalog": "",
        "arguments": [{"name": "", "expression": argument} for argument in arguments],
        "qualified_name": {"path": [name]},
    }


def arguments(node: Tree) -> list[Tree]:
    return [argument["expression"] for argument in node["arguments"]]


def date(day: str) -> Tree:
    """A date literal, YYYY-MM-DD."""
    return {**cast(constant(day), "DATE"), "try_cast": False}


def cast(child: Tree, type_: str) -> Tree:
    """TRY_CAST to a type such as BIGINT or DECIMAL(38,6)."""
    name, _, sizes = type_.rstrip(")").partition("(")
    type_expr = {
        "class": "TYPE",
        "type": "TYPE",
        "alias": "",
        "catalog": "",
        "schema": "",
        "type_name": name,
        "children": [constant(size, "INTEGER") for size in sizes.split(",") if size],
        "qualified_name": {"path": [name]},
    }
    return {
        "class": "CAST",
        "type": "OPERATOR_CAST",
        "alias": "",
        "child": child,
        "try_cast": True,
        "type_expr": type_expr,
    }
