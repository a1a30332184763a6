"""Templates: a closed piece of Jinja, found where it leaves it, and what each person must have."""

from __future__ import annotations

import time

import pytest

from targeter.findings import Finding
from targeter.templates import ENVIRONMENT, MAX_BYTES, Template, filled, placeholders, read_template
from targeter.yaml_source import TextFile

HEAD = "---\nchannel: x\n---\n"


def read(
    body: str, head: str = HEAD, path: str = "templates/hello.j2"
) -> tuple[Template | None, list[Finding]]:
    found: list[Finding] = []
    return read_template(TextFile.of(path, head + body), found), found


def template(body: str) -> Template:
    result, found = read(body)
    assert result is not None, found
    return result


# What a body writes with and without its values; and which it requires.
BODIES = [
    ("Hi {{ name }}", {"name"}),
    ("Hi {{ name|upper|trim }}", {"name"}),
    ("Hi {{ name|default('you') }}", set()),
    ("Hi {{ name|title|default('you')|upper }}", set()),
    ("Hi {{ name or 'you' }}", set()),
    ("Hi {{ name or town }}", {"town"}),
    ("{% if name %}Hi {{ name }}{% else %}Hello{% endif %}", set()),
    ("{% if name is defined %}Hi {{ name }}{% endif %}!", set()),
    ("{% if not name %}Hi{% else %}Hi {{ name }}{% endif %}", set()),
    ("{% if not name %}Hi {{ name }}{% endif %}!", {"name"}),
    ("{% if name %}Hi{% else %}Hi {{ name }}{% endif %}", {"name"}),
    ("{% if name and town %}{{ name }} of {{ town }}{% endif %}!", set()),
    ("{% if name or town %}{{ name }}{% endif %}!", {"name"}),
    ("{% if not (name or town) %}Hi{% else %}{{ name }}{% endif %}", {"name"}),
    ("{% if not name or not town %}Hi{% else %}{{ name }}{{ town }}{% endif %}", set()),
    ("{% if age > 30 %}{{ age }}{% endif %}!", set()),
    ("{% if town == 'Leeds' %}{{ town }}{% else %}Hi{% endif %}", set()),
    ("{% if town == 'Leeds' %}a{% else %}{{ town }}{% endif %}", {"town"}),
    ("{% if town != 'Leeds' %}{{ town }}{% endif %}!", {"town"}),
    ("{% if name %}a{% elif town %}{{ town }}{% else %}{{ name }}{% endif %}", {"name"}),
    ("{{ name if name else 'you' }}", set()),
    ("{{ 'dear' if name }} {{ name }}", {"name"}),
    ("{% raw %}{{ name }}{% endraw %}", set()),
    ("{# {{ name }} #}Hi", set()),
    ("{%- if name -%} Hi {{ name }} {%- endif -%} !", set()),
    ("# for x in y\n## Hi {{ name }}", {"name"}),
    ("{{ 'a' }}{{ 5 }}{{ 1.5 }}", set()),
    ("{% if name == none %}Hi{% else %}Hello{% endif %}", set()),
    ("{{ '' if name == none else 'Hi ' }}Hello", set()),
]


@pytest.mark.parametrize(("body", "required"), BODIES)
def test_what_is_written_unguarded_is_required(body: str, required: set[str]) -> None:
    assert template(body).required == required


@pytest.mark.parametrize(("body", "required"), BODIES)
def test_nothing_is_written_of_a_value_that_isnt_there(body: str, required: set[str]) -> None:
    one = template(body)
    values = {name: "Anna" if name in required else None for name in one.names} | {"age": 40}
    text = ENVIRONMENT.from_string(one.body).render(values)
    assert "None" not in text
    assert "NONE" not in text
    assert "Hi  " not in text


# «» stands around what is shown; without it, the line is what counts.
REFUSED = [
    ("TG505", "{% «for» x in y %}a{% endfor %}"),
    ("TG505", "{% «for» i in range(1000000000) %}a{% endfor %}"),
    ("TG505", "Hi\n{% «macro» a() %}{% endmacro %}"),
    ("TG505", "{% «set» x = 1 %}"),
    ("TG505", "{% «include» '/etc/passwd' %}"),
    ("TG505", "{% «extends» 'x' %}"),
    ("TG505", "{% «import» 'x' as y %}"),
    ("TG505", "{% block a %}{% endblock %}"),
    ("TG505", "{% with a = 1 %}{{ a }}{% endwith %}"),
    ("TG505", "{% filter upper %}x{% endfilter %}"),
    ("TG505", "{% call a() %}{% endcall %}"),
    ("TG505", "{% autoescape true %}x{% endautoescape %}"),
    ("TG505", "{{ «name»() }}"),
    ("TG505", "{{ «name»['x'] }}"),
    ("TG505", "{{ «name»[0] }}"),
    ("TG505", "{{ name.upper }}"),
    ("TG505", "{{ ''.__class__.__mro__ }}"),
    ("TG505", "{{ name|«attr»('x') }}"),
    ("TG505", "{{ name|«map»('upper') }}"),
    ("TG505", "Hi\n\n{{ name|«uper» }}"),
    ("TG505", "{{ name|«upper»(1) }}"),
    ("TG505", "{{ name|«default» }}"),
    ("TG505", "{{ name|«default»('x', true) }}"),
    ("TG505", "{{ name|«default»(town) }}"),
    ("TG505", "{{ name|«default»(otherwise='x') }}"),
    ("TG505", "{% if name is «upper» %}x{% endif %}"),
    ("TG505", "{{ 'A' * 200000000 }}"),
    ("TG505", "{{ 2 ** 999999 }}"),
    ("TG505", "{{ 1 + 1 }}"),
    ("TG505", "{{ 'a' ~ 'b' }}"),
    ("TG505", "{{ [1, 2] }}"),
    ("TG505", "{{ {'a': 1} }}"),
    ("TG505", "{{ none }}"),
    ("TG505", "{{ 'x' if name else none }}"),
    ("TG505", "{{ name or none }}"),
    ("TG505", "{{ none|upper }}"),
    ("TG505", "{{ name|«default»(none) }}"),
    ("TG505", "{{ «self» }}"),
    ("TG505", "{{ «loop» }}"),
    ("TG505", "{{ «lipsum»() }}"),
    ("TG502", "Hi\n{{ name"),
    ("TG502", "{% if name %}x"),
    ("TG502", "x{% endif %}"),
    ("TG502", "{{ }}"),
    ("TG502", "{{ a b }}"),
    ("TG502", "{{ 'x }}"),
    ("TG502", "{% do x %}"),
    ("TG508", ""),
    ("TG508", "  \n\n "),
    ("TG508", "{# only a comment #}"),
    ("TG508", "{% if name %}  {% endif %}"),
]


