"""Projects begun from files: of every format, messy, and with nobody's consent invented."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from targeter.database import Engine
from targeter.errors import BadData, WrongUsage
from targeter.starter import init
from targeter.starter.beginning import NotBegun
from tests.starter.begun import begin, files

PEOPLE = """\
customer_id,first_name,city,born_on,newsletter_opt_in
c1,Ada,Leeds,25/12/1990,yes
c2,Ben,Leeds,31/01/1985,no
c3,Cleo,York,14/06/1979,
c4,,Leeds,02/03/2001,yes
"""
ORDERS = """\
order_id;customer_id;product_id;amount;ordered_at
o1;c1;p1;12.50;2026-03-01 10:00:00
o2;c1;p2;7.25;2026-05-01 11:30:00
o3;c3;p1;99.00;2026-06-01 09:15:00
o4;c4;p2;15.00;2026-06-02 18:20:00
"""
PRODUCTS = """\
id\tname\tprice
p1\tbell\t4.50
p2\tbasket\t19.00
"""


def test_a_file_of_people_with_consent_can_be_planned_at_once(tmp_path: Path) -> None:
    begun = begin(tmp_path, {"customers.csv": PEOPLE})
    assert begun.codes == []
    assert "key: customer_id" in begun.settings
    assert 'born_on: {type: date, format: "%d/%m/%Y", in_copy: never}' in begun.settings
    assert "when: newsletter_opt_in" in begun.settings
    assert begun.outcomes() == {"suppressed": 2, "message": 2}


def test_whoever_is_not_known_to_agree_gets_nothing(tmp_path: Path) -> None:
    stops = begin(tmp_path, {"customers.csv": PEOPLE}).plan().stops
    assert {(s.name, s.detail): s.people for s in stops} == {
        ("purpose marketing", "no"): 1,
        ("purpose marketing", "unknown"): 1,
    }


def test_without_a_consent_nobody_gets_anything_and_it_says_so(tmp_path: Path) -> None:
    begun = begin(tmp_path, {"people.csv": "id,city\n1,York\n2,York\n3,Leeds\n"})
    assert begun.outcomes() == {"suppressed": 3}
    assert "TO DO: nobody gets a message yet" in begun.settings
    assert any("nobody gets a message yet" in note for note in begun.started.notes)


def test_rows_are_linked_to_their_people_and_things_to_their_rows(tmp_path: Path) -> None:
    texts = {"customers.csv": PEOPLE, "orders.csv": ORDERS, "products.tsv": PRODUCTS}
    begun = begin(tmp_path, texts)
    assert "person: customer_id    # 100% of its values are known people" in begun.settings
    assert "time: ordered_at" in begun.settings
    assert "left join products t1 on t1.id = r.product_id" in begun.text("rules/orders_in_full.sql")
    assert "top_product" in begun.settings
    assert "orders_count >= 2" in begun.text("rules/first.yaml")
    assert begun.outcomes() == {"suppressed": 2, "no_rule": 1, "message": 1}


def test_the_people_are_made_of_the_column_that_names_them(tmp_path: Path) -> None:
    likes = "userID\tartistID\tweight\n10\t1\t5\n9\t2\t1\n10\t2\t7\n"
    begun = begin(tmp_path, {"likes.tsv": likes})
    assert begun.codes == []
    assert begun.text("data/people.csv") == "userID,marketing_consent\n9,\n10,\n"
    assert "data/people.csv" in begun.text(".gitignore").splitlines()
    plan = begun.plan()
    assert plan.outcomes["suppressed"] == 2
    assert {s.detail: s.people for s in plan.stops} == {"no": 0, "unknown": 2}


def test_people_who_were_made_get_messages_once_they_agreed(tmp_path: Path) -> None:
    begun = begin(tmp_path, {"likes.tsv": "userID\tpage\n1\ta\n1\tb\n2\ta\n"})
    people = begun.root / "data/people.csv"
    people.write_text("userID,marketing_consent\n1,Y\n2,N\n", encoding="utf-8")
    assert begun.outcomes() == {"suppressed": 1, "message": 1}


def test_several_files_may_name_the_same_people(tmp_path: Path) -> None:
    friends = "userID\tfriendID\n1\t2\n2\t1\n3\t1\n"
    begun = begin(tmp_path, {"friends.tsv": friends, "likes.tsv": "userID\tpage\n4\tx\n4\ty\n"})
    assert begun.text("data/people.csv").split()[1:] == ["1,", "2,", "3,", "4,"]
    assert "friendID names people too" in begun.settings
    assert begun.codes == []


def test_a_file_without_header_can_be_begun_from(tmp_path: Path) -> None:
    rows = "".join(f"{n % 3}\t2020-01-{n + 1:02}T10:00:00Z\t51.{n}\t-1.{n}\n" for n in range(9))
    begun = begin(tmp_path, {"checkins.tsv": rows})
    assert begun.outcomes() == {"suppressed": 3}
    assert "time: column_2" in begun.settings
    assert "say where people are" in begun.settings
    assert any("stands first in a file without a header" in n for n in begun.started.notes)


def test_the_user_may_say_which_column_names_the_person(tmp_path: Path) -> None:
    begun = begin(tmp_path, {"log.csv": "who,what\na,x\nb,y\na,z\n"}, person="WHO")
    assert begun.outcomes() == {"suppressed": 2}


def test_a_column_that_isnt_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="no file has a column 'whom'") as error:
        begin(tmp_path, {"log.csv": "who,what\na,x\nb,y\na,z\n"}, person="whom")
    assert "who" in error.value.help


def test_nothing_is_begun_when_nobody_can_say_who_the_people_are(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="none of the files says who the people are") as error:
        begin(tmp_path, {"sums.csv": "recency,spend\n1,2\n1,2\n3,4\n"})
    assert "--person COLUMN" in error.value.help
    assert not (tmp_path / "project").exists()


def test_people_who_stand_twice_are_told_before_anything_is_begun(tmp_path: Path) -> None:
    rows = "".join(f"{n if n else 1},York\n" for n in range(20))
    with pytest.raises(WrongUsage, match="1 of its 20 rows repeat or lack a customer_id"):
        begin(tmp_path, {"customers.csv": f"customer_id,city\n{rows}"})


def test_numbers_that_meet_by_chance_are_not_believed(tmp_path: Path) -> None:
    people = "person_id,city\n" + "".join(f"{n},York\n" for n in range(1, 30))
    stock = "shelf_no,boxes\n" + "".join(f"{n % 7 + 1},{n}\n" for n in range(1, 30))
    begun = begin(tmp_path, {"people.csv": people, "stock.csv": stock})
    assert "# person: shelf_no" in begun.settings
    assert "100% of its values are keys of people. By chance?" in begun.settings


def test_a_day_still_to_come_is_not_taken_for_when_a_row_happened(tmp_path: Path) -> None:
    contracts = "person_id,ends_on\n1,2030-01-01\n2,2031-01-01\n"
    people = "person_id,city\n1,York\n2,York\n3,York\n"
    begun = begin(tmp_path, {"people.csv": people, "contracts.csv": contracts})
    assert "# time: ends_on" in begun.settings
    assert "\n    time:" not in begun.settings


def test_a_doubtful_date_is_a_text_and_a_note(tmp_path: Path) -> None:
    people = "id,joined\n1,01/02/2020\n2,03/04/2021\n3,05/06/2022\n"
    begun = begin(tmp_path, {"people.csv": people})
    assert any("day or month first?" in note for note in begun.started.notes)
    assert "joined: text  # a date, but day or month first?" in begun.settings


def test_sensitive_columns_are_marked_and_never_chosen_by(tmp_path: Path) -> None:
    people = "id,religion,town\n1,a,York\n2,a,York\n3,b,Leeds\n4,b,York\n"
    begun = begin(tmp_path, {"people.csv": people})
    assert "religion: {type: text, sensitive: true}" in begun.settings
    assert "religion" not in begun.text("rules/first.yaml")


def test_a_refusal_suppresses_and_is_no_consent(tmp_path: Path) -> None:
    people = "id,email_opt_out\n1,true\n2,false\n3,\n"
    begun = begin(tmp_path, {"people.csv": people})
    assert "when: false" in begun.settings
    assert "when: email_opt_out" in begun.text("rules/first.yaml")


def test_consent_for_places_guards_the_rows_about_places(tmp_path: Path) -> None:
    people = "id,marketing_consent,location_consent\n1,Y,N\n2,Y,Y\n3,N,N\n"
    seen = (
        "person_id,lat,lon,seen_at\n1,1.5,2.5,2026-01-01T00:00:00\n2,1.5,2.5,2026-01-02T00:00:00\n"
    )
    begun = begin(tmp_path, {"people.csv": people, "seen.csv": seen})
    assert "purpose: location" in begun.settings
    assert begun.outcomes() == {"suppressed": 1, "no_rule": 1, "message": 1}


def parquet(path: Path) -> bytes:
    engine = Engine(folders=[path.parent])
    engine.run(
        "COPY (SELECT * FROM (VALUES (1, 'Ada', true, DATE '2020-01-01', [1, 2]), "
        "(2, NULL, false, NULL, NULL)) AS t(id, first_name, marketing_consent, joined, tags)) "
        f"TO '{path}' (FORMAT parquet)"
    )
    engine.close()
    return path.read_bytes()


RECORDS = [
    {"id": 1, "first_name": "Ada", "marketing_consent": True, "more": {"a": 1}},
    {"id": 2, "marketing_consent": None},
    {"id": 3, "first_name": "Zoë", "marketing_consent": False},
]
FORMATS: Mapping[str, str | bytes] = {
    "people.json": json.dumps(RECORDS),
    "people.jsonl": "".join(json.dumps(r) + "\n" for r in RECORDS),
    "people.jsonl.gz": "".join(json.dumps(r) + "\n" for r in RECORDS),
    "people.csv.gz": "id,first_name,marketing_consent\n1,Ada,1\n2,,\n3,Zoë,0\n",
    "people.txt": "id|first_name|marketing_consent\n1|Ada|J\n2||\n3|Zoë|N\n",
    "people.tsv": 'id\tfirst_name\tmarketing_consent\n1\t"Weird Al" A\tY\n2\t\t\n3\tZoë\tN\n',
    "bom.csv": b"\xef\xbb\xbfid,first_name,marketing_consent\r\n1,Ada,Y\r\n2,,\r\n3,Zo,N\r\n",
    "latin.csv": "id,first_name,marketing_consent\n1,Zoë,Y\n2,,\n3,Zö,N\n".encode("latin-1"),
    "quoted.csv": 'id,first_name,marketing_consent\n1,"A\nda",Y\n2,"","NA"\n3,"a,b",N\n',
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_begun_from(tmp_path: Path, name: str) -> None:
    begun = begin(tmp_path, {name: FORMATS[name]})
    assert sum(begun.outcomes().values()) == 3
    assert begun.plan().outcomes["suppressed"] == 2


def test_a_parquet_file_can_be_begun_from(tmp_path: Path) -> None:
    content = parquet(tmp_path / "made.parquet")
    begun = begin(tmp_path, {"people.parquet": content})
    assert sum(begun.outcomes().values()) == 2
    assert begun.plan().outcomes["suppressed"] == 1


HOSTILE_COLUMNS = [
    'a"b',
    "a'b",
    "a: b",
    "a #b",
    "- a",
    "select",
    "order",
    "null",
    "yes",
    "ключ",
    "名前",
    "a\tb",
    "{x}",
    "[x]",
    "*x",
    "&x",
    "!x",
    "%x",
    "@x",
    "`x`",
    "\u202ex",
    "\x1b[31mx",
    "people",
    "person",
    "p",
    "first",
    "a.b",
    "x" * 200,
    "stance('x')",
    "{{ x }}",
    "\\",
    "\\n",
]


def row(*cells: str) -> str:
    """A line of a CSV file."""
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"


def test_no_name_of_a_column_breaks_the_project(tmp_path: Path) -> None:
    head = row("id", *HOSTILE_COLUMNS)
    rows = "".join(row(str(n), *("x" for _ in HOSTILE_COLUMNS)) for n in range(1, 9))
    things = "".join(row(f"t{n}", *("x" for _ in HOSTILE_COLUMNS)) for n in range(1, 9))
    owned = "".join(f"{n},t{n},3\n" for n in range(1, 9))
    texts = {
        "people.csv": head + rows,
        "things.csv": head + things,
        "liked.csv": f"person_id,thing_id,weight\n{owned}",
    }
    begun = begin(tmp_path, texts)
    assert begun.codes == []
    assert begun.outcomes() == {"suppressed": 8}


@pytest.mark.parametrize("name", ['a"b: c #d', "select", "名前"])
def test_no_name_of_a_key_breaks_the_project(tmp_path: Path, name: str) -> None:
    rows = "".join(f"k{n},x\n" for n in range(1, 9))
    texts = {"people.csv": row(name, "b") + rows, "rows.csv": row(name, "c") + rows}
    begun = begin(tmp_path, texts)
    assert begun.outcomes() == {"suppressed": 8}


@pytest.mark.parametrize("value", ["it's: a #b", "\\ {{ x }}", "💥'; drop"])
def test_no_value_breaks_the_first_rule(tmp_path: Path, value: str) -> None:
    rows = "".join(f'{n},"{value}"\n' for n in range(1, 9)) + "9,b\n10,b\n"
    begun = begin(tmp_path, {"people.csv": f"id,town\n{rows}"})
    assert begun.plan().rules[0].matched == 8


def test_a_source_is_named_after_its_file_as_far_as_sql_allows(tmp_path: Path) -> None:
    people = files(tmp_path / "base", {"people.csv": "id,a\n1,x\n2,y\n"})
    called = ["order.csv", "2024 sales (old).csv", "päöple.csv", "people.csv", "💥.csv"]
    rows = "person_id,b\n1,x\n1,y\n2,z\n"
    begun = begin(tmp_path, [*people, *files(tmp_path / "more", dict.fromkeys(called, rows))])
    for name in ("order_rows", "data_2024_sales_old", "paople", "people_2", "data"):
        assert f"\n  {name}:\n" in begun.settings
    assert begun.outcomes() == {"suppressed": 2}


def test_files_inside_the_project_are_named_from_it(tmp_path: Path) -> None:
    root = tmp_path / "project"
    given = files(root / "in", {"people.csv": PEOPLE})
    started = init(root, given)
    assert started.data_roots == ()
    assert "path: in/people.csv" in (root / "rules/targeter.yaml").read_text(encoding="utf-8")


def test_files_elsewhere_stay_there_and_the_command_names_their_folder(tmp_path: Path) -> None:
    begun = begin(tmp_path, {"customers.csv": PEOPLE})
    assert begun.started.data_roots == (tmp_path / "data",)
    assert "path: customers.csv" in begun.settings
    assert str(tmp_path) not in begun.settings
    assert begun.started.next[-1] == "targeter plan --data-root ../data"


def test_files_called_alike_are_told_apart(tmp_path: Path) -> None:
    one = files(tmp_path / "a", {"list.csv": PEOPLE})
    two = files(tmp_path / "b", {"list.csv": "customer_id,page\nc1,x\nc1,y\n"})
    begun = begin(tmp_path, [*one, *two])
    assert {"path: a/list.csv", "path: b/list.csv"} <= {
        line.strip() for line in begun.settings.splitlines()
    }
    assert sum(begun.outcomes().values()) == 4


def test_a_file_given_twice_counts_once(tmp_path: Path) -> None:
    given = files(tmp_path / "data", {"people.csv": PEOPLE})
    begun = begin(tmp_path, [*given, *given])
    assert begun.settings.count("path:") == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("people.csv", "", "is empty"),
        ("people.json", "{", ""),
        ("people.parquet", "no parquet", "can't be read"),
        ("people.xlsx", "PK", "doesn't say what it holds"),
    ],
)
def test_what_cant_be_read_is_told_and_nothing_is_begun(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    with pytest.raises(BadData) as error:
        begin(tmp_path, {name: content})
    assert message in " ".join([str(error.value), *(f.message for f in error.value.findings)])
    assert not (tmp_path / "project").exists()


def test_nothing_of_a_file_is_left_behind_that_had_to_be_rewritten(tmp_path: Path) -> None:
    begun = begin(tmp_path, {"latin.csv": FORMATS["latin.csv"]})
    assert set(begun.started.files) == {
        *(".gitignore", "rules/first.yaml", "rules/targeter.yaml", "templates/first.j2")
    }


def test_a_folder_that_cant_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(NotBegun, match="can't be written"):
        init(tmp_path / "file" / "project")


def test_a_file_that_isnt_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="is not there"):
        init(tmp_path / "project", [tmp_path / "nobody.csv"])


def test_the_same_files_begin_the_same_project(tmp_path: Path) -> None:
    texts = {"customers.csv": PEOPLE, "orders.csv": ORDERS, "products.tsv": PRODUCTS}
    given = files(tmp_path / "data", texts)
    one, two = init(tmp_path / "one", given), init(tmp_path / "two", given)
    for path in one.files:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()
    assert one.notes == two.notes


def test_a_mere_id_names_its_own_row_and_not_the_person(tmp_path: Path) -> None:
    customers = "id,name\n1,Ada\n2,Ben\n3,Cleo\n"
    orders = "id,customer_id,amount\n1,3,5\n2,3,7\n3,1,2\n"
    begun = begin(tmp_path, {"customers.csv": customers, "orders.csv": orders})
    assert "person: customer_id" in begun.settings
    assert "orders_count >= 2" in begun.text("rules/first.yaml")


def test_rows_of_people_who_are_mostly_unknown_are_still_theirs(tmp_path: Path) -> None:
    likes = "customer_id,page\n" + "".join(f"c{n},x\n" for n in range(4, 40))
    begun = begin(tmp_path, {"customers.csv": PEOPLE, "likes.csv": likes})
    assert "person: customer_id    # 3% of its values are known people" in begun.settings


def test_what_other_files_say_of_the_people_themselves_becomes_their_columns(
    tmp_path: Path,
) -> None:
    people = "person_id,employer_id\n1,e1\n2,e2\n3,e1\n"
    employers = "employer_id,name,sector\ne1,Bell,trade\ne2,Book,print\n"
    begun = begin(tmp_path, {"people.csv": people, "employers.csv": employers})
    assert "value: max(employer_sector)" in begun.settings
    assert begun.outcomes() == {"suppressed": 3}


def test_another_identifier_is_only_proposed_with_a_consent(tmp_path: Path) -> None:
    people = "person_id,handle\n1,ada\n2,ben\n3,\n"
    posts = '{"handle": "@Ada", "text": "hello"}\n'
    begun = begin(tmp_path, {"people.csv": people, "posts.jsonl": posts})
    assert "# person: {handle: people.handle, consent: may_link}" in begun.settings
    assert begun.outcomes() == {"suppressed": 3}


def test_nobody_is_chosen_for_having_complained_a_lot(tmp_path: Path) -> None:
    people = "person_id,town\n1,York\n2,York\n3,York\n"
    complaints = "person_id,about\n1,bill\n1,bill\n2,bill\n"
    begun = begin(tmp_path, {"people.csv": people, "complaints.csv": complaints})
    assert "complaints_count" in begun.settings
    assert "complaints_count" not in begun.text("rules/first.yaml")
