"""A kept plan: one row a person, the same bytes from the same inputs, no value, owner only."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from targeter import batches, plans
from targeter.database import Engine, literal
from targeter.errors import WrongUsage
from targeter.plans import PlanNotWritten, Saved
from targeter.runs import Run
from tests import worlds

from .orchard import PEOPLE, PURCHASES, RULES, SETTINGS, bytes_of, keep, orchard, table

COLUMNS = [
    *("person", "outcome", "rule", "campaign", "template", "variant"),
    *("channel", "language", "text", "length", "link", "status"),
]


def test_a_plan_has_one_row_a_person_sorted_with_what_they_get(kept: Saved) -> None:
    rows = table(kept.folder / "assignments.parquet")
    assert list(rows[0]) == COLUMNS
    assert [row["person"] for row in rows] == [person for person, *_ in PEOPLE]
    found = {row["person"]: (row["outcome"], row["rule"], row["channel"]) for row in rows}
    assert found == {
        "ann": ("message", "neighbours", "wall"),
        "bea": ("message", "neighbours", "wall"),
        "cem": ("message", "planters", "mail"),
        "dov": ("message", "planters", "mail"),
        "eli": ("no_rule", None, None),
        "fay": ("handed_over", "complaint", "the office"),
        "gus": ("suppressed", None, None),
        "hal": ("message", "neighbours", "wall"),
        "ida": ("held_out", "neighbours", "wall"),
        "joe": ("message", "regulars", "mail"),
    }
    joe = next(row for row in rows if row["person"] == "joe")
    assert joe["text"] == "Thank you, Joe, for another year. https://example.com/regulars"
    assert (joe["length"], joe["link"]) == (62, "https://example.com/regulars")


def test_the_manifest_says_what_each_rule_uses(kept: Saved) -> None:
    manifest = json.loads((kept.folder / "manifest.json").read_text())
    uses = {one["rule"]: one for one in manifest["uses"]}
    assert uses["regulars"] == {
        "rule": "regulars",
        "columns": ["bought", "name"],
        "sources": ["people", "purchases"],
        "purposes": [
            {"name": "buying", "basis": "contract"},
            {"name": "marketing", "basis": "consent"},
        ],
    }
    assert uses["everybody"]["columns"] == ["angry"]
    assert manifest["outcomes"]["message"] == manifest["messages"] == 6
    assert sum(manifest["outcomes"].values()) == manifest["people"] == len(PEOPLE)
    assert set(manifest["rules"]) == {
        "rules/targeter.yaml",
        "rules/fruit.yaml",
        *(f"templates/{name}.j2" for name in ("thanks", "market", "seedlings")),
    }
    assert (manifest["as_of"], manifest["time_zone"]) == ("2026-11-01", "UTC")


def test_a_plan_holds_no_value_but_key_and_text(kept: Saved) -> None:
    names = {path.name for path in kept.folder.iterdir()}
    assert names == {
        "assignments.parquet",
        "digests.parquet",
        "leavers.parquet",
        "manifest.json",
        "quarantined.parquet",
    }
    assert set(table(kept.folder / "digests.parquet")[0]) == {"person", "digest"}
    manifest = json.loads((kept.folder / "manifest.json").read_text())
    assert set(manifest["digests"]) == {
        *("angry", "bought", "name", "town", "trees"),
        *("purpose(buying)", "purpose(marketing)", "contact history"),
    }
    assert all(len(digest) == 16 for digest in manifest["digests"].values())


def test_only_its_owner_reads_a_plan(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        saved = keep(orchard(tmp_path))
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in saved.folder.iterdir()} == {0o600}
    assert stat.S_IMODE(saved.folder.stat().st_mode) == 0o700


# -- once, whole, or not at all --------------------------------------------------------------


def test_the_same_plan_says_so_and_stays_as_it_is(tmp_path: Path, kept: Saved) -> None:
    before = bytes_of(kept.folder)
    again = keep(tmp_path)
    assert (kept.is_new, again.is_new) == (True, False)
    assert again.plan_id == kept.plan_id
    assert bytes_of(kept.folder) == before


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (RULES.replace("bought >= 2", "bought >= 1"), "holds another plan"),
        (RULES + "# a word more\n", "the same messages, made from other data or files"),
    ],
)
def test_a_folder_with_another_plan_is_left_alone(
    tmp_path: Path, kept: Saved, rules: str, message: str
) -> None:
    before = bytes_of(kept.folder)
    orchard(tmp_path, rules=rules)
    with pytest.raises(WrongUsage, match=message):
        keep(tmp_path)
    assert bytes_of(kept.folder) == before


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One plan to be kept in many places."""
    with worlds.planned(orchard(tmp_path_factory.mktemp("run"))) as planned:
        yield planned


