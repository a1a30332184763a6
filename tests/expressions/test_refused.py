"""What the language doesn't have is a finding at its exact place, at once, and never a failure."""

from __future__ import annotations

import time

import pytest

from targeter.database import Trouble
from targeter.expressions import checking
from targeter.yaml_source import TextFile, whole_file
from tests.expressions.trying import Trial, marked

# «» stands around what is shown to the user.
REFUSED = [
    # queries, files and second statements
    ("TG210", "age > «(select max(age) from people)»"),
    ("TG210", "«exists (select 1)»"),
    ("TG210", "«age in (select 1)»"),
    ("TG210", "«(select count(*) from 'people.csv')» > 0"),
    ("TG210", "«select 1»"),
    ("TG207", "«read_csv»('people.csv') = 1"),
    ("TG207", "«read_text»('/etc/passwd') = ''"),
    ("TG201", "«1) from read_csv('x') where (true»"),
    ("TG201", "age = 5«;» drop table people"),
    ("TG201", "true «union» select true"),
    ("TG201", "age > 5 «order» by age"),
    ("TG201", "age «limit» 5"),
    # windows, lambdas, aggregates
    ("TG210", "«row_number() over ()» = 1"),
    ("TG210", "«count(*) over ()» > 1"),
    ("TG216", "«max(age)» > 5"),
    ("TG216", "«count(*)» > 5"),
    ("TG207", "«list_filter»(tags, lambda x: x = 'a') = tags"),
    ("TG207", "«[x for x in tags]» = tags"),
    # parameters, stars, other ways to name a column
    ("TG210", "age = «$1»"),
    ("TG210", "age = «?»"),
    ("TG210", "columns(«*») = 1"),
    ("TG210", "«columns('a.*')» = 1"),
    ("TG210", "«#1» = 1"),
    ("TG202", "«p.age» = 1"),
    ("TG202", "«age.years» = 1"),
    ("TG210", "«name.lower()» = 'x'"),
    ("TG210", "«main.lower(name)» = 'x'"),
    # functions of the engine and of PostgreSQL that look around or make something out of nothing
    ("TG207", "«getenv»('HOME') = 'x'"),
    ("TG207", "«current_setting»('threads') = 'x'"),
    ("TG207", "«pg_typeof»(age) = 'x'"),
    ("TG207", "«nextval»('s') = 1"),
    ("TG207", "«version»() = 'x'"),
    ("TG207", "«random»() < 0.5"),
    ("TG207", "«now»() > seen_at"),
    ("TG207", "«current_date» > born_on"),
    ("TG207", "«repeat»(name, 1000000) = ''"),
    ("TG207", "len(«range»(1000000000)) > 1"),
    ("TG207", "«lpad»(name, 1000000, ' ') = ''"),
    ("TG207", "«md5»(name) = ''"),
    ("TG207", "«nope»(name) = ''"),
    # types, literals and operators
    ("TG210", "«name::json» IS NULL"),
    ("TG210", "«name::blob» IS NULL"),
    ("TG210", "«name::uuid» IS NULL"),
    ("TG210", "«name::timestamptz» IS NULL"),
    ("TG210", "«name::enum('a')» IS NULL"),
    ("TG210", "«name::varchar[]» IS NULL"),
    ("TG210", "born_on + «interval '1 year'» > today()"),
    ("TG210", "born_on + «interval (age) day» > today()"),
    ("TG203", "born_on + «interval 100001 day» > today()"),
    ("TG210", "name = «X'00'»"),
    ("TG210", "«U&'\\0041'» = name"),
    ("TG203", "age = «12345678901234567890»"),
    ("TG203", "score = «0.1234567890123456789»"),
    ("TG210", "«age ^ 2» > 4"),
    ("TG210", "«age & 1» = 1"),
    ("TG210", "«name COLLATE nocase» = 'a'"),
    ("TG207", "«(age, visits)» IN (1)"),
    ("TG207", "«{'a': 1}» IS NULL"),
    ("TG210", "«tags[1:2]» = tags"),
    ("TG210", "«try(age)» = 1"),
    # patterns are written out, and are patterns
    ("TG210", "«name LIKE city»"),
    ("TG203", "«name LIKE 'a!' ESCAPE '!'»"),
    ("TG203", "«name LIKE 'a' ESCAPE 'ab'»"),
    ("TG210", "regexp_matches(name, «city»)"),
    ("TG203", "«regexp_matches(name, '(')»"),
    ("TG203", "«regexp_matches(name, 'a{2000}')»"),
    ("TG203", "«regexp_matches(name, '(?=a)')»"),
    ("TG203", "«regexp_matches(name, 'a', 'i')»"),
    ("TG210", "mentions(name, 'a', «city»)"),
    ("TG203", "«mentions(name)»"),
    ("TG203", "«mentions(name, '')»"),
    ("TG203", "«mentions(name, ' ')»"),
    ("TG203", "date_trunc(«'fortnight'», born_on) = today()"),
    ("TG210", "date_trunc(«name», born_on) = today()"),
    ("TG203", "extract(«epoch» FROM born_on) > 1"),
    ("TG210", "bucket(«name») < 5"),
    ("TG203", "«bucket()» < 5"),
    ("TG210", "stance(«name») = 'for'"),
    ("TG208", "stance(«'unheard-of'») = 'for'"),
    ("TG203", "«sentiment(name)» > 0"),
    # names
    ("TG202", "age > 5 and «agee» < 3"),
    ("TG202", "name = 'café 😀 €' and «nope» = 2"),
    ("TG214", 'city = «"Leeds"»'),
    ("TG212", "«order» = 'x'"),
    ("TG212", "age > 5 and «end» is null"),
    ("TG212", "'x' = «desc»"),
    ("TG212", "«group» in ('a')"),
    ("TG212", "«at» = 'x'"),
    ("TG202", "«user» = 'x'"),
    # what isn't an expression
    ("TG201", "«  »"),
    ("TG201", "«-- nothing»"),
    ("TG201", "age >«»"),
    ("TG201", "(age > 5«»"),
    ("TG201", "age > 5 and«»"),
    ("TG201", "age > 5«)»"),
    ("TG201", "name = «'»abc"),
    ("TG201", "age > 5 or «or» agreed"),
]


