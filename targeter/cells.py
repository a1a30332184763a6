"""One message a person: copy that can be written, places that are left, audiences large enough.

A cell is a (channel, text). A direct message is a cell of one; a promoted text is shown to an
audience, and one that is too small isn't shown at all. Nothing is closed at first. Then,
repeated: every person takes the best choice whose cell isn't closed and whose places aren't taken
by people before them, those turned away taking their next; the cells are counted without the
held-out; all that are too small are closed at once; until none is. It ends because closed cells
stay closed, and the order of people changes nothing. It is not the largest reach possible: a
person may be the one that another cell was short of.

Who stays in an audience keeps text and place, and counts in both.
"""

from __future__ import annotations

import math

from targeter.binding import Bound
from targeter.blocking import find_blocked
from targeter.channels import Channel, fits
from targeter.cuts import ASSIGNED, JUST_CUT, OVER, TRIED, cut_first, cuts_of, prepare_ranks
from targeter.database import Engine
from targeter.decisions import (
    DECIDED,
    HELD,
    Decisions,
    Everybody,
    Shard,
    Totals,
    find_held,
    held_of,
    stands_in_profiles,
    together,
)
from targeter.rendering import DRAFT_COLUMNS, Listed, Standing, Waiting, render_choices

REFUSED = "refused"
# What may not go out, with the word of the block list that it holds.
QUARANTINE = "quarantine"
# The cells that are closed now, all at once; and all that were.
CLOSING, CLOSED = "closing", "closed"
CLOSED_COLUMNS = {
    "channel": "VARCHAR",
    "text": "VARCHAR",
    "people": "BIGINT",
    "choice": "INTEGER",
}
TOO_SMALL = "audience too small"
# Who has a choice at all, with the first they have.
_FIRST = "first_waiting"
# Begins the reason of a text that holds a word of the block list.
BLOCKED = "blocked by "


def smallest_audience(channel: Channel) -> int:
    """How many people a promoted text needs: the network's floor, divided by who it recognises."""
    if channel.delivery != "promoted":
        return 1
    return math.ceil(channel.min_audience / (channel.match_rate or 1.0))


def assign(engine: Engine, bound: Bound, decisions: Decisions) -> None:
    """Fill `assigned` (number, person, choice, text, length, held_out, staying), at most one row a
    person.

    `refused` (number, choice, why) keeps what was tried before and couldn't be; `over_cap`
    (number, person, choice, text, length) who came after the last place; `quarantine` (number,
    choice, text, word) what holds a word of the block list. People are known by their number.
    """
    assign_all(together(engine, bound, decisions))


def assign_all(people: Everybody) -> None:
    """The same for everybody, wherever they are."""
    cuts = cuts_of(people.bound, people.decisions)
    people.each(begin)
    while True:
        people.each(write_waiting)
        if cut_first(people, cuts):
            people.each(next_choices, JUST_CUT)
        elif _close_cells(people):
            people.each(let_back)
        else:
            return


def begin(shard: Shard) -> None:
    """Everybody takes their first choice, but who stays in an audience and keeps what they have."""
    engine, decisions = shard.engine, shard.decisions
    engine.run(
        f"CREATE OR REPLACE TABLE {ASSIGNED} ({DRAFT_COLUMNS}, held_out BOOLEAN DEFAULT false, "
        "staying BOOLEAN DEFAULT false)"
    )
    engine.run(f"CREATE OR REPLACE TABLE {REFUSED} (number INTEGER, choice INTEGER, why VARCHAR)")
    engine.run(
        f"CREATE OR REPLACE TABLE {QUARANTINE} "
        "(number INTEGER, choice INTEGER, text VARCHAR, word VARCHAR)"
    )
    for table in (OVER, "spare"):
        engine.run(
            f"CREATE OR REPLACE TABLE {table} (number INTEGER, person VARCHAR, choice INTEGER, "
            "text VARCHAR, length INTEGER)"
        )
    _channels(engine, decisions)
    find_held(shard)
    _keep_members(engine, decisions)
    engine.run("CREATE OR REPLACE TABLE waiting (number INTEGER, person VARCHAR, choice INTEGER)")
    _take_first(shard)
    if cuts_of(shard.bound, decisions):
        prepare_ranks(shard)


def _take_first(shard: Shard) -> None:
    """Write to everybody by their first choice: where they stand, or from a list."""
    engine, bound = shard.engine, shard.bound
    stands = stands_in_profiles(engine)
    kind = "VIEW" if stands else "TABLE"
    engine.run(
        f"CREATE OR REPLACE {kind} {_FIRST} AS SELECT number, person, first_choice AS choice "
        f"FROM {DECIDED} WHERE first_choice IS NOT NULL"
    )
    codes = shard.decisions.codes
    _take(shard, Standing(bound, codes, _FIRST) if stands else Listed(bound, _FIRST))
    engine.run(f"DROP {kind} {_FIRST}")


