"""The reference implementation, npm's twitter-text 3.1.0, where Node and the package are there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import pytest

from .public import ROOT

SCRIPT = Path(__file__).with_name("reference.cjs")
FOLDER = Path(os.environ.get("TARGETER_TWITTER_TEXT", ROOT))


class Answer(TypedDict):
    """What the reference makes of one text; places are code points."""

    length: int
    refused: bool
    entities: list[list[str | int]]
    graphemes: int


def reference(texts: Sequence[str]) -> list[Answer]:
    """Ask the reference, or skip the test and say how to get it."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "twitter-text").is_dir():
        pytest.skip(
            "twitter-text isn't there: `npm install twitter-text@3.1.0` in a folder of your own"
            " and set TARGETER_TWITTER_TEXT to it"
        )
    done = subprocess.run(
        [node, str(SCRIPT), str(FOLDER)],
        input="\n".join(map(json.dumps, texts)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return [json.loads(line) for line in done.stdout.split("\n") if line]
