"""What a parse tree may hold, checked before anything is bound; and the traps YAML sets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from targeter.database import TOO_DEEP, Parser, Tree, Trouble
from targeter.expressions import language, trees
from targeter.findings import Finding, Place, did_you_mean
from targeter.yaml_source import Scalar

PREFIX = "SELECT ("
_RESERVED = re.compile(
    r"(?i)\b(all|analyse|analyze|and|any|as|asc|at|both|case|check|collate|column|constraint|"
    r"create|default|desc|distinct|do|else|end|except|fetch|for|foreign|from|grant|group|having|"
    r"in|initially|intersect|into|lateral|leading|limit|not|offset|on|only|or|order|placing|"
    r"primary|qualify|references|returning|select|show|some|summarize|symmetric|table|then|to|"
    r"trailing|union|unique|unpivot|using|variadic|when|where|window|with)\b"
)
# Quoted texts and names, comments, and single characters; brackets and signs are counted.
_TOKENS = re.compile(r"""'[^']*'|"[^"]*"|--[^\n]*|/\*.*?\*/|\S""", re.S)
_SIGNS = frozenset("+-*/~!@#%^&|<>=")


def statement(text: str) -> str:
    """The statement that is parsed for an expression; the break keeps a trailing comment inside."""
    return f"{PREFIX}{text}\n)"


def place_of(scalar: Scalar, node: Tree) -> Place:
    """Where an expression stands in the user's file."""
    found = trees.span(node)
    return scalar.place if found is None else place_at(scalar, *found)


def place_at(scalar: Scalar, start: int, end: int) -> Place:
    """The place of bytes `start` to `end` of the parsed statement."""
    data = scalar.text.encode()
    start, end = max(start - len(PREFIX), 0), max(end - len(PREFIX), 0)
    before = len(data[:start].decode(errors="ignore"))
    length = len(data[start:end].decode(errors="ignore"))
    last = max(len(scalar.text.rstrip()) - 1, 0)
    return scalar.place_at(min(before, last), length if before <= last else 1)


def written(scalar: Scalar, node: Tree) -> str:
    """An expression as the user wrote it."""
    found = trees.span(node)
    if found is None:
        return ""
    data = scalar.text.encode()
    return data[found[0] - len(PREFIX) : found[1] - len(PREFIX)].decode(errors="ignore")


def unfit(scalar: Scalar) -> Finding | None:
    """What is wrong with a text that the engine's parser shouldn't even see, as it might hang."""
    if len(scalar.text) > language.MAX_CHARACTERS:
        message = f"{len(scalar.text):,} characters; an expression has at most "
        message += f"{language.MAX_CHARACTERS:,}"
        return Finding("TG211", message, scalar.place_at(0, 1), "split it into segments")
    depth, signs = 0, 0
    for match in _TOKENS.finditer(scalar.text):
        token = match[0]
        depth += (token in "([{") - (token in ")]}")
        signs = signs + 1 if token in _SIGNS else 0
        if max(depth, signs) > language.MAX_DEPTH:
            return too_deep(scalar, match.start())
    return None


def too_deep(scalar: Scalar, offset: int = 0) -> Finding:
    return Finding("TG211", "nested too deeply", scalar.place_at(offset, 1), "use segments")


def says_something(scalar: Scalar) -> bool:
    """Whether there is more than blanks and comments."""
    return any(not match[0].startswith(("--", "/*")) for match in _TOKENS.finditer(scalar.text))


def parsed(parser: Parser, scalars: Sequence[Scalar]) -> list[Tree | Trouble | Finding]:
    """The statement tree of each expression, or what is wrong with it, in one call."""
    unfits = [unfit(scalar) for scalar in scalars]
    texts = [statement(s.text) for s, wrong in zip(scalars, unfits, strict=True) if not wrong]
    found = iter(parser.trees(texts))
    return [wrong or next(found) for wrong in unfits]


def expressions(parser: Parser, scalars: Sequence[Scalar]) -> list[Tree | None]:
    """The expression in each text, where there is one; nothing is found."""
    results = parsed(parser, scalars)
    return [trees.single_expression(r) if isinstance(r, dict) else None for r in results]