def _channels(engine: Engine, decisions: Decisions) -> None:
    rows = [(c.number, c.channel.name, smallest_audience(c.channel)) for c in decisions.choices]
    columns = {"choice": "INTEGER", "channel": "VARCHAR", "smallest": "INTEGER"}
    engine.load("choice_channels", columns, rows)
    engine.load(CLOSED, CLOSED_COLUMNS, ())


def _keep_members(engine: Engine, decisions: Decisions) -> None:
    """Who stays keeps the text that their audience sees, whatever its template says by now."""
    rows = engine.rows(
        f"SELECT DISTINCT m.choice, m.text FROM member_choices AS m JOIN {DECIDED} AS d "
        "USING (person) WHERE d.stays ORDER BY ALL"
    )
    if not rows:
        return
    lengths = [(n, text, fits(text, decisions.choices[n].channel).length) for n, text in rows]
    columns = {"choice": "INTEGER", "text": "VARCHAR", "length": "INTEGER"}
    engine.load("member_texts", columns, lengths)
    engine.run(
        f"INSERT INTO {ASSIGNED} SELECT d.number, d.person, m.choice, m.text, t.length, NULL, "
        "false, true "
        f"FROM member_choices AS m JOIN {DECIDED} AS d USING (person) "
        "JOIN member_texts AS t ON t.choice = m.choice AND t.text = m.text WHERE d.stays"
    )


def write_waiting(shard: Shard) -> None:
    """Everybody who waits takes the first choice that can be written, may go and isn't closed."""
    while shard.engine.value("SELECT count(*) FROM waiting"):
        _take(shard, Listed(shard.bound, "waiting"))


def _take(shard: Shard, waiting: Waiting) -> None:
    """Write to everybody who waits; `waiting` are then those for whom that came to nothing."""
    engine, bound, decisions = shard.engine, shard.bound, shard.decisions
    words = bound.project.settings.blocked_words
    # every text is written once, where it stays if it may go
    _write(shard, waiting)
    written = ASSIGNED
    most = f"SELECT (SELECT count(*) FROM {ASSIGNED}) > 2 * count(*) FROM {waiting.table}"
    if engine.value(most):
        written += f" SEMI JOIN {waiting.table} USING (number)"  # most were looked at before
    find_blocked(engine, words, f"SELECT text FROM {written} WHERE why IS NULL", "blocked")
    _fail(engine, written)
    if words:
        engine.run(
            f"INSERT INTO {QUARANTINE} SELECT number, choice, text, word FROM failed "
            f"ANTI JOIN {QUARANTINE} USING (number, choice) WHERE word IS NOT NULL"
        )
    if engine.value(f"SELECT count(*) FROM {HELD}"):
        engine.run(
            f"UPDATE {ASSIGNED} SET held_out = true FROM {HELD} AS h WHERE "
            f"{ASSIGNED}.number = h.number AND NOT staying AND NOT {ASSIGNED}.held_out AND "
            f"{held_of('choice', bound, decisions, 'h.')}"
        )
    next_choices(shard, "failed")


def _fail(engine: Engine, written: str) -> None:
    """Take out what can't be written, may not go or is closed, into `failed` and `refused`."""
    if not engine.value(f"SELECT (SELECT count(*) FROM blocked) + count(*) FROM {CLOSED}"):
        written += " WHERE why IS NOT NULL"  # nothing else keeps a text from going
    engine.run(
        "CREATE OR REPLACE TABLE failed AS SELECT * EXCLUDE (staying) FROM (SELECT number, choice, "
        f"d.text, d.staying, CASE WHEN b.text IS NOT NULL THEN '{BLOCKED}' || b.word "
        f"WHEN x.text IS NOT NULL THEN '{TOO_SMALL}' ELSE d.why END AS why, b.word "
        f"FROM (FROM {written}) AS d JOIN choice_channels AS c USING (choice) "
        "LEFT JOIN blocked AS b ON b.text = d.text AND d.why IS NULL "
        f"LEFT JOIN {CLOSED} AS x ON x.channel = c.channel AND x.text = d.text) "
        "WHERE why IS NOT NULL AND NOT staying"
    )
    engine.run(f"DELETE FROM {ASSIGNED} WHERE number IN (SELECT number FROM failed)")
    engine.run(
        f"INSERT INTO {REFUSED} SELECT number, choice, why FROM failed "
        f"ANTI JOIN {REFUSED} USING (number, choice)"
    )


