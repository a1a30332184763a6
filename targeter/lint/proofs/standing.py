"""How rules stand to each other: equal, contained in earlier ones, or tied where both hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from targeter.findings import Finding
from targeter.lint.proofs.candidates import Candidates
from targeter.lint.proofs.cases import Case, Cases
from targeter.lint.proofs.formulas import Formula
from targeter.lint.proofs.serving import Serving
from targeter.lint.proofs.solver import Known, implies, satisfiable

# How many rules one rule is held against; past that nothing is said of it.
_MOST_SINGLE = 100
_MOST_TOGETHER = 48
_MOST_TIED = 200
_FEW_STEPS = 2_000


def contained(cases: Cases) -> Iterator[Finding]:
    """TG405 for two rules for the same people, TG403 for one that earlier ones contain."""
    rules = [case for case in cases.rules if _takes_part(case)]
    serving = Serving(cases)
    whole = _Whole(rules)
    less_one = _LessOne(rules)
    written: dict[Formula, Case] = {}
    for number, case in enumerate(rules):
        twin = written.setdefault(case.formula, case)
        if twin is not case and serving.may_meet(twin, case):
            yield _equal(case, twin)
            continue
        outer = _outer(case, [rules[n] for n in whole.around(case, number)], serving)
        if outer is not None:
            yield _equal(case, outer) if _within(outer, case) else _inside(case, [outer])
            continue
        near = [rules[n] for n in less_one.near(case, number)]
        together = [o for o in near if serving.takes(o, case)]
        blamed = _together(case, together)
        if blamed:
            yield _inside(case, blamed)


def _takes_part(case: Case) -> bool:
    return case.rule is not None and case.rule.enabled and not case.is_dead


def _outer(case: Case, earlier: Iterable[Case], serving: Serving) -> Case | None:
    """The first rule that contains this one, and either takes its people or is equal to it."""
    for outer in earlier:
        if _within(case, outer):
            is_twin = serving.may_meet(outer, case) and _within(outer, case)
            if is_twin or serving.takes(outer, case):
                return outer
    return None


def _within(inner: Case, outer: Case) -> bool:
    """Proved: wherever the first holds, the second does."""
    if inner.is_plain and outer.is_plain:
        return all(not inner.known.get(t, ~v) & ~v for t, v in outer.known.items())
    return implies(inner.formula, outer.against, inner.known)


class _Whole:
    """Rules of which an alternative follows from another rule."""

    def __init__(self, rules: Sequence[Case]) -> None:
        self._numbers = [number for number, case in enumerate(rules) for _ in case.boxes]
        self._candidates = Candidates([box for case in rules for box in case.boxes])

    def around(self, case: Case, before: int) -> list[int]:
        """The earlier rules that may contain one: they hold its first alternative."""
        found: dict[int, None] = {}
        for position in islice(self._candidates.within(case.boxes[0]), 4 * _MOST_SINGLE):
            if self._numbers[position] < before:
                found[self._numbers[position]] = None
                if len(found) >= _MOST_SINGLE:
                    break
        return sorted(found)


class _LessOne:
    """Rules that follow from another but for one claim: several of them may contain it together."""

    def __init__(self, rules: Sequence[Case]) -> None:
        sets: list[Known] = []
        self._numbers: list[int] = []
        for number, case in enumerate(rules):
            if not case.is_plain:
                continue
            for term in case.known:
                sets.append({t: values for t, values in case.known.items() if t != term})
                self._numbers.append(number)
        self._candidates = Candidates(sets)

    def near(self, case: Case, before: int) -> list[int]:
        found: dict[int, None] = {}
        for position in islice(self._candidates.within(case.known), 4 * _MOST_TOGETHER):
            number = self._numbers[position]
            if number < before:
                found[number] = None
                if len(found) >= _MOST_TOGETHER:
                    break
        return sorted(found)


def _together(case: Case, others: Sequence[Case]) -> list[Case]:
    """The rules that contain this one together, none of them left over; empty when not proved."""
    if len(others) < 2 or satisfiable(
        case.formula, *(o.against for o in others), budget=_FEW_STEPS
    ):
        return []
    needed = list(others)
    for other in reversed(others):
        rest = [o for o in needed if o is not other]
        if not satisfiable(case.formula, *(o.against for o in rest), budget=_FEW_STEPS):
            needed = rest
    return needed


def _equal(case: Case, first: Case) -> Finding:
    message = f"{case} holds for exactly the people of {first}"
    help_ = f"{first} stands at {first.place}: put the templates of both into one rule's list, "
    return Finding("TG405", message, case.place, help_ + "or say what tells them apart")


def _inside(case: Case, outer: Sequence[Case]) -> Finding:
    names = " or ".join(repr(o.name) for o in outer)
    message = f"{case} can't win: wherever it holds, {names} does too and comes first"
    help_ = f"a higher priority for {case.name!r}, or fewer people for {names}"
    return Finding("TG403", message, case.place, help_)


# -- equal priorities --------------------------------------------------------------------------


def tied(cases: Cases) -> Iterator[Finding]:
    """TG402: equal priorities are settled by name, which nobody decided: said where both can hold.

    Here it is the other way round: two rules are passed over only where it is proved that nobody
    can meet both.
    """
    serving = Serving(cases)
    reached = cases.reached()
    groups: dict[int, list[Case]] = {}
    for case in cases.rules:
        if _takes_part(case) and case.rule:
            groups.setdefault(case.rule.priority, []).append(case)
    for group in groups.values():
        for case, first in _overlapping(group, serving, reached):
            message = f"rules {first.name!r} and {case.name!r} have the same priority"
            help_ = f"where both hold, {first.name!r} wins by its name: say which matters more"
            yield Finding("TG402", message, case.place, help_)


def _overlapping(
    group: Sequence[Case], serving: Serving, reached: Formula
) -> Iterator[tuple[Case, Case]]:
    """Each rule with the first before it that can hold for the same person."""
    shelves = _Shelves(group)
    for number, case in enumerate(group):
        before = islice(shelves.beside(case, number), _MOST_TIED)
        first = next(
            (o for o in before if serving.may_meet(o, case) and _overlap(o, case, reached)), None
        )
        if first is not None:
            yield case, first


def _overlap(one: Case, other: Case, reached: Formula) -> bool:
    for term, values in one.known.items():
        if not values & other.known.get(term, values):
            return False
    return satisfiable(one.formula, other.formula, reached, budget=_FEW_STEPS)


class _Shelves:
    """Rules laid out by the regions of the term that most of them speak of."""

    def __init__(self, group: Sequence[Case]) -> None:
        self._group = group
        uses: dict[int, int] = {}
        for case in group:
            for term in case.known:
                uses[term] = uses.get(term, 0) + 1
        self._term = min(uses, key=lambda term: (-uses[term], term), default=-1)
        self._wide: list[int] = []
        self._by_region: dict[int, list[int]] = {}
        for number, case in enumerate(group):
            regions = self._regions(case)
            for region in regions:
                self._by_region.setdefault(region, []).append(number)
            if not regions:
                self._wide.append(number)

    def _regions(self, case: Case) -> list[int]:
        values = case.known.get(self._term, 0)
        return [] if values.bit_count() > 16 else list(_bits(values))

    def beside(self, case: Case, number: int) -> Iterator[Case]:
        """The earlier rules that aren't already apart by that term."""
        regions = self._regions(case)
        if not regions:
            numbers: Iterable[int] = range(number)
        else:
            shelved = {n for region in regions for n in self._by_region[region]}
            numbers = sorted(shelved | set(self._wide))
        for other in numbers:
            if other >= number:
                return
            yield self._group[other]


def _bits(values: int) -> Iterator[int]:
    while values:
        lowest = values & -values
        yield lowest.bit_length()
        values ^= lowest
