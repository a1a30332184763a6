"""How each person's way ended; the outcomes partition the people, or nothing is shown."""

from __future__ import annotations

from targeter.cells import BLOCKED, REFUSED, TOO_SMALL
from targeter.cuts import ASSIGNED, OVER
from targeter.database import Engine, literal
from targeter.decisions import DECIDED, Decisions
from targeter.errors import PeopleDontAddUp
from targeter.pilots import OUTSIDE
from targeter.resting import MEMBERSHIPS, RULE_RESTS
from targeter.signature import question

OUTCOMES = (
    "handed_over",
    "with_service",
    "suppressed",
    "resting",
    "no_rule",
    "no_copy",
    "unreachable",
    "blocked",
    "audience_too_small",
    "over_cap",
    "not_in_pilot",
    "held_out",
    "message",
)
# Of a promoted message.
STATUSES = ("new", "staying")
RESULTS = "results"
# How many people ended alike, and with messages of one length.
COUNTS = "outcome_counts"
# Those of them who get nothing, whatever it is that kept it away.
NOTHING = "nothing"
# Below so many people it costs more to find the results again for each question than to keep them.
_FEW = 20_000
# Who leaves an audience they are in: whose place is over, also where they are no longer a person.
LEAVING = "leaving_audience"


def settle(engine: Engine, decisions: Decisions, people: int) -> dict[str, int]:
    """Make `results` (one row a person) and count its outcomes; raises if they don't add up.

    `outcome_counts` are its people by outcome, gate, choice, status and length.
    Who ends with nothing has the outcome their best rule gave them: it lets them rest, or the
    furthest any of its templates got, from «can't be written» over «can't be reached», «blocked»
    and «audience too small» to «over the cap». `until` says who rests how long; `status` of a
    promoted message is «new» or «staying».
    """
    _end_with_nothing(engine, decisions)
    # many texts stay where they are: written once more, they would cost more than all that is asked
    kind = "TABLE" if people < _FEW else "VIEW"
    engine.run(
        f"CREATE OR REPLACE {kind} {RESULTS} AS SELECT a.number, a.person, "
        "CASE WHEN a.held_out THEN 'held_out' WHEN o.number IS NOT NULL THEN 'not_in_pilot' "
        "ELSE 'message' END AS outcome, NULL AS gate, NULL AS best_rule, a.choice, a.text, "
        f"a.length, CASE WHEN NOT a.held_out AND a.choice IN ({_promoted(decisions)}) AND "
        "o.number IS NULL THEN CASE WHEN a.staying THEN 'staying' ELSE 'new' END END AS status, "
        f"NULL AS until FROM {ASSIGNED} AS a LEFT JOIN {OUTSIDE} AS o USING (number) "
        "UNION ALL SELECT number, person, outcome, gate, best_rule, NULL, NULL, NULL, NULL, until "
        f"FROM {NOTHING}"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE {LEAVING} AS SELECT person, campaign, rule, template, channel, "
        f"text FROM {MEMBERSHIPS} ANTI JOIN (SELECT a.person, c.channel FROM {ASSIGNED} AS a "
        "JOIN choice_channels AS c USING (choice) WHERE a.staying) USING (person, channel)"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE {COUNTS} AS SELECT outcome, gate, choice, status, length, "
        f"count(*) AS people, min(until) AS first, max(until) AS last FROM {RESULTS} GROUP BY ALL"
    )
    counts: dict[str, int] = dict(
        engine.rows(f"SELECT outcome, sum(people)::BIGINT FROM {COUNTS} GROUP BY 1")
    )
    # nobody can be lost on the way here, only be there twice: as many rows as people is once each
    if sum(counts.values()) != people:
        raise PeopleDontAddUp(
            f"{people:,} people were loaded, but {sum(counts.values()):,} outcomes counted",
            help="this is a fault of targeter: please report it with your rules",
        )
    return {outcome: counts.get(outcome, 0) for outcome in OUTCOMES}


