"""Who may be written to, and which messages each person could get, best first."""

from targeter.decisions.choices import Choice, Codes
from targeter.decisions.everybody import (
    DECIDED,
    FIRST_CHOICE,
    HELD,
    decide,
    decide_alone,
    fill_capacities,
    find_held,
    held_of,
    lasting_columns,
    let_go,
    needed_columns,
    stands_in_profiles,
)
from targeter.decisions.gates import Gate
from targeter.decisions.languages import language_of
from targeter.decisions.people import (
    Border,
    Everybody,
    Line,
    Shard,
    Together,
    Totals,
    is_after,
    together,
)
from targeter.decisions.planned import Decisions, plan_decisions, running

__all__ = [
    "DECIDED",
    "FIRST_CHOICE",
    "HELD",
    "Border",
    "Choice",
    "Codes",
    "Decisions",
    "Everybody",
    "Gate",
    "Line",
    "Shard",
    "Together",
    "Totals",
    "decide",
    "decide_alone",
    "fill_capacities",
    "find_held",
    "held_of",
    "is_after",
    "language_of",
    "lasting_columns",
    "let_go",
    "needed_columns",
    "plan_decisions",
    "running",
    "stands_in_profiles",
    "together",
]