def syntax_finding(scalar: Scalar, trouble: Trouble, names: Sequence[str] = ()) -> Finding:
    """A syntax error, with the sentence for YAML's own traps where one of them made it.

    `names` are those of columns, of which one may stand there without the quotes it needs.
    """
    trap = _cut_by_yaml(scalar)
    if trap:
        return trap
    place = place_at(scalar, trouble.start, trouble.start + max(trouble.length, 1))
    message = trouble.message.split("\n")[0]
    if message.startswith(TOO_DEEP):
        return too_deep(scalar)
    reserved = _reserved_word(scalar, trouble)
    if reserved:
        offset, word = reserved
        return Finding(
            "TG212",
            f"{word!r} is a word of SQL and can't stand alone as a name",
            scalar.place_at(offset, len(word)),
            f'a column of that name stands in double quotes: "{word}"',
        )
    if "unterminated" in message:
        message, help_ = "a quote is not closed", "texts stand in single quotes: 'like this'"
        return Finding("TG201", message, place, help_)
    return Finding("TG201", _plain(message), place, _mended(scalar.text, message, names))


def _mended(text: str, message: str, names: Sequence[str]) -> str:
    """What was probably meant, in SQL; or ''."""
    for name in names:
        if not re.fullmatch(r"\w+(\.\w+)*", name) and f'"{name}"' not in text and name in text:
            return f'a column of that name stands in double quotes: "{name}"'
    if "Chained comparisons" in message:
        other = next((sign for sign in ("&&", "||") if sign in text), "")
        word = {"&&": "and", "||": "or"}.get(other, "")
        return f"conditions are joined by {word}, not by {other}" if other else ""
    return ""


def _plain(message: str) -> str:
    if message.endswith('at or near ")"') or "end of input" in message:
        return "the expression ends too early, or a bracket is missing"
    return message


def _reserved_word(scalar: Scalar, trouble: Trouble) -> tuple[int, str] | None:
    """A reserved word where an operand should stand: at the error or just before it."""
    data = scalar.text.encode()
    at = len(data[: max(trouble.start - len(PREFIX), 0)].decode(errors="ignore"))
    operand_before = re.compile(r"(?i)(^|\b(and|or|not|when|then|else)|[(,=<>+*/-])\s*$")
    operator_after = re.compile(r"(?i)^\s*([=<>!+*/),-]|is\b|in\b|between\b|like\b|ilike\b|$)")
    for match in _RESERVED.finditer(scalar.text):
        if match[0].casefold() in ("not", "case") or abs(match.start() - at) > 20:
            continue
        before, after = scalar.text[: match.start()], scalar.text[match.end() :]
        if before.count("'") % 2 == 0 and operand_before.search(before):
            if match[0].casefold() in ("and", "or") and before.strip():
                continue
            if operator_after.search(after):
                return match.start(), match[0]
    return None


def _cut_by_yaml(scalar: Scalar) -> Finding | None:
    """Whether YAML ended the text before its author did: at ` #`, or at a comma inside { }."""
    if not scalar.is_plain:
        return None
    rest = scalar.rest_of_line()
    comment = re.match(r"\s+#", rest)
    comma = re.match(r"\s*,", rest)
    if not comment and not comma:
        return None
    cutter = "a # after a space starts a comment" if comment else "inside { } and [ ] a comma ends"
    whole = scalar.text + rest.rstrip().rstrip("}]").rstrip() if comma else scalar.text + rest
    message = "YAML cut this expression: " + (cutter if comment else f"{cutter} the value")
    help_ = f"write it in block style:\n  - |\n    {whole.strip()}"
    return Finding("TG213", message, scalar.place_at(0, len(scalar.text)), help_)


def asks_for_truth(node: Tree) -> bool:
    """Whether a comparison is `x IS TRUE` or the like; it arrives as a cast of x, compared."""
    is_distinct = node["type"] in ("COMPARE_DISTINCT_FROM", "COMPARE_NOT_DISTINCT_FROM")
    left, right = node["left"], node["right"]
    is_literal = right["class"] == "CONSTANT" and right["literal"]["kind"] == "BOOLEAN"
    is_cast = left["class"] == "CAST" and left["type_expr"].get("type_name") == "BOOLEAN"
    return bool(is_distinct and is_literal and is_cast)


