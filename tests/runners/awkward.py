"""A project of rows that engines disagree about, and of everything that crosses people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from targeter.database import Engine, literal
from tests import worlds
from tests.decisions.model import Contact
from tests.decisions.on_disk import write_history

_SETTINGS = """\
as_of: 2028-02-29
time_zone: America/New_York
purposes:
  marketing: {basis: consent, when: agreed}
  places: {basis: consent, when: "coalesce(agreed, true)"}
frequency_cap: 3 per 28 days
max_people: 70
holdout: {percent: 10, salt: autumn}
spark: {shards: 3}
history: {imported: [{source: sent, rule: rule}]}
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
      name: {type: text, in_copy: promoted}
      city: {type: text, in_copy: promoted}
      born_on: {type: date, on_bad: missing}
      worth: number
      tags: {type: list, format: ";"}
      handle: text
      agreed: boolean
      may_be_named: boolean
  visits:
    path: visits/*.parquet
    person: person_id
    time: at
    purpose: places
    columns: {person_id: text, at: timestamp, spent: number, place: text, items: list}
  posts:
    path: posts.jsonl
    person: {handle: people.handle, consent: "agreed is not false"}
    time: at
    columns: {handle: text, at: timestamp, text: text}
  friends:
    path: friends.csv
    person: person_id
    others:
      friend: {by: friend_id, columns: [name, born_on], when: may_be_named}
    columns: {person_id: text, friend_id: text, since: date}
  sent:
    path: sent.csv
    person: person_id
    time: at
    columns: {person_id: text, at: timestamp, rule: text}
  cities:
    path: cities/*.csv
  hours:
    sql: hours.sql
    person: person_id
channels:
  mail: {delivery: direct, unit: codepoints, limit: 60, pace: 7 per day}
  wall: {like: x_promoted, min_audience: 4, stay: 30 days}
campaigns:
  spring: {max_people: 60}
opinions: {posts: posts.text}
topics:
  phone: {words: [phone, Händy], at_least: 1}
traits:
  age: {value: "years_between(born_on, today())"}
  worth_spent: {from: visits, value: "sum(spent)"}
  visited: {from: visits, last: 400 days, value: "count(*)"}
  last_place: {from: visits, first_by: at desc, pick: {place: place}}
  friend:
    from: friends
    where: friend.born_on is not null
    first_by: since desc
    pick: {friend_name: friend.name}
  said: {from: posts, value: "count(*)"}
  mood: {from: posts, value: "avg(sentiment(text))"}
  hours_since: {from: hours, value: "sum(hours)"}
"""
_RULES = """\
handoffs:
  - name: help
    to: care
    when: list_contains(tags, 'help')
    capacity: 3
    again_after: 30 days
    why: They asked
suppressions:
  - {name: gone, when: "list_contains(tags, 'gone')"}
campaign: spring
rules:
  - {name: friends, priority: 9, when: friend_name is not null, templates: [friend],
     max_people: 6, rank_by: worth_spent}
  - {name: talkers, priority: 8, when: "stance('phone') = 'for' or mood > 0",
     templates: [phone], cooldown: 14 days}
  - {name: leap, priority: 7, when: "born_on is not null and month(born_on) = 2",
     templates: [leap, wall]}
  - {name: city, priority: 6, when: city is not null, templates: [wall, town],
     max_people: 30, rank_by: born_on}
  - {name: rich, priority: 5, when: "worth > 1 or list_contains(tags, 'ü')",
     templates: [plain]}
  - {name: rest, priority: 1, when: visited >= 0, templates: [plain]}
"""
_TEMPLATES = {
    "friend": "Hi {{ name }}, {{ friend_name }} is here",
    "phone": "{{ name }}: a new phone?",
    "leap": "Only every fourth year, {{ name }}: {{ hours_since | default(0) }}",
    "town": "See you in {{ city }}, {{ name }}",
    "plain": "Hello {{ name | default('you') }}",
}
_NAMES = ("Ann", "Özgür", "Łucja", "", "Zoë", "Ng", "Straße", "i̇", "ann")
_CITIES = ("Köln", "Ashby", "", "São Paulo", "Brint", "Köln")
_BORN = ("2004-02-29", "1899-12-31", "", "1582-10-10", "2000-02-28", "soon", "1996-02-29")
_WORTH = ("nan", "", "1.5", "-0.0", "1e300", "0.1", "0.30000000000000004")
_TAGS = ("", "ü;b", "[]", "a", "gone", "help", '["ü", null]')


def project(root: Path, people: int = 120) -> Path:
    """Write the project, with its history."""
    files = {
        "rules/targeter.yaml": _SETTINGS,
        "rules/rules.yaml": _RULES,
        "rules/hours.sql": (
            "SELECT v.person_id, sum(date_diff('hour', v.at, TIMESTAMP '2028-02-29')) AS hours "
            "FROM visits AS v JOIN cities AS c ON c.city = v.place GROUP BY v.person_id\n"
        ),
        "cities/a.csv": "city,area\nKöln,1\nAshby,2\n",
        "cities/b.csv": "city,area\nBrint,\n",
        "people.csv": _people(people),
        "posts.jsonl": "".join(_posts(people)),
        "friends.csv": _friends(people),
        "sent.csv": (
            "person_id,at,rule\np1,2028-02-20T12:00:00Z,talkers\np2,2028-02-28,\nq,2028-02-28,x\n"
        ),
    }
    for name, text in _TEMPLATES.items():
        files[f"templates/{name}.j2"] = f"---\nchannel: mail\n---\n{text}\n"
    files["templates/wall.j2"] = "---\nchannel: wall\n---\nCome to {{ city }}!\n"
    worlds.write(root, files)
    _write_visits(root / "visits", people)
    write_history(root / "batches", list(_contacts(people)))
    return root


def _people(count: int) -> str:
    rows = ["person_id,name,city,born_on,worth,tags,handle,agreed,may_be_named"]
    for n in range(count):
        at = [some[n * step % len(some)] for step, some in _COLUMNS]
        handle = f" @Handle{n} " if n % 3 else ""
        agreed = ("true", "true", "true", "", "false")[n * 7 % 5] if n % 2 else "true"
        may_be_named = ("true", "false", "")[n % 3]
        quoted = [f'"{value.replace(chr(34), chr(34) * 2)}"' for value in at]
        rows.append(",".join([f"p{n}", *quoted, handle, agreed, may_be_named]))
    return "\n".join(rows) + "\n"


_COLUMNS = ((1, _NAMES), (5, _CITIES), (3, _BORN), (2, _WORTH), (4, _TAGS))


def _posts(count: int) -> list[str]:
    texts = ("I love my new phone", "my Händy is awful", "Straße", "PHONE! great, great", "")
    return [
        f'{{"handle": "handle{n * 2 % (count + 9)}", "at": "{at}", "text": "{texts[n % 5]}"}}\n'
        for n in range(count * 2)
        for at in [("2028-02-29T23:30:00-05:00", "2027-03-01", "2028-03-01T05:00:00Z", "")[n % 4]]
    ]


def _friends(count: int) -> str:
    rows = ["person_id,friend_id,since"]
    rows += [f"p{n},p{n * 7 % count},20{10 + n % 15}-02-28" for n in range(count)]
    return "\n".join([*rows, "nobody,p1,2020-01-01", ",p2,", "p1,nobody,2020-01-01"]) + "\n"


def _write_visits(folder: Path, count: int) -> None:
    """Two files: doubles that add up differently in another order, lists that hold nothing."""
    folder.mkdir()
    engine = Engine(folders=[folder])
    for number in range(2):
        engine.run(
            f"COPY (SELECT CASE WHEN n % 11 <> 0 THEN 'p' || (n % {count}) END AS person_id, "
            "TIMESTAMP '2028-02-29 23:59:59.999999' - to_hours((n * 37 % 20000)::INTEGER) AS at, "
            "CASE WHEN n % 7 = 0 THEN 'nan'::DOUBLE ELSE (0.1 + n) * (CASE WHEN n % 2 = 0 THEN "
            "1e15 ELSE 1e-3 END) END AS spent, ['Köln', 'Brint', NULL][1 + n % 3] AS place, "
            "CASE n % 4 WHEN 0 THEN [] WHEN 1 THEN [NULL, 'ü'] WHEN 2 THEN ['a'] END AS items "
            f"FROM range({number * 300}, {number * 300 + 300}) AS r(n)) "
            f"TO {literal(str(folder / f'{number}.parquet'))} (FORMAT parquet)"
        )
    engine.close()


def _contacts(count: int) -> Iterator[Contact]:
    """Who was written to, is in an audience, was handed over; also somebody who is gone."""
    moment = dt.datetime.combine(dt.date(2028, 2, 20), dt.time.max)
    for n in range(0, count, 4):
        yield Contact(f"p{n}", moment, "message", "talkers", "phone", "mail", "…")
    for n in range(0, count, 6):
        yield Contact(f"p{n}", moment, "entered", "city", "wall", "wall", "Come to Köln!")
    for n in range(3):
        yield Contact(f"p{n}", moment - dt.timedelta(n), "message", "rest", "plain", "mail", "x")
    yield Contact("gone", moment, "entered", "city", "wall", "wall", "Come to Brint!")
    yield Contact("p5", moment, "handed_over", "help")
