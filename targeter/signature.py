"""The condition signature: every leaf of every condition is one bit of a person.

All conditions are split into their distinct leaves. AND and OR are split, and NOT is pushed down
to the leaf, which is exact for «is TRUE»: a conjunction is TRUE when all its parts are, its
negation when one part is FALSE. Each leaf is evaluated once per person and kept as one bit.
Nearly everything else is a question about those bits.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from targeter.conditions import Condition, scalars
from targeter.database import Parser, Tree
from targeter.expressions import trees
from targeter.expressions.compiler import Compiled, run_text, swapped
from targeter.expressions.scopes import SEGMENT
from targeter.yaml_source import Scalar

BITS = 62
# So many are put together in 32 bits: half the memory to go through.
_HALF = BITS // 2

_OPPOSITE = {
    "COMPARE_EQUAL": "COMPARE_NOTEQUAL",
    "COMPARE_NOTEQUAL": "COMPARE_EQUAL",
    "COMPARE_LESSTHAN": "COMPARE_GREATERTHANOREQUALTO",
    "COMPARE_GREATERTHANOREQUALTO": "COMPARE_LESSTHAN",
    "COMPARE_GREATERTHAN": "COMPARE_LESSTHANOREQUALTO",
    "COMPARE_LESSTHANOREQUALTO": "COMPARE_GREATERTHAN",
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One bit: TRUE or not."""

    bit: int


@dataclass(frozen=True, slots=True)
class Both:
    """All parts hold; without any, it holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of the parts holds; without any, it doesn't."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The part doesn't hold: FALSE or NULL."""

    part: Formula


Formula = Leaf | Both | Either | Without
ALWAYS: Formula = Both(())
NEVER: Formula = Either(())