def objections(scalar: Scalar, expression: Tree, *, aggregates: bool) -> Iterator[Finding]:
    """Everything in a tree that the language doesn't have."""
    nodes = list(trees.walk(expression))
    if len(nodes) > language.MAX_NODES:
        message = f"{len(nodes):,} parts; an expression has at most {language.MAX_NODES}"
        yield Finding("TG211", message, scalar.place_at(0, 1), "split it into segments")
        return
    for node in nodes:
        yield from _objections_to(scalar, node, aggregates)


def _objections_to(scalar: Scalar, node: Tree, aggregates: bool) -> Iterator[Finding]:
    class_ = node["class"]
    if class_ not in language.CLASSES:
        what = language.REFUSED.get(class_, f"this ({class_.lower()})")
        yield Finding("TG210", f"{what} is not part of the language", place_of(scalar, node))
    elif class_ == "OPERATOR" and node["type"] not in language.OPERATOR_TYPES:
        what = node["type"].removeprefix("OPERATOR_").lower()
        yield Finding("TG210", f"{what} is not part of the language", place_of(scalar, node))
    elif class_ == "CONSTANT":
        yield from _literal_objections(scalar, node)
    elif class_ == "CAST":
        yield from _cast_objections(scalar, node)
    elif class_ == "FUNCTION":
        yield from _call_objections(scalar, node, aggregates)


def _literal_objections(scalar: Scalar, node: Tree) -> Iterator[Finding]:
    kind, text = node["literal"]["kind"], str(node["literal"].get("text", ""))
    is_exact = kind in ("INTEGER", "NUMERIC") and "e" not in text.casefold()
    if kind not in language.LITERAL_KINDS:
        yield Finding("TG210", "this kind of literal is not used here", place_of(scalar, node))
    elif is_exact and len(re.sub(r"\D", "", text).strip("0")) > language.MOST_DIGITS:
        message = f"a number has at most {language.MOST_DIGITS} digits"
        help_ = "identifiers are text, and texts stand in single quotes"
        yield Finding("TG203", message, place_of(scalar, node), help_)


def _cast_objections(scalar: Scalar, node: Tree) -> Iterator[Finding]:
    name = str(node["type_expr"].get("type_name", "")).upper()
    if name not in language.CASTS or node["type_expr"].get("schema"):
        message = f"a cast to {name or 'this type'} is not part of the language"
        help_ = "text, integer, bigint, double, decimal, boolean, date and timestamp are"
        if name == "INTERVAL":
            help_ = "an interval is written interval 60 day, without quotes"
        yield Finding("TG210", message, place_of(scalar, node), help_)


def _call_objections(scalar: Scalar, node: Tree, aggregates: bool) -> Iterator[Finding]:
    name = str(node["function_name"]).casefold()
    if node.get("schema") or node.get("catalog"):
        message = "a function with a schema is not part of the language"
        yield Finding("TG210", message, place_of(scalar, node))
        return
    if node["is_operator"]:
        yield from _operator_objections(scalar, node, name)
        return
    if name in language.INTERVALS:
        if name != "trunc":
            yield from _interval_objections(scalar, node)
        return
    function = language.known_functions().get(name)
    if function is None:
        yield _unknown_function(name, place_of(scalar, node))
        return
    yield from _argument_objections(scalar, node, function)
    yield from _clause_objections(scalar, node, function, aggregates)


def _clause_objections(
    scalar: Scalar, node: Tree, function: language.Function, aggregates: bool
) -> Iterator[Finding]:
    """What only aggregates have, and where there are none."""
    if function.kind == "aggregate" and not aggregates:
        message = f"{function.usage} needs many rows, and here is one person"
        help_ = "declare a trait with 'from' and use that"
        yield Finding("TG216", message, place_of(scalar, node), help_)
    if function.kind != "aggregate" and (node["filter"] or node["distinct"]):
        message = f"{function.name} takes no FILTER or DISTINCT"
        yield Finding("TG210", message, place_of(scalar, node))
    if node["order_bys"]["orders"]:
        message = "ORDER BY inside a function is not part of the language"
        help_ = "use a pick with first_by"
        yield Finding("TG210", message, place_of(scalar, node), help_)


