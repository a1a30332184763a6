"""Two plans compared: every person goes one way, and every way is counted and shown."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter import batches, pipeline
from targeter.cli.drawing.comparison_markdown import as_markdown
from targeter.database import Engine
from targeter.errors import NothingToCheck, PlanRefused, WrongUsage
from targeter.plans import Against, Change, Comparison, Saved, compare
from targeter.plans.assignments import COLUMNS
from tests import worlds
from tests.cli.bakery import targeter

from .orchard import RULES, SETTINGS, against, changed, keep, orchard

GOLDEN = Path(__file__).parent / "golden"
UPDATE = os.environ.get("TARGETER_UPDATE_SCREENS") == "1"
DAY = dt.date(2026, 11, 1)

# Other rules: neighbours lose, planters gain from them, regulars read other words.
OTHER = RULES.replace("town is not null", "name = 'Bea' or name = 'Hal'").replace(
    "trees > 0", "trees >= 0"
)


def _compared(root: Path, name: str, examples: int = 1, **options: object) -> Comparison:
    kept = against(root, name, examples, **options)
    assert kept.comparison is not None
    return kept.comparison


def _ways(comparison: Comparison) -> dict[tuple[str, str, str], int]:
    return {(c.kind, c.before, c.after): c.people for c in comparison.changes}


def test_the_same_plan_is_no_difference(tmp_path: Path, kept: Saved) -> None:
    comparison = _compared(tmp_path, str(kept.folder))
    assert not comparison.differs
    assert (comparison.unchanged, comparison.changes) == (10, ())
    assert comparison.against.plan_id == comparison.plan_id == kept.plan_id


def test_who_gains_loses_moves_and_reads_other_words(tmp_path: Path, kept: Saved) -> None:
    orchard(tmp_path, rules=OTHER)
    thanks = tmp_path / "templates/thanks.j2"
    thanks.write_text(thanks.read_text().replace("another year", "all the fruit"))
    comparison = _compared(tmp_path, str(kept.folder))
    assert _ways(comparison) == {
        ("gains", "no_rule", "planters"): 1,
        ("moves", "neighbours", "planters"): 1,
        ("rewritten", "regulars", "regulars"): 1,
    }
    joe = comparison.changes[2].samples[0]
    assert (joe.person, joe.before.template) == ("joe", "thanks")
    assert joe.before.text == "Thank you, Joe, for another year. https://example.com/regulars"
    assert joe.after.text == "Thank you, Joe, for all the fruit. https://example.com/regulars"
    assert (comparison.messages_before, comparison.messages_after) == (6, 7)


def test_people_of_one_plan_only_are_absent_from_the_other(tmp_path: Path, kept: Saved) -> None:
    orchard(tmp_path, changed("ann", person_id="new"))
    assert _ways(_compared(tmp_path, str(kept.folder))) == {
        ("gains", "absent", "neighbours"): 1,
        ("loses", "neighbours", "absent"): 1,
    }


def test_nothing_for_another_reason_is_a_difference(tmp_path: Path, kept: Saved) -> None:
    orchard(tmp_path, changed("eli", angry="true"))
    comparison = _compared(tmp_path, str(kept.folder))
    assert _ways(comparison) == {("outcome", "no_rule", "handed_over"): 1}
    assert comparison.differs


def test_another_link_is_another_message(tmp_path: Path) -> None:
    matter = "---\nchannel: wall\nlink: https://example.com/{}\n---\nThe market opens.\n"
    root = worlds.write(orchard(tmp_path), {"templates/market.j2": matter.replace("{}", "a")})
    saved = keep(root)
    worlds.write(root, {"templates/market.j2": matter.replace("{}", "b")})
    assert _compared(root, str(saved.folder)).counts["rewritten"] == 4


# -- what was sent ---------------------------------------------------------------------------


def test_what_was_sent_last_is_the_latest_day(tmp_path: Path) -> None:
    root = orchard(tmp_path, settings=SETTINGS.replace("as_of: 2026-11-01\n", ""))
    days = [dt.date(2026, 11, day) for day in (5, 4)]
    done = {}
    for number, day in enumerate(days):
        orchard(root, changed("ann", trees=str(number)), settings=SETTINGS)
        done[day] = pipeline.render(worlds.options(root, as_of=day), batches.Request())
    (root / "batches" / ".half").mkdir()
    comparison = _compared(root, "sent", as_of=dt.date(2026, 11, 6))
    assert comparison.against == Against("sent", done[days[0]].plan_id, days[0])


def test_nothing_sent_is_nothing_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(NothingToCheck, match="nothing was rendered yet"):
        _compared(orchard(tmp_path), "sent")


def test_a_damaged_plan_is_not_compared_with(tmp_path: Path, kept: Saved) -> None:
    (kept.folder / "assignments.parquet").write_bytes(b"")
    with pytest.raises(PlanRefused, match=r"assignments\.parquet is not what was written"):
        _compared(tmp_path, str(kept.folder))
    with pytest.raises(WrongUsage, match="there is no folder"):
        _compared(tmp_path, str(tmp_path / "nowhere"))


# -- as it is shown --------------------------------------------------------------------------


def _prepared(root: Path) -> Path:
    """A kept plan, and a project that differs from it in every way."""
    saved = keep(orchard(root))
    orchard(root, changed("dov", angry="true"), rules=OTHER)
    thanks = root / "templates/thanks.j2"
    thanks.write_text(thanks.read_text().replace("another year", "all the fruit"))
    return saved.folder


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_comparison_is_shown_as_it_was(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _prepared(tmp_path)
    monkeypatch.chdir(tmp_path)
    ran = targeter("plan", "--against", "kept", "--format", form, columns=90)
    assert (ran.code, ran.err) == (0, "")
    golden = GOLDEN / f"comparison.{'md' if form == 'markdown' else 'txt'}"
    shown = ran.out
    for digest in sorted({word for word in shown.split() if len(word) == 16 and word.isalnum()}):
        shown = shown.replace(digest, "the-plan")
    if UPDATE:
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")


def test_a_difference_is_an_exit_code_when_that_is_wanted(tmp_path: Path) -> None:
    folder = _prepared(tmp_path)
    words = ("plan", "--project", tmp_path, "--format", "json", "--against")
    assert targeter(*words, folder).code == 0
    ran = targeter(*words, folder, "--exit-code", "--out", tmp_path / "new")
    assert ran.code == 1
    assert (ran.json["gains"], ran.json["loses"], ran.json["differs"]) == (1, 1, True)
    assert ran.json["saved"]["is_new"] is True
    first = ran.json["changes"][0]
    assert (first["kind"], first["from"], first["to"]) == ("gains", "no_rule", "planters")
    assert first["samples"][0]["before"]["text"] is None
    same = targeter(*words, tmp_path / "new", "--exit-code")
    assert (same.code, same.json["differs"], same.json["changes"]) == (0, False, [])


@pytest.mark.parametrize("option", [("--format", "markdown"), ("--exit-code",)])
def test_what_is_for_comparing_needs_something_to_compare_with(
    tmp_path: Path, option: tuple[str, ...]
) -> None:
    ran = targeter("plan", "--project", orchard(tmp_path), *option)
    assert (ran.code, "--against DIR" in ran.err) == (2, True)


def test_hostile_words_stay_in_their_place_in_markdown(tmp_path: Path) -> None:
    saved = keep(orchard(tmp_path, changed("joe", person_id="a|b`@team`</details>")))
    thanks = tmp_path / "templates/thanks.j2"
    thanks.write_text(thanks.read_text().replace("year", "year ```` @team </details>"))
    key = "a|b`@team`</details>"
    orchard(tmp_path, changed("joe", person_id=key), [(key, "apple"), (key, "pear")])
    thanks.write_text("---\nchannel: mail\n---\nThank you, {{ name }} ```` @team </details> <b>\n")
    shown = as_markdown(_compared(tmp_path, str(saved.folder), 5))
    outside = _outside_of_code(shown)
    assert "@team" in shown
    assert "@team" not in outside
    assert outside.count("</details>") == 1


def _outside_of_code(text: str) -> str:
    """What a reader of Markdown would not take for code."""
    kept, fence = [], ""
    for line in text.splitlines():
        ticks = line[: len(line) - len(line.lstrip("`"))]
        if fence:
            fence = "" if line == fence else fence
        elif len(ticks) >= 3:
            fence = ticks
        else:
            kept.append(_without_spans(line))
    return "\n".join(kept)


def _without_spans(line: str) -> str:
    out, rest = "", line
    while "`" in rest:
        before, _, after = rest.partition("`")
        run = 1 + len(after) - len(after.lstrip("`"))
        after = after.lstrip("`")
        end = after.find("`" * run)
        while end >= 0 and after[end : end + run + 1] == "`" * (run + 1):
            end = after.find("`" * run, end + len(after[end:]) - len(after[end:].lstrip("`")))
        out, rest = out + before, after[end + run :] if end >= 0 else ""
    return out + rest


# -- the law ---------------------------------------------------------------------------------

_ENDS = st.tuples(
    st.sampled_from(["message", "message", "no_rule", "held_out", "over_cap"]),
    st.sampled_from(["apples", "pears"]),
    st.sampled_from(["Come.", "Go."]),
    st.sampled_from([None, "https://example.com"]),
)
_PLANS = st.dictionaries(st.sampled_from("abcdefgh"), _ENDS)


@cache
def _engine() -> Engine:
    return Engine(threads=1)


@settings(max_examples=50, deadline=None)
@given(_PLANS, _PLANS)
def test_every_person_goes_the_way_that_plain_python_sees(
    before: dict[str, tuple[str, str, str, str | None]],
    after: dict[str, tuple[str, str, str, str | None]],
) -> None:
    engine = _engine()
    for name, plan in (("before_it", before), ("assignments", after)):
        engine.load(name, COLUMNS, [_row(person, *end) for person, end in plan.items()])
    comparison = compare(engine, "before_it", Against("x", "x", DAY), ("y", DAY), 2)
    expected = Counter(
        way
        for person in {*before, *after}
        if (way := _way(before.get(person), after.get(person))) is not None
    )
    assert _ways(comparison) == expected
    assert comparison.people == len({*before, *after})
    assert comparison.unchanged == comparison.people - sum(expected.values())
    assert all(_shows(change) for change in comparison.changes)


def _row(person: str, outcome: str, rule: str, text: str, link: str | None) -> tuple[object, ...]:
    return (person, outcome, rule, None, "t", None, "mail", None, text, 1, link, None)


def _way(
    before: tuple[str, str, str, str | None] | None,
    after: tuple[str, str, str, str | None] | None,
) -> tuple[str, str, str] | None:
    was = before or ("absent", "", "", None)
    now = after or ("absent", "", "", None)
    ends = [end[1] if end[0] == "message" else end[0] for end in (was, now)]
    reads = [end[0] == "message" for end in (was, now)]
    if reads == [False, True]:
        kind = "gains"
    elif reads == [True, False]:
        kind = "loses"
    elif reads == [False, False]:
        kind = "outcome" if ends[0] != ends[1] else ""
    elif was[1] != now[1]:
        kind = "moves"
    else:
        kind = "rewritten" if was[2:] != now[2:] else ""
    return (kind, ends[0], ends[1]) if kind else None


def _shows(change: Change) -> bool:
    """At most as many people as asked for, and what each side of them would read."""
    assert len(change.samples) == min(change.people, 2)
    sides = [(s.before, change.before) for s in change.samples]
    sides += [(s.after, change.after) for s in change.samples]
    return all(
        (side.rule == name and side.text is not None)
        if side.outcome == "message"
        else (side.outcome == name and side.text is None)
        for side, name in sides
    )
