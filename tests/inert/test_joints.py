"""What stands beside a value, and values that are meant to act."""

from __future__ import annotations

import pytest

from targeter.inert import Role, joint_objection, role

SAFE: list[tuple[str, str, Role]] = [
    ("Hi ", ", good news", "text"),
    ("", ". It is", "text"),
    ("", ".", "text"),
    ("", "'s", "text"),
    ("", "s", "text"),
    ("“", "”", "text"),
    ("(e.g. ", ")", "text"),
    ("", "さん", "text"),
    ("", "/month", "number"),
    ("£3.", " off", "number"),
    ("$", " off", "number"),
    ("", "GB", "number"),
    ("", "th", "number"),
    ("from ", "T10:00", "date"),
    ("@", " says", "handle"),
    ("see ", ".", "url"),
    ("see ", "", "url"),
    ("\n", "\n", "text"),
    ("x.co ", " x.co", "text"),
    ("Ihre Nr.: ", "€", "text"),
    ("", "$", "text"),
]
UNSAFE: list[tuple[str | None, str | None, Role, str]] = [
    ("Hi ", ".It is", "text", "“.It” right after a value makes a link of the two, such as Anna.It"),
    ("", ").com.x", "text", "makes a link of the two"),
    ("", "．com", "text", "makes a link of the two"),
    ("", "GB", "text", "“GB” right after a value that ends in a full stop makes a link"),
    ("", "みんな", "text", "such as J.みんな: put a space between them"),
    ("@", "", "text", "“@” right before a value makes a mention of it: give the value the role"),
    ("＠", "", "text", "makes a mention of it"),
    ("@our_", "", "handle", "“@our_” right before a value makes a mention of it"),
    ("#", "", "text", "“#” right before a value makes a hashtag of it"),
    ("#sale", "", "text", "“#sale” right before a value makes a hashtag of it"),
    ("$", "", "text", "“$” right before a value makes a cashtag of it"),
    ("", "@brand", "text", "“@brand” right after a value is a mention after some values"),
    ("", "#x", "text", "put a space before #"),
    ("https://x.com/", "", "text", "the value would become part of the link https://x.com/"),
    ("x.com/?id=", "", "number", "the value would become part of the link"),
    ("https://", "", "text", "the value would become part of the link https://"),
    ("e.g.", "", "text", "a value right after “e.g.” becomes part of a dotted name"),
    ("www.", "", "text", "a value right after “www.” becomes part of a dotted name"),
    ("", None, "text", "two values stand directly beside each other"),
    (None, "", "text", "two values stand directly beside each other"),
    ("", "\u0301", "text", "U+0301 right after a value changes the value's last character"),
    ("", "\u200d👩", "text", "U+200D right after a value"),
    ("", "🏽", "text", "U+1F3FD right after a value"),
    ("", "ᆨ", "text", "U+11A8 right after a value"),
    ("🇩", "", "text", "U+1F1E9 right before a value can join its first character"),
    ("a", "", "url", "read differently with a value such as https://example.com/a"),
    ("see ", "/more", "url", "read differently with a value such as"),
]


@pytest.mark.parametrize(("before", "after", "kind"), SAFE)
def test_ordinary_words_around_a_value_are_safe(before: str, after: str, kind: Role) -> None:
    assert joint_objection(before, after, kind) is None


@pytest.mark.parametrize(("before", "after", "kind", "said"), UNSAFE)
def test_words_that_act_together_with_a_value_are_objected_to_in_a_sentence(
    before: str | None, after: str | None, kind: Role, said: str
) -> None:
    assert said in (joint_objection(before, after, kind) or "")


@pytest.mark.parametrize(
    ("value", "kind", "channel", "result"),
    [
        ("@anna_b", "handle", "x", "anna_b"),
        ("anna", "handle", "x_promoted", "anna"),
        ("anna b", "handle", "x", None),
        ("a" * 16, "handle", "x", None),
        ("änna", "handle", "x", None),
        ("anna.bsky.social", "handle", "bluesky", "anna.bsky.social"),
        ("anna", "handle", "bluesky", None),
        ("anna@example.social", "handle", "mastodon", "anna@example.social"),
        ("anna", "handle", "sms", None),
        ("12", "number", "x", "12"),
        ("-1,234.50", "number", "x", "-1,234.50"),
        ("1,23", "number", "x", None),
        ("1e5", "number", "x", None),
        ("١٢", "number", "x", None),
        ("nan", "number", "x", None),
        ("5\n", "number", "x", None),
        ("2026-02-28", "date", "x", "2026-02-28"),
        ("2026-02-30", "date", "x", None),
        ("28.2.2026", "date", "x", None),
        ("@anna evil.com", "text", "x", "anna evil. com"),
    ],
)
def test_a_role_takes_its_own_strict_form_only(
    value: str, kind: Role, channel: str, result: str | None
) -> None:
    assert role(value, kind, channel) == result


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://example.com", True),
        ("https://example.com/a/b?c=1&d=%20#e", True),
        ("https://shop.example.com/a", True),
        ("HTTPS://example.com", False),
        ("http://example.com", False),
        ("https://evil-example.com", False),
        ("https://example.com.evil.com", False),
        ("https://user@example.com", False),
        ("https://example.com@evil.com", False),
        ("https://example.com:8080/", False),
        ("https://example.com/a b", False),
        ("https://example.com/ä", False),
        ("https://example.com/a.", False),
        ("https://example.com/a\n", False),
        ("https://example.com/" + "a" * 2000, False),
        ("javascript:alert(1)", False),
        ("example.com", False),
    ],
)
def test_an_address_is_taken_if_it_is_secure_ours_and_exactly_one_link(
    address: str, taken: bool
) -> None:
    assert role(address, "url", hosts=["example.com"]) == (address if taken else None)


def test_no_address_is_taken_without_allowed_hosts() -> None:
    assert role("https://example.com", "url") is None