def _operator_objections(scalar: Scalar, node: Tree, name: str) -> Iterator[Finding]:
    if name not in language.OPERATORS:
        message = f"the operator {name} is not part of the language"
        yield Finding("TG210", message, place_of(scalar, node))
    elif name in language.LIKE:
        patterns = trees.arguments(node)[1:]
        if not all(_is_text(pattern) for pattern in patterns):
            message = "the pattern of LIKE is written out in the rule"
            help_ = "for a part of a text: contains(text, part)"
            yield Finding("TG210", message, place_of(scalar, node), help_)
        elif not _is_like_pattern(*(str(p["literal"]["text"]) for p in patterns)):
            message = "ESCAPE takes one character, and a pattern doesn't end with it"
            yield Finding("TG203", message, place_of(scalar, node))


def _is_like_pattern(pattern: str, escape: str = "") -> bool:
    """Whether the engine can read a pattern: what it escapes is there."""
    if not escape:
        return True
    return len(escape) == 1 and not pattern.replace(escape * 2, "").endswith(escape)


def _unknown_function(name: str, place: Place) -> Finding:
    if place.excerpt[place.column - 1 :].casefold().startswith(name.casefold()):
        place = replace(place, length=len(name))  # its arguments are not at fault
    known = sorted(set(language.known_functions()) - {"list_value", "count_star"})
    instead = language.INSTEAD.get(name)
    if instead:
        return Finding("TG207", f"{name}() is not part of the language", place, f"use {instead}")
    return Finding("TG207", f"unknown function {name!r}", place, did_you_mean(name, known))


def _argument_objections(
    scalar: Scalar, node: Tree, function: language.Function
) -> Iterator[Finding]:
    arguments = trees.arguments(node)
    if not function.least <= len(arguments) <= function.most or any(
        a.get("name") for a in node["arguments"]
    ):
        message = f"{function.name} is called as {function.usage}"
        yield Finding("TG203", message, place_of(scalar, node))
        return
    for position in function.literal:
        if position < len(arguments) and not _is_text(arguments[position]):
            message = f"this argument of {function.name} is written out, in single quotes"
            here = place_of(scalar, arguments[position])
            yield Finding("TG210", message, here, function.usage)
    if function.name in ("date_trunc", "date_diff", "date_part") and _is_text(arguments[0]):
        part = str(arguments[0]["literal"]["text"]).casefold()
        if part not in language.PARTS:
            help_ = did_you_mean(part, sorted(language.PARTS))
            here = place_of(scalar, arguments[0])
            yield Finding("TG203", f"unknown part of a date {part!r}", here, help_)


def _is_text(node: Tree) -> bool:
    return bool(node["class"] == "CONSTANT" and node["literal"]["kind"] == "STRING")


def _interval_objections(scalar: Scalar, node: Tree) -> Iterator[Finding]:
    numbers = [n for n in trees.walk(node) if n["class"] == "CONSTANT"]
    names = [str(n["function_name"]) for n in trees.walk(node) if n["class"] == "FUNCTION"]
    others = [n for n in trees.walk(node) if n["class"] not in ("CONSTANT", "CAST", "FUNCTION")]
    if len(numbers) != 1 or others or not language.INTERVALS.issuperset({*names} - {"-"}):
        message = "an interval is written out: interval 60 day"
        yield Finding("TG210", message, place_of(scalar, node))
        return
    try:
        is_short = abs(float(numbers[0]["literal"]["text"])) <= language.LONGEST_INTERVAL
    except (KeyError, ValueError):
        is_short = False
    if not is_short:
        message = f"an interval is a number, at most {language.LONGEST_INTERVAL:,}"
        yield Finding("TG203", message, place_of(scalar, node))
