"""A small project to keep plans of: every kind of ending, direct and promoted, and its data."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from targeter import batches, keeping
from targeter.database import Engine, literal
from targeter.keeping import Kept
from targeter.plans import Saved
from tests import worlds

SETTINGS = """\
as_of: 2026-11-01
purposes:
  marketing: {basis: consent, when: agreed}
  buying: {basis: contract, when: agreed}
sources:
  people:
    path: people.csv
    key: person_id
    columns:
      person_id: text
      name: text
      town: {type: text, in_copy: promoted}
      agreed: boolean
      trees: integer
      angry: boolean
      shoe_size: integer
  purchases:
    path: purchases.csv
    person: person_id
    purpose: buying
    columns:
      person_id: text
      fruit: text
traits:
  bought:
    from: purchases
    where: fruit <> 'plum'
    value: count(*)
holdout: {percent: 10, salt: orchard-25}
channels:
  wall: {like: x_promoted, min_audience: 2}
  mail: {delivery: direct, unit: codepoints, limit: 200}
"""
RULES = """\
handoffs:
  - {name: complaint, to: the office, when: angry}
rules:
  - name: regulars
    priority: 20
    when: bought >= 2
    templates: [thanks]
  - name: neighbours
    priority: 10
    when: town is not null
    templates: [market]
  - name: planters
    priority: 5
    when: trees > 0
    templates: [seedlings]
"""
TEMPLATES = {
    "templates/thanks.j2": "---\nchannel: mail\nlink: https://example.com/{rule}\n---\n"
    "Thank you, {{ name }}, for another year.\n",
    "templates/market.j2": "---\nchannel: wall\n---\nThe market in {{ town }} opens today.\n",
    "templates/seedlings.j2": "---\nchannel: mail\n---\nSeedlings are in, {{ name }}.\n",
}
COLUMNS = ("person_id", "name", "town", "agreed", "trees", "angry", "shoe_size")
# `ida` is held out by the salt of the settings.
PEOPLE: tuple[tuple[str, ...], ...] = (
    ("ann", "Ann", "Ashby", "true", "0", "false", "41"),
    ("bea", "Bea", "Ashby", "true", "0", "false", "42"),
    ("cem", "Cem", "Bray", "true", "3", "false", "43"),
    ("dov", "Dov", "", "true", "4", "false", "44"),
    ("eli", "Eli", "", "true", "0", "false", "45"),
    ("fay", "Fay", "Ashby", "true", "0", "true", "46"),
    ("gus", "Gus", "Ashby", "false", "0", "false", "47"),
    ("hal", "Hal", "Ashby", "true", "0", "false", "48"),
    ("ida", "Ida", "Ashby", "true", "2", "false", "49"),
    ("joe", "Joe", "Ashby", "true", "0", "false", "50"),
)
PURCHASES = (("joe", "apple"), ("joe", "pear"), ("ann", "apple"), ("bea", "plum"), ("dov", "fig"))


def orchard(
    root: Path,
    people: Sequence[Sequence[str]] = PEOPLE,
    purchases: Sequence[Sequence[str]] = PURCHASES,
    **files: str,
) -> Path:
    """The project; `settings` and `rules` in other words."""
    return worlds.write(
        root,
        {
            "rules/targeter.yaml": files.get("settings", SETTINGS),
            "rules/fruit.yaml": files.get("rules", RULES),
            "people.csv": _csv([COLUMNS, *people]),
            "purchases.csv": _csv([("person_id", "fruit"), *purchases]),
            **TEMPLATES,
        },
    )


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def changed(person: str, **values: str) -> tuple[tuple[str, ...], ...]:
    """The people, with some columns of one of them in another way."""
    rows = []
    for row in PEOPLE:
        named = dict(zip(COLUMNS, row, strict=True))
        rows.append(tuple((named | values if row[0] == person else named).values()))
    return tuple(rows)


def keep(root: Path, out: str = "kept", **options: object) -> Saved:
    """Plan, and keep the plan."""
    saved = keeping.plan(worlds.options(root, **options), keeping.Request(root / out)).saved
    assert saved is not None
    return saved


def against(root: Path, name: str, examples: int = 1, **options: object) -> Kept:
    return keeping.plan(
        worlds.options(root, **options), keeping.Request(None, name, examples=examples)
    )


def execute(
    root: Path,
    plan: str = "kept",
    request: batches.Request | None = None,
    *,
    drop_changed: bool = False,
    **options: object,
) -> batches.Rendered:
    """Render a plan that was kept."""
    return keeping.render_plan(
        worlds.options(root, **options),
        root / plan,
        request or batches.Request(),
        drop_changed=drop_changed,
    )


def table(path: Path) -> list[Mapping[str, object]]:
    """The rows of a Parquet file, in their order."""
    engine = Engine(folders=[path.parent])
    try:
        relation = f"read_parquet({literal(str(path))})"
        names = [name for name, _ in engine.describe(f"SELECT * FROM {relation}")]
        rows = engine.rows(f"SELECT * FROM {relation}")
        return [dict(zip(names, row, strict=True)) for row in rows]
    finally:
        engine.close()


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The content of every file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
