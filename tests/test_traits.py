"""Traits: what a column of the profile is, whatever the order of rows and the number of threads."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import indent

import pytest

from targeter.errors import BadData, RulesAreWrong
from targeter.schema import InCopy
from tests import worlds

SETTINGS = """\
purposes:
  marketing:
    basis: legitimate_interest
    when: person_id is not null
  place:
    basis: consent
    when: may_place
  talk:
    basis: consent
    when: may_talk
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
      name: {type: text, in_copy: promoted}
      handle: text
      joined_on: date
      may_place: boolean
      may_talk: boolean
      may_link: boolean
      faith: {type: text, sensitive: true}
      salary: {type: integer, in_copy: never}
  posts:
    path: posts.csv
    person: {handle: people.handle, consent: may_link}
    time: posted_on
    columns:
      handle: text
      posted_on: date
      words: text
      score: number
  visits:
    path: visits.csv
    person: person_id
    time: seen_at
    columns:
      person_id: text
      area: {type: text, in_copy: promoted}
      seen_at: timestamp
      minutes: number
      fee: decimal
      confession: {type: text, sensitive: true}
  moves:
    path: moves.csv
    person: person_id
    purpose: place
    columns:
      person_id: text
      town: text
  friendships:
    path: friendships.csv
    person: person_id
    columns:
      person_id: text
      friend_id: text
      closeness: integer
    others:
      friend: {by: friend_id, columns: [name, joined_on, salary], when: may_talk}
