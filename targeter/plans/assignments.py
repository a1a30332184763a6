"""What a plan decided, one row a person, and the plan's identity made of those rows."""

from __future__ import annotations

import datetime as dt
import hashlib

from targeter import outcomes
from targeter.cells import QUARANTINE
from targeter.database import Engine, identifier
from targeter.outcomes import RESULTS
from targeter.plans.rows import exactly, order_free
from targeter.rendering import link_of
from targeter.runs import Run

# Whoever is handed over has the handoff's name as rule, and as channel to whom.
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
_CHOICES = {
    "choice": "INTEGER",
    **dict.fromkeys(
        ("rule", "campaign", "template", "variant", "channel", "language", "link"), "VARCHAR"
    ),
}
_HANDOFFS = {"gate": "INTEGER", "name": "VARCHAR", "to": "VARCHAR"}


def tabulate(run: Run) -> None:
    """Make the views `assignments`, `leavers` and `quarantined` of a run."""
    engine = run.engine
    engine.load(
        "assigned_choices",
        _CHOICES,
        [
            (
                c.number,
                c.rule.name,
                c.rule.campaign,
                c.template.id,
                c.variant,
                c.channel.name,
                c.template.language,
                link_of(c),
            )
            for c in run.decisions.choices
        ],
    )
    gates = enumerate(run.decisions.gates)
    engine.load(
        "assigned_handoffs",
        _HANDOFFS,
        [(n, gate.name, gate.detail) for n, gate in gates if gate.outcome == "handed_over"],
    )
    engine.run(
        f"CREATE OR REPLACE VIEW {ASSIGNMENTS} AS SELECT r.person, r.outcome, "
        "coalesce(c.rule, h.name) AS rule, c.campaign, c.template, c.variant, "
        'coalesce(c.channel, h."to") AS channel, c.language, r.text, r.length, c.link, '
        f"r.status FROM {RESULTS} AS r "
        "LEFT JOIN assigned_choices AS c ON c.choice = r.choice "
        "LEFT JOIN assigned_handoffs AS h ON h.gate = r.gate"
    )
    engine.run(
        f"CREATE OR REPLACE VIEW {QUARANTINED} AS SELECT q.person, c.campaign, c.rule, c.template, "
        f"c.channel, q.text, q.word FROM {QUARANTINE} AS q JOIN assigned_choices AS c "
        "USING (choice)"
    )
    shown = ", ".join(identifier(name) for name in LEAVING_COLUMNS)
    engine.run(f"CREATE OR REPLACE VIEW {LEAVING} AS SELECT {shown} FROM {outcomes.LEAVING}")


def identity(engine: Engine, as_of: dt.date) -> str:
    """The plan id: a digest of the rows of `assignments`, and of the pinned day.

    It doesn't depend on the order of rows, on where the plan ran, or on whether the rows come
    from a run or from a file. Who leaves an audience follows from what was sent before, so a plan
    that is made again once it was rendered is the same plan.
    """
    rows = order_free(engine, ASSIGNMENTS, exactly(f"{identifier(c)}::VARCHAR" for c in COLUMNS))
    return hashlib.sha256(f"{as_of.isoformat()}:{rows}".encode()).hexdigest()[:16]


def plan_id(run: Run) -> str:
    """The identity of a run's plan."""
    tabulate(run)
    return identity(run.engine, run.bound.today)
