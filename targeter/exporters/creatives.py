"""One row a promoted text, and what can be said of its audience before anybody uploads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from targeter.database import Engine, identifier
from targeter.exporters.identifiers import is_known
from targeter.exporters.interface import Export, Format, Written
from targeter.exporters.tables import shown_as, write_rows

# By channel and what is counted: people who are «leaving», «without» an identifier, …
Counts = Counter[tuple[str, str]]
COLUMNS: Final = ("audience", "channel", "text", "link", "size", "usable", "matched")
_SOURCE: Final = "FROM creatives"
_FORMATS: Final[tuple[Format, ...]] = ("jsonl", "csv")
# docs.x.com: from how many people that it finds an audience can be used at all, and on the website;
# and how many line items of an account may be active.
SMALLEST: Final = 100
SMALLEST_SHOWN: Final = 500
MOST_LINE_ITEMS: Final = 8_000
# What no file can hold to: X's advertising agreement, and its pages on campaigns and audiences.
_RULES: Final = (
    (
        "Send the removals first, and daily: who opted out must be out of every audience within "
        "24 hours."
    ),
    (
        "Give each text a line item of its own with its audience as the only primary criterion: "
        "others widen it."
    ),
    "Only people active in the last 90 days count. A request is taken whole or not at all.",
)


def write_creatives(export: Export) -> Iterator[Written]:
    """`creatives.jsonl` and `creatives.csv`, sorted by the name of the audience.

    `size` is how many people get the text, `usable` how many have an identifier (None where
    no `audience_by` says one), `matched` how many of them the network probably finds.
    """
    _sizes(export)
    engine, values = export.engine, [(name, identifier(name)) for name in COLUMNS]
    for format_ in _FORMATS:
        name = f"creatives.{format_}"
        query = f"SELECT {shown_as(engine, values, _SOURCE, format_)} {_SOURCE} ORDER BY number"
        yield Written(name, "creatives", write_rows(engine, query, export.folder / name, format_))


def _sizes(export: Export) -> None:
    engine = export.engine
    columns = {"channel": "VARCHAR", "rate": "DOUBLE", "known": "BOOLEAN"}
    channels = [
        (c.channel.name, c.channel.match_rate or 1.0, bool(c.outgoing.audience_by))
        for c in export.channels
    ]
    engine.load("creative_channels", columns, channels)
    engine.run(
        "CREATE OR REPLACE TABLE creatives AS SELECT *, "
        # a rate such as 0.6 has no exact DOUBLE: 0.6 of 500 is 300 and not 299
        "floor(round(coalesce(usable, size) * rate, 6))::BIGINT AS matched FROM ("
        "SELECT a.audience, a.number, c.channel, c.text, c.said.link AS link, c.links, c.size, "
        "c.entering, k.rate, CASE WHEN k.known THEN c.usable END AS usable "
        "FROM cells AS c JOIN audiences AS a USING (channel, cell) "
        "JOIN creative_channels AS k USING (channel))"
    )


# -- what is said of it ----------------------------------------------------------------------


def count_people(export: Export) -> Counts:
    """For each channel how many people leave it, and how many are known by nothing."""
    engine, counts = export.engine, Counter[tuple[str, str]]()
    for name, leaving in engine.rows("SELECT channel, count(*) FROM gone GROUP BY 1"):
        counts[name, "leaving"] = leaving
    for name in _known(export):
        counts[name, "without"], counts[name, "refused"] = engine.row(
            f"SELECT count(*) FILTER (NOT ({is_known()})), "
            "coalesce(sum(refused), 0)::BIGINT FROM hashes SEMI JOIN readers "
            "USING (person, channel) WHERE channel = $1",
            [name],
        )
        counts[name, "unnamed"] = engine.value(
            "SELECT count(*) FROM gone ANTI JOIN (SELECT person FROM leaving_by "
            f"WHERE {is_known()}) USING (person) WHERE channel = $1",
            [name],
        )
    return counts


def _known(export: Export) -> list[str]:
    """The channels that say by what people are recognised."""
    return [one.channel.name for one in export.channels if one.outgoing.audience_by]


def facts_of(export: Export, counts: Counts) -> dict[str, object]:
    """For each channel what was written, and for each audience how large it is."""
    engine, known = export.engine, _known(export)
    columns = ("audience", "channel", "number", "size", "usable", "matched")
    rows = engine.rows(f"SELECT {', '.join(columns)} FROM creatives ORDER BY number")
    channels = [_channel(engine, name, name in known, counts) for name in sorted(export.names)]
    return {
        "channels": channels,
        "audiences": [dict(zip(columns, row, strict=True)) for row in rows],
        "rules": list(_RULES),
    }


def _channel(engine: Engine, name: str, known: bool, counts: Counts) -> dict[str, object]:
    cells, size, entering, small, hidden, links = engine.row(
        "SELECT count(*), coalesce(sum(size), 0)::BIGINT, coalesce(sum(entering), 0)::BIGINT, "
        f"count(*) FILTER (matched < {SMALLEST}), count(*) FILTER (matched < {SMALLEST_SHOWN}), "
        "count(*) FILTER (links > 1) FROM creatives WHERE channel = $1",
        [name],
    )

    def counted(what: str) -> int | None:
        return counts[name, what] if known else None

    return {
        "channel": name, "texts": cells, "people": size, "entering": entering,
        "leaving": counts[name, "leaving"], "additions": counted("add"),
        "removals": counted("remove"), "without_identifier": counted("without"),
        "refused_identifiers": counted("refused"), "leaving_unnamed": counted("unnamed"),
        f"under_{SMALLEST}": small, f"under_{SMALLEST_SHOWN}": hidden, "several_links": links,
    }  # fmt: skip


def told_of(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """What was written for each channel, and the rules that no file can keep."""
    told = []
    for one in facts["channels"]:
        line = f"{one['channel']}: {_count(one['texts'], 'text')} for "
        line += _count(one["people"], "person", "people") + _changed(one)
        if one["additions"] is not None:
            line += f"; {one['additions']:,} to add to audiences, {one['removals']:,} to take out"
        told.append(line)
    return (*told, *facts["rules"])


def _changed(one: Mapping[str, Any]) -> str:
    """Who comes and goes, where an earlier batch had put people into audiences."""
    if one["entering"] == one["people"] and not one["leaving"]:
        return ""
    return f" ({one['entering']:,} new, {one['leaving']:,} leaving)"


def notes_of(export: Export, facts: Mapping[str, Any]) -> Iterator[str]:
    """What somebody should look at before anything is uploaded."""
    rated = {c.channel.name: c.channel.match_rate for c in export.channels}
    for one in facts["channels"]:
        yield from (f"{one['channel']}: {note}" for note in _notes(one, rated[one["channel"]]))
    texts = sum(one["texts"] for one in facts["channels"])
    if texts > MOST_LINE_ITEMS:
        yield (
            f"{texts:,} texts need a line item each, and an account has at most "
            f"{MOST_LINE_ITEMS:,} active ones"
        )
    twice = export.engine.value(
        "SELECT count(*) FROM (SELECT text FROM cells GROUP BY text HAVING count(*) > 1)"
    )
    if twice:
        yield f"{_count(twice, 'text')} went to more than one channel: who is in both sees it twice"


def _notes(one: Mapping[str, Any], rate: float | None) -> Iterator[str]:
    if one["additions"] is None:
        yield "no audience file could be written: audience_by doesn't say by what people are known"
    if one["without_identifier"]:
        people = _count(one["without_identifier"], "person has", "people have")
        yield f"{people} no identifier that can be used, and so won't see it"
    if one["refused_identifiers"]:
        found = _count(one["refused_identifiers"], "identifier is", "identifiers are")
        yield f"{found} there and can't be used; a telephone number begins with + and its country"
    if one["leaving_unnamed"]:
        people = _count(one["leaving_unnamed"], "person leaves", "people leave")
        yield f"{people} and can't be named: never handed over, and no identifier today"
    if rate is None and one["texts"]:
        yield "no match_rate is set, so audiences are counted as if everybody in them were found"
    small, hidden = one[f"under_{SMALLEST}"], one[f"under_{SMALLEST_SHOWN}"]
    if small:
        has = _count(small, "audience has", "audiences have")
        yield f"{has} probably fewer than {SMALLEST} people who are found, and can't be used"
    if hidden > small:
        has = _count(hidden - small, "audience has", "audiences have")
        yield f"{has} probably fewer than {SMALLEST_SHOWN} and won't show on the website"
    if one["several_links"]:
        has = _count(one["several_links"], "text has", "texts have")
        yield f"{has} several links, one a rule; the creative takes the first"


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