"""
PEOPLE = """\
person_id,name,handle,joined_on,may_place,may_talk,may_link,faith,salary
ann,Ann,@Ann,2026-10-01,true,true,true,a,10
bob,Bob,bob,2020-05-05,false,true,false,b,20
cyd,Cyd,cyd,,,,,c,30
dee,Dee,,2026-10-20,true,false,true,d,40
"""
VISITS = [
    "ann,Leeds,2026-10-01 10:00,0.1,1.50,x",
    "ann,York,2026-10-02 10:00,0.2,2.50,y",
    "ann,York,2026-11-01 23:59,0.3,,",
    "ann,Hull,2026-11-02 00:00,5,9,z",
    "bob,Leeds,2026-01-01 10:00,1e16,1,x",
    "bob,Hull,2026-01-01 10:00,1,1,x",
    "bob,York,2026-01-01 10:00,-1e16,1,x",
    "zed,Leeds,2026-10-01 10:00,1,1,x",
]
FILES = {
    "people.csv": PEOPLE,
    "visits.csv": "person_id,area,seen_at,minutes,fee,confession\n" + "\n".join(VISITS) + "\n",
    "posts.csv": (
        "handle,posted_on,words,score\n"
        "ann,2026-10-01,I love my iPhone,0.9\n"
        " ANN ,2026-10-02,never again BlackBerry,-0.5\n"
        "@ann,2026-12-24,from the future,1\n"
        "bob,2026-10-01,I love my iPhone,0.9\n"
        "dee,2026-10-01,nobody's handle,0.1\n"
    ),
    "moves.csv": "person_id,town\nann,Leeds\nann,York\nbob,Hull\ncyd,Hull\n",
    "friendships.csv": (
        "person_id,friend_id,closeness\nann,bob,3\nann,cyd,5\nann,dee,4\nbob,ann,5\ncyd,zed,5\n"
    ),
}


def project(root: Path, traits: str, *, rule: str = "true", **files: str) -> Path:
    """A project with these traits, and a rule that asks for each of them."""
    settings = SETTINGS + "traits:\n" + indent(traits, "  ")
    return worlds.write(
        root,
        {
            **FILES,
            "rules/targeter.yaml": settings,
            "rules/offers.yaml": (
                "rules:\n  - name: only\n    priority: 1\n    templates: [hello]\n"
                f"    when:\n      - |\n        {rule}\n"
            ),
            "templates/hello.j2": "---\nchannel: x\n---\nHello\n",
            **{
                path.replace("__", "/").replace("_csv", ".csv"): text
                for path, text in files.items()
            },
        },
    )


def values(root: Path, traits: str, *names: str) -> dict[str, object]:
    """For each person the value of a trait, or the tuple of several."""
    asked = " or ".join(f"{name} is null" for name in names)
    found = worlds.profile(project(root, traits, rule=asked), *names)
    return {person: row[0] if len(row) == 1 else row for person, row in found.items()}


TRAITS: Sequence[tuple[str, Mapping[str, object]]] = [
    ("from: visits\nvalue: count(*)", {"ann": 3, "bob": 3, "cyd": 0, "dee": 0}),
    ("from: visits\nvalue: count(fee)", {"ann": 2, "bob": 3, "cyd": 0, "dee": 0}),
    ("from: visits\nvalue: count(distinct area)", {"ann": 2, "bob": 3, "cyd": 0, "dee": 0}),
    ("from: visits\nvalue: max(area)", {"ann": "York", "bob": "York", "cyd": None, "dee": None}),
    ("from: visits\nvalue: max(area)\ndefault: none", {"cyd": "none", "ann": "York"}),
    ("from: visits\nvalue: sum(fee)\ndefault: 0", {"cyd": 0, "ann": 4}),
    ("from: visits\nexists: true", {"ann": True, "bob": True, "cyd": False, "dee": False}),
    ("from: visits\nexists: true\nwhere: area = 'York' and fee > 2", {"ann": True, "bob": False}),
    ("from: visits\nvalue: count(*)\nwhere: fee / 0 is null", {"ann": 3, "cyd": 0}),
    ("from: visits\nvalue: count(*)\nlast: 31 days", {"ann": 2, "bob": 0}),
    ("from: visits\nvalue: count(*)\nlast: 11 months", {"ann": 3, "bob": 3}),
    ("from: visits\nvalue: list(area)", {"ann": ["Leeds", "York", "York"], "cyd": None}),
    ("from: visits\nvalue: list(distinct area)", {"bob": ["Hull", "Leeds", "York"]}),
    ("from: visits\nvalue: arg_max(area, seen_at)", {"ann": "York", "bob": "York"}),
    ("from: visits\nvalue: arg_min(area, seen_at)", {"ann": "Leeds", "bob": "Hull"}),
    ("from: visits\nvalue: median(fee)", {"ann": 2, "bob": 1, "cyd": None}),
    ("from: visits\nvalue: bool_or(area = 'York')", {"ann": True, "cyd": None}),
    ("from: visits\nvalue: bool_and(fee > 1)", {"ann": True, "bob": False}),
    ("from: visits\nvalue: sum(minutes)", {"bob": 0.0}),
    ("from: visits\nvalue: sum(fee) / count(*)", {"ann": 4 / 3, "cyd": None}),
    ("from: visits\nvalue: max(fee) + max(fee) * 2", {"ann": 7.5, "cyd": None}),
    ("from: visits\nvalue: count(*) * 2", {"ann": 6, "cyd": 0}),
    ("from: visits\nvalue: sum(fee) filter (where area = 'York')", {"ann": 2.5, "bob": 1}),
    ("from: visits\nvalue: max(person.name || area)", {"ann": "AnnYork", "cyd": None}),
    ("value: years_between(joined_on, today())", {"ann": 0, "bob": 6, "cyd": None}),
    ("value: coalesce(salary, 0) * 2", {"ann": 20}),
    # rows found by another identifier, of those who agreed; nothing of the future
    ("from: posts\nvalue: count(*)", {"ann": 2, "bob": 0, "cyd": 0, "dee": 0}),
    ("from: posts\nvalue: max(words)", {"ann": "never again BlackBerry", "bob": None}),
    # another person's columns, of those who agreed
    ("from: friendships\nvalue: count(friend.name)", {"ann": 1, "bob": 1, "cyd": 0}),
    ("from: friendships\nvalue: max(friend.name)", {"ann": "Bob", "bob": "Ann", "cyd": None}),
    ("from: friendships\nvalue: count(*)", {"ann": 3, "bob": 1, "cyd": 1, "dee": 0}),
    # a purpose that wasn't given: everything is missing, counts too
    ("from: moves\nvalue: count(*)", {"ann": 2, "bob": None, "cyd": None, "dee": 0}),
    ("from: moves\nexists: true", {"ann": True, "bob": None, "cyd": None, "dee": False}),
    ("from: moves\nvalue: max(town)\ndefault: none", {"ann": "York", "bob": None, "dee": "none"}),
    ("from: visits\nvalue: count(*)\npurpose: talk", {"ann": 3, "cyd": None, "dee": None}),
    ("value: name\npurpose: talk", {"ann": "Ann", "bob": "Bob", "cyd": None, "dee": None}),
]


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[object, ...]]:
    """All of `TRAITS` computed in one plan: for each person their values."""
    names = [f"t{number}" for number in range(len(TRAITS))]
    traits = "".join(
        f"{name}:\n{indent(text, '  ')}\n" for name, (text, _) in zip(names, TRAITS, strict=True)
    )
    rule = " or ".join(f"{name} is null" for name in names)
    return worlds.profile(project(tmp_path_factory.mktemp("tried"), traits, rule=rule), *names)


@pytest.mark.parametrize("number", range(len(TRAITS)), ids=[text for text, _ in TRAITS])
def test_a_trait_gives(tried: dict[str, tuple[object, ...]], number: int) -> None:
    expected = TRAITS[number][1]
    assert {person: tried[person][number] for person in expected} == expected


PICK = """\
best:
  from: visits
  first_by: seen_at desc, fee
  pick: {best_area: area, best_words: "area || ' ' || coalesce(fee, 0)::integer"}
