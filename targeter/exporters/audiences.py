"""Promoted texts as X takes them: a creative each, and its audience, in hashes alone.

An audience is known by its cell, a digest of channel and text, so its name stays what it was when
it was first written. Who is taken out is taken out by what was handed over when they came in: an
address may have changed since, or the person may be gone from the data.

What is about single people is asked of some of them at a time; names and sizes are of everybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from targeter.database import Engine, identifier, list_literal, literal
from targeter.decisions import Totals
from targeter.exporters.creatives import (
    Counts,
    count_people,
    facts_of,
    notes_of,
    told_of,
    write_creatives,
)
from targeter.exporters.identifiers import hashed, is_known, normalised
from targeter.exporters.interface import Export, Exported, Exporter, Written
from targeter.exporters.past import (
    AUDIENCE_COLUMNS,
    AUDIENCES,
    CELL,
    HANDED,
    LEAVER_COLUMNS,
    LEAVERS,
    MEMBER_COLUMNS,
    MEMBERS,
    NAMED,
    load_past,
)
from targeter.exporters.tables import write_rows
from targeter.exporters.uploads import Request, write_uploads
from targeter.outgoing import IDENTIFIERS
from targeter.plans import ASSIGNMENTS, LEAVING
from targeter.profiles import PROFILES
from targeter.settings import ChannelSettings

_LABEL = "concat_ws('-', campaign, rule, template, cell)"
# Who reads which text, and by what names who leaves one may know it: counted over everybody.
READING, CALLED = "reading", "left_texts"
READING_COLUMNS: Final = {
    **dict.fromkeys(("channel", "cell", "text", "campaign", "rule", "template", "link"), "VARCHAR"),
    **dict.fromkeys(("size", "entering", "usable"), "BIGINT"),
}
CALLED_COLUMNS: Final = {
    **dict.fromkeys(("channel", "cell", "label"), "VARCHAR"),
    "is_named": "BOOLEAN",
    "people": "BIGINT",
}
NUMBERED_COLUMNS: Final = {
    "number": "BIGINT",
    **AUDIENCE_COLUMNS,
    **dict.fromkeys(("size", "leaving"), "BIGINT"),
}
# The identifiers of who leaves that also a member has, who is among other people.
SPARED = "spared"
SPARED_COLUMNS: Final = {"number": "BIGINT", "kind": "VARCHAR", "hash": "VARCHAR"}


def write(export: Export) -> Exported:
    """Creatives for every channel; audiences for those that say by what people are recognised."""
    engine = export.engine
    load_past(engine, export.history)
    find_readers(export)
    for table, totals in ((READING, reading()), (CALLED, called())):
        engine.run(f"CREATE OR REPLACE TABLE {table} AS {totals.query}")
    name_audiences(engine)
    files = list(write_creatives(export))
    counts = Counter[tuple[str, str]]()
    if any_known(export):
        find_members(engine)
        find_handed(engine)
        uploads, requests = write_uploads(engine, "handed", export.folder)
        counts += moved(engine, requests)
        files += uploads
        files.append(_kept(export, MEMBERS, "members_handed", MEMBER_COLUMNS, "members"))
        if int(engine.value("SELECT count(*) FROM leaving_by")):
            files.append(_kept(export, LEAVERS, "leaving_by", LEAVER_COLUMNS, "leavers"))
    counts += count_people(export)
    return finished(export, files, counts)


X_AUDIENCES = Exporter(("promoted",), write)


def finished(export: Export, files: Iterable[Written], counts: Counts) -> Exported:
    """The record of all audiences written, and what is said of them and the other files."""
    audiences = _kept(export, AUDIENCES, "audiences", AUDIENCE_COLUMNS, "audiences")
    facts = facts_of(export, counts)
    notes = tuple(notes_of(export, facts))
    return Exported((*files, audiences), told_of(facts), notes, facts)


def any_known(export: Export) -> bool:
    """Whether any of the channels says by what people are recognised."""
    return any(settings.outgoing.audience_by for settings in export.channels)


# -- of some people --------------------------------------------------------------------------


def find_readers(export: Export) -> None:
    """`readers`: who reads which cell; `gone`: who leaves which; `hashes`: for everybody who is
    concerned, each identifier as it is handed over today."""
    engine, names = export.engine, list_literal(export.names)
    engine.run(
        f"CREATE OR REPLACE TABLE readers AS SELECT *, {CELL} AS cell FROM {ASSIGNMENTS} "
        f"WHERE outcome = 'message' AND list_contains({names}, channel)"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE gone AS SELECT *, {CELL} AS cell FROM {LEAVING} "
        f"WHERE list_contains({names}, channel)"
    )
    key, parts = identifier(export.bound.key), []
    for settings in export.channels:
        columns = ", ".join(_hash_of(export, settings, kind) for kind in IDENTIFIERS)
        refused = " + ".join(_refused(export, settings)) or "0"
        name = literal(settings.channel.name)
        parts.append(
            f"SELECT c.person, c.channel, {columns}, {refused} AS refused FROM concerned AS c "
            f"JOIN {PROFILES} AS p ON p.{key} = c.person WHERE c.channel = {name}"
        )
    engine.run(
        "CREATE OR REPLACE TABLE concerned AS "
        "SELECT person, channel FROM readers UNION SELECT person, channel FROM gone"
    )
    engine.run(f"CREATE OR REPLACE TABLE hashes AS {' UNION ALL '.join(parts)}")


def _hash_of(export: Export, settings: ChannelSettings, kind: str) -> str:
    column = _column(export, settings, kind)
    value = hashed(kind, column, settings.channel) if column else "NULL::VARCHAR"
    return f"{value} AS {kind}"


def _column(export: Export, settings: ChannelSettings, kind: str) -> str | None:
    """The column of a profile `p` that holds an identifier, where the channel says one."""
    scalar = dict(settings.outgoing.audience_by).get(kind)
    column = export.bound.profile.get(scalar.text) if scalar else None
    return f"p.{identifier(column.name)}" if column else None


def _refused(export: Export, settings: ChannelSettings) -> Iterator[str]:
    """SQL for how many identifiers of a person are there and are none."""
    for kind in IDENTIFIERS:
        column = _column(export, settings, kind)
        if column:
            normal, value = normalised(kind, column), hashed(kind, column, settings.channel)
            yield f"(nullif({normal}, '') IS NOT NULL AND ({value}) IS NULL)::INTEGER"


def reading() -> Totals:
    """How many people read each text by each rule, enter its audience, and have an identifier."""
    keys = ("channel", "cell", "campaign", "rule", "template", "link")
    query = (
        "SELECT channel, cell, min(text) AS text, campaign, rule, template, link, count(*) AS "
        "size, count(*) FILTER (status IS DISTINCT FROM 'staying') AS entering, "
        f"count(*) FILTER ({is_known('h')}) AS usable "
        "FROM readers LEFT JOIN hashes AS h USING (person, channel) "
        "GROUP BY channel, cell, campaign, rule, template, link"
    )
    return Totals(query, keys, {"text": "min", "size": "sum", "entering": "sum", "usable": "sum"})


def called() -> Totals:
    """How many people leave each text, and how its audience may be called.

    Who leaves a text that is no longer kept is taken out of every audience of the channel that
    they were handed over for.
    """
    query = (
        f"SELECT channel, cell, {_LABEL} AS label, false AS is_named, count(*) AS people "
        "FROM gone WHERE cell IS NOT NULL GROUP BY ALL "
        "UNION ALL SELECT h.channel, b.cell, h.audience, true, count(*) "
        f"FROM gone AS g JOIN {HANDED} AS h USING (person, channel) "
        f"JOIN {NAMED} AS b ON b.audience = h.audience WHERE g.cell IS NULL GROUP BY ALL"
    )
    return Totals(query, ("channel", "cell", "label", "is_named"), {"people": "sum"})


def find_members(engine: Engine) -> None:
    """`members`: who is in an audience, by what; `members_handed`: whom the network hasn't got
    yet; `leaving_by`: who leaves, by today's identifiers and those of then; `leaving_ids`: those
    of them that no member here has."""
    kinds = ", ".join(f"h.{kind}" for kind in IDENTIFIERS)
    engine.run(
        f"CREATE OR REPLACE TABLE members AS SELECT r.person, r.channel, a.audience, a.number, "
        f"{kinds}, r.status FROM readers AS r JOIN audiences AS a USING (channel, cell) "
        f"JOIN hashes AS h ON h.person = r.person AND h.channel = r.channel WHERE {is_known('h')}"
    )
    engine.run(
        "CREATE OR REPLACE TABLE members_handed AS FROM members WHERE status IS DISTINCT FROM "
        f"'staying' OR NOT EXISTS (FROM {HANDED} AS h WHERE {_same('h', 'members')})"
    )
    shown = ", ".join(("g.person, a.audience, a.number", *(f"h.{kind}" for kind in IDENTIFIERS)))
    engine.run(
        f"CREATE OR REPLACE TABLE leaving_by AS SELECT {shown} FROM gone AS g "
        "JOIN audiences AS a USING (channel, cell) "
        "JOIN hashes AS h ON h.person = g.person AND h.channel = g.channel "
        f"UNION SELECT {shown} FROM gone AS g "
        f"JOIN {HANDED} AS h ON h.person = g.person AND h.channel = g.channel "
        "JOIN audiences AS a ON a.audience = h.audience AND a.cell = coalesce(g.cell, a.cell)"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE leaving_ids AS SELECT DISTINCT * FROM ({_ids('leaving_by')}) "
        f"ANTI JOIN ({_ids_of_members()}) USING (number, kind, hash)"
    )


def _same(one: str, other: str) -> str:
    columns = ("person", "audience", *IDENTIFIERS)
    return " AND ".join(f"{one}.{c} IS NOT DISTINCT FROM {other}.{c}" for c in columns)


def _ids(table: str) -> str:
    """SQL: each identifier of each row of people, with the number of the audience."""
    return " UNION ALL ".join(
        f"SELECT number, {literal(kind)} AS kind, {kind} AS hash FROM {table} "
        f"WHERE {kind} IS NOT NULL"
        for kind in IDENTIFIERS
    )


def _ids_of_members() -> str:
    """SQL: the same of the members of audiences that anybody leaves."""
    left = "(SELECT number FROM audiences WHERE leaving > 0)"
    return f"SELECT * FROM ({_ids('members')}) SEMI JOIN {left} USING (number)"


def shared() -> Totals:
    """The identifiers of who leaves that also a member of the audience has, wherever they are."""
    query = (
        "SELECT number, kind, hash, bool_or(leaves) AS leaves, bool_or(stays) AS stays FROM ("
        "SELECT *, true AS leaves, false AS stays FROM leaving_ids UNION ALL "
        f"SELECT *, false, true FROM ({_ids_of_members()})) GROUP BY number, kind, hash"
    )
    merged = {"leaves": "bool_or", "stays": "bool_or"}
    return Totals(query, tuple(SPARED_COLUMNS), merged, where="leaves AND stays")


def spare(engine: Engine) -> None:
    """Take from `leaving_ids` what `spared` has."""
    engine.run(
        "CREATE OR REPLACE TABLE leaving_ids AS "
        f"FROM leaving_ids ANTI JOIN {SPARED} USING (number, kind, hash)"
    )


def find_handed(engine: Engine) -> None:
    """`handed`: whom the network is told to add, and whom to take out; who leaves not by an
    identifier that another member has."""
    kinds = ", ".join(IDENTIFIERS)
    engine.run(
        "CREATE OR REPLACE TABLE handed AS "
        f"SELECT number, audience, 'add' AS operation, {kinds} FROM members_handed"
    )
    kept = ", ".join(
        f"CASE WHEN (l.number, {literal(kind)}, l.{kind}) IN "
        f"(SELECT (number, kind, hash) FROM leaving_ids) THEN l.{kind} END AS {kind}"
        for kind in IDENTIFIERS
    )
    engine.run(
        f"INSERT INTO handed SELECT number, audience, 'remove', {kinds} FROM "
        f"(SELECT l.number, l.audience, {kept} FROM leaving_by AS l) AS l WHERE {is_known('l')}"
    )


# -- of everybody ----------------------------------------------------------------------------


def name_audiences(engine: Engine) -> None:
    """`cells`: one row a text; `audiences`: the name of every audience of this batch, as an
    earlier one called it, or new, and how many people read and leave it. Numbers are by name."""
    first = "campaign, rule, template, link"
    engine.run(
        "CREATE OR REPLACE TABLE cells AS SELECT channel, cell, min(text) AS text, "
        f"min(struct_pack({', '.join(f'{n} := {n}' for n in first.split(', '))})) AS said, "
        "count(DISTINCT link) AS links, sum(size)::BIGINT AS size, sum(entering)::BIGINT AS "
        f"entering, sum(usable)::BIGINT AS usable FROM {READING} GROUP BY channel, cell"
    )
    engine.run(
        "CREATE OR REPLACE TABLE called AS "
        f"SELECT channel, cell, {_LABEL} AS label FROM (SELECT channel, cell, said.campaign, "
        "said.rule, said.template FROM cells) "
        f"UNION ALL SELECT channel, cell, label FROM {CALLED} "
        "ANTI JOIN cells USING (channel, cell) WHERE NOT is_named "
        f"UNION ALL SELECT channel, cell, label FROM {CALLED} WHERE is_named"
    )
    engine.run(
        "CREATE OR REPLACE TABLE audiences AS SELECT row_number() OVER (ORDER BY audience) AS "
        "number, audience, channel, cell, coalesce(s.size, 0) AS size, "
        "coalesce(l.leaving, 0) AS leaving FROM ("
        "SELECT coalesce(min(b.audience), min(c.label)) AS audience, channel, cell "
        f"FROM called AS c LEFT JOIN {NAMED} AS b USING (channel, cell) GROUP BY channel, cell) "
        "LEFT JOIN cells AS s USING (channel, cell) LEFT JOIN (SELECT channel, cell, "
        f"sum(people)::BIGINT AS leaving FROM {CALLED} GROUP BY channel, cell) AS l "
        "USING (channel, cell)"
    )


def moved(engine: Engine, requests: Iterable[Request]) -> Counts:
    """For each channel how many operations add and remove."""
    channels: dict[int, str] = dict(engine.rows("SELECT number, channel FROM audiences"))
    counts = Counter[tuple[str, str]]()
    for one in requests:
        counts[channels[one.number], one.operation] += one.people
    return counts


def _kept(export: Export, name: str, table: str, columns: Iterable[str], what: str) -> Written:
    """What later batches ask of this one: our own record, and nothing that is sent."""
    query = f"SELECT {', '.join(map(identifier, columns))} FROM {table} ORDER BY ALL"
    return Written(name, what, write_rows(export.engine, query, export.folder / name, "parquet"))
