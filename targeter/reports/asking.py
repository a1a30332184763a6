"""Questions asked of everybody: the signature masked to their bits, grouped, and only then counted.

With few or correlated conditions few different signatures are left; with many independent ones
nearly one a person, and then they aren't grouped. So a question is never an aggregate of its own:
the answers to 62 of them are kept as one number, as the leaves are, and equal numbers are counted
together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from targeter.database import Engine
from targeter.decisions import DECIDED, Decisions
from targeter.signature import BITS, Formula, Leaf, Signature, Without, question

ASKED = "asked"
CHOICE_RULES = "choice_rules"
# So many people tell whether signatures are worth grouping.
_FIRST = 50_000


def grouped(formulas: Iterable[Formula], by: Sequence[str] = (), source: str = DECIDED) -> str:
    """SQL: `by`, the words masked to the bits of some formulas, and `people`, the count of each."""
    masks: dict[int, int] = {}
    for formula in formulas:
        for bit in _bits(formula):
            masks[bit // BITS] = masks.get(bit // BITS, 0) | 1 << bit % BITS
    words = [f"s{word} & {mask} AS s{word}" for word, mask in sorted(masks.items())]
    listed = ", ".join([*by, *words]) or "0 AS nothing"
    return f"SELECT {listed}, count(*) AS people FROM {source} GROUP BY ALL"


def _bits(formula: Formula) -> Iterator[int]:
    if isinstance(formula, Leaf):
        yield formula.bit
        return
    for part in (formula.part,) if isinstance(formula, Without) else formula.parts:
        yield from _bits(part)


def counted(engine: Engine, formulas: Sequence[Formula]) -> list[int]:
    """How many people meet each formula."""
    tests = [question(formula) for formula in formulas]
    asked = f"CREATE OR REPLACE TABLE {ASKED} AS "
    first = f"(FROM {DECIDED} LIMIT {_FIRST})"
    if engine.written(asked + grouped(formulas, source=first)) > _FIRST / 2:
        # nearly everybody is a group of their own
        return people_of(engine, tests, f"(SELECT *, 1 AS people FROM {DECIDED})")
    if engine.value(f"SELECT count(*) FROM {DECIDED}") > _FIRST:
        engine.run(asked + grouped(formulas))
    return people_of(engine, tests, ASKED)


def people_of(engine: Engine, tests: Sequence[str], groups: str) -> list[int]:
    """The sum of `people` over the rows of a relation that pass each test (SQL, never NULL)."""
    counts = [0] * len(tests)
    for number, word in enumerate(Signature(tuple(tests)).words):
        start = number * BITS
        rows = engine.rows(
            f"SELECT bit, sum(people)::BIGINT FROM (SELECT {word} AS answers, "
            f"sum(people) AS people FROM {groups} GROUP BY 1), "
            f"range({min(BITS, len(tests) - start)}) AS bits(bit) "
            "WHERE answers & (1::BIGINT << bit) <> 0 GROUP BY 1"
        )
        for bit, people in rows:
            counts[start + bit] = int(people)
    return counts


def load_choice_rules(engine: Engine, decisions: Decisions) -> None:
    """Fill `choice_rules` (choice, rule): of which rule each choice is, by number."""
    columns = {"choice": "INTEGER", "rule": "INTEGER"}
    pairs = [(choice.number, choice.rule_number) for choice in decisions.choices]
    engine.load(CHOICE_RULES, columns, pairs)
