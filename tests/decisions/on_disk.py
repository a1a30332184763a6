"""A made-up world as the project a user would have written, and what targeter makes of it."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from targeter import history, pipeline
from targeter.database import Engine, literal
from targeter.folders import seal_of
from tests import worlds
from tests.decisions.kleene import Person, Value, as_yaml
from tests.decisions.model import (
    Channel,
    Contact,
    Decision,
    Hole,
    Named,
    Rest,
    Rule,
    Template,
    World,
)

COLUMNS = {
    "person_id": "text",
    "name": "text",
    "city": "text",
    "network": "text",
    "age": "integer",
    "visits": "integer",
    "vip": "boolean",
    "ends_on": "date",
    "language": "text",
    "phone": "text",
    "consent": "boolean",
    "may_text": "boolean",
}


def write(world: World, root: Path) -> Path:
    """Write the whole project; JSON is YAML, so nothing depends on how YAML is spelled."""
    files = {
        "rules/targeter.yaml": json.dumps(_settings(world)),
        "rules/rules.yaml": json.dumps(_rules(world)),
        "people.csv": people_csv(world.people),
    }
    for template in world.templates:
        files[f"templates/{template.id}.j2"] = _template(template)
    worlds.write(root, files)
    if world.contacts:
        write_history(root / "batches", world.contacts)
    return root


def write_history(folder: Path, contacts: Sequence[Contact], day: dt.date | None = None) -> None:
    """Contacts as a rendered batch holds them; planned on that day, where it matters."""
    batch = folder / "earlier"
    batch.mkdir(parents=True)
    rows = [
        (c.person, c.at, c.event, None, c.rule, c.template, c.channel, c.text) for c in contacts
    ]
    engine = Engine(folders=[batch], scratch=batch)
    engine.load("contacts", history.COLUMNS, rows)
    file = batch / history.FILE
    engine.run(f"COPY contacts TO {literal(str(file))} (FORMAT parquet)")
    engine.close()
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    manifest: dict[str, object] = {"files": [{"name": history.FILE, "sha256": digest}]}
    manifest |= {"as_of": day.isoformat()} if day else {}
    sealed = {**manifest, "seal": seal_of(manifest)}
    (batch / "manifest.json").write_text(json.dumps(sealed))


def _settings(world: World) -> dict[str, object]:
    columns = {name: {"type": t, "in_copy": "promoted"} for name, t in COLUMNS.items()}
    settings: dict[str, object] = {
        "as_of": world.day.isoformat(),
        "sources": {"people": {"path": "people.csv", "key": "person_id", "columns": columns}},
        "channels": {c.name: _channel(c) for c in world.channels},
        "purposes": {name: {"when": column} for name, column in world.purposes.items()},
        "campaigns": {name: _campaign(world, name) for name in world.campaigns},
        "max_people": world.max_people,
        **_rest(world.rest),
    }
    if world.default_language:
        settings["language"] = {"column": "language", "default": world.default_language}
    if world.holdout:
        settings["holdout"] = dict(zip(("percent", "salt"), world.holdout, strict=True))
    return {key: value for key, value in settings.items() if value not in ({}, None)}


def _rest(rest: Rest) -> dict[str, object]:
    limits: dict[str, object] = {}
    if rest.cap:
        limits["frequency_cap"] = f"{rest.cap[0]} per {rest.cap[1]} days"
    if rest.cooldown:
        limits["cooldown"] = f"{rest.cooldown} days"
    return limits


def _campaign(world: World, name: str) -> dict[str, object]:
    settings: dict[str, object] = {**_dates(*world.campaigns[name])}
    if name in world.campaign_people:
        settings["max_people"] = world.campaign_people[name]
    if name in world.campaign_holdouts:
        percent, salt = world.campaign_holdouts[name]
        settings["holdout"] = {"percent": percent, "salt": salt}
    return settings


def _dates(starts: dt.date | None, ends: dt.date | None) -> dict[str, str]:
    days = {"starts": starts, "ends": ends}
    return {key: day.isoformat() for key, day in days.items() if day}


def _channel(channel: Channel) -> dict[str, object]:
    settings: dict[str, object] = {"limit": channel.limit, "purpose": channel.purpose}
    if channel.promoted:
        settings |= {"like": "x_promoted", "min_audience": channel.min_audience}
        if channel.match_rate:
            settings["match_rate"] = float(channel.match_rate)
        if channel.stay:
            settings["stay"] = f"{channel.stay} days"
    else:
        settings |= {"delivery": "direct", "unit": "codepoints"}
    if channel.address:
        settings["address"] = channel.address
    if channel.footer:
        settings["footer"] = channel.footer
    return settings


def _rules(world: World) -> dict[str, object]:
    return {
        "segments": {name: as_yaml(when) for name, when in world.segments.items()},
        "handoffs": [_handoff(h) for h in world.handoffs],
        "require": [_named(r) for r in world.requirements],
        "suppressions": [_suppression(s) for s in world.suppressions],
        "rules": [_rule(r) for r in world.rules],
    }


def _named(one: Named) -> dict[str, object]:
    return {"name": one.name, "when": as_yaml(one.when)}


def _handoff(one: Named) -> dict[str, object]:
    limits: dict[str, object] = {}
    if one.again_after:
        limits["again_after"] = f"{one.again_after} days"
    if one.capacity:
        limits["capacity"] = one.capacity
    return {**_named(one), "to": one.to, **limits}


def _suppression(one: Named) -> dict[str, object]:
    scope = {"topic": one.topic, "channel": one.channel, "campaign": one.campaign}
    only = {key: value for key, value in scope.items() if value}
    return {**_named(one), **({"only": only} if only else {})}


def _rule(rule: Rule) -> dict[str, object]:
    copy: dict[str, object] = {"templates": list(rule.templates)}
    if rule.shares:
        pairs = zip(rule.templates, rule.shares, strict=True)
        copy = {"variants": [{"template": name, "share": share} for name, share in pairs]}
    limits = {"max_people": rule.max_people, "rank_by": rule.rank_by, **_rest(rule.rest)}
    return {
        "name": rule.name,
        "priority": rule.priority,
        "when": as_yaml(rule.when),
        "unless": [as_yaml(part) for part in rule.unless],
        "enabled": rule.enabled,
        **copy,
        **{key: value for key, value in limits.items() if value},
        **({"campaign": rule.campaign} if rule.campaign else {}),
    }


def _template(template: Template) -> str:
    matter = {"channel": template.channel, "topic": template.topic, "link": template.link}
    head = "".join(f"{key}: {json.dumps(value)}\n" for key, value in matter.items() if value)
    body = "".join(part if isinstance(part, str) else _hole(part) for part in template.parts)
    return f"---\n{head}---\n{body}\n"


def _hole(hole: Hole) -> str:
    if hole.then is not None:
        return f"{{% if {hole.column} %}}{hole.then}{{% endif %}}"
    if hole.otherwise is not None:
        return f"{{{{ {hole.column} | default('{hole.otherwise}') }}}}"
    return f"{{{{ {hole.column} }}}}"


def people_csv(people: Sequence[Person]) -> str:
    """People as CSV; an empty field is missing."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for person in people:
        writer.writerow([_field(person[column]) for column in COLUMNS])
    return out.getvalue()


def _field(value: Value) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def decided(root: Path, **changes: object) -> dict[str, Decision]:
    """What targeter decides, in the words of the plain one."""
    # as a render is: the other tests here keep all columns
    asked = worlds.options(root, **changes)
    with pipeline.planned(asked, lasting=pipeline.columns_of_messages) as run:
        rows = run.engine.rows("SELECT person, outcome, gate, choice, text, status FROM results")
        gates, choices = run.decisions.gates, run.decisions.choices
        pairs: Iterator[tuple[str, Decision]] = (
            (
                person,
                Decision(
                    outcome,
                    None if gate is None else (gates[gate].name, gates[gate].detail),
                    None if choice is None else choices[choice].rule.name,
                    None if choice is None else choices[choice].template.id,
                    text,
                    status == "staying",
                ),
            )
            for person, outcome, gate, choice, text, status in rows
        )
        return dict(pairs)
