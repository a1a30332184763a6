"""Which rules hold for the same people: how many a person has, what overlaps, what never wins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from targeter.database import Engine
from targeter.decisions import DECIDED
from targeter.outcomes import RESULTS
from targeter.reports.asking import CHOICE_RULES, load_choice_rules
from targeter.runs import Run
from targeter.signature import BITS, Signature, question

# Pairs are told up to this many, the most people first.
PAIRS = 1_000
# Pairs are counted rule by rule in each set of rules; beyond this they are too many to count.
_WORK = 20_000_000


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rules that hold for the same `people`; `first` comes before `second`."""

    first: str
    second: str
    people: int


@dataclass(frozen=True, slots=True)
class Beaten:
    """A rule that holds for `matched` people and wins none of them, and what they have instead.

    `instead` are rules, or the outcomes of those who get nothing; the most people first.
    """

    rule: str
    matched: int
    instead: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """How rules share the people. `counts` are pairs: how many rules, for how many people.

    `uncounted` are the rules whose overlaps are left out, because there are too many of them.
    """

    matched: dict[str, int]
    counts: tuple[tuple[int, int], ...]
    overlaps: tuple[Overlap, ...]
    uncounted: int
    beaten: tuple[Beaten, ...]


def cross(run: Run) -> Crossing:
    """Count everything from the sets of rules that people have, each different set once."""
    if not run.decisions.rules:
        return Crossing({}, ((0, run.profiles.people),), (), 0, ())
    words = _rule_sets(run)
    matched = _matched(run)
    counted = _countable(run.engine, len(matched))
    return Crossing(
        dict(zip([rule.name for rule in run.decisions.rules], matched, strict=True)),
        _counts(run.engine, words),
        tuple(_overlaps(run, counted)),
        len(matched) - counted,
        tuple(_beaten(run, matched)),
    )


def _rule_sets(run: Run) -> list[str]:
    """Fill `rule_sets`: which rules hold, 62 to a word, for whom else and how it ended.

    `holders` has a row for each rule of each set. Returns the names of the words.
    """
    engine, formulas = run.engine, run.decisions.rule_formulas
    load_choice_rules(engine, run.decisions)
    packed = Signature(tuple(question(formula) for formula in formulas)).words
    names = [f"r{number}" for number in range(len(packed))]
    listed = ", ".join(f"{word} AS {name}" for word, name in zip(packed, names, strict=True))
    engine.run(
        f"CREATE OR REPLACE TABLE rule_sets AS SELECT r.outcome, c.rule AS winner, {listed}, "
        f"count(*) AS people FROM {DECIDED} AS d JOIN {RESULTS} AS r USING (number) "
        f"LEFT JOIN {CHOICE_RULES} AS c ON c.choice = r.choice GROUP BY ALL"
    )
    parts = [
        f"SELECT s.rowid AS set, {number * BITS} + bit AS rule, s.outcome, s.winner, s.people "
        f"FROM rule_sets AS s, range({min(BITS, len(formulas) - number * BITS)}) AS bits(bit) "
        f"WHERE {name} & (1::BIGINT << bit) <> 0"
        for number, name in enumerate(names)
    ]
    engine.run(f"CREATE OR REPLACE TABLE holders AS {' UNION ALL '.join(parts)}")
    return names


def _matched(run: Run) -> list[int]:
    rows = run.engine.rows("SELECT rule, sum(people)::BIGINT FROM holders GROUP BY 1")
    counts: dict[int, int] = dict(rows)
    return [counts.get(number, 0) for number in range(len(run.decisions.rules))]


def _counts(engine: Engine, words: list[str]) -> tuple[tuple[int, int], ...]:
    held = " + ".join(f"bit_count({word})::INTEGER" for word in words)
    rows = engine.rows(
        f"SELECT {held} AS held, sum(people)::BIGINT FROM rule_sets GROUP BY 1 ORDER BY 1"
    )
    return tuple((int(held), int(people)) for held, people in rows)


def _countable(engine: Engine, rules: int) -> int:
    """Of how many rules, best first, the overlaps can be counted in reasonable time."""
    while rules > 2:
        work = engine.value(
            "SELECT coalesce(sum(held * held), 0) FROM (SELECT count(*) AS held FROM holders "
            f"WHERE rule < {rules} GROUP BY set)"
        )
        if work <= _WORK:
            break
        rules //= 2
    return rules


def _overlaps(run: Run, counted: int) -> Iterator[Overlap]:
    rows = run.engine.rows(
        "SELECT a.rule, b.rule, sum(a.people)::BIGINT AS people FROM holders AS a "
        f"JOIN holders AS b ON a.set = b.set AND a.rule < b.rule WHERE b.rule < {counted} "
        f"GROUP BY ALL ORDER BY people DESC, a.rule, b.rule LIMIT {PAIRS}"
    )
    names = [rule.name for rule in run.decisions.rules]
    for first, second, people in rows:
        yield Overlap(names[first], names[second], people)


def _beaten(run: Run, matched: list[int]) -> Iterator[Beaten]:
    """The rules that hold for somebody and are nobody's, the held-out's included."""
    rows = run.engine.rows(
        "SELECT rule, winner, outcome, sum(people)::BIGINT AS people FROM holders "
        "WHERE rule NOT IN (SELECT winner FROM rule_sets WHERE winner IS NOT NULL) "
        "GROUP BY ALL ORDER BY rule, people DESC, winner, outcome"
    )
    instead: dict[int, dict[str, int]] = {}
    for rule, winner, outcome, people in rows:
        name = outcome if winner is None else run.decisions.rules[winner].name
        others = instead.setdefault(rule, {})
        others[name] = others.get(name, 0) + people
    for rule, others in instead.items():
        most = sorted(others.items(), key=lambda pair: (-pair[1], pair[0]))
        yield Beaten(run.decisions.rules[rule].name, matched[rule], tuple(most))
