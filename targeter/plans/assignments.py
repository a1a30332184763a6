"""What a plan decided, one row a person, and the plan's identity made of those rows."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence

from targeter import outcomes
from targeter.cells import QUARANTINE
from targeter.database import Engine, identifier, literal
from targeter.decisions import Decisions
from targeter.history import FORGOTTEN
from targeter.outcomes import OUTCOMES, RESULTS, STATUSES
from targeter.plans.rows import added_up, exactly, parts_of, told_apart
from targeter.rendering import link_of
from targeter.runs import Run

# Whoever is handed over has the handoff's name as rule, and as channel to whom. While a run or a
# plan is open each row has the number of the person's profile besides.
ASSIGNMENTS = "assignments"
COLUMNS = {
    "person": "VARCHAR",
    "outcome": "VARCHAR",
    "rule": "VARCHAR",
    "campaign": "VARCHAR",
    "template": "VARCHAR",
    "variant": "VARCHAR",
    "channel": "VARCHAR",
    "language": "VARCHAR",
    "text": "VARCHAR",
    "length": "INTEGER",
    "link": "VARCHAR",
    "status": "VARCHAR",
}
# Who leaves a promoted audience: nobody's outcome, so it stands beside the assignments.
LEAVING = "leavers"
LEAVING_COLUMNS = dict.fromkeys(
    ("person", "campaign", "rule", "template", "channel", "text"), "VARCHAR"
)
# The texts that hold a word of the block list: they may not go out, and somebody should read them.
QUARANTINED = "quarantined"
QUARANTINED_COLUMNS = dict.fromkeys(
    ("person", "campaign", "rule", "template", "channel", "text", "word"), "VARCHAR"
)
_CHOICES = ("rule", "campaign", "template", "variant", "channel", "language", "link")
# The columns of an assignment whose texts are few.
FEW = ("outcome", *_CHOICES, "status")
# Columns that say the same of everybody who has a choice, or who is handed over to one place.
_SHARED = ("rule", "campaign", "template", "variant", "channel", "language")


def tabulate(engine: Engine, decisions: Decisions) -> None:
    """Make the views `assignments`, `leavers` and `quarantined` of people whose way has ended.

    Who was forgotten is counted among the suppressed, and named nowhere.
    """
    _load_names(engine, decisions)
    engine.run(
        f"CREATE OR REPLACE VIEW {ASSIGNMENTS} AS SELECT r.number, r.person, "
        f"r.outcome::{one_of(OUTCOMES)} AS outcome, "
        "coalesce(c.rule, h.name) AS rule, c.campaign, c.template, c.variant, "
        'coalesce(c.channel, h."to") AS channel, c.language, r.text, r.length, c.link, '
        f"r.status::{one_of(STATUSES)} AS status FROM {_joined(decisions)}"
    )
    engine.run(
        f"CREATE OR REPLACE VIEW {QUARANTINED} AS SELECT d.person, c.campaign, c.rule, c.template, "
        f"c.channel, q.text, q.word FROM {QUARANTINE} AS q JOIN assigned_choices AS c "
        f"USING (choice) JOIN {RESULTS} AS d USING (number)"
    )
    shown = ", ".join(identifier(name) for name in LEAVING_COLUMNS)
    engine.run(f"CREATE OR REPLACE VIEW {LEAVING} AS SELECT {shown} FROM {outcomes.LEAVING}")


def _load_names(engine: Engine, decisions: Decisions) -> None:
    """Fill `assigned_choices` and `assigned_handoffs`: the texts that all of their people share."""
    choices = [
        (
            c.rule.name,
            c.rule.campaign,
            c.template.id,
            c.variant,
            c.channel.name,
            c.template.language,
            link_of(c),
        )
        for c in decisions.choices
    ]
    gates = enumerate(decisions.gates)
    handoffs = [(n, gate.name, gate.detail) for n, gate in gates if gate.outcome == "handed_over"]
    places = {"rule": {name for _, name, _ in handoffs}, "channel": {to for _, _, to in handoffs}}
    types = {
        name: one_of({row[place] for row in choices} | places.get(name, set()))
        for place, name in enumerate(_CHOICES)
    }
    numbered = ((number, *row) for number, row in enumerate(choices))
    engine.load("assigned_choices", {"choice": "INTEGER", **types}, numbered)
    of_handoffs = {"gate": "INTEGER", "name": types["rule"], "to": types["channel"]}
    engine.load("assigned_handoffs", of_handoffs, handoffs)


def one_of(values: Iterable[str | None]) -> str:
    """The engine's type for texts of which there are few: millions of them are sorted as numbers.

    They are in the order that they have as texts, and are read and written as such.
    """
    known = sorted({value for value in values if value is not None})
    return f"ENUM({', '.join(map(literal, known))})" if known else "VARCHAR"


def _joined(decisions: Decisions) -> str:
    """SQL: the results with their choices and handoffs, and with both as parts of a row's text."""
    places = ["name", *["NULL"] * 3, identifier("to"), "NULL"]
    return (
        f"{RESULTS} AS r LEFT JOIN (SELECT *, {exactly(_SHARED)} AS shared, "
        f"{exactly(['link'])} AS linked FROM assigned_choices) AS c ON c.choice = r.choice "
        f"LEFT JOIN (SELECT *, {exactly(places)} AS shared FROM assigned_handoffs) AS h "
        "ON h.gate = r.gate"
        + (f" ANTI JOIN {FORGOTTEN} AS f ON f.person = r.person" if decisions.forgets else "")
    )


def identity(engine: Engine, as_of: dt.date) -> str:
    """The plan id: a digest of the rows of `assignments`, and of the pinned day.

    It doesn't depend on the order of rows, on where the plan ran, or on whether the rows come
    from a run or from a file. Who leaves an audience follows from what was sent before, so a plan
    that is made again once it was rendered is the same plan.
    """
    return identity_of([rows_digest(engine)], as_of)


def rows_digest(engine: Engine) -> tuple[int, int]:
    """The rows of `assignments` as numbers that can be added to those of other people."""
    return parts_of(engine, ASSIGNMENTS, exactly(f"{identifier(c)}::VARCHAR" for c in COLUMNS))


def results_digest(engine: Engine, decisions: Decisions) -> tuple[int, int]:
    """The same of the results of a run, from which the view `assignments` is made.

    The same text a row, but what all who have a choice share is put together once.
    """
    parts = (
        told_apart(["r.person", "r.outcome"]),
        f"coalesce(c.shared, h.shared, {literal('-' * len(_SHARED))})",
        told_apart(["r.text", "r.length::VARCHAR"]),
        "coalesce(c.linked, '-')",
        told_apart(["r.status"]),
    )
    return parts_of(engine, _joined(decisions), f"concat({', '.join(parts)})")


def identity_of(parts: Sequence[tuple[int, int]], as_of: dt.date) -> str:
    """The identity of people who are in several engines."""
    said = f"{as_of.isoformat()}:{added_up(parts)}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def plan_id(run: Run) -> str:
    """The identity of a run's plan."""
    tabulate(run.engine, run.decisions)
    return identity_of([results_digest(run.engine, run.decisions)], run.bound.today)
