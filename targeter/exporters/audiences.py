"""Promoted texts as X takes them: a creative each, and its audience, in hashes alone.

An audience is known by its cell, a digest of channel and text, so its name stays what it was when
it was first written. Who is taken out is taken out by what was handed over when they came in: an
address may have changed since, or the person may be gone from the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from targeter.database import Engine, identifier, list_literal, literal
from targeter.exporters.creatives import facts_of, notes_of, told_of, write_creatives
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
from targeter.exporters.uploads import write_uploads
from targeter.outgoing import IDENTIFIERS
from targeter.plans import ASSIGNMENTS, LEAVING
from targeter.profiles import PROFILES
from targeter.settings import ChannelSettings

_LABEL = "concat_ws('-', campaign, rule, template, cell)"


def write(export: Export) -> Exported:
    """Creatives for every channel; audiences for those that say by what people are recognised."""
    engine = export.engine
    load_past(engine, export.history)
    _cells(export)
    _members(export)
    _names(engine)
    files = list(write_creatives(export))
    if any(settings.outgoing.audience_by for settings in export.channels):
        _additions(engine)
        _removals(engine, export)
        files += write_uploads(engine, "handed", export.folder)
        files.append(_kept(export, MEMBERS, "members_handed", MEMBER_COLUMNS, "members"))
        if int(engine.value("SELECT count(*) FROM leaving_by")):
            files.append(_kept(export, LEAVERS, "leaving_by", LEAVER_COLUMNS, "leavers"))
    files.append(_kept(export, AUDIENCES, "audiences", AUDIENCE_COLUMNS, "audiences"))
    facts = facts_of(export)
    return Exported(tuple(files), told_of(facts), tuple(notes_of(export, facts)), facts)


X_AUDIENCES = Exporter(("promoted",), write)


def _cells(export: Export) -> None:
    """`cells`: one row a text; `readers`: who reads it; `gone`: who leaves which cell."""
    engine, names = export.engine, list_literal(export.names)
    engine.run(
        f"CREATE OR REPLACE TABLE readers AS SELECT *, {CELL} AS cell FROM {ASSIGNMENTS} "
        f"WHERE outcome = 'message' AND list_contains({names}, channel)"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE gone AS SELECT *, {CELL} AS cell FROM {LEAVING} "
        f"WHERE list_contains({names}, channel)"
    )
    first = "campaign, rule, template, link"
    engine.run(
        "CREATE OR REPLACE TABLE cells AS SELECT channel, cell, any_value(text) AS text, "
        f"min(struct_pack({', '.join(f'{n} := {n}' for n in first.split(', '))})) AS said, "
        "count(DISTINCT link) AS links, count(*) AS size, "
        "count(*) FILTER (status IS DISTINCT FROM 'staying') AS entering "
        "FROM readers GROUP BY channel, cell"
    )


def _members(export: Export) -> None:
    """`hashes`: for everybody who is concerned, each identifier as it is handed over today."""
    engine, key = export.engine, identifier(export.bound.key)
    parts = []
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


def _names(engine: Engine) -> None:
    """`audiences`: the name of every audience of this batch, as an earlier one called it, or new.

    Numbers are by name. Who leaves a text that is no longer kept is taken out of every audience
    of the channel that they were handed over for.
    """
    engine.run(
        "CREATE OR REPLACE TABLE called AS "
        f"SELECT channel, cell, {_LABEL} AS label FROM (SELECT channel, cell, said.campaign, "
        "said.rule, said.template FROM cells) "
        f"UNION ALL SELECT channel, cell, min({_LABEL}) FROM gone "
        "ANTI JOIN cells USING (channel, cell) WHERE cell IS NOT NULL GROUP BY channel, cell "
        f"UNION ALL SELECT h.channel, b.cell, min(h.audience) FROM gone AS g JOIN {HANDED} AS h "
        f"USING (person, channel) JOIN {NAMED} AS b ON b.audience = h.audience "
        "WHERE g.cell IS NULL GROUP BY h.channel, b.cell"
    )
    engine.run(
        "CREATE OR REPLACE TABLE audiences AS SELECT row_number() OVER (ORDER BY audience) AS "
        "number, * FROM (SELECT coalesce(min(b.audience), min(c.label)) AS audience, channel, cell "
        f"FROM called AS c LEFT JOIN {NAMED} AS b USING (channel, cell) GROUP BY channel, cell)"
    )


def _additions(engine: Engine) -> None:
    """`members`: who is in an audience, by what; `handed`: what the network hasn't got yet."""
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
    engine.run(
        "CREATE OR REPLACE TABLE handed AS SELECT number, audience, 'add' AS operation, "
        f"{', '.join(IDENTIFIERS)} FROM members_handed"
    )


def _removals(engine: Engine, export: Export) -> None:
    """Who leaves, by today's identifiers and those of then; not by one that another member has."""
    kinds = ", ".join(IDENTIFIERS)
    shown = ", ".join(("g.person, a.audience, a.number", *(f"h.{kind}" for kind in IDENTIFIERS)))
    engine.run(
        f"CREATE OR REPLACE TABLE leaving_by AS SELECT {shown} FROM gone AS g "
        "JOIN audiences AS a USING (channel, cell) "
        "JOIN hashes AS h ON h.person = g.person AND h.channel = g.channel "
        f"UNION SELECT {shown} FROM gone AS g "
        f"JOIN {HANDED} AS h ON h.person = g.person AND h.channel = g.channel "
        "JOIN audiences AS a ON a.audience = h.audience AND a.cell = coalesce(g.cell, a.cell)"
    )
    kept = ", ".join(
        f"CASE WHEN (l.number, l.{kind}) NOT IN (SELECT (number, {kind}) FROM members "
        f"WHERE {kind} IS NOT NULL) THEN l.{kind} END AS {kind}"
        for kind in IDENTIFIERS
    )
    engine.run(
        f"INSERT INTO handed SELECT number, audience, 'remove', {kinds} FROM "
        f"(SELECT l.number, l.audience, {kept} FROM leaving_by AS l) AS l WHERE {is_known('l')}"
    )


def _same(one: str, other: str) -> str:
    columns = ("person", "audience", *IDENTIFIERS)
    return " AND ".join(f"{one}.{c} IS NOT DISTINCT FROM {other}.{c}" for c in columns)


def _kept(export: Export, name: str, table: str, columns: Iterable[str], what: str) -> Written:
    """What later batches ask of this one: our own record, and nothing that is sent."""
    query = f"SELECT {', '.join(map(identifier, columns))} FROM {table} ORDER BY ALL"
    return Written(name, what, write_rows(export.engine, query, export.folder / name, "parquet"))
