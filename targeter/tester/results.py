"""What tests came to: passed or not, what was got instead, and what no test has seen."""

from __future__ import annotations

from dataclasses import dataclass

from targeter.explain import RuleResult, Verdict
from targeter.findings import Place
from targeter.tester.written import Example


@dataclass(frozen=True, slots=True)
class Got:
    """What the pipeline gave an example person.

    `rule` is the rule whose message they get, `best` the first rule that held; `by` what stopped
    them before any rule.
    """

    outcome: str
    rule: str | None = None
    best: str | None = None
    template: str | None = None
    template_name: str | None = None
    text: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that isn't as expected: `what` is the key under `expect`."""

    what: str
    expected: str
    got: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Why:
    """Why it came so: a sentence, the rule in question, and the checks before any rule that count.

    Those are what stopped the person, and what should have. `notes` say what else is to know.
    """

    reason: str
    rule: RuleResult | None
    checks: tuple[Verdict, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One test. `why` is None for what passed, and past the first 50 failures."""

    example: Example
    got: Got
    differences: tuple[Difference, ...]
    why: Why | None = None

    @property
    def passed(self) -> bool:
        return not self.differences


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """How often a rule won, and how often it held without winning.

    A rule `runs` when its campaign does on the day of some test.
    """

    name: str
    place: Place
    won: int
    lost: int
    runs: bool


@dataclass(frozen=True, slots=True)
class ConditionCoverage:
    """One condition, whose it is («rule 'x'»), and whether a test saw it TRUE and saw it not."""

    owner: str
    text: str
    place: Place
    seen_true: bool
    seen_not_true: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the tests have seen. Rules that are switched off don't count."""

    rules: tuple[RuleCoverage, ...]
    conditions: tuple[ConditionCoverage, ...]

    @property
    def won(self) -> int:
        return sum(rule.won > 0 for rule in self.rules)

    @property
    def missing(self) -> tuple[str, ...]:
        """The rules that won in no test."""
        return tuple(rule.name for rule in self.rules if not rule.won)

    def reaches(self, percent: int) -> bool:
        """Whether so many percent of the rules won at least once; nothing is rounded."""
        return 100 * self.won >= percent * len(self.rules)


@dataclass(frozen=True, slots=True)
class Report:
    """All tests that were run, in the order of their files.

    `files` is how many files they fill, `updated` how many expected texts were rewritten before.
    """

    results: tuple[Result, ...]
    files: int
    coverage: Coverage | None = None
    updated: int = 0

    @property
    def failures(self) -> tuple[Result, ...]:
        return tuple(result for result in self.results if not result.passed)
