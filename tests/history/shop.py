"""A small shop with a cooldown, rendered into a history that tests can harm."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from targeter import batches, pipeline, remembering
from targeter.batches import Rendered
from targeter.history import History
from tests import worlds
from tests.decisions.small import crowd, project

DAY = dt.date(2026, 11, 1)
SETTINGS = "cooldown: 7 days\n"


def shop(root: Path, people: int = 4) -> Path:
    return project(root, people=crowd(people), settings=SETTINGS)


def render(root: Path, days: int = 0, limit: int | None = None) -> Rendered:
    """What is rendered so many days later."""
    options = worlds.options(root, as_of=DAY + dt.timedelta(days), limit=limit)
    return pipeline.render(options, batches.Request())


def listed(root: Path, *, verify: bool = True) -> History:
    return remembering.list_history(worlds.options(root), verify=verify)


def messages(done: Rendered) -> list[dict[str, str]]:
    texts = [(done.folder / file.name).read_text(encoding="utf-8") for file in done.files]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder and its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
