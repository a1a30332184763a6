"""The longest a text can be, and where that is too long with nothing shorter after it: TG513."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.channels import CHANNELS, length
from targeter.findings import Finding
from targeter.inert import admitted
from targeter.project import read_project
from targeter.templates import environment
from targeter.templates.longest import longest_body, written
from tests import worlds

SETTINGS = f"""\
{worlds.AGREED}\
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
      name: text
      age: integer
      spent: decimal
      vip: boolean
      born_on: date
      likes: list
      handle: text
      offer: text
facts:
  price: £9
link_hosts: [example.com]
channels:
  note: {{delivery: direct, unit: codepoints, limit: 100}}
  post: {{like: x, limit: 100, footer: Bye}}
  text: {{like: sms}}
  ad: {{like: x_promoted, limit: 100}}
"""


def found(root: Path, *texts: str, matter: str = "channel: note", more: str = "") -> list[Finding]:
    """What TG513 says of a rule whose templates have these texts."""
    names = [f"t{number}" for number in range(len(texts))]
    rule = "rules:\n  - name: r\n    why: w\n    priority: 1\n    when: age > 1\n"
    rule += more or f"    templates: [{', '.join(names)}]\n"
    files = {"rules/targeter.yaml": SETTINGS, "rules/rules.yaml": rule}
    for name, text in zip(names, texts, strict=True):
        files[f"templates/{name}.j2"] = f"---\n{matter}\n---\n{text}\n"
    every = worlds.findings(worlds.write(root, files))
    return [finding for finding in every if finding.code == "TG513"]


def said(finding: Finding) -> str:
    return finding.message.removeprefix("at its longest ")


@pytest.mark.parametrize(
    ("text", "count", "of"),
    [
        # each kind of value adds what it may
        ("w" * 40 + "{{ name }}", None, ""),
        ("w" * 41 + "{{ name }}", 101, "41 for its words, up to 60 for 'name'"),
        ("w" * 81 + "{{ age }}", 101, "81 for its words, up to 20 for 'age'"),
        ("w" * 81 + "{{ spent }}", 101, "81 for its words, up to 20 for 'spent'"),
        ("w" * 96 + "{{ vip }}", 101, "96 for its words, up to 5 for 'vip'"),
        ("w" * 91 + "{{ born_on }}", 101, "91 for its words, up to 10 for 'born_on'"),
        ("w" * 41 + "{{ likes }}", 101, "41 for its words, up to 60 for 'likes'"),
        ("{{ name }}{{ name }}", 120, "0 for its words, 2 × 60 for 'name'"),
        ("w" * 98 + "{{ price }}", None, ""),
        # filters
        ("w" * 41 + "{{ name | upper }}", 101, "41 for its words, up to 60 for 'name'"),
        ("w" * 40 + "{{ name | default('x') }}", None, ""),
        (f"{{{{ name | default('{'x' * 101}') }}}}", 101, "101 for its words"),
        # of branches the longer one
        ("w" * 41 + "{{ name if vip else age }}", 101, "41 for its words, up to 60 for 'name'"),
        ("w" * 41 + "{{ name or 'you' }}", 101, "41 for its words, up to 60 for 'name'"),
        ("w" * 96 + "{% if vip %}short{% else %}yes{% endif %}", 101, "101 for its words"),
        ("w" * 40 + "{% if vip %}{{ name }}{% elif age %}{{ name }}{% endif %}", None, ""),
        # what no value can mend is another finding
        ("w" * 101, None, ""),
        ("w" * 101 + "{{ name }}", None, ""),
    ],
)
def test_the_longest_text_is_counted_by_what_its_values_can_be(
    text: str, count: int | None, of: str, tmp_path: Path
) -> None:
    expected = [f"{count} of 100 characters: {of}"] if count else []
    assert [said(finding) for finding in found(tmp_path, text)] == expected


@pytest.mark.parametrize(
    ("matter", "text", "longest"),
    [
        # a link counts 23 on X, and the footer stands below it
        (
            "channel: post\nlink: https://example.com/a/very/long/way",
            "w" * 13 + " {{ name }}",
            "102 of 100 weighted characters: 42 for its words, up to 60 for 'name'",
        ),
        ("channel: post\nlink: https://example.com/", "w" * 11 + " {{ name }}", None),
        # in an ad it goes beside the text
        ("channel: ad\nlink: https://example.com/", "w" * 40 + "{{ name }}", None),
        # a text message has 160 septets
        (
            "channel: text",
            "w" * 101 + "{{ name }}",
            "161 of 160 septets: 101 for its words, up to 60 for 'name'",
        ),
        ("channel: text", "w" * 100 + "{{ name }}", None),
        # a handle of X has fifteen letters at most
        ("channel: post\nroles: {handle: handle}", "w" * 81 + "{{ handle }}", None),
        (
            "channel: post\nroles: {handle: handle}",
            "w" * 82 + "{{ handle }}",
            "101 of 100 weighted characters: 86 for its words, up to 15 for 'handle'",
        ),
        ("channel: post\nroles: {offer: url}", "w" * 72 + " {{ offer }}", None),
    ],
)
def test_it_is_counted_as_its_channel_counts(
    matter: str, text: str, longest: str | None, tmp_path: Path
) -> None:
    shown = [said(finding) for finding in found(tmp_path, text, matter=matter)]
    assert shown == [longest] * bool(longest)


LONG = "w" * 90 + "{{ name }}"


@pytest.mark.parametrize(
    ("texts", "paths"),
    [
        ([LONG, "Hi"], []),
        ([LONG, LONG, "Hi"], []),
        (["Hi", LONG], ["templates/t1.j2"]),
        ([LONG, "w" * 101], ["templates/t0.j2"]),
        ([LONG, LONG], ["templates/t0.j2", "templates/t1.j2"]),
    ],
)
def test_a_text_that_always_fits_may_follow(
    texts: list[str], paths: list[str], tmp_path: Path
) -> None:
    places = [finding.place for finding in found(tmp_path, *texts)]
    assert [place.path for place in places if place] == paths


def test_of_an_experiment_no_arm_follows_another(tmp_path: Path) -> None:
    arms = "    variants:\n      - {template: t0, share: 50}\n      - {template: t1, share: 50}\n"
    assert len(found(tmp_path, LONG, "Hi", more=arms)) == 1


# -- the law -----------------------------------------------------------------------------------

_names = st.sampled_from(["name", "age", "vip", "born_on"])
_leaf = st.one_of(
    st.sampled_from(["Hi ", "you. ", "a longer stretch of words, "]),
    _names.map(lambda name: f"{{{{ {name} }}}} "),
    _names.map(lambda name: f"{{{{ {name} | default('somebody') | upper }}}} "),
    st.tuples(_names, _names).map(lambda two: f"{{{{ {two[0]} if {two[1]} else 'nothing' }}}} "),
)
_bodies = st.recursive(
    st.lists(_leaf, min_size=1, max_size=4).map("".join),
    lambda inner: st.tuples(_names, inner, inner).map(
        lambda t: f"{{% if {t[0]} %}}{t[1]}{{% else %}}{t[2]}{{% endif %}}"
    ),
    max_leaves=6,
)
_values = st.fixed_dictionaries(
    {
        "name": st.text("an o'", max_size=70),
        "age": st.integers(-(2**63), 2**63 - 1) | st.integers(0, 99),
        "vip": st.booleans(),
        "born_on": st.dates(),
    }
)
_LONGEST: dict[str, Any] = {
    "name": "n" * 60,
    "age": -(2**63),
    "vip": False,
    "born_on": "2026-09-30",
}


@given(_bodies, _values, st.sampled_from(["x", "bluesky", "sms"]))
@settings(max_examples=100, deadline=None)
def test_no_message_is_longer_than_the_longest(
    body: str, values: dict[str, Any], channel: str
) -> None:
    template = _template(body, channel)
    longest = longest_body(template, "en", _LONGEST, lambda text: length(text, channel))
    inert = {name: admitted(value, CHANNELS[channel]) for name, value in values.items()}
    shown = {name: "" if value is None else value for name, value in inert.items()}
    text = environment("en").from_string(template.body).render(shown)
    assert length(text, channel) <= length(written(longest), channel)


def _template(body: str, channel: str) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        text = f"---\nchannel: {channel}\n---\n-{body}\n"
        root = worlds.write(Path(folder), {"rules/targeter.yaml": "", "templates/t.j2": text})
        (template,) = read_project(root).templates
    return template
