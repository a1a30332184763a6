"""How long decisions take beside SQL that somebody would have written by hand.

    python -m tests.benchmarks.decisions [--people N …] [--json FILE]

Everything is timed in one run on one machine: the signature and the winner alone beside a `CASE`
that picks the same winner, and everything switched on (history, control group, places, audiences)
beside a script that does the same. Both must choose the same, or the benchmark fails.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from targeter.binding import Bound, bind
from targeter.cells import assign
from targeter.database import Engine
from targeter.decisions import Shard, decide, needed_columns, plan_decisions
from targeter.decisions.everybody import asked_of, signatures
from targeter.history import COLUMNS
from targeter.outcomes import settle
from targeter.pilots import choose_pilot
from targeter.project import read_project
from targeter.resting import find_resting
from tests import worlds

SEED = 2026
NUMBERS, AREAS, PHONES, TEXTS = 10, 40, 12, 3
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison, in seconds of the clock; `ratio` is ours over theirs."""

    what: str
    people: int
    rules: int
    leaves: int
    matched: float
    signatures: int
    theirs: float
    ours: float

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs


@dataclass(frozen=True, slots=True)
class World:
    """A project with the conditions of its rules, best rule first, as a hand would write them."""

    bound: Bound
    conditions: tuple[tuple[str, ...], ...]


# -- projects --------------------------------------------------------------------------------


def _leaves(count: int, pick: random.Random) -> list[str]:
    """So many different tests as rules have them: of numbers, words, dates and flags.

    No lists of words: with 2,000 branches of them the engine plans a `CASE` for minutes.
    """
    found = {"flag"}
    while len(found) < count:
        column, border = pick.randrange(NUMBERS), pick.randrange(5, 96)
        found.add(
            pick.choice(
                (
                    f"n{column} {pick.choice(('>=', '<'))} {border}",
                    f"n{column} {pick.choice(('>=', '<'))} {border}",
                    f"n{column} between {border} and {border + 40}",
                    f"handset = 'phone {pick.randrange(PHONES)}'",
                    f"joined_on >= DATE '{2021 + pick.randrange(5)}-{pick.randrange(1, 13):02}-01'",
                )
            )
        )
    return sorted(found)


def _conditions(rules: int, leaves: int) -> tuple[tuple[str, ...], ...]:
    """Three to five leaves a rule, so that every leaf is asked about."""
    pick = random.Random(SEED)
    known = _leaves(leaves, pick)
    made = [tuple(pick.sample(known, pick.randrange(3, 6))) for _ in range(rules)]
    unused = sorted(set(known) - {leaf for one in made for leaf in one})
    for number, leaf in enumerate(unused):
        made[number % rules] = (*made[number % rules], leaf)
    return tuple(made)


_SETTINGS = """\
purposes: {marketing: {when: flag is not null}}
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
      area: {type: text, in_copy: promoted}
      flag: boolean
      handset: text
      joined_on: date
"""


def _project(root: Path, rules: int, leaves: int, *, everything: bool) -> World:
    conditions = _conditions(rules, leaves)
    numbers = "".join(f"      n{n}: integer\n" for n in range(NUMBERS))
    settings = _SETTINGS + numbers
    if everything:
        settings += (
            "frequency_cap: 2 per 28 days\ncooldown: 7 days\nmax_people: 1000000000\n"
            "holdout: {percent: 10, salt: salt}\n"
            "channels: {x_promoted: {min_audience: 100}}\n"
        )
    listed = []
    for number, parts in enumerate(conditions):
        limit = {"max_people": 2_000, "rank_by": f"n{number % NUMBERS}"} if number < 5 else {}
        listed.append(
            {
                "name": f"r{number:05}",
                "priority": rules - number,
                "when": {"all": list(parts)},
                "templates": [f"t{number % TEXTS}"],
                **(limit if everything else {}),
            }
        )
    files = {"rules/targeter.yaml": settings, "rules/rules.yaml": json.dumps({"rules": listed})}
    for number in range(TEXTS):
        files[f"templates/t{number}.j2"] = (
            f"---\nchannel: x_promoted\n---\nOffer {number} for everybody in {{{{ area }}}} now.\n"
        )
    worlds.write(root, files)
    return World(bind(read_project(root), worlds.DAY), conditions)


# -- data ------------------------------------------------------------------------------------


