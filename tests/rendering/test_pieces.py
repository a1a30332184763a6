"""Where a body is cut, and which templates are outside the fast subset."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from targeter.channels import CHANNELS
from targeter.rendering import slow_parts
from targeter.rendering.pieces import pieces
from tests.rendering.trial import Trial, template, trial


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with trial(tmp_path_factory.mktemp("pieces")) as made:
        yield made


def cut(world: Trial, body: str) -> list[str]:
    """The pieces of a body: fixed text, or the columns that are read between * and *."""
    read = template(body)
    assert read is not None
    found = pieces(world.writer(world.with_template(read, CHANNELS["x"])))
    assert found is not None
    return [p.fixed if not p.columns else f"*{' '.join(p.columns)}*" for p in found]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Hi {{ a }}, good news for {{ b }}.", ["Hi", "*a*", " good news for", "*b*"]),
        ("{{ a }}\nand more", ["*a*", "\nand", " more"]),
        ("{{ a }}\n{{ b }}", ["*a*", "*b*"]),
        ("{{ a }}{{ b }}", ["*a b*"]),
        ("{{ a }}-{{ b }} ok", ["*a b*", " ok"]),
        ("{{ a }}{% if b %}.It{% endif %}", ["*a b*"]),
        ("{% if a %}@{% endif %}{{ b }}", ["*a b*"]),
        ("{% if a %}word{% endif %} {{ b }}", ["*a*", "*b*"]),
        ("{% if a %}{{ b }}{% endif %} end", ["*a b*", " end"]),
        ("In {{ shop }}, {{ a }}", ["In", " 12 High Street,", "*a*"]),
        ("{{ odd }}{{ a }}", ["a.", "*a*"]),
        ("{% if price == '£10' %}Just {% endif %}{{ a }}", ["Just", "*a*"]),
    ],
)
def test_a_body_is_cut_where_fixed_text_holds_white_space(
    world: Trial, body: str, expected: list[str]
) -> None:
    assert cut(world, body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "{{ a|default('you\\r') }} and {{ b }}",  # it may meet a line feed
        "{% if price > 3 %}dear{% endif %} {{ a }} and {{ b }}",  # a text against a number
    ],
)
def test_what_can_not_be_measured_apart_is_not_cut(world: Trial, body: str) -> None:
    read = template(body)
    assert read is not None
    assert pieces(world.writer(world.with_template(read, CHANNELS["x"]))) is None
    assert [part.columns for part in slow_parts(read, world.bound)] == [("a", "b")]


def test_a_slow_template_is_named_with_its_line_and_its_columns(world: Trial) -> None:
    read = template(
        "Hi {{ a }},\nsee {% if n > 3 %}{{ b }} or {{ a }}{% endif %} today", name="offer"
    )
    assert read is not None
    [part] = slow_parts(read, world.bound)
    assert str(part) == (
        "template 'offer' writes a, b and n in one piece (line 5), "
        "so each combination of them is rendered for itself"
    )
    assert str(part.place) == "templates/offer.j2:5:1"


def test_a_template_whose_pieces_read_one_column_each_is_fast(world: Trial) -> None:
    read = template("Hi {{ a|title }}, {% if n > 3 %}{{ n }} years{% endif %} in {{ b }}")
    assert read is not None
    assert slow_parts(read, world.bound) == ()
