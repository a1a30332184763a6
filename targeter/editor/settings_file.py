"""The schema of rules/targeter.yaml."""

from __future__ import annotations

from typing import get_args

from targeter.channels.catalogue import CHANNELS, Delivery, LinkPlace, Unit
from targeter.editor.limit_shapes import history_shape, holdout_shape, most, pace_shape, rest_shapes
from targeter.editor.lint_shape import codes, lint_shape
from targeter.editor.shapes import (
    COLUMN_PATTERN,
    NAME_PATTERN,
    Json,
    boolean,
    day,
    document,
    expression,
    integer,
    mapping,
    named,
    reference,
    span,
    text,
    texts,
    word,
)
from targeter.editor.source_shapes import source, source_definitions
from targeter.editor.vocabulary import Vocabulary
from targeter.outgoing import IDENTIFIERS, MESSAGE_COLUMNS
from targeter.policies import BASES
from targeter.schema import InCopy
from targeter.settings import time_zones
from targeter.spark_settings import MOST_SHARDS, RESERVED


def settings_schema(known: Vocabulary) -> Json:
    """The schema of the settings, with the names of one project."""
    sources = {name: source(known, name) for name in known.sources}
    keys = {
        "as_of": day("Pins the day the project is told from; without it, today."),
        "time_zone": word("Where today begins and ends.", sorted(time_zones())),
        "purposes": named("What data and channels may be used for.", _purpose(known)),
        "sources": named(
            "Where the rows are; exactly one source has a `key`: one row a person.",
            source(known, None),
            sources,
            COLUMN_PATTERN,
        ),
        "language": _language(known),
        "opinions": _opinions(known),
        "topics": named("What stance('…') can be asked about.", _topic()),
        "traits": named(
            "Columns of the profile, computed from one person's rows or from other columns.",
            _trait(known),
            pattern=NAME_PATTERN,
        ),
        "campaigns": named("Times in which rules run.", _campaign()),
        "channels": named(
            "What this project changes in a channel, or channels of its own.",
            reference("channel"),
            {name: reference("channel") for name in known.channels},
        ),
        "holdout": holdout_shape(),
        **rest_shapes("whatever the rule"),
        "max_people": most("of all rules together"),
        "history": history_shape(known),
        "spark": _spark(),
        "reach": _reach(known),
        "lint": lint_shape(),
        "link_hosts": texts("The hosts, and all below them, that a value may link to."),
        "block": texts("Words and phrases that no text may hold."),
        "facts": named(
            "Values for copy that are the same for everybody: prices, an address.",
            {"type": ["string", "number", "boolean"]},
            pattern=COLUMN_PATTERN,
        ),
    }
    shape = mapping("The settings of a project.", keys, ["sources"])
    definitions = {
        "channel": _channel(known),
        "codes": codes(),
        **source_definitions(known),
    }
    return document("The settings of targeter", shape, definitions)


def _purpose(known: Vocabulary) -> Json:
    keys = {
        "basis": word("The legal basis, of Article 6(1) of the GDPR.", BASES),
        "when": expression("For whom it is given; unknown is not yes.", known.base_columns),
    }
    return mapping("A purpose, and for whom it is given.", keys, ["when"])


def _language(known: Vocabulary) -> Json:
    keys = {
        "column": word("The column that says a person's language.", known.columns),
        "default": text("The language of everybody else."),
    }
    return mapping("Which NAME.LANG.j2 a person gets.", keys, ["column"])


def _opinions(known: Vocabulary) -> Json:
    keys = {
        "posts": _source_column(known, "What people wrote, as SOURCE.COLUMN."),
        "likes": _source_column(known, "What people like, as SOURCE.COLUMN."),
        "score": _source_column(known, "A judgement of your own on each post, from -1 to 1."),
    }
    return mapping("Where stances are read from.", keys)


def _source_column(known: Vocabulary, description: str) -> Json:
    pairs = [f"{name}.{one}" for name, columns in known.source_columns.items() for one in columns]
    if all(known.source_columns.values()):
        return word(description, pairs)
    # a source that declares no columns may have any
    return {
        "type": "string",
        "description": description,
        "pattern": r"^[A-Za-z_][A-Za-z0-9_]*\..+$",
        "examples": pairs,
    }


def _topic() -> Json:
    keys = {
        "words": texts("Words that name it in a post."),
        "likes": texts("Pages that stand for it."),
        "last": span("How far back opinions count."),
        "at_least": integer("How many signs it takes to have a stance.", minimum=1),
    }
    either = [{"required": ["words"]}, {"required": ["likes"]}]
    return mapping("A topic that people are for or against.", keys, anyOf=either)


