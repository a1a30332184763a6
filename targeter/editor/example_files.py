"""The schema of a file of tests: example people, and what each of them must get."""

from __future__ import annotations

from targeter.editor.shapes import (
    Json,
    boolean,
    day,
    document,
    integer,
    mapping,
    named,
    reference,
    sequence,
    text,
    word,
    words,
)
from targeter.editor.vocabulary import Vocabulary
from targeter.tester.people import ENDINGS

_VALUE: Json = {"type": ["string", "number", "boolean", "null", "array"]}

_STANCES = ("for", "against", "mixed", "unknown")


def example_file_schema(known: Vocabulary) -> Json:
    """The schema of rules/tests/*.yaml, with the names of one project."""
    keys = {
        "as_of": day("The day for these people; without it, the project's."),
        "defaults": reference("person"),
        "rows": reference("rows"),
        "history": reference("history"),
        "tests": sequence("People, and what they must get.", _test()),
    }
    definitions = {
        "person": _person(known),
        "other": _other(known),
        "rows": _rows(known),
        "history": _history(known),
        "expect": _expect(known),
    }
    shape = mapping("A file of tests.", keys, ["tests"])
    return document("Tests of rules of targeter", shape, definitions)


def _test() -> Json:
    keys = {
        "name": text("What must hold, as a sentence."),
        **_one_person(),
        "cases": sequence(
            "Several people, each with what the test says and what it says itself.",
            mapping("One of several people.", {"name": text("What is special."), **_one_person()}),
        ),
    }
    enough = [{"required": ["expect"]}, {"required": ["cases"]}]
    return mapping("An example person, or several.", keys, ["name"], anyOf=enough)


def _one_person() -> dict[str, Json]:
    return {
        "person": reference("person"),
        "rows": reference("rows"),
        "history": reference("history"),
        "expect": reference("expect"),
    }


def _person(known: Vocabulary) -> Json:
    """The columns of the profile; where the base declares none, there may be more."""
    values = {name: {"description": f"{name}, or null", **_VALUE} for name in known.columns}
    for topic in known.topics:
        stance = word(f"What they think of {topic}.", _STANCES)
        values[f"stance('{topic}')"] = values[f'stance("{topic}")'] = stance
    shape = mapping("What is known of somebody; the rest is missing.", values)
    return shape if known.base_columns else {**shape, "additionalProperties": _VALUE}


def _other(known: Vocabulary) -> Json:
    values = {
        name: {"description": f"Their {name}, or null", **_VALUE} for name in known.base_columns
    }
    shape = mapping("Somebody else: a person of their own.", values)
    return shape if values else {**shape, "additionalProperties": _VALUE}


def _rows(known: Vocabulary) -> Json:
    description = "Rows of sources, from which traits are computed as from the real ones."
    return mapping(description, {name: _rows_of(known, name) for name in known.people_rows})


def _rows_of(known: Vocabulary, source: str) -> Json:
    columns = known.people_rows[source]
    values = {name: {"description": f"{name} of {source}, or null", **_VALUE} for name in columns}
    for other in known.others[source]:
        values[other] = reference("other")
    row = mapping("One row.", values)
    if not columns:
        row = named("One row.", {})
    return sequence(f"The person's rows of {source}.", row)


def _history(known: Vocabulary) -> Json:
    keys: dict[str, Json] = {
        "day": day("The day it happened."),
        "days_ago": integer("How many days before the test's day.", minimum=0),
        "rule": word("The rule by which it went out.", known.rules),
        "handoff": word("The handoff by which they went to service.", known.handoffs),
        "template": word("The text they got.", known.texts),
        "channel": word("Where they got it; without it, where the template goes.", known.channels),
        "left": boolean("They left this promoted audience then."),
        "text": text("What they read, letter by letter."),
    }
    when = [{"required": ["day"]}, {"required": ["days_ago"]}]
    what = [{"required": ["rule"]}, {"required": ["handoff"]}]
    one = mapping("One contact.", keys, allOf=[{"oneOf": when}, {"oneOf": what}])
    return sequence("What they got before, for caps, cooldowns and audiences.", one)


def _expect(known: Vocabulary) -> Json:
    keys = {
        "rule": word("The rule whose message they get.", known.rules),
        "template": word("The template of that message.", known.texts),
        "text": text("The message, letter by letter."),
        "outcome": word("How it ends.", ENDINGS),
        "by": word("What stopped them.", known.gates),
        "not_rule": words("Rules whose message they must not get.", known.rules),
        "not_template": words("Templates they must not get.", known.texts),
    }
    return mapping("What they must get, or must not.", keys, minProperties=1)