"""


def test_a_pick_takes_one_row_whole(tmp_path: Path) -> None:
    found = values(tmp_path, PICK, "best_area", "best_words")
    assert found == {
        "ann": ("York", "York 0"),
        "bob": ("Hull", "Hull 1"),  # a tie, settled by the other columns
        "cyd": (None, None),
        "dee": (None, None),
    }


def test_a_pick_chooses_among_the_rows_that_count(tmp_path: Path) -> None:
    traits = PICK.replace("  pick", "  where: fee is not null and area <> 'Hull'\n  pick")
    found = values(tmp_path, traits, "best_area", "best_words")
    assert found["ann"] == ("York", "York 3")
    assert found["bob"] == ("Leeds", "Leeds 1")


ORDERED = """\
total: {from: visits, value: sum(minutes)}
mean: {from: visits, value: avg(minutes)}
squares: {from: visits, value: sum(minutes * fee)}
last_area: {from: visits, value: "arg_max(area, seen_at)"}
areas: {from: visits, value: list(area)}
middle: {from: visits, value: median(minutes)}
best:
  from: visits
  first_by: minutes
  pick: {best_area: area}
"""
ORDERED_NAMES = ("total", "mean", "squares", "last_area", "areas", "middle", "best_area")


def _many_visits(draw: random.Random) -> list[str]:
    amounts = ["0.1", "0.2", "0.7", "1e16", "-1e16", "", "3.3"]
    return [
        f"{draw.choice(['ann', 'bob', 'cyd'])},{draw.choice(['A', 'B', 'C'])},"
        f"2026-0{draw.randint(1, 3)}-01,{draw.choice(amounts)},{draw.randint(0, 9)},"
        for _ in range(400)
    ]


def test_row_order_and_threads_change_nothing(tmp_path: Path) -> None:
    header, lines = FILES["visits.csv"].split("\n")[0], _many_visits(random.Random(5))
    seen = []
    for number, threads in enumerate((1, 4, 2)):
        random.Random(number).shuffle(lines)
        text = "\n".join([header, *lines]) + "\n"
        rule = " or ".join(f"{name} is null" for name in ORDERED_NAMES)
        root = project(tmp_path / str(number), ORDERED, rule=rule, visits_csv=text)
        with worlds.planned(root, threads=threads) as run:
            columns = ", ".join(ORDERED_NAMES)
            seen.append(run.engine.rows(f"SELECT person_id, {columns} FROM profiles ORDER BY 1"))
    assert seen[0] == seen[1] == seen[2]
    assert any(row[1] for row in seen[0])


def test_traits_of_traits_keep_their_purpose(tmp_path: Path) -> None:
    traits = "moved: {from: moves, value: count(*)}\n"
    traits += "moved_twice: {value: 'coalesce(moved, 9) * 2'}\n"
    traits += "busy: {from: visits, value: count(*), where: person.moved_twice is not null}\n"
    found = values(tmp_path, traits, "moved_twice", "busy")
    assert found == {
        "ann": (4, 3),
        "bob": (None, None),
        "cyd": (None, None),
        "dee": (0, 0),
    }


def test_every_column_has_the_type_it_was_bound_with(tmp_path: Path) -> None:
    traits = "".join(f"t{n}:\n{indent(text, '  ')}\n" for n, (text, _) in enumerate(TRAITS))
    rule = " or ".join(f"t{n} is null" for n in range(len(TRAITS)))
    with worlds.planned(project(tmp_path, traits + ORDERED, rule=rule)) as run:
        actual = dict(run.engine.columns_of("profiles"))
        bound = {column.name: column.type for column in run.bound.profile}
    assert {name: type_ for name, type_ in actual.items() if name in bound} == {
        name: type_ for name, type_ in bound.items() if name in actual
    }


def _duties(root: Path, traits: str) -> dict[str, tuple[InCopy, bool, list[str]]]:
    with worlds.planned(project(root, traits)) as run:
        profile = run.bound.profile
    return {c.name: (c.in_copy, c.sensitive, sorted(c.purposes)) for c in profile}


def test_duties_travel_with_values(tmp_path: Path) -> None:
    duties = _duties(
        tmp_path,
        "area: {from: visits, value: max(area)}\n"
        "pay: {value: salary * 2}\n"
        "talk: {from: visits, value: max(area), where: confession is not null}\n"
        "friend_pay: {from: friendships, value: max(friend.salary)}\n"
        "moved: {from: moves, value: max(town)}\n"
        "quiet: {from: visits, value: max(area), in_copy: never}\n",
    )
    assert duties["area"] == (InCopy.PROMOTED, False, [])
    assert duties["pay"] == (InCopy.NEVER, False, [])
    assert duties["talk"] == (InCopy.PROMOTED, True, [])
    assert duties["friend_pay"] == (InCopy.NEVER, False, [])
    assert duties["moved"] == (InCopy.DIRECT, False, ["place"])
    assert duties["quiet"] == (InCopy.NEVER, False, [])


SENSITIVE = [
    ("", "faith = 'a'"),
    ("believes: {value: faith = 'a'}\n", "believes"),
    ("told: {from: visits, value: max(confession)}\n", "told is not null"),
    ("told: {from: visits, exists: true, where: confession = 'x'}\n", "told"),
    ("told: {from: visits, value: max(area), sensitive: true}\n", "told = 'x'"),
    (
        "told: {from: visits, first_by: confession, pick: {where_to: area}}\n",
        "where_to = 'x'",
    ),
    ("told: {from: visits, exists: true, where: person.faith = 'x'}\n", "told"),
    ("a: {value: faith}\nb: {value: upper(a)}\nc: {value: b || b}\n", "c = 'x'"),
]


@pytest.mark.parametrize(("traits", "rule"), SENSITIVE)
def test_nobody_is_chosen_by_what_is_sensitive(tmp_path: Path, traits: str, rule: str) -> None:
    found = worlds.errors(project(tmp_path, traits or "x: {value: name}\n", rule=rule))
    assert [f.code for f in found] == ["TG215"]
    assert found[0].place is not None
    assert found[0].place.path == "rules/offers.yaml"


WRONG = [
    ("a: {value: b}\nb: {value: c}\nc: {value: a}\n", "TG206", "a → b → c → a"),
    ("a: {value: a}\n", "TG206", "a → a"),
    ("a: {from: visits, value: count(*), where: person.b > 1}\nb: {value: a}\n", "TG206", "→"),
    ("a: {from: nowhere, value: count(*)}\n", "TG113", "unknown source"),
    ("a: {from: visits, value: area}\n", "TG216", "many values"),
    ("a: {from: visits, value: '5'}\n", "TG216", "aggregate"),
    ("a: {from: visits, value: max(area) || area}\n", "TG216", "many values"),
    ("a: {from: visits, value: max(sum(fee))}\n", "TG216", "inside"),
    ("a: {value: count(*)}\n", "TG216", "many rows"),
    ("a: {from: visits, value: sum(area)}\n", "TG203", "sum can't take a text"),
    ("a: {from: visits, value: avg(seen_at)}\n", "TG203", "number"),
    ("a: {from: visits, value: count(*) filter (where fee)}\n", "TG205", "boolean"),
    ("a: {from: visits, value: count(*), where: fee}\n", "TG205", "number"),
    ("a: {from: visits, value: count(*), where: count(*) > 1}\n", "TG216", "count(*)"),
    ("a: {from: visits, value: 'sum(fee) over ()'}\n", "TG210", "window"),
    ("a: {from: visits, value: max(nope)}\n", "TG202", "nope"),
    ("a: {from: visits, value: max(name)}\n", "TG202", "name"),
    ("a: {from: visits, value: max(person.nope)}\n", "TG202", "nope"),
    ("a: {from: friendships, value: max(friend.faith)}\n", "TG202", "faith"),
    ("a: {from: friendships, value: max(friend.person_id)}\n", "TG202", "person_id"),
    ("a: {from: visits, value: max(fee), default: many}\n", "TG204", "'many'"),
    ("a: {from: visits, exists: true, default: 1}\n", "TG105", "default"),
    ("a: {from: visits, exists: true, value: count(*)}\n", "TG105", "exactly one"),
    ("a: {from: visits}\n", "TG105", "exactly one"),
    ("a: {exists: true}\n", "TG105", "from"),
    ("a: {value: name, where: name = 'x'}\n", "TG105", "from"),
    ("a: {from: visits, pick: {b: area}}\n", "TG105", "first_by"),
    ("a: {from: visits, value: max(area), first_by: fee}\n", "TG105", "without 'pick'"),
    ("a: {from: visits, pick: {b: area}, first_by: nope desc}\n", "TG202", "nope"),
    ("a: {from: visits, pick: {b: area}, first_by: fee sideways}\n", "TG202", "sideways"),
    ("a: {from: visits, pick: {b: max(area)}, first_by: fee}\n", "TG216", "max"),
    ("a: {from: moves, value: count(*), last: 5 days}\n", "TG105", "time"),
    ("a: {from: visits, value: count(*), last: 5 fortnights}\n", "TG105", "length of time"),
    ("a: {from: visits, value: count(*), last: 0 days}\n", "TG105", "length of time"),
    ("a: {from: people, value: count(*)}\n", "TG105", "person"),
    ("name: {value: handle}\n", "TG106", "already"),
    ("NAME: {value: handle}\n", "TG106", "already"),
    ("a: {value: name}\nA: {value: handle}\n", "TG106", "already"),
    ("a-b c: {value: name}\n", "TG105", "letters"),
    ("a: {value: name, purpose: nope}\n", "TG114", "nope"),
    ("a: {value: salary, in_copy: promoted}\n", "TG506", "can't allow"),
    ("a: {from: visits, value: max(stance('x'))}\n", "TG210", "about a person"),
    ("a: {value: sentiment(name)}\n", "TG203", "sentiment"),
    ("a: {from: visits, value: max(sentiment(fee))}\n", "TG203", "sentiment"),
]


@pytest.mark.parametrize(("traits", "code", "words"), WRONG)
def test_a_trait_that_cant_be_is_found(tmp_path: Path, traits: str, code: str, words: str) -> None:
    found = worlds.errors(project(tmp_path, traits))
    assert code in [f.code for f in found]
    first = next(f for f in found if f.code == code)
    assert words in first.message
    assert first.place is not None
    assert first.place.path == "rules/targeter.yaml"


def test_a_project_with_a_wrong_trait_isnt_planned(tmp_path: Path) -> None:
    with pytest.raises(RulesAreWrong) as raised:
        worlds.results(project(tmp_path, "a: {from: visits, value: max(nope)}\n", rule="a > 0"))
    assert [f.code for f in raised.value.findings] == ["TG202", "TG202"]


def test_two_people_with_one_identifier_cant_be_told_apart(tmp_path: Path) -> None:
    people = PEOPLE.replace("bob,Bob,bob", "bob,Bob,ANN ")
    root = project(tmp_path, "a: {from: posts, value: count(*)}\n", rule="a > 0", people_csv=people)
    with pytest.raises(BadData) as raised:
        worlds.results(root)
    assert [f.code for f in raised.value.findings] == ["TG713"]
    assert "ann, bob" in raised.value.findings[0].message


def test_rows_of_nobody_are_counted_with_examples(tmp_path: Path) -> None:
    root = project(tmp_path, "a: {from: visits, value: count(*)}\n", rule="a > 0")
    with worlds.planned(root) as run:
        strays = {f.message: f.help for f in run.findings if f.code == "TG705"}
    assert strays["1 row of visits belongs to nobody"] == "for example 'zed'"


def test_a_source_whose_time_is_no_time_is_found(tmp_path: Path) -> None:
    root = project(tmp_path, "a: {from: visits, value: count(*)}\n", rule="a > 0")
    settings = (root / "rules/targeter.yaml").read_text().replace("time: seen_at", "time: area")
    worlds.write(root, {"rules/targeter.yaml": settings})
    assert [f.code for f in worlds.errors(root)] == ["TG203"]


TOPICS = """\
opinions: {posts: posts.words, likes: moves.town}
topics:
  iphone: {words: [iphone], at_least: 1}
  blackberry: {words: [blackberry], at_least: 1}
  leeds: {likes: [LEEDS], at_least: 1}
