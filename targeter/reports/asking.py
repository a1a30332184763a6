"""Questions asked of everybody: some at a time, each as a count of its own over the signature.

That costs a third of making words of their answers first, and less than grouping people by their
signature, of which nearly everybody has their own as soon as conditions are many.
"""

from __future__ import annotations

from collections.abc import Sequence

from targeter.database import Engine
from targeter.decisions import DECIDED, Decisions
from targeter.signature import Formula, question

CHOICE_RULES = "choice_rules"
# In one statement: the engine's time to plan one grows faster than they do.
_TOGETHER = 100


def counted(engine: Engine, formulas: Sequence[Formula]) -> list[int]:
    """How many people meet each formula."""
    asked = [f"coalesce(count_if({question(formula)}), 0)" for formula in formulas]
    return _row(engine, asked, DECIDED)


def people_of(engine: Engine, tests: Sequence[str], groups: str) -> list[int]:
    """The sum of `people` over the rows of a relation that pass each test (SQL, never NULL)."""
    asked = [f"coalesce(sum(people) FILTER ({test}), 0)::BIGINT" for test in tests]
    return _row(engine, asked, groups)


def _row(engine: Engine, asked: Sequence[str], relation: str) -> list[int]:
    return [
        int(count)
        for start in range(0, len(asked), _TOGETHER)
        for count in engine.row(
            f"SELECT {', '.join(asked[start : start + _TOGETHER])} FROM {relation}"
        )
    ]


def load_choice_rules(engine: Engine, decisions: Decisions) -> None:
    """Fill `choice_rules` (choice, rule): of which rule each choice is, by number."""
    columns = {"choice": "INTEGER", "rule": "INTEGER"}
    pairs = [(choice.number, choice.rule_number) for choice in decisions.choices]
    engine.load(CHOICE_RULES, columns, pairs)
