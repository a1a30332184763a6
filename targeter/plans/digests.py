"""What data a plan was made from, as digests: no value is kept, and every change is seen.

One salted digest a person says how many people changed; one digest a column, over all people,
says which columns. What people were sent before is a column like the others.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from targeter.binding import Bound
from targeter.database import Engine, identifier, literal
from targeter.decisions import Decisions
from targeter.history import (
    COLUMNS,
    CONTACTS,
    FORGOTTEN,
    all_tombstones,
    load_contacts,
    load_forgotten,
)
from targeter.plans.assignments import ASSIGNMENTS, LEAVING
from targeter.plans.rows import digest, exactly
from targeter.plans.uses import digested_columns
from targeter.profiles import PROFILES

DIGESTS = "digests"
DIGEST_COLUMNS = {"person": "VARCHAR", "digest": "UBIGINT"}
CONTACT_HISTORY = "contact history"
_VALUES = "digested_values"


@dataclass(frozen=True, slots=True)
class Changes:
    """How data differs from what a plan was made from.

    `changed` are people whose values differ, `gone` and `new` those only then or only now there,
    `forgotten` those who were forgotten since. `columns` are those that differ; None where that
    can't be told, since people are gone.
    """

    changed: int
    gone: int
    new: int
    forgotten: int
    columns: tuple[str, ...] | None

    @property
    def people(self) -> int:
        return self.changed + self.gone + self.new + self.forgotten


def find_forgotten(engine: Engine, bound: Bound, graves: Iterable[Path]) -> None:
    """Fill `forgotten` with whoever was, in any of these histories, among the people of today and
    of a plan that was loaded."""
    people = (
        f"SELECT {identifier(bound.key)} AS person FROM {PROFILES} "
        f"UNION SELECT person FROM {ASSIGNMENTS} UNION SELECT person FROM {LEAVING}"
    )
    load_forgotten(engine, all_tombstones(graves), people)


def take_digests(
    engine: Engine, bound: Bound, decisions: Decisions, history: Path, plan: str
) -> None:
    """Fill `digests` (person, digest) from profiles and contact history, salted with the plan."""
    # who was contacted after the plan's day was contacted since it was made
    load_contacts(engine, replace(bound, today=dt.date.max), history)
    digest_people(engine, bound, decisions, plan)


def digest_people(engine: Engine, bound: Bound, decisions: Decisions, plan: str) -> None:
    """The same of an engine whose `contacts` are those of all days."""
    columns = digested_columns(bound, decisions)
    shown = {name: name for name, _ in engine.columns_of(PROFILES)}
    texts = dict(_texts(engine, [name for name in columns if name in shown]))
    listed = "".join(f", {text} AS {identifier(name)}" for name, text in texts.items())
    key = f"p.{identifier(bound.key)}"
    engine.run(
        f"CREATE OR REPLACE VIEW {_VALUES} AS SELECT {key} AS person{listed}, "
        f"h.contacts AS {identifier(CONTACT_HISTORY)} FROM {PROFILES} AS p "
        f"LEFT JOIN ({_contacts()}) AS h ON h.person = {key}"
        + (f" ANTI JOIN {FORGOTTEN} AS f ON f.person = {key}" if decisions.forgets else "")
    )
    values = exactly(identifier(name) for name in ("person", *texts, CONTACT_HISTORY))
    engine.run(
        f"CREATE OR REPLACE TABLE {DIGESTS} AS SELECT person, "
        f"{digest(f'{literal(_salt(plan))} || {values}')} AS digest FROM {_VALUES}"
    )


def _salt(plan: str) -> str:
    return hashlib.sha256(f"digests of {plan}".encode()).hexdigest()[:16]


def _texts(engine: Engine, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each column with SQL for its value as a text; a list as JSON, which quotes its entries."""
    types = dict(engine.columns_of(PROFILES))
    for name in columns:
        column = f"p.{identifier(name)}"
        nested = types[name].endswith(("]", ")")) and not types[name].startswith("DECIMAL")
        yield name, f"to_json({column})::VARCHAR" if nested else f"{column}::VARCHAR"