"""


def stances(root: Path, opinions: str) -> dict[str, tuple[object, ...]]:
    names = ("on_iphone", "on_blackberry", "on_leeds")
    traits = "".join(f"{name}: {{value: stance('{name[3:]}')}}\n" for name in names)
    rule = " or ".join(f"{name} is null" for name in names)
    project(root, traits, rule=rule)
    settings = (root / "rules/targeter.yaml").read_text() + opinions
    return worlds.profile(worlds.write(root, {"rules/targeter.yaml": settings}), *names)


def test_stances_come_from_ones_own_posts_and_likes(tmp_path: Path) -> None:
    found = stances(tmp_path, TOPICS)
    assert found["ann"] == ("for", "against", "for")
    assert found["dee"] == ("unknown", "unknown", "unknown")


def test_a_users_own_score_comes_first(tmp_path: Path) -> None:
    opinions = TOPICS.replace("opinions: {", "opinions: {score: posts.score, ")
    files = FILES["posts.csv"].replace("I love my iPhone,0.9", "I love my iPhone,-0.9")
    worlds.write(tmp_path, {})
    found = stances(tmp_path, opinions)
    assert found["ann"][0] == "for"
    worlds.write(tmp_path, {"posts.csv": files})
    settings = worlds.profile(tmp_path, "on_iphone")
    assert settings["ann"] == ("against",)


def test_a_stance_from_a_sensitive_column_is_sensitive(tmp_path: Path) -> None:
    traits = "x: {value: name}\n"
    root = project(tmp_path, traits, rule="stance('iphone') = 'for'")
    settings = (root / "rules/targeter.yaml").read_text() + TOPICS
    settings = settings.replace("words: text", "words: {type: text, sensitive: true}")
    worlds.write(root, {"rules/targeter.yaml": settings})
    assert [f.code for f in worlds.errors(root)] == ["TG215"]


def test_sentiment_is_averaged_over_posts(tmp_path: Path) -> None:
    found = values(tmp_path, "mood: {from: posts, value: avg(sentiment(words))}\n", "mood")
    assert isinstance(found["ann"], float)
    assert found["bob"] is None
