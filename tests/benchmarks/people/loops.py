"""One person at a time: a Python loop with Jinja, and the rule engines that PyPI shows first.

They take the first `sample` people of the file; reading those is part of it, as it is for
everybody else.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import duckdb

from tests.benchmarks.people.asked import Asked
from tests.benchmarks.people.offers import GATES, TODAY, Offer, Test, Text, Value, offers
from tests.benchmarks.people.project import SOURCES, body

Person = dict[str, Any]
# A person to the rule and text they get; None for neither.
Decide = Callable[[Person], "tuple[str, str] | None"]
_BATCH = 2_048


def plan_in_python(asked: Asked) -> None:
    """Conditions as Python, texts by Jinja."""
    _plan(asked, _in_python, "SELECT *")


def plan_with_zen_table(asked: Asked) -> None:
    """zen-engine with what it is made for: a decision table."""
    _plan(asked, _zen_table, _DATES_AS_NUMBERS)


def plan_with_zen_expression(asked: Asked) -> None:
    """zen-engine with all rules written into one long expression."""
    _plan(asked, _zen_expression, _DATES_AS_NUMBERS)


def plan_with_json_logic(asked: Asked) -> None:
    """JSON-logic: one `if` with a branch a rule and text."""
    _plan(asked, _json_logic, _DATES_AS_TEXT)


_DATES = ("joined_on", "handset_bought_on", "contract_ends_on")
_DATES_AS_NUMBERS = "SELECT * REPLACE ({})".format(
    ", ".join(f"strftime({name}, '%Y%m%d')::INTEGER AS {name}" for name in _DATES)
)
_DATES_AS_TEXT = "SELECT * REPLACE ({})".format(
    ", ".join(f"{name}::VARCHAR AS {name}" for name in _DATES)
)


def _plan(asked: Asked, made: Callable[[Sequence[Offer]], Decide], select: str) -> None:
    query = f"{select} FROM read_parquet('{asked.data.file('people')}') LIMIT {asked.sample}"
    found: list[tuple[str, str, str]] = []
    taken = 0
    with asked.timed():
        decide = made(offers())
        for person in _dicts(query):
            taken += 1
            decided = decide(person)
            if decided is not None:
                found.append((person["person_id"], *decided))
    asked.people = taken
    _write(asked, ("person", "rule", "text"), found)


def _dicts(query: str) -> Iterator[Person]:
    with duckdb.connect() as connection:
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description or ()]
        while rows := cursor.fetchmany(_BATCH):
            for row in rows:
                yield dict(zip(names, row, strict=True))


def _write(asked: Asked, names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    lines = asked.answer.with_suffix(".json")
    with lines.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps(dict(zip(names, row, strict=True)), default=str) + "\n")
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (FROM read_json('{lines}', columns = {{{columns}}})) TO '{asked.answer}' "
            "(FORMAT parquet)"
        )
    lines.unlink()


# -- Python ----------------------------------------------------------------------------------


def _in_python(rules: Sequence[Offer]) -> Decide:
    import jinja2

    environment = jinja2.Environment()
    written = {text.name: environment.from_string(body(text)) for o in rules for text in o.texts}
    allowed = _function([_python(test) for test in GATES])
    compiled = [
        (
            rule.name,
            _function([_python(test) for test in rule.tests]),
            [(text.required, written[text.name]) for text in rule.texts],
        )
        for rule in rules
    ]

    def decide(person: Person) -> tuple[str, str] | None:
        if not allowed(person):
            return None
        for name, holds, texts in compiled:
            if holds(person):
                for required, template in texts:
                    if all(person[column] is not None for column in required):
                        return name, template.render(_given(person))
        return None

    return decide


def _given(person: Person) -> Person:
    """Jinja's own `default` is for what isn't there."""
    if person["first_name"] is None:
        return {name: value for name, value in person.items() if name != "first_name"}
    return person


def _function(tests: Sequence[str]) -> Callable[[Person], bool]:
    """A function as somebody would have typed it."""
    made: Callable[[Person], bool] = eval(f"lambda p: {' and '.join(tests)}", {"dt": dt})
    return made


def _python(test: Test) -> str:
    column, values = f"p[{test.column!r}]", test.values
    last = TODAY + dt.timedelta(days=values[0]) if test.kind == "ends_within" else TODAY  # type: ignore[arg-type]
    written = {
        "at_least": "{0} is not None and {0} >= {1}",
        "below": "{0} is not None and {0} < {1}",
        "between": "{0} is not None and {1} <= {0} <= {2}",
        "is": "{0} == {1!r}",
        "one_of": "{0} in {values}",
        "since": "{0} is not None and {0} >= dt.date({1.year}, {1.month}, {1.day})",
        "ends_within": "{0} is not None and {today} <= {0} <= {last}",
        "holds": "{0}",
    }
    return written[test.kind].format(
        column, *values, values=values, today=_date(TODAY), last=_date(last)
    )


def _date(day: dt.date) -> str:
    return f"dt.date({day.year}, {day.month}, {day.day})"


# -- rule engines ----------------------------------------------------------------------------


def _zen_table(rules: Sequence[Offer]) -> Decide:
    import zen

    lines = [
        {
            "_id": str(number),
            "when": _zen_holds(rule, text),
            "rule": json.dumps(rule.name),
            "text": _zen_text(text),
        }
        for number, (rule, text) in enumerate((r, t) for r in rules for t in r.texts)
    ]
    decision = zen.ZenEngine().create_decision(json.dumps(_zen_graph(lines)))

    def decide(person: Person) -> tuple[str, str] | None:
        result = decision.evaluate(person)["result"]
        return (result["rule"], result["text"]) if result else None

    return decide


def _zen_graph(lines: Sequence[Mapping[str, str]]) -> object:
    """A decision table between what comes in and what goes out, as its editor saves it."""
    kinds = {"in": "inputNode", "table": "decisionTableNode", "out": "outputNode"}
    place = {"x": 0, "y": 0}
    outputs = [
        {"id": name, "name": name, "field": name, "type": "expression"} for name in ("rule", "text")
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": "when", "name": "when", "type": "expression"}],
        "outputs": outputs,
        "rules": lines,
    }
    return {
        "nodes": [
            {"id": name, "name": name, "type": kind, "position": place}
            | ({"content": table} if name == "table" else {})
            for name, kind in kinds.items()
        ],
        "edges": [
            {"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"}
            for a, b in (("in", "table"), ("table", "out"))
        ],
    }


def _zen_expression(rules: Sequence[Offer]) -> Decide:
    import zen

    branches = "".join(
        f"({' and '.join(map(_zen, rule.tests))}{_zen_needed(text)}) "
        f"? [{json.dumps(rule.name)}, {_zen_text(text)}] : "
        for rule in rules
        for text in rule.texts
    )
    allowed = " and ".join(map(_zen, GATES))
    expression = zen.compile_expression(f"({allowed}) ? ({branches}null) : null")

    def decide(person: Person) -> tuple[str, str] | None:
        result = expression.evaluate(person)
        return (result[0], result[1]) if result else None

    return decide


def _zen_holds(rule: Offer, text: Text) -> str:
    return " and ".join(map(_zen, (*GATES, *rule.tests))) + _zen_needed(text)


def _zen_needed(text: Text) -> str:
    return "".join(f" and {column} != null" for column in text.required)


def _zen(test: Test) -> str:
    column, values = test.column, test.values
    if test.kind == "one_of":
        return f"{column} in {json.dumps(list(values))}"
    known = f"{column} != null and {column}"
    written = {
        "at_least": f"{known} >= {{0}}",
        "below": f"{known} < {{0}}",
        "between": f"{known} >= {{0}} and {column} <= {{1}}",
        "is": f"{column} == '{{0}}'",
        "since": f"{known} >= {{0}}",
        "ends_within": f"{known} >= {{0}} and {column} <= {{1}}",
        "holds": f"{column} == true",
    }
    days = [int(day.strftime("%Y%m%d")) for day in _days(test)]
    return written[test.kind].format(*(days or values))


def _days(test: Test) -> list[dt.date]:
    """The border of a test of a date, or both."""
    first = test.values[0] if test.values else None
    if isinstance(first, dt.date):
        return [first]
    if test.kind == "ends_within":
        assert isinstance(first, int)
        return [TODAY, TODAY + dt.timedelta(days=first)]
    return []


def _zen_text(text: Text) -> str:
    parts = []
    for part in text.parts:
        if isinstance(part, str):
            parts.append(json.dumps(part))
        elif part.default:
            parts.append(f"({part.column} ?? '{part.default}')")
        else:
            parts.append(f"string({part.column})")
    return " + ".join(parts)


def _json_logic(rules: Sequence[Offer]) -> Decide:
    from json_logic import jsonLogic

    branches: list[object] = []
    for rule in rules:
        for text in rule.texts:
            needed = [{"!==": [{"var": column}, None]} for column in text.required]
            branches.append({"and": [*map(_logic, rule.tests), *needed]})
            branches.append([rule.name, {"cat": [_logic_part(part) for part in text.parts]}])
    logic = {"if": [{"and": [_logic(test) for test in GATES]}, {"if": branches}]}

    def decide(person: Person) -> tuple[str, str] | None:
        result = jsonLogic(logic, person)
        return (result[0], result[1]) if result else None

    return decide


def _logic(test: Test) -> object:
    column = {"var": test.column}
    values: list[object] = [day.isoformat() for day in _days(test)] or list(test.values)
    if test.kind in ("at_least", "since"):
        return {">=": [column, values[0]]}
    if test.kind in ("between", "ends_within"):
        return {"<=": [values[0], column, values[1]]}
    if test.kind == "one_of":
        return {"in": [column, values]}
    if test.kind == "below":
        return {"<": [column, values[0]]}
    return {"==": [column, values[0]]} if test.kind == "is" else {"!!": [column]}


def _logic_part(part: str | Value) -> object:
    if isinstance(part, str):
        return part
    value = {"var": part.column}
    return {"if": [{"!==": [value, None]}, value, part.default]} if part.default else value


# -- rows of sources, in Python --------------------------------------------------------------


def source_in_python(asked: Asked, name: str) -> None:
    """The columns of one source from the rows of the first people, a dictionary a row."""
    people = f"SELECT * FROM read_parquet('{asked.data.file('people')}') LIMIT {asked.sample}"
    file = asked.data.file(name)
    rows = f"SELECT * FROM read_parquet('{file}') SEMI JOIN ({people}) USING (person_id)"
    counted = {"posts": _posts, "likes": _likes, "checkins": _checkins}[name]
    with asked.timed():
        kept: dict[str, list[Person]] = defaultdict(list)
        for row in _dicts(rows):
            kept[row["person_id"]].append(row)
        profiles = [
            (person["person_id"], *counted(person, kept[person["person_id"]]))
            for person in _dicts(people)
        ]
    asked.people = len(profiles)
    _write(asked, ("person_id", *SOURCES[name].columns), profiles)


_NOW = dt.datetime.combine(TODAY, dt.time()) + dt.timedelta(days=1)
_PHONES = re.compile(r"\b(which phone|new phone)\b", re.IGNORECASE)
_LAPWING = re.compile(r"\blapwing\b", re.IGNORECASE)


def _posts(person: Person, rows: Sequence[Person]) -> tuple[object, ...]:
    asked_about = lately = favour = against = 0
    scores = []
    for row in rows:
        if row["posted_at"] >= _NOW:
            continue
        age = _NOW - row["posted_at"]
        lately += age <= dt.timedelta(days=180)
        if age <= dt.timedelta(days=365):
            scores.append(row["score"])
            asked_about += _PHONES.search(row["text"]) is not None
        if _LAPWING.search(row["text"]):
            favour += row["score"] >= _BORDER
            against += row["score"] <= -_BORDER
    mood = sum(scores) / len(scores) if scores else None
    return asked_about, lately, mood, _stance(favour, against)


_BORDER = Decimal("0.3")


def _stance(favour: int, against: int) -> str:
    if favour + against < 1:
        return "unknown"
    if 3 * favour >= 2 * (favour + against):
        return "for"
    return "against" if 3 * against >= 2 * (favour + against) else "mixed"


def _likes(person: Person, rows: Sequence[Person]) -> tuple[object, ...]:
    today = _NOW.date()
    past = [row for row in rows if row["liked_on"] < today]
    lately = sum(row["liked_on"] >= today - dt.timedelta(days=180) for row in past)
    last = max((row["liked_on"] for row in past), default=None)
    return lately, last, any(row["page"] == "Football" for row in past)


def _checkins(person: Person, rows: Sequence[Person]) -> tuple[object, ...]:
    if not person["location_consent"]:
        return None, None, None
    begun = dt.datetime.combine(TODAY, dt.time()) - dt.timedelta(weeks=26)
    lately = 0
    days: dict[str, set[dt.date]] = defaultdict(set)
    for row in rows:
        at = row["seen_at"]
        if at < _NOW:
            lately += at >= _NOW - dt.timedelta(days=60)
            if at >= begun:
                days[row["area"]].add(at.date())
    if not days:
        return lately, None, None
    count, area = min((-len(seen), area) for area, seen in days.items())
    return lately, area, -count


def render_in_python(asked: Asked) -> None:
    """The rows of the batch, sorted and written as JSON, a line at a time."""
    rows = list(_dicts(f"SELECT * FROM read_parquet('{asked.rows}') LIMIT {asked.sample}"))
    with asked.timed(), asked.answer.open("w", encoding="utf-8") as stream:
        for row in sorted(rows, key=lambda row: str(row["person_id"])):
            stream.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    asked.people = len(rows)
