"""How strangers' names and values are written: read back, they are what they were."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from targeter.starter.places import places_of
from targeter.starter.wording import expression, percent, shown
from targeter.yaml_source import Entries, TextFile, parse, plain_value

LINES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).filter(
    lambda text: text == text.strip() and "\ufeff" not in text and "\ufffe" not in text
)


@given(st.one_of(LINES.map(lambda text: f'"{text}" = 1'), LINES.map(lambda text: f"a {text}")))
def test_an_expression_comes_back_out_of_yaml_as_it_went_in(text: str) -> None:
    found: list[object] = []
    node = parse(TextFile.of("x", f"when: {expression(text, 0)}\n"), found)  # type: ignore[arg-type]
    assert not found
    assert isinstance(node, Entries)
    assert plain_value(node) == {"when": text}


@given(st.floats(0, 1))
def test_a_share_is_all_or_nothing_only_where_it_is(share: float) -> None:
    assert (percent(share) == "0%") == (share == 0)
    assert (percent(share) == "100%") == (share == 1)


@given(st.text())
def test_a_comment_stays_on_its_line_and_draws_nothing(text: str) -> None:
    line = shown(text)
    assert line.isprintable()
    assert len(line) <= 120


def test_a_file_that_the_project_hides_is_named_from_further_up(tmp_path: Path) -> None:
    project, data = tmp_path / "project", tmp_path / "data"
    for folder in (project, data):
        folder.mkdir()
        (folder / "people.csv").write_text("", encoding="utf-8")
    places = places_of(project, [data / "people.csv"])
    assert places.paths == {data / "people.csv": "data/people.csv"}
    assert places.roots == (tmp_path,)
