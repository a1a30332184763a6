"""What stands beside a value, whichever way a template is written, never acts together with it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from targeter.channels import entities
from targeter.findings import Finding
from targeter.inert import Role, neutralise
from targeter.templates import ENVIRONMENT, Hole, Template, objection_to, read_template
from targeter.yaml_source import TextFile

from .channels.hostile import TEXTS


def template(body: str) -> Template:
    found: list[Finding] = []
    read = read_template(TextFile.of("templates/hi.j2", f"---\nchannel: x\n---\n{body}"), found)
    assert read is not None, found
    return read


def holes(body: str, facts: Mapping[str, str] | None = None) -> tuple[Hole, ...]:
    return template(body).holes(facts or {}, "en")


def objections(body: str, kind: Role = "text", facts: Mapping[str, str] | None = None) -> list[str]:
    said = [(hole, objection_to(hole, kind)) for hole in holes(body, facts)]
    return [f"{hole.name}: {objection}" for hole, objection in said if objection]


LINK, BESIDE, DOTTED = "makes a link of the two", "directly beside each other", "a dotted name"

UNSAFE = [
    ("{{ a }}.It", "a", LINK),
    ("{{ a }}{% if b %}.It{% endif %}", "a", LINK),
    ("{{ a }}.{% if b %}It{% endif %}", "a", LINK),
    ("{{ a }}{% if b %}{% else %}.{% endif %}It", "a", LINK),
    ("{% if c %}{{ a }}{% endif %}.It", "a", LINK),
    ("{% if c %}{% if d %}{{ a }}{% endif %}{% endif %}{% if b %} {% endif %}.It", "a", LINK),
    ("{{ a }}{% if b %} x {% elif c %}.It{% endif %}", "a", LINK),
    ("{{ a }}{{ '.It' }}", "a", LINK),
    ("{{ a }}{{ '.it'|upper }}", "a", LINK),
    ("{{ a }}{{ '.It' if b else ' ' }}", "a", LINK),
    ("{{ a }}{{ b or '.It' }}", "a", BESIDE),
    ("{{ a or b }} {{ c }}{{ ' ' or '.It' }}", "c", LINK),
    ("{{ a|default('x') }}{{ '.It' }}", "a", LINK),
    ("{{ a }}{{ fact }}", "a", LINK),
    ("{% if a %}@{% endif %}{{ b }}", "b", "makes a mention of it"),
    ("@{% if a %}x{% endif %}{{ b }}", "b", "makes a mention of it"),
    ("{{ '@' }}{{ b }}", "b", "makes a mention of it"),
    ("{{ '#' if a }}{{ b }}", "b", "makes a hashtag of it"),
    ("www{% if a %}.{% endif %}{{ b }}", "b", DOTTED),
    ("{% if a %}x.{% endif %}{% if c %}y{% endif %}{{ b }}", "b", DOTTED),
    ("{{ a }}{{ b }}", "a", BESIDE),
    ("{{ a }}{% if c %}{{ b }}{% endif %}", "b", BESIDE),
    ("{% if c %}{{ a }}{% endif %}{{ b }}", "a", BESIDE),
    ("{% if c %}{{ a }}{% else %} {% endif %}{% if d %} {% endif %}{{ b }}", "b", BESIDE),
    ("{{ a }}c{{ b }}", "a", "“c” between two values can make a link of them"),
    ("{{ a }}{% if d %}c{% endif %}{% if e %} {% endif %}{{ b }}", "a", "between two values"),
]

SAFE = [
    "{{ a }} {{ b }}",
    "{{ a }}, {{ b }}",
    "{{ a }}-{{ b }}",
    "{{ a }}{% if b %}, {{ b }}{% endif %}.",
    "{% if a %}{{ a }}{% else %}{{ b }}{% endif %}, hello",
    "{{ a }}{% if b %} of {{ b }}{% endif %}. It",
    "{{ a or 'you' }}, hello",
    "{{ a if a else 'you' }}, hello",
    "Hi{% if a %} {{ a }}{% endif %}, it is",
    "{% if a %}x{% else %}y{% endif %}.It {{ b }}",
    "Hi {{ a|default('x.It') }}!",
    "{{ a }}'s {{ price }}",
]


@pytest.mark.parametrize(("body", "name", "said"), UNSAFE)
def test_every_way_to_a_value_is_followed(body: str, name: str, said: str) -> None:
    found = objections(body, facts={"fact": ".It"})
    assert any(one.startswith(f"{name}: ") and said in one for one in found), found


@pytest.mark.parametrize("body", SAFE)
def test_ordinary_branches_are_safe(body: str) -> None:
    assert objections(body, facts={"price": "£9"}) == []


def test_numbers_may_have_letters_between_them() -> None:
    assert objections("{{ a }}x{{ b }}", "number") == []


def test_an_own_handle_may_follow_its_sign_in_a_branch() -> None:
    assert objections("{% if a %}cc @{% endif %}{{ b }} x", "handle") == []


def test_more_ways_than_can_be_followed_are_an_objection_and_end_at_a_space() -> None:
    many = "".join(f"{{% if a %}}{letter}{{% endif %}}" for letter in "abcdefghijklmnopqrst" * 5)
    assert "too many ways" in objections(f"{many}{{{{ b }}}} x")[0]
    assert "too many ways" in objections(f"{{{{ b }}}}{many}")[0]
    assert objections(f"{many} {{{{ b }}}} {many}") == []


def test_a_hole_has_its_place_and_its_filters() -> None:
    hole = holes("Hi {% if a %}\n{{ b|trim|upper }}{% endif %}!")[0]
    assert (hole.name, hole.filters) == ("b", ("trim", "upper"))
    assert (hole.place.line, hole.place.column) == (5, 4)
    assert hole.after == ("!",)


# -- the law ---------------------------------------------------------------------------------

LITERALS = [
    "",
    " ",
    "x",
    ".It",
    ".",
    "@",
    "#",
    "com",
    "c",
    "-",
    ", ",
    "b.co ",
    "www.",
    "$",
    "/",
    "s",
]
_literals = st.sampled_from(LITERALS)
_values = st.sampled_from(["{{ a }}", "{{ b }}", "{{ a or 'x' }}", "{{ b|default('.It') }}"])


def _branches(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        "{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format,
        st.sampled_from(["yes", "no", "a", "not b"]),
        inner,
        _literals,
    )


_parts = st.recursive(st.one_of(_literals, _values), _branches, max_leaves=4)
BODIES = st.lists(_parts, min_size=1, max_size=5).map("".join)
HOSTILE = st.one_of(
    st.none(),
    TEXTS,
    st.sampled_from(["J.", "com", "A$", "C#", "om", "5", "x-", "@com", "evil.com"]),
)


def check(body: str, one: str | None, other: str | None) -> None:
    """Assert that a template which passes makes nothing of these values and its words."""
    assume(body.strip() and "{{" in body)
    file = TextFile.of("templates/hi.j2", f"---\nchannel: x\n---\n{body}")
    read = read_template(file, [])
    assume(read is not None and not any(objection_to(h, "text") for h in read.holes({}, "en")))
    assert read is not None
    inert = {"a": one and neutralise(one), "b": other and neutralise(other)}
    assume(all(inert[name] for name in read.required if name in inert))
    compiled = ENVIRONMENT.from_string(read.body)
    whole = compiled.render({"yes": True, "no": None, **inert})
    # a bracket acts with nothing: what is left is what the template wrote itself
    own = compiled.render({"yes": True, "no": None, **{n: v and ")" for n, v in inert.items()}})
    assert [e.text for e in entities(whole)] == [e.text for e in entities(own)], (body, inert)


@given(BODIES, HOSTILE, HOSTILE)
@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much],
)
def test_what_passes_lets_no_value_make_anything_of_the_words(
    body: str, one: str | None, other: str | None
) -> None:
    check(body, one, other)


@pytest.mark.slow
@given(BODIES, HOSTILE, HOSTILE)
@settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_passes_lets_no_value_make_anything_of_the_words_at_length(
    body: str, one: str | None, other: str | None
) -> None:
    check(body, one, other)
