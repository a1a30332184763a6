"""What a command loads before it begins: only what it needs, and nothing for who only asks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .bakery import bakery
from .test_process import environment

# Slow to load, and of no use to who asks for help, the version or the rest of a word.
HEAVY = ("duckdb", "jinja2", "pydantic", "rich", "targeter.pipeline", "targeter.project", "yaml")
RUN = "import sys; from targeter.cli.boundary import run; code = run(sys.argv[1:]); "
LOADED = "print(*sorted(sys.modules), file=sys.stderr); sys.exit(code)"


def loaded_by(*words: str, folder: Path | None = None, **changed: str) -> frozenset[str]:
    """The modules that a command has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", RUN + LOADED, *words],
        cwd=folder,
        env=environment(**changed),
        capture_output=True,
        text=True,
        check=True,
    )
    return frozenset(done.stderr.split())


@pytest.mark.parametrize("words", [(), ("--help",), ("--version",), ("plan", "--help")])
def test_who_only_asks_waits_for_nothing(words: tuple[str, ...]) -> None:
    assert loaded_by(*words) & set(HEAVY) == set()


def test_a_shell_that_completes_an_option_waits_for_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "targeter"],
        env=environment(
            _TARGETER_COMPLETE="complete_bash", COMP_WORDS="targeter plan --for", COMP_CWORD="2"
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["--format"]
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "typer" in loaded
    assert loaded & set(HEAVY) == set()


# Which rooms are for other commands: loading them all would take longer than reading the sample.
OTHERS = {
    "plan": {"explain", "previews", "tester", "editor", "starter", "declaring", "access"},
    "lint": {"previews", "editor", "starter", "declaring", "access", "keeping"},
    "schema": {"previews", "starter", "declaring", "access", "keeping"},
}


@pytest.mark.parametrize("command", OTHERS)
def test_a_command_loads_no_other_commands_rooms(tmp_path: Path, command: str) -> None:
    loaded = loaded_by(command, folder=bakery(tmp_path))
    assert loaded & {f"targeter.{room}" for room in OTHERS[command]} == set()
    assert loaded & {"pydantic", "rich.progress", "rich.markdown", "pygments", "babel"} == set()


def test_an_option_that_is_given_is_still_looked_at(tmp_path: Path) -> None:
    root = bakery(tmp_path)
    for words in (["--examples", "-1"], ["--format", "xml"], ["--threads", "0"]):
        done = subprocess.run(
            [sys.executable, "-m", "targeter", "plan", *words],
            cwd=root,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2, done.stderr
