"""Derived sources never leave one person's rows: split by person they give the same rows.

Every SELECT here is either refused, at a place, or run twice: over all rows at once, and over
three shards of the people put together. The two must be equal; that is the law.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from targeter.database import Engine, Parser
from targeter.derived import Derived, Table, bind_derived
from targeter.expressions.compiler import Compiler
from targeter.findings import Finding, Place
from targeter.schema import Column, InCopy, Schema
from targeter.sources.declared import Link, Source
from targeter.yaml_source import TextFile
from tests import worlds

HERE = Place("rules/targeter.yaml", 1, 1)
MOST = 9_223_372_036_854_775_807
SHARDS = 3


def _table(name: str, owner: str | None, columns: str, *, is_base: bool = False) -> Table:
    key, link = (owner, None) if is_base else (None, Link(owner, HERE) if owner else None)
    typed = (column.split(":") for column in columns.split())
    schema = Schema(tuple(Column(column, type_) for column, type_ in typed))
    return Table(Source(name, HERE, path="x", key=key, person=link), schema, owner)


TABLES = (
    _table(
        "people",
        "person_id",
        "person_id:VARCHAR area:VARCHAR n:BIGINT boss:VARCHAR x:DOUBLE",
        is_base=True,
    ),
    _table(
        "posts", "person_id", "person_id:VARCHAR text:VARCHAR n:BIGINT x:DOUBLE d:DATE to:VARCHAR"
    ),
    _table("visits", "who", "who:VARCHAR area:VARCHAR n:BIGINT d:DATE"),
    _table("areas", None, "area:VARCHAR v:BIGINT person_id:VARCHAR"),
)
PEOPLE = [f"p{number}" for number in range(20)]


def _value(type_: str, draw: random.Random) -> object:
    if type_ == "VARCHAR":
        return draw.choice(["a", "b", None])
    if type_ == "BIGINT":
        return draw.choice([None, 0, 1, 2, 3, -5, MOST])
    if type_ == "DOUBLE":
        return draw.choice([None, 0.1, 0.2, 0.7, 1e16, -1e16])
    return draw.choice([None, "2026-01-01", "2025-05-05", "300000-01-01"])


def _rows(table: Table, draw: random.Random) -> list[tuple[object, ...]]:
    keys = PEOPLE if table.source.is_base else draw.choices([*PEOPLE, None], k=120)
    if table.owner is None:
        keys = ["p1", "p2", "p3", None]
    rows = []
    for key in keys:
        row = {c.name: _value(c.type, draw) for c in table.schema}
        row |= {name: draw.choice(PEOPLE) for name in ("boss", "to") if name in row}
        row[table.owner or "person_id"] = key
        rows.append(tuple(row.values()))
    return rows


def _shard_of(person: object) -> int:
    return int(str(person)[1:]) % SHARDS if person else 0


@dataclass
class Bench:
    """The tables whole and in shards, each in another order of rows."""

    parser: Parser = field(default_factory=Parser)
    engine: Engine = field(default_factory=lambda: Engine(memory="1GB", threads=2))
    whole: dict[str, str] = field(default_factory=dict)
    shards: list[dict[str, str]] = field(default_factory=lambda: [{} for _ in range(SHARDS)])

    def __post_init__(self) -> None:
        self.compiler = Compiler(self.parser)
        draw = random.Random(5)
        for table in TABLES:
            rows = _rows(table, draw)
            self.whole[table.source.name] = self._load("whole", table, rows)
            place = table.schema.names.index(table.owner) if table.owner else 0
            for number, shard in enumerate(self.shards):
                mine = [r for r in rows if not table.owner or _shard_of(r[place]) == number]
                draw.shuffle(mine)
                shard[table.source.name] = self._load(f"shard{number}", table, mine)

    def _load(self, tag: str, table: Table, rows: list[tuple[object, ...]]) -> str:
        name = f"{tag}_{table.source.name}"
        self.engine.load(name, {c.name: c.type for c in table.schema}, rows)
        return name

    def bind(
        self, sql: str, person: str | None = "person_id"
    ) -> tuple[Derived | None, list[Finding]]:
        found: list[Finding] = []
        source = Source("places", HERE, person=Link(person, HERE) if person else None)
        tables = {table.source.name: table for table in TABLES}
        file = TextFile.of("rules/places.sql", sql)
        return bind_derived(
            source, file, tables, self.compiler, worlds.DAY.isoformat(), found
        ), found

    def rows(self, derived: Derived, tables: dict[str, str]) -> list[str]:
        return [repr(row) for row in self.engine.rows(derived.sql(self.parser, tables))]


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


LAWFUL = [
    "select person_id, text from posts",
    "select Person_Id, N as m from POSTS",
    "from posts select person_id, n",
    'select "person_id" from "posts"',
    "select who as person_id, n from visits",
    "select person_id, n + 1 as m from posts where n + 2 > 0",
    "select person_id, count(*) as c from posts group by all",
    "select person_id, count(*) as c from posts group by person_id having count(*) > 3",
    "select person_id, count(*) as c from posts group by all having c > 3 and c + 1 < 100",
    "select person_id, n + 1 as m, count(*) as c from posts group by all",
    "select person_id, n, max(x) + n as s from posts group by person_id, n",
    "select person_id, sum(x) as s, avg(x) as a, median(x) as m from posts group by all",
    "select person_id, sum(n) as s, sum(n * n) as q, avg(n * 1.5) as a from posts group by all",
    (
        "select person_id, max(n) + 1 as s, min(n) - max(n) as t, sum(n) / count(*) as u "
        "from posts group by all"
    ),
    "select person_id, sum(n) filter (where n + 1 > 0) as s from posts group by all",
    "select person_id, list(text) as l, arg_max(text, n) as t from posts group by all",
    "select person_id, count(distinct d) as c, min(d) as f from posts group by all",
    "select person_id, d + interval 1 month as m, years_between(d, today()) as y from posts",
    "select person_id, bucket('x') as b, mentions(text, 'a') as m from posts",
    "select p.person_id, q.text from people p join posts q on p.person_id = q.person_id",
    "select person_id, q.text from people p left join posts q using (person_id)",
    (
        "select q.person_id, count(*) as c from people p left join posts q using (person_id) "
        "group by q.person_id"
    ),
    "select p.person_id, v.n from people p join visits v on v.who = p.person_id",
    (
        "select p.person_id, v.n from people p left join posts q using (person_id) "
        "join visits v on v.who = q.person_id"
    ),
    "select p.person_id, q.text as t from posts p join posts q using (person_id)",
    "select p.person_id, a.v from people p join areas a on a.area = p.area",
    "select p.person_id, a.v from people p left join areas a using (area)",
    "select p.person_id, a.v from people p left join areas a on a.area = p.area and a.v + p.n > 3",
    (
        "select v.who as person_id, max(a.v) as m from visits v left join areas a using (area) "
        "where v.d >= today() - interval 8 week group by all"
    ),
]


@pytest.mark.parametrize("sql", LAWFUL)
def test_shards_give_the_same_rows(bench: Bench, sql: str) -> None:
    derived, found = bench.bind(sql)
    assert derived is not None, found
    whole = bench.rows(derived, bench.whole)
    assert sorted(whole) == sorted(r for shard in bench.shards for r in bench.rows(derived, shard))
    assert bench.rows(derived, bench.whole) != []
    described = [
        type_ for _, type_ in bench.engine.describe(derived.sql(bench.parser, bench.whole))
    ]
    assert described == [column.type for column in derived.schema]


# «» stands around what is shown; without it, the place is the SELECT itself.
REFUSED = [
    # other people's rows
    ("TG217", "select p.person_id from people p join «posts q» on p.boss = q.person_id"),
    ("TG217", "select p.person_id from people p join «posts q» on p.person_id = q.to"),
    ("TG217", "select p.person_id from people p join «posts q» on q.person_id = q.person_id"),
    ("TG217", "select p.person_id from people p join «posts q» on p.person_id = p.person_id"),
    ("TG217", "select p.person_id from people p join «posts q» on p.person_id <> q.person_id"),
    (
        "TG217",
        "select p.person_id from people p join «posts q» on p.person_id = q.person_id or true",
    ),
    ("TG217", "select p.person_id from people p join «posts q» on not p.person_id = q.person_id"),
    (
        "TG217",
        "select p.person_id from people p join «posts q» on lower(p.person_id) = q.person_id",
    ),
    ("TG217", "select p.person_id from areas a join «people p» on a.area = p.area"),
    ("TG217", "select a.person_id from areas a join «people p» using (person_id)"),
    (
        "TG217",
        (
            "select p.person_id from people p join areas a using (area) "
            "join «posts q» on q.person_id = a.person_id"
        ),
    ),
    ("TG210", "select p.person_id from people p, «posts q»"),
    ("TG210", "select p.person_id from people p, «posts q» where p.person_id = q.person_id"),
    ("TG210", "select p.person_id from people p cross join «posts q»"),
    ("TG210", "select p.person_id from people p natural join «posts q»"),
    ("TG210", "select p.person_id from people p positional join «posts q»"),
    ("TG210", "select p.person_id from people p asof join «posts q» on p.person_id >= q.person_id"),
    ("TG210", "select p.person_id from people p semi join «posts q» using (person_id)"),
    ("TG210", "select p.person_id from people p anti join «posts q» using (person_id)"),
    ("TG210", "select p.person_id from people p full join «posts q» using (person_id)"),
    ("TG210", "select p.person_id from people p right join «posts q» using (person_id)"),
    ("TG210", "select p.person_id from people p join «areas a» on true"),
    ("TG210", "select p.person_id from people p join «areas a» on a.v > 1"),
    ("TG210", "select p.person_id from people p join «areas a» on a.area = p.area or a.v > 1"),
    # whose row it is
    ("TG217", "select p.boss as person_id from people p"),
    ("TG217", "select a.person_id from people p join areas a using (area)"),
    ("TG217", "select lower(person_id) as person_id from people"),
    ("TG217", "select 'p1' as person_id, n from people"),
    ("TG217", "select person_id as id, n from people"),
    ("TG217", "select n from people"),
    ("TG217", "select person_id, v from areas"),
    ("TG217", "select max(person_id) as person_id, count(*) as c from posts"),
    # many people at once
    ("TG217", "select person_id, count(*) as c from posts"),
    ("TG217", "select person_id, count(*) as c from posts group by «text»"),
    ("TG217", "select boss as person_id, count(*) as c from people group by boss"),
    ("TG210", "select person_id, count(*) as c from posts group by rollup («person_id, n»)"),
    ("TG210", "select person_id, count(*) as c from posts group by cube («person_id, n»)"),
    (
        "TG210",
        "select person_id, count(*) as c from posts group by grouping sets ((«person_id), (n»))",
    ),
    ("TG210", "select person_id, «row_number() over (order by n)» as c from posts"),
    ("TG210", "select person_id, «count(*) over ()» as c from posts"),
    ("TG210", "select person_id from posts qualify «row_number() over (order by n) = 1»"),
    ("TG210", "select person_id from posts using sample 3"),
    ("TG210", "select person_id from «posts tablesample 10%»"),
    ("TG210", "select person_id from posts limit «5»"),
    ("TG210", "select person_id from posts order by «n»"),
    ("TG210", "select distinct person_id from posts"),
    ("TG210", "select distinct on («person_id») person_id from posts"),
    # other ways to reach rows
    ("TG210", "select person_id from «(select * from posts)»"),
    ("TG210", "with q as (select 1) select person_id from posts"),
    ("TG210", "select person_id from posts union select person_id from people"),
    ("TG210", "select person_id, «(select count(*) from people)» as c from posts"),
    ("TG210", "select person_id from posts where «exists (select 1)»"),
    ("TG210", "select person_id from posts where «person_id in (select boss from people)»"),
    ("TG113", "select person_id from «'people.csv'»"),
    ("TG113", "select person_id from «nowhere»"),
    ("TG113", "select person_id from «main.posts»"),
    ("TG113", "select person_id from «information_schema.tables»"),
    ("TG210", "select person_id from «read_csv('people.csv')»"),
    ("TG210", "select person_id from «range(5)»"),
    ("TG210", "select person_id from posts, lateral (select 1)"),
    ("TG210", "select person_id from posts, «unnest([1])»"),
    ("TG210", "select person_id from (values ('p1')) v(person_id)"),
    ("TG207", "select person_id, «unnest»([1, 2]) as u from posts"),
    ("TG207", "select person_id, «random»() as r from posts"),
    ("TG207", "select person_id, «getenv»('HOME') as r from posts"),
    ("TG202", "select person_id, «rowid» as r from posts"),
    ("TG202", "select person_id, «posts» as r from posts"),
    ("TG202", "select p.person_id, «n» as r from people p join posts q using (person_id)"),
    # results that depend on the order of rows
    ("TG207", "select person_id, «first»(text) as t from posts group by all"),
    ("TG207", "select person_id, «any_value»(text) as t from posts group by all"),
    ("TG207", "select person_id, «string_agg»(text, ',') as t from posts group by all"),
    ("TG210", "select person_id, «list(text order by n)» as t from posts group by all"),
    # columns
    ("TG210", "select «*» from posts"),
    ("TG210", "select «posts.*» from posts"),
    ("TG210", "select columns(«*») from posts"),
    ("TG210", "select person_id, n + 1 from posts"),
    ("TG210", "select person_id, n, x as N from posts"),
    ("TG203", "select person_id, text from posts group by person_id"),
    ("TG216", "select person_id, sum(«sum(n)») as s from posts group by all"),
    ("TG210", "select person_id from posts p join «posts p» using (person_id)"),
    # what isn't one SELECT
    ("TG201", "insert into people values (1)"),
    ("TG201", "select person_id from posts; drop table people"),
    ("TG201", "select person_id frm posts"),
    ("TG201", "pivot posts on n using count(*)"),
    ("TG201", "copy posts to 'x.csv'"),
]


@pytest.mark.parametrize(("code", "text"), REFUSED)
def test_what_leaves_the_persons_rows_is_refused(bench: Bench, code: str, text: str) -> None:
    sql = text.replace("«", "").replace("»", "")
    derived, found = bench.bind(sql)
    assert derived is None
    assert found[0].code == code
    place = found[0].place
    assert place is not None
    if "«" in text:
        start, length = text.index("«"), text.index("»") - text.index("«") - 1
        assert (place.line, place.column, place.length) == (1, start + 1, length)


@pytest.mark.parametrize("sql", ["", ";", "-- nothing", "(" * 10_000, "select " + "(" * 9_000])
def test_what_is_no_select_at_all_is_found(bench: Bench, sql: str) -> None:
    derived, found = bench.bind(sql)
    assert derived is None
    assert found[0].code in ("TG201", "TG210", "TG211")


def test_a_source_about_people_needs_person(bench: Bench) -> None:
    derived, found = bench.bind("select person_id, n from posts", person=None)
    assert derived is None
    assert [f.code for f in found] == ["TG104"]


def test_a_source_about_places_needs_none(bench: Bench) -> None:
    derived, found = bench.bind("select area, max(v) as v from areas group by all", person=None)
    assert derived is not None, found
    assert derived.reads == ("areas",)


SETTINGS = """\
purposes:
  marketing: {basis: legitimate_interest, when: person_id is not null}
  place: {basis: consent, when: may_place}
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
      handle: text
      may_place: boolean
      faith: {type: text, sensitive: true}
  moves:
    path: moves.csv
    person: {handle: people.handle}
    purpose: place
    columns: {handle: text, town: {in_copy: promoted}, pay: {type: integer, in_copy: never}}
  towns:
    path: towns.csv
    columns: {town: text, size: integer}
  places:
    sql: places.sql
    person: person_id
  regular:
    sql: regular.sql
    person: person_id
