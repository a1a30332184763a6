"""How each person's way ended; the outcomes partition the people, or nothing is shown."""

from __future__ import annotations

from targeter.cells import ASSIGNED, REFUSED, TOO_SMALL
from targeter.database import Engine, literal
from targeter.decisions import DECIDED, Decisions
from targeter.errors import PeopleDontAddUp
from targeter.signature import question

OUTCOMES = (
    "handed_over",
    "suppressed",
    "no_rule",
    "no_copy",
    "unreachable",
    "audience_too_small",
    "held_out",
    "message",
)
RESULTS = "results"


def settle(engine: Engine, decisions: Decisions, people: int) -> dict[str, int]:
    """Fill `results` (one row a person) and count its outcomes; raises if they don't add up.

    Who ends with nothing has the outcome their best rule gave them: the furthest any of its
    templates got, from «can't be written» over «can't be reached» to «audience too small».
    """
    engine.run(
        f"CREATE OR REPLACE TABLE {RESULTS} AS SELECT d.person, "
        f"{_outcome(decisions)} AS outcome, d.gate, d.best_rule, a.choice, a.text, a.length "
        f"FROM {DECIDED} AS d LEFT JOIN {ASSIGNED} AS a USING (person) "
        f"LEFT JOIN ({_too_small(decisions)}) AS x USING (person)"
    )
    counts: dict[str, int] = dict(
        engine.rows(f"SELECT outcome, count(*) FROM {RESULTS} GROUP BY 1")
    )
    total = int(engine.value(f"SELECT count(DISTINCT person) FROM {RESULTS}"))
    if sum(counts.values()) != people or total != people:
        raise PeopleDontAddUp(
            f"{people:,} people were loaded, but {sum(counts.values()):,} outcomes counted",
            help="this is a fault of targeter: please report it with your rules",
        )
    return {outcome: counts.get(outcome, 0) for outcome in OUTCOMES}


def _outcome(decisions: Decisions) -> str:
    gates = " ".join(
        f"WHEN {number} THEN {literal(gate.outcome)}" for number, gate in enumerate(decisions.gates)
    )
    gate = f"CASE d.gate {gates} END" if gates else "NULL"
    return (
        f"CASE WHEN d.gate IS NOT NULL THEN {gate} "
        "WHEN a.choice IS NOT NULL THEN CASE WHEN a.held_out THEN 'held_out' ELSE 'message' END "
        "WHEN d.best_rule IS NULL THEN 'no_rule' "
        "WHEN x.person IS NOT NULL THEN 'audience_too_small' "
        f"WHEN {_unreachable(decisions)} THEN 'unreachable' ELSE 'no_copy' END"
    )


def _unreachable(decisions: Decisions) -> str:
    """SQL: some template of the best rule could be written, had its channel reached the person."""
    cases = []
    for rule, choices in decisions.by_rule():
        tests = [f"({question(c.writable)} AND NOT {question(c.reachable)})" for c in choices]
        cases.append(f"WHEN {rule} THEN {' OR '.join(tests)}")
    return f"coalesce(CASE d.best_rule {' '.join(cases)} END, false)" if cases else "false"


def _too_small(decisions: Decisions) -> str:
    """SQL: the people whose best rule had a text that too few would have shared."""
    pairs = ", ".join(f"({c.number}, {c.rule_number})" for c in decisions.choices)
    if not pairs:
        return "SELECT NULL::VARCHAR AS person WHERE false"
    return (
        f"SELECT DISTINCT r.person FROM {REFUSED} AS r "
        f"JOIN (VALUES {pairs}) AS c(choice, rule) USING (choice) "
        f"JOIN {DECIDED} AS d ON d.person = r.person AND d.best_rule = c.rule "
        f"WHERE r.why = {literal(TOO_SMALL)}"
    )
