"""Lines labelled by people for, against or neither about a named phone brand, and our opinion."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from targeter.database import Engine
from targeter.topics import Topic, opinion_sql, refusal_sql, sentiment

HERE = Path(__file__).parent
PUBLIC_DATA = Path(os.environ.get("TARGETER_PUBLIC_DATA", HERE.parents[2] / "shared" / "data"))

BRANDS = tuple(Topic(name, (name,)) for name in ("blackberry", "iphone", "nokia"))
OPINIONS = {"for": 1, "neither": 0, "against": -1}


@dataclass(frozen=True, slots=True)
class Line:
    """A text, what people say it is, and what we say: the opinion, and whether it refuses."""

    label: str
    text: str
    opinion: int
    refuses: bool


def judged(engine: Engine, file: str) -> list[Line]:
    """The labelled lines of a file beside this one, with our opinion of each."""
    rows = [line.split("\t") for line in (HERE / file).read_text("utf-8").splitlines()[1:]]
    engine.load(
        "lines",
        {"label": "VARCHAR", "brand": "VARCHAR", "text": "VARCHAR", "score": "DOUBLE"},
        [(label, brand, text, sentiment(text)) for label, brand, text in rows],
    )
    return [
        Line(*row)
        for brand in BRANDS
        for row in engine.rows(
            f"SELECT label, text, {opinion_sql('text', 'score', brand, BRANDS)},"
            f" {refusal_sql('text', brand)} FROM lines WHERE brand = '{brand.name}'"
        )
    ]


def share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