def _write(shard: Shard, waiting: Waiting) -> None:
    """The texts of everybody who waits: what was written once isn't written again."""
    engine, bound, choices = shard.engine, shard.bound, shard.decisions.choices
    if not engine.value("SELECT count(*) FROM spare"):
        render_choices(engine, bound, choices, waiting, ASSIGNED)
        return
    engine.run(
        f"CREATE OR REPLACE TABLE unwritten AS FROM {waiting.table} "
        "ANTI JOIN spare USING (number, choice)"
    )
    render_choices(engine, bound, choices, Listed(bound, "unwritten"), ASSIGNED)
    engine.run(
        f"INSERT INTO {ASSIGNED} ({TRIED}) SELECT {TRIED} FROM spare "
        f"SEMI JOIN {waiting.table} USING (number, choice)"
    )


def next_choices(shard: Shard, turned_away: str) -> None:
    """Those turned away wait with their next choice; who has none stops waiting."""
    engine, decisions = shard.engine, shard.decisions
    # each step on its own: above a join or below a filter the engine would take the long
    # expression apart again and again
    words = "".join(f", d.{word}" for word in decisions.signature.columns)
    turned = engine.written(
        f"CREATE OR REPLACE TABLE turned AS SELECT d.number, d.person, t.choice AS tried_choice"
        f"{words} FROM {turned_away} AS t JOIN {DECIDED} AS d USING (number)"
    )
    if not turned:
        engine.run("DELETE FROM waiting")
        return
    engine.run(
        "CREATE OR REPLACE TABLE waiting AS "
        f"SELECT number, person, {decisions.first_choice('tried_choice')} AS choice FROM turned"
    )
    engine.run("DELETE FROM waiting WHERE choice IS NULL")


def _close_cells(people: Everybody) -> bool:
    """Close every cell that is too small, and let its people take their next choice.

    A cell with nobody but those who stay is left open: there is nobody whom closing would move.
    """
    if all(c.channel.delivery != "promoted" for c in people.decisions.choices):
        return False
    cells = (
        "SELECT c.channel, a.text, count(*) FILTER (WHERE NOT a.held_out) AS people, "
        "min(a.choice) AS choice, max(c.smallest) AS smallest, bool_and(a.staying) AS staying "
        f"FROM {ASSIGNED} AS a JOIN choice_channels AS c USING (choice) "
        f"ANTI JOIN {CLOSED} AS x ON x.channel = c.channel AND x.text = a.text "
        "WHERE c.smallest > 1 GROUP BY ALL"
    )
    merged = {"people": "sum", "choice": "min", "smallest": "max", "staying": "bool_and"}
    too_small = Totals(
        cells, ("channel", "text"), merged, where="people < smallest AND NOT staying"
    )
    if not people.totals(CLOSING, too_small):
        return False
    people.each(leave_closing)
    return True


def leave_closing(shard: Shard) -> None:
    """The cells in `closing` become closed: their people wait with their next choice."""
    engine = shard.engine
    engine.run(f"INSERT INTO {CLOSED} SELECT {', '.join(CLOSED_COLUMNS)} FROM {CLOSING}")
    engine.run(
        "CREATE OR REPLACE TABLE leaving AS SELECT a.number, a.choice "
        f"FROM {ASSIGNED} AS a JOIN choice_channels AS c USING (choice) "
        f"JOIN {CLOSING} AS x ON x.channel = c.channel AND x.text = a.text WHERE NOT a.staying"
    )
    engine.run(f"DELETE FROM {ASSIGNED} WHERE number IN (SELECT number FROM leaving)")
    engine.run(f"INSERT INTO {REFUSED} SELECT number, choice, '{TOO_SMALL}' FROM leaving")
    next_choices(shard, "leaving")


def let_back(shard: Shard) -> None:
    """Places may be free again: everybody who was over starts once more, where they were cut."""
    engine = shard.engine
    if not engine.value(f"SELECT count(*) FROM {OVER}"):
        return
    engine.run(
        "CREATE OR REPLACE TABLE back AS SELECT number, person, min(choice) AS choice "
        f"FROM {OVER} GROUP BY ALL"
    )
    engine.run(
        f"INSERT INTO spare FROM (FROM {OVER} UNION SELECT {TRIED} FROM {ASSIGNED} "
        "SEMI JOIN back USING (number)) "
        "ANTI JOIN spare USING (number, choice)"
    )
    engine.run(f"DELETE FROM {ASSIGNED} WHERE number IN (SELECT number FROM back)")
    engine.run("DELETE FROM waiting WHERE number IN (SELECT number FROM back)")
    engine.run("INSERT INTO waiting FROM back")
    engine.run(f"DELETE FROM {OVER}")
