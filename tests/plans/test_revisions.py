"""A plan compared with the rules and templates of a git revision, on today's data."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from targeter.errors import BadData, RulesAreWrong, WrongUsage
from targeter.plans import Comparison
from tests import worlds
from tests.cli.bakery import targeter

from .orchard import RULES, SETTINGS, against, changed, orchard


def _git(root: Path, *words: str) -> str:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "-c", "user.name=test", "-c", "user.email=test@example.com", *words]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A committed project in a folder of a repository; its data is not in git."""
    root = orchard(tmp_path / "company" / "marketing")
    _git(tmp_path / "company", "init", "--quiet", "--initial-branch=main")
    _git(root, "add", "rules", "templates")
    _git(root, "commit", "--quiet", "--message=first")
    return root


def _compared(root: Path, ref: str) -> Comparison:
    comparison = against(root, f"git:{ref}").comparison
    assert comparison is not None
    return comparison


def test_rules_of_a_revision_meet_the_data_of_today(root: Path) -> None:
    orchard(root, changed("eli", trees="1"), rules=RULES.replace("bought >= 2", "bought >= 9"))
    comparison = _compared(root, "HEAD")
    ways = {(c.kind, c.before, c.after): c.people for c in comparison.changes}
    assert ways == {("moves", "regulars", "neighbours"): 1}
    assert (comparison.messages_before, comparison.messages_after) == (7, 7)
    assert not (root / "batches").exists()


def test_templates_settings_and_branches_are_those_of_the_revision(root: Path) -> None:
    _git(root, "checkout", "--quiet", "-b", "old")
    worlds.write(root, {"templates/thanks.j2": "---\nchannel: mail\n---\nHi {{ name }}.\n"})
    (root / "rules/targeter.yaml").write_text(
        SETTINGS.replace("min_audience: 2", "min_audience: 9")
    )
    _git(root, "commit", "--quiet", "--all", "--message=old")
    _git(root, "checkout", "--quiet", "main")
    comparison = _compared(root, "old")
    assert comparison.counts["rewritten"] == 1
    assert comparison.counts["gains"] == 3
    assert _compared(root, "main").differs is False
    assert _compared(root, "old~1").differs is False


def test_both_sides_are_planned_for_the_same_day(root: Path) -> None:
    later = SETTINGS.replace("as_of: 2026-11-01", "as_of: 2026-12-01")
    (root / "rules/targeter.yaml").write_text(later)
    comparison = _compared(root, "HEAD")
    assert (str(comparison.as_of), str(comparison.against.as_of)) == ("2026-12-01", "2026-12-01")
    assert not comparison.differs


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "nowhere",
        "--upload-pack=touch pwned",
        "--output=pwned",
        "-p",
        "HEAD:rules",
        "HEAD^{tree}",
        "main..main",
        "a\nb",
        "a\0b",
        "\udcff",
        "$(touch pwned)",
        "x" * 5_000,
    ],
)
def test_a_hostile_revision_is_no_revision(root: Path, ref: str) -> None:
    before = {path.name for path in root.iterdir()}
    with pytest.raises(WrongUsage, match="--against: git knows no commit"):
        _compared(root, ref)
    assert {path.name for path in root.iterdir()} == before


def test_wrong_rules_of_a_revision_are_said_to_be_its(root: Path) -> None:
    (root / "rules/fruit.yaml").write_text(RULES.replace("bought >= 2", "baught >= 2"))
    _git(root, "commit", "--quiet", "--all", "--message=wrong")
    (root / "rules/fruit.yaml").write_text(RULES)
    with pytest.raises(RulesAreWrong) as wrong:
        _compared(root, "HEAD")
    assert wrong.value.message.startswith("the rules of git:HEAD are wrong")
    assert [str(f.place) for f in wrong.value.findings] == ["git:HEAD:rules/fruit.yaml:6:11"]
    ran = targeter("plan", "--project", root, "--against", "git:HEAD", "--format", "json")
    assert (ran.code, ran.json["findings"][0]["code"]) == (1, "TG202")


def test_data_that_a_revision_cannot_read_is_said_to_be_its(root: Path) -> None:
    (root / "people.csv").rename(root / "persons.csv")
    text = (root / "rules/targeter.yaml").read_text()
    (root / "rules/targeter.yaml").write_text(text.replace("people.csv", "persons.csv"))
    with pytest.raises(BadData, match="the rules of git:HEAD can't read the data") as wrong:
        _compared(root, "HEAD")
    places = [f.place.path for f in wrong.value.findings if f.place]
    assert places == ["git:HEAD:rules/targeter.yaml"]


def test_wrong_rules_of_today_are_not_said_to_be_a_revisions(root: Path) -> None:
    (root / "rules/fruit.yaml").write_text(RULES.replace("bought >= 2", "baught >= 2"))
    with pytest.raises(RulesAreWrong) as wrong:
        _compared(root, "HEAD")
    assert [str(f.place) for f in wrong.value.findings] == ["rules/fruit.yaml:6:11"]


def test_a_revision_without_the_project_has_no_rules(root: Path) -> None:
    _git(root, "rm", "--quiet", "-r", "--cached", "rules")
    _git(root, "commit", "--quiet", "--message=none")
    with pytest.raises(RulesAreWrong, match="git:HEAD are wrong"):
        _compared(root, "HEAD")


def test_a_link_of_a_revision_is_not_followed(root: Path) -> None:
    (root / "rules/more.yaml").symlink_to("/etc/hostname")
    _git(root, "add", "rules")
    _git(root, "commit", "--quiet", "--message=link")
    (root / "rules/more.yaml").unlink()
    with pytest.raises(WrongUsage, match=r"rules/more\.yaml is a link"):
        _compared(root, "HEAD")


def test_a_large_file_of_a_revision_is_not_read(root: Path) -> None:
    (root / "rules/large.yaml").write_text("#" * 5_000_001)
    _git(root, "add", "rules")
    _git(root, "commit", "--quiet", "--message=large")
    (root / "rules/large.yaml").unlink()
    with pytest.raises(RulesAreWrong) as wrong:
        _compared(root, "HEAD")
    assert [f.message for f in wrong.value.findings] == ["rules/large.yaml is larger than 5 MB"]


def test_without_a_repository_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(WrongUsage, match="--against needs a git repository"):
        _compared(orchard(tmp_path), "HEAD")