def _fill(engine: Engine, people: int) -> None:
    """Profiles of evenly spread values, a tenth of them missing, and three contacts a person."""
    drawn = ", ".join(
        f"CASE WHEN h{n} % 10 = 0 THEN NULL ELSE (h{n} // 10) % 100 END AS n{n}"
        for n in range(NUMBERS)
    )
    hashes = ", ".join(
        f"(range * {7919 + 2 * n} + range // {n + 3} * 104729 + {n * 31}) % 1000003 AS h{n}"
        for n in range(NUMBERS + 2)
    )
    engine.run(
        "CREATE OR REPLACE TABLE profiles AS SELECT 'p' || range AS person_id, "
        f"'area ' || (h{NUMBERS} % {AREAS}) AS area, h{NUMBERS + 1} % 2 = 0 AS flag, "
        f"'phone ' || (h{NUMBERS + 1} // 2 % {PHONES}) AS handset, "
        f"DATE '2026-11-01' - (h{NUMBERS} // {AREAS} % 2000)::INTEGER AS joined_on, "
        f'true AS "purpose(marketing)", {drawn} FROM (SELECT range, {hashes} FROM range({people}))'
    )
    engine.load("contacts", COLUMNS, ())
    engine.run(
        "INSERT INTO contacts SELECT 'p' || (range % "
        f"{people}), TIMESTAMP '2026-11-01 23:59:59.999999' - INTERVAL 1 DAY * "
        "((range * 7919) % 90), 'message', NULL, 'r00001', 't1', 'x_promoted', 'x' "
        f"FROM range({3 * people})"
    )


# -- the two comparisons ---------------------------------------------------------------------


