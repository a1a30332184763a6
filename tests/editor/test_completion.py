"""A shell completes the names of what a project has, and never shows an error instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.bakery import bakery, targeter


class Shell:
    """A shell in which somebody presses the tab key."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._set = monkeypatch.setenv

    def completes(self, typed: str) -> list[str]:
        words = f"targeter {typed}"
        self._set("_TARGETER_COMPLETE", "complete_bash")
        self._set("COMP_WORDS", words)
        self._set("COMP_CWORD", str(len(words.split(" ")) - 1))
        ran = targeter("--help")
        assert (ran.code, ran.err) == (0, "")
        return ran.out.split()


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(monkeypatch)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = bakery(tmp_path)
    monkeypatch.chdir(root)
    return root


def test_commands(shell: Shell, project: Path) -> None:
    assert shell.completes("sch") == ["schema"]


def test_rules(shell: Shell, project: Path) -> None:
    assert shell.completes("explain somebody --rule st") == ["stollen"]


def test_templates_and_each_of_their_languages(shell: Shell, project: Path) -> None:
    text = (project / "templates" / "bread.j2").read_text(encoding="utf-8")
    (project / "templates" / "buns.de.j2").write_text(text, encoding="utf-8")
    (project / "templates" / "buns.en.j2").write_text(text, encoding="utf-8")
    assert shell.completes("preview b") == ["bread", "buns", "buns.de", "buns.en"]


def test_sources(shell: Shell, project: Path) -> None:
    assert shell.completes("sources p") == ["people"]


def test_codes_and_their_names(shell: Shell, project: Path) -> None:
    assert shell.completes("lint --explain TG20")[:2] == ["TG201", "TG202"]
    assert shell.completes("lint --ignore unknown-col") == [
        "unknown-column",
        "unknown-column-in-test",
    ]


def test_people(shell: Shell, project: Path) -> None:
    lines = (project / "people.csv").read_text(encoding="utf-8").splitlines()[1:]
    keys = sorted(line.split(",")[0] for line in lines)
    begins = keys[0][:1]
    assert shell.completes(f"explain {begins}") == [k for k in keys if k.startswith(begins)][:50]
    assert shell.completes("explain no'body") == []


def test_people_of_a_large_file_are_not_read(shell: Shell, project: Path) -> None:
    with (project / "people.csv").open("ab") as stream:
        stream.write(b"\n" * 5_000_000)
    assert shell.completes("explain ") == []


@pytest.mark.parametrize("typed", ["explain a", "explain x --rule s", "sources p"])
def test_a_broken_project_completes_nothing(shell: Shell, project: Path, typed: str) -> None:
    (project / "rules" / "targeter.yaml").write_text("sources: [", encoding="utf-8")
    for path in (project / "rules").glob("*.yaml"):
        path.write_text("[", encoding="utf-8")
    assert shell.completes(typed) == []


@pytest.mark.parametrize("typed", ["explain a", "explain x --rule s", "sources p", "preview b"])
def test_outside_of_a_project_nothing_is_completed(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shell.completes(typed) == []
