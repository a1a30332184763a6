"""What X takes for a link, a mention, a hashtag or a cashtag."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from targeter.channels import Entity, Link, entities, invalid_characters, links, valid

from .hostile import TEXTS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hi Anna.It is", ["Anna.It"]),
        ("you.is asp.net dr.no", ["you.is", "asp.net", "dr.no"]),
        ("https://example.com/a(b)c.", ["https://example.com/a(b)c"]),
        ("HTTPS://EXAMPLE.COM/A", ["HTTPS://EXAMPLE.COM/A"]),
        ("東京evil.com東京", ["evil.com"]),
        ("http://t.co/abc-def", ["http://t.co/abc"]),
        ("http://t.co/" + "a" * 41, []),
        ("x.com?q=1", ["x.com"]),
        ("x.com/?q=1", ["x.com/?q=1"]),
        ("a_b.com", []),
        ("a-b.com", ["a-b.com"]),
        ("-x.com _x.com /x.com .x.com", []),
        ("@x.com #x.com $x.com", []),
        ("a@x.com", []),
        ("x.com@y", []),
        ("x.ſo x.\u212ao", []),
        ("evil․com evil．com", []),
        ("x..com", []),
        ("http://" + "a" * 64 + ".com", []),
        ("http://x.com/" + "a" * 4090, []),
        ("http://xn--あ.com", []),
        ("twitter.嘉里大酒店 twitter.嘉里店", ["twitter.嘉里大酒店", "twitter.嘉里"]),
        ("x.com(a)(b)", ["x.com"]),
        ("x.com/(a)(b)!", ["x.com/(a)(b)"]),
    ],
)
def test_links_are_found_as_x_finds_them(text: str, found: list[str]) -> None:
    assert [link.text for link in links(text)] == found


def test_a_link_says_where_it_stands_in_code_points() -> None:
    assert links("😀 x.com/a.") == (Link(2, 9, "x.com/a"),)


def test_a_path_behind_a_label_that_is_not_latin_belongs_to_the_latin_domain() -> None:
    assert links("b.com.あ.みんな/x") == (Link(0, 13, "b.com/x"),)


@given(TEXTS)
@settings(max_examples=500, derandomize=True, deadline=None)
def test_links_come_in_order_without_overlap_and_hold_a_dot(text: str) -> None:
    found = links(text)
    ends = [0, *(link.end for link in found)]
    assert all(end <= link.start for end, link in zip(ends, found, strict=False))
    assert all("." in link.text for link in found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@anna and ＠ben", [("mention", "@anna"), ("mention", "＠ben")]),
        ("a@b @b@c @é", []),
        ("#sale ＃sale &#sale a#sale #1", [("hashtag", "#sale"), ("hashtag", "＃sale")]),
        ("#️⃣abc", []),
        ("$ABC x$ABC $5", [("cashtag", "$ABC")]),
        ("x.com/#a @b", [("link", "x.com/#a"), ("mention", "@b")]),
        ("@anna/friends", [("mention", "@anna/friends")]),
        ("nothing here", []),
    ],
)
def test_entities_are_found_in_order(text: str, found: list[tuple[str, str]]) -> None:
    assert [(entity.kind, entity.text) for entity in entities(text)] == found


def test_an_entity_says_where_it_stands() -> None:
    assert entities("Hi @anna!") == (Entity("mention", 3, 8, "@anna"),)


@given(TEXTS)
@settings(max_examples=500, derandomize=True, deadline=None)
def test_entities_never_overlap(text: str) -> None:
    ends = [0, *(entity.end for entity in entities(text))]
    assert all(end <= e.start for end, e in zip(ends, entities(text), strict=False))


def test_characters_that_x_refuses_are_named_once() -> None:
    assert invalid_characters("a\ufeffb\uffff\ufeff") == ("\ufeff", "\uffff")
    assert valid("fine \u202e") and not valid("not\ufffe") and not valid(" ")
