"""Comments that ignore findings: what they are bound to, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter.findings import Finding
from tests import worlds

from .cases_on_disk import change, project

RULES = "rules/bakery.yaml"
WRONG = "posts_lately >= 2 and agee > 1"


def wrong(tmp_path: Path) -> Path:
    """A project with one error, in the condition of the rule «bread»."""
    root = project("clean", tmp_path)
    change(root, RULES, "posts_lately >= 2", WRONG)
    return root


def codes(root: Path) -> list[str]:
    return [finding.code for finding in worlds.findings(root)]


def said(root: Path) -> list[Finding]:
    return list(worlds.findings(root))


@pytest.mark.parametrize("word", ["TG202", "unknown-column", "TG2", "tg202", "Unknown-Column"])
def test_a_comment_above_a_rule_is_about_the_whole_rule(word: str, tmp_path: Path) -> None:
    root = wrong(tmp_path)
    comment = f"  # targeter: ignore[{word}] comes with the next export\n"
    change(root, RULES, "  - name: bread\n", comment + "  - name: bread\n")
    assert codes(root) == []


@pytest.mark.parametrize(
    "written",
    [
        f"    # targeter: ignore[TG202] soon\n    when: {WRONG}\n",
        f"    when: {WRONG}  # targeter: ignore[TG202] soon\n",
        f"    when: |  # targeter: ignore[TG202] soon\n      {WRONG}\n",
        f"    when:  # targeter: ignore[TG202] soon\n      - {WRONG}\n",
        f"    when:\n      - {WRONG}  # targeter: ignore[TG202] soon\n",
        f"    when:\n      # targeter: ignore[TG202] soon\n      - |\n        {WRONG}\n",
        f"    when:\n      # targeter: ignore[TG202] soon\n      # and so on\n      - {WRONG}\n",
        f'    when: "{WRONG}"  # targeter: ignore[TG202] soon\n',
        f"    when: {{all: ['{WRONG}']}}  # targeter: ignore[TG202] soon\n",
    ],
)
def test_a_comment_is_bound_to_the_key_or_item_it_stands_at(written: str, tmp_path: Path) -> None:
    root = wrong(tmp_path)
    change(root, RULES, f"    when: {WRONG}\n", written)
    assert codes(root) == []


def test_a_comment_is_not_about_the_rule_above_it(tmp_path: Path) -> None:
    root = wrong(tmp_path)
    change(root, RULES, "    templates: [bread]\n", "    templates: [bread]\n"
           "  # targeter: ignore[TG202] too late\n  - name: last\n    why: It is last.\n"
           "    priority: 1\n    when: age > 90\n    templates: [bread]\n")  # fmt: skip
    assert sorted(codes(root)) == ["TG001", "TG202"]


def test_a_comment_behind_one_key_is_not_about_the_others(tmp_path: Path) -> None:
    root = wrong(tmp_path)
    change(root, RULES, "    priority: 20\n", "    priority: 20  # targeter: ignore[TG202] no\n")
    assert sorted(codes(root)) == ["TG001", "TG202"]


def test_text_in_a_block_is_no_comment(tmp_path: Path) -> None:
    root = project("clean", tmp_path)
    block = "    why: |\n      Because.\n      # targeter: ignore[TG999] this is text\n"
    change(root, RULES, "    why: Who talks about it wants it.\n", block)
    quoted = "    why: 'Because # targeter: nonsense'\n"
    change(root, RULES, "    why: Who came all year should hear first.\n", quoted)
    assert codes(root) == []


def test_ignore_file_at_the_top_is_about_the_whole_file(tmp_path: Path) -> None:
    root = wrong(tmp_path)
    change(root, RULES, "segments:", "# Bread.\n# targeter: ignore-file[TG202] soon\nsegments:")
    assert codes(root) == []


def test_a_snooze_holds_until_the_end_of_its_day(tmp_path: Path) -> None:
    root = wrong(tmp_path)
    comment = "  # targeter: snooze[TG202, until=2026-11-01] comes with the next export\n"
    change(root, RULES, "  - name: bread\n", comment + "  - name: bread\n")
    assert codes(root) == []
    change(root, "rules/targeter.yaml", "as_of: 2026-11-01", "as_of: 2026-11-02")
    assert sorted(codes(root)) == ["TG003", "TG202"]


def test_one_word_of_two_can_be_unused(tmp_path: Path) -> None:
    root = wrong(tmp_path)
    comment = "  # targeter: ignore[TG202, TG402] soon\n"
    change(root, RULES, "  - name: bread\n", comment + "  - name: bread\n")
    (finding,) = said(root)
    assert (finding.code, finding.message.split()[0]) == ("TG001", "TG402")


@pytest.mark.parametrize(
    "comment",
    [
        "ignore TG202 reason",
        "ignore[] reason",
        "ignore[TG202, ] reason",
        "ignore[TG002] reason",
        "ignore[TG202, until=2026-12-31] reason",
        "snooze[TG202] reason",
        "snooze[TG202, until=tomorrow] reason",
        "snooze[TG202, til=2026-12-31] reason",
        "silence[TG202] reason",
        "",
    ],
)
def test_a_comment_that_is_not_understood_ignores_nothing(comment: str, tmp_path: Path) -> None:
    root = wrong(tmp_path)
    change(root, RULES, "  - name: bread\n", f"  # targeter: {comment}\n  - name: bread\n")
    assert sorted(codes(root)) == ["TG005", "TG202"]


def test_what_is_wrong_with_comments_can_not_be_ignored(tmp_path: Path) -> None:
    root = project("clean", tmp_path)
    comments = "  # targeter: ignore-file[TG001] quiet\n  # targeter: ignore[TG402] unused\n"
    change(root, RULES, "segments:", comments.replace("  #", "#") + "segments:")
    assert "TG005" in codes(root)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("templates/bread.j2", "{{ town }}.", "{{ twon }}.{# targeter: ignore[TG503] soon #}"),
        ("templates/bread.j2", "{{ town }}.", "{{ twon }}.{#- targeter: ignore[TG503] soon -#}"),
        ("rules/regulars.sql", "count(*) as visits", "count(shp) as visits"),
    ],
)
def test_templates_and_sql_have_comments_of_their_own(
    path: str, old: str, new: str, tmp_path: Path
) -> None:
    root = project("clean", tmp_path)
    change(root, path, old, new)
    if path.endswith(".sql"):
        assert codes(root) == ["TG202"]
        change(root, path, "-- where", "-- targeter: ignore[TG202] soon\n-- where")
    assert codes(root) == []


def test_front_matter_can_hold_the_comment(tmp_path: Path) -> None:
    root = project("clean", tmp_path)
    change(root, "templates/bread.j2", "{{ town }}", "{{ twon }}")
    change(
        root, "templates/bread.j2", "topic: bread", "# targeter: ignore[TG503] soon\ntopic: bread"
    )
    assert codes(root) == []


def test_a_hash_in_a_message_is_text(tmp_path: Path) -> None:
    root = project("clean", tmp_path)
    text = "{{ name }}, the # targeter: ignore this"
    change(root, "templates/stollen.j2", "{{ name }}, the", text)
    assert codes(root) == []


def test_comments_of_a_file_that_can_not_be_read_are_not_judged(tmp_path: Path) -> None:
    root = project("clean", tmp_path)
    change(root, RULES, "segments:", "# targeter: ignore-file[TG402] soon\nsegments: [")
    assert codes(root) == ["TG101"]


def test_the_summary_counts_what_is_ignored(tmp_path: Path) -> None:
    from tests.cli.bakery import targeter

    root = wrong(tmp_path)
    change(root, RULES, "segments:", "# targeter: ignore-file[TG202] soon\nsegments:")
    ran = targeter("lint", "--project", root)
    assert (ran.code, ran.out) == (0, "Nothing to report (1 ignored by comments)\n")
    assert targeter("lint", "--project", root, "--format", "json").json["suppressed"] == 1


def test_a_plan_is_stopped_by_what_lint_was_told_to_ignore(tmp_path: Path) -> None:
    from tests.cli.bakery import targeter

    root = wrong(tmp_path)
    change(root, RULES, "segments:", "# targeter: ignore-file[TG202] soon\nsegments:")
    change(root, "rules/targeter.yaml", "campaigns:", "lint: {ignore: [TG2]}\ncampaigns:")
    ran = targeter("plan", "--project", root)
    assert ran.code == 1
    assert "TG202" in ran.err
