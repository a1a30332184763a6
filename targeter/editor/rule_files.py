"""The schema of a rule file: segments, handoffs, requirements, suppressions, rules."""

from __future__ import annotations

from targeter.editor.limit_shapes import most, rest_shapes, variants_shape
from targeter.editor.shapes import (
    NAME_PATTERN,
    Json,
    boolean,
    condition,
    described,
    document,
    expression,
    integer,
    mapping,
    name,
    named,
    reference,
    sequence,
    span,
    text,
    word,
    words,
)
from targeter.editor.vocabulary import Vocabulary


def rule_file_schema(known: Vocabulary) -> Json:
    """The schema of rules/**/*.yaml, with the names of one project."""
    keys = {
        "campaign": _campaign(known, "The campaign of every rule in this file."),
        "segments": named(
            "Conditions with a name, to be used in other conditions like a column.",
            reference("condition"),
            pattern=NAME_PATTERN,
        ),
        "handoffs": sequence(
            "Looked at first: who needs help gets help, and no marketing.", _handoff(known)
        ),
        "require": sequence(
            "Must be TRUE for whoever gets anything; unknown is not yes.", _requirement()
        ),
        "suppressions": sequence("Who must not get messages.", _suppression(known)),
        "rules": sequence("Who gets which message, and why.", _rule(known)),
    }
    definitions = {"condition": condition(known.conditions)}
    return document("A rule file of targeter", mapping("A rule file.", keys), definitions)


def _handoff(known: Vocabulary) -> Json:
    return mapping(
        "Who is handed to somebody who helps.",
        {
            "name": name("What the handoff is called in a plan."),
            "to": text("The team that gets them, for example service."),
            "when": described("condition", "Who needs help."),
            "again_after": span("Who was handed over less than this ago isn't, again."),
            "capacity": integer("How many people the team takes, at most.", minimum=1),
            "why": text("Why these people need help, for the team that reads the list."),
            "columns": named(
                "What the team is told besides: a name in the list, and a column.",
                word("A column of the profile.", known.columns),
            ),
        },
        ["name", "to", "when"],
    )


def _requirement() -> Json:
    return mapping(
        "What must be TRUE for whoever gets anything.",
        {
            "name": name("What the requirement is called in a plan."),
            "when": described("condition", "What must be TRUE."),
        },
        ["name", "when"],
    )


def _suppression(known: Vocabulary) -> Json:
    only = mapping(
        "What it is for; without it, for every message.",
        {
            "topic": word("Only messages of this topic.", known.copy_topics),
            "channel": word("Only messages on this channel.", known.channels),
            "campaign": _campaign(known, "Only messages of this campaign."),
        },
        minProperties=1,
    )
    keys = {
        "name": name("What the suppression is called in a plan."),
        "when": described("condition", "Who is left in peace."),
        "only": only,
    }
    return mapping("Who must not get messages, any or some.", keys, ["name", "when"])


def _rule(known: Vocabulary) -> Json:
    keys = {
        "name": name("What the rule is called in a plan; no other rule has the name."),
        "why": text("Why these people should get this, for whoever reads the plan."),
        "campaign": _campaign(known, "When it runs; without one, the file's, else always."),
        "priority": integer("Of the rules that hold for a person the highest wins."),
        "when": described("condition", "Who is meant."),
        "unless": described("condition", "Who is not: any of these, TRUE, is enough."),
        "templates": words("Texts to try, in this order; the first that fits.", known.templates),
        "variants": variants_shape(known),
        "salt": text("Draws the arms of `variants` anew; without it, the rule's name."),
        **rest_shapes("of this rule"),
        "max_people": most("of this rule"),
        "rank_by": expression(
            "Who comes first where there are too many: the highest.", known.columns
        ),
        "enabled": boolean("false switches the rule off and keeps it.", default=True),
    }
    required = ["name", "priority", "when"]
    either = [{"required": ["templates"]}, {"required": ["variants"]}]
    return mapping("Who gets one of some texts, and why.", keys, required, oneOf=either)


def _campaign(known: Vocabulary, description: str) -> Json:
    return word(description, known.campaigns)
