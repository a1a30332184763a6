"""Who may be written to, and which messages each person could get, best first."""

from targeter.decisions.choices import Choice
from targeter.decisions.everybody import DECIDED, decide, held_of, needed_columns
from targeter.decisions.gates import Gate
from targeter.decisions.languages import language_of
from targeter.decisions.planned import Decisions, plan_decisions, running

__all__ = [
    "DECIDED",
    "Choice",
    "Decisions",
    "Gate",
    "decide",
    "held_of",
    "language_of",
    "needed_columns",
    "plan_decisions",
    "running",
]