@pytest.mark.parametrize(("code", "text"), REFUSED)
def test_the_rest_of_jinja_is_refused_where_it_stands(code: str, text: str) -> None:
    body = text.replace("«", "").replace("»", "")
    result, found = read(body)
    assert result is None
    assert found[0].code == code
    place = found[0].place
    assert place is not None
    if "«" in text:
        before = text[: text.index("«")]
        line, column = before.count("\n") + 4, len(before) - before.rfind("\n")
        length = text.index("»") - text.index("«") - 1
        assert (place.line, place.column, place.length) == (line, column, length)
    elif code != "TG508":
        assert place.line == 4 + body.count("\n")


def test_a_sign_that_no_name_holds_is_refused_where_it_stands() -> None:
    _, found = read("Hi\nyou spent {{ Umsatz € }}")
    (place,) = [finding.place for finding in found]
    assert place is not None and (place.line, place.column) == (5, 21)
    assert found[0].message == "Jinja: unexpected char '€'"


DEEP = {
    "brackets": "{{ " + "(" * 1_000 + "name" + ")" * 1_000 + " }}",
    "not": "{{ " + "not " * 1_500 + "name }}",
    "or": "{{ a" + " or a" * 1_000 + " }}",
    "filters": "{{ name" + "|upper" * 1_000 + " }}",
    "ifs": "{% if a %}" * 300 + "x" + "{% endif %}" * 300,
    "conditional expressions": "{{ " + "a if a else " * 500 + "a }}",
}


@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP.keys())
def test_deep_nesting_is_refused_at_once(body: str) -> None:
    began = time.monotonic()
    result, found = read(body)
    assert result is None
    assert [f.message for f in found] == ["nested too deeply"]
    assert time.monotonic() - began < 1


def test_a_template_has_a_size(tmp_path: object) -> None:
    result, found = read("é" * (MAX_BYTES // 2))
    assert result is None
    assert [f.code for f in found] == ["TG505"]


@pytest.mark.parametrize(
    ("head", "path", "code"),
    [
        ("", "templates/a.j2", "TG508"),
        ("---\nchannel: x\n", "templates/a.j2", "TG508"),
        ("---\n---\n", "templates/a.j2", "TG508"),
        ("---\n- channel\n---\n", "templates/a.j2", "TG105"),
        ("---\ntopic: sale\n---\n", "templates/a.j2", "TG104"),
        ("---\nchannel: [x]\n---\n", "templates/a.j2", "TG105"),
        ("---\nchannel: x\nchanel: y\n---\n", "templates/a.j2", "TG103"),
        ("---\nchannel: x\nchannel: y\n---\n", "templates/a.j2", "TG102"),
        ("---\nchannel: &a x\n---\n", "templates/a.j2", "TG108"),
        ("---\nchannel: x: y\n---\n", "templates/a.j2", "TG101"),
        (HEAD, "templates/a b.j2", "TG508"),
        (HEAD, "templates/a.XX.j2", "TG508"),
        (HEAD, "templates/a.b.c.j2", "TG508"),
    ],
)
def test_front_matter_and_names_are_checked(head: str, path: str, code: str) -> None:
    result, found = read("Hello", head, path)
    assert result is None or code in ("TG103", "TG102")
    assert code in [f.code for f in found]


@pytest.mark.parametrize(
    "head",
    ["---\r\nchannel: x\r\n---\r\n", "--- \nchannel: x\n---\t\n", "---\nchannel: 'x'\n---\n"],
)
def test_front_matter_in_other_hands_is_read(head: str) -> None:
    result, found = read("Hello {{ name }}", head)
    assert not found
    assert result is not None
    assert (result.channel.text, result.body) == ("x", "Hello {{ name }}")
    assert result.variables[0].place.line == 4


def test_a_file_name_says_name_and_language() -> None:
    result, _ = read("Hello", path="templates/deep/hello.de-AT.j2")
    assert result is not None
    assert (result.name, result.language, result.id) == ("hello", "de-AT", "hello.de-AT")


@pytest.mark.parametrize("blank", [None, "", "  ", "\t\n"])
def test_default_fills_what_is_missing_or_blank(blank: str | None) -> None:
    body = template("{{ name|trim|default('you') }}").body
    assert ENVIRONMENT.from_string(body).render({"name": blank}) == "you"


def test_an_undefined_name_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(Exception, match="undefined"):
        ENVIRONMENT.from_string("{{ nobody }}").render({})


def test_links_have_placeholders() -> None:
    link = "https://example.com/?c={campaign}&r={rule}"
    assert placeholders(link) == {"campaign", "rule"}
    assert filled(link, {"rule": "x"}) == "https://example.com/?c={campaign}&r=x"