traits:
  big_town:
    from: regular
    first_by: size desc
    pick: {town: town, size: size}
"""
FILES = {
    "rules/targeter.yaml": SETTINGS,
    "rules/places.sql": (
        "-- towns of a person\nselect m.person_id, m.town, t.size, max(m.pay) as pay\n"
        "from moves m join people p using (person_id)\nleft join towns t using (town)\n"
        "where p.faith is null group by all;\n"
    ),
    "rules/regular.sql": "select person_id, town, size from places where size > 1\n",
    "rules/offers.yaml": "rules: [{name: x, priority: 1, when: size > 0, templates: [hello]}]\n",
    "templates/hello.j2": "---\nchannel: x\n---\nHello\n",
    "people.csv": "person_id,handle,may_place,faith\na,@A,true,\nb,b,true,x\nc,c,,\nd,d,true,\n",
    "moves.csv": "handle,town,pay\nA,Leeds,1\n@a,York,2\nb,York,3\nc,York,4\nd,Hull,5\n",
    "towns.csv": "town,size\nLeeds,5\nYork,7\nHull,1\n",
}


def without_sensitive(text: str) -> str:
    return text.replace(", sensitive: true", "")


def write(root: Path, change: Callable[[str], str] = str) -> Path:
    return worlds.write(root, {path: change(text) for path, text in FILES.items()})


def test_derived_sources_of_derived_sources_reach_the_profile(tmp_path: Path) -> None:
    found = worlds.profile(write(tmp_path, without_sensitive), "town", "size")
    assert found == {"a": ("York", 7), "b": (None, None), "c": (None, None), "d": (None, None)}


def test_duties_travel_through_derived_sources(tmp_path: Path) -> None:
    assert "TG215" in [f.code for f in worlds.errors(write(tmp_path))]
    with worlds.planned(write(tmp_path, without_sensitive)) as run:
        places = run.bound.sources["places"]
        town = run.bound.profile.get("town")
        copies = {c.name: c.in_copy for c in places}
        assert copies["town"] is InCopy.PROMOTED
        assert copies["pay"] is InCopy.NEVER
        assert {tuple(c.purposes) for c in places} == {("place",)}
        assert town is not None
        assert town.purposes == {"place"}


CHANGES = [
    ("places.sql", "from moves m", "from regular m", "TG206"),
    ("targeter.yaml", "sql: places.sql", "sql: ../places.sql", "TG110"),
    ("targeter.yaml", "sql: places.sql", "sql: /etc/passwd", "TG110"),
    ("targeter.yaml", "sql: places.sql", "sql: nowhere.sql", "TG112"),
    ("targeter.yaml", "person: person_id", "person: nobody", "TG217"),
    ("targeter.yaml", "    sql: places.sql\n", "    sql: places.sql\n    time: town\n", "TG203"),
    ("targeter.yaml", "    sql: places.sql\n", "    sql: places.sql\n    time: nope\n", "TG202"),
    ("targeter.yaml", "    sql: places.sql\n", "    sql: places.sql\n    purpose: nope\n", "TG114"),
    ("targeter.yaml", "    sql: places.sql\n", "    sql: places.sql\n    key: town\n", "TG105"),
]


@pytest.mark.parametrize(("path", "old", "new", "code"), CHANGES)
def test_a_derived_source_that_cant_be_is_found(
    tmp_path: Path, path: str, old: str, new: str, code: str
) -> None:
    root = write(tmp_path, without_sensitive)
    text = (root / "rules" / path).read_text()
    assert old in text
    worlds.write(root, {f"rules/{path}": text.replace(old, new, 1)})
    assert code in [f.code for f in worlds.errors(root)]


def test_a_derived_source_cant_be_the_base(tmp_path: Path) -> None:
    root = write(tmp_path, without_sensitive)
    settings = (root / "rules/targeter.yaml").read_text()
    settings = settings.replace("    path: people.csv\n", "    sql: places.sql\n")
    found = worlds.errors(worlds.write(root, {"rules/targeter.yaml": settings}))
    assert "TG105" in [f.code for f in found]
