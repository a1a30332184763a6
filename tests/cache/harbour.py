"""A small project with a source of every kind, and a trait of every type a cache must hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from targeter.database import Engine, literal
from tests.worlds import write

SETTINGS = """\
as_of: 2026-11-01
time_zone: Europe/London
purposes:
  marketing: {basis: consent, when: agreed}
  buying: {basis: contract, when: agreed}
sources:
  people:
    path: data/people.csv
    key: person_id
    columns:
      person_id: text
      name: {type: text, in_copy: promoted}
      age: {type: integer, on_bad: missing}
      agreed: boolean
      handle: text
      joined_at: timestamp
      berth: text
  trips:
    path: data/trips.jsonl
    person: person_id
    time: sailed_at
    purpose: buying
    columns:
      person_id: text
      sailed_at: timestamp
      miles: integer
      port: text
  moorings:
    path: data/moorings.parquet
    person: person_id
  posts:
    path: data/posts-*.csv
    person: {handle: people.handle, consent: agreed}
    time: said_at
    columns: {handle: text, said_at: timestamp, words: text}
  crews:
    path: data/crews.csv
    person: person_id
    columns: {person_id: text, mate_id: text, since: date}
    others:
      mate: {by: mate_id, columns: [name], when: agreed}
  sent:
    path: data/sent.csv
    person: person_id
    time: sent_on
    columns: {person_id: text, sent_on: date, rule: text}
  ports:
    sql: ports.sql
    person: person_id
topics:
  sails: {words: [sail, sails], at_least: 1}
opinions: {posts: posts.words}
traits:
  trips: {from: trips, value: count(*)}
  miles: {from: trips, value: sum(miles)}
  last_port: {from: trips, first_by: sailed_at desc, pick: {port: port}}
  fee: {from: moorings, value: max(fee)}
  asked: {from: posts, where: "mentions(words, 'rope')", exists: true}
  mood: {from: posts, value: avg(sentiment(words))}
  mate: {from: crews, first_by: since desc, pick: {mate_name: mate.name}}
  ports: {from: ports, value: max(days)}
  afloat: {value: today() - joined_at::date}
history:
  imported:
    - {source: sent, rule: rule}
cooldown: 7 days
channels:
  wall: {like: x_promoted, min_audience: 2}
  mail: {delivery: direct, unit: codepoints, limit: 300, address: berth}
"""
PORTS_SQL = "select person_id, port, count(*) as days from trips group by person_id, port\n"
RULES = """\
segments:
  sailor: trips > 1
handoffs:
  - {name: cross, to: the harbour master, when: "stance('sails') = 'against'"}
require:
  - {name: adult, when: age >= 18}
rules:
  - name: regulars
    why: They know the way.
    priority: 20
    when: sailor and miles > 100
    templates: [thanks]
  - name: ropes
    priority: 15
    when: asked or fee > 60
    templates: [rope]
  - name: neighbours
    priority: 10
    when: age is not null
    templates: [hello]
"""
TEMPLATES = {
    "templates/thanks.j2": "---\nchannel: mail\n---\n"
    "Ahoy {{ name }}, {{ miles }} miles, and {{ port }} last.\n",
    "templates/rope.j2": "---\nchannel: mail\n---\nRopes, {{ name }}. Ask {{ mate_name }}.\n",
    "templates/hello.j2": "---\nchannel: wall\n---\nThe harbour café is open.\n",
}


def harbour(root: Path, people: int = 12, settings: str = SETTINGS, rules: str = RULES) -> Path:
    """Write the project; the same people get the same rows wherever it is written."""
    files = {
        "rules/targeter.yaml": settings,
        "rules/ports.sql": PORTS_SQL,
        "rules/rules.yaml": rules,
        **TEMPLATES,
        "data/people.csv": _csv(
            ("person_id", "name", "age", "agreed", "handle", "joined_at", "berth"),
            [*map(_person, range(people - 1)), ("p-odd", 'Ø "quoted"', "old", "Y", "@odd", "", "")],
        ),
        "data/trips.jsonl": "".join(json.dumps(_trip(n, people)) + "\n" for n in range(people * 3)),
        "data/posts-1.csv": _csv(
            ("handle", "said_at", "words"),
            [(f"h{n}", f"2026-09-{1 + n:02} 09:00", _WORDS[n % len(_WORDS)]) for n in range(9)],
        ),
        "data/posts-2.csv": _csv(
            ("handle", "said_at", "words"),
            [("@nobody", "2026-09-01", "a rope"), ("@h1", "", "a rope")],
        ),
        "data/crews.csv": _csv(
            ("person_id", "mate_id", "since"),
            [("p1", "p2", "2020-01-01"), ("p3", "p4", "2021-01-01")],
        ),
        "data/sent.csv": _csv(
            ("person_id", "sent_on", "rule"),
            [("p2", "2026-10-30", "ropes"), ("p5", "2025-01-01", "")],
        ),
    }
    write(root, files)
    _parquet(
        root / "data" / "moorings.parquet",
        "SELECT 'p' || i AS person_id, (50 + i)::DECIMAL(9,2) AS fee, i % 2 = 0 AS paid "
        f"FROM range({people}) AS t(i)",
    )
    return root


_WORDS = (
    "Love these sails, wonderful",
    "I would not want sails again, terrible",
    "Which rope holds?",
    "Nothing to say",
)


def _person(n: int) -> tuple[object, ...]:
    joined = f"2025-0{1 + n % 9}-11T08:10:0{n % 10}"
    return f"p{n}", f"Nome {n}", 15 + n * 7 % 60, "NY"[n % 5 > 0], f"@H{n}", joined, f"berth {n}"


def _trip(n: int, people: int) -> dict[str, object]:
    when = f"2026-10-{1 + n % 28:02} 10:00"
    who, port = f"p{n % people}", f"port {n % 3}"
    return {"person_id": who, "sailed_at": when, "miles": n * 13, "port": port, "crew": n % 4}


def _csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [header, *([str(value).replace('"', '""') for value in row] for row in rows)]
    return "".join(",".join(f'"{value}"' for value in line) + "\n" for line in lines)


def _parquet(path: Path, query: str) -> None:
    engine = Engine(folders=[path.parent])
    engine.run(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet)")
    engine.close()