def _end_with_nothing(engine: Engine, decisions: Decisions) -> None:
    """Fill `nothing`: everybody without a choice, and those who were turned away from all."""
    # materialized, as above a join the engine would take the long expressions apart
    engine.run(
        f"CREATE OR REPLACE TABLE {NOTHING} AS WITH d AS MATERIALIZED (SELECT number, person, "
        f"gate, until, best_rule, {_unreachable(decisions)} AS unreachable "
        f"FROM (SELECT *, {decisions.best_rule()} AS best_rule FROM {DECIDED} "
        "WHERE (first_choice IS NULL AND NOT stays) OR number IN ("
        f"FROM (SELECT number FROM {REFUSED} UNION SELECT number FROM {OVER}) "
        f"ANTI JOIN {ASSIGNED} USING (number)))) "
        f"SELECT d.number, d.person, {_outcome(decisions)} AS outcome, d.gate, d.best_rule, "
        f"CASE WHEN {_by_gate(decisions)} THEN d.until ELSE r.until END AS until FROM d "
        f"LEFT JOIN {RULE_RESTS} AS r ON r.person = d.person AND r.rule = d.best_rule "
        f"LEFT JOIN ({_turned_away(decisions)}) AS x "
        "ON x.number = d.number AND x.rule = d.best_rule"
    )


def _promoted(decisions: Decisions) -> str:
    promoted = [str(c.number) for c in decisions.choices if c.channel.delivery == "promoted"]
    return ", ".join(promoted) or "-1"


def _by_gate(decisions: Decisions) -> str:
    """SQL: a gate of rest stopped them."""
    gates = [str(n) for n, gate in enumerate(decisions.gates) if gate.outcome == "resting"]
    return f"d.gate IN ({', '.join(gates)})" if gates else "false"


def _outcome(decisions: Decisions) -> str:
    gates = " ".join(
        f"WHEN {number} THEN {literal(gate.outcome)}" for number, gate in enumerate(decisions.gates)
    )
    gate = f"CASE d.gate {gates} END" if gates else "NULL"
    return (
        f"CASE WHEN d.gate IS NOT NULL THEN {gate} WHEN d.best_rule IS NULL THEN 'no_rule' "
        "WHEN r.person IS NOT NULL THEN 'resting' "
        f"WHEN x.number IS NOT NULL AND x.reached > 0 THEN {_by_reach('x.reached')} "
        "WHEN d.unreachable THEN 'unreachable' ELSE 'no_copy' END"
    )


# The outcomes that a text can meet once it was written, in the order in which it meets them.
_MET = ("blocked", "audience_too_small", "over_cap")


def _by_reach(number: str) -> str:
    cases = " ".join(f"WHEN {n} THEN '{outcome}'" for n, outcome in enumerate(_MET, start=1))
    return f"CASE {number} {cases} END"


def _unreachable(decisions: Decisions) -> str:
    """SQL: some template of the best rule could be written, had its channel reached the person."""
    cases = []
    for rule, choices in decisions.by_rule():
        tests = [f"({question(c.writable)} AND NOT {question(c.reachable)})" for c in choices]
        cases.append(f"WHEN {rule} THEN {' OR '.join(tests)}")
    if not cases:
        return "false"
    # most have no rule: nobody looks for theirs
    return f"CASE WHEN best_rule IS NULL THEN false ELSE CASE best_rule {' '.join(cases)} END END"


def _turned_away(decisions: Decisions) -> str:
    """SQL: how far the texts of each rule got with a person, as a number of `_MET`."""
    pairs = ", ".join(f"({c.number}, {c.rule_number})" for c in decisions.choices)
    if not pairs:
        return "SELECT NULL::INTEGER AS number, 0 AS rule, 0 AS reached WHERE false"
    reached = (
        f"CASE WHEN why = {literal(TOO_SMALL)} THEN 2 "
        f"WHEN starts_with(why, {literal(BLOCKED)}) THEN 1 ELSE 0 END"
    )
    return (
        f"SELECT r.number, c.rule, max(r.reached) AS reached FROM (SELECT number, choice, "
        f"{reached} AS reached FROM {REFUSED} UNION ALL SELECT number, choice, 3 FROM {OVER}) "
        f"AS r JOIN (VALUES {pairs}) AS c(choice, rule) USING (choice) GROUP BY ALL"
    )
