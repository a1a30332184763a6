"""The projects whose rules and texts are the comparison's, as somebody would have them on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests import worlds
from tests.benchmarks.people.data import Data
from tests.benchmarks.people.offers import GATES, TEXTS, TODAY, Offer, Test, Text, Value, offers

COLUMNS: Mapping[str, object] = {
    "person_id": "text",
    "first_name": "text",
    "handle": "text",
    "area": {"type": "text", "in_copy": "promoted"},
    "network": "text",
    "handset": "text",
    "sector": "text",
    **dict.fromkeys(("age", "salary", "children", "points"), "integer"),
    "data_gb": "number",
    **dict.fromkeys(("visits", "days_at_spot"), "integer"),
    **dict.fromkeys(("joined_on", "handset_bought_on", "contract_ends_on"), "date"),
    "is_member": "boolean",
    "complaints": "integer",
    "marketing_consent": "boolean",
    "location_consent": "boolean",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A source as a project declares it, and the columns of the profile that come from it."""

    source: Mapping[str, object]
    traits: Mapping[str, object]
    columns: tuple[str, ...]
    derived: Mapping[str, str]


_PLACES = """\
select person_id, area, count(distinct seen_at::date) as days
from checkins
where seen_at >= today() - interval 26 week
group by all
"""
SOURCES: Mapping[str, Made] = {
    "posts": Made(
        {
            "time": "posted_at",
            "columns": {
                "person_id": "text",
                "posted_at": "timestamp",
                "text": "text",
                "score": "decimal",
            },
        },
        {
            "asked_about_phones": {
                "from": "posts",
                "where": "mentions(text, 'which phone', 'new phone')",
                "last": "365 days",
                "value": "count(*)",
            },
            "posts_lately": {"from": "posts", "last": "180 days", "value": "count(*)"},
            "mood": {"from": "posts", "last": "365 days", "value": "avg(score)"},
            "stance_lapwing": {"value": "stance('lapwing')"},
        },
        ("asked_about_phones", "posts_lately", "mood", "stance_lapwing"),
        {},
    ),
    "likes": Made(
        {
            "time": "liked_on",
            "columns": {"person_id": "text", "page": "text", "liked_on": "date"},
        },
        {
            "liked_lately": {"from": "likes", "last": "180 days", "value": "count(*)"},
            "last_liked_on": {"from": "likes", "value": "max(liked_on)"},
            "likes_football": {"from": "likes", "where": "page = 'Football'", "exists": True},
        },
        ("liked_lately", "last_liked_on", "likes_football"),
        {},
    ),
    "checkins": Made(
        {
            "time": "seen_at",
            "purpose": "location",
            "columns": {"person_id": "text", "area": "text", "seen_at": "timestamp"},
        },
        {
            "checkins_lately": {"from": "checkins", "last": "60 days", "value": "count(*)"},
            "spot": {
                "from": "places",
                "first_by": "days desc",
                "pick": {"spot_area": "area", "spot_days": "days"},
            },
        },
        ("checkins_lately", "spot_area", "spot_days"),
        {"places": _PLACES},
    ),
}


def write_project(
    root: Path,
    data: Data,
    people: int,
    *,
    with_traits: bool = False,
    only_direct: bool = False,
) -> Path:
    """The fifty rules on profile data, or `with_traits` on what the sources say, too.

    With `only_direct` every text goes to one person, so that every one is a row of a file.
    """
    named = tuple(SOURCES) if with_traits else ()
    rules = [_rule(number, offer) for number, offer in enumerate(offers(with_traits=with_traits))]
    return _write(root, data, people, named, rules, "x" if only_direct else "x_promoted")


def write_source_project(root: Path, data: Data, people: int, source: str) -> Path:
    """One rule that asks for everything one source says."""
    asked = [f"{column} is not null" for column in SOURCES[source].columns]
    rule = {"name": "asks", "priority": 1, "when": {"any": asked}, "templates": ["sim"]}
    return _write(root, data, people, (source,), [{**rule, "why": "A comparison."}])