def _trait(known: Vocabulary) -> Json:
    keys = {
        "from": word("The source of the rows.", known.sources),
        "value": expression("An aggregate over the rows; without `from`, over the profile."),
        "exists": {"const": True, "description": "Whether there is any row."},
        "pick": named(
            "Columns of one row, the first by `first_by`: a name and a column each.",
            expression("A column of the source."),
            pattern=NAME_PATTERN,
        ),
        "where": expression("Which rows count."),
        "last": span("How far back rows count, by the source's `time`."),
        "first_by": expression("Which row a pick takes: columns, each with desc or without."),
        "default": text("The value of whoever has no rows."),
        "in_copy": word("Where the value may stand in a text.", InCopy),
        "sensitive": boolean("Nobody is chosen by it, and it stands in no text."),
        "purpose": word("Whoever didn't agree to it has no value.", known.purposes),
    }
    ways = [{"required": ["value"]}, {"required": ["exists"]}, {"required": ["pick"]}]
    needs = {"pick": ["from", "first_by"], "exists": ["from"], "where": ["from"], "last": ["from"]}
    return mapping("A column of the profile.", keys, oneOf=ways, dependencies=needs)


def _campaign() -> Json:
    keys = {
        "starts": day("The first day."),
        "ends": day("The last day."),
        "max_people": most("of all its rules together"),
        "holdout": holdout_shape(),
    }
    return mapping("A time in which rules run, both days included.", keys)


def _spark() -> Json:
    keys: dict[str, Json] = {
        "master": text("The master of a cluster, or local[4] for this machine."),
        "remote": text("The address of a Spark Connect server.", pattern="^sc://"),
        "shards": integer("How many parts people are cut into.", minimum=1, maximum=MOST_SHARDS),
        "work": text("A folder that every worker reaches by the same path.", pattern="^/"),
        "conf": {
            "type": "object",
            "description": "Settings of Spark itself, such as spark.executor.memory: 8g.",
            "propertyNames": {"pattern": r"^spark\.", "not": {"enum": sorted(RESERVED)}},
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        },
    }
    shape = mapping("What plan --runner spark runs on.", keys)
    return {**shape, "not": {"required": ["master", "remote"]}}


def _reach(known: Vocabulary) -> Json:
    column = word("The column that says how many people follow a person.", known.columns)
    return mapping("Who sees what a person shares.", {"followers": column}, ["followers"])


def _channel(known: Vocabulary) -> Json:
    keys: dict[str, Json] = {
        "like": word("The channel to begin with.", CHANNELS),
        "footer": text("Words that end every text."),
        "stay": span("How long people stay in a promoted audience."),
        "cost": {
            "type": "number",
            "description": "What a message costs, or a person in a promoted audience.",
            "minimum": 0,
        },
        "delivery": word("One text a person, or one text shown to many.", get_args(Delivery)),
        "unit": word("What its limit counts.", get_args(Unit)),
        "limit": integer("How long a text may be.", minimum=1),
        "byte_limit": _count("How many bytes a text may have.", 1),
        "segments": integer("How many parts a text message may have.", minimum=1),
        "link_weight": _count("What a link counts; null: its own length.", 1),
        "bare_domains_link": boolean("Whether example.com is a link without https://."),
        "max_links": _count("How many links a text may hold.", 0),
        "max_mentions": _count("How many mentions a text may hold.", 0),
        "max_hashtags": _count("How many hashtags a text may hold.", 0),
        "max_cashtags": _count("How many cashtags a text may hold.", 0),
        "max_emoji": _count("How many emoji a text may hold.", 0),
        "link_place": word("Where a template's link goes.", get_args(LinkPlace)),
        "address": word("The column of a person's address.", known.columns),
        "purpose": word("What people must have agreed to.", [*known.purposes, "marketing"]),
        "match_rate": {
            "type": ["number", "null"],
            "description": "The share of an audience that the network recognises.",
            "exclusiveMinimum": 0,
            "maximum": 1,
        },
        "min_audience": integer("How many people a text needs to be shown.", minimum=1),
        "exporter": text("What writes its files; without it, its delivery decides."),
        "columns": _export_columns(known),
        "audience_by": _audience_by(known),
        "pace": pace_shape(),
    }
    return mapping("A channel.", keys)


def _export_columns(known: Vocabulary) -> Json:
    column = word("A column of the message or the profile.", [*MESSAGE_COLUMNS, *known.columns])
    return named("The columns of its files: a name there, and what stands in it.", column)


def _audience_by(known: Vocabulary) -> Json:
    keys = {kind: word(f"The column of a person's {kind}.", known.columns) for kind in IDENTIFIERS}
    description = "By what the network recognises people; it leaves in hashes alone."
    return mapping(description, keys, minProperties=1)


def _count(description: str, minimum: int) -> Json:
    return {"type": ["integer", "null"], "description": description, "minimum": minimum}