def _timed(*works: Callable[[], object]) -> list[float]:
    """The shortest time of each, by turns, so that a busy moment is nobody's."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for number, work in enumerate(works):
            start = time.perf_counter()
            work()
            best[number] = min(best[number], time.perf_counter() - start)
    return best


def _case(world: World) -> str:
    """The winner as a hand would write it."""
    tests = " ".join(
        f"WHEN {' AND '.join(parts)} THEN {n}" for n, parts in enumerate(world.conditions)
    )
    return f"CASE {tests} END"


def _alone(engine: Engine, world: World, people: int) -> Row:
    decisions = plan_decisions(world.bound)
    engine.run("CREATE OR REPLACE TABLE contacts AS FROM contacts LIMIT 0")
    find_resting(engine, world.bound, decisions.limits)
    engine.run("CREATE OR REPLACE TABLE member_choices (person VARCHAR, choice INTEGER)")

    def by_hand() -> None:
        engine.run(
            "CREATE OR REPLACE TABLE by_hand AS "
            f"SELECT person_id AS person, {_case(world)} AS rule FROM profiles"
        )

    shard = Shard(engine, world.bound, decisions)
    asked = signatures(shard, asked_of(shard))

    def ours() -> None:
        engine.run(
            f"CREATE OR REPLACE TABLE winners AS WITH signatures AS MATERIALIZED ({asked}) "
            f"SELECT person, {decisions.first_rule()} AS rule FROM signatures"
        )

    theirs, mine = _timed(by_hand, ours)
    different = engine.value(
        "SELECT count(*) FROM by_hand JOIN winners USING (person) "
        "WHERE by_hand.rule IS DISTINCT FROM winners.rule"
    )
    assert different == 0, f"{different} people have another rule"
    matched = engine.value("SELECT count(rule) / count(*) FROM winners")
    words = ", ".join(decisions.signature.columns)
    distinct = engine.value(f"SELECT count(*) FROM (SELECT DISTINCT {words} FROM ({asked}))")
    leaves = len(decisions.signature.leaves)
    rules = len(world.conditions)
    return Row("signature, winner", people, rules, leaves, matched, distinct, theirs, mine)


def _everything(engine: Engine, world: World, people: int) -> Row:
    decisions = plan_decisions(world.bound)
    assert needed_columns(world.bound)

    def ours() -> None:
        decide(engine, world.bound, decisions)
        assign(engine, world.bound, decisions)
        choose_pilot(engine, world.bound, decisions, None)
        settle(engine, decisions, people)

    theirs, mine = _timed(lambda: _script(engine, world), ours)
    different = engine.rows(
        "SELECT r.outcome, s.outcome, count(*) FROM results AS r JOIN script AS s USING (person) "
        "WHERE (r.outcome, r.text) IS DISTINCT FROM (s.outcome, s.text) GROUP BY ALL"
    )
    assert not different, different
    matched = engine.value("SELECT count(text) / count(*) FROM results")
    words = ", ".join(decisions.signature.columns)
    distinct = engine.value(f"SELECT count(*) FROM (SELECT DISTINCT {words} FROM decided)")
    leaves, rules = len(decisions.signature.leaves), len(world.conditions)
    return Row("everything on", people, rules, leaves, matched, distinct, theirs, mine)


def _script(engine: Engine, world: World) -> None:
    """What somebody would have written for these rules: rest, winner, places, audiences."""
    now = "TIMESTAMP '2026-11-01 23:59:59.999999'"
    engine.run(
        "CREATE OR REPLACE TABLE resting AS SELECT person FROM contacts GROUP BY person "
        f"HAVING max(contacted_at) + INTERVAL 7 DAY > {now} OR count(*) FILTER "
        f"(contacted_at + INTERVAL 28 DAY > {now}) >= 2"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE first AS SELECT person_id AS person, area, {_case(world)} AS "
        "rule, CAST('0x' || substr(md5('salt:' || person_id), 1, 7) AS BIGINT) % 10000 < 1000 "
        "AS held, r.person IS NOT NULL AS rests, "
        + ", ".join(f"n{n}" for n in range(NUMBERS))
        + " FROM profiles LEFT JOIN resting AS r ON r.person = person_id"
    )
    _settle_places(engine, world)
    engine.run(
        "CREATE OR REPLACE TABLE script AS SELECT f.person, CASE WHEN f.rests THEN 'resting' "
        "WHEN f.rule IS NULL THEN 'no_rule' WHEN p.text IS NULL THEN p.outcome "
        "WHEN f.held THEN 'held_out' ELSE 'message' END AS outcome, "
        "CASE WHEN NOT f.rests THEN p.text END AS text "
        "FROM first AS f LEFT JOIN placed AS p USING (person)"
    )


def _settle_places(engine: Engine, world: World) -> None:
    """Five rules have so many places; who is over takes the next rule, until nobody is."""
    engine.run(
        "CREATE OR REPLACE TABLE waiting AS SELECT person, rule FROM first "
        "WHERE NOT rests AND rule IS NOT NULL"
    )
    engine.run(
        "CREATE OR REPLACE TABLE sitting (person VARCHAR, rule INTEGER, held BOOLEAN, text VARCHAR)"
    )
    engine.run("CREATE OR REPLACE TABLE over (person VARCHAR, rule INTEGER)")
    rank = " ".join(f"WHEN {n} THEN n{n % NUMBERS}" for n in range(5))
    after = " ".join(
        f"WHEN rule < {n} AND {' AND '.join(parts)} THEN {n}"
        for n, parts in enumerate(world.conditions)
    )
    while engine.value("SELECT count(*) FROM waiting"):
        engine.run(
            "INSERT INTO sitting SELECT w.person, w.rule, f.held, "
            f"'Offer ' || (w.rule % {TEXTS}) || ' for everybody in ' || f.area || ' now.' "
            "FROM waiting AS w JOIN first AS f USING (person)"
        )
        engine.run(
            "CREATE OR REPLACE TABLE cut AS SELECT person, rule FROM (SELECT s.person, s.rule, "
            "count(*) FILTER (WHERE NOT s.held) OVER (PARTITION BY s.rule ORDER BY "
            f"(CASE s.rule {rank} END) DESC NULLS LAST, "
            "md5(printf('r%05d', s.rule) || ':' || s.person), s.person "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before "
            "FROM sitting AS s JOIN first AS f USING (person) WHERE s.rule < 5) "
            "WHERE before >= 2000"
        )
        engine.run("INSERT INTO over FROM cut")
        engine.run("DELETE FROM sitting WHERE person IN (SELECT person FROM cut)")
        engine.run(
            f"CREATE OR REPLACE TABLE waiting AS SELECT person, next AS rule FROM (SELECT person, "
            f"CASE {after} END AS next FROM cut JOIN profiles ON person_id = person) "
            "WHERE next IS NOT NULL"
        )
    small = engine.value(
        "SELECT count(*) FROM (SELECT text FROM sitting GROUP BY 1 "
        "HAVING count(*) FILTER (WHERE NOT held) < 100)"
    )
    assert not small, "the script closes no cells: take more people"
    engine.run(
        "CREATE OR REPLACE TABLE placed AS SELECT person, text, NULL AS outcome FROM sitting "
        "UNION ALL SELECT DISTINCT person, NULL, 'over_cap' FROM over "
        "ANTI JOIN sitting USING (person)"
    )


# -- the command -----------------------------------------------------------------------------


def measure(people: Sequence[int], threads: int | None = None) -> list[Row]:
    """Every comparison for every number of people."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        scratch = root / "scratch"
        scratch.mkdir()
        # three leaves more come from the templates and the purpose
        alone = [(50, 59), (2_000, 59), (2_000, 297)]
        made = [_project(root / f"{r}-{n}", r, n, everything=False) for r, n in alone]
        whole = _project(root / "whole", 50, 57, everything=True)
        for count in people:
            engine = Engine(folders=[scratch], scratch=scratch, memory="8GB", threads=threads)
            _fill(engine, count)
            rows.append(_everything(engine, whole, count))
            print(_line(rows[-1]), flush=True)  # noqa: T201
            for world in made:
                rows.append(_alone(engine, world, count))
                print(_line(rows[-1]), flush=True)  # noqa: T201
            engine.close()
    return rows


_HEAD = "what                 people  rules leaves matched  signatures  by hand     ours  ratio"


def _line(row: Row) -> str:
    return (
        f"{row.what:18} {row.people:8,} {row.rules:6,} {row.leaves:6} {row.matched:7.1%} "
        f"{row.signatures:11,} {row.theirs:7.2f}s {row.ours:7.2f}s {row.ratio:6.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, nargs="*", default=[1_000_000])
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    print(_HEAD)  # noqa: T201
    rows = measure(chosen.people)
    if chosen.json:
        table = [{**asdict(row), "ratio": row.ratio} for row in rows]
        chosen.json.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
