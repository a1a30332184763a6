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
from targeter.plans.rows import added_up, exactly, parts_of
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
# The texts that all people of a choice, or of a handoff, share.
_NAMED, _HANDED = "assigned_choices", "assigned_handoffs"
_CHOICES = ("rule", "campaign", "template", "variant", "channel", "language", "link")
# The columns of an assignment whose texts are few.
FEW = ("outcome", *_CHOICES, "status")


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
        f"r.status::{one_of(STATUSES)} AS status FROM {_joined(decisions, _NAMED, _HANDED)}"
    )
    engine.run(
        f"CREATE OR REPLACE VIEW {QUARANTINED} AS SELECT d.person, c.campaign, c.rule, c.template, "
        f"c.channel, q.text, q.word FROM {QUARANTINE} AS q JOIN {_NAMED} AS c "
        f"USING (choice) JOIN {RESULTS} AS d USING (number)"
    )
    shown = ", ".join(identifier(name) for name in LEAVING_COLUMNS)
    engine.run(f"CREATE OR REPLACE VIEW {LEAVING} AS SELECT {shown} FROM {outcomes.LEAVING}")


def _load_names(engine: Engine, decisions: Decisions) -> None:
    """Fill `assigned_choices` and `assigned_handoffs`."""
    choices = [
        (
            c.rule.name,
            c.rule.campaign,
            c.template.id,
            c.variant,
            c.channel.name,
            c.template.language,
            c.link,
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
    engine.load(_NAMED, {"choice": "INTEGER", **types}, numbered)
    of_handoffs = {"gate": "INTEGER", "name": types["rule"], "to": types["channel"]}
    engine.load(_HANDED, of_handoffs, handoffs)


def one_of(values: Iterable[str | None]) -> str:
    """The engine's type for texts of which there are few: millions of them are sorted as numbers.

    They are in the order that they have as texts, and are read and written as such.
    """
    known = sorted({value for value in values if value is not None})
    return f"ENUM({', '.join(map(literal, known))})" if known else "VARCHAR"


def _joined(decisions: Decisions, choices: str, handoffs: str) -> str:
    """SQL: the results `r` with what is known of their choices `c` and of their handoffs `h`."""
    return (
        f"{RESULTS} AS r LEFT JOIN {choices} AS c ON c.choice = r.choice "
        f"LEFT JOIN {handoffs} AS h ON h.gate = r.gate"
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
    return parts_of(engine, ASSIGNMENTS, _row(_shared(map(identifier, _CHOICES)), ""))


def results_digest(engine: Engine, decisions: Decisions) -> tuple[int, int]:
    """The same of the results of a run, from which the view `assignments` is made.

    The same text a row, but what all who have a choice share is put together once.
    """
    of_handoff = {"rule": "name", "channel": identifier("to")}
    places = _shared(of_handoff.get(name, "NULL::VARCHAR") for name in _CHOICES)
    nothing = _shared("NULL::VARCHAR" for _ in _CHOICES)
    choices = f"(SELECT choice, {_shared(map(identifier, _CHOICES))} AS shared FROM {_NAMED})"
    handoffs = f"(SELECT gate, {places} AS shared FROM {_HANDED})"
    joined = _joined(decisions, choices, handoffs)
    return parts_of(engine, joined, _row(f"coalesce(c.shared, h.shared, {nothing})", "r."))


def _shared(values: Iterable[str]) -> str:
    """SQL: what everybody has in common who has a choice, or is handed over to one place."""
    return f"md5({exactly(values)})[:16]"


def _row(shared: str, of: str) -> str:
    """SQL: a row as one text that no other row makes.

    Outcome and status are words of ours, without a colon; the text is all that's left.
    """
    person, text = f"{of}person", f"{of}text"
    parts = [shared, f"{of}outcome", f"{of}status", f"{of}length", f"strlen({person})"]
    ended = ", ':', ".join(parts)
    return f"concat({ended}, ':', {person}, CASE WHEN {text} IS NOT NULL THEN ':' END, {text})"


def identity_of(parts: Sequence[tuple[int, int]], as_of: dt.date) -> str:
    """The identity of people who are in several engines."""
    said = f"{as_of.isoformat()}:{added_up(parts)}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def plan_id(run: Run) -> str:
    """The identity of a run's plan."""
    tabulate(run.engine, run.decisions)
    return identity_of([results_digest(run.engine, run.decisions)], run.bound.today)
