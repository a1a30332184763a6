"""What is reported of a change: everything is checked, and only what it touched is said."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from targeter.lint.repository import changed_lines
from tests.cli.bakery import Ran, targeter

from .cases_on_disk import change, project

RULES, SETTINGS = "rules/bakery.yaml", "rules/targeter.yaml"
OTHER = """\
rules:
  - name: early
    why: They come early.
    priority: 5
    when: agee > 1
    templates: [stollen]
  - name: late
    why: They come late.
    priority: 4
    when: regular and ageee > 2
    templates: [bread]
"""


def git(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A committed project in a folder of a repository, with an error in each of two rules."""
    root = project("clean", tmp_path)
    (root / "rules" / "other.yaml").write_text(OTHER)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "all")
    return root


def reported(root: Path, ref: str = "HEAD") -> list[str]:
    ran = targeter("lint", "--project", root, "--changed-since", ref, "--format", "json")
    return sorted({f"{one['code']} {one['thing']}" for one in ran.json["findings"]})


EARLY, LATE = "TG202 rules/early", "TG202 rules/late"


def test_where_nothing_changed_nothing_is_reported(root: Path) -> None:
    ran = targeter("lint", "--project", root, "--changed-since", "HEAD")
    assert (ran.code, ran.out) == (0, "Nothing to report (2 not touched by the change)\n")


def test_a_changed_rule_is_reported_whole(root: Path) -> None:
    change(root, "rules/other.yaml", "They come early.", "They come very early.")
    assert reported(root) == [EARLY]


def test_a_line_taken_out_of_a_rule_counts(root: Path) -> None:
    change(root, "rules/other.yaml", "    why: They come early.\n", "")
    assert EARLY in reported(root)


def test_a_changed_template_reports_the_rules_that_use_it(root: Path) -> None:
    change(root, "templates/stollen.j2", "oven", "big oven")
    assert reported(root) == [EARLY]


def test_a_changed_segment_reports_the_rules_that_use_it(root: Path) -> None:
    change(root, "rules/other.yaml", "regular and ageee > 2", "regular\n    unless: ageee > 2")
    git(root.parent, "commit", "--quiet", "--all", "--message", "unless")
    change(root, RULES, "spent >= 50", "spent >= 60")
    assert reported(root) == [LATE]


def test_a_changed_trait_reports_what_uses_it_through_segments(root: Path) -> None:
    change(root, RULES, "spent >= 50", "posts_lately > 5")
    change(root, "rules/other.yaml", "regular and ageee > 2", "regular\n    unless: ageee > 2")
    git(root.parent, "commit", "--quiet", "--all", "--message", "segment")
    change(root, SETTINGS, "last: 60 days", "last: 90 days")
    assert reported(root) == [LATE]


def test_a_changed_column_reports_what_uses_it(root: Path) -> None:
    change(
        root, "rules/other.yaml", "regular and ageee > 2", "network = 'x'\n    unless: ageee > 2"
    )
    git(root.parent, "commit", "--quiet", "--all", "--message", "column")
    change(root, SETTINGS, "network: text", "network: {type: text, missing: [none]}")
    assert reported(root) == [LATE]


def test_a_new_file_is_a_change(root: Path) -> None:
    (root / "rules" / "newest.yaml").write_text(
        OTHER.replace("early", "newest").replace("late", "x")
    )
    assert "TG202 rules/newest" in reported(root)
    assert EARLY not in reported(root)


def test_a_finding_that_speaks_of_a_changed_rule_is_reported(root: Path) -> None:
    """The lower of two rules is where the finding stands, and the higher one is what changed."""
    change(root, RULES, "priority: 30", "priority: 20")
    ran = targeter("lint", "--project", root, "--changed-since", "HEAD", "--format", "json")
    assert [one["code"] for one in ran.json["findings"]] == ["TG402"]


def test_a_change_is_measured_from_where_the_branches_part(root: Path) -> None:
    git(root.parent, "checkout", "--quiet", "-b", "mine")
    git(root.parent, "checkout", "--quiet", "main")
    change(root, "rules/other.yaml", "They come early.", "They come very early.")
    git(root.parent, "commit", "--quiet", "--all", "--message", "theirs")
    git(root.parent, "checkout", "--quiet", "mine")
    change(root, "rules/other.yaml", "They come late.", "They come very late.")
    assert reported(root, "main") == [LATE]


def refused(root: Path, ref: str) -> Ran:
    ran = targeter("lint", "--project", root, "--changed-since", ref)
    assert (ran.code, ran.out) == (2, "")
    return ran


@pytest.mark.parametrize("ref", ["nowhere", "--help", "HEAD~9", ""])
def test_a_commit_that_is_not_there_is_wrong_usage(ref: str, root: Path) -> None:
    assert f"git knows no commit {ref!r}" in refused(root, ref).err


def test_without_a_repository_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert "the project is in none" in refused(project("clean", tmp_path), "HEAD").err


def test_without_git_it_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(root))
    assert "there is no git here" in refused(root, "HEAD").err


def test_nothing_in_a_repository_is_run(root: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    for key in ("diff.external", "core.fsmonitor", "diff.j2.textconv", "core.pager"):
        git(root, "config", key, str(program))
    (root / ".gitattributes").write_text("*.j2 diff=j2\n")
    change(root, "templates/stollen.j2", "oven", "big oven")
    assert reported(root) == [EARLY]
    assert not ran.exists()


def test_a_diff_is_read_by_its_counts_and_not_by_how_its_lines_look() -> None:
    diff = """\
diff --git a/rules/a.yaml b/rules/a.yaml
--- a/rules/a.yaml
+++ b/rules/a.yaml
@@ -3,0 +4,2 @@ rules:
++++ b/other.yaml
+@@ -1 +1 @@
@@ -9 +11 @@
-old
\\ No newline at end of file
+new
\\ No newline at end of file
@@ -20,2 +21,0 @@
-gone
-gone
diff --git "a/b\\303\\244 \\"c\\".yaml" "b/b\\303\\244 \\"c\\".yaml"
--- /dev/null
+++ "b/tab\\t\\"c\\".yaml"
@@ -0,0 +1 @@
+x
diff --git a/d b/d
--- a/d
+++ /dev/null
@@ -1 +0,0 @@
-x
"""
    assert list(changed_lines(diff)) == [
        ("rules/a.yaml", 4),
        ("rules/a.yaml", 5),
        ("rules/a.yaml", 11),
        ("rules/a.yaml", 21),
        ("rules/a.yaml", 22),
        ('tab\t"c".yaml', 1),
    ]