def _write(
    root: Path,
    data: Data,
    people: int,
    named: Sequence[str],
    rules: Sequence[object],
    to_all: str = "x_promoted",
) -> Path:
    derived = {name: sql for one in named for name, sql in SOURCES[one].derived.items()}
    files = {
        "rules/targeter.yaml": json.dumps(_settings(data, people, named)),
        "rules/offers.yaml": json.dumps({**_policies(), "rules": rules}),
        **{f"rules/{name}.sql": sql for name, sql in derived.items()},
    }
    used = {name for rule in rules if isinstance(rule, dict) for name in rule["templates"]}
    for text in TEXTS:
        if text.name in used:
            files[f"templates/{text.name}.j2"] = _template(text, to_all)
    return worlds.write(root, files)


def _settings(data: Data, people: int, named: Sequence[str]) -> dict[str, object]:
    settings: dict[str, object] = {
        "as_of": TODAY.isoformat(),
        "purposes": {
            "marketing": {"basis": "consent", "when": "marketing_consent"},
            "location": {"basis": "consent", "when": "location_consent"},
        },
        "sources": _sources(data, named),
        # small audiences are what they are among few people; the scripts know nothing of them
        "channels": {
            "x_dm": {"address": "handle"},
            "x_promoted": {"min_audience": max(1, min(100, people // 10_000))},
        },
    }
    if named:
        settings["traits"] = {k: v for one in named for k, v in SOURCES[one].traits.items()}
    if "posts" in named:
        settings["opinions"] = {"posts": "posts.text", "score": "posts.score"}
        settings["topics"] = {"lapwing": {"words": ["lapwing"]}}
    return settings


def _sources(data: Data, named: Sequence[str]) -> dict[str, object]:
    sources: dict[str, object] = {
        "people": {"path": str(data.file("people")), "key": "person_id", "columns": COLUMNS}
    }
    for name in named:
        owned = {"path": str(data.file(name)), "person": "person_id"}
        sources[name] = {**owned, **SOURCES[name].source}
        for derived in SOURCES[name].derived:
            sources[derived] = {"sql": f"{derived}.sql", "person": "person_id"}
    return sources


def _policies() -> dict[str, object]:
    # consent is the purpose of both channels
    _, adult, complaints = GATES
    return {
        "require": [{"name": "adult", "when": condition(adult)}],
        "suppressions": [{"name": "complains", "when": f"coalesce({complaints.column}, 0) >= 1"}],
    }


def _rule(number: int, offer: Offer) -> dict[str, object]:
    return {
        "name": offer.name,
        "why": "A comparison.",
        "priority": 100 - number,
        "when": {"all": [condition(test) for test in offer.tests]},
        "templates": [text.name for text in offer.texts],
    }


def condition(test: Test) -> str:
    """A test as a rule has it."""
    column, values = test.column, test.values
    written = {
        "at_least": "{0} >= {1}",
        "below": "{0} < {1}",
        "between": "{0} between {1} and {2}",
        "is": "{0} = '{1}'",
        "since": "{0} >= DATE '{1}'",
        "ends_within": "{0} between today() and today() + interval {1} day",
        "holds": "{0}",
    }
    if test.kind == "one_of":
        listed = ", ".join(f"'{value}'" for value in values)
        return f"{column} in ({listed})"
    return written[test.kind].format(column, *values)


def _template(text: Text, to_all: str) -> str:
    channel = "x_dm" if text.channel == "direct" else to_all
    return f"---\nchannel: {channel}\n---\n{body(text)}\n"


def body(text: Text) -> str:
    """A text as Jinja."""
    written = []
    for part in text.parts:
        if isinstance(part, Value):
            default = f"|default('{part.default}')" if part.default else ""
            written.append(f"{{{{ {part.column}{default} }}}}")
        else:
            written.append(part)
    return "".join(written)
