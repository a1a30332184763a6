"""Reach, coverage and what stopped people: numbers, unrounded; nothing is drawn here."""

from targeter.reports.copying import MissingValue, TemplateRow
from targeter.reports.crossing import Beaten, Crossing, Overlap
from targeter.reports.limited import refuse_clashes, refuse_counted_clashes
from targeter.reports.nearest import Seen
from targeter.reports.plan import (
    Back,
    Cell,
    Example,
    PlanReport,
    RuleRow,
    Stop,
    Total,
    Turnover,
    plan_report,
    report_of,
    seen_in_data,
)
from targeter.reports.whole import Audience, Cost, Followers, Remaining, Report, whole_report
from targeter.reports.why_not import Ending, Failed, Stopped, WhyNot, rule_called, why_not

__all__ = [
    "Audience",
    "Back",
    "Beaten",
    "Cell",
    "Cost",
    "Crossing",
    "Ending",
    "Example",
    "Failed",
    "Followers",
    "MissingValue",
    "Overlap",
    "PlanReport",
    "Remaining",
    "Report",
    "RuleRow",
    "Seen",
    "Stop",
    "Stopped",
    "TemplateRow",
    "Total",
    "Turnover",
    "WhyNot",
    "plan_report",
    "refuse_clashes",
    "refuse_counted_clashes",
    "report_of",
    "rule_called",
    "seen_in_data",
    "whole_report",
    "why_not",
]
