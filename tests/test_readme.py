"""The README is true: its commands print what it shows, its examples stand in the sample.

Run with TARGETER_UPDATE_README=1 to write what the commands print today into the README.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from targeter.channels import CHANNELS
from targeter.expressions.language import AGGREGATES, OWN, SCALARS, Function
from targeter.filters import FILTERS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
UPDATE = os.environ.get("TARGETER_UPDATE_README") == "1"
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
_MARKED = re.compile(r"<!-- (\w+) -->\n(.*?)<!-- end -->", re.S)


def _blocks(language: str) -> list[str]:
    return [m[2] for m in _FENCE.finditer(README.read_text("utf-8")) if m[1] == language]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder as a newcomer has it after cloning."""
    target = tmp_path_factory.mktemp("clone") / "targeter"
    target.mkdir()
    for name in ("rules", "templates", "sample_data"):
        shutil.copytree(ROOT / name, target / name)
    return target


def _run(command: str, folder: Path) -> str:
    """What a command prints, both streams, as on a terminal of 100 columns without colour."""
    tools = folder.parent / "bin"
    tools.mkdir(exist_ok=True)
    entry = tools / "targeter"
    entry.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m targeter "$@"\n')
    entry.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return "\n".join(line.rstrip() for line in done.stdout.rstrip().split("\n"))


def _shown(block: str, folder: Path) -> str:
    """A console block with what its commands print today."""
    lines = []
    for command in re.findall(r"^\$ (.*)$", block, re.M):
        output = _run(command, folder)
        lines.append(f"$ {command}\n" + (f"{output}\n" if output else ""))
    return "".join(lines)


def test_commands_print_what_the_readme_shows(copy: Path) -> None:
    for block in _blocks("console"):
        shown = _shown(block, copy)
        if UPDATE:
            text = README.read_text("utf-8")
            README.write_text(text.replace(f"```console\n{block}```", f"```console\n{shown}```"))
        else:
            assert shown == block


def _excerpts() -> Iterator[tuple[str, str]]:
    for language in ("yaml", "sql", "jinja"):
        for block in _blocks(language):
            first, _, rest = block.partition("\n")
            yield first.lstrip("#- "), rest


@pytest.mark.parametrize(("path", "excerpt"), list(_excerpts()))
def test_examples_stand_in_the_sample_word_for_word(path: str, excerpt: str) -> None:
    assert excerpt in (ROOT / path).read_text("utf-8")


def _functions() -> str:
    def table(title: str, functions: dict[str, Function]) -> str:
        rows = [
            f"| `{f.usage.replace('|', chr(92) + '|')}` | {f.doc} |" for f in functions.values()
        ]
        return f"| {title} | what it gives |\n|---|---|\n" + "\n".join(rows) + "\n"

    return "\n".join(
        [
            table("ours", OWN),
            table("for one value", SCALARS),
            table("for many rows, in traits and derived sources", AGGREGATES),
        ]
    )


def _channels() -> str:
    lines = ["| channel | delivery | counts | limit | smallest audience |", "|---|---|---|---|---|"]
    for channel in CHANNELS.values():
        audience = channel.min_audience if channel.delivery == "promoted" else ""
        unit = channel.unit.replace("_", " ")
        lines.append(
            f"| `{channel.name}` | {channel.delivery} | {unit} | {channel.limit:,} | {audience} |"
        )
    return "\n".join(lines) + "\n"


def _filters() -> str:
    lines = ["| filter | what it writes | for example |", "|---|---|---|"]
    for name, one in FILTERS.items():
        said = [
            f"`{_cell(e.body)}` {_value(e.value)} → «{e.text}»{_language(e.language)}"
            for e in one.examples
        ]
        lines.append(f"| `{name}` | {one.doc} | {', '.join(said)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.removeprefix("{{ ").removesuffix(" }}").replace("|", chr(92) + "|")


def _value(value: object) -> str:
    shown = ", ".join(value) if isinstance(value, list) else value
    return "missing" if shown is None else f"«{shown}»"


def _language(language: str) -> str:
    return "" if language == "en" else f" ({language})"


TABLES = [("functions", _functions), ("channels", _channels), ("filters", _filters)]


@pytest.mark.parametrize(("name", "expected"), TABLES)
def test_tables_say_what_the_code_does(name: str, expected: object) -> None:
    assert callable(expected)
    table = expected()
    text = README.read_text("utf-8")
    found = {m[1]: m[2] for m in _MARKED.finditer(text)}
    if UPDATE:
        old = f"<!-- {name} -->\n{found[name]}<!-- end -->"
        README.write_text(text.replace(old, f"<!-- {name} -->\n{table}<!-- end -->"), "utf-8")
    else:
        assert found[name] == table


def test_there_are_exactly_two_set_up_commands() -> None:
    text = README.read_text("utf-8")
    setup = text[text.index("## Set up") : text.index("## Ten minutes")]
    commands = [m[2].strip() for m in _FENCE.finditer(setup)]
    assert len(commands) == 2
    assert commands[0].endswith("targeter plan")
    assert commands[1].endswith("pytest")