def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path, run: Run) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("in the way")
    for name in ("kept", "file"):
        with pytest.raises(WrongUsage, match="is no plan"):
            plans.save(run, tmp_path / name, tmp_path / "batches")
    assert bytes_of(tmp_path / "kept") == {"notes.txt": b"mine"}


def test_a_plan_is_not_kept_among_what_was_sent(tmp_path: Path, run: Run) -> None:
    with pytest.raises(WrongUsage, match="lies in the contact history"):
        plans.save(run, tmp_path / "batches" / "kept", tmp_path / "batches")
    assert not (tmp_path / "batches").exists()


def test_an_empty_folder_may_be_there(tmp_path: Path, run: Run) -> None:
    (tmp_path / "kept").mkdir()
    assert plans.save(run, tmp_path / "kept", tmp_path / "batches").is_new
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    saved = plans.save(run, tmp_path / "link", tmp_path / "batches")
    assert saved.folder == tmp_path / "elsewhere"


def test_a_plan_that_cannot_be_written_leaves_nothing(tmp_path: Path, run: Run) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PlanNotWritten, match="can't be written to below"):
        plans.save(run, tmp_path / "file" / "below", tmp_path / "batches")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# -- same inputs, same bytes -----------------------------------------------------------------


def _shuffled(root: Path) -> dict[str, object]:
    random = Random(3)
    orchard(root, random.sample(PEOPLE, len(PEOPLE)), random.sample(PURCHASES, len(PURCHASES)))
    return {}


def _as_parquet(root: Path) -> dict[str, object]:
    """The same people from Parquet files of their real types."""
    types = {"agreed": "BOOLEAN", "trees": "BIGINT", "angry": "BOOLEAN", "shoe_size": "INTEGER"}
    typed = ", ".join(f"{column}::{type_} AS {column}" for column, type_ in types.items())
    engine = Engine(folders=[root], scratch=root)
    for name, shown in (("people", f"* REPLACE ({typed})"), ("purchases", "*")):
        read = f"read_csv({literal(str(root / f'{name}.csv'))}, all_varchar=true)"
        path = literal(str(root / f"{name}.parquet"))
        engine.run(f"COPY (SELECT {shown} FROM {read}) TO {path}")
    engine.close()
    orchard(root, settings=SETTINGS.replace(".csv", ".parquet"))
    return {}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A plan and its batch, to compare others with."""
    return _kept_and_rendered(orchard(tmp_path_factory.mktemp("first")))


@pytest.mark.parametrize(
    "change",
    [
        lambda root: {},
        lambda root: {"threads": 1},
        lambda root: {"threads": 4},
        _shuffled,
        _as_parquet,
    ],
    ids=["second run", "1 thread", "4 threads", "shuffled", "parquet"],
)
def test_same_inputs_give_the_same_bytes(
    tmp_path: Path, first: tuple[Path, Path], change: Callable[[Path], dict[str, object]]
) -> None:
    options = change(orchard(tmp_path))
    for before, after in zip(first, _kept_and_rendered(tmp_path, **options), strict=True):
        assert before.name == after.name
        left, right = bytes_of(before), bytes_of(after)
        manifests = [json.loads(files.pop("manifest.json")) for files in (left, right)]
        assert left == right
        for manifest in manifests if change is _as_parquet else ():
            del manifest["rules"]["rules/targeter.yaml"], manifest["seal"]  # it names the files
        assert manifests[0] == manifests[1]


def _kept_and_rendered(root: Path, **options: object) -> tuple[Path, Path]:
    with worlds.planned(root, **options) as run:
        saved = plans.save(run, root / "kept", root / "batches")
        done = batches.write(
            run.engine, run.bound, plans.plan_of(run), batches.Request(), root / "batches"
        )
    return saved.folder, done.folder


def test_a_plan_is_the_same_wherever_it_lies(kept: Saved, first: tuple[Path, Path]) -> None:
    assert bytes_of(kept.folder) == bytes_of(first[0])
