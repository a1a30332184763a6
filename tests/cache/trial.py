"""Profiles of a project with a cache: what is in them, and which sources were read for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from targeter import pipeline
from targeter.cache import folder_of
from targeter.history import CONTACTS, load_contacts
from tests.worlds import options

# What everything after the profiles reads, as one value.
Answer = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """One run: its answer, the sources that were read for it, and what was noted."""

    answer: Answer
    read: tuple[str, ...]
    notes: tuple[str, ...]


def made(root: Path, *, cache: bool = True, **changes: object) -> Made:
    stages: list[str] = []
    notes: list[str] = []
    asked = options(root, cache=cache, note=notes.append, **changes)
    with pipeline.profiled(asked, lambda stage, step, steps: stages.append(stage)) as one:
        answer = tuple(_answer(one, root))
    read = [stage.split()[1] for stage in stages if stage.startswith("source ")]
    return Made(answer, tuple(read), tuple(notes))


def _answer(one: pipeline.Profiled, root: Path) -> Iterator[object]:
    engine = one.engine
    yield engine.columns_of("profiles")
    yield engine.rows("SELECT rowid, * FROM profiles ORDER BY rowid")
    yield one.profiles, one.findings, one.loaded
    load_contacts(engine, one.bound, root / "batches")
    yield sorted(engine.rows(f"SELECT * FROM {CONTACTS}"), key=repr)


def fresh(root: Path, **changes: object) -> Answer:
    """The answer without a cache."""
    return made(root, cache=False, **changes).answer


def entries(root: Path, kind: str = "") -> list[Path]:
    """What is cached, sorted by name."""
    return sorted(folder_of(root).glob(f"{kind or '*'}-*"))


def files(root: Path) -> list[Path]:
    """Every file of every entry."""
    return sorted(path for entry in entries(root) for path in entry.iterdir())
