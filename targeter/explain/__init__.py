"""One person's whole way: every gate and rule, each condition, and the values it saw."""

from targeter.explain.person import explain
from targeter.explain.results import (
    Change,
    ConditionResult,
    Explanation,
    PathStep,
    Role,
    RuleResult,
    Verdict,
)

__all__ = [
    "Change",
    "ConditionResult",
    "Explanation",
    "PathStep",
    "Role",
    "RuleResult",
    "Verdict",
    "explain",
]