@pytest.mark.parametrize(("code", "text"), REFUSED)
def test_it_is_refused_where_it_stands(trial: Trial, code: str, text: str) -> None:
    plain, line, column, length = marked(text)
    found = trial.found(plain)
    places = [(f.place.line, f.place.column, f.place.length) for f in found if f.place]
    expected = (line, column, length) if length else (line, column - 1, 1)
    assert (found[0].code, places[0]) == (code, expected)


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("born_on > 2020-03-01", "a day is written date '2020-03-01'"),
        ("born_on > 2020", "a day is written date '2026-11-30'"),
        ("name = 5", "a text stands in single quotes: '5'"),
        ("agreed = 1", "yes or no is a condition by itself: agreed, or not agreed"),
        ("age", "compare it: age = …"),
        ("age = 1 && visits = 1", "conditions are joined by and, not by &&"),
        ("age = 1 || visits = 1", "conditions are joined by or, not by ||"),
        ("name = age", ""),
    ],
)
def test_what_was_meant_is_told(trial: Trial, text: str, help_: str) -> None:
    assert [finding.help for finding in trial.found(text, boolean=True)] == [help_]


def test_a_column_that_needs_quotes_is_told_so() -> None:
    text = "Umsatz € > 5"
    trouble = Trouble('syntax error at or near "€"', 15, 3)
    scalar = whole_file(TextFile.of("a.yaml", text))
    found = checking.syntax_finding(scalar, trouble, ("Umsatz", "Umsatz €"))
    assert found.help == 'a column of that name stands in double quotes: "Umsatz €"'
    assert not checking.syntax_finding(scalar, trouble, ("Umsatz", "p.age")).help


LARGE = {
    "600 kB of text": "name = '" + "a" * 600_000 + "'",
    "600 kB of conditions": " or ".join(["age = 1"] * 66_000),
    "10,000 open brackets": "(" * 10_000,
    "5,000 brackets": "(" * 5_000 + "agreed" + ")" * 5_000,
    "lambdas nested 30 deep": "list_transform(tags, lambda x: " * 30 + "x" + ")" * 30,
    "functions nested 61 deep": "lower(" * 61 + "name" + ")" * 61 + " = 'a'",
    "lists nested 300 deep": "[" * 300 + "]" * 300,
    "a chain of 600 sums": "age" + " + 1" * 600 + " > 0",
    "5,000 signs": "- " * 5_000 + "age > 0",
    "2,000 times NOT": "not " * 2_000 + "agreed",
    "600 times IS NULL": "age " + "is null " * 600,
    "900 casts": "age" + "::int" * 900,
    "300 cases in each other": "case when agreed then " * 300 + "1" + " end" * 300,
    "2,000 values": "age in (" + ", ".join(map(str, range(2_000))) + ")",
    "months of months of months": "make_date(months_between(" * 6
    + "born_on"
    + ", today()), 1, 1)" * 6
    + " = today()",
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE.keys())
def test_what_is_too_large_is_refused_at_once(trial: Trial, text: str) -> None:
    began = time.monotonic()
    found = trial.found(text)
    assert [f.code for f in found][:1] == ["TG211"]
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "text",
    [
        "(" * 60 + "agreed" + ")" * 60,
        "not " * 55 + "agreed",
        "age" + " + 1" * 50 + " > 0",
        " or ".join(["agreed"] * 400),
        "lower(" * 50 + "name" + ")" * 50 + " = 'a'",
    ],
)
def test_what_is_large_and_within_bounds_runs(trial: Trial, text: str) -> None:
    began = time.monotonic()
    trial.value(text, {"agreed": True, "age": 1, "name": "A"})
    assert time.monotonic() - began < 1


def test_comments_change_nothing(trial: Trial) -> None:
    plain, *commented = trial.sql(
        "age > 5", "age > 5 -- or not", "age /* the age */ > 5", "-- first\nage > 5\n-- last"
    )
    assert set(commented) == {plain}


def test_a_bracket_in_a_text_is_no_bracket(trial: Trial) -> None:
    assert trial.value("name = '" + "(" * 200 + "'", {"name": "(" * 200}) is True


HELP = [
    ("d_born > today()", "born_on", "did you mean"),
    ("now() > seen_at", "today()", "use"),
    ('city = "Leeds"', "'Leeds'", "a text takes single quotes"),
    ("order = 'x'", '"order"', "double quotes"),
    ("born_on + interval '1 year' > today()", "interval 60 day", "without quotes"),
    ("days_since('2026-01-01') > 1", "date '2026-01-01'", "write"),
    ("born_on = 'yesterday'", "2026-11-30", "dates are written"),
    ("not city", "city = …", "compare it"),
]


@pytest.mark.parametrize(("text", "word", "sentence"), HELP)
def test_the_help_says_what_to_write(trial: Trial, text: str, word: str, sentence: str) -> None:
    found = trial.found(text)
    assert word in found[0].help or word in found[0].message
    assert sentence in found[0].help or sentence in found[0].message