@dataclass(frozen=True, slots=True)
class Signature:
    """The leaves of a project as SQL, in the order of their bits, and how to ask about them."""

    leaves: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """One SQL expression for each 62 leaves: their bits as a BIGINT."""
        halves = [
            _bits(self.leaves[start : start + _HALF]) for start in range(0, len(self.leaves), _HALF)
        ]
        pairs = itertools.zip_longest(halves[::2], halves[1::2])
        return tuple(f"({low} | ({high} << {_HALF}))" if high else low for low, high in pairs)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names under which the words are kept: s0, s1, …"""
        return tuple(f"s{n}" for n in range((len(self.leaves) + BITS - 1) // BITS))

    @property
    def named(self) -> tuple[tuple[str, str], ...]:
        """The words, each with its name before it."""
        return tuple(zip(self.columns, self.words, strict=True))


def _bits(leaves: Sequence[str]) -> str:
    bits = [f"CASE WHEN {leaf} THEN {1 << n} ELSE 0 END" for n, leaf in enumerate(leaves)]
    return f"({' | '.join(bits)})::BIGINT"


def question(formula: Formula) -> str:
    """A formula as SQL over the words: masks first, so that leaves of one word cost one test."""
    if isinstance(formula, Leaf):
        return _mask_all([formula.bit])
    if isinstance(formula, Without):
        return f"NOT {question(formula.part)}"
    parts = list(_flat(formula))
    bits = [part.bit for part in parts if isinstance(part, Leaf)]
    others = [question(part) for part in parts if not isinstance(part, Leaf)]
    if isinstance(formula, Both):
        tests = [_mask_all(bits)] if bits else []
        return "(" + " AND ".join(tests + others) + ")" if tests + others else "true"
    tests = [_mask_any(bits)] if bits else []
    return "(" + " OR ".join(tests + others) + ")" if tests + others else "false"


def is_met(formula: Formula, words: Sequence[int]) -> bool:
    """What `question` asks, of the one person who has these words."""
    if isinstance(formula, Leaf):
        return bool(words[formula.bit // BITS] >> formula.bit % BITS & 1)
    if isinstance(formula, Without):
        return not is_met(formula.part, words)
    met = (is_met(part, words) for part in formula.parts)
    return all(met) if isinstance(formula, Both) else any(met)


def spelled(formula: Formula, leaves: Sequence[str]) -> str:
    """A formula as SQL over what the leaves are about, for where there is no signature."""
    if isinstance(formula, Leaf):
        return f"coalesce({leaves[formula.bit]}, false)"
    if isinstance(formula, Without):
        return f"NOT {spelled(formula.part, leaves)}"
    parts = [spelled(part, leaves) for part in formula.parts]
    if isinstance(formula, Both):
        return f"({' AND '.join(parts)})" if parts else "true"
    return f"({' OR '.join(parts)})" if parts else "false"


def _flat(formula: Both | Either) -> Iterator[Formula]:
    """The parts of a formula, and those of parts that are joined as it is."""
    for part in formula.parts:
        if isinstance(part, (Both, Either)) and type(part) is type(formula):
            yield from _flat(part)
        else:
            yield part


def _mask_all(bits: Sequence[int]) -> str:
    tests = [f"(s{word} & {mask}) = {mask}" for word, mask in _masks(bits)]
    return tests[0] if len(tests) == 1 else "(" + " AND ".join(tests) + ")"


def _mask_any(bits: Sequence[int]) -> str:
    tests = [f"(s{word} & {mask}) <> 0" for word, mask in _masks(bits)]
    return tests[0] if len(tests) == 1 else "(" + " OR ".join(tests) + ")"


def _masks(bits: Sequence[int]) -> list[tuple[int, int]]:
    masks: dict[int, int] = {}
    for bit in bits:
        masks[bit // BITS] = masks.get(bit // BITS, 0) | 1 << bit % BITS
    return sorted(masks.items())


class Builder:
    """Collects leaves while conditions become formulas; equal leaves share a bit.

    `texts` are the profile columns that hold texts, in folded case: whether one is among a few is
    asked in the way that is quickest for everybody.
    """

    def __init__(
        self,
        parser: Parser,
        expressions: Mapping[tuple[str, int], Compiled],
        segments: Mapping[str, Condition],
        texts: frozenset[str] = frozenset(),
    ) -> None:
        self._texts = texts
        self._parser = parser
        self._expressions = expressions
        self._segments = segments
        self._bits: dict[str, int] = {}
        self._written: dict[tuple[int, bool], str] = {}
        self._is_made = False

    def signature(self) -> Signature:
        """The leaves so far; from here on only these can be asked about."""
        self._is_made = True
        return Signature(tuple(self._bits))

    def foresee(self, conditions: Iterable[Condition], *, negated: bool = False) -> None:
        """Write the leaves of many conditions out at once: one by one takes milliseconds each."""
        wanted = {
            (id(tree), is_negated): self._leaf_tree(tree, is_negated)
            for condition in conditions
            for scalar in scalars(condition)
            for tree, is_negated in _leaf_trees(self._tree(scalar), negated)
        }
        texts = run_text(self._parser, list(wanted.values()))
        self._written.update(zip(wanted, texts, strict=True))

    def holds(self, condition: Condition) -> Formula:
        """The formula that is met by whom the condition is TRUE for."""
        return self._formula(condition, negated=False)

    def refuted(self, condition: Condition) -> Formula:
        """The formula that is met by whom the condition is FALSE for; NULL meets neither."""
        return self._formula(condition, negated=True)

    def leaf(self, sql: str) -> Formula:
        """A bit for a test of ours over the profile `p`."""
        assert sql in self._bits or not self._is_made, sql
        return Leaf(self._bits.setdefault(sql, len(self._bits)))

    def whole(self, expressions: Iterable[Scalar]) -> list[str]:
        """Expressions as SQL over `p` that is TRUE, FALSE or NULL, for explaining them."""
        asked = [self._tree(scalar) for scalar in expressions]
        wanted = {id(tree): tree for tree in asked}  # equal expressions have one tree
        texts = run_text(self._parser, [self._without_segments(t) for t in wanted.values()])
        text_of = dict(zip(wanted, texts, strict=True))
        return [text_of[id(tree)] for tree in asked]

    def tests(self, conditions: Iterable[Condition]) -> list[str]:
        """Conditions as SQL over `p` that is TRUE or FALSE: one that is NULL doesn't hold."""
        return run_text(self._parser, [self._as_test(condition) for condition in conditions])

    def _tree(self, scalar: Scalar) -> Tree:
        return self._expressions[scalar.key].tree

    def _formula(self, condition: Condition, *, negated: bool) -> Formula:
        if isinstance(condition, Scalar):
            return self._of_tree(self._tree(condition), negated)
        parts = tuple(self._formula(part, negated=negated) for part in condition.parts)
        return Both(parts) if (condition.kind == "all") != negated else Either(parts)

    def _of_tree(self, tree: Tree, negated: bool) -> Formula:
        if tree["class"] == "CONJUNCTION":
            parts = tuple(self._of_tree(child, negated) for child in tree["children"])
            return Both(parts) if (tree["type"] == "CONJUNCTION_AND") != negated else Either(parts)
        if tree["class"] == "OPERATOR" and tree["type"] == "OPERATOR_NOT":
            return self._of_tree(tree["children"][0], not negated)
        segment = _segment_name(tree)
        if segment is not None:
            # a segment, once named, holds or not and is never NULL
            formula = self._formula(self._segments[segment.casefold()], negated=False)
            return Without(formula) if negated else formula
        return self.leaf(self._leaf_text(tree, negated))

    def _leaf_text(self, tree: Tree, negated: bool) -> str:
        key = id(tree), negated
        if key not in self._written:
            self._written[key] = run_text(self._parser, [self._leaf_tree(tree, negated)])[0]
        return self._written[key]

    def _leaf_tree(self, tree: Tree, negated: bool) -> Tree:
        if _is_choice_of_texts(tree, self._texts):
            return _looked_up(tree, negated)
        return self._without_segments(_negation(tree) if negated else tree)

    def _without_segments(self, tree: Tree) -> Tree:
        """Segments named inside an expression, written out as «holds»."""
        return swapped(tree, self._written_out)

    def _written_out(self, node: Tree) -> Tree | None:
        name = _segment_name(node)
        if name is None:
            return None
        return self._as_test(self._segments[name.casefold()])

    def _as_test(self, condition: Condition) -> Tree:
        holds = self._as_tree(condition)
        return trees.operator("OPERATOR_COALESCE", holds, trees.constant("false", "BOOLEAN"))

    def _as_tree(self, condition: Condition) -> Tree:
        if isinstance(condition, Scalar):
            return self._without_segments(self._tree(condition))
        parts = [self._as_tree(part) for part in condition.parts]
        kind = "CONJUNCTION_AND" if condition.kind == "all" else "CONJUNCTION_OR"
        return parts[0] if len(parts) == 1 else trees.conjunction(kind, *parts)