def _contacts() -> str:
    """SQL: for each person a text of all their contacts, free of their order."""
    event = exactly(f"{identifier(name)}::VARCHAR" for name in COLUMNS)
    return (
        f"SELECT person, count(*) || ':' || sum({digest('event')}::HUGEINT) AS contacts "
        f"FROM (SELECT person, {event} AS event FROM {CONTACTS}) GROUP BY person"
    )


def column_digests(engine: Engine, plan: str, among: str | None = None) -> dict[str, str]:
    """For each column a digest of everybody's value, or of the people in the table `among`.

    The engine's own hash will do here: it only tells which columns to name, and a plan of another
    version of the engine is refused before.
    """
    return digests_of(column_sums(engine, plan, among))


def column_sums(engine: Engine, plan: str, among: str | None = None) -> dict[str, int | None]:
    """The same before they are digests: numbers that can be added to those of other people."""
    names = [name for name, _ in engine.columns_of(_VALUES) if name != "person"]
    salt = literal(_salt(plan))
    sums = [f"sum(hash({salt}, person, {identifier(name)})::HUGEINT)" for name in names]
    people = f" WHERE person IN (SELECT person FROM {identifier(among)})" if among else ""
    row = engine.row(f"SELECT {', '.join(sums)} FROM {_VALUES}{people}")
    return dict(zip(names, row, strict=True))


def digests_of(sums: Mapping[str, int | None]) -> dict[str, str]:
    """The digests of columns, of their sums over everybody."""
    return {
        name: hashlib.sha256(f"{name}:{value}".encode()).hexdigest()[:16]
        for name, value in sums.items()
    }


def changes_since(engine: Engine, plan: str, kept: str, columns: Mapping[str, str]) -> Changes:
    """What differs between the table `kept` (digests of then) and `digests` (of now).

    Fills `changed_people` (person), of whom anybody forgotten is one, also where they only leave
    an audience. `columns` are the digests of then.
    """
    counts = count_changes(engine, kept)
    return changes_of(counts, lambda: column_digests(engine, plan, kept), columns)


def count_changes(engine: Engine, kept: str) -> dict[str, int]:
    """Fill `changed_people`, and count them by how they changed."""
    engine.run(
        "CREATE OR REPLACE TABLE changed_people AS SELECT person, "
        "CASE WHEN n.digest IS NULL THEN 'gone' WHEN k.digest IS NULL THEN 'new' "
        f"ELSE 'changed' END AS how FROM {identifier(kept)} AS k FULL JOIN {DIGESTS} AS n "
        f"USING (person) WHERE k.digest IS DISTINCT FROM n.digest "
        f"AND person NOT IN (SELECT person FROM {FORGOTTEN})"
    )
    engine.run(
        f"INSERT INTO changed_people SELECT person, 'forgotten' FROM {FORGOTTEN} WHERE person IN "
        f"(SELECT person FROM {ASSIGNMENTS} UNION ALL SELECT person FROM {LEAVING})"
    )
    return dict(engine.rows("SELECT how, count(*) FROM changed_people GROUP BY 1"))


def changes_of(
    counts: Mapping[str, int], now: Callable[[], Mapping[str, str]], columns: Mapping[str, str]
) -> Changes:
    """What differs, of the counts of everybody; `now` says the digests of columns of today."""
    changed, gone, new, forgotten = (
        counts.get(how, 0) for how in ("changed", "gone", "new", "forgotten")
    )
    if gone or forgotten:
        return Changes(changed, gone, new, forgotten, None)
    if not changed:
        return Changes(changed, gone, new, forgotten, ())
    today = now()
    names = sorted({*today, *columns})
    differing = tuple(name for name in names if today.get(name) != columns.get(name))
    return Changes(changed, gone, new, forgotten, differing)
