"""The shapes of limits: how often, how long, how many, and control groups."""

from __future__ import annotations

from targeter.editor.shapes import (
    Json,
    integer,
    mapping,
    sequence,
    span,
    text,
    word,
)
from targeter.editor.vocabulary import Vocabulary


def rest_shapes(what: str) -> dict[str, Json]:
    """`frequency_cap` and `cooldown`, of everything or of one rule."""
    return {
        "frequency_cap": {
            "type": "string",
            "description": f"How often within a length of time, {what}.",
            "pattern": r"^\s*[1-9]\d{0,4} per [1-9]\d{0,4} (day|week|month|year)s?\s*$",
            "examples": ["2 per 28 days"],
        },
        "cooldown": span(f"The time between two messages, {what}."),
    }


def pace_shape() -> Json:
    """`pace` of a channel."""
    return {
        "type": "string",
        "description": "How many messages go out on one day, at most; they are spread over days.",
        "pattern": r"^\s*0*[1-9]\d{0,11} per day\s*$",
        "examples": ["20000 per day"],
    }


def most(what: str) -> Json:
    """`max_people`."""
    return integer(f"How many people at most, {what}.", minimum=1)


def holdout_shape() -> Json:
    """A control group, of everything or of one campaign."""
    keys: dict[str, Json] = {
        "percent": {
            "type": "number",
            "description": "How many of a hundred people.",
            "exclusiveMinimum": 0,
            "maximum": 50,
        },
        "salt": text("A new salt draws other people."),
        "base_rate": {
            "type": "number",
            "description": "How many of a hundred do what is hoped for without a message.",
            "exclusiveMinimum": 0,
            "exclusiveMaximum": 100,
        },
    }
    description = "The control group: it gets nothing, to measure what messages do."
    return mapping(description, keys, ["percent", "salt"])


def history_shape(known: Vocabulary) -> Json:
    """Where contacts are read from."""
    imported = mapping(
        "Contacts that another tool made.",
        {
            "source": word("A source of people with a `time`.", known.sources),
            "rule": text("The column that names the rule."),
        },
        ["source"],
    )
    keys = {
        "folder": text("The folder of batches, inside of the project."),
        "imported": sequence("Contacts that other tools made.", imported),
        "keep": span("How long a batch is kept: targeter history --tidy drops what is older."),
        "texts": span("How long their words are kept: targeter history --tidy blanks older ones."),
    }
    whole = mapping("Who was contacted when.", keys)
    return {"description": "Who was contacted when.", "anyOf": [text("The folder."), whole]}


def variants_shape(known: Vocabulary) -> Json:
    """The arms of an experiment."""
    variant = mapping(
        "One arm: its people get this template, or none.",
        {
            "template": word("The text of this arm.", known.templates),
            "share": {
                "type": "number",
                "description": "How many of a hundred people; all shares add up to 100.",
                "exclusiveMinimum": 0,
                "exclusiveMaximum": 100,
            },
        },
        ["template", "share"],
    )
    shape = sequence("An experiment, instead of `templates`: each person is in one arm.", variant)
    return {**shape, "minItems": 2}
