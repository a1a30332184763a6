"""Reach, coverage and what stopped people: numbers, unrounded; nothing is drawn here."""

from targeter.reports.plan import (
    Cell,
    Example,
    PlanReport,
    RuleRow,
    Stop,
    Total,
    plan_id,
    plan_report,
)

__all__ = [
    "Cell",
    "Example",
    "PlanReport",
    "RuleRow",
    "Stop",
    "Total",
    "plan_id",
    "plan_report",
]
