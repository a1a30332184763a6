"""The sample's texts: what a promoted post may not say, and that a rule says each of them."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from .places import RULES, TEMPLATES

ALL = sorted(TEMPLATES.glob("*.j2"))
PERSONAL = {"first_name", "friend_name", "years_with_us"}


def parts(path: Path) -> tuple[dict[str, str], str]:
    """The front matter and the body of a template."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return dict(line.split(": ", 1) for line in front.splitlines()), body


def promoted() -> list[Path]:
    return [path for path in ALL if parts(path)[0]["channel"] == "x_promoted"]


def variables(body: str) -> set[str]:
    return set(re.findall(r"\{\{\s*(\w+)", body))


@pytest.mark.parametrize("path", promoted(), ids=lambda path: path.name)
def test_a_promoted_text_holds_nothing_that_an_advertisement_may_not(path: Path) -> None:
    body = parts(path)[1]
    assert not re.search(r"[#@]|https?:|www\.|\w\.\w", body)
    assert sum(unicodedata.category(character) == "So" for character in body) <= 1
    assert len(body) < 280


@pytest.mark.parametrize("path", promoted(), ids=lambda path: path.name)
def test_a_promoted_text_says_nothing_about_one_person(path: Path) -> None:
    assert not variables(parts(path)[1]) & PERSONAL


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_a_text_is_one_paragraph_without_stray_spaces(path: Path) -> None:
    body = parts(path)[1]
    assert body.endswith("\n")
    assert body == body.strip() + "\n"
    assert "  " not in body
    assert "\n" not in body.strip()


def test_every_template_is_said_by_a_rule_and_every_rule_has_its_template() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.yaml")))
    named = {
        name.strip()
        for names in re.findall(r"^    templates: \[(.+)\]$", text, re.MULTILINE)
        for name in names.split(",")
    }
    assert named == {path.name.split(".")[0] for path in ALL}


def entries(path: Path) -> list[str]:
    """The entries of a file's lists, each with the comment above it."""
    lines = path.read_text(encoding="utf-8").replace("\n\n", "\n").splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("  - name: ")]
    ends = [*starts[1:], len(lines)][: len(starts)]
    return ["\n".join(lines[start - 1 : end]) for start, end in zip(starts, ends, strict=True)]


@pytest.mark.parametrize("path", sorted(RULES.glob("*.yaml")), ids=lambda path: path.name)
def test_every_rule_says_why(path: Path) -> None:
    assert all("\n    why: " in entry or entry.startswith("  # ") for entry in entries(path)), (
        path.name
    )