def _leaf_trees(tree: Tree, negated: bool) -> Iterator[tuple[Tree, bool]]:
    """Where AND, OR and NOT end, and whether what stands there is asked for being FALSE."""
    if tree["class"] == "CONJUNCTION":
        for child in tree["children"]:
            yield from _leaf_trees(child, negated)
    elif tree["class"] == "OPERATOR" and tree["type"] == "OPERATOR_NOT":
        yield from _leaf_trees(tree["children"][0], not negated)
    elif _segment_name(tree) is None:
        yield tree, negated


def _segment_name(tree: Tree) -> str | None:
    if tree["class"] == "COLUMN_REF" and tree["column_names"][0] == SEGMENT:
        return str(tree["column_names"][1])
    return None


def _negation(tree: Tree) -> Tree:
    """What is TRUE exactly where the tree is FALSE."""
    if tree["class"] == "COMPARISON" and tree["type"] in _OPPOSITE:
        return {**tree, "type": _OPPOSITE[tree["type"]]}
    return trees.operator("OPERATOR_NOT", tree)


def _is_choice_of_texts(tree: Tree, texts: frozenset[str]) -> bool:
    """One of the columns `texts` IN a list of texts; a day may be compared with texts, too."""
    if (tree["class"], tree["type"]) != ("OPERATOR", "COMPARE_IN"):
        return False
    column, *values = tree["children"]
    if column["class"] != "COLUMN_REF" or column["column_names"][-1].casefold() not in texts:
        return False
    return all(v["class"] == "CONSTANT" and v["literal"]["kind"] == "STRING" for v in values)


def _looked_up(tree: Tree, negated: bool) -> Tree:
    """The same question as a function of the column, TRUE for the same people: the engine asks
    functions once for each text that a page of a file has, and IN for each person."""
    column, *texts = tree["children"]
    place = trees.function("list_position", trees.function("list_value", *texts), column)
    if not negated:
        return trees.operator("OPERATOR_IS_NOT_NULL", place)
    is_there = trees.operator("OPERATOR_IS_NOT_NULL", column)
    return trees.conjunction("CONJUNCTION_AND", is_there, trees.operator("OPERATOR_IS_NULL", place))
