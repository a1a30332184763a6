"""Values that are meant to act: declared in the front matter, taken in their strict form only."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.channels import channel_named, entities, length, valid
from targeter.channels.entities import Kind
from targeter.inert import Listed, Role, admitted, joint_objection

from . import worlds
from .channels.hostile import TEXTS

SETTINGS = (
    worlds.AGREED
    + """\
link_hosts:
  - example.com
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
      friend: text
      offer: text
      price: text
      until: text
      age: integer
      born_on: date
      joined_at: timestamp
facts:
  shop: Baker Street
"""
)
RULES = """\
rules:
  - name: all
    why: All of them.
    priority: 1
    when: person_id is not null
    templates: [hello, plain]
"""
HEADER = "person_id,friend,offer,price,until,age,born_on,joined_at\n"


def project(root: Path, head: str, body: str, *people: str, settings: str = SETTINGS) -> Path:
    return worlds.write(
        root,
        {
            "rules/targeter.yaml": settings,
            "rules/all.yaml": RULES,
            "people.csv": HEADER + "".join(f"{person}\n" for person in people),
            "templates/hello.j2": f"---\n{head}\n---\n{body}",
            "templates/plain.j2": "---\nchannel: x\n---\nHello",
        },
    )


def texts(root: Path) -> list[str | None]:
    return [text for _, (_, _, text) in sorted(worlds.results(root).items())]


@pytest.mark.parametrize(
    ("role", "variable", "body", "good", "written", "bad"),
    [
        ("handle", "friend", "cc @{{ friend }}", "@anna_b", "cc @anna_b", "anna b"),
        ("url", "offer", "See {{ offer }}.", "https://a.example.com/b", None, "https://evil.com"),
        ("number", "price", "For £{{ price }}.", "12.50", None, "12.50 evil"),
        ("date", "until", "Until {{ until }}.", "2026-12-01", None, "2026-02-30"),
    ],
)
def test_a_value_in_the_form_of_its_role_is_written_and_another_is_missing(
    tmp_path: Path, role: str, variable: str, body: str, good: str, written: str | None, bad: str
) -> None:
    columns = ["friend", "offer", "price", "until"]
    people = [
        ",".join([key, *(value if name == variable else "" for name in columns), "", "", ""])
        for key, value in (("anna", good), ("bert", bad), ("cleo", ""))
    ]
    root = project(tmp_path, f"channel: x\nroles:\n  {variable}: {role}", body, *people)
    shown = written or body.replace(f"{{{{ {variable} }}}}", good)
    assert texts(root) == [shown, "Hello", "Hello"]


@pytest.mark.parametrize(
    ("head", "body", "place", "said"),
    [
        ("channel: x\nroles:\n  friend: hande", "{{ friend }}", "4:11", "can't have the role"),
        ("channel: x\nroles:\n  friend: [a]", "{{ friend }}", "4:11", "a role is one word"),
        ("channel: x\nroles: handle", "{{ friend }}", "3:8", "must be a mapping of names"),
        ("channel: x\nroles:\n  freind: handle", "{{ friend }}", "4:3", "no variable of this"),
        ("channel: x\nroles:\n  age: handle", "{{ age }}", "4:3", "can't be a handle"),
        ("channel: x\nroles:\n  born_on: number", "{{ born_on }}", "4:3", "can't be a number"),
        ("channel: x\nroles:\n  joined_at: url", "{{ joined_at }}", "4:3", "can't be a url"),
        ("channel: x\nroles:\n  shop: handle", "{{ shop }}", "4:3", "is a fact"),
        ("channel: sms\nroles:\n  friend: handle", "{{ friend }}", "4:3", "sms has no mentions"),
        ("channel: x_promoted\nroles:\n  offer: url", "{{ offer }}", "4:3", "takes no link"),
        (
            "channel: x\nroles:\n  offer: url",
            "{{ offer|upper }}",
            "6:4",
            "upper would make another",
        ),
        ("channel: x\nroles:\n  friend: handle", "@a{{ friend }}", "6:6", "mention of it"),
        ("channel: x", "@{{ friend }}", "4:5", "give the value the role handle"),
    ],
)
def test_a_role_that_cant_be_is_a_finding_at_its_place(
    tmp_path: Path, head: str, body: str, place: str, said: str
) -> None:
    found = [f for f in worlds.errors(project(tmp_path, head, body)) if said in f.message]
    assert [str(f.place) for f in found] == [f"templates/hello.j2:{place}"]


def test_an_address_needs_hosts(tmp_path: Path) -> None:
    settings = SETTINGS.replace("link_hosts:\n  - example.com\n", "")
    head = "channel: x\nroles:\n  offer: url"
    found = worlds.errors(project(tmp_path, head, "{{ offer }}", settings=settings))
    assert [(f.code, f.help) for f in found] == [
        ("TG514", "in rules/targeter.yaml: link_hosts: [example.com]")
    ]


@pytest.mark.parametrize(
    "host", ["https://example.com", "example.com/a", "com", "a b.com", "-a.com"]
)
def test_a_host_is_a_bare_name(tmp_path: Path, host: str) -> None:
    settings = SETTINGS.replace("- example.com", f"- {host}")
    found = worlds.errors(project(tmp_path, "channel: x", "Hello", settings=settings))
    assert [(f.code, f.message) for f in found] == [("TG105", f"the settings: {host!r} is no host")]


def test_columns_that_are_what_their_role_says_are_fine(tmp_path: Path) -> None:
    head = "channel: x\nroles:\n  age: number\n  born_on: date"
    root = project(tmp_path, head, "{{ age }} {{ born_on }}", "anna,,,,,40,1986-01-02,")
    assert texts(root) == ["40 1986-01-02"]


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (5, "number", 5),
        (5, "handle", None),
        (5, "date", None),
        (True, "number", None),
        ([1], "handle", None),
        (["a", None, "@b", "!"], "text", "a, b"),
        ([], "text", None),
    ],
)
def test_what_is_no_text_has_the_role_of_its_type(value: object, kind: Role, shown: object) -> None:
    assert admitted(value, channel_named("x"), kind) == shown


def test_the_parts_of_a_list_are_written_as_they_would_be_alone() -> None:
    day = dt.date(2026, 11, 1)
    moment = dt.datetime.fromisoformat("2026-11-01T09:30")
    parts = [2.0, -0.0, Decimal("1.50"), Decimal("-0.0"), float("nan"), float("inf"), day, moment]
    listed = admitted(parts, channel_named("x"))
    assert listed == "2, 0, 1.5, 0, 2026-11-01, 2026-11-01 09:30"


def test_a_list_keeps_its_parts() -> None:
    listed = admitted(["tea", "evil.com"], channel_named("x"))
    assert isinstance(listed, Listed)
    assert (listed, listed.parts) == ("tea, evil. com", ("tea", "evil. com"))


NEARLY: dict[Role, st.SearchStrategy[str]] = {
    "handle": st.from_regex(r"@?[A-Za-z0-9_]{1,17}[.＠ ]?", fullmatch=True),
    "url": st.from_regex(
        r"https?://(a\.|b@)?example\.com(:80|\.evil\.com)?[/a-z.()?=&#%_-]{0,12}", fullmatch=True
    ),
    "number": st.from_regex(r"-?[0-9]{1,3}(,[0-9]{3})?(\.[0-9]{1,3})?[.com]{0,3}", fullmatch=True),
    "date": st.from_regex(r"20[0-9]{2}-[0-1][0-9]-[0-3][0-9]( [a-z.]{1,4})?", fullmatch=True),
}
AROUND: list[tuple[Role, str, str, list[Kind]]] = [
    ("handle", "cc @", ", hello", ["mention"]),
    ("url", "See ", ". It is", ["link"]),
    ("number", "£", "GB.", []),
    ("date", "(", ").", []),
]


@pytest.mark.parametrize(("role", "before", "after", "made"), AROUND)
@given(data=st.data())
@settings(max_examples=150, derandomize=True, deadline=None)
def test_a_role_makes_what_it_says_and_nothing_else(
    data: st.DataObject, role: Role, before: str, after: str, made: list[Kind]
) -> None:
    value = data.draw(st.one_of(NEARLY[role], TEXTS))
    assert joint_objection(before, after, role) is None
    shown = admitted(value, channel_named("x"), role, ["example.com"])
    if shown is None:
        return
    text = f"{before}{shown}{after}"
    assert [entity.kind for entity in entities(text)] == made, ascii(value)
    assert valid(text)
    assert length(text) == sum(length(part) for part in (before, str(shown), after))
