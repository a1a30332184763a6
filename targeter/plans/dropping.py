"""A saved plan without the people whose data changed since: another plan, with another id."""

from __future__ import annotations

from collections.abc import Iterator

from targeter.binding import Bound
from targeter.cells import smallest_audience
from targeter.database import Engine, literal
from targeter.outcomes import OUTCOMES
from targeter.plans.assignments import ASSIGNMENTS, LEAVING, QUARANTINED, identity
from targeter.plans.manifest import Plan


def people_in(engine: Engine) -> int:
    """How many people a plan has rows of."""
    return int(engine.value(f"SELECT count(*) FROM {ASSIGNMENTS}"))


def without_changed(engine: Engine, plan: Plan) -> Plan:
    """Take everybody in `changed_people` out of the tables of a plan."""
    counts = drop_changed(engine)
    return plan.without(identity(engine, plan.as_of), counts)


def drop_changed(engine: Engine) -> dict[str, int]:
    """The same of some people; how many of those who are left end in each outcome."""
    for table in (ASSIGNMENTS, LEAVING, QUARANTINED):
        engine.run(f"DELETE FROM {table} WHERE person IN (SELECT person FROM changed_people)")
    counts: dict[str, int] = dict(
        engine.rows(f"SELECT outcome, count(*) FROM {ASSIGNMENTS} GROUP BY 1")
    )
    return {name: counts.get(name, 0) for name in OUTCOMES}


# SQL: how many people each text has now.
TEXTS_LEFT = (
    f"SELECT channel, text, count(*) AS people FROM {ASSIGNMENTS} WHERE outcome = 'message' "
    "GROUP BY ALL"
)


def too_small(engine: Engine, bound: Bound, texts: str = TEXTS_LEFT) -> Iterator[str]:
    """What to say of promoted texts that have fewer people now than their network shows them to.

    `texts` is SQL for (channel, text, people).
    """
    for declared in bound.project.settings.channels:
        channel = declared.channel
        if channel.delivery != "promoted":
            continue
        smallest = smallest_audience(channel)
        cells = engine.rows(
            f"SELECT people FROM ({texts}) WHERE channel = {literal(channel.name)} "
            f"AND people < {smallest} ORDER BY people"
        )
        if cells:
            texts = "1 text has" if len(cells) == 1 else f"{len(cells):,} texts have"
            fewest = f"the smallest {cells[0][0]:,}"
            yield f"{channel.name}: {texts} fewer than {smallest:,} people now, {fewest}"
